/*
 * One operation again and again, for what it costs to be counted from outside: `costs NAME COUNT`
 * does it so often, `costs NAME step` a few times and then once between two breakpoints.
 */
#include "facts.h"

#include <fcntl.h>

#include "door.h"
#include <sys/un.h>

#define WARMING_TURNS 40 /* the first ones look functions up and write what is stored once */

static int fd, other_fd, listener;

static void null_open(void)
{
	fd = open("/dev/null", O_WRONLY);
	MUST(fd >= 0);
}

static void zero_open(void)
{
	fd = open("/dev/zero", O_RDONLY);
	MUST(fd >= 0);
}

static void ends_open(void)
{
	int ends[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	fd = ends[0];
	other_fd = ends[1];
}

static void full_ends_open(void)
{
	static char bytes[8192];

	ends_open();
	MUST(send(other_fd, bytes, sizeof(bytes), 0) == sizeof(bytes));
}

/* The kernel completes the connections of its backlog, so nobody need accept them. */
static void listener_make(void)
{
	listener = listener_open();
	MUST(listen(listener, 1024) == 0);
}

static void byte_write(void)
{
	MUST(write(fd, "", 1) == 1);
}

static void byte_read(void)
{
	char byte;

	MUST(read(fd, &byte, 1) == 1);
}

static void byte_send(void)
{
	MUST(send(fd, "", 1, MSG_NOSIGNAL) == 1);
}

static void byte_receive(void)
{
	char byte;

	MUST(recv(fd, &byte, 1, 0) == 1);
}

static void connection_make(void)
{
	struct sockaddr_in address = loopback(port_of(listener));
	int client = socket(AF_INET, SOCK_STREAM, 0);

	MUST(client >= 0);
	MUST(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(close(client) == 0);
}

static struct sockaddr_un path;

static void unix_listener_make(void)
{
	socklen_t size = sizeof(path);

	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	path.sun_family = AF_UNIX;
	/* A name of no length is chosen by the kernel (unix(7)). */
	MUST(listener >= 0 && bind(listener, (struct sockaddr *)&path, sizeof(sa_family_t)) == 0);
	MUST(getsockname(listener, (struct sockaddr *)&path, &size) == 0);
	MUST(listen(listener, 1024) == 0);
}

static void unix_connection_make(void)
{
	int client = socket(AF_UNIX, SOCK_STREAM, 0);

	MUST(client >= 0);
	MUST(connect(client, (struct sockaddr *)&path, sizeof(sa_family_t) + 6) == 0);
	MUST(close(client) == 0);
}

static void connection_accept(void)
{
	int server;

	connection_make();
	server = accept(listener, NULL, NULL);
	MUST(server >= 0);
	MUST(close(server) == 0);
}

static struct door *door;

static void door_prepare(void)
{
	door = door_make(0);
}

static void door_ask(void)
{
	MUST(door_fd(door) == -1);
}

static const struct operation {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
} operations[] = {
	{"write-file", null_open, byte_write},
	{"read-file", zero_open, byte_read},
	{"write-socket", ends_open, byte_write},
	{"read-socket", full_ends_open, byte_read},
	{"send", ends_open, byte_send},
	{"recv", full_ends_open, byte_receive},
	{"handle-call", door_prepare, door_ask},
	{"connection", listener_make, connection_make},
	{"unix-connection", unix_listener_make, unix_connection_make},
	{"accepted", listener_make, connection_accept},
};

static void breakpoint(void)
{
#if defined(__x86_64__)
	__asm__ volatile("int3" ::: "memory");
#else
	__builtin_trap();
#endif
}

static void step(const struct operation *operation)
{
	for (int turn = 0; turn < WARMING_TURNS; turn++)
		operation->run();
	breakpoint();
	operation->run();
	breakpoint();
}

int main(int argc, char **argv)
{
	const struct operation *operation = operations;

	MUST(argc == 3);
	while (strcmp(operation->name, argv[1]) != 0)
		MUST(++operation < operations + sizeof(operations) / sizeof(*operations));
	operation->prepare();
	if (strcmp(argv[2], "step") == 0)
		step(operation);
	for (int turn = atoi(argv[2]); turn > 0; turn--)
		operation->run();
	return 0;
}
