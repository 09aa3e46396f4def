/*
 * Turns a stack of the model into frames with names: elfutils' libdw for native addresses
 * (file:line and inlined functions where debug info is there, ELF symbols elsewhere), CODE rows for
 * interpreted ones. Everything is resolved here, in the analyzer, never in the recorded program.
 * Each address is looked up once per module. Not thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_H
#define SOCKLIFE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct model;
struct symbols;

struct frame {
	bool is_native;
	bool is_inlined;      /* a native frame without an address of its own */
	const char *function; /* demangled for C++; NULL unknown */
	const char *file;     /* NULL unknown */
	uint32_t line;        /* 0 unknown */
	const char *module;   /* path of the ELF object; NULL for interpreted frames */
	uint64_t offset;      /* of the return address, as an ELF virtual address of that module */
};

/* The model must outlive it. */
enum status symbols_new(struct symbols **symbols, const struct model *model, struct error *error);
void symbols_free(struct symbols *symbols);

/*
 * Frames of stack index `stack`, innermost first, inlined ones expanded, libsocklife.so's own left
 * out. They belong to `symbols` and stay valid until symbols_free(). MODEL_NONE gives 0 frames.
 */
size_t symbols_stack(struct symbols *symbols, uint32_t stack, const struct frame **frames);

/*
 * The frame a person would call "my line": the innermost that is not in a system library, a
 * runtime's standard library or an installed package; failing that the innermost outside libc.
 * NULL for an empty stack.
 */
const struct frame *symbols_own_frame(struct symbols *symbols, uint32_t stack);

#endif
