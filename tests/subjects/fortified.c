/* The same calls as programs built with -D_FORTIFY_SOURCE make them: __recv_chk, __read_chk … */
#include "transfers.c"
