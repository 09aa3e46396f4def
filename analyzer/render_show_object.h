/*
 * One object for people: what it is, and what happened to it and its sockets. Private to
 * render_show*.c.
 */
#ifndef SOCKLIFE_RENDER_SHOW_OBJECT_H
#define SOCKLIFE_RENDER_SHOW_OBJECT_H

#include <stdint.h>
#include <stdio.h>

struct model;
struct story;
struct terminal;

void render_show_object_facts(const struct terminal *terminal, const struct model *model,
			      uint32_t object, FILE *out);
void render_show_object_story(const struct terminal *terminal, const struct model *model,
			      uint32_t object, struct story *story);

#endif
