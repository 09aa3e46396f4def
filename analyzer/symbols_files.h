/*
 * The ELF files behind a model's modules. Many processes map the same file: it is opened once, by
 * path and build id. Also tells which module an address was in at a stack's time. Not thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_FILES_H
#define SOCKLIFE_SYMBOLS_FILES_H

#include <stddef.h>
#include <stdint.h>

struct demangler;
struct frame;
struct model;
struct model_module;
struct model_stack;
struct symbols_files;

/* NULL without memory. Model and demangler outlive it. */
struct symbols_files *symbols_files_new(const struct model *model, struct demangler *demangler);
void symbols_files_free(struct symbols_files *files);

/* NULL when no module of the stack's process was mapped there. */
const struct model_module *symbols_files_module(const struct symbols_files *files,
						const struct model_stack *stack, uint64_t address);

/* As symbols_file_frames(), of the file behind a row of the model. */
const struct frame *symbols_files_frames(struct symbols_files *files,
					 const struct model_module *module, uint64_t return_address,
					 size_t *count);

#endif
