/* Every sick program gives exactly its finding at its line; its healed twin gives none. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(gallery);

struct pair {
	const char *name, *file;
	enum server_kind server;
	const char *rule;
	long long count;
	int keep_alive_s; /* of nginx */
};

#define KEEPS_S 600
#define DROPS_S 2

/* Of the file's line with the comment "<- NAME". */
static long long marked_line(const struct pair *pair)
{
	const char *path = scratch_format("tests/subjects/%s", pair->file);
	const char *mark = scratch_format("<- %s", pair->name);
	const char *text = scratch_read(scratch_source(path), NULL);
	const char *found = strstr(text, mark);
	long long line = 1;

	while (found != NULL && strspn(found + strlen(mark), " */") == 0 &&
	       found[strlen(mark)] != '\n')
		found = strstr(found + 1, mark);
	cr_assert_not_null(found, "no line of %s is marked %s", pair->file, mark);
	for (; text < found; text++)
		line += *text == '\n';
	return line;
}

static void twin_run(struct subject *subject, const struct pair *pair, const struct server *server,
		     const char *twin)
{
	const struct subject_options options = {.way = SUBJECT_RUN};
	const char *function = scratch_format("%s_%s", pair->name, twin);
	const char *port = scratch_format("%d", server->port);
	const char *path = scratch_format("tests/subjects/%s", pair->file);

	if (strstr(pair->file, ".py") != NULL)
		subject_run(subject, &options,
			    COMMAND_LIST("/usr/bin/python3", scratch_source(path), function,
					 "127.0.0.1", port));
	else
		subject_run(
			subject, &options,
			COMMAND_LIST(scratch_subject(scratch_format(
					     "%.*s", (int)strcspn(pair->file, "."), pair->file)),
				     function, "127.0.0.1", port));
	cr_assert_eq(subject->command.status, 0, "%s: %s", function, subject->command.err);
}

/* The finding of the rule; NULL: none. No other may be more than a note. */
static const json_t *finding_of(const struct subject *subject, const char *rule)
{
	const json_t *findings = json_object_get(subject->report, "findings");
	const json_t *finding, *found = NULL;
	size_t index;

	json_array_foreach(findings, index, finding)
	{
		if (!report_is(finding, "rule", rule)) {
			cr_expect_str_eq(report_text(finding, "severity"), "note", "%s",
					 report_dump(finding));
			continue;
		}
		cr_expect_null(found, "told twice: %s", report_dump(findings));
		found = finding;
	}
	return found;
}

/* `show` tells the finding below the story of what it is about. */
static void expect_shown(const struct subject *subject, const json_t *finding)
{
	bool has_socket = !report_is_null(finding, "socket");
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "show",
				 report_text(finding, has_socket ? "socket" : "object"),
				 subject->trace),
		    NULL);
	cr_expect_eq(command.status, 0, "%s", command.err);
	cr_expect_not_null(
		strstr(command.out, scratch_format(" %s: ", report_text(finding, "rule"))), "%s",
		command.out);
	command_release(&command);
}

static void pair_check(const struct pair *pair)
{
	struct server server = {.keep_alive_s = pair->keep_alive_s};
	struct subject sick, healed;
	const json_t *finding, *at;

	server_start(&server, pair->server);
	twin_run(&sick, pair, &server, "sick");
	finding = finding_of(&sick, pair->rule);
	cr_assert_not_null(finding, "%s", report_dump(json_object_get(sick.report, "findings")));
	at = json_object_get(finding, "at");
	cr_expect_eq(report_number(finding, "count"), pair->count, "%s", report_dump(finding));
	cr_expect_eq(report_number(at, "line"), marked_line(pair), "%s", report_dump(finding));
	cr_expect_not_null(strstr(report_text(at, "file"), pair->file), "%s", report_dump(at));
	cr_expect_gt(strlen(report_text(finding, "fix")), 10);
	expect_shown(&sick, finding);
	twin_run(&healed, pair, &server, "healed");
	finding = finding_of(&healed, pair->rule);
	cr_expect_null(finding, "%s", report_dump(finding));
	subject_release(&healed);
	subject_release(&sick);
	server_stop(&server);
}

#define ROW(name, file, server, rule, count, keep_alive_s)                                         \
	Test(gallery, name)                                                                        \
	{                                                                                          \
		pair_check(                                                                        \
			&(struct pair){#name, #file, SERVER_##server, rule, count, keep_alive_s}); \
	}
#define PAIR(name, file, server, rule, count) ROW(name, file, server, rule, count, KEEPS_S)
#define DROPPED(name, file, rule, count)      ROW(name, file, NGINX, rule, count, DROPS_S)
#include "gallery.def"

static const struct pair pairs[] = {
#define PAIR(name, file, server, rule, count) {#name, #file, SERVER_##server, rule, count, KEEPS_S},
#define DROPPED(name, file, rule, count)      {#name, #file, SERVER_NGINX, rule, count, DROPS_S},
#include "gallery.def"
};

static size_t pairs_of(const char *rule, const char *suffix)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		count += strcmp(pairs[i].rule, rule) == 0 && strstr(pairs[i].file, suffix) != NULL;
	return count;
}

/* C has no collector; and of its handles many are copies that a library makes, so none is told. */
static bool is_of_python_alone(const char *rule)
{
	return strcmp(rule, "closed-by-collector") == 0 || strcmp(rule, "never-connected") == 0;
}

Test(gallery, has_each_rule_in_python_and_in_c)
{
	static const char *const rules[] = {
#define RULE(NAME, name, severity, what, functions, fix) name,
#include "../../analyzer/rules.def"
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		cr_expect_gt(pairs_of(rules[i], ".py"), 0, "%s in Python", rules[i]);
		cr_expect_eq(pairs_of(rules[i], ".c") > 0, !is_of_python_alone(rules[i]), "%s in C",
			     rules[i]);
	}
	cr_expect_geq(sizeof(pairs) / sizeof(pairs[0]), 30);
}
