/*
 * Prints return addresses inside itself, and what a symbolizer must say of each, a line each:
 *   NAME OFFSET FUNCTION:LINE [FUNCTION:LINE …]
 * OFFSET is the address as an ELF virtual address; functions stand innermost first, several where
 * one was inlined into the next.
 */
#include <inttypes.h>
#include <link.h>
#include <stdio.h>

#define NOINLINE __attribute__((noinline))
/* Behind a call it keeps the call from becoming a jump, which would leave no frame. */
#define AFTER_CALL() __asm__ volatile("" ::: "memory")

static int main_object_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uint64_t *)bias = info->dlpi_addr;
	return 1; /* the program itself comes first: dl_iterate_phdr(3) */
}

static void print_offset(const char *name, const void *address)
{
	uint64_t bias = 0;

	dl_iterate_phdr(main_object_bias, &bias);
	printf("%s %" PRIx64, name, (uint64_t)(uintptr_t)address - bias);
}

NOINLINE static void innermost_here(int line)
{
	print_offset("innermost", __builtin_return_address(0));
	printf(" chain_innermost:%d\n", line);
}

NOINLINE void chain_innermost(int caller_line)
{
	print_offset("middle", __builtin_return_address(0));
	printf(" chain_middle:%d\n", caller_line);
	innermost_here(__LINE__);
	AFTER_CALL();
}

NOINLINE void chain_middle(int caller_line)
{
	print_offset("outermost", __builtin_return_address(0));
	printf(" main:%d\n", caller_line);
	chain_innermost(__LINE__);
	AFTER_CALL();
}

NOINLINE static void inlined_here(int inner_line, int outer_line, int function_line)
{
	print_offset("inlined", __builtin_return_address(0));
	printf(" inlined_inner:%d inlined_outer:%d inlining_function:%d\n", inner_line, outer_line,
	       function_line);
}

__attribute__((always_inline)) static inline void inlined_inner(int outer_line, int function_line)
{
	inlined_here(__LINE__, outer_line, function_line);
	AFTER_CALL();
}

__attribute__((always_inline)) static inline void inlined_outer(int function_line)
{
	inlined_inner(__LINE__, function_line);
}

NOINLINE void inlining_function(void)
{
	inlined_outer(__LINE__);
}

int main(void)
{
	chain_middle(__LINE__);
	AFTER_CALL();
	inlining_function();
	return 0;
}
