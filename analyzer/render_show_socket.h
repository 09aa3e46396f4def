/*
 * The parts of one socket's story: what it is, and its moments.
 */
#ifndef SOCKLIFE_RENDER_SHOW_SOCKET_H
#define SOCKLIFE_RENDER_SHOW_SOCKET_H

#include <stdint.h>
#include <stdio.h>

struct model;
struct story;
struct terminal;

void render_show_socket_facts(const struct terminal *terminal, const struct model *model,
			      uint32_t index, FILE *out);
void render_show_socket_story(const struct terminal *terminal, const struct model *model,
			      uint32_t index, struct story *story);

#endif
