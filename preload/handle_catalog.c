#include "handle_catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "diag.h"
#include "environment.h"
#include "kernel.h"

#define PATTERN_MAX    128
#define FILE_BYTES_MAX (1 << 20)

/* handle_catalog.txt as it is, and a NUL. make runs the compiler in the source's root. */
__asm__(".pushsection .rodata\n"
	"handle_catalog_text:\n"
	".incbin \"preload/handle_catalog.txt\"\n"
	".byte 0\n"
	".popsection\n");
extern const char handle_catalog_text[] __attribute__((visibility("hidden")));

static struct handle_catalog *catalog;
static bool has_built_in;
static const char *library_lines[HANDLE_LIBRARIES_MAX];
static size_t library_line_count;

static bool is_error(long address)
{
	return address < 0 && address > -4096;
}

static void *pages_take(size_t size_bytes, int fd)
{
	int kind = fd < 0 ? MAP_ANONYMOUS : 0;
	long address = kernel_call6(SYS_mmap, 0, (long)size_bytes,
				    fd < 0 ? PROT_READ | PROT_WRITE : PROT_READ, MAP_PRIVATE | kind,
				    fd, 0);

	return is_error(address) ? NULL : (void *)address;
}

static bool catalog_ready(void)
{
	if (catalog == NULL)
		catalog = pages_take(sizeof(*catalog), -1);
	return catalog != NULL;
}

/* ---- the user's files ---- */

static void fault_tell(const char *file, const struct handle_fault *fault)
{
	char place[PATH_MAX + 16];

	snprintf(place, sizeof(place), "%s:%u", file, fault->line);
	diag_line(place, fault->reason, 0);
}

static void text_read(const char *file, const char *text, size_t size_bytes)
{
	struct handle_fault fault;

	handle_parse(catalog, file, text, size_bytes, &fault);
	if (fault.line != 0)
		fault_tell(file, &fault);
}

/* The size of a file that can be read as a catalog, else -errno. */
static long file_size(int fd)
{
	struct stat status;
	long result = kernel_call2(SYS_fstat, fd, &status);

	if (result < 0)
		return result;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	return status.st_size > FILE_BYTES_MAX ? -EFBIG : status.st_size;
}

static long file_read(const char *file)
{
	long fd = kernel_call4(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	long size = fd >= 0 ? file_size((int)fd) : fd;
	void *text = size > 0 ? pages_take((size_t)size, (int)fd) : NULL;

	if (size > 0 && text == NULL)
		size = -ENOMEM;
	if (text != NULL) {
		text_read(file, text, (size_t)size);
		kernel_call2(SYS_munmap, text, size);
	}
	if (fd >= 0)
		kernel_call1(SYS_close, fd);
	return size;
}

/* The usual reasons, as `socklife run` words them; others are told by the error's name. */
static const char *reason_of(long error)
{
	switch (error) {
	case ENOENT:
		return "No such file or directory";
	case EACCES:
		return "Permission denied";
	case EINVAL:
		return "not a regular file";
	case EFBIG:
		return "larger than 1 MiB";
	default:
		return NULL;
	}
}

static void file_start(const char *file)
{
	long result = catalog_ready() ? file_read(file) : -ENOMEM;
	const char *reason;

	if (result >= 0)
		return;
	reason = reason_of(-result);
	diag_line(file, reason != NULL ? reason : "cannot be read",
		  reason != NULL ? 0 : (int)-result);
}

void handle_catalog_start(const char *files)
{
	char *names;

	if (files == NULL || files[0] == '\0')
		return;
	names = pages_take(strlen(files) + 1, -1); /* they are the sources of what is parsed */
	if (names == NULL) {
		diag_line(files, "cannot be read", ENOMEM);
		return;
	}
	strcpy(names, files);
	while (names != NULL) {
		char *end = strchr(names, ENVIRONMENT_FILES_SEPARATOR);

		if (end != NULL)
			*end++ = '\0';
		if (names[0] != '\0')
			file_start(names);
		names = end;
	}
}

/* ---- asking ---- */

const struct handle_catalog *handle_catalog(void)
{
	return catalog;
}

/* What stands before the first special character decides nearly always. */
static bool may_fit(const char *pattern, size_t size_bytes, const char *name)
{
	for (size_t i = 0; i < size_bytes && strchr("*?[\\", pattern[i]) == NULL; i++) {
		if (pattern[i] != name[i])
			return false;
	}
	return true;
}

static bool fits(const char *pattern, const char *name)
{
	return may_fit(pattern, strlen(pattern), name) && fnmatch(pattern, name, 0) == 0;
}

bool handle_catalog_fits(uint16_t first_pattern, uint16_t count, const char *name)
{
	for (uint16_t i = 0; i < count; i++) {
		if (fits(catalog->patterns[first_pattern + i], name))
			return true;
	}
	return false;
}

/* Patterns of the line, without a parser: most programs have no library of any of them. */
static bool line_fits(const char *line, size_t size_bytes, const char *name)
{
	const char *end = line + size_bytes;

	while (line < end) {
		char pattern[PATTERN_MAX];
		const char *blank = memchr(line, ' ', (size_t)(end - line));
		size_t size = (size_t)((blank != NULL ? blank : end) - line);

		if (size > 0 && size < sizeof(pattern) && may_fit(line, size, name)) {
			memcpy(pattern, line, size);
			pattern[size] = '\0';
			if (fits(pattern, name))
				return true;
		}
		line += size + 1;
	}
	return false;
}

/* Finds the lines of the text that name libraries: only these are looked at for each module. */
static void built_in_index(void)
{
	static const char word[] = "library ";

	for (const char *line = handle_catalog_text; *line != '\0';) {
		const char *end = strchrnul(line, '\n');

		if (line[0] == word[0] && strncmp(line, word, sizeof(word) - 1) == 0 &&
		    library_line_count < HANDLE_LIBRARIES_MAX)
			library_lines[library_line_count++] = line + sizeof(word) - 1;
		line = end + (*end != '\0');
	}
}

static bool built_in_fits(const char *name)
{
	if (library_line_count == 0)
		built_in_index();
	for (size_t i = 0; i < library_line_count; i++) {
		const char *line = library_lines[i];

		if (line_fits(line, (size_t)(strchrnul(line, '\n') - line), name))
			return true;
	}
	return false;
}

static bool catalog_fits(const char *name)
{
	for (uint16_t i = 0; catalog != NULL && i < catalog->library_count; i++) {
		const struct handle_library *library = &catalog->libraries[i];

		if (handle_catalog_fits(library->first_pattern, library->pattern_count, name))
			return true;
	}
	return false;
}

bool handle_catalog_knows(const char *library)
{
	struct handle_fault fault;

	if (!has_built_in && built_in_fits(library) && catalog_ready()) {
		has_built_in = true;
		handle_parse(catalog, NULL, handle_catalog_text, strlen(handle_catalog_text),
			     &fault);
	}
	return catalog_fits(library);
}
