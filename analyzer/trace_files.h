/*
 * What a TRACE argument names: one file, or all files of a directory that end in TRACE_SUFFIX.
 */
#ifndef SOCKLIFE_TRACE_FILES_H
#define SOCKLIFE_TRACE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct trace_files {
	char **paths; /* sorted by name */
	size_t count;
	bool is_directory;
};

/* STATUS_NOT_FOUND when there is none. Release it whatever comes back. */
enum status trace_files_list(struct trace_files *files, const char *path, struct error *error);
void trace_files_release(struct trace_files *files);

#endif
