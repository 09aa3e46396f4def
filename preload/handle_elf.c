#include "handle_elf.h"

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
#define SLOT_JUMP R_X86_64_JUMP_SLOT
#define SLOT_DATA R_X86_64_GLOB_DAT
#define SLOT_WORD R_X86_64_64
#else
#define SLOT_JUMP R_AARCH64_JUMP_SLOT
#define SLOT_DATA R_AARCH64_GLOB_DAT
#define SLOT_WORD R_AARCH64_ABS64
#endif

#define VERSION_HIDDEN 0x8000 /* not the default version of the symbol (gABI of GNU, versym) */
#define PAGE_BYTES     ((uintptr_t)4096)

static const char *name_of(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path != NULL ? path : "";
}

static void segments_read(struct handle_module *module, const struct dl_phdr_info *info)
{
	module->start = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;
		uintptr_t end = start + segment->p_memsz;

		if (segment->p_type == PT_DYNAMIC) {
			module->dynamic = (const ElfW(Dyn) *)start;
		} else if (segment->p_type == PT_GNU_RELRO) {
			/* as glibc rounds it (elf/dl-reloc.c, _dl_protect_relro) */
			module->relro_start = start & ~(PAGE_BYTES - 1);
			module->relro_end = end & ~(PAGE_BYTES - 1);
		} else if (segment->p_type == PT_LOAD) {
			module->start = start < module->start ? start : module->start;
			module->end = end > module->end ? end : module->end;
		}
	}
}

/* The loader adds the base to pointers in place, unless the section is read-only. */
static const void *pointer_of(const struct handle_module *module, const ElfW(Dyn) * entry)
{
	uintptr_t address = entry->d_un.d_ptr;

	return (const void *)(address < module->base ? address + module->base : address);
}

static void entry_read(struct handle_module *module, const ElfW(Dyn) * entry)
{
	switch (entry->d_tag) {
	case DT_STRTAB:
		module->strings = pointer_of(module, entry);
		break;
	case DT_SYMTAB:
		module->symbols = pointer_of(module, entry);
		break;
	case DT_VERSYM:
		module->versions = pointer_of(module, entry);
		break;
	case DT_GNU_HASH:
		module->gnu_hash = pointer_of(module, entry);
		break;
	case DT_HASH:
		module->sysv_hash = pointer_of(module, entry);
		break;
	case DT_JMPREL:
		module->jumps = pointer_of(module, entry);
		break;
	case DT_PLTRELSZ:
		module->jump_count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	case DT_RELA:
		module->others = pointer_of(module, entry);
		break;
	case DT_RELASZ:
		module->other_count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	default:
		break;
	}
}

bool handle_elf_read(struct handle_module *module, const struct dl_phdr_info *info)
{
	const ElfW(Dyn) *soname = NULL;

	*module = (struct handle_module){.base = info->dlpi_addr};
	segments_read(module, info);
	if (module->dynamic == NULL)
		return false;
	for (const ElfW(Dyn) *entry = module->dynamic; entry->d_tag != DT_NULL; entry++) {
		entry_read(module, entry);
		if (entry->d_tag == DT_SONAME)
			soname = entry;
	}
	if (module->strings == NULL || module->symbols == NULL)
		return false;
	module->name = soname != NULL ? module->strings + soname->d_un.d_val
				      : name_of(info->dlpi_name);
	return true;
}

bool handle_elf_needs(const struct handle_module *module, const char *library)
{
	for (const ElfW(Dyn) *entry = module->dynamic; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_NEEDED &&
		    strcmp(module->strings + entry->d_un.d_val, library) == 0)
			return true;
	}
	return false;
}

/* ---- what it defines ---- */

static void *symbol_function(const struct handle_module *module, uint32_t index, const char *name)
{
	const ElfW(Sym) *symbol = &module->symbols[index];
	bool is_default = module->versions == NULL || !(module->versions[index] & VERSION_HIDDEN);

	if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC ||
	    !is_default || strcmp(module->strings + symbol->st_name, name) != 0)
		return NULL;
	return (void *)(module->base + symbol->st_value);
}

/*
 * DT_GNU_HASH: four words (buckets, first symbol, words of the Bloom filter, its shift), the
 * filter, the buckets, then a hash a symbol whose lowest bit ends the chain.
 */
static void *find_by_gnu_hash(const struct handle_module *module, const char *name, uint32_t hash)
{
	const uint32_t *table = module->gnu_hash;
	const uint32_t *buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / sizeof(*table));
	const uint32_t *chains = buckets + table[0];
	uint32_t index = table[0] != 0 ? buckets[hash % table[0]] : 0;
	void *found = NULL;

	if (index < table[1] || index == 0)
		return NULL;
	for (; found == NULL; index++) {
		uint32_t entry = chains[index - table[1]];

		if ((entry | 1) == (hash | 1))
			found = symbol_function(module, index, name);
		if (entry & 1)
			break;
	}
	return found;
}

void *handle_elf_find(const struct handle_module *module, const char *name, uint32_t hash)
{
	void *found = NULL;

	if (module->gnu_hash != NULL)
		return find_by_gnu_hash(module, name, hash);
	if (module->sysv_hash == NULL)
		return NULL;
	/* The second word of DT_HASH is the number of symbols. */
	for (uint32_t i = 0; i < module->sysv_hash[1] && found == NULL; i++)
		found = symbol_function(module, i, name);
	return found;
}

/* ---- what it calls ---- */

static void slots_visit(const struct handle_module *module, const ElfW(Rela) * relocations,
			size_t count, handle_slot_fn visit, void *context)
{
	for (size_t i = 0; i < count; i++) {
		const ElfW(Rela) *relocation = &relocations[i];
		const ElfW(Sym) *symbol = &module->symbols[ELF64_R_SYM(relocation->r_info)];
		uint64_t type = ELF64_R_TYPE(relocation->r_info);
		struct handle_slot slot;

		if ((type != SLOT_JUMP && type != SLOT_DATA && type != SLOT_WORD) ||
		    symbol->st_shndx != SHN_UNDEF ||
		    (type == SLOT_WORD && relocation->r_addend != 0))
			continue;
		slot.name = module->strings + symbol->st_name;
		slot.at = (uintptr_t *)(module->base + relocation->r_offset);
		/* until then the slot leads back into the module's own code */
		slot.is_lazy = type == SLOT_JUMP &&
			       *slot.at - module->start < module->end - module->start;
		visit(&slot, context);
	}
}

void handle_elf_each_slot(const struct handle_module *module, handle_slot_fn visit, void *context)
{
	slots_visit(module, module->jumps, module->jumps != NULL ? module->jump_count : 0, visit,
		    context);
	slots_visit(module, module->others, module->others != NULL ? module->other_count : 0, visit,
		    context);
}
