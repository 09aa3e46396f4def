/*
 * close_range() and closefrom(): many descriptors closed at once. Recorded sockets are claimed, at
 * most HOOK_RANGE_CLAIMS at a time, before the piece of the range that holds them is closed; the
 * recorder's own descriptor is gone around.
 */
#include "hook.h"

#include <linux/close_range.h>
#include <sys/single_threaded.h>

#include "real.h"

#define HOOK_RANGE_CLAIMS 32

struct hook_range {
	unsigned int next; /* first number that is not dealt with yet */
	int flags;
	int result;
	int error;
	size_t claim_count;
	struct recorder_claim claims[HOOK_RANGE_CLAIMS];
};

/* Closes [first, last], our own descriptors excepted. */
static int range_close_around(unsigned int first, unsigned int last, int flags)
{
	int own = recorder_own_fd_from(first);

	while (own >= 0 && (unsigned int)own <= last) {
		unsigned int gap = (unsigned int)own;

		if (gap > first && REAL(close_range)(first, gap - 1, flags) != 0)
			return -1;
		if (gap == last)
			return 0;
		first = gap + 1;
		own = recorder_own_fd_from(first);
	}
	return REAL(close_range)(first, last, flags);
}

/* Closes what lies between the last piece and `last`, then tells of the sockets in it. */
static void range_close_piece(struct hook_range *range, unsigned int last)
{
	range->result = range_close_around(range->next, last, range->flags);
	range->error = range->result < 0 ? errno : 0;
	for (size_t i = 0; i < range->claim_count; i++) {
		if (range->result < 0)
			recorder_claim_returned(&range->claims[i], range->error);
		else
			recorder_claim_ended(&range->claims[i], TRACE_END_CLOSED);
	}
	range->claim_count = 0;
	range->next = last + 1;
}

static void range_visit(int fd, void *context)
{
	struct hook_range *range = context;

	if (range->result < 0)
		return;
	if (range->claim_count == HOOK_RANGE_CLAIMS)
		range_close_piece(range, (unsigned int)fd - 1);
	if (range->result == 0 && recorder_claim(fd, &range->claims[range->claim_count]))
		range->claim_count++;
}

static void range_mark_visit(int fd, void *context)
{
	(void)context;
	recorder_cloexec(fd, true);
}

static int range_mark(unsigned int first, unsigned int last, int flags)
{
	int result = REAL(close_range)(first, last, flags);
	struct hook_scope scope = hook_enter();

	if (result == 0)
		recorder_each_fd(first, last, range_mark_visit, NULL);
	hook_leave(scope);
	return result;
}

/* The table that CLOSE_RANGE_UNSHARE leaves to the other threads is the one that we record. */
static int range_unshare(unsigned int first, unsigned int last, int flags)
{
	struct hook_scope scope = hook_enter();

	recorder_note("a thread took a descriptor table of its own (CLOSE_RANGE_UNSHARE): what it "
		      "closed is not recorded",
		      true);
	hook_leave(scope);
	return REAL(close_range)(first, last, flags);
}

int hook_close_range(unsigned int first, unsigned int last, int flags)
{
	struct hook_range range = {.next = first, .flags = flags};
	struct hook_scope scope;

	if (first > last || hook_is_silent())
		return REAL(close_range)(first, last, flags);
	if ((flags & (int)CLOSE_RANGE_UNSHARE) != 0 && !__libc_single_threaded)
		return range_unshare(first, last, flags);
	if ((flags & (int)CLOSE_RANGE_CLOEXEC) != 0)
		return range_mark(first, last, flags);
	scope = hook_enter();
	recorder_each_fd(first, last, range_visit, &range);
	if (range.result == 0)
		range_close_piece(&range, last);
	scope.error = range.result < 0 ? range.error : scope.error;
	hook_leave(scope);
	return range.result;
}

HOOK_EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	return hook_close_range(first, last, flags);
}

/* What is left of closefrom()'s own range after ours: nothing, unless the kernel (before 5.9) has
 * no close_range; libc then reads /proc/self/fd (sysdeps/unix/sysv/linux/closefrom.c). */
HOOK_EXPORT void closefrom(int first)
{
	int saved_errno = errno;

	if (hook_close_range(first > 0 ? (unsigned int)first : 0, ~0u, 0) == 0)
		return;
	errno = saved_errno;
	REAL(closefrom)(first);
}
