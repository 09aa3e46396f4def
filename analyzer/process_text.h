/*
 * A process in words for people: its command, and how it went. The texts are escaped; a process
 * index of MODEL_NONE is allowed. One thread.
 */
#ifndef SOCKLIFE_PROCESS_TEXT_H
#define SOCKLIFE_PROCESS_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct model;
struct terminal;

/* The command that was run, else the first process; MODEL_NONE when there is none. */
uint32_t process_text_root(const struct model *model);

/* "python3": the program alone */
void process_text_name(const struct terminal *terminal, const struct model *model, uint32_t process,
		       char *text, size_t size);
/* "python3 app.py --fast" */
void process_text_command(const struct terminal *terminal, const struct model *model,
			  uint32_t process, char *text, size_t size);
/* "pid 4242 · python · 2 child processes · 1.32 s · exit status 0" */
void process_text_facts(const struct terminal *terminal, const struct model *model,
			uint32_t process, char *text, size_t size);
/* "p2  pid 4243, child of p1  python3 worker.py" */
void process_text_line(const struct terminal *terminal, const struct model *model, uint32_t process,
		       char *text, size_t size);

#endif
