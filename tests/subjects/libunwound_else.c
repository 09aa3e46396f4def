/* libunwound.c with a larger frame. */
#define UNWOUND_WORDS 256
#include "libunwound.c"
