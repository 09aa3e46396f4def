#include "filters.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel.h"

#if defined(__x86_64__)
#define FILTERS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTERS_MACHINE AUDIT_ARCH_AARCH64
#endif

/* Programs with more are recorded no further. Pages that are never written cost nothing. */
#define FILTERS_MAX      32
#define FILTERS_CODE_MAX 32768

static struct {
	uint32_t adding; /* calls under way that add one */
	uint32_t count;  /* of slots reserved */
	uint32_t code_count;
	bool denies_all;
	struct {
		const struct sock_filter *code; /* stored last */
		uint32_t length;
	} each[FILTERS_MAX];
	struct sock_filter code[FILTERS_CODE_MAX];
} filters;

bool kernel_is_filtered;

/* ---- the filters' machine: Linux, Documentation/networking/filter.rst, classic BPF ---- */

struct machine {
	uint32_t a, x;
	uint32_t memory[BPF_MEMWORDS];
};

static bool machine_compute(struct machine *machine, uint16_t code, uint32_t k)
{
	uint32_t operand = BPF_SRC(code) == BPF_X ? machine->x : k;

	switch (BPF_OP(code)) {
	case BPF_ADD:
		machine->a += operand;
		return true;
	case BPF_SUB:
		machine->a -= operand;
		return true;
	case BPF_MUL:
		machine->a *= operand;
		return true;
	case BPF_DIV:
		machine->a /= operand != 0 ? operand : 1;
		return operand != 0; /* a division by zero ends the filter with 0, which kills */
	case BPF_AND:
		machine->a &= operand;
		return true;
	case BPF_OR:
		machine->a |= operand;
		return true;
	case BPF_XOR:
		machine->a ^= operand;
		return true;
	case BPF_LSH:
		machine->a <<= operand & 31;
		return true;
	case BPF_RSH:
		machine->a >>= operand & 31;
		return true;
	case BPF_NEG:
		machine->a = 0 - machine->a;
		return true;
	default:
		return false;
	}
}

static bool machine_load(struct machine *machine, uint16_t code, uint32_t k,
			 const struct seccomp_data *data)
{
	uint32_t *into = BPF_CLASS(code) == BPF_LD ? &machine->a : &machine->x;

	switch (BPF_MODE(code)) {
	case BPF_ABS:
		if (k > sizeof(*data) - sizeof(*into))
			return false;
		memcpy(into, (const char *)data + k, sizeof(*into));
		return true;
	case BPF_LEN:
		*into = sizeof(*data);
		return true;
	case BPF_IMM:
		*into = k;
		return true;
	case BPF_MEM:
		*into = machine->memory[k % BPF_MEMWORDS];
		return true;
	default:
		return false;
	}
}

/* How many instructions a jump passes over. */
static uint32_t machine_jump(const struct machine *machine, const struct sock_filter *at)
{
	uint32_t operand = BPF_SRC(at->code) == BPF_X ? machine->x : at->k;

	switch (BPF_OP(at->code)) {
	case BPF_JA:
		return at->k;
	case BPF_JEQ:
		return machine->a == operand ? at->jt : at->jf;
	case BPF_JGT:
		return machine->a > operand ? at->jt : at->jf;
	case BPF_JGE:
		return machine->a >= operand ? at->jt : at->jf;
	default:
		return (machine->a & operand) != 0 ? at->jt : at->jf;
	}
}

/* All but jumps and returns. */
static bool machine_step(struct machine *machine, const struct sock_filter *at,
			 const struct seccomp_data *data)
{
	switch (BPF_CLASS(at->code)) {
	case BPF_LD:
	case BPF_LDX:
		return machine_load(machine, at->code, at->k, data);
	case BPF_ST:
		machine->memory[at->k % BPF_MEMWORDS] = machine->a;
		return true;
	case BPF_STX:
		machine->memory[at->k % BPF_MEMWORDS] = machine->x;
		return true;
	case BPF_ALU:
		return machine_compute(machine, at->code, at->k);
	default:
		if (BPF_MISCOP(at->code) == BPF_TAX)
			machine->x = machine->a;
		else
			machine->a = machine->x;
		return true;
	}
}

/* The kernel has taken this filter, so its jumps go forward and it ends by a return. */
static uint32_t machine_run(const struct sock_filter *code, uint32_t length,
			    const struct seccomp_data *data)
{
	struct machine machine = {0};

	for (uint32_t i = 0; i < length; i++) {
		if (BPF_CLASS(code[i].code) == BPF_RET)
			return BPF_RVAL(code[i].code) == BPF_A ? machine.a : code[i].k;
		if (BPF_CLASS(code[i].code) == BPF_JMP)
			i += machine_jump(&machine, &code[i]);
		else if (!machine_step(&machine, &code[i], data))
			break;
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* ---- what the kernel would say ---- */

bool filters_allow(long number, const long arguments[6])
{
	struct seccomp_data data = {.nr = (int)number, .arch = FILTERS_MACHINE};
	uint32_t count = __atomic_load_n(&filters.count, __ATOMIC_ACQUIRE);

	data.instruction_pointer = (uintptr_t)__builtin_return_address(0);
	for (int i = 0; i < 6; i++)
		data.args[i] = (uint64_t)arguments[i];
	if (__atomic_load_n(&filters.adding, __ATOMIC_ACQUIRE) != 0 ||
	    __atomic_load_n(&filters.denies_all, __ATOMIC_ACQUIRE) || count > FILTERS_MAX)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct sock_filter *code = __atomic_load_n(&filters.each[i].code,
								 __ATOMIC_ACQUIRE);
		uint32_t action;

		if (code == NULL)
			return false;
		action = machine_run(code, filters.each[i].length, &data) & SECCOMP_RET_ACTION_FULL;
		if (action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG)
			return false;
	}
	return true;
}

long kernel_call_filtered(long number, long a, long b, long c, long d, long e, long f)
{
	if (!filters_allow(number, (const long[6]){a, b, c, d, e, f}))
		return -EPERM;
	return kernel_enter(number, a, b, c, d, e, f);
}

struct filters_call {
	long number;
	long arguments[6];
};

static bool filters_allow_all(const struct filters_call calls[], size_t count)
{
	if (!__atomic_load_n(&kernel_is_filtered, __ATOMIC_ACQUIRE))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (!filters_allow(calls[i].number, calls[i].arguments))
			return false;
	}
	return true;
}

#define FILTERS_COUNT(calls) (sizeof(calls) / sizeof((calls)[0]))
#define FILTERS_MAP(protection, flags)                                                             \
	{                                                                                          \
		SYS_mmap,                                                                          \
		{                                                                                  \
			0, 1 << 16, (protection), MAP_PRIVATE | (flags), 3, 0                      \
		}                                                                                  \
	}

/* libunwind reads its own stack with care (Gaddress_validator, Ginit.c) and maps its caches. */
bool filters_allow_unwinding(void)
{
	static const struct filters_call calls[] = {
		{SYS_openat, {AT_FDCWD, 0, O_RDONLY | O_CLOEXEC}},
		{SYS_read, {3, 0, 1}},
		{SYS_write, {3, 0, 1}},
		{SYS_pread64, {3, 0, 1}},
		{SYS_close, {3}},
		{SYS_pipe2, {0, O_CLOEXEC | O_NONBLOCK}},
		{SYS_newfstatat, {3, 0, 0, AT_EMPTY_PATH}},
		{SYS_mincore, {0, 4096}},
		{SYS_msync, {0, 4096, MS_ASYNC}},
		{SYS_getpid, {0}},
		{SYS_futex, {0}},
		{SYS_rt_sigprocmask, {0, 0, 0, 8}},
		{SYS_munmap, {0, 4096}},
		{SYS_mprotect, {0, 4096, PROT_READ}},
		FILTERS_MAP(PROT_READ | PROT_WRITE, MAP_ANONYMOUS),
		FILTERS_MAP(PROT_READ | PROT_EXEC, MAP_FIXED),
	};

	return filters_allow_all(calls, FILTERS_COUNT(calls));
}

/* The first calls of a new image, and those that every birth makes. */
bool filters_allow_recording(void)
{
	static const struct filters_call calls[] = {
		{SYS_openat, {AT_FDCWD, 0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600}},
		{SYS_mkdirat, {AT_FDCWD, 0, 0700}},
		{SYS_getpid, {0}},
		{SYS_getppid, {0}},
		{SYS_gettid, {0}},
		{SYS_fstat, {3}},
		{SYS_fstatfs, {3}},
		{SYS_fcntl, {3, F_DUPFD_CLOEXEC}},
		{SYS_fallocate, {3, 0, 0, 1 << 16}},
		{SYS_ftruncate, {3, 1 << 16}},
		{SYS_getdents64, {3}},
		{SYS_readlinkat, {AT_FDCWD}},
		{SYS_faccessat, {AT_FDCWD}},
		{SYS_getsockopt, {3}},
		{SYS_getsockname, {3}},
		{SYS_getpeername, {3}},
		{SYS_madvise, {0, 4096}},
		{SYS_prlimit64, {0}},
		{SYS_pwrite64, {3}},
		{SYS_prctl, {0}},
		{SYS_sigaltstack, {0}},
	};

	return filters_allow_all(calls, FILTERS_COUNT(calls)) && filters_allow_unwinding();
}

/* ---- the program's filters ---- */

void filters_adding(void)
{
	__atomic_add_fetch(&filters.adding, 1, __ATOMIC_ACQ_REL);
	__atomic_store_n(&kernel_is_filtered, true, __ATOMIC_RELEASE);
}

static bool filters_keep(const struct sock_fprog *program)
{
	uint32_t slot = __atomic_fetch_add(&filters.count, 1, __ATOMIC_ACQ_REL);
	uint32_t from = __atomic_fetch_add(&filters.code_count, program->len, __ATOMIC_ACQ_REL);
	struct sock_filter *code = &filters.code[from % FILTERS_CODE_MAX];

	if (slot >= FILTERS_MAX || from + program->len > FILTERS_CODE_MAX)
		return false;
	memcpy(code, program->filter, program->len * sizeof(*code));
	filters.each[slot].length = program->len;
	__atomic_store_n(&filters.each[slot].code, code, __ATOMIC_RELEASE);
	return true;
}

void filters_added(const struct sock_fprog *program, bool is_added)
{
	if (is_added && (program == NULL || !filters_keep(program)))
		__atomic_store_n(&filters.denies_all, true, __ATOMIC_RELEASE);
	__atomic_sub_fetch(&filters.adding, 1, __ATOMIC_ACQ_REL);
}
