/*
 * A model made by hand for the tests of the renderers, and what a renderer makes of it. Rows are
 * the test's to change until it renders. Failures abort the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_HAND_MODEL_H
#define SOCKLIFE_TESTS_HAND_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "model.h"
#include "selection.h"

#define HAND_ROWS_MAX 32
#define HAND_MS       INT64_C(1000000)
#define HAND_S        INT64_C(1000000000)

struct hand_model {
	struct model model;
	struct model_process processes[HAND_ROWS_MAX];
	struct model_socket sockets[HAND_ROWS_MAX];
	struct trace_socket records[HAND_ROWS_MAX]; /* of the sockets */
	struct model_object objects[HAND_ROWS_MAX];
	struct model_link links[HAND_ROWS_MAX];
	struct model_note notes[HAND_ROWS_MAX];
	struct model_lost losses[HAND_ROWS_MAX];
	struct model_code codes[HAND_ROWS_MAX];
	struct model_stack stacks[HAND_ROWS_MAX];
	struct model_place places[HAND_ROWS_MAX]; /* for addresses, by those who need some */
	uint64_t frames[HAND_ROWS_MAX];           /* one of each stack */
	uint32_t indices[HAND_ROWS_MAX];
	const char *class_names[HAND_ROWS_MAX];
	const char *arguments[4];
	struct selection selection;
};

/* Empty but for the process p1: python3 app.py, pid 100, from 0 s to 2 s, exit status 0. */
void hand_init(struct hand_model *hand);

struct model_process *hand_process(struct hand_model *hand, uint32_t pid);
/* A connection of p1 to 127.0.0.1:5432: opened at 0.1 s, connected 2.1 ms later, 512 bytes out and
 * 2048 in, closed by us at 1.1 s; cookie 0. */
struct model_socket *hand_socket(struct hand_model *hand);
/* What its row leaves to the trace, to be changed; times are those of the model. */
struct trace_socket *hand_record(const struct model_socket *socket);
struct model_object *hand_object(struct hand_model *hand, const char *class_name);
/* The index of a stack of one Python frame. */
uint32_t hand_stack(struct hand_model *hand, const char *file, const char *function, uint32_t line);
void hand_note(struct hand_model *hand, const char *text, bool is_gap);
void hand_lost(struct hand_model *hand, enum trace_lost_reason reason, uint64_t count);

/* The report of the format of that name; the caller frees it. */
char *hand_render(struct hand_model *hand, const char *format);
char *hand_render_stacks(struct hand_model *hand);
/* The same, parsed; json_decref() it. */
json_t *hand_report(struct hand_model *hand);
/* A row of `list` in a report. */
json_t *hand_row(const json_t *report, const char *list, size_t index);

#endif
