/* Ways a descriptor comes to name a socket, and ways it stops doing so; the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>

static int listener;

/* A client whose server side is closed when the program ends. */
static int client_new(const char *name)
{
	int client, server;
	char local_name[64];

	pair_open(listener, &client, &server);
	snprintf(local_name, sizeof(local_name), "%s_local", name);
	fact(name, client);
	fact_local(local_name, client);
	return client;
}

static void close_plain(void)
{
	MUST(close(client_new("client")) == 0);
}

static void close_twice(void)
{
	int client = client_new("client");

	MUST(close(client) == 0);
	MUST(close(client) == -1 && errno == EBADF);
}

static void dup_survives(void)
{
	int client = client_new("client");
	int copy = dup(client);

	MUST(close(client) == 0);
	bytes_send(copy, 11);
	MUST(close(copy) == 0);
	fact("sent", 11);
}

static void dup2_over(void)
{
	int first = client_new("first");
	int second = client_new("second");

	MUST(dup2(first, second) == second);
	bytes_send(second, 12);
	MUST(close(first) == 0);
	MUST(close(second) == 0);
}

static void dup2_same(void)
{
	int client = client_new("client");

	MUST(dup2(client, client) == client);
	bytes_send(client, 13);
	MUST(close(client) == 0);
}

static void dup3_over(void)
{
	int first = client_new("first");
	int second = client_new("second");

	MUST(dup3(first, second, O_CLOEXEC) == second);
	MUST(dup3(first, first, 0) == -1 && errno == EINVAL);
	bytes_send(second, 12);
	MUST(close(first) == 0);
	MUST(close(second) == 0);
}

/* A file over a socket, and a socket over a file. */
static void dup2_file(void)
{
	int client = client_new("client");
	int file = open("/dev/null", O_WRONLY);
	int other = client_new("other");

	MUST(dup2(file, client) == client);
	MUST(dup2(other, file) == file);
	MUST(close(other) == 0);
	bytes_send(file, 14);
	MUST(write(client, "to the file", 11) == 11);
	MUST(close(file) == 0);
	MUST(close(client) == 0);
}

static void fcntl_dup(void)
{
	int client = client_new("client");
	int high = fcntl(client, F_DUPFD, 100);
	int higher = fcntl(client, F_DUPFD_CLOEXEC, 200);

	MUST(high == 100 && higher == 200);
	MUST(close(client) == 0);
	bytes_send(high, 5);
	MUST(close(high) == 0);
	bytes_send(higher, 10);
	MUST(close(higher) == 0);
	fact("sent", 15);
}

static void close_range_all(void)
{
	int first = client_new("first");
	int second = client_new("second");

	MUST(first < second);
	MUST(close_range((unsigned int)listener + 1, ~0U, 0) == 0);
	MUST(fcntl(first, F_GETFD) == -1);
	fact("closed", 2);
}

/* CLOSE_RANGE_CLOEXEC closes nothing now. */
static void close_range_cloexec(void)
{
	int first = client_new("first");

	MUST(close_range((unsigned int)first, (unsigned int)first, CLOSE_RANGE_CLOEXEC) == 0);
	MUST((fcntl(first, F_GETFD) & FD_CLOEXEC) != 0);
	bytes_send(first, 16);
}

static void closefrom_all(void)
{
	client_new("first");
	client_new("second");
	closefrom(listener + 1);
}

static void fclose_stream(void)
{
	FILE *stream = fdopen(client_new("client"), "r+");

	MUST(stream != NULL);
	MUST(fputs("through stdio\n", stream) >= 0);
	MUST(fclose(stream) == 0);
}

static void freopen_stream(void)
{
	FILE *stream = fdopen(client_new("client"), "r+");

	MUST(stream != NULL);
	stream = freopen("/dev/null", "w", stream);
	MUST(stream != NULL);
	MUST(fclose(stream) == 0);
}

static void syscall_all(void)
{
	struct sockaddr_in address = loopback(port_of(listener));
	int client = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);

	MUST(client >= 0);
	MUST(syscall(SYS_connect, client, &address, sizeof(address)) == 0);
	fact("client", client);
	fact_local("client_local", client);
	MUST(syscall(SYS_sendto, client, "syscall", 7, 0, NULL, 0) == 7);
	MUST(syscall(SYS_close, client) == 0);
	errno = 0;
	MUST(syscall(SYS_close, client) == -1 && errno == EBADF);
}

/* One number, a hundred sockets. */
static void reuse(void)
{
	int number, client, server, fd = -1;

	for (number = 0; number < 100; number++) {
		pair_open(listener, &client, &server);
		MUST(fd == -1 || client == fd);
		fd = client;
		bytes_send(client, (size_t)number + 1);
		MUST(close(client) == 0 && close(server) == 0);
	}
	fact("fd", fd);
	fact("count", number);
	fact("sent", 5050);
}

/* The target of a dup2() that fails is open as before. */
static void dup2_fails(void)
{
	int client, server, closed;

	pair_open(listener, &client, &server);
	fact("client", client);
	fact_local("client_local", client);
	closed = dup(client);
	MUST(closed >= 0 && close(closed) == 0);
	MUST(dup2(closed, client) == -1 && errno == EBADF);
	bytes_send(client, 23);
	MUST(close(client) == 0 && close(server) == 0);
}

static void half_close(void)
{
	int client, server;
	char byte;

	pair_open(listener, &client, &server);
	fact("client", client);
	fact("server", server);
	MUST(shutdown(client, SHUT_WR) == 0);
	MUST(recv(server, &byte, 1, 0) == 0);
	bytes_send(server, 21);
	bytes_receive(client, 21);
	MUST(close(server) == 0);
	MUST(close(client) == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"close", close_plain},
		{"close-twice", close_twice},
		{"dup", dup_survives},
		{"dup2-over", dup2_over},
		{"dup2-same", dup2_same},
		{"dup2-file", dup2_file},
		{"dup3-over", dup3_over},
		{"fcntl-dup", fcntl_dup},
		{"close-range", close_range_all},
		{"close-range-cloexec", close_range_cloexec},
		{"closefrom", closefrom_all},
		{"fclose", fclose_stream},
		{"freopen", freopen_stream},
		{"syscall", syscall_all},
		{"reuse", reuse},
		{"dup2-fails", dup2_fails},
		{"half-close", half_close},
	};

	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
