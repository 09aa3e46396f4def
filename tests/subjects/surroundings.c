/*
 * Sockets in hostile surroundings, which the first argument names and the program makes itself;
 * then the same traffic in all of them. What it prints is the same bare as recorded.
 */
#include "facts.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SMALL_STACK_BYTES 65536
#define LOST              "lost"

static int listener, client, server;

static void result(const char *name, long long value)
{
	printf("%s: %lld%s%s\n", name, value, value < 0 ? " " : "",
	       value < 0 ? strerrorname_np(errno) : "");
	fflush(stdout);
}

/* The program's own calls; their counts are what a report is to say. */
static void traffic(void)
{
	listener = listener_open();
	pair_open(listener, &client, &server);
	fact("client", client);
	bytes_send(client, 40);
	bytes_receive(server, 40);
	MUST(close(client) == 0);
	MUST(close(server) == 0);
	MUST(close(listener) == 0);
}

static void limit(int resource, rlim_t value)
{
	struct rlimit wanted = {value, value};

	result("setrlimit", setrlimit((__rlimit_resource_t)resource, &wanted));
}

/* Of the calls that a recorder makes beyond the program's own, all fail. */
static void forbidden(void)
{
	static const int numbers[] = {SYS_getsockopt, SYS_fallocate,  SYS_memfd_create,
				      SYS_ftruncate,  SYS_getdents64, SYS_readlinkat,
				      SYS_madvise,    SYS_prlimit64,  SYS_mkdirat};
	enum { COUNT = sizeof(numbers) / sizeof(*numbers) };
	struct sock_filter filter[2 * COUNT + 2];
	struct sock_fprog program = {.len = 2 * COUNT + 2, .filter = filter};

	filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT; i++) {
		filter[2 * i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
								 (unsigned int)numbers[i], 0, 1);
		filter[2 * i + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
								 SECCOMP_RET_ERRNO | EPERM);
	}
	filter[2 * COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	traffic();
}

static void little_memory(void)
{
	limit(RLIMIT_AS, 48 << 20);
	traffic();
}

static void small_files(void)
{
	limit(RLIMIT_FSIZE, 4096);
	traffic();
}

/* Descriptors 0 to 7, and all of them in use when more are asked for. */
static void few_descriptors(void)
{
	int fds[16], count = 0;

	limit(RLIMIT_NOFILE, 8);
	while (count < 16 && (fds[count] = socket(AF_INET, SOCK_STREAM, 0)) >= 0)
		count++;
	result("socket", fds[count]);
	fact("opened", count);
	result("dup", dup(fds[0]));
	while (count > 0)
		MUST(close(fds[--count]) == 0);
	traffic();
}

/* A server at its limit: whenever a number is free, the next socket takes it. */
static void at_the_limit(void)
{
	int fds[16], count = 0, opened = 0;

	limit(RLIMIT_NOFILE, 8);
	for (int turn = 0; turn < 12000; turn++) {
		while ((fds[count] = socket(AF_INET, SOCK_STREAM, 0)) >= 0) {
			count++;
			opened++;
		}
		MUST(errno == EMFILE && close(fds[--count]) == 0);
	}
	fact("opened", opened);
}

static void small_main_stack(void)
{
	limit(RLIMIT_STACK, SMALL_STACK_BYTES);
	traffic();
}

static void *thread_traffic(void *context)
{
	(void)context;
	traffic();
	return NULL;
}

/* The smallest stack holds no buffers of the program's own: a birth and an end only. */
static void *thread_birth(void *context)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)context;
	close(fd);
	return NULL;
}

static void thread_run(size_t stack_bytes, void *(*run)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;

	MUST(pthread_attr_init(&attributes) == 0);
	MUST(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
	MUST(pthread_create(&thread, &attributes, run, NULL) == 0);
	MUST(pthread_join(thread, NULL) == 0);
}

static void small_stacks(void)
{
	thread_run(3 * (size_t)SMALL_STACK_BYTES, thread_traffic);
	thread_run(SMALL_STACK_BYTES, thread_birth);
	thread_run((size_t)PTHREAD_STACK_MIN, thread_birth);
}

static void other_root(void)
{
	MUST(mkdir("root", 0755) == 0 || errno == EEXIST);
	result("chroot", chroot("root"));
	MUST(chdir("/") == 0);
	traffic();
}

/* Of a child that is forked there nothing can be written, which its parent's file tells. */
static void child_in_other_root(void)
{
	int status;
	pid_t child;

	traffic();
	other_root();
	child = fork();
	if (child == 0) {
		close(socket(AF_INET, SOCK_STREAM, 0));
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

static void other_user(void)
{
	result("setgid", setgid(65534));
	result("setuid", setuid(65534));
	traffic();
}

/* The program that it becomes has a socket, and no way to write of it: as runuser(1) starts one. */
static void program_of_other_user(void)
{
	setgid(65534);
	setuid(65534);
	execl("/usr/bin/python3", "python3", "-c", "import socket; socket.socket().close()", NULL);
}

static void own_namespaces(void)
{
	result("unshare", unshare(CLONE_NEWNS));
	traffic();
}

/* Its trace directory is one of ours, so the program can take it away, and does. */
static void deleted_directory(void)
{
	traffic();
	MUST(system("rm -rf " LOST) == 0);
	traffic();
}

static void *block_receive(void *context)
{
	char byte;

	recv(*(int *)context, &byte, 1, 0);
	return NULL;
}

static void *block_accept(void *context)
{
	accept(*(int *)context, NULL, NULL);
	return NULL;
}

static void cancel(void *(*block)(void *), int *fd)
{
	const struct timespec nap = {.tv_nsec = 20000000};
	pthread_t thread;
	void *returned;

	MUST(pthread_create(&thread, NULL, block, fd) == 0);
	nanosleep(&nap, NULL);
	MUST(pthread_cancel(thread) == 0);
	MUST(pthread_join(thread, &returned) == 0);
	result("cancelled", returned == PTHREAD_CANCELED);
}

static void cancelled(void)
{
	listener = listener_open();
	pair_open(listener, &client, &server);
	fact("client", client);
	for (int i = 0; i < 5; i++) {
		cancel(block_receive, &server);
		cancel(block_accept, &listener);
	}
	bytes_send(client, 40);
	bytes_receive(server, 40);
	MUST(close(client) == 0 && close(server) == 0 && close(listener) == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"forbidden", forbidden},
		{"little-memory", little_memory},
		{"small-files", small_files},
		{"few-descriptors", few_descriptors},
		{"at-the-limit", at_the_limit},
		{"small-main-stack", small_main_stack},
		{"small-stacks", small_stacks},
		{"other-root", other_root},
		{"child-in-other-root", child_in_other_root},
		{"other-user", other_user},
		{"program-of-other-user", program_of_other_user},
		{"own-namespaces", own_namespaces},
		{"deleted-directory", deleted_directory},
		{"cancelled", cancelled},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
