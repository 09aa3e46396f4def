/*
 * Ids in a trace are good for one file, and a forked child writes a file of its own. The
 * generation moves on in every forked child, so whoever keeps an id keeps the generation it is of.
 */
#ifndef SOCKLIFE_PYTHON_GENERATION_H
#define SOCKLIFE_PYTHON_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/* Once, from the constructor. False when there is no memory for it. */
bool python_generation_start(void);

/* From 1; one load, no system call. */
uint32_t python_generation(void);

#endif
