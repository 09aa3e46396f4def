/* Leaves one connection open, having sent 10 bytes and received 4, and ends as the argument says.
 */
#include "facts.h"

#include <assert.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define LATE_PAIRS 300

static void end_return(void)
{
}

static void end_exit(void)
{
	exit(7);
}

static void end_underscore_exit(void)
{
	_exit(8);
}

static void end_capital_exit(void)
{
	_Exit(9);
}

static void end_quick_exit(void)
{
	quick_exit(10);
}

/* What is registered runs after the hook of quick_exit(), and fills more than a page of trace. */
static void open_late(void)
{
	for (int i = 0; i < LATE_PAIRS; i++) {
		int pair[2];

		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
		MUST(close(pair[0]) == 0 && close(pair[1]) == 0);
	}
}

static void end_quick_exit_later(void)
{
	fact("late", LATE_PAIRS);
	MUST(at_quick_exit(open_late) == 0);
	quick_exit(10);
}

static void end_syscall(void)
{
	syscall(SYS_exit_group, 11);
}

static void end_abort(void)
{
	abort();
}

static void end_assert(void)
{
	__assert_fail("what must be", "endings.c", 0, "end_assert");
}

static void end_kill(void)
{
	kill(getpid(), SIGKILL);
}

static void end_terminate(void)
{
	raise(SIGTERM);
}

static void end_fault(void)
{
	volatile int *nowhere = NULL;

	signal(SIGSEGV, SIG_DFL);
	kill(getpid(), SIGSEGV);
	*nowhere = 1;
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"return", end_return},         {"exit", end_exit},
		{"_exit", end_underscore_exit}, {"_Exit", end_capital_exit},
		{"quick_exit", end_quick_exit}, {"quick_exit-later", end_quick_exit_later},
		{"syscall", end_syscall},       {"abort", end_abort},
		{"assert", end_assert},         {"kill", end_kill},
		{"terminate", end_terminate},   {"fault", end_fault},
	};
	const struct rlimit no_core = {0, 0};
	int client, server;

	setrlimit(RLIMIT_CORE, &no_core);
	pair_open(listener_open(), &client, &server);
	fact("client", client);
	fact("server", server);
	bytes_send(client, 10);
	bytes_receive(server, 10);
	bytes_send(server, 4);
	bytes_receive(client, 4);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
