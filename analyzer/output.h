/*
 * A file that is written under another name and renamed when it is whole, so that a reader never
 * meets half of it and a failure leaves an older one as it was. One thread.
 */
#ifndef SOCKLIFE_OUTPUT_H
#define SOCKLIFE_OUTPUT_H

#include <stdio.h>

#include "error.h"

/* Writes everything, or fills *error. */
typedef enum status (*output_write)(const void *context, FILE *out, struct error *error);

/* STATUS_WRITE names the path; whatever `write` returns otherwise. Devices, pipes and links cannot
 * be replaced by a rename: they are written as they are. */
enum status output_replace(const char *path, output_write write, const void *context,
			   struct error *error);

#endif
