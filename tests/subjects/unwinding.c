/*
 * Takes stacks of all kinds by the library's own unwinder and by glibc's, and compares: what the
 * one tells must be what the other one does, be it taken or known again. Linked with the unwinder
 * alone.
 */
#include "facts.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include "signals.h"
#include "unwind.h"

#define FRAMES_MAX  64
#define NUMBERS     200000
#define ROUNDS      400
#define STEPS_MAX   24
#define THREADS     4
#define STACK_BYTES 262144

static struct {
	uint32_t taken, known, declined, wrong, last_number;
} counts; /* all atomic */

/* What glibc said when a stack got its number, as one sum of all its frames but the first. */
static uint64_t sums[NUMBERS + 1];

#define COUNT(what) __atomic_add_fetch(&counts.what, 1, __ATOMIC_RELAXED)

static uint64_t frames_sum(void *const *frames, int count)
{
	uint64_t sum = (uint64_t)count;

	for (int i = 1; i < count; i++)
		sum = (sum ^ (uint64_t)(uintptr_t)frames[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static void frames_compare(const uint64_t *own, size_t own_count, void *const *glibcs, int count)
{
	bool is_same = own_count == (size_t)count;

	for (int i = 1; i < count && is_same; i++)
		is_same = own[i] == (uintptr_t)glibcs[i];
	if (!is_same)
		COUNT(wrong);
}

/* The first frame is this function's, at two places: the calls. */
static FRAME int look(int unused)
{
	uint64_t own[FRAMES_MAX];
	void *glibcs[FRAMES_MAX];
	struct unwind_path path;
	size_t own_count = unwind_capture(own, FRAMES_MAX, &path);
	int count = backtrace(glibcs, FRAMES_MAX);
	uint32_t number;

	if (path.known != 0) {
		COUNT(known);
		if (__atomic_load_n(&sums[path.known], __ATOMIC_ACQUIRE) !=
		    frames_sum(glibcs, count))
			COUNT(wrong);
	} else if (own_count == 0) {
		COUNT(declined);
	} else {
		COUNT(taken);
		frames_compare(own, own_count, glibcs, count);
		number = COUNT(last_number);
		MUST(number <= NUMBERS);
		__atomic_store_n(&sums[number], frames_sum(glibcs, count), __ATOMIC_RELEASE);
		unwind_path_keep(&path, number);
	}
	return unused;
}

/* ---- functions whose frames differ ---- */

/* Which way down, a base-8 digit a step; the lowest is next. */
struct way {
	uint64_t digits;
	int steps;
};

static int go(struct way way);

static FRAME int step_plain(struct way way)
{
	return go(way) + 1;
}

static FRAME int step_large(struct way way)
{
	volatile char large[40000];

	large[0] = (char)way.steps;
	return go(way) + large[0];
}

/* Its frame pointer is what the way back needs. */
static FRAME int step_alloca(struct way way)
{
	volatile char *piece = __builtin_alloca((size_t)(16 + 48 * (way.digits % 5)));

	piece[0] = 1;
	return go(way) + piece[0];
}

static FRAME __attribute__((optimize("no-omit-frame-pointer"))) int step_framed(struct way way)
{
	return go(way) + 2;
}

/* Keeps something else than a frame in every register that its caller wants back. */
static FRAME int step_busy(struct way way)
{
	uint64_t a = way.digits, b = a * 3, c = b ^ a, d = c * 7, e = d ^ b, f = e * 5;
	int below;

	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
	below = go(way);
	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
	return below + (int)(a ^ b ^ c ^ d ^ e ^ f);
}

static __thread struct way compare_way;

static int compare_two(const void *left, const void *right)
{
	struct way way = compare_way;

	(void)left, (void)right;
	go(way);
	return 0;
}

/* Through libc and back. */
static FRAME int step_sorting(struct way way)
{
	int two[2] = {1, 2};

	compare_way = way;
	qsort(two, 2, sizeof(*two), compare_two);
	return two[0];
}

static int go(struct way way)
{
	static int (*const steps[8])(struct way) = {
		step_plain, step_large, step_alloca, step_framed,
		step_busy,  step_plain, step_alloca, step_sorting,
	};
	int digit = (int)(way.digits & 7);

	if (way.steps == 0)
		return look(0);
	way.digits >>= 3;
	way.steps--;
	return steps[digit](way);
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A few ways each, again and again, and such as differ late, or only in how much they take. */
static void ways_run(uint64_t seed)
{
	uint64_t state = seed * 2 + 1;

	for (int round = 0; round < ROUNDS; round++) {
		struct way way = {random_next(&state), 1 + (int)(random_next(&state) % STEPS_MAX)};

		way.steps = way.steps > 21 ? 21 : way.steps;
		for (int again = 0; again < 6; again++) {
			go(way);
			if (again % 2 != 0)
				way.digits ^= random_next(&state) << 57 | 1 << again;
		}
	}
}

/* ---- scenarios ---- */

static void recursion(void)
{
	ways_run(1);
}

static void *thread_run(void *seed)
{
	ways_run((uint64_t)(uintptr_t)seed);
	return NULL;
}

static void threads(void)
{
	pthread_t ids[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		MUST(pthread_create(&ids[i], NULL, thread_run, (void *)(i + 2)) == 0);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_join(ids[i], NULL) == 0);
}

static jmp_buf jump_back;

static FRAME void jump_from(int depth)
{
	volatile char frame[200];

	frame[0] = (char)depth;
	if (depth > 0)
		jump_from(depth - 1);
	look(0);
	if (frame[0] == 0) /* the innermost one leaves past the others */
		longjmp(jump_back, 1);
}

static FRAME void jump_once(int depth)
{
	if (setjmp(jump_back) == 0)
		jump_from(depth);
	look(0);
}

static void jumps(void)
{
	for (int round = 0; round < ROUNDS; round++)
		jump_once(round % 7);
}

typedef int (*unwound_fn)(int (*call)(int), int argument);

/* Loaded, called and unloaded in turns: one comes to where the other was. */
static void modules(void)
{
	static const char *const names[] = {"libunwound.so", "libunwound_else.so"};
	uintptr_t place = 0;
	int same = 0;

	for (int round = 0; round < ROUNDS; round++) {
		void *module = dlopen(names[round % 2], RTLD_NOW | RTLD_LOCAL);
		unwound_fn call;

		MUST(module != NULL);
		*(void **)&call = dlsym(module, "unwound_call");
		MUST(call != NULL);
		same += (uintptr_t)call == place;
		place = (uintptr_t)call;
		for (int again = 0; again < 3; again++)
			call(look, again);
		MUST(dlclose(module) == 0);
		unwind_forget();
	}
	fact("same_place", same);
}

static void on_signal(int number)
{
	(void)number;
	look(0);
}

static void signals_run(int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	MUST(sigaction(SIGUSR1, &action, NULL) == 0);
	for (int round = 0; round < 10; round++)
		raise(SIGUSR1);
}

static void signals(void)
{
	static char other[STACK_BYTES];
	stack_t stack = {.ss_sp = other, .ss_size = sizeof(other)};

	signals_run(0);
	MUST(sigaltstack(&stack, NULL) == 0);
	signals_run(SA_ONSTACK);
}

static ucontext_t context_main, context_other;

static void context_run(void)
{
	for (int i = 0; i < 10; i++)
		look(0);
}

static void contexts(void)
{
	static char other[STACK_BYTES];

	MUST(getcontext(&context_other) == 0);
	context_other.uc_stack.ss_sp = other;
	context_other.uc_stack.ss_size = sizeof(other);
	context_other.uc_link = &context_main;
	makecontext(&context_other, context_run, 0);
	MUST(swapcontext(&context_main, &context_other) == 0);
}

/* The same two stacks in turns, whose innermost frames lie at the same place. */
static FRAME int caller_one(void)
{
	return look(0) + 1;
}

static FRAME int caller_two(void)
{
	return look(0) + 2;
}

static void turns(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		caller_one();
		caller_two();
	}
}

int main(int argc, char **argv)
{
	static const struct scenario scenarios[] = {
		{"recursion", recursion}, {"threads", threads}, {"jumps", jumps},
		{"modules", modules},     {"signals", signals}, {"contexts", contexts},
		{"turns", turns},
	};
	void *frame[1];
	int major = 0, minor = 0, status;

	backtrace(frame, 1);
	signals_start();
	unwind_start();
	status = scenario_run(scenarios, sizeof(scenarios) / sizeof(*scenarios),
			      argc > 1 ? argv[1] : NULL);
	MUST(sscanf(gnu_get_libc_version(), "%d.%d", &major, &minor) == 2);
#if defined(__x86_64__)
	fact("has_rules", major > 2 || minor >= 35);
#else
	fact("has_rules", 0);
#endif
	fact("taken", counts.taken);
	fact("known", counts.known);
	fact("declined", counts.declined);
	fact("wrong", counts.wrong);
	return status;
}
