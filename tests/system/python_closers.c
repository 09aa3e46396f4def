/* Who closed a Python program's connections: the program, or only a finalizer. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(python_closers);

#define SUBJECT_FUNCTIONS_CLOSED  3
#define SUBJECT_FUNCTIONS_DROPPED 5

/* The function of the subject that opened the socket, NULL: none of those that are tried. */
static const char *opener(const json_t *socket)
{
	const json_t *frames = json_object_get(socket, "opened_at"), *frame;
	size_t i;

	json_array_foreach(frames, i, frame)
	{
		const char *function = json_string_value(json_object_get(frame, "function"));

		if (function != NULL &&
		    (strncmp(function, "closed_", 7) == 0 || strncmp(function, "dropped_", 8) == 0))
			return function;
	}
	return NULL;
}

Test(python_closers, what_only_a_finalizer_closes_nobody_closed)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct server server = {0};
	struct subject subject;
	size_t closed = 0, dropped = 0, i;
	const json_t *socket;

	server_start(&server, SERVER_NGINX);
	subject_run(&subject, &options,
		    COMMAND_LIST("/usr/bin/python3",
				 scratch_source("tests/subjects/python_closers.py"), "127.0.0.1",
				 scratch_format("%d", server.port)));
	server_stop(&server);
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	json_array_foreach(json_object_get(subject.report, "sockets"), i, socket)
	{
		const char *function = opener(socket);

		if (function == NULL)
			continue;
		if (function[0] == 'c')
			closed++;
		else
			dropped++;
		cr_expect_str_eq(report_text(socket, "end"),
				 function[0] == 'c' ? "closed" : "finalized", "%s", function);
	}
	cr_expect_eq(closed, SUBJECT_FUNCTIONS_CLOSED);
	cr_expect_eq(dropped, SUBJECT_FUNCTIONS_DROPPED);
	subject_release(&subject);
}
