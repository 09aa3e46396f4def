/*
 * A word to `socklife run` from a program that can write no trace file: the directory may be out
 * of its reach, after a setuid() or a chroot() that an earlier image made. run offers a piece of
 * System V shared memory (struct trace_board), whose number comes by SOCKLIFE_BOARD; no path, no
 * user and no descriptor stands in the way. Any thread, any signal handler.
 */
#ifndef SOCKLIFE_BOARD_H
#define SOCKLIFE_BOARD_H

/* Counts one program. Does nothing without a board: no run, or one that has ended. */
void board_count(void);
/* It is recorded after all: board_count() of it goes. */
void board_take_back(void);
/* One has just said on stderr that it cannot record. Does nothing without a board. */
void board_tell(void);

#endif
