#include "symbols_lookup.h"

#include <dwarf.h>

#include "symbols_demangle.h"

static const char *string_in_table(Elf *elf, GElf_Word table_type, size_t offset)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)) != NULL) {
		if (gelf_getshdr(section, &header) != NULL && header.sh_type == table_type)
			return elf_strptr(elf, header.sh_link, offset);
	}
	return NULL;
}

static const char *lookup_symbol(const struct symbols_lookup *lookup, Dwfl_Module *module,
				 uint64_t address)
{
	const char *name, *demangled;
	GElf_Off offset;
	GElf_Sym symbol;
	Elf *elf = NULL;

	if (dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, &elf, NULL) == NULL)
		return NULL;
	/*
	 * libdwfl's own name is not taken: it does not check that a NUL ends it, elf_strptr() does.
	 * Of two tables it takes .symtab (libdwfl/dwfl_module_getdwarf.c, load_symtab).
	 */
	name = string_in_table(elf, SHT_SYMTAB, symbol.st_name);
	if (name == NULL)
		name = string_in_table(elf, SHT_DYNSYM, symbol.st_name);
	if (name == NULL || name[0] == '\0')
		return NULL;
	demangled = demangler_name(lookup->demangler, name);
	return demangled != NULL ? demangled : name;
}

static const char *die_function(const struct symbols_lookup *lookup, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *linkage_name = NULL, *demangled = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) != NULL ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute) != NULL)
		linkage_name = dwarf_formstring(&attribute);
	if (linkage_name != NULL)
		demangled = demangler_name(lookup->demangler, linkage_name);
	return demangled != NULL ? demangled : dwarf_diename(die);
}

/* The unit that an address is in; libdwfl only knows it by .debug_aranges, which clang omits. */
static Dwarf_Die *lookup_unit(Dwfl_Module *module, uint64_t address, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);

	if (unit != NULL)
		return unit;
	while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL) {
		if (dwarf_haspc(unit, address - *bias) > 0)
			return unit;
	}
	return NULL;
}

static uint32_t line_number(int line)
{
	return line > 0 ? (uint32_t)line : 0;
}

static void frame_place(struct frame *frame, Dwarf_Die *unit, Dwarf_Addr address)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	int number = 0;

	if (line == NULL)
		return;
	frame->file = dwarf_linesrc(line, NULL, NULL);
	if (frame->file != NULL && dwarf_lineno(line, &number) == 0)
		frame->line = line_number(number);
}

/* Where the inlined function `die` was called from: the place of the frame around it. */
static void frame_call_place(struct frame *frame, Dwarf_Die *unit, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Files *files;
	size_t file_count;

	if (dwarf_getsrcfiles(unit, &files, &file_count) != 0 ||
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &number) != 0 ||
	    number >= file_count)
		return;
	frame->file = dwarf_filesrc(files, (size_t)number, NULL, NULL);
	if (frame->file != NULL &&
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &number) == 0 &&
	    number <= INT32_MAX)
		frame->line = line_number((int)number);
}

static void lookup_scopes(struct symbols_lookup *lookup, Dwarf_Die *unit, Dwarf_Addr address)
{
	struct symbols_scopes scopes;
	Dwarf_Die split_unit, *functions = unit;

	/* -gsplit-dwarf: the unit here is a skeleton, its functions stand in a .dwo file. */
	if (dwarf_cu_info(unit->cu, NULL, NULL, NULL, &split_unit, NULL, NULL, NULL) == 0 &&
	    dwarf_tag(&split_unit) == DW_TAG_compile_unit)
		functions = &split_unit;
	symbols_scopes_find(&scopes, functions, address);
	frame_place(&lookup->frames[0], unit, address);
	for (size_t i = scopes.count; i-- > 0;) {
		struct frame *frame = &lookup->frames[lookup->count++];

		frame->is_inlined = i > 0;
		frame->function = die_function(lookup, &scopes.dies[i]);
		if (i > 0)
			frame_call_place(frame + 1, functions, &scopes.dies[i]);
	}
}

void symbols_lookup_find(struct symbols_lookup *lookup, Dwfl_Module *module, uint64_t address)
{
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = lookup_unit(module, address, &bias);
	struct frame *outermost;

	lookup->count = 0;
	if (unit != NULL)
		lookup_scopes(lookup, unit, address - bias);
	if (lookup->count == 0)
		lookup->count = 1; /* a line without a function: hand-written assembler */
	outermost = &lookup->frames[lookup->count - 1];
	if (outermost->function == NULL)
		outermost->function = lookup_symbol(lookup, module, address);
	for (size_t i = 0; i < lookup->count; i++)
		lookup->frames[i].is_native = true;
}
