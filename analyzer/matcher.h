/*
 * matcher -> model: joins objects to sockets, and derives what the model's comments call derived.
 * Reads nothing but the model.
 */
#ifndef SOCKLIFE_MATCHER_H
#define SOCKLIFE_MATCHER_H

#include "error.h"

struct model;

/* Completes a loaded model. Fails only with STATUS_NO_MEMORY. */
enum status matcher_run(struct model *model, struct error *error);

#endif
