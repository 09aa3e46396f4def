#include "symbols_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>

#define HASH_NONFATAL_OOM 1 /* uthash would exit the program */
#include <uthash.h>

#include "symbols_demangle.h"
#include "symbols_lookup.h"

struct address {
	uint64_t return_address;
	struct frame *frames;
	size_t count;
	UT_hash_handle hh;
};

struct symbols_file {
	struct symbols_file_identity identity;
	struct demangler *demangler;
	struct address *addresses;
	Dwfl *dwfl;
	Dwfl_Module *module; /* NULL: not opened yet, or not to be believed */
	bool is_tried;
};

static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = dwfl_standard_find_debuginfo,
};

struct symbols_file *symbols_file_new(const struct symbols_file_identity *identity,
				      struct demangler *demangler)
{
	struct symbols_file *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return NULL;
	file->identity = *identity;
	file->demangler = demangler;
	return file;
}

void symbols_file_free(struct symbols_file *file)
{
	struct address *address, *next;

	if (file == NULL)
		return;
	address = file->addresses;
	HASH_CLEAR(hh, file->addresses); /* frees the table, leaves the list */
	for (; address != NULL; address = next) {
		next = address->hh.next;
		free(address->frames);
		free(address);
	}
	if (file->dwfl != NULL)
		dwfl_end(file->dwfl);
	free(file);
}

/* A path in a trace may name anything: opening a FIFO would hang, a device may do worse. */
static int file_open(const char *path, struct stat *status)
{
	int fd;

	if (path[0] != '/' || stat(path, status) != 0 || !S_ISREG(status->st_mode))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	if (fstat(fd, status) != 0 || !S_ISREG(status->st_mode)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool file_is_mapped_one(const struct symbols_file_identity *identity, int fd,
			       const struct stat *status)
{
	uint64_t modified_ns = (uint64_t)status->st_mtim.tv_sec * UINT64_C(1000000000) +
			       (uint64_t)status->st_mtim.tv_nsec;
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	const void *build_id = NULL;
	bool is_same;
	ssize_t size;

	if (elf == NULL)
		return false;
	size = elf_kind(elf) == ELF_K_ELF ? dwelf_elf_gnu_build_id(elf, &build_id) : -1;
	if (size > 0)
		is_same = (size_t)size == identity->build_id_size_bytes &&
			  memcmp(build_id, identity->build_id, (size_t)size) == 0;
	else
		is_same = elf_kind(elf) == ELF_K_ELF && identity->build_id_size_bytes == 0 &&
			  (identity->mapped_realtime_ns == 0 ||
			   modified_ns <= identity->mapped_realtime_ns);
	elf_end(elf);
	return is_same;
}

static void file_open_module(struct symbols_file *file)
{
	const char *path = file->identity.path;
	struct stat status;
	int fd;

	file->is_tried = true;
	elf_version(EV_CURRENT);
	fd = file_open(path, &status);
	if (fd < 0)
		return;
	if (!file_is_mapped_one(&file->identity, fd, &status))
		goto out;
	file->dwfl = dwfl_begin(&callbacks);
	if (file->dwfl == NULL)
		goto out;
	dwfl_report_begin(file->dwfl);
	/* Base 0: the addresses that libdwfl knows are then the file's own virtual addresses. */
	file->module = dwfl_report_elf(file->dwfl, path, path, fd, 0, true);
	if (file->module != NULL)
		fd = -1; /* libdwfl's now */
	dwfl_report_end(file->dwfl, NULL, NULL);
out:
	if (fd >= 0)
		close(fd);
}

static struct address *file_look_up(struct symbols_file *file, uint64_t return_address)
{
	struct symbols_lookup lookup = {.demangler = file->demangler};
	struct address *address = calloc(1, sizeof(*address));

	if (address == NULL)
		return NULL;
	if (!file->is_tried)
		file_open_module(file);
	/* The call stands before the return address, and may be the last thing in its function. */
	if (file->module != NULL)
		symbols_lookup_find(&lookup, file->module, return_address - 1);
	if (lookup.count == 0)
		lookup.frames[lookup.count++].is_native = true;
	address->return_address = return_address;
	address->count = lookup.count;
	address->frames = calloc(lookup.count, sizeof(*address->frames));
	if (address->frames == NULL) {
		free(address);
		return NULL;
	}
	for (size_t i = 0; i < lookup.count; i++) {
		address->frames[i] = lookup.frames[i];
		address->frames[i].module = file->identity.path;
		address->frames[i].offset = return_address;
	}
	return address;
}

const struct frame *symbols_file_frames(struct symbols_file *file, uint64_t return_address,
					size_t *count)
{
	struct address *address;

	*count = 0;
	HASH_FIND(hh, file->addresses, &return_address, sizeof(return_address), address);
	if (address == NULL) {
		address = file_look_up(file, return_address);
		if (address == NULL)
			return NULL;
		HASH_ADD(hh, file->addresses, return_address, sizeof(address->return_address),
			 address);
		if (address->hh.tbl == NULL) { /* out of memory: not added */
			free(address->frames);
			free(address);
			return NULL;
		}
	}
	*count = address->count;
	return address->frames;
}
