/*
 * One ELF file on disk and what it says about code addresses. It is opened when the first address
 * is asked for, and only believed when it is the very file that was mapped: same build id, or,
 * where neither has one, not modified since. Debug information is read from the file itself or
 * from a separate file installed on this machine; nothing is ever fetched. Not thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_FILE_H
#define SOCKLIFE_SYMBOLS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "symbols.h"

struct demangler;
struct symbols_file;

struct symbols_file_identity {
	const char *path; /* these outlive the file */
	const uint8_t *build_id;
	uint32_t build_id_size_bytes;
	uint64_t mapped_realtime_ns; /* only used without a build id; 0 unknown */
};

/* Never touches the disk; NULL without memory. The demangler outlives it. */
struct symbols_file *symbols_file_new(const struct symbols_file_identity *identity,
				      struct demangler *demangler);
void symbols_file_free(struct symbols_file *file);

/*
 * The frames at a return address, given as an ELF virtual address, innermost first: at least one,
 * whose names are NULL when nothing is known. NULL and 0 without memory. Valid until
 * symbols_file_free(). Asking again for an address costs a hash look-up.
 */
const struct frame *symbols_file_frames(struct symbols_file *file, uint64_t return_address,
					size_t *count);

#endif
