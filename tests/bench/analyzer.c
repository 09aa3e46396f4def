/*
 * How the analyzer grows: reports on generated traces of growing size, their time and memory, and
 * how fast records alone are read. Prints a table and draws it into analyzer.svg.
 *
 * Called as: analyzer SOCKLIFE [SOCKETS…], in a folder with room for the largest trace. An object
 * belongs to every ten sockets.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chart.h"
#include "generated_trace.h"
#include "reader.h"

#define TRACE            "analyzer.trace"
#define READ_SOCKETS     2000000u /* beyond every cache, as the budget says */
#define ROUNDS           3
#define SAMPLE_NS        5000000
#define SIZES_MAX        8
#define SOCKETS_A_OBJECT 10u

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process alone: others on the machine take nothing of it. */
static double cpu_s(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

static void trace_remove(void)
{
	if (system("rm -rf " TRACE) != 0)
		errx(1, "cannot remove " TRACE);
}

static struct generated_totals trace_make(const struct generated_trace *trace)
{
	struct generated_totals totals;

	trace_remove();
	if (mkdir(TRACE, 0700) != 0 || !generated_trace_write(trace, TRACE, &totals))
		err(1, TRACE);
	return totals;
}

/* ---- one report ---- */

struct cost {
	double wall_s, cpu_s;
	double own_bytes; /* anonymous memory at its highest, sampled */
	double all_bytes; /* with the pages of the mapped trace, which the kernel may take back */
};

/* The mapped trace lies in the page cache, whoever reads it; this is what is ours besides. */
static double anonymous_bytes(pid_t pid)
{
	char path[64], line[128];
	double found = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	status = fopen(path, "re");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "RssAnon:", 8) == 0)
			found = strtod(line + 8, NULL) * 1024;
	}
	if (status != NULL)
		fclose(status);
	return found;
}

static void report_start(pid_t *pid, const char *socklife, const char *format)
{
	char *arguments[] = {"socklife", "report", TRACE, "--format", (char *)(uintptr_t)format,
			     NULL};
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(pid, socklife, &actions, NULL, arguments, environ) != 0)
		errx(1, "cannot start %s", socklife);
	posix_spawn_file_actions_destroy(&actions);
}

static struct cost report_run(const char *socklife, const char *format)
{
	const struct timespec pause = {.tv_nsec = SAMPLE_NS};
	double started = now_s();
	struct cost cost = {0};
	struct rusage usage;
	pid_t pid;
	int status;

	report_start(&pid, socklife, format);
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		double bytes = anonymous_bytes(pid);

		cost.own_bytes = bytes > cost.own_bytes ? bytes : cost.own_bytes;
		nanosleep(&pause, NULL);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(1, "%s report failed", socklife);
	cost.wall_s = now_s() - started;
	cost.cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	cost.all_bytes = (double)usage.ru_maxrss * 1024;
	return cost;
}

/* The quickest of a few: others on the machine can only make it slower. */
static struct cost report_measure(const char *socklife, const char *format, uint32_t sockets)
{
	struct cost best = report_run(socklife, format);

	for (int i = 1; i < ROUNDS && sockets < 5000000; i++) {
		struct cost cost = report_run(socklife, format);

		if (cost.cpu_s < best.cpu_s)
			best = cost;
	}
	return best;
}

static void report_print(const char *what, uint32_t sockets, const struct generated_totals *totals,
			 const struct cost *cost)
{
	printf("%-28s %9" PRIu32 " %8.0f %8.2f %8.2f %8.2f %8.0f %8.0f\n", what, sockets,
	       (double)totals->bytes / 1e6, cost->wall_s, cost->cpu_s, sockets / cost->cpu_s / 1e6,
	       cost->own_bytes / sockets, cost->all_bytes / sockets);
	fflush(stdout);
}

/* ---- reading alone ---- */

static uint32_t socket_of(const struct trace_record *record)
{
	const void *any = record;

	switch (record->kind) {
	case TRACE_SOCKET:
		return ((const struct trace_socket *)any)->id;
	case TRACE_CONNECT:
		return ((const struct trace_connect *)any)->socket;
	case TRACE_LINK:
		return ((const struct trace_link *)any)->socket;
	default:
		return 0;
	}
}

/* Walks the records and counts them for each socket, which lie in no order. */
static double read_once_s(struct reader *reader, uint32_t *counts, uint64_t *record_count)
{
	const struct trace_record *record;
	double started = cpu_s();

	reader_rewind(reader);
	for (*record_count = 0; reader_next(reader, &record) == STATUS_OK; ++*record_count) {
		uint32_t socket = socket_of(record);

		counts[socket <= READ_SOCKETS ? socket : 0]++;
	}
	return cpu_s() - started;
}

/* The first walk makes the kernel map each page of the file; the later ones show reading alone. */
static void reading_measure(void)
{
	const struct generated_trace trace = {.sockets = READ_SOCKETS,
					      .objects = READ_SOCKETS / SOCKETS_A_OBJECT,
					      .processes = 1,
					      .is_random = true};
	uint32_t *counts = calloc(READ_SOCKETS + 1, sizeof(*counts));
	double first_s, best_s = INFINITY;
	struct reader reader;
	struct error error;
	uint64_t records;

	trace_make(&trace);
	if (counts == NULL || reader_open(&reader, TRACE "/1000.0.trace", &error) != STATUS_OK)
		errx(1, "the trace cannot be read");
	first_s = read_once_s(&reader, counts, &records);
	for (int i = 0; i < ROUNDS; i++)
		best_s = fmin(best_s, read_once_s(&reader, counts, &records));
	printf("\nreading alone, %u sockets in no order: %.1f M records a second; %.1f M while the "
	       "file is being mapped\n",
	       READ_SOCKETS, (double)records / best_s / 1e6, (double)records / first_s / 1e6);
	reader_close(&reader);
	free(counts);
}

/* ---- all ---- */

struct curves {
	struct chart_curve text_s, json_s, own_bytes;
};

static void curve_add(struct chart_curve *curve, double x, double y)
{
	curve->x[curve->count] = x;
	curve->y[curve->count++] = y;
}

static void size_measure(const char *socklife, uint32_t sockets, struct curves *curves)
{
	struct generated_trace trace = {
		.sockets = sockets, .objects = sockets / SOCKETS_A_OBJECT, .processes = 1};
	struct generated_totals totals = trace_make(&trace);
	struct cost text = report_measure(socklife, "text", sockets),
		    json = report_measure(socklife, "json", sockets);

	report_print("text", sockets, &totals, &text);
	report_print("json", sockets, &totals, &json);
	curve_add(&curves->text_s, sockets, text.cpu_s);
	curve_add(&curves->json_s, sockets, json.cpu_s);
	curve_add(&curves->own_bytes, sockets, text.own_bytes / sockets);
}

static void variants_measure(const char *socklife)
{
	struct generated_trace trace = {
		.sockets = 1000000, .objects = 100000, .processes = 1, .is_random = true};
	struct generated_totals totals = trace_make(&trace);
	struct cost cost = report_measure(socklife, "text", trace.sockets);

	report_print("text, records in no order", trace.sockets, &totals, &cost);
	trace.is_random = false;
	trace.processes = 1000;
	totals = trace_make(&trace);
	cost = report_measure(socklife, "text", trace.sockets);
	report_print("text, of 1000 processes", trace.sockets, &totals, &cost);
	trace.processes = 1;
	trace.objects = 0;
	totals = trace_make(&trace);
	cost = report_measure(socklife, "text", trace.sockets);
	report_print("text, without objects", trace.sockets, &totals, &cost);
}

static void curves_draw(const struct curves *curves)
{
	const struct chart_curve times[] = {curves->text_s, curves->json_s};
	const struct chart charts[] = {
		{"seconds of CPU for a report", "sockets", times, 2},
		{"bytes of memory a socket, the mapped trace aside", "sockets", &curves->own_bytes,
		 1},
	};

	if (!chart_write("analyzer.svg", charts, 2))
		err(1, "analyzer.svg");
}

int main(int argc, char **argv)
{
	static const uint32_t usual[] = {100000, 1000000, 10000000};
	struct curves curves = {
		.text_s = {.name = "text", .colour = "#06c"},
		.json_s = {.name = "JSON", .colour = "#c60"},
		.own_bytes = {.name = "text", .colour = "#06c"},
	};

	if (argc < 2 || argc > 2 + SIZES_MAX)
		errx(1, "usage: analyzer SOCKLIFE [SOCKETS…]");
	printf("%-28s %9s %8s %8s %8s %8s %8s %8s\n", "report", "sockets", "trace MB", "wall s",
	       "CPU s", "M/s", "own B", "all B");
	for (int i = 2; i < argc; i++)
		size_measure(argv[1], (uint32_t)strtoul(argv[i], NULL, 10), &curves);
	for (size_t i = 0; argc == 2 && i < sizeof(usual) / sizeof(usual[0]); i++)
		size_measure(argv[1], usual[i], &curves);
	variants_measure(argv[1]);
	reading_measure();
	curves_draw(&curves);
	trace_remove();
	return 0;
}
