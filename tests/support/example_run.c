#include "example.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "report.h"
#include "scratch.h"
#include "shape.h"
#include "witness.h"

#define ARGUMENTS_MAX 16

/* The kernel tells the time of the peer's last segment in milliseconds, on a tick of up to 10. */
#define PEER_CLOSED_SLACK_S 0.02

static bool is_open_at(const json_t *socket, const char *birth, double time_s)
{
	return !report_is_null(socket, birth) && report_seconds(socket, birth) <= time_s &&
	       (report_is_null(socket, "closed") || report_seconds(socket, "closed") > time_s);
}

static void state_agrees(const json_t *socket, const char *state, double time_s)
{
	double peer_closed_s = report_seconds(socket, "peer_closed");

	if (strcmp(state, "CLOSE_WAIT") == 0)
		cr_expect(peer_closed_s <= time_s + PEER_CLOSED_SLACK_S,
			  "half-closed by the peer at %f, says the kernel: %s", time_s,
			  report_dump(socket));
	else
		cr_expect(isnan(peer_closed_s) || peer_closed_s >= time_s - PEER_CLOSED_SLACK_S,
			  "%s at %f, says the kernel: %s", state, time_s, report_dump(socket));
}

static bool is_of(const struct subject *subject, const json_t *socket, long long pid)
{
	return report_number(report_row(subject->report, "processes", "id",
					report_text(socket, "process")),
			     "pid") == pid;
}

/* The report has the same UNIX sockets and TCP connections at this time as the kernel had. */
static void step_agrees(const struct subject *subject, const char *name)
{
	size_t index, unix_sockets = 0, connections = 0;
	struct example_step step;
	const json_t *socket;

	example_step_read(subject, name, &step);
	json_array_foreach(json_object_get(subject->report, "sockets"), index, socket)
	{
		if (!is_of(subject, socket, step.pid))
			continue;
		if (report_is(socket, "family", "unix"))
			unix_sockets += is_open_at(socket, "created", step.time_s);
		else
			connections += is_open_at(socket, "connected", step.time_s);
	}
	cr_expect_eq(unix_sockets, step.unix_sockets, "UNIX sockets at %s, %f: %zu, kernel %zu: %s",
		     name, step.time_s, unix_sockets, step.unix_sockets,
		     report_dump(subject->report));
	cr_expect_eq(connections, step.count, "connections at %s, %f: %zu, kernel %zu: %s", name,
		     step.time_s, connections, step.count, report_dump(subject->report));
	for (index = 0; index < step.count; index++) {
		socket = report_local(subject->report, step.pid, step.connections[index].local);
		cr_expect(is_open_at(socket, "connected", step.time_s), "open at %s, %f: %s", name,
			  step.time_s, report_dump(socket));
		cr_expect_str_eq(report_text(socket, "peer"), step.connections[index].peer);
		state_agrees(socket, step.connections[index].state, step.time_s);
	}
}

static double line_time_s(const struct subject *subject, const char *line)
{
	return example_time_s(subject, scratch_format("%.*s", (int)strcspn(line, "="), line));
}

/* What the program printed just before objects went and just after: whatever went with it, says so
 * in between, in an order that nobody promises. */
static void expect_ended_at(const struct subject *subject, const json_t *object, const char *gone)
{
	const char *before = gone, *after = gone;
	double ended_s = report_seconds(object, "ended");

	while (strncmp(before, "gone ", 5) == 0)
		for (before--; before > subject->command.out && before[-1] != '\n';)
			before--;
	while (strncmp(after, "gone ", 5) == 0)
		after = strchr(after, '\n') + 1;
	cr_expect_gt(ended_s, line_time_s(subject, before), "%s", report_dump(object));
	if (*after != '\0')
		cr_expect_lt(ended_s, line_time_s(subject, after), "%s", report_dump(object));
}

/* The object ended when, and by whom, the program's own weak reference says; or not at all. */
static void object_agrees(const struct subject *subject, const char *name)
{
	const char *fact = scratch_format("gone %s", name);
	const json_t *object = example_object(subject, name);
	const char *gone = strstr(subject->command.out, scratch_format("\n%s=", fact)), *by;

	if (gone == NULL) {
		cr_expect(report_is(object, "end", "exit"), "%s was alive at exit: %s", name,
			  report_dump(object));
		return;
	}
	by = strchr(subject_fact_text(subject, fact), ' ') + 1;
	cr_expect(report_is(object, "end", by), "%s by %s: %s", fact, by, report_dump(object));
	expect_ended_at(subject, object, gone + 1);
}

static void line_agrees(const struct subject *subject, const char *line)
{
	const char *equals = strchr(line, '=');
	char *name;

	if (equals == NULL)
		return;
	name = scratch_format("%.*s", (int)(equals - line), line);
	if (strncmp(name, "made ", 5) == 0)
		object_agrees(subject, name + 5);
	else if (strstr(equals, " unix") != NULL)
		step_agrees(subject, name);
}

static void program_agrees(const struct subject *subject)
{
	char *text = scratch_format("%s", subject->command.out), *rest = NULL, *line;
	size_t lines = 0;

	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		line_agrees(subject, line);
		lines++;
	}
	cr_assert_gt(lines, 0, "the program printed nothing");
}

static void strace_agrees(const struct subject *subject)
{
	struct witness witness;

	witness_load(&witness, subject->witness);
	witness_agrees(&witness, subject->report);
	witness_release(&witness);
}

/* From the heading to the end of the section; NULL: there are no findings. */
static char *findings_of(const char *text)
{
	const char *start = strstr(text, "FINDINGS\n"), *end;

	if (start == NULL)
		return NULL;
	for (end = start;
	     *end != '\0' && strncmp(end, "\n\n", 2) != 0 && strncmp(end, "\n```", 4) != 0;)
		end++;
	return scratch_format("%.*s\n", (int)(end - start), start);
}

/* Where the next finding starts, with its severity after two blanks; NULL: there is none. */
static const char *finding_next(const char *at)
{
	while ((at = strstr(at, "\n  ")) != NULL && (at[3] == ' ' || at[3] == '\0'))
		at++;
	return at;
}

/* The same findings, in an order that those of one moment have by chance. */
static bool has_findings(const char *shown, const char *findings)
{
	const char *from = finding_next(findings), *to, *other = finding_next(shown);

	shown = shape_of(shown);
	for (; from != NULL && other != NULL; from = to, other = finding_next(other + 1)) {
		to = finding_next(from + 1);
		if (strstr(shown,
			   shape_of(scratch_format(
				   "%.*s\n", to != NULL ? (int)(to - from) : (int)strlen(from),
				   from))) == NULL)
			return false;
	}
	return from == NULL && other == NULL;
}

static bool readme_has(const char *readme, const char *findings)
{
	const char *at = strstr(readme, "FINDINGS\n");

	if (findings == NULL)
		return at == NULL;
	for (; at != NULL; at = strstr(at + 1, "FINDINGS\n"))
		if (has_findings(findings_of(at), findings))
			return true;
	return false;
}

/* README shows the findings of a run: what is no matter of its speed and its numbers' widths. */
static void readme_agrees(const struct subject *subject, const char *program)
{
	const char *path = scratch_format("examples/%.*s/README.md", (int)strcspn(program, "/"),
					  program);
	const char *readme = scratch_read(scratch_source(path), NULL), *findings;
	/* README's characters; elsewhere the report keeps to the locale's. */
	struct command_options options = {.environment = COMMAND_LIST("LC_ALL=C.UTF-8")};
	struct command command;

	cr_assert_not_null(readme, "%s is not there", path);
	command_run(&command, COMMAND_LIST(scratch_built("socklife"), "report", subject->trace),
		    &options);
	cr_assert_eq(command.status, 0, "%s", command.err);
	findings = findings_of(command.out);
	cr_expect(readme_has(readme, findings), "%s shows other findings than these: %s", path,
		  findings != NULL ? findings : "none");
	command_release(&command);
}

void example_run(struct subject *subject, const char *const run_options[], const char *program,
		 const char *const arguments[])
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_witnessed = true};
	const char *argv[ARGUMENTS_MAX] = {"/usr/bin/python3"};
	size_t count = 2;

	options.run_options = run_options;
	/* Nothing is written beside the sources; no proxy knows our servers. */
	options.command.environment = COMMAND_LIST("PYTHONDONTWRITEBYTECODE=1",
						   "no_proxy=127.0.0.1");
	argv[1] = scratch_source(scratch_format("examples/%s", program));
	for (; *arguments != NULL && count + 1 < ARGUMENTS_MAX; arguments++)
		argv[count++] = *arguments;
	cr_assert_null(*arguments, "too many arguments");
	subject_run(subject, &options, argv);
	cr_assert_eq(subject->command.status, 0, "%s ended with %d, signal %d: %s", program,
		     subject->command.status, subject->command.signal_number, subject->command.err);
	program_agrees(subject);
	strace_agrees(subject);
	readme_agrees(subject, program);
}
