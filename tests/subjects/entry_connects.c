/* Connects that are given up, time out, or hide behind a send; the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>

#define STORM_CLIENTS 200

/* A listener whose queue is full drops what comes (listen(2)): its port is as good as nowhere. */
static int port_blackholed(void)
{
	struct sockaddr_in address = loopback(0);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fillers[4];

	MUST(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(listen(listener, 0) == 0);
	address = loopback(port_of(listener));
	for (size_t i = 0; i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
	return ntohs(address.sin_port);
}

static int hopeless_start(void)
{
	struct sockaddr_in address = loopback(port_blackholed());
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), tries = 1;

	MUST(setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &tries, sizeof(tries)) == 0);
	fact("client", fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	MUST(errno == EINPROGRESS);
	return fd;
}

static void timed_out(void)
{
	int fd = hopeless_start(), error = -1;
	struct pollfd ready = {fd, POLLOUT, 0};
	socklen_t size = sizeof(error);

	MUST(poll(&ready, 1, 30000) == 1);
	MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0);
	MUST(error == ETIMEDOUT);
	MUST(close(fd) == 0);
}

static void abandoned(void)
{
	MUST(close(hopeless_start()) == 0);
}

/* Connected by now, though nobody has asked: the kernel knows at close. */
static void unasked(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = loopback(port_of(listener_open()));
	struct pollfd ready = {fd, POLLOUT, 0};

	fact("client", fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	MUST(poll(&ready, 1, 30000) == 1);
	MUST(close(fd) == 0);
}

static int fast_listener(void)
{
	int listener = listener_open(), queue = 5;

	MUST(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)) == 0);
	return listener;
}

/* The first send connects (tcp(7)); the second connection has the cookie and carries the data. */
static void fast_open(void)
{
	int listener = fast_listener();
	struct sockaddr_in address = loopback(port_of(listener));

	for (int number = 0; number < 2; number++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), server;

		MUST(sendto(fd, "fast open", 9, MSG_FASTOPEN, (struct sockaddr *)&address,
			    sizeof(address)) == 9);
		server = accept(listener, NULL, NULL);
		bytes_receive(server, 9);
		fact_local(number == 0 ? "first_local" : "second_local", fd);
		MUST(close(fd) == 0 && close(server) == 0);
	}
}

/* Nobody listens there any more. */
static void fast_open_refused(void)
{
	int gone = fast_listener(), fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = loopback(port_of(gone));

	MUST(close(gone) == 0);
	fact("client", fd);
	MUST(sendto(fd, "fast open", 9, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&address,
		    sizeof(address)) == -1);
	fact("refused", errno == ECONNREFUSED);
	MUST(close(fd) == 0);
}

static void fast_open_connect(void)
{
	int listener = fast_listener(), fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, server;
	struct sockaddr_in address = loopback(port_of(listener));

	MUST(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)) == 0);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	bytes_send(fd, 9);
	server = accept(listener, NULL, NULL);
	bytes_receive(server, 9);
	fact_local("first_local", fd);
	MUST(close(fd) == 0 && close(server) == 0);
}

/* Nobody listens on the datagram port: the second call finds out (udp(7), ECONNREFUSED). */
static void datagram_refused(void)
{
	struct sockaddr_in address = loopback(0);
	int holder = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;

	MUST(bind(holder, (struct sockaddr *)&address, sizeof(address)) == 0);
	address = loopback(port_of(holder));
	MUST(close(holder) == 0);
	fact("client", fd);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(send(fd, "anyone?", 7, 0) == 7);
	MUST(recv(fd, &byte, 1, 0) == -1 && errno == ECONNREFUSED);
	MUST(close(fd) == 0);
}

static void *storm_clients(void *port)
{
	for (int number = 0; number < STORM_CLIENTS; number++) {
		int fd = client_open(*(int *)port);

		bytes_send(fd, 3);
		MUST(close(fd) == 0);
	}
	return NULL;
}

/* Four threads connect, this one accepts everything, some of it after its client has gone. */
static void accept_storm(void)
{
	int listener = listener_open(), port = port_of(listener);
	pthread_t threads[4];

	fact("listener", listener);
	for (size_t i = 0; i < 4; i++)
		MUST(pthread_create(&threads[i], NULL, storm_clients, &port) == 0);
	for (int number = 0; number < 4 * STORM_CLIENTS; number++) {
		int server = accept4(listener, NULL, NULL, number % 2 ? SOCK_CLOEXEC : 0);

		MUST(server >= 0);
		bytes_receive(server, 3);
		MUST(close(server) == 0);
	}
	for (size_t i = 0; i < 4; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
	fact("accepted", 4 * STORM_CLIENTS);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"timed-out", timed_out},
		{"abandoned", abandoned},
		{"unasked", unasked},
		{"fast-open", fast_open},
		{"fast-open-refused", fast_open_refused},
		{"fast-open-connect", fast_open_connect},
		{"datagram-refused", datagram_refused},
		{"accept-storm", accept_storm},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
