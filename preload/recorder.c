#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>

#include "backtrace.h"
#include "board.h"
#include "clock.h"
#include "diag.h"
#include "guard.h"
#include "hot.h"
#include "kernel.h"
#include "modules.h"
#include "recorder_process.h"
#include "recorder_state.h"
#include "settings.h"
#include "signals.h"
#include "sink.h"
#include "sockets.h"
#include "stacks.h"

/* So often a thread waits for another one's birth of the file; whoever gives birth wakes it. */
#define RECORDER_BIRTH_TURNS   200
#define RECORDER_BIRTH_WAIT_NS 10000000
#define RECORDER_PAGE_BYTES    4096

struct recorder recorder HOT_DATA;

/* This thread, or the child that it waits for, is running. */
static __thread bool recorder_may_be_child __attribute__((tls_model("initial-exec")));

static uint32_t recorder_phase(void)
{
	return __atomic_load_n(&recorder.phase, __ATOMIC_ACQUIRE);
}

static void recorder_enter_phase(enum recorder_phase phase)
{
	/* Not release alone: a remark is made, then the phase asked; here it is the reverse. */
	__atomic_store_n(&recorder.phase, phase, __ATOMIC_SEQ_CST);
	__atomic_store_n(&recorder.life->is_ready, phase == RECORDER_READY, __ATOMIC_RELEASE);
}

static bool recorder_map_life(void)
{
	long address = kernel_call6(SYS_mmap, 0, RECORDER_PAGE_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (address < 0 && address > -4096)
		return false;
	recorder.life = (struct recorder_life *)address;
	if (kernel_call3(SYS_madvise, address, RECORDER_PAGE_BYTES, MADV_WIPEONFORK) != 0)
		return false;
	recorder.life->is_same_process = 1;
	return true;
}

static void recorder_stop(const char *subject, const char *reason, int error)
{
	sockets_stop();
	recorder_enter_phase(RECORDER_OFF);
	if (diag_line(subject, reason, error))
		board_tell();
}

static int recorder_open_file(void)
{
	struct trace_file_header header = {
		.started_ns = recorder.started_ns,
		.started_realtime_ns = recorder.started_realtime_ns,
		.pid = recorder.pid,
		.parent_pid = (uint32_t)kernel_call0(SYS_getppid),
		.forked_from = recorder.forked_from,
	};

	return sink_open(settings.trace_directory, settings.max_trace & ~(uint64_t)0xfff, &header);
}

static void recorder_birth(void)
{
	int error = recorder_open_file();

	if (error == 0)
		error = stacks_reset();
	if (error == 0)
		error = recorder_texts_reset();
	if (error != 0) {
		recorder_stop(settings.trace_directory, "cannot record, the program goes on",
			      error);
		return;
	}
	recorder_write_process();
	modules_repeat();
	backtrace_load();
	modules_update();
	recorder_enter_phase(RECORDER_READY);
	recorder_write_notes();
	if (recorder.forked_from != 0)
		recorder_repeat_sockets();
	if (recorder.parent_had_threads)
		recorder_adopt_inherited();
	recorder_adopt_unborn();
	sink_forget_parent();
}

/* Bounded: a thread that gives birth may have to wait for what this one holds (the loader). */
static bool recorder_await_birth(void)
{
	const struct timespec most = {.tv_nsec = RECORDER_BIRTH_WAIT_NS};

	for (int turn = 0; recorder_phase() == RECORDER_BEING_BORN; turn++) {
		if (turn == RECORDER_BIRTH_TURNS)
			return false;
		kernel_call4(SYS_futex, &recorder.phase, FUTEX_WAIT_PRIVATE, RECORDER_BEING_BORN,
			     &most);
	}
	return recorder_phase() == RECORDER_READY;
}

bool recorder_be_born(void)
{
	uint32_t unborn = RECORDER_UNBORN;
	struct signals_mask mask;

	if (recorder_is_ready())
		return true;
	if (__atomic_compare_exchange_n(&recorder.phase, &unborn, RECORDER_BEING_BORN, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		/* No handler may leave by siglongjmp() and the file half made. */
		mask = signals_block();
		recorder_birth();
		kernel_call3(SYS_futex, &recorder.phase, FUTEX_WAKE_PRIVATE, INT32_MAX);
		signals_restore(mask);
	}
	return recorder_await_birth();
}

HOT_CODE bool recorder_is_ready(void)
{
	uint32_t phase = recorder_phase();

	if (phase == RECORDER_OFF)
		return false;
	if (RECORDER_LIVE(recorder.life->is_same_process) == 0) {
		recorder_forked();
		phase = recorder_phase();
	}
	return phase == RECORDER_READY;
}

void recorder_shares_memory(bool is_awaited)
{
	if (is_awaited)
		recorder_may_be_child = true;
	else
		__atomic_store_n(&recorder.has_companion, true, __ATOMIC_RELAXED);
}

/*
 * The child of a vfork() runs with the thread-locals of the thread that made it, and that thread
 * with them again when the child is gone: whichever of the two asks first finds the mark. A child
 * made by an instruction of the program's own, past libc, leaves none, and had better not call
 * libc: vfork(2) allows it nothing but _exit() and exec.
 */
bool recorder_is_foreign_process(void)
{
	bool has_companion = __atomic_load_n(&recorder.has_companion, __ATOMIC_RELAXED);

	if (__builtin_expect(!recorder_may_be_child && !has_companion, 1))
		return false;
	if (recorder_phase() == RECORDER_OFF || RECORDER_LIVE(recorder.life->is_same_process) == 0)
		return false;
	if ((uint32_t)kernel_call0(SYS_getpid) != recorder.pid)
		return true;
	recorder_may_be_child = false;
	return false;
}

uint32_t recorder_forks(void)
{
	return recorder.forks;
}

void recorder_forking(void)
{
	RECORDER_SET(recorder.forked_ns, clock_now_ns());
	RECORDER_SET(recorder.is_forking, true);
}

void recorder_fork_returned(int pid)
{
	RECORDER_SET(recorder.is_forking, false);
	if (pid > 0)
		recorder_child((uint32_t)pid, TRACE_CHILD_FORK, NULL);
}

/* The child began when the parent called fork(); where that was not seen, now. */
static void recorder_start_clocks(void)
{
	uint64_t now_ns = clock_now_ns();

	recorder.started_ns = RECORDER_LIVE(recorder.is_forking) ? recorder.forked_ns : now_ns;
	recorder.started_realtime_ns = clock_read_ns(CLOCK_REALTIME) -
				       (now_ns - recorder.started_ns);
	RECORDER_SET(recorder.is_forking, false);
}

/*
 * The child's file is born here if it has sockets to list, and else with its first socket. A fork
 * in the middle of the parent's birth leaves a file that only the parent completes.
 */
void recorder_forked(void)
{
	uint32_t phase = recorder_phase();
	bool had_threads;

	if (phase == RECORDER_OFF || recorder.life->is_same_process != 0)
		return;
	/* In the middle of a hook: the file is changed under it when it is done. */
	if (phase == RECORDER_READY && (guard_is_nested() || guard_is_held())) {
		guard_hold();
		recorder_note(
			"a signal handler forked in the middle of a recorded call: the child is "
			"recorded from its next call on",
			true);
		if (!sink_keep_private())
			recorder_stop(settings.trace_directory, "recording stops in a child",
				      ENOMEM);
		return;
	}
	recorder.life->is_same_process = 1;
	recorder.forked_from = recorder.pid;
	recorder.pid = (uint32_t)kernel_call0(SYS_getpid);
	recorder.forks++;
	recorder_start_clocks();
	recorder.last_socket_id = recorder.last_object_id = recorder.last_code_id = 0;
	recorder.last_snapshot_id = recorder.open_count = 0;
	/* A handler may have interrupted what holds a lock, as a thread may that is not here. */
	had_threads = RECORDER_LIVE(recorder.had_threads) || !__libc_single_threaded ||
		      signals_may_be_in_handler();
	backtrace_forked(had_threads);
	modules_forked(had_threads);
	recorder.parent_had_threads = had_threads;
	RECORDER_SET(recorder.had_threads, false);
	sink_forked();
	recorder_enter_phase(RECORDER_UNBORN);
	for (uint32_t fd = 0; phase == RECORDER_READY && fd < sockets_fd_end(); fd++) {
		if (sockets_record(sockets_slot((int)fd)) != NULL) {
			recorder_be_born();
			return;
		}
	}
}

static bool recorder_is_socket(int fd)
{
	struct stat status;

	return kernel_call2(SYS_fstat, fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

static void recorder_note_inherited(int fd, void *context)
{
	bool *is_any = context;

	if (!recorder_is_socket(fd))
		return;
	sockets_put(fd, SOCKETS_SLOT_UNBORN);
	*is_any = *is_any || fd > 2;
}

void recorder_start(void)
{
	bool is_any = false;

	settings_read();
	signals_start();
	recorder.pid = (uint32_t)kernel_call0(SYS_getpid);
	recorder_start_clocks();
	if (settings.record == 0)
		return;
	if (!recorder_map_life()) {
		diag_line(settings.trace_directory, "cannot record, the program goes on", ENOMEM);
		return;
	}
	sockets_start();
	recorder_enter_phase(RECORDER_UNBORN);
	recorder_each_open_fd(recorder_note_inherited, &is_any);
	if (is_any)
		recorder_be_born();
}

uint32_t recorder_tid(void)
{
	static __thread uint32_t tid __attribute__((tls_model("initial-exec")));
	static __thread uint32_t tid_forks __attribute__((tls_model("initial-exec")));

	if (tid == 0 || tid_forks != recorder.forks) {
		tid = (uint32_t)kernel_call0(SYS_gettid);
		tid_forks = recorder.forks;
		if (!__libc_single_threaded)
			RECORDER_SET(recorder.had_threads, true);
	}
	return tid;
}
