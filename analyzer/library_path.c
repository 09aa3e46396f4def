#include "library_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char library_name[] = "libsocklife.so";

/* The directory of the running command, without its last slash. */
static enum status own_directory(char *directory, size_t size, struct error *error)
{
	ssize_t length = readlink("/proc/self/exe", directory, size - 1);
	char *slash;

	if (length < 0)
		return error_set(error, STATUS_NOT_FOUND, "/proc/self/exe", 0, "%s",
				 strerror(errno));
	directory[length] = '\0';
	slash = strrchr(directory, '/');
	if (slash != NULL)
		*slash = '\0';
	return STATUS_OK;
}

static enum status path_check(const char *path, struct error *error)
{
	if (strpbrk(path, ": \t\n") == NULL)
		return STATUS_OK;
	return error_set(error, STATUS_NOT_FOUND, path, 0,
			 "the dynamic linker cannot preload a library from a path with a colon or "
			 "a space in it");
}

static enum status path_take(const char *found, char *path, size_t size, struct error *error)
{
	char resolved[PATH_MAX];

	if (realpath(found, resolved) == NULL || access(resolved, R_OK) != 0)
		return error_set(error, STATUS_NOT_FOUND, found, 0, "%s", strerror(errno));
	if (strlen(resolved) >= size)
		return error_set(error, STATUS_NOT_FOUND, found, 0, "the path is too long");
	strcpy(path, resolved);
	return path_check(path, error);
}

enum status library_path_find(char *path, size_t size, struct error *error)
{
	static const char *const places[] = {"", "/../lib/socklife"};
	const char *named = getenv("SOCKLIFE_LIBRARY");
	char directory[PATH_MAX], candidate[PATH_MAX + 64];
	enum status status;

	if (named != NULL && named[0] != '\0')
		return path_take(named, path, size, error);
	status = own_directory(directory, sizeof directory, error);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(candidate, sizeof candidate, "%s%s/%s", directory, places[i],
			 library_name);
		if (access(candidate, F_OK) == 0)
			return path_take(candidate, path, size, error);
	}
	return error_set(
		error, STATUS_NOT_FOUND, library_name, 0,
		"not found beside %s, nor in ../lib/socklife; SOCKLIFE_LIBRARY can name it",
		directory);
}
