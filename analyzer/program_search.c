#include "program_search.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH_MAX 256 /* _CS_PATH is "/bin:/usr/bin" in glibc */

static enum program_kind file_kind(const char *path)
{
	struct stat status;

	if (path[0] == '\0' || stat(path, &status) != 0)
		return PROGRAM_MISSING;
	if (S_ISDIR(status.st_mode))
		return PROGRAM_DIRECTORY;
	/* exec asks the effective user's permission, not the real one's as access(2) does. */
	if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
		return PROGRAM_NOT_EXECUTABLE;
	return PROGRAM_OPAQUE;
}

enum program_kind program_search_path(const char *name, char path[PATH_MAX])
{
	int size = snprintf(path, PATH_MAX, "%s", name);

	return size < PATH_MAX ? file_kind(path) : PROGRAM_MISSING;
}

/* As execvp(3): a match that may not be executed is remembered, the search goes on. */
static enum program_kind search_folders(const char *folders, const char *command,
					char path[PATH_MAX])
{
	enum program_kind found = PROGRAM_MISSING;
	char candidate[PATH_MAX];

	for (;;) {
		int folder_size = (int)strcspn(folders, ":");
		int size = snprintf(candidate, sizeof(candidate), "%.*s%s%s", folder_size, folders,
				    folder_size > 0 ? "/" : "", command);
		enum program_kind kind = size < PATH_MAX ? file_kind(candidate) : PROGRAM_MISSING;

		if (kind == PROGRAM_OPAQUE || (kind != PROGRAM_MISSING && found == PROGRAM_MISSING))
			memcpy(path, candidate, sizeof(candidate));
		if (kind == PROGRAM_OPAQUE)
			return kind;
		if (found == PROGRAM_MISSING)
			found = kind;
		if (folders[folder_size] == '\0')
			return found;
		folders += folder_size + 1;
	}
}

enum program_kind program_search(const char *command, char path[PATH_MAX])
{
	const char *folders = getenv("PATH");
	char default_folders[DEFAULT_PATH_MAX] = "";

	if (command[0] == '\0' || strchr(command, '/') != NULL)
		return program_search_path(command, path);
	if (folders == NULL) {
		confstr(_CS_PATH, default_folders, sizeof(default_folders));
		folders = default_folders;
	}
	snprintf(path, PATH_MAX, "%s", command);
	return search_folders(folders, command, path);
}
