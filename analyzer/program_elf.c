#include "program_elf.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>

#include "program.h"

/* Our own ELF header, which every linker provides: the library is built for the same machine. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

bool program_elf_is_elf(const unsigned char *start, size_t size_bytes)
{
	return size_bytes >= EI_NIDENT && memcmp(start, ELFMAG, SELFMAG) == 0;
}

static bool is_our_machine(const unsigned char *start, size_t size_bytes)
{
	const size_t machine_at = offsetof(ElfW(Ehdr), e_machine); /* the same in both classes */

	return size_bytes >= machine_at + sizeof(__ehdr_start.e_machine) &&
	       start[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] &&
	       start[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
	       memcmp(start + machine_at, &__ehdr_start.e_machine,
		      sizeof(__ehdr_start.e_machine)) == 0;
}

static bool is_glibc_loader_name(const char *path)
{
	static const char *const names[] = {"ld-linux", "ld64.so.", "ld.so.", "ld-2."};
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

static bool is_glibc_loader(const char *path)
{
	char *target;
	bool is_glibc = is_glibc_loader_name(path);

	if (is_glibc)
		return true;
	target = realpath(path, NULL);
	is_glibc = target != NULL && is_glibc_loader_name(target);
	free(target);
	return is_glibc;
}

/* Finds PT_INTERP; false when the program headers are damaged. */
static bool elf_read_loader(Elf *elf, int fd, struct program *program)
{
	GElf_Phdr header;
	size_t count;

	if (elf_getphdrnum(elf, &count) != 0 || count == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int)i, &header) == NULL)
			return false;
		if (header.p_type != PT_INTERP)
			continue;
		if (header.p_filesz < 2 || header.p_filesz > sizeof(program->loader) ||
		    pread(fd, program->loader, header.p_filesz, (off_t)header.p_offset) !=
			    (ssize_t)header.p_filesz ||
		    program->loader[header.p_filesz - 1] != '\0') {
			program->loader[0] = '\0';
			return false;
		}
		return true;
	}
	return true;
}

static void needed_library(struct program *program, const char *name)
{
	static const char *const sonames[] = {
#define PROGRAM_LIBRARY(NAME, soname, purpose) soname,
#include "program_libraries.def"
#undef PROGRAM_LIBRARY
	};

	for (size_t i = 0; i < sizeof(sonames) / sizeof(sonames[0]); i++) {
		if (strncmp(name, sonames[i], strlen(sonames[i])) == 0)
			program->has_libraries[i] = true;
	}
	if (sscanf(name, "libpython%u.%u", &program->python_major, &program->python_minor) == 2)
		program->is_python = true;
}

static void section_dynamic(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			    struct program *program)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Dyn entry;

	for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL; i++) {
		const char *name;

		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
		if (name != NULL)
			needed_library(program, name);
	}
}

/* What a program that runs CPython calls or defines, by 3.8's and later documented C API. */
static bool is_python_start(const char *name)
{
	static const char *const names[] = {
		"Py_BytesMain",  "Py_RunMain",      "Py_Main",
		"Py_Initialize", "Py_InitializeEx", "Py_InitializeFromConfig",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void section_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			    struct program *program)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name != NULL && is_python_start(name)) {
			program->is_python = true;
			return;
		}
	}
}

/* cmd/link's elf.go writes these; strip(1) keeps them, the second being in a PT_NOTE. */
static bool is_go_section(const char *name)
{
	return strcmp(name, ".go.buildinfo") == 0 || strcmp(name, ".note.go.buildid") == 0;
}

static void elf_read_sections(Elf *elf, struct program *program)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return;
	while ((section = elf_nextscn(elf, section)) != NULL) {
		const char *name;

		if (gelf_getshdr(section, &header) == NULL)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name != NULL && is_go_section(name))
			program->kind = PROGRAM_GO;
		if (header.sh_type == SHT_DYNAMIC)
			section_dynamic(elf, section, &header, program);
		else if (header.sh_type == SHT_DYNSYM)
			section_symbols(elf, section, &header, program);
	}
}

/* /usr/bin/python3 is a link to python3.11: the name that stays is the one that tells. */
static void python_version_from_name(struct program *program)
{
	char *target = realpath(program->path, NULL);
	const char *slash = target != NULL ? strrchr(target, '/') : NULL;

	if (slash != NULL &&
	    sscanf(slash, "/python%u.%u", &program->python_major, &program->python_minor) != 2)
		program->python_major = program->python_minor = 0;
	free(target);
}

static enum program_kind elf_kind_of(Elf *elf, int fd, struct program *program)
{
	GElf_Ehdr header;

	program->kind = PROGRAM_DYNAMIC;
	if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL ||
	    (header.e_type != ET_EXEC && header.e_type != ET_DYN) ||
	    !elf_read_loader(elf, fd, program))
		return PROGRAM_CORRUPT;
	elf_read_sections(elf, program);
	if (program->is_python && program->python_major == 0)
		python_version_from_name(program);
	if (program->kind == PROGRAM_GO)
		return PROGRAM_GO;
	if (program->loader[0] == '\0')
		return PROGRAM_STATIC;
	return is_glibc_loader(program->loader) ? PROGRAM_DYNAMIC : PROGRAM_OTHER_LIBC;
}

void program_elf_inspect(int fd, const unsigned char *start, size_t size_bytes,
			 struct program *program)
{
	Elf *elf;

	if (!is_our_machine(start, size_bytes)) {
		program->kind = PROGRAM_OTHER_MACHINE;
		return;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	program->kind = elf != NULL ? elf_kind_of(elf, fd, program) : PROGRAM_CORRUPT;
	if (elf != NULL)
		elf_end(elf);
}

bool program_elf_is_library(const char *path)
{
	ElfW(Ehdr) header;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t size = fd >= 0 ? pread(fd, &header, sizeof(header), 0) : -1;

	if (fd >= 0)
		close(fd);
	return size == (ssize_t)sizeof(header) &&
	       program_elf_is_elf(header.e_ident, sizeof(header)) &&
	       is_our_machine(header.e_ident, sizeof(header)) && header.e_type == ET_DYN;
}
