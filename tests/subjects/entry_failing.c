/*
 * Calls that fail, each of which prints what it returned, beside a stream's or a datagram's
 * sockets. Called with OPERATION KIND.
 */
#include "variants.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <pty.h>
#include <sys/prctl.h>
#include <linux/close_range.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

static char unnamed[64];
static void *volatile unmapped = (void *)8;

static void result(const char *name, long long value)
{
	printf("%s: %lld%s%s\n", name, value < 0 ? value : 0, value < 0 ? " " : "",
	       value < 0 ? strerrorname_np(errno) : "");
	fflush(stdout);
}

/* ---- what fails: the same results as bare, and the two sockets as if nothing had been ---- */

static void failing_births(void)
{
	struct sockaddr_in address = loopback(1);
	struct sockaddr_un path = {AF_UNIX, "/nosuch/socket"};
	const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST};
	struct addrinfo *found = NULL;
	int datagram = socket(AF_INET, SOCK_DGRAM, 0), pair[2];

	result("socket", socket(AF_INET, 99, 0));
	result("socket family", socket(255, SOCK_STREAM, 0));
	result("socketpair", socketpair(AF_INET, SOCK_STREAM, 0, pair));
	result("connect", connect(999, (struct sockaddr *)&address, sizeof(address)));
	if (!is_datagram)
		result("connect again",
		       connect(client, (struct sockaddr *)&address, sizeof(address)));
	result("connect short", connect(datagram, (struct sockaddr *)&address, 2));
	result("connect family", connect(datagram, (struct sockaddr *)&path, sizeof(path)));
	result("bind", bind(client, (struct sockaddr *)&address, sizeof(address)));
	result("listen", listen(datagram, 5));
	result("listen closed", listen(999, 5));
	result("accept", accept(client, NULL, NULL));
	result("accept4", accept4(listener, NULL, NULL, 0x40000000));
	result("accept datagram", accept(datagram, NULL, NULL));
	result("getaddrinfo",
	       getaddrinfo("no-number", "80", &numeric, &found) == EAI_NONAME ? 0 : 1);
	result("getnameinfo", getnameinfo(NULL, 0, NULL, 0, NULL, 0, 0) != 0 ? 0 : 1);
	result("pidfd_getfd", syscall(SYS_pidfd_getfd, client, 0, 0));
	MUST(close(datagram) == 0);
}

static void failing_descriptors(void)
{
	result("dup", dup(999));
	result("dup2", dup2(999, client));
	result("dup2 high", dup2(client, 1 << 30));
	result("dup3", dup3(client, client, 0));
	result("dup3 flags", dup3(client, server, 12345));
	result("F_DUPFD", fcntl(client, F_DUPFD, 1 << 30));
	result("F_DUPFD closed", fcntl(999, F_DUPFD, 0));
	result("F_SETFD", fcntl(999, F_SETFD, FD_CLOEXEC));
	result("FIOCLEX", ioctl(999, FIOCLEX));
	result("FIONBIO", ioctl(client, FIONBIO, NULL));
	result("getsockopt", getsockopt(999, SOL_SOCKET, SO_ERROR, NULL, NULL));
}

static void failing_ends(void)
{
	result("close", close(999));
	result("close negative", close(-1));
	result("close_range", close_range(9, 8, 0));
	result("close_range flags", close_range(900, 901, 64));
	result("shutdown", shutdown(999, SHUT_WR));
	result("shutdown how", shutdown(client, 17));
	result("shutdown listener", shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_RD));
	result("fdopen", fdopen(999, "r") != NULL ? 0 : -1);
	result("fdopen mode", fdopen(client, "q") != NULL ? 0 : -1);
	result("freopen", freopen("/nosuch/file", "r", fdopen(dup(client), "r")) != NULL ? 0 : -1);
	result("popen", popen("exit 0", "q") != NULL ? 0 : -1);
}

static ssize_t rights_send(int door, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	struct iovec vector = {unnamed, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(door, &message, 0);
}

static void failing_transfers(void)
{
	int file = open("/dev/null", O_RDWR);
	int door[2];
	struct msghdr bad = {.msg_iov = unmapped, .msg_iovlen = 1};

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, door) == 0);
	result("send", send(999, unnamed, 5, MSG_NOSIGNAL));
	result("send file", send(file, unnamed, 5, MSG_NOSIGNAL));
	result("send unmapped", send(client, unmapped, 5, MSG_NOSIGNAL));
	result("sendto", sendto(client, unnamed, 5, MSG_OOB | MSG_ERRQUEUE, unmapped, 500));
	result("sendmsg", sendmsg(client, &bad, 0));
	result("sendmsg rights", rights_send(door[0], 999));
	result("sendmmsg", sendmmsg(client, unmapped, 1, 0));
	result("recv", recv(999, unnamed, 5, 0));
	result("recv none", recv(server, unnamed, 5, MSG_DONTWAIT));
	result("recv queue", recv(server, unnamed, 5, MSG_ERRQUEUE | MSG_DONTWAIT));
	result("recvmsg", recvmsg(server, &bad, MSG_DONTWAIT));
	result("recvmmsg", recvmmsg(server, unmapped, 1, MSG_DONTWAIT, NULL));
	result("read", read(999, unnamed, 5));
	result("write", write(client, unmapped, 5));
	result("splice", splice(client, NULL, file, NULL, 5, 0));
	MUST(close(file) == 0 && close(door[0]) == 0 && close(door[1]) == 0);
}

static void failing_numbers(void)
{
	result("close", syscall(SYS_close, 999));
	result("close_range", syscall(SYS_close_range, 9, 8, 0));
	result("dup", syscall(SYS_dup, 999));
	result("dup3", syscall(SYS_dup3, client, client, 0));
	result("socket", syscall(SYS_socket, 255, SOCK_STREAM, 0));
	result("connect", syscall(SYS_connect, 999, NULL, 0));
	result("accept4", syscall(SYS_accept4, client, NULL, NULL, 0));
	result("sendto", syscall(SYS_sendto, client, unmapped, 5, MSG_NOSIGNAL, NULL, 0));
	result("recvfrom", syscall(SYS_recvfrom, 999, unnamed, 5, 0, NULL, NULL));
	result("shutdown", syscall(SYS_shutdown, 999, SHUT_WR));
	result("execve", syscall(SYS_execve, "/nosuch/program", NULL, NULL));
	result("unknown", syscall(100000));
	result("dlopen", dlopen("/nosuch/library.so", RTLD_NOW) != NULL ? 0 : -1);
	puts(dlerror());
	result("dlsym", dlsym(RTLD_DEFAULT, "no_such_function") != NULL ? 0 : -1);
	MUST(dlerror() != NULL && dlerror() == NULL);
}

/* As when there are too many processes, which stops everyone but root. */
static void forbid_children(void)
{
	static const int numbers[] = {SYS_clone, SYS_clone3,
#ifdef SYS_fork
				      SYS_fork, SYS_vfork
#endif
	};
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		code[1].k = (unsigned int)numbers[i];
		MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	}
}

static void failing_children(void)
{
	char *const arguments[] = {"none", NULL};
	int terminal;
	pid_t child;

	result("execv", execv("/nosuch/program", arguments));
	result("execvp", execvp("no-such-program", arguments));
	result("fexecve", fexecve(999, arguments, environ));
	result("posix_spawn",
	       posix_spawn(&child, "/nosuch/program", NULL, NULL, arguments, environ) == ENOENT
		       ? 0
		       : 1);
	result("system", system("exit 3") == 3 << 8 ? 0 : 1);
	forbid_children();
	result("fork", fork());
	result("_Fork", _Fork());
	result("vfork", vfork());
	result("forkpty", forkpty(&terminal, NULL, NULL, NULL));
	result("daemon", daemon(1, 1));
	result("system", system("exit 3"));
	result("popen", popen("exit 3", "r") != NULL ? 0 : -1);
	result("posix_spawn",
	       posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ) == EAGAIN ? 0 : 1);
	result("wait", wait(NULL));
}

/* What fails happens between an exchange and another, both ways. */
static void between_exchanges(void (*run)(void))
{
	truth(client, "closed", 30, 0);
	truth(server, "closed", 0, 30);
	exchange(client, server, 10);
	run();
	exchange(client, server, 20);
}

static void run_births(void)
{
	between_exchanges(failing_births);
}

static void run_descriptors(void)
{
	between_exchanges(failing_descriptors);
}

static void run_ends(void)
{
	between_exchanges(failing_ends);
}

static void run_transfers(void)
{
	between_exchanges(failing_transfers);
}

static void run_numbers(void)
{
	between_exchanges(failing_numbers);
}

static void run_children(void)
{
	between_exchanges(failing_children);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"births", run_births},   {"descriptors", run_descriptors},
		{"ends", run_ends},       {"transfers", run_transfers},
		{"numbers", run_numbers}, {"children", run_children},
	};

	return variants_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
