/*
 * examples/gate: a folder like a small repository. As committed it passes; a change fails with its
 * own finding alone; the same run gives the same findings every time.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

#define PARALLEL_RUNS  50
#define PARALLEL_BATCH 5

FIXTURE_SUITE(check_gate);

static struct server server;
static const char *folder;

static const char *const environment[] = {"PYTHONDONTWRITEBYTECODE=1", "no_proxy=127.0.0.1", NULL};

static void file_take(const char *from, const char *to)
{
	scratch_copy(scratch_source(scratch_format("examples/gate/%s", from)),
		     scratch_format("%s/%s", folder, to), 0644);
}

static void gate_begin(void)
{
	server_start(&server, SERVER_NGINX);
	folder = scratch_new();
	file_take("orders.py", "orders.py");
	file_take("socklife.ini", "socklife.ini");
	file_take("socklife.supp", "socklife.supp");
	file_take("baseline.json", "baseline.json");
}

/* Runs a command in the folder and asserts its exit status. */
static void here(struct command *command, int status, const char *const argv[])
{
	const struct command_options options = {.directory = folder, .environment = environment};

	command_run(command, argv, &options);
	cr_assert_eq(command->status, status, "ended with %d, signal %d: %s%s", command->status,
		     command->signal_number, command->out, command->err);
}

static void check(struct command *command, int status, const char *program)
{
	here(command, status,
	     COMMAND_LIST(scratch_built("socklife"), "run", "--check", "--", "/usr/bin/python3",
			  program, server_url(&server, "")));
}

static void expect_in(const char *text, const char *part)
{
	cr_expect_not_null(strstr(text, part), "no \"%s\" in: %s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	cr_expect_null(strstr(text, part), "\"%s\" in: %s", part, text);
}

Test(check_gate, passes_what_is_committed)
{
	struct command command;

	gate_begin();
	check(&command, 0, "orders.py");
	expect_in(command.err, "socklife: passed; 1 in the baseline, 1 suppressed; ");
	expect_not_in(command.err, "warning");
	expect_in(command.err, "socklife.supp:8: suppresses nothing: the old export");
	command_release(&command);
	server_stop(&server);
}

Test(check_gate, fails_a_change_with_its_own_finding_alone)
{
	struct command command;

	gate_begin();
	file_take("change/orders.py", "orders.py");
	check(&command, 1, "orders.py");
	expect_in(command.err, "orders.py:26: warning: ");
	expect_in(command.err, "[closed-by-collector] (new)\n    fix: ");
	expect_not_in(command.err, "no-reuse");
	expect_in(command.err, "socklife: failed: 1 finding (1 warning); 1 in the baseline, ");
	command_release(&command);
	server_stop(&server);
}

Test(check_gate, passes_again_when_the_change_is_fixed)
{
	static const char broken[] = "    session = requests.Session()\n"
				     "    return session.get(BASE + \"1k\").text\n";
	static const char mended[] = "    with requests.Session() as session:\n"
				     "        return session.get(BASE + \"1k\").text\n";
	struct command command;
	const char *text, *at, *fixed;

	gate_begin();
	text = scratch_read(scratch_source("examples/gate/change/orders.py"), NULL);
	at = strstr(text, broken);
	cr_assert_not_null(at);
	fixed = scratch_format("%.*s%s%s", (int)(at - text), text, mended, at + sizeof(broken) - 1);
	scratch_write(scratch_format("%s/orders.py", folder), fixed, strlen(fixed));
	check(&command, 0, "orders.py");
	expect_in(command.err, "socklife: passed; ");
	command_release(&command);
	server_stop(&server);
}

Test(check_gate, writes_the_same_baseline_again)
{
	struct command command;
	const char *before, *after;

	gate_begin();
	check(&command, 0, "orders.py");
	command_release(&command);
	here(&command, 0, COMMAND_LIST(scratch_built("socklife"), "check", "--update-baseline"));
	command_release(&command);
	before = scratch_read(scratch_source("examples/gate/baseline.json"), NULL);
	after = scratch_read(scratch_format("%s/baseline.json", folder), NULL);
	cr_expect_str_eq(after, before);
	server_stop(&server);
}

Test(check_gate, tells_the_change_side_by_side)
{
	struct command command;

	gate_begin();
	check(&command, 0, "orders.py");
	command_release(&command);
	file_take("change/orders.py", "orders.py");
	check(&command, 1, "orders.py");
	command_release(&command);
	here(&command, 1,
	     COMMAND_LIST(scratch_built("socklife"), "diff", "--fail-on-new", "socklife.out.old",
			  "socklife.out"));
	expect_in(command.out, "  new     closed-by-collector: requests.sessions.Session in "
			       "export, orders.py\n          0 -> 1 time\n");
	expect_in(command.out, "  connections                 4            5  +1\n");
	expect_in(command.out, "  new     requests.sessions.Session in export, orders.py\n"
			       "          0 -> 1 connection, 0 -> 1 open at once\n");
	command_release(&command);
	here(&command, 0,
	     COMMAND_LIST(scratch_built("socklife"), "diff", "--fail-on-new", "socklife.out",
			  "socklife.out.old"));
	expect_in(command.out, "  gone    closed-by-collector: ");
	command_release(&command);
	server_stop(&server);
}

/* ---- the same every time ---- */

static void run_start(struct command *command, size_t number)
{
	const struct command_options options = {.directory = folder, .environment = environment};

	command_start(command,
		      COMMAND_LIST(scratch_built("socklife"), "run", "-q", "-o",
				   scratch_format("run%zu", number), "--", "/usr/bin/python3",
				   "change/orders.py", server_url(&server, "")),
		      &options);
}

/* Rule, fingerprint and count of each finding, a line each. */
static const char *findings_of(size_t number)
{
	const char *text = "";
	const json_t *finding;
	struct command command;
	json_t *document;
	size_t index;

	here(&command, 1,
	     COMMAND_LIST(scratch_built("socklife"), "check", "--format", "json",
			  scratch_format("run%zu", number)));
	document = json_loads(command.out, 0, NULL);
	cr_assert_not_null(document, "%s", command.out);
	json_array_foreach(json_object_get(document, "findings"), index, finding)
	{
		text = scratch_format("%s%s %s %lld %s\n", text, report_text(finding, "rule"),
				      report_text(finding, "fingerprint"),
				      report_number(finding, "count"),
				      report_text(finding, "state"));
	}
	json_decref(document);
	command_release(&command);
	return text;
}

Test(check_gate, gives_the_same_findings_in_fifty_parallel_runs)
{
	struct command commands[PARALLEL_BATCH];
	const char *first = NULL;

	gate_begin();
	cr_assert_eq(mkdir(scratch_format("%s/change", folder), 0755), 0);
	file_take("change/orders.py", "change/orders.py");
	for (size_t i = 0; i < PARALLEL_RUNS; i += PARALLEL_BATCH) {
		for (size_t k = 0; k < PARALLEL_BATCH; k++)
			run_start(&commands[k], i + k);
		for (size_t k = 0; k < PARALLEL_BATCH; k++) {
			command_finish(&commands[k]);
			cr_assert_eq(commands[k].status, 0, "%s", commands[k].err);
			command_release(&commands[k]);
		}
	}
	for (size_t i = 0; i < PARALLEL_RUNS; i++) {
		const char *text = findings_of(i);

		first = first != NULL ? first : text;
		cr_expect_str_eq(text, first);
	}
	expect_in(first, "closed-by-collector ");
	server_stop(&server);
}

/* What the recipes for GitHub Actions and GitLab CI call. */
static void recipe(struct command *command, int status, const char *program, const char *service)
{
	const char *path = scratch_format("PATH=%s:%s", scratch_built(""), getenv("PATH"));
	const char *const variables[] = {"PYTHONDONTWRITEBYTECODE=1", "no_proxy=127.0.0.1", path,
					 service, NULL};
	const struct command_options options = {.directory = folder, .environment = variables};

	command_run(command,
		    COMMAND_LIST("sh", scratch_source("examples/ci_recipes/gate.sh"),
				 "/usr/bin/python3", program, server_url(&server, "")),
		    &options);
	cr_assert_eq(command->status, status, "ended with %d: %s%s", command->status, command->out,
		     command->err);
}

Test(check_gate, fails_by_the_recipe_of_a_ci_service)
{
	struct command command;

	gate_begin();
	recipe(&command, 0, "orders.py", "GITHUB_ACTIONS=");
	expect_in(command.out, "socklife: passed; 1 in the baseline, 1 suppressed; ");
	command_release(&command);
	file_take("change/orders.py", "orders.py");
	recipe(&command, 1, "orders.py", "GITHUB_ACTIONS=true");
	expect_in(command.out, "\n::warning file=orders.py,line=26,title=socklife%3A ");
	expect_in(scratch_read(scratch_format("%s/socklife.xml", folder), NULL), "orders.py:26");
	expect_in(scratch_read(scratch_format("%s/socklife.sarif", folder), NULL), "\"2.1.0\"");
	command_release(&command);
	recipe(&command, 2, "no_such_program.py", "GITHUB_ACTIONS=");
	expect_not_in(command.out, "socklife: ");
	command_release(&command);
	server_stop(&server);
}

Test(check_gate, has_recipes_that_run_the_same_commands)
{
	static const char *const names[] = {"github.yml", "gitlab.yml"};

	for (size_t i = 0; i < 2; i++) {
		const char *path = scratch_format("examples/ci_recipes/%s", names[i]);
		const char *text = scratch_read(scratch_source(path), NULL);

		expect_in(text, "sh gate.sh make test");
		expect_in(text, "/tests/support/install-packages.sh");
		expect_in(text, "socklife.sarif");
	}
}
