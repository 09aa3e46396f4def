/*
 * What an executable ELF file's headers say about recording it. The file is untrusted. Thread-safe.
 */
#ifndef SOCKLIFE_PROGRAM_ELF_H
#define SOCKLIFE_PROGRAM_ELF_H

#include <stdbool.h>
#include <stddef.h>

struct program;

#define PROGRAM_ELF_START_BYTES 64 /* the longest ELF header */

bool program_elf_is_elf(const unsigned char *start, size_t size_bytes);

/*
 * Sets kind, loader, has_libraries and the python fields of `program` from the file open at `fd`,
 * whose first bytes are `start`. Privileges are not looked at.
 */
void program_elf_inspect(int fd, const unsigned char *start, size_t size_bytes,
			 struct program *program);

/* True when the file is a shared object that a program of our machine can load. */
bool program_elf_is_library(const char *path);

#endif
