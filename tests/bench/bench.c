/*
 * What recording costs end to end: each workload runs bare and under libsocklife.so in turn, and
 * the median of the pairs' ratios is printed. A third run of each round is bare again; its ratio to
 * the first is the noise of this machine, below which no difference means anything.
 *
 * Called as: bench LIBSOCKLIFE, in the folder of the workloads.
 */
#include <err.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS        9
#define ARGUMENTS_MAX 3
#define PORT          "PORT" /* stands for the server's port in an argument list */

struct workload {
	const char *name, *program;
	const char *arguments[ARGUMENTS_MAX];
};

static const struct workload workloads[] = {
	{"connect, exchange, close: 5000", "./churn", {PORT, "5000"}},
	{"64-byte exchanges: 50000", "./ping_pong", {PORT, "50000"}},
	{"start of /bin/true", "/bin/true", {NULL}},
	{"start of python3 -c pass", "/usr/bin/python3", {"-c", "pass"}},
};

struct server {
	pid_t pid;
	char port[8];
};

static void server_start(struct server *server)
{
	int ends[2];
	FILE *from_server;

	if (pipe(ends) != 0)
		err(1, "pipe");
	server->pid = fork();
	if (server->pid < 0)
		err(1, "fork");
	if (server->pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("./echo_server", "echo_server", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	from_server = fdopen(ends[0], "r");
	if (from_server == NULL || fgets(server->port, sizeof(server->port), from_server) == NULL)
		errx(1, "the server did not start");
	server->port[strcspn(server->port, "\n")] = '\0';
	fclose(from_server);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double workload_run_s(const struct workload *workload, char *port, char **environment)
{
	char *arguments[ARGUMENTS_MAX + 2] = {(char *)(uintptr_t)workload->program};
	uint64_t started_ns;
	pid_t pid;
	int status;

	for (size_t i = 0; i < ARGUMENTS_MAX && workload->arguments[i] != NULL; i++)
		arguments[i + 1] = strcmp(workload->arguments[i], PORT) == 0
					   ? port
					   : (char *)(uintptr_t)workload->arguments[i];
	started_ns = now_ns();
	if (posix_spawn(&pid, workload->program, NULL, NULL, arguments, environment) != 0)
		errx(1, "cannot start %s", workload->program);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		errx(1, "%s failed", workload->program);
	return (double)(now_ns() - started_ns) / 1e9;
}

static int double_compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), double_compare);
	return values[ROUNDS / 2];
}

static void workload_measure(const struct workload *workload, char *port, char **recorded)
{
	double bare_s[ROUNDS], ratios[ROUNDS], noise[ROUNDS];

	workload_run_s(workload, port, environ); /* warms the page cache */
	for (int i = 0; i < ROUNDS; i++) {
		double recorded_s;

		bare_s[i] = workload_run_s(workload, port, environ);
		recorded_s = workload_run_s(workload, port, recorded);
		ratios[i] = recorded_s / bare_s[i];
		noise[i] = workload_run_s(workload, port, environ) / bare_s[i];
	}
	printf("%-32s %9.2f %9.3f %9.3f\n", workload->name, median(bare_s) * 1e3, median(ratios),
	       median(noise));
	fflush(stdout);
}

/* The environment of the recorded runs: ours, and the library's two variables in front. */
static char **environment_recorded(const char *library, const char *directory)
{
	static char preload[PATH_MAX + 16], trace[PATH_MAX + 16];
	size_t count = 0;
	char **environment;

	while (environ[count] != NULL)
		count++;
	environment = calloc(count + 3, sizeof(*environment));
	if (environment == NULL)
		err(1, "calloc");
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library);
	snprintf(trace, sizeof(trace), "SOCKLIFE_TRACE=%s", directory);
	environment[0] = preload;
	environment[1] = trace;
	memcpy(environment + 2, environ, count * sizeof(*environment));
	return environment;
}

int main(int argc, char **argv)
{
	char directory[] = "trace.XXXXXX";
	struct server server;
	char **recorded;

	if (argc != 2)
		errx(2, "usage: %s LIBSOCKLIFE", argv[0]);
	if (mkdtemp(directory) == NULL)
		err(1, "mkdtemp");
	recorded = environment_recorded(argv[1], directory);
	server_start(&server);
	printf("%-32s %9s %9s %9s\n", "workload", "bare ms", "ratio", "noise");
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++)
		workload_measure(&workloads[i], server.port, recorded);
	free(recorded);
	return 0;
}
