/*
 * System calls without libc: they leave errno alone, are no cancellation points, cannot be
 * interposed and are safe in a signal handler and in a vfork child. Each returns the result or
 * -errno (the kernel's own convention: arch/x86/entry/calling.h, arch/arm64/kernel/entry.S).
 */
#ifndef SOCKLIFE_KERNEL_H
#define SOCKLIFE_KERNEL_H

#include <stdbool.h>
#include <sys/syscall.h>

/* Where the program has put a seccomp filter on itself, a call is made as filters.h says. */
extern bool kernel_is_filtered; /* atomic */
long kernel_call_filtered(long number, long a, long b, long c, long d, long e, long f);

#if defined(__x86_64__)
static inline long kernel_enter(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long kernel_enter(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#else
#error "socklife knows the system calls of x86_64 and aarch64 only"
#endif

static inline long kernel_call6(long number, long a, long b, long c, long d, long e, long f)
{
	if (__builtin_expect(__atomic_load_n(&kernel_is_filtered, __ATOMIC_RELAXED), 0))
		return kernel_call_filtered(number, a, b, c, d, e, f);
	return kernel_enter(number, a, b, c, d, e, f);
}

#define KERNEL_ARG(value)     ((long)(value))
#define kernel_call0(n)       kernel_call6((n), 0, 0, 0, 0, 0, 0)
#define kernel_call1(n, a)    kernel_call6((n), KERNEL_ARG(a), 0, 0, 0, 0, 0)
#define kernel_call2(n, a, b) kernel_call6((n), KERNEL_ARG(a), KERNEL_ARG(b), 0, 0, 0, 0)
#define kernel_call3(n, a, b, c)                                                                   \
	kernel_call6((n), KERNEL_ARG(a), KERNEL_ARG(b), KERNEL_ARG(c), 0, 0, 0)
#define kernel_call4(n, a, b, c, d)                                                                \
	kernel_call6((n), KERNEL_ARG(a), KERNEL_ARG(b), KERNEL_ARG(c), KERNEL_ARG(d), 0, 0)
#define kernel_call5(n, a, b, c, d, e)                                                             \
	kernel_call6((n), KERNEL_ARG(a), KERNEL_ARG(b), KERNEL_ARG(c), KERNEL_ARG(d),              \
		     KERNEL_ARG(e), 0)

#endif
