/*
 * Scratch directories: each is new, private to one test, and removed by scratch_remove_all()
 * (called by fixture_release()) unless SOCKLIFE_TEST_KEEP is set. Failures abort the test. One
 * thread.
 */
#ifndef SOCKLIFE_TESTS_SCRATCH_H
#define SOCKLIFE_TESTS_SCRATCH_H

#include <stddef.h>

/* A new directory that every user may write to. The string stays valid until removal. */
const char *scratch_new(void);
void scratch_remove_all(void);

/* Zeroed memory that lives until scratch_remove_all(). */
void *scratch_allocate(size_t size_bytes);
/* printf into memory that lives until scratch_remove_all(). */
char *scratch_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The whole file with a NUL behind it, or NULL. The memory lives until scratch_remove_all(). */
char *scratch_read(const char *path, size_t *size_bytes);
void scratch_write(const char *path, const void *bytes, size_t size_bytes);
/* Copies a file with the permissions `mode`. */
void scratch_copy(const char *from, const char *to, unsigned int mode);

/* A program of the build: tests/subjects/NAME under $SOCKLIFE_BUILD, or $SOCKLIFE_BUILD/NAME. */
const char *scratch_subject(const char *name);
const char *scratch_built(const char *name);
const char *scratch_source(const char *path);

#endif
