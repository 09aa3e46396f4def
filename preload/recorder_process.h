/*
 * The process-wide part of the recorder, for recorder.c. Same conditions as recorder.h.
 */
#ifndef SOCKLIFE_RECORDER_PROCESS_H
#define SOCKLIFE_RECORDER_PROCESS_H

/* The file is new: it has no strings and no remarks yet. Returns 0 or an errno value. */
int recorder_texts_reset(void);

/* Writes the PROCESS record: exe, working directory and command line from /proc/self. */
void recorder_write_process(void);

/* Writes the remarks that came before the file was ready; call when it is. */
void recorder_write_notes(void);

/* Calls visit for each descriptor that /proc/self/fd lists; does nothing where /proc is not
 * mounted. */
void recorder_each_open_fd(void (*visit)(int fd, void *context), void *context);

#endif
