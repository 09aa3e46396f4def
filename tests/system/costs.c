/*
 * What a hook costs, by counting and not by the clock: system calls by strace, instructions by
 * stepping through one call. Each is compared with the bare program, and the difference with the
 * figures here. Whoever makes a hook dearer changes them, and says why.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(costs);

#define COUNT_FEW  10
#define COUNT_MANY 60
#define COUNTED    (COUNT_MANY - COUNT_FEW)

struct cost {
	const char *operation;
	const char *system_calls;  /* more than bare, each time */
	unsigned int instructions; /* more than bare, in user space; 0: the unwinder's, not ours */
};

/* A cookie for each socket; of TCP the local address, the peer's where nobody asked accept() for
 * it, and TCP_INFO at the end. */
static const struct cost costs[] = {
	{"write-file", "", 12},
	{"read-file", "", 12},
	{"write-socket", "", 190},
	{"read-socket", "", 190},
	{"send", "", 190},
	{"recv", "", 190},
	{"handle-call", "", 330},
	{"connection", " getsockname=1 getsockopt=2", 0},
	{"unix-connection", " getsockopt=1", 0},
	{"accepted", " getpeername=1 getsockname=2 getsockopt=4", 0},
};

#define COST_COUNT (sizeof(costs) / sizeof(costs[0]))

/* Which the operation handle-call calls a function of. */
static void handles_describe(void)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection\n"
				   "create return: door_make\n"
				   "use 1: door_fd\n";
	const char *path = scratch_format("%s/own.handles", scratch_new());

	scratch_write(path, text, sizeof(text) - 1);
	setenv("SOCKLIFE_HANDLES", path, 1);
}

/* ---- system calls ---- */

struct call_count {
	char name[32];
	int count;
};

struct call_counts {
	struct call_count rows[128]; /* sorted by name */
	size_t size;
};

static int *call_counts_at(struct call_counts *counts, const char *name, size_t length)
{
	char key[sizeof(counts->rows[0].name)] = {0};
	size_t at = 0;

	cr_assert_lt(length, sizeof(key));
	memcpy(key, name, length);
	while (at < counts->size && strcmp(counts->rows[at].name, key) < 0)
		at++;
	if (at == counts->size || strcmp(counts->rows[at].name, key) != 0) {
		cr_assert_lt(counts->size, sizeof(counts->rows) / sizeof(counts->rows[0]));
		memmove(&counts->rows[at + 1], &counts->rows[at],
			(counts->size - at) * sizeof(counts->rows[0]));
		memset(&counts->rows[at], 0, sizeof(counts->rows[at]));
		memcpy(counts->rows[at].name, key, sizeof(key));
		counts->size++;
	}
	return &counts->rows[at].count;
}

static void call_counts_add(struct call_counts *counts, const char *path, int sign)
{
	char *text = scratch_read(path, NULL);
	char *line, *rest = NULL;

	cr_assert_not_null(text);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");

		if (length > 0 && line[length] == '(')
			*call_counts_at(counts, line, length) += sign;
	}
}

/*
 * What libunwind remembers of addresses depends on where they are: they are always in one place,
 * except where a container's filter forbids that.
 */
static bool addresses_can_stay(void)
{
	struct command command;
	bool can_stay;

	command_run(&command, COMMAND_LIST("setarch", "-R", "true"), NULL);
	can_stay = command.status == 0;
	command_release(&command);
	return can_stay;
}

/* What libunwind calls to see whether an address that it does not remember is mapped. */
static bool is_unwinders(const char *name)
{
	return strcmp(name, "mincore") == 0 || strcmp(name, "rt_sigprocmask") == 0;
}

/* Adds, or takes away, what a command calls. */
static void call_counts_run(struct call_counts *counts, int sign, bool is_recorded,
			    const char *const argv[])
{
	const char *directory = scratch_new();
	const char *log = scratch_format("%s/strace", directory);
	const char *words[16] = {"setarch", "-R", "strace", "-o", log};
	const char *const *first = addresses_can_stay() ? words : words + 2;
	struct command command;
	size_t used = 5;

	if (is_recorded) {
		words[used++] = "-E";
		words[used++] = scratch_format("LD_PRELOAD=%s", scratch_built("libsocklife.so"));
		words[used++] = "-E";
		words[used++] = scratch_format("SOCKLIFE_TRACE=%s/trace", directory);
	}
	while (*argv != NULL)
		words[used++] = *argv++;
	command_run(&command, first, NULL);
	cr_assert_eq(command.status, 0, "%s", command.err);
	call_counts_add(counts, log, sign);
	command_release(&command);
}

/* What COUNTED operations call beyond what the bare program calls for them, each: " name=count". */
static const char *calls_more(const char *operation)
{
	struct call_counts counts = {.size = 0};
	const char *program = scratch_subject("costs");
	const char *few = scratch_format("%d", COUNT_FEW);
	const char *many = scratch_format("%d", COUNT_MANY);
	bool can_stay = addresses_can_stay();
	const char *text = "";

	call_counts_run(&counts, 1, true, COMMAND_LIST(program, operation, many));
	call_counts_run(&counts, -1, true, COMMAND_LIST(program, operation, few));
	call_counts_run(&counts, -1, false, COMMAND_LIST(program, operation, many));
	call_counts_run(&counts, 1, false, COMMAND_LIST(program, operation, few));
	for (size_t i = 0; i < counts.size; i++) {
		const struct call_count *row = &counts.rows[i];

		if (!can_stay && is_unwinders(row->name))
			continue;
		if (row->count % COUNTED != 0)
			text = scratch_format("%s %s=%d/%d", text, row->name, row->count, COUNTED);
		else if (row->count != 0)
			text = scratch_format("%s %s=%d", text, row->name, row->count / COUNTED);
	}
	return text;
}

Test(costs, traffic_makes_no_system_call_more_and_a_connection_few)
{
	handles_describe();
	for (size_t i = 0; i < COST_COUNT; i++)
		cr_expect_str_eq(calls_more(costs[i].operation), costs[i].system_calls, "%s:%s",
				 costs[i].operation, calls_more(costs[i].operation));
}

/* Two for each descriptor that is open at the start; a program has three, and a test some more. */
Test(costs, a_program_without_sockets_makes_few_system_calls_more)
{
	struct call_counts counts = {.size = 0};
	int more = 0;

	call_counts_run(&counts, 1, true, COMMAND_LIST("/bin/true"));
	call_counts_run(&counts, -1, false, COMMAND_LIST("/bin/true"));
	for (size_t i = 0; i < counts.size; i++)
		more += counts.rows[i].count;
	cr_expect_leq(more, 50, "%d", more);
	/* Neither a trace nor what reads stacks: both come with the first socket. */
	cr_expect_eq(*call_counts_at(&counts, "fallocate", 9), 0);
	cr_expect_eq(*call_counts_at(&counts, "openat", 6), 3);
}

/* ---- instructions ---- */

/* Of a library that is optimized: without, each hook takes as many as its compiler likes. */
#if defined(__x86_64__) && defined(__OPTIMIZE__)

/* Compilers and the CPU's variant of a libc function make a difference, a new loop makes more. */
#define COSTS_TOLERANCE 1.3

struct stepped {
	const char *program, *operation;
	const char *library, *trace; /* NULL: bare */
};

/* In the child, where no assertion may fail: the test is the parent. */
static void stepped_begin(const struct stepped *stepped)
{
	if (stepped->library != NULL) {
		setenv("LD_PRELOAD", stepped->library, 1);
		setenv("SOCKLIFE_TRACE", stepped->trace, 1);
	}
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		execl(stepped->program, stepped->program, stepped->operation, "step", (char *)NULL);
	_exit(126);
}

/* Returns false when it has ended. */
static bool subject_goes_on(pid_t pid, enum __ptrace_request request, int *signal_number)
{
	int status;

	cr_assert_eq(ptrace(request, pid, NULL, (void *)(long)*signal_number), 0, "%s",
		     strerror(errno));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	*signal_number = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	return WIFSTOPPED(status);
}

/* A breakpoint is the program's own, a step is the kernel's (sigaction(2), si_code). */
static bool subject_is_at_breakpoint(pid_t pid)
{
	siginfo_t info;

	cr_assert_eq(ptrace(PTRACE_GETSIGINFO, pid, NULL, &info), 0);
	return info.si_signo == SIGTRAP && info.si_code == SI_KERNEL;
}

/* The instructions between the subject's two breakpoints. */
static unsigned int instructions_of(const char *operation, bool is_recorded)
{
	const struct stepped stepped = {
		.program = scratch_subject("costs"),
		.operation = operation,
		.library = is_recorded ? scratch_built("libsocklife.so") : NULL,
		.trace = scratch_format("%s/trace", scratch_new()),
	};
	unsigned int count = 0;
	int signal_number = 0;
	pid_t pid = fork();
	int status;

	cr_assert_geq(pid, 0);
	if (pid == 0)
		stepped_begin(&stepped);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP, "status %x", status);
	cr_assert(subject_goes_on(pid, PTRACE_CONT, &signal_number));
	cr_assert(subject_is_at_breakpoint(pid));
	do {
		signal_number = 0;
		cr_assert(subject_goes_on(pid, PTRACE_SINGLESTEP, &signal_number));
		count++;
	} while (!subject_is_at_breakpoint(pid));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return count;
}

Test(costs, no_hook_takes_more_instructions_than_it_did)
{
	handles_describe();
	for (size_t i = 0; i < COST_COUNT && costs[i].instructions != 0; i++) {
		unsigned int bare = instructions_of(costs[i].operation, false);
		unsigned int recorded = instructions_of(costs[i].operation, true);

		cr_expect_gt(recorded, bare, "%s", costs[i].operation);
		cr_expect_leq(recorded - bare, costs[i].instructions * COSTS_TOLERANCE,
			      "%s: %u more", costs[i].operation, recorded - bare);
	}
}

#endif
