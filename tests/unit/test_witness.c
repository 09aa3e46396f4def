/* The witness itself: what is read out of strace's output. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "witness.h"

TestSuite(witness, .fini = scratch_remove_all);

#define TCP  "5<TCP:[127.0.0.1:40000->127.0.0.1:80]>"
#define TCP6 "6<TCPv6:[[::ffff:127.0.0.1]:40001->[::ffff:127.0.0.1]:80]>"
#define UNIX "7<UNIX-STREAM:[1234->1235]>"

static void lines_load(struct witness *witness, const char *lines)
{
	const char *prefix = scratch_format("%s/witness", scratch_new());

	scratch_write(scratch_format("%s.1", prefix), lines, strlen(lines));
	witness_load(witness, prefix);
}

Test(witness, counts_bytes_and_sends_of_a_connection_under_all_its_numbers)
{
	struct witness witness;
	const struct witness_connection *seen;

	lines_load(&witness,
		   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 5<TCP:[99]>\n"
		   "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 9<UDP:[98]>\n"
		   "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = -1 EMFILE (Too many open files)\n"
		   "connect(5<TCP:[99]>, {sa_family=AF_INET}, 16) = 0\n"
		   "sendto(" TCP ", \"\"..., 10, 0, NULL, 0) = 10\n"
		   "recvfrom(" TCP ", \"\"..., 9, MSG_PEEK, NULL, NULL) = 9\n"
		   "recvfrom(" TCP ", \"\"..., 9, 0, NULL, NULL) = 4\n"
		   "splice(8<pipe:[1]>, NULL, " TCP ", NULL, 7, 0) = 7\n"
		   "write(9<TCP:[127.0.0.1:40000->127.0.0.1:80]>, \"\"..., 1) = 1\n");
	cr_assert_eq(witness.count, 1);
	seen = witness_peer(&witness, "127.0.0.1:80");
	cr_expect_str_eq(seen->local, "127.0.0.1:40000");
	cr_expect_eq(seen->fd, 5);
	cr_expect(seen->has_other_fd);
	cr_expect_eq(seen->bytes_sent, 18);
	cr_expect_eq(seen->sends, 3);
	cr_expect_eq(seen->bytes_received, 4);
	cr_expect_eq(witness.streams_opened, 1);
	witness_release(&witness);
}

Test(witness, counts_nothing_of_calls_that_failed_or_are_made_again)
{
	struct witness witness;

	lines_load(&witness,
		   "sendto(" TCP ", \"\"..., 10, 0, NULL, 0) = -1 EAGAIN (Resource …)\n"
		   "recvfrom(" TCP ", \"\", 9, 0, NULL, NULL) = -1 EAGAIN (Resource …)\n"
		   "write(" TCP ", \"\"..., 10) = ? ERESTARTSYS (To be restarted if …)\n"
		   "recvfrom(" TCP ", 0x7ffc, 9, 0, NULL, NULL) = ? ERESTARTSYS (To …)\n");
	cr_assert_eq(witness.count, 1, "all the same it is there");
	cr_expect_eq(witness.connections[0].sends, 0);
	cr_expect_eq(witness.connections[0].bytes_sent, 0);
	cr_expect_eq(witness.connections[0].bytes_received, 0);
	witness_release(&witness);
}

Test(witness, knows_an_address_that_is_mapped_into_ipv6_and_a_unix_socket)
{
	struct witness witness;

	lines_load(&witness, "accept4(3<TCPv6:[[::]:80]>, NULL, NULL, 0) = " TCP6 "\n"
			     "close(" TCP6 ") = 0\n"
			     "write(" UNIX ", \"\"..., 2) = 2\n"
			     "read(3</etc/passwd>, \"\"..., 4096) = 1\n"
			     "write(1<pipe:[55]>, \"\"..., 2) = 2\n");
	cr_assert_eq(witness.count, 2);
	cr_expect_str_eq(witness.connections[0].local, "127.0.0.1:40001");
	cr_expect_str_eq(witness.connections[0].peer, "127.0.0.1:80");
	cr_expect(witness.connections[1].is_unix);
	cr_expect_str_eq(witness.connections[1].local, "1234");
	cr_expect_eq(witness.connections[1].bytes_sent, 2);
	witness_release(&witness);
}

/* They say that their size is 0. */
Test(witness, reads_files_of_proc)
{
	size_t size_bytes = 0;
	const char *text = scratch_read("/proc/self/stat", &size_bytes);

	cr_assert_not_null(text);
	cr_expect_eq(atoi(text), getpid());
	cr_expect_eq(strlen(text), size_bytes);
	cr_expect_null(scratch_read("/proc/self/no such file", NULL));
}
