/* The same with an import table that is bound at start and read-only from then on (full RELRO). */
#include "handles_door.c"
