/*
 * The whole story of one socket, object or process, for people: what it is, then what happened to
 * it in order of time, with stacks.
 */
#ifndef SOCKLIFE_RENDER_SHOW_H
#define SOCKLIFE_RENDER_SHOW_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct model;
struct symbols;

/* The index is one of the model's. STATUS_NO_MEMORY or STATUS_WRITE, with *error filled. */
enum status render_show_socket(const struct model *model, struct symbols *symbols, uint32_t socket,
			       FILE *out, struct error *error);
enum status render_show_object(const struct model *model, struct symbols *symbols, uint32_t object,
			       FILE *out, struct error *error);
enum status render_show_process(const struct model *model, struct symbols *symbols,
				uint32_t process, FILE *out, struct error *error);

#endif
