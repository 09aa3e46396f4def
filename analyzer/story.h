/*
 * What happened to one thing, in order of time: moments are added in any order and written sorted,
 * each with the stack at which it happened. One thread.
 */
#ifndef SOCKLIFE_STORY_H
#define SOCKLIFE_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct symbols;
struct terminal;

struct story_moment {
	int64_t time_ns;
	size_t order; /* in which they were added: decides between equal times */
	uint32_t stack;
	char text[256];
};

struct story {
	struct story_moment *moments;
	size_t count, room;
	bool is_whole; /* turns false when memory runs out */
};

void story_init(struct story *story);
void story_release(struct story *story);

/* Without effect for a time of TIME_NONE. The text is escaped. */
void story_add(struct story *story, int64_t time_ns, uint32_t stack, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void story_print(struct story *story, const struct terminal *terminal, struct symbols *symbols,
		 FILE *out);

#endif
