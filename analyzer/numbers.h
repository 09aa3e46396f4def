/*
 * Order among millions of numbers, in linear time. Thread-safe.
 */
#ifndef SOCKLIFE_NUMBERS_H
#define SOCKLIFE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending. Takes memory of the same size for the time of the call, but none when the numbers are
 * in order already; false: there is none, and they are as they were. */
bool numbers_sort(uint64_t *numbers, size_t count);

/* The number that would be at `place` if they were sorted; place < count. Changes their order. */
int64_t numbers_select(int64_t *numbers, size_t count, size_t place);

#endif
