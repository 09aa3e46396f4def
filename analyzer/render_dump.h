/*
 * Records of a trace -> lines of text, one a record: its offset, its kind, then name=value in a
 * fixed order. ASCII only; text from the trace stands in quotes, what is not printable as \xNN.
 * The last line says how the file ends.
 */
#ifndef SOCKLIFE_RENDER_DUMP_H
#define SOCKLIFE_RENDER_DUMP_H

#include <stdio.h>

#include "error.h"

struct reader;

/* Prints all from the reader's first record on. STATUS_WRITE when `out` takes no more. */
enum status render_dump(struct reader *reader, FILE *out, struct error *error);

#endif
