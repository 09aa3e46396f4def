/* What README.md shows is what a run prints. */
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "scratch.h"
#include "shape.h"

FIXTURE_SUITE(readme);

/* The README's fenced block that begins with `start`. */
static char *block_find(const char *start)
{
	const char *readme = scratch_read(scratch_source("README.md"), NULL);
	const char *block = strstr(readme, start), *end;

	cr_assert_not_null(block, "README.md has no block that starts with '%s'", start);
	end = strstr(block, "\n```");
	cr_assert_not_null(end);
	return scratch_format("%.*s\n", (int)(end - block), block);
}

Test(readme, shows_the_demos_program)
{
	const char *program = scratch_read(scratch_source("examples/demo/demo.py"), NULL);

	cr_assert_not_null(program);
	cr_expect_str_eq(block_find("\"\"\"What is a requests.Session?"), program);
}

Test(readme, shows_what_the_demo_prints)
{
	const char *trace = scratch_format("%s/demo.out", scratch_new());
	/* The README's characters; elsewhere the report keeps to the locale's. */
	struct command_options options = {.environment = COMMAND_LIST("LC_ALL=C.UTF-8")};
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_source("examples/demo/demo.sh"), scratch_built("socklife"),
				 trace),
		    &options);
	cr_assert_eq(command.status, 0, "%s", command.err);
	cr_expect_str_eq(shape_of(command.err), shape_of(block_find("socklife  python3 ")));
	command_release(&command);
}
