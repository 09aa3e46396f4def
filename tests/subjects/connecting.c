/* Connects that take their time, fail, or come with a name; the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>

static int nonblocking_start(int port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	fact("client", fd);
	fact("before_ns", time_ns());
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	MUST(errno == EINPROGRESS);
	return fd;
}

static void writable_await(int fd)
{
	struct pollfd ready = {fd, POLLOUT, 0};

	MUST(poll(&ready, 1, 30000) == 1);
}

static int socket_error(int fd)
{
	int error = -1;
	socklen_t size = sizeof(error);

	MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0);
	return error;
}

static void nonblocking(void)
{
	int fd = nonblocking_start(port_of(listener_open()));

	writable_await(fd);
	MUST(socket_error(fd) == 0);
	fact("after_ns", time_ns());
	fact_local("client_local", fd);
	bytes_send(fd, 10);
	MUST(close(fd) == 0);
}

/* Nobody asks SO_ERROR: the first bytes tell. */
static void nonblocking_unasked(void)
{
	int fd = nonblocking_start(port_of(listener_open()));

	writable_await(fd);
	bytes_send(fd, 10);
	fact("after_ns", time_ns());
	MUST(close(fd) == 0);
}

/* A second connect() tells, as BSD programs ask. */
static void nonblocking_again(void)
{
	int port = port_of(listener_open());
	int fd = nonblocking_start(port);
	struct sockaddr_in address = loopback(port);

	writable_await(fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	fact("after_ns", time_ns());
	MUST(close(fd) == 0);
}

static int port_unused(void)
{
	struct sockaddr_in address = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* Bound and not listening: refused for as long as we hold it. */
	MUST(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return port_of(fd);
}

static void nonblocking_refused(void)
{
	int fd = nonblocking_start(port_unused());

	writable_await(fd);
	MUST(socket_error(fd) == ECONNREFUSED);
	MUST(close(fd) == 0);
}

static void refused(void)
{
	struct sockaddr_in address = loopback(port_unused());
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	fact("client", fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	MUST(errno == ECONNREFUSED);
	MUST(close(fd) == 0);
}

static void missing_path(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "nobody.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	fact("client", fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	MUST(errno == ENOENT);
	MUST(close(fd) == 0);
}

static void named(void)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	char port[16];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	snprintf(port, sizeof(port), "%d", port_of(listener_open()));
	fact("client", fd);
	MUST(getaddrinfo("localhost", port, &hints, &found) == 0);
	MUST(connect(fd, found->ai_addr, found->ai_addrlen) == 0);
	freeaddrinfo(found);
	MUST(close(fd) == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"nonblocking", nonblocking},
		{"nonblocking-unasked", nonblocking_unasked},
		{"nonblocking-again", nonblocking_again},
		{"nonblocking-refused", nonblocking_refused},
		{"refused", refused},
		{"missing-path", missing_path},
		{"named", named},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
