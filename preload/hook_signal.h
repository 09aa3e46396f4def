/*
 * The signal of dump_signal marks a snapshot, for as long as the program does not want it itself:
 * a handler that is there already stays, and one that the program sets takes the place of ours.
 * To the program the signal looks as if nothing had been set.
 */
#ifndef SOCKLIFE_HOOK_SIGNAL_H
#define SOCKLIFE_HOOK_SIGNAL_H

/* Once, from the constructor, after recorder_start(). */
void hook_signal_start(void);

#endif
