/*
 * Programs that cannot be recorded: they get a file all the same, from the process that starts
 * them, which names them and says why. It is written at once and needs neither a trace of our own
 * nor our memory: a vfork child may do it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "board.h"
#include "clock.h"
#include "environment.h"
#include "kernel.h"
#include "obstacle.h"
#include "recorder_state.h"
#include "settings.h"
#include "sink.h"
#include "sink_file.h"

#define MISSED_TEXT_BYTES 16384 /* of path, directory and arguments; longer ones are cut */

/* In a scratch mapping, since exec is called on small stacks too. */
struct missed_file {
	struct trace_file_header header;
	char records[2 * MISSED_TEXT_BYTES];
	size_t records_bytes;
	struct sink_file file;
	char path[PATH_MAX];
};

static struct trace_record *missed_record(struct missed_file *missed, enum trace_record_kind kind,
					  size_t fixed_bytes, size_t text_bytes)
{
	struct trace_record *record = (void *)(missed->records + missed->records_bytes);
	size_t size = (fixed_bytes + text_bytes + TRACE_ALIGNMENT - 1) & ~(TRACE_ALIGNMENT - 1u);

	record->size_bytes = (uint32_t)size;
	record->kind = (uint16_t)kind;
	missed->records_bytes += size;
	return record;
}

static size_t text_add(char *text, size_t at, const char *from)
{
	size_t size = strnlen(from, MISSED_TEXT_BYTES / 2);

	if (at + size + 1 > MISSED_TEXT_BYTES)
		return at;
	memcpy(text + at, from, size);
	text[at + size] = '\0';
	return at + size;
}

static size_t text_add_number(char *text, size_t at, uint32_t number)
{
	char digits[11];
	size_t first = sizeof(digits) - 1;

	digits[first] = '\0';
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	return text_add(text, at, digits + first);
}

static size_t text_add_directory(char *text, size_t at)
{
	long got = kernel_call4(SYS_readlinkat, AT_FDCWD, "/proc/self/cwd", text + at,
				MISSED_TEXT_BYTES - at - 1);

	got = got < 0 ? 0 : got;
	text[at + (size_t)got] = '\0';
	return at + (size_t)got;
}

/* exe NUL cwd NUL argv[0] NUL …, the exe's path made absolute */
static void missed_write_process(struct missed_file *missed, char *const arguments[])
{
	struct trace_process *process = (void *)(missed->records + missed->records_bytes);
	char *text = (char *)(process + 1);
	size_t at = 0;

	if (missed->path[0] != '/') {
		at = text_add_directory(text, at);
		at = text_add(text, at, "/");
	}
	at = text_add(text, at, missed->path) + 1;
	at = text_add_directory(text, at) + 1;
	for (; arguments != NULL && *arguments != NULL && at < MISSED_TEXT_BYTES / 2; arguments++) {
		at = text_add(text, at, *arguments) + 1;
		process->argument_count++;
	}
	process->text_size_bytes = (uint32_t)at;
	missed_record(missed, TRACE_PROCESS, sizeof(*process), at);
}

static void missed_write_note(struct missed_file *missed, enum obstacle obstacle)
{
	struct trace_note *note = (void *)(missed->records + missed->records_bytes);
	char *text = (char *)(note + 1);
	size_t at = text_add(text, 0, missed->path);

	at = text_add(text, at, " (pid ");
	at = text_add_number(text, at, missed->header.pid);
	at = text_add(text, at, ") could not be recorded: ");
	at = text_add(text, at, obstacle_text(obstacle));
	note->time_ns = missed->header.started_ns;
	note->is_gap = 1;
	note->text_size_bytes = (uint32_t)at;
	missed_record(missed, TRACE_NOTE, sizeof(*note), at);
}

static void missed_write_header(struct missed_file *missed, uint32_t pid)
{
	uint32_t own = (uint32_t)kernel_call0(SYS_getpid);
	struct trace_file_header *header = &missed->header;

	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->version = TRACE_VERSION;
	header->header_size_bytes = sizeof(*header);
	header->byte_order = TRACE_BYTE_ORDER;
	header->started_ns = clock_now_ns();
	header->started_realtime_ns = clock_read_ns(CLOCK_REALTIME);
	header->pid = pid != 0 ? pid : own;
	header->parent_pid = pid != 0 ? own : (uint32_t)kernel_call0(SYS_getppid);
	header->flags = TRACE_FILE_BY_PARENT;
}

/* Returns 0 or an errno value; the file is there whole or not at all. */
static int missed_store(struct missed_file *missed)
{
	int error = sink_file_create(&missed->file, settings.trace_directory, missed->header.pid);
	/* a word of zeros behind the last record ends the trace */
	size_t size = sizeof(missed->header) + missed->records_bytes + TRACE_ALIGNMENT;
	long written;

	if (error != 0)
		return error;
	missed->header.sequence = missed->file.sequence;
	missed->header.tail_bytes = size - TRACE_ALIGNMENT;
	error = sink_file_extend(missed->file.fd, 0, size);
	written = error != 0
			  ? 0
			  : kernel_call4(SYS_pwrite64, missed->file.fd, &missed->header, size, 0);
	kernel_call1(SYS_close, missed->file.fd);
	if (written == (long)size)
		return 0;
	kernel_call3(SYS_unlinkat, AT_FDCWD, missed->file.path, 0);
	return error != 0 ? error : EIO;
}

static enum obstacle obstacle_of_fd(struct missed_file *missed, int fd)
{
	static const char folder[] = "/proc/self/fd/";
	char link[sizeof(folder) + 11];
	size_t at = text_add(link, 0, folder);
	long got;

	text_add_number(link, at, (uint32_t)fd);
	got = kernel_call4(SYS_readlinkat, AT_FDCWD, link, missed->path, sizeof(missed->path) - 1);
	return got > 0 ? obstacle_of(link) : OBSTACLE_NONE;
}

static enum obstacle missed_obstacle(struct missed_file *missed,
				     const struct recorder_program *program)
{
	enum obstacle obstacle;

	if (program->name != NULL) {
		if (!obstacle_search(program->name, program->is_searched, missed->path))
			return OBSTACLE_NONE;
		obstacle = obstacle_of(missed->path);
	} else {
		obstacle = obstacle_of_fd(missed, program->fd);
	}
	if (obstacle == OBSTACLE_NONE && !program->is_extended && environment_is_followed())
		return OBSTACLE_ENVIRONMENT;
	return obstacle;
}

/* A vfork child leaves its parent's file alone. */
static void missed_count(struct recorder_missed *made, int error)
{
	made->is_counted_here = sink_header() != NULL && !recorder_is_foreign_process();
	made->is_on_board = !made->is_counted_here;
	if (made->is_counted_here)
		sink_lost(TRACE_LOST_PROGRAM_UNNAMED, error);
	else
		board_count();
}

static void missed_tell(struct missed_file *missed, const struct recorder_program *program,
			uint32_t pid, struct recorder_missed *made)
{
	enum obstacle obstacle = missed_obstacle(missed, program);
	int error;

	if (obstacle == OBSTACLE_NONE)
		return;
	missed_write_header(missed, pid);
	missed_write_process(missed, program->arguments);
	missed_write_note(missed, obstacle);
	error = missed_store(missed);
	if (error == 0)
		*made = (struct recorder_missed){.pid = missed->header.pid,
						 .sequence = missed->file.sequence};
	else
		missed_count(made, error);
}

struct recorder_missed recorder_program_starts(const struct recorder_program *program, uint32_t pid)
{
	struct recorder_missed made = {0};
	long address;

	if (__atomic_load_n(&recorder.phase, __ATOMIC_ACQUIRE) == RECORDER_OFF ||
	    (program->name == NULL && program->fd < 0))
		return made;
	address = kernel_call6(SYS_mmap, 0, sizeof(struct missed_file), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (address < 0 && address > -4096)
		return made;
	missed_tell((struct missed_file *)address, program, pid, &made);
	kernel_call2(SYS_munmap, address, sizeof(struct missed_file));
	return made;
}

void recorder_program_failed(const struct recorder_missed *made)
{
	struct trace_file_header *header = sink_header();
	struct sink_file file;

	if (made->is_counted_here && header != NULL)
		__atomic_fetch_sub(&header->lost[TRACE_LOST_PROGRAM_UNNAMED], 1, __ATOMIC_RELAXED);
	if (made->is_on_board)
		board_take_back();
	if (made->pid == 0)
		return;
	sink_file_name(&file, settings.trace_directory, made->pid, made->sequence);
	kernel_call3(SYS_unlinkat, AT_FDCWD, file.path, 0);
}
