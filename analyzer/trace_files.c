#include "trace_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <socklife/trace_format.h>

static enum status files_add(struct trace_files *files, char *path, struct error *error)
{
	char **paths = realloc(files->paths, (files->count + 1) * sizeof(*paths));

	if (paths != NULL)
		files->paths = paths;
	if (path == NULL || paths == NULL) {
		free(path);
		return error_set(error, STATUS_NO_MEMORY, NULL, 0, "out of memory");
	}
	files->paths[files->count++] = path;
	return STATUS_OK;
}

static bool name_is_trace(const char *name)
{
	size_t length = strlen(name), suffix = strlen(TRACE_SUFFIX);

	return length > suffix && strcmp(name + length - suffix, TRACE_SUFFIX) == 0;
}

static int paths_compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static enum status directory_list(struct trace_files *files, const char *path, DIR *directory,
				  struct error *error)
{
	enum status status = STATUS_OK;
	struct dirent *entry;

	while (status == STATUS_OK && (entry = readdir(directory)) != NULL) {
		char *joined = NULL;

		if (!name_is_trace(entry->d_name))
			continue;
		if (asprintf(&joined, "%s/%s", path, entry->d_name) < 0)
			joined = NULL;
		status = files_add(files, joined, error);
	}
	if (status == STATUS_OK && files->count == 0)
		return error_set(error, STATUS_NOT_FOUND, path, 0,
				 "no trace in this directory (no file ends in " TRACE_SUFFIX ")");
	if (files->count > 1)
		qsort(files->paths, files->count, sizeof(*files->paths), paths_compare);
	return status;
}

enum status trace_files_list(struct trace_files *files, const char *path, struct error *error)
{
	struct stat stat_buffer;
	enum status status;
	DIR *directory;

	memset(files, 0, sizeof(*files));
	if (stat(path, &stat_buffer) != 0)
		return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNREADABLE,
				 path, 0, "cannot be read: %s", strerror(errno));
	if (!S_ISDIR(stat_buffer.st_mode))
		return files_add(files, strdup(path), error);
	files->is_directory = true;
	directory = opendir(path);
	if (directory == NULL)
		return error_set(error, STATUS_UNREADABLE, path, 0, "cannot be read: %s",
				 strerror(errno));
	status = directory_list(files, path, directory, error);
	closedir(directory);
	return status;
}

void trace_files_release(struct trace_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	memset(files, 0, sizeof(*files));
}
