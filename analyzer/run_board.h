/*
 * What the recorded programs can tell `socklife run` when they can write no file: a piece of
 * System V shared memory (struct trace_board) that only its number names. It is marked for removal
 * as soon as it is there, which on Linux leaves it open to be attached until the last one lets go
 * (shmctl(2)); so nothing stays behind, whatever kills this process. One thread.
 */
#ifndef SOCKLIFE_RUN_BOARD_H
#define SOCKLIFE_RUN_BOARD_H

#include <stdbool.h>
#include <stdint.h>

struct trace_board;

struct run_board {
	struct trace_board *board; /* NULL: there is none, and nothing will be told */
	char number[16];           /* for SOCKLIFE_BOARD */
};

void run_board_open(struct run_board *board);
/* How many programs could write no file. */
uint64_t run_board_unrecorded(const struct run_board *board);
/* Whether one of them has said so, and why, on the stderr that is ours, too. */
bool run_board_has_told(const struct run_board *board);
void run_board_close(struct run_board *board);

#endif
