#include <criterion/criterion.h>
#include <errno.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hand_model.h"

static struct hand_model hand;

static void ground_prepare(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("COLUMNS", "160", 1);
	hand_init(&hand);
}

TestSuite(render_text, .init = ground_prepare);

static void has(const char *text, const char *part)
{
	cr_expect(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	cr_expect(strstr(text, part) == NULL, "'%s' is in:\n%s", part, text);
}

/* Renders, and frees the text after the checks of one test. */
#define RENDERED(text) __attribute__((cleanup(text_free))) char *text = hand_render(&hand, "text")

static void text_free(char **text)
{
	free(*text);
}

Test(render_text, begins_with_the_command_and_how_it_ended)
{
	hand_socket(&hand);
	RENDERED(text);
	has(text, "socklife  python3 app.py\n");
	has(text, "pid 100 · python · 2.00 s · exit status 0\n");
	has(text, "1 socket · 1 connection · 0 open at the end · at most 1 at once · 512 B out · "
		  "2.0 kB in\n");
}

Test(render_text, tells_the_signal_that_killed)
{
	hand_socket(&hand);
	hand.processes[0].end = TRACE_PROCESS_END_SIGNAL;
	hand.processes[0].signal_number = 9;
	RENDERED(text);
	has(text, "killed by SIGKILL");
}

Test(render_text, tells_the_number_of_a_signal_without_a_name)
{
	hand_socket(&hand);
	hand.processes[0].end = TRACE_PROCESS_END_SIGNAL;
	hand.processes[0].signal_number = 34;
	RENDERED(text);
	has(text, "killed by signal 34\n");
}

Test(render_text, counts_the_commands_time_from_the_start_of_the_run)
{
	hand_socket(&hand);
	hand.processes[0].started_ns = HAND_MS * 500;
	hand.processes[0].is_root = true;
	RENDERED(text);
	has(text, "pid 100 · python · 2.00 s · exit status 0\n");
}

Test(render_text, tells_no_time_of_what_has_not_ended)
{
	hand_socket(&hand);
	hand.processes[0].end = 0;
	hand.processes[0].ended_ns = TIME_NONE;
	hand.processes[0].is_live = true;
	RENDERED(text);
	has(text, "pid 100 · python · still running\n");
}

Test(render_text, tells_a_socket_on_one_line)
{
	struct model_socket *socket = hand_socket(&hand);

	socket->peer_name = "db.local";
	socket->opened_stack = hand_stack(&hand, "/srv/app.py", "main", 12);
	RENDERED(text);
	has(text, "  s1   3  db.local 127.0.0.1:5432  +0.100   2.1 ms  1.00 s  512  2.0k  500 ms  "
		  "closed  us  app.py:12 main\n");
}

Test(render_text, names_the_peer_unless_its_name_is_its_address)
{
	struct model_socket *named = hand_socket(&hand), *by_number = hand_socket(&hand),
			    *by_number_6 = hand_socket(&hand);

	hand.places[0] = (struct model_place){.bytes = {[15] = 1}};
	named->peer_name = "db.example";
	by_number->peer_name = "127.0.0.1";
	by_number->peer.port = 5433;
	by_number_6->peer_name = "::1";
	by_number_6->peer = (struct model_address){.family = AF_INET6, .port = 5434, .place = 0};
	RENDERED(text);
	has(text, " db.example 127.0.0.1:5432 ");
	has(text, "  127.0.0.1:5433 ");
	has(text, "  [::1]:5434 ");
}

Test(render_text, says_so_in_one_line_when_there_was_no_socket)
{
	RENDERED(text);
	cr_expect_str_eq(text, "socklife: python3: opened no socket\n");
}

Test(render_text, says_why_nothing_could_be_recorded)
{
	hand_note(&hand, "it is statically linked", true);
	RENDERED(text);
	cr_expect_str_eq(text,
			 "socklife: python3: nothing could be recorded: it is statically linked\n");
}

Test(render_text, folds_sockets_that_are_alike)
{
	for (int i = 0; i < 5; i++) {
		struct model_socket *socket = hand_socket(&hand);

		hand_record(socket)->fd = 3 + i;
		socket->connected_ns += i * HAND_MS;
	}
	RENDERED(text);
	has(text, "  s1…  3-7  5 × 127.0.0.1:5432  +0.100…  ~4.1 ms  1.00 s  2.6k  10k");
	lacks(text, "  s2 ");
}

Test(render_text, names_no_single_half_of_folded_pairs)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct model_socket *socket = hand_socket(&hand);

		socket->origin = TRACE_ORIGIN_SOCKETPAIR;
		socket->peer.family = AF_UNSPEC;
		socket->parent = i ^ 1;
	}
	RENDERED(text);
	has(text, "4 × socketpair");
	lacks(text, "pair with");
}

Test(render_text, shows_each_socket_when_asked)
{
	for (int i = 0; i < 5; i++)
		hand_socket(&hand);
	hand.selection.without_folding = true;
	RENDERED(text);
	has(text, "  s5   3  127.0.0.1:5432");
}

Test(render_text, does_not_fold_other_peers_or_ends)
{
	for (int i = 0; i < 6; i++) {
		struct model_socket *socket = hand_socket(&hand);

		socket->peer.port = (uint16_t)(5432 + i % 2);
		if (i >= 4)
			socket->end = TRACE_END_FINALIZED;
	}
	RENDERED(text);
	has(text, "  s1 ");
	has(text, "  s6 ");
	lacks(text, "×");
}

Test(render_text, folds_clients_that_differ_in_their_port_only)
{
	for (int i = 0; i < 3; i++) {
		struct model_socket *socket = hand_socket(&hand);

		socket->origin = TRACE_ORIGIN_ACCEPT;
		socket->peer.port = (uint16_t)(40000 + i);
	}
	RENDERED(text);
	has(text, "3 × from 127.0.0.1:40000");
}

Test(render_text, leaves_datagrams_and_the_resolver_out)
{
	hand_socket(&hand);
	hand_socket(&hand)->type = SOCK_DGRAM;
	hand_socket(&hand)->family = AF_NETLINK;
	hand_socket(&hand)->flags |= TRACE_SOCKET_BRACKETED;
	RENDERED(text);
	has(text, "  s1 ");
	lacks(text, "  s2 ");
	lacks(text, "  s3 ");
	has(text, "3 more: datagram");
}

Test(render_text, shows_them_when_asked)
{
	hand_socket(&hand)->type = SOCK_DGRAM;
	hand.selection.with_noise = true;
	RENDERED(text);
	has(text, "  s1 ");
	lacks(text, " more: ");
}

Test(render_text, says_that_no_socket_is_as_asked_for)
{
	hand_socket(&hand);
	hand.selection.peer = "elsewhere*";
	RENDERED(text);
	has(text, "no socket is as asked for\n");
	lacks(text, "SOCKETS");
}

Test(render_text, tells_who_closed_first)
{
	struct model_socket *socket = hand_socket(&hand);

	socket->peer_closed_ns = socket->closed_ns - HAND_MS;
	hand_socket(&hand);
	RENDERED(text);
	has(text, "closed  peer\n");
	has(text, "closed  us\n");
}

/* A FIN that answers a goodbye races with our close, and its time is rounded. */
Test(render_text, tells_our_close_from_the_answer_to_a_goodbye)
{
	struct model_socket *said = hand_socket(&hand), *read = hand_socket(&hand);

	said->peer_closed_ns = read->peer_closed_ns = said->closed_ns - 2 * HAND_MS;
	said->last_io_ns = read->last_io_ns = said->closed_ns - HAND_MS;
	read->is_end_seen = true; /* then it is no race */
	read->peer.port = 5433;
	RENDERED(text);
	has(text, "closed  us\n");
	has(text, "closed  peer\n");
}

Test(render_text, tells_a_connect_that_failed)
{
	struct model_socket *socket = hand_socket(&hand);

	socket->connected_ns = TIME_NONE;
	socket->flags = 0;
	socket->connect_error = ECONNREFUSED;
	RENDERED(text);
	has(text, "failed");
	has(text, "closed ECONNREFUSED");
}

Test(render_text, tells_the_state_of_what_is_still_open)
{
	struct model_socket *socket = hand_socket(&hand);

	socket->end = TRACE_END_EXIT;
	socket->tcp_state = TCP_CLOSE_WAIT;
	RENDERED(text);
	has(text, "1 open at the end");
	has(text, "exit CLOSE_WAIT");
}

Test(render_text, tells_processes_apart)
{
	hand_process(&hand, 101)->status = 3;
	hand_socket(&hand);
	hand_socket(&hand)->process = 1;
	RENDERED(text);
	has(text, " p1  pid 100  python3 app.py  exit status 0\n");
	has(text, " p2  pid 101, child of p1  python3 app.py  exit status 3\n");
}

Test(render_text, counts_a_socket_of_two_processes_once)
{
	struct model_socket *socket;

	hand_process(&hand, 101);
	hand_record(hand_socket(&hand))->cookie = 9;
	socket = hand_socket(&hand);
	hand_record(socket)->cookie = 9;
	socket->process = 1;
	socket->origin = TRACE_ORIGIN_INHERITED;
	RENDERED(text);
	has(text, "1 socket · 1 connection");
}

Test(render_text, says_that_a_recording_is_incomplete)
{
	hand_socket(&hand);
	hand_lost(&hand, TRACE_LOST_NO_STACK, 2);
	RENDERED(text);
	has(text, "COVERAGE: incomplete\n  a call stack could not be stored, 2 times\n");
}

Test(render_text, prints_no_control_character_from_outside)
{
	struct model_socket *socket = hand_socket(&hand);

	hand.arguments[1] = "\033[31mred\a\r\n\xc2\x9b";
	socket->peer_name = "\033]0;title\a";
	socket->opened_stack = hand_stack(&hand, "/srv/\033[2J.py", "f\bg", 1);
	hand_note(&hand, "note\033[0m", true);
	RENDERED(text);
	for (const char *at = text; *at != '\0'; at++)
		cr_assert(*at == '\n' || (unsigned char)*at >= 0x20, "raw 0x%02x", *at);
	lacks(text, "\xc2\x9b");
	has(text, "\\x1b]0;title\\x07");
}

Test(render_text, keeps_every_line_within_the_width)
{
	static const char *const widths[] = {"60", "80", "100", "120"};

	for (int i = 0; i < 4; i++) {
		struct model_socket *socket = hand_socket(&hand);

		socket->peer_name = "a-rather-long-name.of.some.example.com";
		socket->opened_stack = hand_stack(&hand, "/srv/very_long_module_name_indeed.py",
						  "Some.Method", 1234);
	}
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		unsigned long width = strtoul(widths[i], NULL, 10);
		char *text, *state = NULL;

		setenv("COLUMNS", widths[i], 1);
		text = hand_render(&hand, "text");
		for (char *line = strtok_r(text, "\n", &state); line != NULL;
		     line = strtok_r(NULL, "\n", &state))
			cr_expect_leq(mbstowcs(NULL, line, 0), width, "width %lu: %s", width, line);
		free(text);
	}
}

Test(render_text, has_no_colour_in_a_file)
{
	hand_socket(&hand);
	RENDERED(text);
	lacks(text, "\033");
}

Test(render_text, shows_stacks_when_asked)
{
	struct model_socket *socket = hand_socket(&hand);
	char *text;

	socket->opened_stack = hand_stack(&hand, "/srv/app.py", "main", 12);
	socket->closed_stack = hand_stack(&hand, "/srv/app.py", "finish", 20);
	text = hand_render_stacks(&hand);
	has(text, "      opened at\n        main");
	has(text, "/srv/app.py:12\n      closed at\n        finish");
	free(text);
}
