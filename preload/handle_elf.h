/*
 * A loaded module as its dynamic section describes it (elf(5), the gABI's chapter "Dynamic
 * Linking"): its name, the functions that it defines and the slots by which it calls those of
 * others. Reads the module's own memory, which the caller keeps from being unloaded; keeps nothing.
 */
#ifndef SOCKLIFE_HANDLE_ELF_H
#define SOCKLIFE_HANDLE_ELF_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct handle_module {
	uintptr_t base;
	uintptr_t start, end; /* of what is mapped */
	const ElfW(Dyn) * dynamic;
	const char *name; /* soname, else the file's own; "" for the program */
	const char *strings;
	const ElfW(Sym) * symbols;
	const ElfW(Half) * versions; /* NULL: has none */
	const uint32_t *gnu_hash, *sysv_hash;
	const ElfW(Rela) * jumps, *others; /* relocations of calls, and all the rest */
	size_t jump_count, other_count;
	uintptr_t relro_start, relro_end; /* pages that become read-only once it is relocated */
};

/* False for what has no dynamic section that can be made use of (the vDSO). */
bool handle_elf_read(struct handle_module *module, const struct dl_phdr_info *info);

/* The function's address; NULL when the module does not define it, or chooses it at run time. */
void *handle_elf_find(const struct handle_module *module, const char *name, uint32_t hash);

/* The module names this library as one that it needs. */
bool handle_elf_needs(const struct handle_module *module, const char *library);

/* A slot that is to hold the address of the function `name`; is_lazy: it is bound when called. */
struct handle_slot {
	const char *name;
	uintptr_t *at;
	bool is_lazy;
};
typedef void (*handle_slot_fn)(const struct handle_slot *slot, void *context);
void handle_elf_each_slot(const struct handle_module *module, handle_slot_fn visit, void *context);

#endif
