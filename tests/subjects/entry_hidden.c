/* Calls that go past the hooks, or nearly; the argument chooses. */
#include "facts.h"

#include <dlfcn.h>
#include <linux/io_uring.h>
#include <netdb.h>
#include <nss.h>
#include <sys/mman.h>
#include <sys/syscall.h>

typedef int (*socket_fn)(int family, int type, int protocol);
typedef int (*close_fn)(int fd);

/* As ctypes and cffi call: by a handle of libc's own. */
static void by_handle(void)
{
	void *handle = dlopen("libc.so.6", RTLD_NOW);
	socket_fn open_socket = (socket_fn)dlsym(handle, "socket");
	close_fn close_socket = (close_fn)dlsym(handle, "close");
	int fd;

	MUST(open_socket != NULL && close_socket != NULL);
	MUST(dlsym(handle, "no such function") == NULL && dlerror() != NULL);
	MUST(dlerror() == NULL);
	MUST(dlsym(RTLD_DEFAULT, "connect") != NULL && dlsym(RTLD_NEXT, "connect") != NULL);
	fd = open_socket(AF_INET, SOCK_STREAM, 0);
	fact("client", fd);
	MUST(close_socket(fd) == 0);
}

/* A library that binds to libc before it asks us. */
static void *deep_open(int how)
{
	char path[4096];
	void *handle;

	MUST(readlink("/proc/self/exe", path, sizeof(path) - 32) > 0);
	path[strcspn(path, "\n")] = '\0';
	strcpy(strrchr(path, '/') + 1, "libentry.so");
	handle = dlopen(path, how | RTLD_DEEPBIND);
	MUST(handle != NULL);
	return handle;
}

static void deep_call(int how)
{
	int (*plugged)(void) = (int (*)(void))dlsym(deep_open(how), "entry_open");

	MUST(plugged != NULL);
	fact("client", plugged());
}

static void deep_bound(void)
{
	deep_call(RTLD_NOW);
}

static void deep_bound_lazily(void)
{
	deep_call(RTLD_LAZY);
}

static void deep_unasked(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	deep_open(RTLD_NOW);
	MUST(close(fd) == 0);
}

static void ring(void)
{
	struct io_uring_params parameters = {0};
	long fd = raw_call(SYS_io_uring_setup, 4, (long)&parameters, 0);

	fact("ring", fd);
}

/* The module libnss_entry.so.2 makes a socket of its own for each name it is asked for. */
static void looked_up(void)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	int fd;

	MUST(__nss_configure_lookup("hosts", "entry") == 0);
	MUST(getaddrinfo("entry.example", "80", &hints, &found) == 0);
	freeaddrinfo(found);
	MUST(gethostbyname("other.example") != NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	fact("client", fd);
	MUST(close(fd) == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"by-handle", by_handle},
		{"deep-bound", deep_bound},
		{"deep-bound-lazily", deep_bound_lazily},
		{"deep-unasked", deep_unasked},
		{"ring", ring},
		{"looked-up", looked_up},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
