#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hand_model.h"

static struct hand_model hand;

static void setup(void)
{
	hand_init(&hand);
}

TestSuite(render_json_rows, .init = setup);

/* Each row stands on a line of its own and must be what jansson writes for what it reads there. */
static void expect_rows_of_jansson(const char *list, size_t count)
{
	char *text = hand_render(&hand, "json"), *rest = NULL;
	char head[32];
	size_t found = 0;

	snprintf(head, sizeof head, "\"%s\": [\n", list);
	cr_assert_not_null(strstr(text, head));
	for (char *line = strtok_r(strstr(text, head) + strlen(head), "\n", &rest);
	     line != NULL && line[0] == '{'; line = strtok_r(NULL, "\n", &rest)) {
		json_t *row = json_loads(line, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL);
		char *again = json_dumps(row, JSON_REAL_PRECISION(15));

		cr_assert_not_null(again, "%s", line);
		line[strlen(line) - (line[strlen(line) - 1] != '}')] = '\0';
		if (line[strlen(line) - 1] == ']')
			line[strlen(line) - 1] = '\0';
		cr_expect_str_eq(line, again);
		free(again);
		json_decref(row);
		found++;
	}
	cr_expect_eq(found, count);
	free(text);
}

Test(render_json_rows, writes_times_of_all_sizes_as_jansson_does)
{
	static const int64_t times[] = {TIME_NONE,
					0,
					1,
					-1,
					99999,
					100000,
					100001,
					123456789,
					HAND_S,
					1000000001,
					10 * HAND_S,
					HAND_S / 3,
					-HAND_S / 3,
					INT64_MAX,
					999999999999999,
					1000000000000000,
					INT64_MIN + 1};

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct model_socket *socket = hand_socket(&hand);

		socket->created_ns = socket->last_io_ns = times[i];
		hand_record(socket)->first_io_ns = (uint64_t)times[i];
		hand_record(socket)->longest_idle_ns = (uint64_t)times[i];
	}
	expect_rows_of_jansson("sockets", sizeof times / sizeof times[0]);
}

Test(render_json_rows, writes_numbers_of_all_sizes_as_jansson_does)
{
	static const uint64_t counts[] = {0, 9, 10, INT64_MAX, UINT64_MAX};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct trace_socket *record = hand_record(hand_socket(&hand));

		record->bytes_sent = record->sends = record->cookie = counts[i];
		record->fd = i % 2 == 0 ? INT32_MAX : INT32_MIN;
	}
	expect_rows_of_jansson("sockets", sizeof counts / sizeof counts[0]);
}

Test(render_json_rows, writes_texts_of_any_bytes_as_jansson_does)
{
	static const char *const texts[] = {"",
					    "plain",
					    "quote\"s",
					    "back\\slash/",
					    "tab\tnew\nline\x01",
					    "\x7f",
					    "d\xc3\xa9j\xc3\xa0",
					    "\xff\xfe",
					    "\xf0\x9f\x94\x8c",
					    NULL};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		hand_socket(&hand)->peer_name = texts[i];
		if (texts[i] != NULL)
			hand_object(&hand, texts[i]);
	}
	expect_rows_of_jansson("sockets", sizeof texts / sizeof texts[0]);
	expect_rows_of_jansson("objects", sizeof texts / sizeof texts[0] - 1);
}

Test(render_json_rows, writes_the_same_stack_each_time)
{
	uint32_t stack = hand_stack(&hand, "/srv/a\"pp.py", "main", 3);

	for (size_t i = 0; i < 3; i++)
		hand_socket(&hand)->opened_stack = stack;
	hand_object(&hand, "C")->created_stack = stack;
	expect_rows_of_jansson("sockets", 3);
	expect_rows_of_jansson("objects", 1);
}
