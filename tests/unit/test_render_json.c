#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hand_model.h"

static struct hand_model hand;

TestSuite(render_json);

/* The keys of an object, in order, with a space behind each. The caller frees it. */
static char *keys_of(json_t *object)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) fprintf(out, "%s ", key);
	fclose(out);
	return text;
}

static void keys_check(json_t *object, const char *expected)
{
	char *keys = keys_of(object);

	cr_expect_str_eq(keys, expected);
	free(keys);
}

static const char *text_of(json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static double number_of(json_t *row, const char *key)
{
	json_t *value = json_object_get(row, key);

	cr_assert(json_is_number(value), "%s is no number", key);
	return json_number_value(value);
}

static bool is_null(json_t *row, const char *key)
{
	return json_is_null(json_object_get(row, key));
}

Test(render_json, has_the_contracts_keys_in_its_order)
{
	json_t *report;

	hand_init(&hand);
	hand_socket(&hand);
	hand_object(&hand, "requests.sessions.Session");
	report = hand_report(&hand);
	keys_check(report, "schema version started processes sockets objects findings coverage "
			   "totals snapshots marks ");
	keys_check(hand_row(report, "processes", 0),
		   "id parent pid exe command runtime started ended end status signal ");
	keys_check(hand_row(report, "sockets", 0),
		   "id process fd cookie family type origin local peer peer_name created "
		   "connect_started connected connect_error peer_closed closed end tcp_state error "
		   "bytes_sent bytes_received sends receives first_io last_io longest_idle owners "
		   "match users opened_at closed_at mark ");
	keys_check(hand_row(report, "objects", 0),
		   "id process class role number runtime created created_at created_by ended end "
		   "connects opened used open_at_end verdict ");
	keys_check(json_object_get(report, "coverage"),
		   "complete lost_records unseen_sockets notes ");
	keys_check(json_object_get(report, "totals"),
		   "sockets connections open_at_end leaked peak_open bytes_sent bytes_received ");
	json_decref(report);
}

Test(render_json, names_its_schema_and_when_the_run_started)
{
	json_t *report;

	hand_init(&hand);
	report = hand_report(&hand);
	cr_expect_str_eq(text_of(report, "schema"), "socklife-report/1");
	cr_expect_str_eq(text_of(report, "started"), "2023-11-14T22:13:20.123456Z");
	json_decref(report);
}

Test(render_json, tells_a_process)
{
	json_t *report, *row;
	struct model_process *child;

	hand_init(&hand);
	child = hand_process(&hand, 101);
	child->end = TRACE_PROCESS_END_SIGNAL;
	child->status = -1;
	child->signal_number = 9;
	report = hand_report(&hand);
	row = hand_row(report, "processes", 0);
	cr_expect_str_eq(text_of(row, "id"), "p1");
	cr_expect(is_null(row, "parent"));
	cr_expect_str_eq(text_of(row, "end"), "exit");
	cr_expect_eq(number_of(row, "status"), 0);
	cr_expect(is_null(row, "signal"));
	cr_expect_str_eq(json_string_value(json_array_get(json_object_get(row, "command"), 1)),
			 "app.py");
	row = hand_row(report, "processes", 1);
	cr_expect_str_eq(text_of(row, "parent"), "p1");
	cr_expect_str_eq(text_of(row, "end"), "signal");
	cr_expect(is_null(row, "status"));
	cr_expect_eq(number_of(row, "signal"), 9);
	json_decref(report);
}

Test(render_json, tells_a_socket)
{
	json_t *report, *row;

	hand_init(&hand);
	hand_record(hand_socket(&hand))->cookie = 77;
	report = hand_report(&hand);
	row = hand_row(report, "sockets", 0);
	cr_expect_str_eq(text_of(row, "id"), "s1");
	cr_expect_str_eq(text_of(row, "process"), "p1");
	cr_expect_eq(number_of(row, "cookie"), 77);
	cr_expect_str_eq(text_of(row, "family"), "inet");
	cr_expect_str_eq(text_of(row, "type"), "stream");
	cr_expect_str_eq(text_of(row, "origin"), "connect");
	cr_expect_str_eq(text_of(row, "peer"), "127.0.0.1:5432");
	cr_expect_float_eq(number_of(row, "connected"), 0.1021, 1e-12);
	cr_expect_str_eq(text_of(row, "end"), "closed");
	cr_expect_eq(number_of(row, "bytes_received"), 2048);
	cr_expect_str_eq(text_of(row, "match"), "none");
	json_decref(report);
}

/* Its connect was another process' own, and came before its row. */
Test(render_json, dates_no_connect_of_what_was_inherited)
{
	struct model_socket *socket;
	json_t *report, *row;

	hand_init(&hand);
	socket = hand_socket(&hand);
	socket->origin = TRACE_ORIGIN_INHERITED;
	socket->created_ns = socket->connected_ns + HAND_MS;
	report = hand_report(&hand);
	row = hand_row(report, "sockets", 0);
	cr_expect(is_null(row, "connect_started"));
	cr_expect_float_eq(number_of(row, "connected"), number_of(row, "created"), 1e-12);
	json_decref(report);
}

Test(render_json, says_null_for_what_is_not_known)
{
	static const char *const keys[] = {
		"cookie",          "local",       "peer",     "peer_name",     "connected",
		"connect_started", "peer_closed", "closed",   "connect_error", "end",
		"tcp_state",       "error",       "first_io", "last_io",       "longest_idle"};
	struct model_socket *socket;
	json_t *report, *row;

	hand_init(&hand);
	socket = hand_socket(&hand);
	socket->peer.family = 0;
	socket->connected_ns = socket->connect_started_ns = socket->closed_ns = TIME_NONE;
	socket->last_io_ns = TIME_NONE;
	hand_record(socket)->first_io_ns = hand_record(socket)->longest_idle_ns = 0;
	socket->end = 0;
	report = hand_report(&hand);
	row = hand_row(report, "sockets", 0);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		cr_expect(is_null(row, keys[i]), "%s is not null", keys[i]);
	json_decref(report);
}

Test(render_json, names_errors)
{
	struct model_socket *socket;
	json_t *report, *row;

	hand_init(&hand);
	socket = hand_socket(&hand);
	socket->connect_error = ECONNREFUSED;
	socket->error = ECONNRESET;
	socket->tcp_state = TCP_CLOSE_WAIT;
	report = hand_report(&hand);
	row = hand_row(report, "sockets", 0);
	cr_expect_str_eq(text_of(row, "connect_error"), "ECONNREFUSED");
	cr_expect_str_eq(text_of(row, "error"), "ECONNRESET");
	cr_expect_str_eq(text_of(row, "tcp_state"), "CLOSE_WAIT");
	json_decref(report);
}

Test(render_json, writes_addresses_of_each_family)
{
	struct model_socket *socket;
	json_t *report;

	hand_init(&hand);
	socket = hand_socket(&hand);
	hand.places[0] = (struct model_place){.bytes = {[15] = 1}};
	socket->peer = (struct model_address){.family = AF_INET6, .port = 80, .place = 0};
	socket = hand_socket(&hand);
	hand.places[1] = (struct model_place){.path = "/run/db.sock", .path_size_bytes = 12};
	socket->peer = (struct model_address){.family = AF_UNIX, .place = 1};
	socket = hand_socket(&hand);
	hand.places[2] = (struct model_place){.path = "\0name\0\0", .path_size_bytes = 7};
	socket->peer = (struct model_address){.family = AF_UNIX, .place = 2};
	report = hand_report(&hand);
	cr_expect_str_eq(text_of(hand_row(report, "sockets", 0), "peer"), "[::1]:80");
	cr_expect_str_eq(text_of(hand_row(report, "sockets", 1), "peer"), "unix:/run/db.sock");
	cr_expect_str_eq(text_of(hand_row(report, "sockets", 2), "peer"), "unix:@name");
	json_decref(report);
}

Test(render_json, stays_valid_with_bytes_that_are_no_text)
{
	struct model_socket *socket;
	json_t *report;

	hand_init(&hand);
	hand.arguments[1] = "caf\xc3\xa9 \xff\xc3\x01\"\\";
	socket = hand_socket(&hand);
	socket->peer_name = "a\xe2\x82";
	report = hand_report(&hand);
	cr_expect_str_eq(json_string_value(json_array_get(
				 json_object_get(hand_row(report, "processes", 0), "command"), 1)),
			 "caf\xc3\xa9 \\xff\\xc3\x01\"\\");
	cr_expect_str_eq(text_of(hand_row(report, "sockets", 0), "peer_name"), "a\\xe2\\x82");
	json_decref(report);
}

Test(render_json, tells_frames)
{
	json_t *report, *frame;

	hand_init(&hand);
	hand_socket(&hand)->opened_stack = hand_stack(&hand, "/srv/app.py", "main", 12);
	report = hand_report(&hand);
	frame = json_array_get(json_object_get(hand_row(report, "sockets", 0), "opened_at"), 0);
	keys_check(frame, "kind function file line module offset ");
	cr_expect_str_eq(text_of(frame, "kind"), "python");
	cr_expect_str_eq(text_of(frame, "function"), "main");
	cr_expect_str_eq(text_of(frame, "file"), "/srv/app.py");
	cr_expect_eq(number_of(frame, "line"), 12);
	cr_expect(is_null(frame, "module"));
	cr_expect(is_null(frame, "offset"));
	json_decref(report);
}

Test(render_json, joins_objects_and_sockets)
{
	struct model_object *object;
	json_t *report, *row;

	hand_init(&hand);
	hand_socket(&hand)->owner_count = 1;
	object = hand_object(&hand, "requests.sessions.Session");
	object->opened_count = 1;
	object->parent = 0;
	object->connects = "on-first-use";
	hand.sockets[0].match = TRACE_MATCH_STACK;
	report = hand_report(&hand);
	row = hand_row(report, "sockets", 0);
	cr_expect_str_eq(json_string_value(json_array_get(json_object_get(row, "owners"), 0)),
			 "o1");
	cr_expect_str_eq(text_of(row, "match"), "stack");
	row = hand_row(report, "objects", 0);
	cr_expect_str_eq(json_string_value(json_array_get(json_object_get(row, "opened"), 0)),
			 "s1");
	cr_expect_str_eq(text_of(row, "created_by"), "o1");
	cr_expect_str_eq(text_of(row, "connects"), "on-first-use");
	json_decref(report);
}

Test(render_json, shows_only_the_sockets_asked_for_but_all_totals)
{
	json_t *report;

	hand_init(&hand);
	hand_socket(&hand);
	hand_socket(&hand)->peer.port = 80;
	hand.selection.peer = "*:80";
	report = hand_report(&hand);
	cr_expect_eq(json_array_size(json_object_get(report, "sockets")), 1);
	cr_expect_str_eq(text_of(hand_row(report, "sockets", 0), "id"), "s2");
	cr_expect_eq(number_of(json_object_get(report, "totals"), "sockets"), 2);
	json_decref(report);
}

Test(render_json, admits_what_was_not_recorded)
{
	json_t *report, *coverage;

	hand_init(&hand);
	hand_socket(&hand);
	hand_lost(&hand, TRACE_LOST_FILE_FULL, 3);
	hand_lost(&hand, TRACE_LOST_UNSEEN_SOCKET, 2);
	hand_note(&hand, "the program uses io_uring", true);
	report = hand_report(&hand);
	coverage = json_object_get(report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")));
	cr_expect_eq(number_of(coverage, "lost_records"), 3);
	cr_expect_eq(number_of(coverage, "unseen_sockets"), 2);
	cr_expect_eq(json_array_size(json_object_get(coverage, "notes")), 3);
	json_decref(report);
}
