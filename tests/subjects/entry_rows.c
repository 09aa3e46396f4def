/* Calls that are seldom made on sockets; each prints what it returned, bare as recorded. */
#include "facts.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <pthread.h>
#include <pty.h>
#include <pwd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <wordexp.h>

/* Names that libc exports beside the usual ones, which no header declares. */
extern int __close(int fd);
extern int __connect(int fd, const struct sockaddr *address, socklen_t size);
extern ssize_t __read(int fd, void *bytes, size_t size);
extern ssize_t __write(int fd, const void *bytes, size_t size);
extern ssize_t __send(int fd, const void *bytes, size_t size, int flags);
extern int __fcntl(int fd, int command, ...);
extern int __dup2(int old_fd, int new_fd);

static int listener, client, server;

static void result(const char *name, long long value)
{
	printf("%s: %lld%s%s\n", name, value, value < 0 ? " " : "",
	       value < 0 ? strerrorname_np(errno) : "");
}

/* Of sockets no position can be told (ESPIPE), but -1 asks for none (preadv2(2)). */
static void positioned_on(const char *kind, int from, int to)
{
	char bytes[8] = "seven..";
	struct iovec vector = {bytes, 7};

	printf("%s\n", kind);
	result("pread", pread(to, bytes, 7, 0));
	result("pwrite", pwrite(from, bytes, 7, 0));
	result("preadv", preadv(to, &vector, 1, 0));
	result("pwritev", pwritev(from, &vector, 1, 0));
	result("pwritev2", pwritev2(from, &vector, 1, 0, 0));
	result("pwritev2 without", pwritev2(from, &vector, 1, -1, 0));
	result("preadv2", preadv2(to, &vector, 1, 0, 0));
	result("preadv2 without", preadv2(to, &vector, 1, -1, 0));
	result("preadv2 nowait", preadv2(to, &vector, 1, -1, RWF_NOWAIT));
}

static void positioned(void)
{
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	positioned_on("stream", client, server);
	positioned_on("dgram", pair[0], pair[1]);
	MUST(close(pair[0]) == 0 && close(pair[1]) == 0);
	result("closed", pread(pair[0], &pair, 1, 0));
}

/* The kernel refuses all of these on sockets; none may count. */
static void refused(void)
{
	char bytes[] = "nine....";
	struct iovec vector = {bytes, sizeof(bytes)};
	int pipes[2];

	MUST(pipe(pipes) == 0 && write(pipes[1], "x", 1) == 1);
	result("tee", tee(pipes[0], client, 1, 0));
	result("vmsplice", vmsplice(client, &vector, 1, 0));
	result("copy_file_range", copy_file_range(client, NULL, server, NULL, 9, 0));
	result("splice", splice(client, NULL, server, NULL, 9, 0));
	result("lseek", lseek(client, 0, SEEK_CUR));
}

static void *unshare_range(void *context)
{
	(void)context;
	result("unshare",
	       close_range((unsigned int)client, (unsigned int)client, CLOSE_RANGE_UNSHARE));
	return NULL;
}

/* Alone, a thread closes; beside others, it closes in a table of its own. */
static void unshared(void)
{
	int other, other_server;
	pthread_t thread;

	pair_open(listener, &other, &other_server);
	fact("other", other);
	result("alone", close_range((unsigned int)other, (unsigned int)other, CLOSE_RANGE_UNSHARE));
	result("again", close(other));
	MUST(pthread_create(&thread, NULL, unshare_range, NULL) == 0);
	MUST(pthread_join(thread, NULL) == 0);
	bytes_send(client, 13);
	bytes_receive(server, 13);
	MUST(close(other_server) == 0);
}

static void aliases(void)
{
	struct sockaddr_in address = loopback(port_of(listener));
	int own = socket(AF_INET, SOCK_STREAM, 0), peer;
	char bytes[16] = "";

	MUST(__connect(own, (struct sockaddr *)&address, sizeof(address)) == 0);
	peer = accept(listener, NULL, NULL);
	fact("own", own);
	fact_local("own_local", own);
	result("__write", __write(own, "12345", 5));
	result("__send", __send(own, "678", 3, 0));
	result("write", write(peer, "ab", 2));
	result("__read", __read(own, bytes, sizeof(bytes)));
	result("__fcntl", __fcntl(own, F_SETFD, FD_CLOEXEC));
	fact("copy", __dup2(own, 77));
	result("__close", __close(own));
	result("__close again", __close(own));
	result("__close copy", __close(77));
	MUST(close(peer) == 0);
}

/* libc's own sockets: none of them is the program's. */
static void lookups(void)
{
	struct ifaddrs *interfaces = NULL;
	const struct passwd *user;

	openlog("subject", LOG_NDELAY, LOG_USER);
	syslog(LOG_DEBUG, "a line that nobody reads");
	closelog();
	result("getifaddrs", getifaddrs(&interfaces));
	freeifaddrs(interfaces);
	fact("loopback", if_nametoindex("lo"));
	user = getpwnam("root");
	fact("root", user != NULL ? (long long)user->pw_uid : -1);
}

static void terminal(void)
{
	int master, status;
	pid_t child = forkpty(&master, NULL, NULL, NULL);

	MUST(child >= 0);
	if (child == 0) {
		MUST(close(client) == 0);
		_exit(4);
	}
	MUST(waitpid(child, &status, 0) == child);
	fact("status", WEXITSTATUS(status));
	bytes_send(client, 21);
	MUST(close(master) == 0);
}

static void words(void)
{
	wordexp_t found;

	result("wordexp", wordexp("$(echo one two)", &found, 0));
	fact("words", (long long)found.we_wordc);
	wordfree(&found);
	bytes_send(client, 22);
}

/* glibc's flushes every stream and closes none. */
static void streams(void)
{
	FILE *stream = fdopen(dup(client), "w");

	MUST(stream != NULL);
	result("fcloseall", fcloseall());
	result("still open", fcntl(client, F_GETFD));
	bytes_send(client, 23);
}

/* The recorder finds libc's own dlsym() by dlvsym(), which is therefore no hook. */
static void versioned(void)
{
	static const char version[] =
#if defined(__x86_64__)
		"GLIBC_2.2.5";
#else
		"GLIBC_2.17";
#endif
	void *libc = dlopen("libc.so.6", RTLD_NOW);
	int (*make)(int, int, int);

	MUST(libc != NULL);
	*(void **)&make = dlvsym(libc, "socket", version);
	MUST(make != NULL);
	fact("missing", dlvsym(libc, "socket", "GLIBC_0.0") == NULL);
	fact("made", make(AF_INET, SOCK_STREAM, 0));
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"positioned", positioned}, {"refused", refused}, {"unshared", unshared},
		{"aliases", aliases},       {"lookups", lookups}, {"terminal", terminal},
		{"words", words},           {"streams", streams}, {"versioned", versioned},
	};
	int status;

	listener = listener_open();
	pair_open(listener, &client, &server);
	fact("client", client);
	fact("server", server);
	status = scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			      argc > 1 ? argv[1] : NULL);
	MUST(close(client) == 0);
	MUST(close(server) == 0);
	return status;
}
