#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include <socklife/trace_format.h>

#include "error.h"
#include "words.h"

Test(words, names_every_value_of_the_format)
{
	cr_expect_str_eq(words_origin(TRACE_ORIGIN_SOCKETPAIR), "socketpair");
	cr_expect_str_eq(words_end(TRACE_END_VANISHED), "vanished");
	cr_expect_str_eq(words_event(TRACE_EVENT_FD_CLOSED), "fd-closed");
	cr_expect_str_eq(words_process_end(TRACE_PROCESS_END_SIGNAL), "signal");
	cr_expect_str_eq(words_child(TRACE_CHILD_VFORK), "vfork");
	cr_expect_str_eq(words_role(TRACE_ROLE_ENGINE), "engine");
	cr_expect_str_eq(words_runtime(TRACE_RUNTIME_C), "c");
	cr_expect_str_eq(words_object_end(TRACE_OBJECT_END_GC), "gc");
	cr_expect_str_eq(words_link(TRACE_LINK_USER), "user");
	cr_expect_str_eq(words_match(TRACE_MATCH_THREAD), "thread");
	cr_expect_str_eq(words_lost(TRACE_LOST_FILE_FULL), "the trace file could not grow");
	cr_expect_str_eq(words_record(TRACE_SOCKET), "SOCKET");
}

Test(words, names_the_kernels_numbers)
{
	cr_expect_str_eq(words_family(AF_INET6), "inet6");
	cr_expect_str_eq(words_family(AF_NETLINK), "netlink");
	cr_expect_str_eq(words_socket_type(SOCK_SEQPACKET), "seqpacket");
	cr_expect_str_eq(words_tcp_state(8), "CLOSE_WAIT");
	cr_expect_str_eq(words_tcp_state(11), "CLOSING");
	cr_expect_str_eq(words_errno(ECONNRESET), "ECONNRESET");
	cr_expect_str_eq(words_signal(SIGTERM), "SIGTERM");
	cr_expect_str_eq(words_shutdown(SHUT_WR), "write");
}

Test(words, knows_that_it_does_not_know)
{
	cr_expect_str_eq(words_end(0), "unknown");
	cr_expect_str_eq(words_end(8), "unknown");
	cr_expect_str_eq(words_origin(UINT32_MAX), "unknown");
	cr_expect_str_eq(words_family(AF_MAX), "unknown");
	cr_expect_str_eq(words_tcp_state(0), "unknown");
	cr_expect_str_eq(words_tcp_state(65535), "unknown");
	cr_expect_str_eq(words_errno(-1), "unknown");
	cr_expect_null(words_signal(-1));
	cr_expect_null(words_signal(SIGRTMIN));
	cr_expect_null(words_signal(4000));
	cr_expect_str_eq(words_shutdown(-1), "unknown");
}

Test(error, keeps_a_reason_to_one_harmless_line)
{
	struct error error;

	cr_expect_eq(error_set(&error, STATUS_CORRUPT, "a\nb", 7, "no\033[2J %s", "x\ny"),
		     STATUS_CORRUPT);
	cr_expect_str_eq(error.reason, "no?[2J x?y");
	cr_expect_eq(error.offset, 7);
}

Test(error, cuts_what_is_too_long_and_may_be_absent)
{
	char text[2000];
	struct error error;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&error, STATUS_CORRUPT, text, 0, "%s", text);
	cr_expect_eq(strlen(error.path), sizeof(error.path) - 1);
	cr_expect_eq(strlen(error.reason), sizeof(error.reason) - 1);
	cr_expect_eq(error_set(NULL, STATUS_USAGE, NULL, 0, "x"), STATUS_USAGE);
}
