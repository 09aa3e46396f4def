#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t record_sizes[] = {
#define TRACE_RECORD(number, NAME, type, text) [number] = sizeof(struct type),
#include <socklife/trace_records.def>
#undef TRACE_RECORD
};
#define RECORD_KINDS (sizeof(record_sizes) / sizeof(record_sizes[0]))

/*
 * Each record tells where the next one is, so that nothing can be read in advance but what is asked
 * for: a page ahead, its address is translated by the time the reader is there. Asking for what is
 * behind the end does no harm.
 */
#define READ_AHEAD_BYTES 4096

static uint64_t load_live(const uint64_t *field)
{
	return __atomic_load_n(field, __ATOMIC_RELAXED);
}

static enum status header_check(const struct trace_file_header *header, const char *path,
				struct error *error)
{
	static const char no_magic[sizeof(header->magic)];

	if (memcmp(header->magic, no_magic, sizeof(no_magic)) == 0)
		return error_set(error, STATUS_CORRUPT, path, 0, "has no header yet");
	if (memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)) != 0)
		return error_set(error, STATUS_CORRUPT, path, 0, "is not a socklife trace");
	if (header->byte_order == __builtin_bswap32(TRACE_BYTE_ORDER))
		return error_set(error, STATUS_CORRUPT, path, 0,
				 "was written on a machine of the other byte order");
	if (header->byte_order != TRACE_BYTE_ORDER)
		return error_set(error, STATUS_CORRUPT, path, 0, "corrupt header: byte order");
	if (header->version > TRACE_VERSION)
		return error_set(error, STATUS_NEWER, path, 0,
				 "is of format version %u, this socklife reads up to %u",
				 header->version, TRACE_VERSION);
	if (header->version < TRACE_VERSION_OLDEST)
		return error_set(error, STATUS_CORRUPT, path, 0,
				 "corrupt header: format version %u", header->version);
	if (header->header_size_bytes < sizeof(*header) ||
	    header->header_size_bytes % TRACE_ALIGNMENT != 0)
		return error_set(error, STATUS_CORRUPT, path, 0, "corrupt header: its size is %u",
				 header->header_size_bytes);
	return STATUS_OK;
}

/* tail_bytes was read before size_bytes, so that a file that grows meanwhile does not look cut. */
static enum status reader_begin(struct reader *reader, uint64_t tail_bytes, struct error *error)
{
	enum status status;

	reader->is_unborn = reader->size_bytes == 0;
	if (reader->is_unborn)
		return error_set(error, STATUS_CORRUPT, reader->path, 0, "is empty");
	if (reader->size_bytes < sizeof(*reader->header))
		return error_set(error, STATUS_CORRUPT, reader->path, 0,
				 "truncated header: %llu bytes",
				 (unsigned long long)reader->size_bytes);
	reader->header = (const struct trace_file_header *)(const void *)reader->bytes;
	status = header_check(reader->header, reader->path, error);
	reader->is_unborn = reader->header->magic[0] == '\0';
	if (status != STATUS_OK)
		return status;
	if (tail_bytes < reader->header->header_size_bytes || tail_bytes % TRACE_ALIGNMENT != 0)
		return error_set(error, STATUS_CORRUPT, reader->path,
				 offsetof(struct trace_file_header, tail_bytes),
				 "corrupt header: the tail is at %llu",
				 (unsigned long long)tail_bytes);
	reader->tail_bytes = tail_bytes;
	reader_rewind(reader);
	return STATUS_OK;
}

enum status reader_open_bytes(struct reader *reader, const char *path, const void *bytes,
			      size_t size_bytes, struct error *error)
{
	const struct trace_file_header *header = bytes;

	memset(reader, 0, sizeof(*reader));
	reader->path = path;
	reader->bytes = bytes;
	reader->size_bytes = size_bytes;
	return reader_begin(
		reader, size_bytes < sizeof(*header) ? 0 : load_live(&header->tail_bytes), error);
}

/* Sets bytes and size_bytes; an empty file stays unmapped, as mmap(2) refuses 0 bytes. */
static enum status reader_map(struct reader *reader, int fd, struct error *error)
{
	struct stat stat;
	void *bytes;

	if (fstat(fd, &stat) != 0)
		return error_set(error, STATUS_UNREADABLE, reader->path, 0, "cannot be read: %s",
				 strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return error_set(error, STATUS_UNREADABLE, reader->path, 0,
				 "is not a regular file");
	reader->size_bytes = (uint64_t)stat.st_size;
	if (reader->size_bytes == 0)
		return STATUS_OK;
	bytes = mmap(NULL, reader->size_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(error, errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_UNREADABLE,
				 reader->path, 0, "cannot be mapped: %s", strerror(errno));
	reader->bytes = bytes;
	reader->is_mapped = true;
	return STATUS_OK;
}

/* Asked between two looks at the end: a writer that is gone has written all that it will. */
static void reader_ask_writer(struct reader *reader, int fd)
{
	if (__atomic_load_n(&reader->header->end, __ATOMIC_ACQUIRE) == 0)
		reader->writer = reader_writer_of(fd);
}

enum status reader_open(struct reader *reader, const char *path, struct error *error)
{
	/* O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever (open(2)). */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t tail_bytes = 0;
	enum status status;

	memset(reader, 0, sizeof(*reader));
	reader->path = path;
	if (fd < 0)
		return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNREADABLE,
				 path, 0, "cannot be opened: %s", strerror(errno));
	if (pread(fd, &tail_bytes, sizeof(tail_bytes),
		  offsetof(struct trace_file_header, tail_bytes)) != (ssize_t)sizeof(tail_bytes))
		tail_bytes = 0;
	status = reader_map(reader, fd, error);
	if (status == STATUS_OK)
		status = reader_begin(reader, tail_bytes, error);
	if (status == STATUS_OK)
		reader_ask_writer(reader, fd);
	close(fd);
	if (status != STATUS_OK)
		reader_close(reader);
	return status;
}

void reader_close(struct reader *reader)
{
	if (reader->is_mapped)
		munmap((void *)(uintptr_t)reader->bytes, reader->size_bytes);
	reader->is_mapped = false;
	reader->bytes = NULL;
	reader->header = NULL;
}

void reader_rewind(struct reader *reader)
{
	reader->offset = reader->header->header_size_bytes;
	reader->is_truncated = false;
	reader->is_corrupt = false;
	reader->corrupt_offset = 0;
	reader->uncommitted_records = 0;
	reader->unknown_records = 0;
}

static uint64_t address_text_bytes(const struct trace_address *address)
{
	return address->family == AF_UNIX ? address->scope_or_size : 0;
}

/* What the variable part of a record says its size is; the sum of 32-bit sizes cannot overflow. */
static uint64_t text_size(const struct trace_record *record)
{
#define FIELD(type, field) ((const struct type *)(const void *)record)->field
	switch (record->kind) {
	case TRACE_PROCESS:
		return FIELD(trace_process, text_size_bytes);
	case TRACE_RUN:
		return FIELD(trace_run, text_size_bytes);
	case TRACE_CONNECT:
		return address_text_bytes(&FIELD(trace_connect, peer)) +
		       address_text_bytes(&FIELD(trace_connect, local));
	case TRACE_ADDRESS:
		return address_text_bytes(&FIELD(trace_socket_address, address));
	case TRACE_STACK:
		return FIELD(trace_stack, frame_count) * (uint64_t)sizeof(uint64_t);
	case TRACE_MODULE:
		return (uint64_t)FIELD(trace_module, build_id_size_bytes) +
		       FIELD(trace_module, path_size_bytes);
	case TRACE_NAME:
		return FIELD(trace_name, name_size_bytes);
	case TRACE_STRING:
		return FIELD(trace_string, size_bytes);
	case TRACE_CHILD:
		return FIELD(trace_child, path_size_bytes);
	case TRACE_EXEC:
		return FIELD(trace_exec, path_size_bytes);
	case TRACE_NOTE:
		return FIELD(trace_note, text_size_bytes);
	default:
		return 0;
	}
#undef FIELD
}

const char *reader_text(const struct trace_record *record, size_t *size_bytes)
{
	uint32_t fixed = record_sizes[record->kind];
	uint64_t size = text_size(record);

	if (size > record->size_bytes - fixed)
		size = record->size_bytes - fixed;
	*size_bytes = (size_t)size;
	return (const char *)record + fixed;
}

static enum status reader_stop(struct reader *reader, bool is_corrupt)
{
	reader->is_corrupt = is_corrupt;
	reader->is_truncated = !is_corrupt;
	reader->corrupt_offset = is_corrupt ? reader->offset : 0;
	return STATUS_END;
}

static bool record_is_whole(const struct trace_record *record, unsigned int kind, uint32_t size)
{
	return size >= record_sizes[kind] && text_size(record) <= size - record_sizes[kind];
}

enum status reader_next(struct reader *reader, const struct trace_record **record)
{
	while (!reader->is_corrupt && reader->offset < reader->tail_bytes) {
		const struct trace_record *found = (const void *)(reader->bytes + reader->offset);
		uint64_t mapped = reader->size_bytes - reader->offset;
		unsigned int kind;
		uint32_t size;

		if (reader->offset >= reader->size_bytes || mapped < sizeof(*found))
			return reader_stop(reader, false);
		__builtin_prefetch((const uint8_t *)found + READ_AHEAD_BYTES);
		kind = __atomic_load_n(&found->kind, __ATOMIC_ACQUIRE);
		size = found->size_bytes;
		if (size < sizeof(*found) || size % TRACE_ALIGNMENT != 0 ||
		    size > reader->tail_bytes - reader->offset)
			return reader_stop(reader, true);
		if (size > mapped)
			return reader_stop(reader, false);
		if (kind > 0 && kind < RECORD_KINDS && record_sizes[kind] != 0) {
			if (!record_is_whole(found, kind, size))
				return reader_stop(reader, true);
			reader->offset += size;
			*record = found;
			return STATUS_OK;
		}
		reader->offset += size;
		if (kind == 0)
			reader->uncommitted_records++;
		else
			reader->unknown_records++;
	}
	return STATUS_END;
}
