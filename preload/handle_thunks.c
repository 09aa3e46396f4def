#include "handle_thunks.h"

#include "handle_calls.h"
#include "handle_catalog.h"

struct handle_thunk handle_thunks[HANDLE_THUNKS_MAX];
static uint16_t thunk_count;
static uint16_t thunk_firsts[HANDLE_FUNCTIONS_MAX]; /* by function: a thunk + 1, 0 none */

#define THUNK_BYTES 16

#define STRING(value)   #value
#define EXPANDED(value) STRING(value)

#if HANDLE_THUNKS_EXIST

_Static_assert(offsetof(struct handle_call, results) == 48, "48(%rsp)");
_Static_assert(offsetof(struct handle_call, thunk) == 64, "64(%rsp)");
_Static_assert(offsetof(struct handle_call, real) == 80, "80(%rsp)");
_Static_assert(offsetof(struct handle_call, stack_words) == 88, "88(%rsp)");
_Static_assert(offsetof(struct handle_call, vectors) == 96, "96(%rsp)");
_Static_assert(offsetof(struct handle_call, frame) == 224, "224 bytes below %rbp");
_Static_assert(sizeof(void *) == 8, "x86-64, not x32");

extern const char handle_thunk_entries[];

/*
 * The way in: one short entry a thunk, which says its number in %r11, a register that belongs to
 * nobody between caller and function.
 */
__asm__(".pushsection .text\n"
	".p2align 4\n"
	".type handle_thunk_entries, @function\n"
	"handle_thunk_entries:\n"
	".cfi_startproc\n"
	".set handle_thunk_number, 0\n"
	".rept " EXPANDED(
		HANDLE_THUNKS_MAX) "\n"
				   "endbr64\n"
				   "movl $handle_thunk_number, %r11d\n"
				   ".byte 0xe9\n" /* jmp, always with four bytes of distance:
						     entries are of one size */
				   ".long handle_thunk_common - . - 4\n"
				   ".p2align 4\n"
				   ".set handle_thunk_number, handle_thunk_number + 1\n"
				   ".endr\n"
				   ".cfi_endproc\n"
				   ".size handle_thunk_entries, . - handle_thunk_entries\n"
				   ".popsection\n");

#define KEEP_VECTORS                                                                               \
	"movaps %xmm0, -128(%rbp)\n"                                                               \
	"movaps %xmm1, -112(%rbp)\n"

#define KEEP_ARGUMENTS                                                                             \
	"movq %rdi, -224(%rbp)\n"                                                                  \
	"movq %rsi, -216(%rbp)\n"                                                                  \
	"movq %rdx, -208(%rbp)\n"                                                                  \
	"movq %rcx, -200(%rbp)\n"                                                                  \
	"movq %r8, -192(%rbp)\n"                                                                   \
	"movq %r9, -184(%rbp)\n"                                                                   \
	"movq %rax, -176(%rbp)\n"                                                                  \
	"movq %r10, -168(%rbp)\n"                                                                  \
	"movq %r11, -160(%rbp)\n" KEEP_VECTORS "movaps %xmm2, -96(%rbp)\n"                         \
	"movaps %xmm3, -80(%rbp)\n"                                                                \
	"movaps %xmm4, -64(%rbp)\n"                                                                \
	"movaps %xmm5, -48(%rbp)\n"                                                                \
	"movaps %xmm6, -32(%rbp)\n"                                                                \
	"movaps %xmm7, -16(%rbp)\n"

#define GIVE_BACK_VECTORS                                                                          \
	"movaps -128(%rbp), %xmm0\n"                                                               \
	"movaps -112(%rbp), %xmm1\n"

/* %rax holds the number of vector registers of a variadic call, %r10 the static chain. */
#define GIVE_BACK_ARGUMENTS                                                                        \
	"movq -224(%rbp), %rdi\n"                                                                  \
	"movq -216(%rbp), %rsi\n"                                                                  \
	"movq -208(%rbp), %rdx\n"                                                                  \
	"movq -200(%rbp), %rcx\n"                                                                  \
	"movq -192(%rbp), %r8\n"                                                                   \
	"movq -184(%rbp), %r9\n"                                                                   \
	"movq -176(%rbp), %rax\n"                                                                  \
	"movq -168(%rbp), %r10\n"                                                                  \
	"movq -144(%rbp), %r11\n" GIVE_BACK_VECTORS "movaps -96(%rbp), %xmm2\n"                    \
	"movaps -80(%rbp), %xmm3\n"                                                                \
	"movaps -64(%rbp), %xmm4\n"                                                                \
	"movaps -48(%rbp), %xmm5\n"                                                                \
	"movaps -32(%rbp), %xmm6\n"                                                                \
	"movaps -16(%rbp), %xmm7\n"

__asm__(".pushsection .text\n"
	".p2align 4\n"
	".type handle_thunk_common, @function\n"
	"handle_thunk_common:\n"
	".cfi_startproc\n"
	"pushq %rbp\n"
	".cfi_def_cfa_offset 16\n"
	".cfi_offset %rbp, -16\n"
	"movq %rsp, %rbp\n"
	".cfi_def_cfa_register %rbp\n"
	"subq $224, %rsp\n" KEEP_ARGUMENTS "movq %rsp, %rdi\n"
	"call handle_call_enter\n"
	"testb %al, %al\n"
	"jz 2f\n"
	"movq -136(%rbp), %rcx\n"
	"testq %rcx, %rcx\n"
	"jz 1f\n"
	/* An even number of words, since the stack is a multiple of 16 at a call. */
	"leaq 1(%rcx), %rax\n"
	"andq $-2, %rax\n"
	"shlq $3, %rax\n"
	"subq %rax, %rsp\n"
	"3: movaps (%rbp,%rax), %xmm0\n" /* the caller's begin at 16(%rbp) */
	"movaps %xmm0, -16(%rsp,%rax)\n"
	"subq $16, %rax\n"
	"jnz 3b\n"
	"1:\n" GIVE_BACK_ARGUMENTS "call *%r11\n"
	"movq %rax, -176(%rbp)\n"
	"movq %rdx, -168(%rbp)\n" KEEP_VECTORS "leaq -224(%rbp), %rdi\n"
	"call handle_call_leave\n"
	"movq -176(%rbp), %rax\n"
	"movq -168(%rbp), %rdx\n" GIVE_BACK_VECTORS "leave\n"
	".cfi_remember_state\n"
	".cfi_def_cfa %rsp, 8\n"
	".cfi_restore %rbp\n"
	"ret\n"
	/* There is nothing to tell at its end: as if there were no thunk. */
	".cfi_restore_state\n"
	"2:\n" GIVE_BACK_ARGUMENTS "leave\n"
	".cfi_def_cfa %rsp, 8\n"
	".cfi_restore %rbp\n"
	"jmpq *%r11\n"
	".cfi_endproc\n"
	".size handle_thunk_common, . - handle_thunk_common\n"
	".popsection\n");

static void *thunk_entry(uint16_t thunk)
{
	return (void *)(handle_thunk_entries + (size_t)thunk * THUNK_BYTES);
}

#else

static void *thunk_entry(uint16_t thunk)
{
	return (void *)&handle_thunks[thunk];
}

#endif

/* Most functions do one thing, and are called most often. */
static void thunk_learn(struct handle_thunk *thunk)
{
	const struct handle_catalog *catalog = handle_catalog();
	const struct handle_function *function = &catalog->functions[thunk->function];
	const struct handle_step *step = &catalog->steps[function->first_step];
	const struct handle_action *action = &catalog->actions[step->action];
	bool is_users = catalog->libraries[function->library].source != NULL;

	thunk->words = function->stack_words;
	if (is_users && thunk->words < HANDLE_WORDS_FEW)
		thunk->words = HANDLE_WORDS_FEW;
	if (step->next != HANDLE_NONE || action->verb != HANDLE_USE ||
	    action->condition_count != 0 || action->place > HANDLE_REGISTERS)
		return;
	thunk->used = action->place;
	thunk->action = step->action;
}

static uint16_t thunk_new(uint16_t function)
{
	if (!HANDLE_THUNKS_EXIST || thunk_count == HANDLE_THUNKS_MAX)
		return HANDLE_NONE;
	handle_thunks[thunk_count].function = function;
	handle_thunks[thunk_count].next = thunk_firsts[function];
	thunk_firsts[function] = thunk_count + 1;
	thunk_learn(&handle_thunks[thunk_count]);
	return thunk_count++;
}

static uint16_t thunk_gone(uint16_t function)
{
	uint16_t at = thunk_firsts[function];

	while (at != 0 && !handle_thunks[at - 1].is_gone)
		at = handle_thunks[at - 1].next;
	return at != 0 ? at - 1 : HANDLE_NONE;
}

void *handle_thunk_take(uint16_t function, void *real)
{
	uint16_t thunk = thunk_gone(function);

	if (thunk == HANDLE_NONE)
		thunk = thunk_new(function);
	if (thunk == HANDLE_NONE)
		return NULL;
	handle_thunks[thunk].real = real;
	handle_thunks[thunk].is_gone = false;
	return thunk_entry(thunk);
}

static bool is_between(const struct handle_thunk *thunk, uintptr_t start, uintptr_t end)
{
	return (uintptr_t)thunk->real >= start && (uintptr_t)thunk->real < end;
}

void *handle_thunk_find(uint16_t function, uintptr_t start, uintptr_t end)
{
	for (uint16_t at = thunk_firsts[function]; at != 0; at = handle_thunks[at - 1].next) {
		const struct handle_thunk *thunk = &handle_thunks[at - 1];

		if (!thunk->is_gone && is_between(thunk, start, end))
			return thunk_entry(at - 1);
	}
	return NULL;
}

void handle_thunks_drop(uintptr_t start, uintptr_t end)
{
	for (uint16_t i = 0; i < thunk_count; i++) {
		if (is_between(&handle_thunks[i], start, end))
			handle_thunks[i].is_gone = true;
	}
}
