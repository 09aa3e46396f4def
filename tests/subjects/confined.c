/*
 * Programs that put a seccomp filter on themselves which kills for what a recorder calls and they
 * do not. What they print is the same bare as recorded.
 */
#include "facts.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#define LENGTH(list)         ((unsigned short)(sizeof(list) / sizeof((list)[0])))
#define STEP(code, k)        BPF_STMT((code), (k))
#define LOAD(field)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALU(name, k)         BPF_STMT(BPF_ALU | BPF_##name | BPF_K, (k))
#define ALU_X(name)          BPF_STMT(BPF_ALU | BPF_##name | BPF_X, 0)
#define IF(name, k, yes, no) BPF_JUMP(BPF_JMP | BPF_##name | BPF_K, (k), (yes), (no))
#define RETURN(action)       BPF_STMT(BPF_RET | BPF_K, (action))
/* Kills when A is 0. */
#define END IF(JEQ, 0, 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)

static int listener;

static void filter_put(struct sock_filter *code, unsigned short length)
{
	struct sock_fprog program = {.len = length, .filter = code};

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void traffic(const char *name, size_t size)
{
	int client, server;

	pair_open(listener, &client, &server);
	fact(name, client);
	bytes_send(client, size);
	bytes_receive(server, size);
	MUST(close(client) == 0);
	MUST(close(server) == 0);
}

static void deadly_put(bool by_number)
{
	static const int numbers[] = {
		SYS_getsockopt, SYS_fallocate,   SYS_ftruncate, SYS_getdents64,
		SYS_readlinkat, SYS_madvise,     SYS_mkdirat,   SYS_getpeername,
		SYS_faccessat,  SYS_sigaltstack, SYS_fstatfs,   SYS_pwritev,
		SYS_mincore,    SYS_msync,       SYS_pipe2,     SYS_gettid};
	enum { COUNT = sizeof(numbers) / sizeof(*numbers) };
	struct sock_filter code[COUNT + 3];
	struct sock_fprog program = {.len = COUNT + 3, .filter = code};

	code[0] = (struct sock_filter)LOAD(nr);
	for (size_t i = 0; i < COUNT; i++)
		code[i + 1] = (struct sock_filter)IF(JEQ, (unsigned int)numbers[i],
						     (unsigned char)(COUNT - i), 0);
	code[COUNT + 1] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	code[COUNT + 2] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
	if (!by_number) {
		filter_put(code, COUNT + 3);
		return;
	}
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1 && errno == EFAULT);
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

static void killed_for(void)
{
	traffic("before", 40);
	deadly_put(false);
	traffic("after", 41);
}

static void by_number(void)
{
	traffic("before", 40);
	deadly_put(true);
	traffic("after", 41);
}

static void forked(void)
{
	int status;
	pid_t child;

	traffic("before", 40);
	child = fork();
	if (child == 0) {
		deadly_put(false);
		traffic("after", 41);
		_exit(7);
	}
	MUST(waitpid(child, &status, 0) == child);
	fact("status", status);
}

/* The image that exec makes is under the filter, too. */
static void became(void)
{
	traffic("before", 40);
	deadly_put(false);
	execl("/proc/self/exe", "confined", "plain", NULL);
	MUST(false);
}

static void plain(void)
{
	traffic("after", 41);
}

/* read, write and the end of the thread are all that is left (seccomp(2)). */
static void strict(void)
{
	int client, server;
	char byte;

	pair_open(listener, &client, &server);
	fact("before", client);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
	if (write(client, "x", 1) == 1 && read(server, &byte, 1) == 1)
		syscall(SYS_exit, 6);
}

/* Reading the processor's counter of time faults, which is how libc and vDSO read the time. */
static void without_counter(void)
{
	int client, server;

	traffic("before", 40);
	pair_open(listener, &client, &server);
#if defined(__x86_64__)
	MUST(prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0);
#endif
	fact("after", client);
	bytes_send(client, 41);
	bytes_receive(server, 41);
	MUST(close(client) == 0);
	MUST(close(server) == 0);
}

/* Each filter finds the number in another way, by all that classic BPF has. */
static void put_by_values(int way, unsigned int n)
{
	struct sock_filter plain_code[] = {LOAD(nr), IF(JEQ, n, 0, 1),
					   RETURN(SECCOMP_RET_KILL_PROCESS),
					   RETURN(SECCOMP_RET_ALLOW)};
	struct sock_filter by_x[] = {STEP(BPF_LD | BPF_IMM, n), STEP(BPF_MISC | BPF_TAX, 0),
				     LOAD(nr), ALU_X(XOR), END};
	struct sock_filter memory[] = {LOAD(nr),
				       ALU(ADD, 7),
				       STEP(BPF_ST, 3),
				       STEP(BPF_LDX | BPF_MEM, 3),
				       STEP(BPF_STX, 5),
				       STEP(BPF_LD | BPF_IMM, 0),
				       STEP(BPF_LD | BPF_MEM, 5),
				       ALU(SUB, n + 7),
				       END};
	struct sock_filter arithmetic[] = {LOAD(nr),    ALU(MUL, 6), ALU(DIV, 3), ALU(LSH, 4),
					   ALU(RSH, 5), ALU(NEG, 0), ALU(ADD, n), END};
	struct sock_filter lengths[] = {STEP(BPF_LDX | BPF_W | BPF_LEN, 0),
					LOAD(nr),
					ALU_X(ADD),
					ALU(SUB, n + sizeof(struct seccomp_data)),
					ALU(AND, 0xffffffff),
					ALU(OR, 0),
					END};
	const struct sock_fprog ways[] = {{LENGTH(plain_code), plain_code},
					  {LENGTH(by_x), by_x},
					  {LENGTH(memory), memory},
					  {LENGTH(arithmetic), arithmetic},
					  {LENGTH(lengths), lengths}};

	if (way < LENGTH(ways))
		filter_put(ways[way].filter, ways[way].len);
}

static void put_by_branches(int way, unsigned int n)
{
	struct sock_filter bits[] = {LOAD(nr), ALU(XOR, n), IF(JSET, 0xffffffff, 1, 0),
				     RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)};
	struct sock_filter ranges[] = {LOAD(nr), IF(JGT, n, 2, 0), IF(JGE, n, 0, 1),
				       RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)};
	struct sock_filter jump[] = {LOAD(nr), STEP(BPF_JMP | BPF_JA, 1),
				     RETURN(SECCOMP_RET_KILL_PROCESS), ALU(SUB, n), END};
	struct sock_filter returned[] = {LOAD(nr),
					 IF(JEQ, n, 0, 2),
					 STEP(BPF_LD | BPF_IMM, SECCOMP_RET_KILL_PROCESS),
					 STEP(BPF_RET | BPF_A, 0),
					 STEP(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW),
					 STEP(BPF_RET | BPF_A, 0)};
	struct sock_filter machine[] = {LOAD(arch),
					IF(JEQ, MACHINE, 1, 0),
					RETURN(SECCOMP_RET_KILL_PROCESS),
					LOAD(nr),
					ALU(SUB, n),
					END};
	struct sock_filter argument[] = {LOAD(nr),
					 IF(JEQ, n, 0, 2),
					 LOAD(args[1]),
					 IF(JEQ, SOL_SOCKET, 1, 0),
					 RETURN(SECCOMP_RET_ALLOW),
					 RETURN(SECCOMP_RET_TRAP)};
	const struct sock_fprog ways[] = {{LENGTH(bits), bits},       {LENGTH(ranges), ranges},
					  {LENGTH(jump), jump},       {LENGTH(returned), returned},
					  {LENGTH(machine), machine}, {LENGTH(argument), argument}};

	if (way < LENGTH(ways))
		filter_put(ways[way].filter, ways[way].len);
}

/* With one of the first kind that is none at all. */
#define WAYS 6

/* A call that each way forbids, and that nobody makes but for a recorder, or nobody at all. */
static void computed_in_children(const char *name, unsigned int number)
{
	for (int way = 0; way < 2 * WAYS; way++) {
		int pair[2], status;
		pid_t child = fork();

		if (child == 0) {
			if (way < WAYS)
				put_by_values(way, number);
			else
				put_by_branches(way - WAYS, number);
			MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
			_exit(close(pair[0]) + close(pair[1]));
		}
		MUST(waitpid(child, &status, 0) == child);
		fact(name, status);
	}
}

static void computed(void)
{
	traffic("before", 40);
	computed_in_children("forbidden", SYS_getsockopt);
	computed_in_children("allowed", SYS_acct);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"killed-for", killed_for},
		{"by-number", by_number},
		{"forked", forked},
		{"became", became},
		{"plain", plain},
		{"strict", strict},
		{"without-counter", without_counter},
		{"computed", computed},
	};

	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
