#include "handle_lives.h"

#include <string.h>

#include <criterion/criterion.h>

#include "scratch.h"
#include "witness.h"

void client_run(struct subject *subject, const char *program, const char *scenario,
		const char *where)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_witnessed = true};
	struct witness witness;

	subject_run(subject, &options, COMMAND_LIST(scratch_subject(program), scenario, where));
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
	witness_load(&witness, subject->witness);
	witness_agrees(&witness, subject->report);
	witness_release(&witness);
}

void expect_life(const struct subject *subject, const char *class, long long nth,
		 const char *connects, size_t opened, const char *end)
{
	const json_t *object = report_object(subject->report, class, nth);

	cr_expect_str_eq(report_text(object, "connects"), connects, "%s", report_dump(object));
	cr_expect_eq(report_size(object, "opened"), opened, "%s", report_dump(object));
	cr_expect_str_eq(report_text(object, "end"), end, "%s", report_dump(object));
	cr_expect_str_eq(report_text(object, "runtime"), "c");
}

static bool is_client(const json_t *socket)
{
	return report_is(socket, "origin", "connect") && report_is(socket, "type", "stream") &&
	       !report_is_null(socket, "peer");
}

void expect_all_owned(const struct subject *subject)
{
	const json_t *sockets = json_object_get(subject->report, "sockets"), *socket;
	size_t i;

	json_array_foreach(sockets, i, socket)
	{
		if (is_client(socket))
			cr_expect_gt(report_size(socket, "owners"), 0, "%s", report_dump(socket));
	}
}

static void expect_owner(const struct subject *subject, const json_t *socket, size_t place,
			 const char *class)
{
	const json_t *id = json_array_get(json_object_get(socket, "owners"), place);

	cr_assert_not_null(id, "%s", report_dump(socket));
	cr_expect(report_is(report_row(subject->report, "objects", "id", json_string_value(id)),
			    "class", class),
		  "%s of %s", report_dump(socket), report_dump(subject->report));
}

void expect_chain(const struct subject *subject, const char *inner, const char *outer)
{
	const json_t *sockets = json_object_get(subject->report, "sockets"), *socket;
	size_t i, count = 0;

	json_array_foreach(sockets, i, socket)
	{
		if (!is_client(socket))
			continue;
		expect_owner(subject, socket, 0, inner);
		expect_owner(subject, socket, 1, outer);
		count++;
	}
	cr_expect_gt(count, 0, "%s", report_dump(subject->report));
}
