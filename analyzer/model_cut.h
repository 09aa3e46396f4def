/*
 * Takes a model back to a snapshot: what came later is taken out, and what ended later has not
 * ended. Between model_load() and matcher_run(). Rows are numbered anew; those of the first process
 * keep their ids, as do all of a single process.
 *
 * The sockets of the snapshot's own process have the counters of that moment. Those of other
 * processes that were open then have the ones of their end, which a note tells.
 */
#ifndef SOCKLIFE_MODEL_CUT_H
#define SOCKLIFE_MODEL_CUT_H

#include "error.h"

struct model;

/* `at` is a snapshot's number, or a time as in "2.5s": the last snapshot not after it. STATUS_OK,
 * or STATUS_NOT_FOUND when there is none, STATUS_NO_MEMORY, with *error filled. */
enum status model_cut(struct model *model, const char *at, struct error *error);

#endif
