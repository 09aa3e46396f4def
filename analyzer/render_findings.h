/*
 * Findings for people: what, where, how often, and what to do about it; under a socket or an object
 * in `show`, those about it. One thread.
 */
#ifndef SOCKLIFE_RENDER_FINDINGS_H
#define SOCKLIFE_RENDER_FINDINGS_H

#include <stdint.h>
#include <stdio.h>

struct findings;
struct render_input;
struct terminal;

/* The section of the report; nothing without findings. */
void render_findings_print(const struct render_input *input, const struct terminal *terminal,
			   FILE *out);
/* Those about one socket; or, where that is MODEL_NONE, about one object. */
void render_findings_print_about(const struct findings *findings, const struct terminal *terminal,
				 uint32_t socket, uint32_t object, FILE *out);

#endif
