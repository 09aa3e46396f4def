#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "kernel.h"

#define SIGNALS_SET_BYTES   8 /* the kernel's sigset_t */
#define SIGNALS_COUNT       64
#define SIGNALS_BIT(number) (UINT64_C(1) << ((number)-1))
/*
 * A fault while its signal is blocked kills (sigprocmask(2)), and so does a system call that a
 * seccomp filter answers by SIGSYS.
 */
#define SIGNALS_SYNCHRONOUS                                                                        \
	(SIGNALS_BIT(SIGSEGV) | SIGNALS_BIT(SIGBUS) | SIGNALS_BIT(SIGFPE) | SIGNALS_BIT(SIGILL) |  \
	 SIGNALS_BIT(SIGTRAP) | SIGNALS_BIT(SIGSYS))
#define SIGNALS_STACK_MAX (UINT64_C(256) << 20)

/* arch/x86/include/uapi/asm/signal.h and its like: the kernel's own struct sigaction. */
struct signals_action {
	uintptr_t handler;
	unsigned long flags;
	uintptr_t restorer;
	uint64_t mask;
};

static uintptr_t signals_main_stack_end;

struct signals_mask signals_block(void)
{
	uint64_t wanted = ~SIGNALS_SYNCHRONOUS;
	struct signals_mask mask = {0};

	mask.is_blocked = kernel_call4(SYS_rt_sigprocmask, SIG_BLOCK, &wanted, &mask.old,
				       SIGNALS_SET_BYTES) == 0;
	return mask;
}

void signals_restore(struct signals_mask mask)
{
	if (mask.is_blocked)
		kernel_call4(SYS_rt_sigprocmask, SIG_SETMASK, &mask.old, NULL, SIGNALS_SET_BYTES);
}

/* The kernel puts the environment above the first frame (fs/binfmt_elf.c). */
void signals_start(void)
{
	signals_main_stack_end = (uintptr_t)environ;
}

uintptr_t signals_stack_end(uintptr_t place)
{
	/* glibc puts a thread's descriptor at the end of its stack (nptl/allocatestack.c). */
	uintptr_t thread_end = (uintptr_t)pthread_self();

	if (thread_end - place < SIGNALS_STACK_MAX)
		return thread_end;
	return signals_main_stack_end - place < SIGNALS_STACK_MAX ? signals_main_stack_end : 0;
}

/* A handler returns to `restorer` (rt_sigreturn), whose address is therefore above its frame. */
__attribute__((noinline)) static bool signals_stack_holds(uintptr_t restorer)
{
#if defined(__x86_64__)
	uintptr_t place = (uintptr_t)__builtin_frame_address(0);
	uintptr_t end = signals_stack_end(place);

	for (const volatile uintptr_t *at = (uintptr_t *)place; (uintptr_t)at < end; at++) {
		if (*at == restorer)
			return true;
	}
	return end == 0;
#else
	(void)restorer;
	return true; /* the way back is in a register there */
#endif
}

/* While a handler runs its signal is blocked (sigaction(2)), which is asked first. */
bool signals_may_be_in_handler(void)
{
	stack_t other = {.ss_flags = SS_DISABLE};
	struct signals_action action;
	uint64_t mask = 0;

	kernel_call2(SYS_sigaltstack, NULL, &other);
	if (other.ss_flags & SS_ONSTACK)
		return true;
	kernel_call4(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, SIGNALS_SET_BYTES);
	for (int number = 1; number <= SIGNALS_COUNT; number++) {
		if (!(mask & SIGNALS_BIT(number)) ||
		    kernel_call4(SYS_rt_sigaction, number, NULL, &action, SIGNALS_SET_BYTES) != 0)
			continue;
		if (action.handler != (uintptr_t)SIG_DFL && action.handler != (uintptr_t)SIG_IGN &&
		    signals_stack_holds(action.restorer))
			return true;
	}
	return false;
}
