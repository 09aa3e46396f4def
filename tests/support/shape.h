/*
 * Two runs of one program differ in pids, ports, times and widths only: the shape of a report is
 * its text without these. One thread.
 */
#ifndef SOCKLIFE_TESTS_SHAPE_H
#define SOCKLIFE_TESTS_SHAPE_H

/*
 * Numbers become N with their units, blanks and line ends one blank, a timeline's bar |, and words
 * that may be cut are left out. The memory lives until scratch_remove_all().
 */
char *shape_of(const char *text);

#endif
