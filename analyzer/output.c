#include "output.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_replaceable(const char *path)
{
	struct stat status;

	return lstat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static enum status write_failed(const char *path, struct error *error)
{
	return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(errno));
}

/* `path` is what errors name, `place` what is written. */
static enum status place_write(const char *path, const char *place, output_write write,
			       const void *context, struct error *error)
{
	FILE *out = fopen(place, "we");
	enum status status;

	if (out == NULL)
		return write_failed(path, error);
	status = write(context, out, error);
	if (status == STATUS_WRITE && error != NULL)
		snprintf(error->path, sizeof error->path, "%s", path);
	if (fclose(out) != 0 && status == STATUS_OK)
		return write_failed(path, error);
	return status;
}

enum status output_replace(const char *path, output_write write, const void *context,
			   struct error *error)
{
	char place[PATH_MAX];
	enum status status;

	if (!is_replaceable(path))
		return place_write(path, path, write, context, error);
	if (snprintf(place, sizeof place, "%s.%ld.new", path, (long)getpid()) >=
	    (int)sizeof place) {
		errno = ENAMETOOLONG;
		return write_failed(path, error);
	}
	status = place_write(path, place, write, context, error);
	if (status == STATUS_OK && rename(place, path) != 0)
		status = write_failed(path, error);
	if (status != STATUS_OK)
		unlink(place);
	return status;
}
