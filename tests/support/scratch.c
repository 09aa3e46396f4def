#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

struct scratch_block {
	struct scratch_block *next;
	bool is_directory;
	_Alignas(max_align_t) char text[];
};

static struct scratch_block *blocks;

static struct scratch_block *block_new(size_t size_bytes)
{
	struct scratch_block *block = calloc(1, sizeof(*block) + size_bytes);

	cr_assert_not_null(block, "out of memory");
	block->next = blocks;
	blocks = block;
	return block;
}

void *scratch_allocate(size_t size_bytes)
{
	return block_new(size_bytes)->text;
}

const char *scratch_new(void)
{
	const char *base = getenv("TMPDIR");
	struct scratch_block *block = block_new(256);

	snprintf(block->text, 256, "%s/socklife-test-XXXXXX", base != NULL ? base : "/tmp");
	cr_assert_not_null(mkdtemp(block->text), "%s: %s", block->text, strerror(errno));
	/* Servers and subjects may run as another user (PostgreSQL refuses root). */
	cr_assert_eq(chmod(block->text, 0777), 0);
	block->is_directory = true;
	return block->text;
}

static int file_remove(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	remove(path);
	return 0;
}

void scratch_remove_all(void)
{
	while (blocks != NULL) {
		struct scratch_block *block = blocks;

		if (block->is_directory && getenv("SOCKLIFE_TEST_KEEP") == NULL)
			nftw(block->text, file_remove, 16, FTW_DEPTH | FTW_PHYS);
		blocks = block->next;
		free(block);
	}
}

char *scratch_format(const char *format, ...)
{
	va_list arguments;
	struct scratch_block *block;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	cr_assert_geq(length, 0, "out of memory");
	block = block_new((size_t)length + 1);
	memcpy(block->text, text, (size_t)length);
	free(text);
	return block->text;
}

/* By reading to the end: files in /proc have a size of 0. */
char *scratch_read(const char *path, size_t *size_bytes)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *kept, part[1 << 16];
	size_t size = 0, part_size;
	FILE *memory;

	if (file == NULL)
		return NULL;
	memory = open_memstream(&text, &size);
	cr_assert_not_null(memory, "out of memory");
	while ((part_size = fread(part, 1, sizeof(part), file)) > 0)
		cr_assert_eq(fwrite(part, 1, part_size, memory), part_size);
	fclose(file);
	cr_assert_eq(fclose(memory), 0, "out of memory");
	kept = block_new(size + 1)->text;
	memcpy(kept, text, size);
	free(text);
	if (size_bytes != NULL)
		*size_bytes = size;
	return kept;
}

void scratch_write(const char *path, const void *bytes, size_t size_bytes)
{
	FILE *file = fopen(path, "we");

	cr_assert_not_null(file, "%s: %s", path, strerror(errno));
	cr_assert_eq(fwrite(bytes, 1, size_bytes, file), size_bytes);
	cr_assert_eq(fclose(file), 0);
}

void scratch_copy(const char *from, const char *to, unsigned int mode)
{
	size_t size_bytes = 0;
	const char *bytes = scratch_read(from, &size_bytes);

	cr_assert_not_null(bytes, "%s: %s", from, strerror(errno));
	scratch_write(to, bytes, size_bytes);
	cr_assert_eq(chmod(to, (mode_t)mode), 0);
}

static const char *environment_needed(const char *name)
{
	const char *value = getenv(name);

	cr_assert_not_null(value, "%s is not set: run the tests with `make test`", name);
	return value;
}

/* Absolute, because commands run in directories of their own. */
static const char *path_under(const char *root, const char *path)
{
	char *resolved = realpath(root, NULL);
	const char *joined;

	cr_assert_not_null(resolved, "%s: %s", root, strerror(errno));
	joined = scratch_format("%s/%s", resolved, path);
	free(resolved);
	return joined;
}

const char *scratch_subject(const char *name)
{
	return path_under(environment_needed("SOCKLIFE_BUILD"),
			  scratch_format("tests/subjects/%s", name));
}

const char *scratch_built(const char *name)
{
	return path_under(environment_needed("SOCKLIFE_BUILD"), name);
}

const char *scratch_source(const char *path)
{
	return path_under(environment_needed("SOCKLIFE_SOURCE"), path);
}
