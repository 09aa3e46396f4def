#include "run_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <socklife/trace_format.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t aligned(size_t size_bytes)
{
	return (size_bytes + TRACE_ALIGNMENT - 1) / TRACE_ALIGNMENT * TRACE_ALIGNMENT;
}

/* exe NUL cwd NUL argv[0] NUL …; the caller frees it. NULL when there is no memory. */
static char *text_make(const char *exe, char *const *arguments, size_t *size_bytes)
{
	char *cwd = get_current_dir_name(), *text = NULL;
	FILE *out = open_memstream(&text, size_bytes);

	if (out == NULL) {
		free(cwd);
		return NULL;
	}
	fprintf(out, "%s%c%s%c", exe, '\0', cwd != NULL ? cwd : "", '\0');
	for (; *arguments != NULL; arguments++)
		fprintf(out, "%s%c", *arguments, '\0');
	free(cwd);
	return fclose(out) == 0 ? text : NULL;
}

static uint32_t arguments_count(char *const *arguments)
{
	uint32_t count = 0;

	while (arguments[count] != NULL)
		count++;
	return count;
}

static void header_fill(struct trace_file_header *header)
{
	memcpy(header->magic, TRACE_MAGIC, sizeof header->magic);
	header->version = TRACE_VERSION;
	header->header_size_bytes = sizeof *header;
	header->byte_order = TRACE_BYTE_ORDER;
	header->started_ns = clock_ns(CLOCK_MONOTONIC);
	header->started_realtime_ns = clock_ns(CLOCK_REALTIME);
	header->pid = (uint32_t)getpid();
	header->parent_pid = (uint32_t)getppid();
	header->flags = TRACE_FILE_BY_RUN;
}

/* Real blocks, not a hole: a full disk shows here, before the program runs, and not as a SIGBUS. */
static enum status file_map(struct run_record *record, int fd, const char *path,
			    struct error *error)
{
	int failure = posix_fallocate(fd, 0, (off_t)record->size_bytes);
	void *bytes;

	if (failure != 0)
		return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(failure));
	bytes = mmap(NULL, record->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(errno));
	record->header = bytes;
	return STATUS_OK;
}

static enum status file_create(struct run_record *record, const char *path, struct error *error)
{
	int fd = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC, 0600);
	enum status status;

	if (fd < 0)
		return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(errno));
	status = file_map(record, fd, path, error);
	close(fd);
	if (status != STATUS_OK)
		unlink(path);
	return status;
}

/* Returns the offset behind it. */
static size_t note_put(struct run_record *record, size_t offset, const char *text)
{
	struct trace_note *note = (void *)((char *)record->header + offset);
	size_t size_bytes = strlen(text);

	note->time_ns = record->header->started_ns;
	note->is_gap = 1;
	note->text_size_bytes = (uint32_t)size_bytes;
	memcpy(note + 1, text, size_bytes);
	note->record.size_bytes = (uint32_t)aligned(sizeof *note + size_bytes);
	__atomic_store_n(&note->record.kind, (uint16_t)TRACE_NOTE, __ATOMIC_RELEASE);
	return offset + note->record.size_bytes;
}

static void records_fill(struct run_record *record, const char *text, size_t text_size_bytes,
			 uint32_t argument_count, const char *note)
{
	size_t offset = sizeof *record->header;
	struct trace_run *run = (void *)((char *)record->header + offset);

	header_fill(record->header);
	/* Before the program can run: the times of all that it does count from here. */
	run->started_ns = record->header->started_ns;
	run->record.size_bytes = (uint32_t)aligned(sizeof *run + text_size_bytes);
	run->argument_count = argument_count;
	run->text_size_bytes = (uint32_t)text_size_bytes;
	memcpy(run + 1, text, text_size_bytes);
	record->run = run;
	offset += run->record.size_bytes;
	if (note != NULL)
		offset = note_put(record, offset, note);
	record->header->tail_bytes = offset;
}

enum status run_record_init(struct run_record *record, const char *directory, const char *exe,
			    char *const *arguments, const char *note, struct error *error)
{
	char path[PATH_MAX + sizeof "/run" TRACE_SUFFIX];
	size_t text_size_bytes = 0;
	char *text = text_make(exe, arguments, &text_size_bytes);
	enum status status;

	if (text == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	memset(record, 0, sizeof *record);
	/* a word of zeros behind the last record ends the trace */
	record->size_bytes = sizeof(struct trace_file_header) +
			     aligned(sizeof(struct trace_run) + text_size_bytes) + TRACE_ALIGNMENT;
	if (note != NULL)
		record->size_bytes += aligned(sizeof(struct trace_note) + strlen(note));
	snprintf(path, sizeof path, "%s/run" TRACE_SUFFIX, directory);
	status = file_create(record, path, error);
	if (status == STATUS_OK)
		records_fill(record, text, text_size_bytes, arguments_count(arguments), note);
	free(text);
	return status;
}

void run_record_started(struct run_record *record, pid_t child)
{
	record->run->child_pid = (uint32_t)child;
	__atomic_store_n(&record->run->record.kind, (uint16_t)TRACE_RUN, __ATOMIC_RELEASE);
}

void run_record_ended(struct run_record *record, int wait_status)
{
	struct trace_run *run = record->run;
	struct trace_file_header *header = record->header;
	bool is_signal = WIFSIGNALED(wait_status);
	uint32_t end = is_signal ? TRACE_PROCESS_END_SIGNAL : TRACE_PROCESS_END_EXIT;

	run->ended_ns = clock_ns(CLOCK_MONOTONIC);
	run->status = is_signal ? 0 : WEXITSTATUS(wait_status);
	run->signal_number = is_signal ? WTERMSIG(wait_status) : 0;
	__atomic_store_n(&run->end, end, __ATOMIC_RELEASE);
	header->ended_ns = run->ended_ns;
	__atomic_store_n(&header->end, (uint32_t)TRACE_PROCESS_END_EXIT, __ATOMIC_RELEASE);
}

void run_record_unrecorded(struct run_record *record, uint64_t count)
{
	__atomic_store_n(&record->header->lost[TRACE_LOST_PROGRAM_UNRECORDED], count,
			 __ATOMIC_RELAXED);
}

void run_record_release(struct run_record *record)
{
	if (record->header != NULL)
		munmap(record->header, record->size_bytes);
	memset(record, 0, sizeof *record);
}
