#include "run_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <socklife/trace_format.h>

struct contents {
	bool is_missing;
	size_t traces, others;
};

static enum status failed(const char *path, struct error *error)
{
	return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(errno));
}

static bool is_trace_name(const char *name)
{
	size_t size = strlen(name), suffix_size = strlen(TRACE_SUFFIX);

	return size > suffix_size && strcmp(name + size - suffix_size, TRACE_SUFFIX) == 0;
}

static void entry_count(struct contents *contents, int directory_fd, const char *name)
{
	struct stat status;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (is_trace_name(name) && fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(status.st_mode))
		contents->traces++;
	else
		contents->others++;
}

static enum status contents_read(const char *path, struct contents *contents, struct error *error)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	memset(contents, 0, sizeof *contents);
	if (directory == NULL) {
		contents->is_missing = errno == ENOENT;
		return contents->is_missing ? STATUS_OK : failed(path, error);
	}
	while ((entry = readdir(directory)) != NULL)
		entry_count(contents, dirfd(directory), entry->d_name);
	closedir(directory);
	return STATUS_OK;
}

static enum status traces_unlink(const char *path, struct error *error)
{
	DIR *directory = opendir(path);
	enum status status = STATUS_OK;
	struct dirent *entry;

	if (directory == NULL)
		return failed(path, error);
	while (status == STATUS_OK && (entry = readdir(directory)) != NULL) {
		if (is_trace_name(entry->d_name) &&
		    unlinkat(dirfd(directory), entry->d_name, 0) != 0)
			status = failed(path, error);
	}
	closedir(directory);
	return status;
}

static enum status old_remove(const char *old, struct error *error)
{
	struct contents contents;
	enum status status = contents_read(old, &contents, error);

	if (status != STATUS_OK || contents.is_missing)
		return status;
	if (contents.others != 0)
		return error_set(error, STATUS_WRITE, old, 0,
				 "holds files that socklife did not write; remove it yourself, or "
				 "name another directory with -o");
	status = traces_unlink(old, error);
	if (status == STATUS_OK && rmdir(old) != 0)
		status = failed(old, error);
	return status;
}

static enum status earlier_keep(const char *path, struct error *error)
{
	char old[PATH_MAX];
	enum status status;

	if (snprintf(old, sizeof old, "%s.old", path) >= (int)sizeof old) {
		errno = ENAMETOOLONG;
		return failed(path, error);
	}
	status = old_remove(old, error);
	if (status == STATUS_OK && rename(path, old) != 0)
		status = failed(path, error);
	return status;
}

/* Leaves `path` empty or missing. */
static enum status path_clear(const char *path, struct contents *contents, struct error *error)
{
	enum status status = contents_read(path, contents, error);

	if (status != STATUS_OK || contents->is_missing)
		return status;
	if (contents->traces == 0 && contents->others != 0)
		return error_set(error, STATUS_WRITE, path, 0,
				 "is not a directory of traces: nothing there is touched; name "
				 "another with -o");
	if (contents->traces == 0)
		return STATUS_OK; /* empty, and perhaps a mount point: taken as it is */
	status = earlier_keep(path, error);
	contents->is_missing = status == STATUS_OK;
	return status;
}

enum status run_directory_prepare(const char *directory, char *path, size_t size,
				  struct error *error)
{
	char plain[PATH_MAX], resolved[PATH_MAX];
	struct contents contents;
	enum status status;
	size_t length = strlen(directory);

	while (length > 1 && directory[length - 1] == '/')
		length--;
	if (length == 0)
		return error_set(error, STATUS_WRITE, "", 0,
				 "the directory of the trace has no name");
	if (length >= sizeof plain) {
		errno = ENAMETOOLONG;
		return failed(directory, error);
	}
	memcpy(plain, directory, length);
	plain[length] = '\0';
	status = path_clear(plain, &contents, error);
	if (status != STATUS_OK)
		return status;
	if (contents.is_missing && mkdir(plain, 0700) != 0)
		return failed(plain, error);
	if (realpath(plain, resolved) == NULL)
		return failed(plain, error);
	if (snprintf(path, size, "%s", resolved) >= (int)size) {
		errno = ENAMETOOLONG;
		return failed(plain, error);
	}
	return STATUS_OK;
}
