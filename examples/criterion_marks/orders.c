/*
 * Which test leaves a connection open? A Criterion suite that asks after every test, by socklife's
 * track.h. ORDERS_PORT: a server on 127.0.0.1.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/logging.h>

#include <socklife/track.h>

static uint64_t begun;

static void mark_begin(void)
{
	begun = socklife_mark_begin(criterion_current_test->name);
}

static void mark_end(void)
{
	long left = socklife_mark_end(criterion_current_test->name, begun);

	if (left == 0)
		return;
	/* Criterion counts no assertion once the test itself is over; a crash it does. */
	cr_log_error("socklife: %s: connections left open: %ld", criterion_current_test->name,
		     left);
	abort();
}

TestSuite(orders, .init = mark_begin, .fini = mark_end);

static int orders_connect(void)
{
	const char *port = getenv("ORDERS_PORT");
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)atoi(port != NULL ? port : "0")),
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

Test(orders, closes_its_connection)
{
	close(orders_connect());
}

Test(orders, forgets_its_connection)
{
	orders_connect();
}
