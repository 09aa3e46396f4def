/*
 * The text report's section MARKS: what was opened within each mark that a program left (track.h),
 * and what was open still when it ended. One thread.
 */
#ifndef SOCKLIFE_RENDER_MARKS_H
#define SOCKLIFE_RENDER_MARKS_H

#include <stdio.h>

struct render_input;
struct terminal;

/* Nothing is printed where there are no marks. */
void render_marks_print(const struct render_input *input, const struct terminal *terminal,
			FILE *out);

#endif
