/* The process as a whole: command, strings, children, exec, exit, names, notes. */
#include "recorder_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "intern.h"
#include "kernel.h"
#include "modules.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

#define RECORDER_NOTES_MAX 64
#define RECORDER_TEXT_MAX  32768 /* of exe, cwd and arguments together; longer ones are cut */

static struct intern recorder_strings = {.slot_count = UINT32_C(1) << 14};
static uint32_t recorder_last_string;

const char recorder_note_ring[] = "io_uring is in use: what it does to sockets is not recorded";

/* The remarks, and those that tell of a gap. Atomic; NULL: free. */
static const char *recorder_notes[2][RECORDER_NOTES_MAX];
static uint64_t recorder_notes_written[2]; /* atomic: which of them this file has, a bit each */

_Static_assert(RECORDER_NOTES_MAX <= 64, "a bit each");

struct string_wanted {
	const char *bytes;
	size_t size;
};

static bool string_equals(const void *record, const void *wanted)
{
	const struct trace_string *string = record;
	const struct string_wanted *want = wanted;

	return string->size_bytes == want->size && memcmp(string + 1, want->bytes, want->size) == 0;
}

static void *string_make(const void *wanted)
{
	const struct string_wanted *want = wanted;
	struct trace_string *string = sink_reserve(sizeof(*string) + want->size);

	if (string == NULL)
		return NULL;
	string->id = __atomic_add_fetch(&recorder_last_string, 1, __ATOMIC_RELAXED);
	string->size_bytes = (uint32_t)want->size;
	memcpy(string + 1, want->bytes, want->size);
	sink_commit(&string->record, TRACE_STRING);
	return string;
}

int recorder_texts_reset(void)
{
	recorder_last_string = 0;
	recorder_notes_written[false] = recorder_notes_written[true] = 0;
	return intern_reset(&recorder_strings);
}

uint32_t recorder_string(const char *bytes, size_t size_bytes)
{
	static const struct intern_kind kind = {string_equals, string_make};
	struct string_wanted wanted = {bytes, size_bytes};
	const struct trace_string *string;
	uint64_t hash = size_bytes;

	if (!recorder_be_born())
		return 0;
	for (size_t i = 0; i < size_bytes; i++)
		hash = intern_mix(hash, (unsigned char)bytes[i]);
	string = intern_get(&recorder_strings, &kind, hash, &wanted);
	return string != NULL ? string->id : 0;
}

static size_t process_read_link(const char *path, char *text, size_t size)
{
	long got = kernel_call4(SYS_readlinkat, AT_FDCWD, path, text, size - 1);

	got = got < 0 ? 0 : got;
	text[got] = '\0';
	return (size_t)got + 1;
}

static size_t process_read_arguments(char *text, size_t size)
{
	long fd = kernel_call4(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
	size_t used = 0;
	long got;

	if (fd < 0)
		return 0;
	while (used < size && (got = kernel_call3(SYS_read, fd, text + used, size - used)) > 0)
		used += (size_t)got;
	kernel_call1(SYS_close, fd);
	if (used > 0)
		text[used - 1] = '\0';
	return used;
}

/* By way of a scratch mapping: the text's size is known only when it has been read. */
void recorder_write_process(void)
{
	long address = kernel_call6(SYS_mmap, 0, RECORDER_TEXT_MAX, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct trace_process *process;
	char *text = (char *)address;
	size_t start, used;

	if (address < 0 && address > -4096)
		return;
	used = process_read_link("/proc/self/exe", text, RECORDER_TEXT_MAX / 4);
	used += process_read_link("/proc/self/cwd", text + used, RECORDER_TEXT_MAX / 4);
	start = used;
	used += process_read_arguments(text + used, RECORDER_TEXT_MAX - used);
	process = sink_reserve(sizeof(*process) + used);
	if (process != NULL) {
		for (size_t i = start; i < used; i++)
			process->argument_count += text[i] == '\0';
		process->text_size_bytes = (uint32_t)used;
		memcpy(process + 1, text, used);
		sink_commit(&process->record, TRACE_PROCESS);
	}
	kernel_call2(SYS_munmap, address, RECORDER_TEXT_MAX);
}

/* getdents64(2) fills `struct dirent64` records; readdir would malloc. */
void recorder_each_open_fd(void (*visit)(int fd, void *context), void *context)
{
	char entries[2048] __attribute__((aligned(8)));
	long directory = kernel_call4(SYS_openat, AT_FDCWD, "/proc/self/fd",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long got;

	if (directory < 0)
		return;
	while ((got = kernel_call3(SYS_getdents64, directory, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < got;) {
			const struct dirent64 *entry = (const void *)(entries + at);
			int fd = 0;

			for (const char *digit = entry->d_name; *digit >= '0' && *digit <= '9';
			     digit++)
				fd = fd * 10 + (*digit - '0');
			if (entry->d_name[0] != '.' && fd != (int)directory && fd != sink_fd())
				visit(fd, context);
			at += entry->d_reclen;
		}
	}
	kernel_call1(SYS_close, directory);
}

static size_t recorder_path_size(const char *path)
{
	return path != NULL ? strnlen(path, 4096) : 0;
}

static void child_tell(uint32_t pid, enum trace_child_kind what, int status, const char *path)
{
	size_t size = recorder_path_size(path);
	struct trace_child *child;

	if (!recorder_is_ready())
		return;
	child = sink_reserve(sizeof(*child) + size);
	if (child == NULL)
		return;
	child->time_ns = clock_now_ns();
	child->pid = pid;
	child->what = what;
	child->status = status;
	child->path_size_bytes = (uint32_t)size;
	if (size > 0)
		memcpy(child + 1, path, size);
	sink_commit(&child->record, TRACE_CHILD);
}

void recorder_child(uint32_t pid, enum trace_child_kind what, const char *path)
{
	child_tell(pid, what, 0, path);
}

void recorder_child_ended(uint32_t pid, int status)
{
	child_tell(pid, TRACE_CHILD_ENDED, status, NULL);
}

void recorder_modules_changed(void)
{
	if (recorder_is_ready())
		modules_touch();
}

void recorder_named(const char *name, const struct sockaddr *address, socklen_t size,
		    uint64_t started_ns)
{
	size_t name_size = recorder_path_size(name);
	struct trace_name *record;
	const char *path;

	if (name_size == 0 || !recorder_be_born())
		return;
	record = sink_reserve(sizeof(*record) + name_size);
	if (record == NULL)
		return;
	record->time_ns = clock_now_ns();
	record->duration_ns = record->time_ns - started_ns;
	recorder_address(&record->address, address, size, &path);
	record->name_size_bytes = (uint32_t)name_size;
	record->tid = recorder_tid();
	memcpy(record + 1, name, name_size);
	sink_commit(&record->record, TRACE_NAME);
}

static void note_write(const char *text, bool is_gap)
{
	size_t size = strlen(text);
	struct trace_note *note = sink_reserve(sizeof(*note) + size);

	if (note == NULL)
		return;
	note->time_ns = clock_now_ns();
	note->is_gap = is_gap;
	note->text_size_bytes = (uint32_t)size;
	memcpy(note + 1, text, size);
	sink_commit(&note->record, TRACE_NOTE);
}

/* Both who makes the remark and who gives birth to the file may get here. */
static void note_write_once(size_t place, bool is_gap)
{
	const char *text = __atomic_load_n(&recorder_notes[is_gap][place], __ATOMIC_SEQ_CST);
	uint64_t bit = UINT64_C(1) << place;

	if (text != NULL &&
	    !(__atomic_fetch_or(&recorder_notes_written[is_gap], bit, __ATOMIC_RELAXED) & bit))
		note_write(text, is_gap);
}

void recorder_write_notes(void)
{
	for (size_t place = 0; place < RECORDER_NOTES_MAX; place++) {
		note_write_once(place, false);
		note_write_once(place, true);
	}
}

/* Kept until the file is born: a remark alone is no reason for one. */
void recorder_note(const char *text, bool is_gap)
{
	for (size_t i = 0; i < RECORDER_NOTES_MAX; i++) {
		const char *empty = NULL;

		if (__atomic_compare_exchange_n(&recorder_notes[is_gap][i], &empty, text, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
			if (recorder_is_ready())
				note_write_once(i, is_gap);
			return;
		}
		if (empty == text)
			return;
	}
}
