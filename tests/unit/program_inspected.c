#include "program_inspected.h"

#include <criterion/criterion.h>

struct program inspected(const char *command, enum status expected)
{
	struct program program;
	struct error error = {.reason = ""};

	cr_assert_eq(program_inspect(command, &program, &error), expected, "%s: %s", command,
		     error.reason);
	cr_assert_eq(expected == STATUS_OK, error.reason[0] == '\0');
	return program;
}

void check_recordable(const struct program *program, bool expected)
{
	const char *reason;

	cr_assert_eq(program_can_be_recorded(program, &reason), expected);
	cr_assert_eq(reason[0] == '\0', expected);
}
