/*
 * HOOK_JUMP(name, note): a hook that calls `void *note(…)`, with the hook's own arguments, and then
 * jumps to the function whose address that returned, all registers and the stack as the caller left
 * them. For functions that look at their return address (dlopen) or return twice (vfork).
 */
#ifndef SOCKLIFE_HOOK_JUMP_H
#define SOCKLIFE_HOOK_JUMP_H

#if defined(__x86_64__)
#define HOOK_JUMP(name, note)                                                                      \
	__asm__(".pushsection .text\n"                                                             \
		".globl " #name "\n"                                                               \
		".type " #name ", @function\n"                                                     \
		".p2align 4\n" #name ":\n"                                                         \
		".cfi_startproc\n"                                                                 \
		"endbr64\n"                                                                        \
		"pushq %rdi\n"                                                                     \
		"pushq %rsi\n"                                                                     \
		"pushq %rdx\n"                                                                     \
		"pushq %rcx\n"                                                                     \
		"pushq %r8\n"                                                                      \
		"pushq %r9\n"                                                                      \
		"subq $8, %rsp\n"                                                                  \
		".cfi_adjust_cfa_offset 56\n"                                                      \
		"call " #note "\n"                                                                 \
		"addq $8, %rsp\n"                                                                  \
		"popq %r9\n"                                                                       \
		"popq %r8\n"                                                                       \
		"popq %rcx\n"                                                                      \
		"popq %rdx\n"                                                                      \
		"popq %rsi\n"                                                                      \
		"popq %rdi\n"                                                                      \
		".cfi_adjust_cfa_offset -56\n"                                                     \
		"jmpq *%rax\n"                                                                     \
		".cfi_endproc\n"                                                                   \
		".size " #name ", . - " #name "\n"                                                 \
		".popsection\n")
#elif defined(__aarch64__)
#define HOOK_JUMP(name, note)                                                                      \
	__asm__(".pushsection .text\n"                                                             \
		".globl " #name "\n"                                                               \
		".type " #name ", %function\n"                                                     \
		".p2align 4\n" #name ":\n"                                                         \
		".cfi_startproc\n"                                                                 \
		"hint #34\n" /* bti c */                                                           \
		"stp x29, x30, [sp, #-80]!\n"                                                      \
		".cfi_def_cfa_offset 80\n"                                                         \
		".cfi_offset 29, -80\n"                                                            \
		".cfi_offset 30, -72\n"                                                            \
		"stp x0, x1, [sp, #16]\n"                                                          \
		"stp x2, x3, [sp, #32]\n"                                                          \
		"stp x4, x5, [sp, #48]\n"                                                          \
		"stp x6, x7, [sp, #64]\n"                                                          \
		"bl " #note "\n"                                                                   \
		"mov x16, x0\n"                                                                    \
		"ldp x0, x1, [sp, #16]\n"                                                          \
		"ldp x2, x3, [sp, #32]\n"                                                          \
		"ldp x4, x5, [sp, #48]\n"                                                          \
		"ldp x6, x7, [sp, #64]\n"                                                          \
		"ldp x29, x30, [sp], #80\n"                                                        \
		".cfi_restore 29\n"                                                                \
		".cfi_restore 30\n"                                                                \
		".cfi_def_cfa_offset 0\n"                                                          \
		"br x16\n"                                                                         \
		".cfi_endproc\n"                                                                   \
		".size " #name ", . - " #name "\n"                                                 \
		".popsection\n")
#endif

#endif
