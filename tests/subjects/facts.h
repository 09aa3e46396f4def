/*
 * What subjects share: they print the truth about themselves as name=value lines, and die loudly
 * when their own set-up fails. Everything is static: a subject is one file.
 */
#ifndef SOCKLIFE_TESTS_FACTS_H
#define SOCKLIFE_TESTS_FACTS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))
/* Functions whose frames a test looks for. */
#define FRAME __attribute__((noinline, used))

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			facts_die(__LINE__, #condition);                                           \
	} while (0)

static UNUSED void facts_die(int line, const char *condition)
{
	fprintf(stderr, "line %d: not %s: %s\n", line, condition, strerror(errno));
	_exit(99);
}

static UNUSED void fact(const char *name, long long value)
{
	printf("%s=%lld\n", name, value);
	fflush(stdout);
}

static UNUSED void fact_text(const char *name, const char *text)
{
	printf("%s=%s\n", name, text);
	fflush(stdout);
}

static UNUSED long long time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* As a report writes it. */
static UNUSED void address_print(char *text, size_t size_bytes, const struct sockaddr *address,
				 socklen_t length)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)(const void *)address;
	const struct sockaddr_un *local = (const struct sockaddr_un *)(const void *)address;
	size_t path_size = length - offsetof(struct sockaddr_un, sun_path);
	char host[INET6_ADDRSTRLEN];

	if (address->sa_family == AF_INET)
		snprintf(text, size_bytes, "%s:%d",
			 inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof(host)),
			 ntohs(ipv4->sin_port));
	else if (address->sa_family == AF_INET6)
		snprintf(text, size_bytes, "[%s]:%d",
			 inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof(host)),
			 ntohs(ipv6->sin6_port));
	else if (path_size > 0 && local->sun_path[0] == '\0')
		snprintf(text, size_bytes, "unix:@%.*s", (int)path_size - 1, local->sun_path + 1);
	else
		snprintf(text, size_bytes, "unix:%.*s", (int)path_size, local->sun_path);
}

/* The local address of fd. */
static UNUSED void fact_local(const char *name, int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char text[200];

	MUST(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	address_print(text, sizeof(text), (struct sockaddr *)&address, size);
	fact_text(name, text);
}

static UNUSED struct sockaddr_in loopback(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static UNUSED int port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	MUST(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	return ntohs(address.sin_port);
}

static UNUSED int listener_open(void)
{
	struct sockaddr_in address = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	MUST(fd >= 0);
	MUST(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(listen(fd, 64) == 0);
	return fd;
}

static UNUSED FRAME int client_open(int port)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	MUST(fd >= 0);
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

/* The kernel completes a connect() to the backlog, so one thread can play both sides. */
static UNUSED void pair_open(int listener, int *client, int *server)
{
	*client = client_open(port_of(listener));
	*server = accept(listener, NULL, NULL);
	MUST(*server >= 0);
}

static UNUSED void bytes_send(int fd, size_t size_bytes)
{
	char bytes[65536] = {0};

	MUST(size_bytes <= sizeof(bytes));
	MUST(send(fd, bytes, size_bytes, MSG_NOSIGNAL) == (ssize_t)size_bytes);
}

/* Exactly so many, whatever pieces they come in. */
static UNUSED void bytes_receive(int fd, size_t size_bytes)
{
	char bytes[65536];

	while (size_bytes > 0) {
		size_t piece = size_bytes < sizeof(bytes) ? size_bytes : sizeof(bytes);
		ssize_t got = recv(fd, bytes, piece, 0);

		MUST(got > 0);
		size_bytes -= (size_t)got;
	}
}

/* As liburing and Go enter the kernel: past libc, and so past every hook. */
static UNUSED long raw_call(long number, long a, long b, long c)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
			 x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#endif
}

struct scenario {
	const char *name;
	void (*run)(void);
};

/* Runs the scenario that the first argument names, between the facts "pid" and the end. */
static UNUSED int scenario_run(const struct scenario *scenarios, size_t count, const char *name)
{
	size_t index;

	fact("pid", getpid());
	for (index = 0; index < count; index++)
		if (name != NULL && strcmp(scenarios[index].name, name) == 0) {
			scenarios[index].run();
			return 0;
		}
	fprintf(stderr, "no scenario %s\n", name != NULL ? name : "");
	return 98;
}

#endif
