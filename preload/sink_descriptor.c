/* The descriptor of the trace's file, and how the program does not notice it. */
#include <fcntl.h>

#include "kernel.h"
#include "signals.h"
#include "sink.h"
#include "sink_state.h"

#define SINK_FD_NEAR     64
#define SINK_SPARE_BYTES (UINT64_C(1) << 20)

int sink_fd(void)
{
	return __atomic_load_n(&sink_file.fd, __ATOMIC_RELAXED);
}

static bool sink_move_fd(long least)
{
	int old = sink_fd();
	long moved = old < 0 ? -1 : kernel_call3(SYS_fcntl, old, F_DUPFD_CLOEXEC, least);

	if (moved < 0)
		return false;
	__atomic_store_n(&sink_file.fd, (int)moved, __ATOMIC_RELAXED);
	kernel_call1(SYS_close, old);
	return true;
}

/* Not while another thread grows the file by that number: it would grow the program's file. */
static bool sink_await_taking(void)
{
	bool is_ours = sink_try_taking();

	for (int turn = 0; !is_ours && turn < SINK_GROW_TURNS; turn++) {
		sink_wait();
		is_ours = sink_try_taking();
	}
	return is_ours;
}

static bool sink_yield_to(long least)
{
	struct signals_mask mask = signals_block();
	bool is_ours = sink_await_taking();
	bool is_moved = is_ours && sink_move_fd(least);

	if (is_ours)
		sink_give_back();
	signals_restore(mask);
	return is_moved;
}

/* First the room that what follows may need, a snapshot of all that is open for one. */
static bool sink_close_fd(void)
{
	if (sink_file.fd < 0 || sink_file_is_beyond(sink_file.fd))
		return false;
	sink_make_room(SINK_SPARE_BYTES);
	sink_file_close(&sink_file);
	return true;
}

bool sink_give_up_fd(void)
{
	struct signals_mask mask = signals_block();
	bool is_ours = sink_await_taking();
	bool is_given = is_ours && sink_close_fd();

	if (is_ours)
		sink_give_back();
	signals_restore(mask);
	return is_given;
}

/* Held no longer than that, so that the program's next number is what it would be. */
void sink_refill(void)
{
	struct signals_mask mask;

	if (sink_fd() >= 0 || sink_header() == NULL || sink_room() >= SINK_SPARE_BYTES / 2)
		return;
	mask = signals_block();
	if (sink_try_taking()) {
		if (sink_file.fd < 0 && sink_file_reopen(&sink_file) == 0) {
			sink_make_room(SINK_SPARE_BYTES);
			sink_file_close(&sink_file);
		}
		sink_give_back();
	}
	signals_restore(mask);
}

bool sink_yield_fd(void)
{
	return sink_yield_to(sink_fd() + 1);
}

/* Twice as high, so that this is seldom; numbers that are no sockets do not come by here. */
void sink_make_way(int fd)
{
	int own = sink_fd();
	long above;

	if (fd >= own || own - fd > SINK_FD_NEAR)
		return;
	above = sink_file_above(own);
	if (above > own)
		sink_yield_to(above);
}

int sink_reopen(void)
{
	int error;

	if (sink_file.fd >= 0)
		return 0;
	error = sink_file_reopen(&sink_file);
	if (error == 0)
		sink_file_raise(&sink_file.fd, false);
	return error;
}
