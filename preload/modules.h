/*
 * The ELF objects mapped into the process, as MODULE records. dl_iterate_phdr(3) tells when the
 * list has changed (dlpi_adds, dlpi_subs), so no dlopen hook is needed to be right; the hooks only
 * make an address that dlclose freed and dlopen used again belong to the right module.
 *
 * One thread lists at a time, the others go on without waiting. Signal-safe but for the loader's
 * own lock, which is recursive (glibc, elf/dl-iteratephdr.c). Call with the guard up.
 */
#ifndef SOCKLIFE_MODULES_H
#define SOCKLIFE_MODULES_H

#include <stdbool.h>
#include <stdint.h>

/* Writes MODULE records for what is new and dates what is gone, if anything has changed. */
void modules_update(void);

/* Changes whenever the list does: part of a stack's identity. */
uint32_t modules_generation(void);

/* dlopen or dlclose is being called. */
void modules_touch(void);

/* In a forked child. had_threads: the loader is not asked again before the program uses it itself.
 */
void modules_forked(bool had_threads);

/* When its new file is born: repeats the records of the parent's, without asking the loader. */
void modules_repeat(void);

#endif
