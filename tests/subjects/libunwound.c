/*
 * A module and libunwound_else.c, another one that comes to the same addresses when this one is
 * gone: the same code to the byte but for the size of a frame, so its return addresses are the same
 * too.
 */
#include <stddef.h>
#include <stdint.h>

#ifndef UNWOUND_WORDS
#define UNWOUND_WORDS 128
#endif

/* Exported: through here back into the program. */
__attribute__((noinline, visibility("default"))) int unwound_call(int (*call)(int), int argument);

/* Wherever it is looked for, something like a way back is found. */
int unwound_call(int (*call)(int), int argument)
{
	volatile uintptr_t frame[UNWOUND_WORDS];
	int result;

	for (size_t i = 0; i < UNWOUND_WORDS; i++)
		frame[i] = (uintptr_t)__builtin_return_address(0);
	result = call(argument);
	return result + (frame[1] == frame[2]);
}
