#include <criterion/criterion.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/command.h" /* the analyzer has a command.h too */
#include "fixture.h"
#include "program_inspected.h"
#include "scratch.h"

FIXTURE_SUITE(program_elf);

/* A copy of a dynamically linked program whose byte at `offset` of the ELF header is changed. */
static char *altered_elf(size_t offset, unsigned char value)
{
	char *path = scratch_format("%s/altered", scratch_new());
	int fd;

	scratch_copy("/bin/true", path, 0755);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	cr_assert_eq(pwrite(fd, &value, 1, (off_t)offset), 1);
	cr_assert_eq(close(fd), 0);
	return path;
}

Test(program_elf, refuses_a_statically_linked_program)
{
	struct program program = inspected(scratch_subject("static_linked"), STATUS_OK);

	cr_assert_eq(program.kind, PROGRAM_STATIC);
	check_recordable(&program, false);
}

Test(program_elf, refuses_a_program_of_another_word_size_or_machine)
{
	unsigned char other_class = sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64;

	cr_assert_eq(inspected(altered_elf(EI_CLASS, other_class), STATUS_OK).kind,
		     PROGRAM_OTHER_MACHINE);
	cr_assert_eq(
		inspected(altered_elf(offsetof(Elf64_Ehdr, e_machine), EM_68K), STATUS_OK).kind,
		PROGRAM_OTHER_MACHINE);
}

Test(program_elf, tells_a_damaged_elf_file)
{
	cr_assert_eq(inspected(altered_elf(offsetof(Elf64_Ehdr, e_phnum), 0), STATUS_OK).kind,
		     PROGRAM_CORRUPT);
	cr_assert_eq(
		inspected(altered_elf(offsetof(Elf64_Ehdr, e_phoff) + 6, 0x7f), STATUS_OK).kind,
		PROGRAM_CORRUPT);
}

Test(program_elf, survives_damage_anywhere_in_an_elf_file)
{
	char *path = scratch_format("%s/damaged", scratch_new());
	size_t size_bytes;
	char *bytes = scratch_read("/bin/true", &size_bytes);
	uint32_t random = 7;

	for (unsigned int round = 0; round < 300; round++) {
		char *damaged = malloc(size_bytes);
		struct program program;

		memcpy(damaged, bytes, size_bytes);
		for (unsigned int i = 0; i < 20; i++) {
			random = random * 1664525u + 1013904223u;
			damaged[(random >> 4) % (i < 10 ? 1024 : size_bytes)] = (char)(random >>
										       13);
		}
		memcpy(damaged, "\177ELF", 4);
		scratch_write(path, damaged,
			      round % 3 == 0 ? 64 + random % size_bytes / 2 : size_bytes);
		free(damaged);
		cr_assert_eq(chmod(path, 0755), 0);
		program_inspect(path, &program, NULL);
		cr_assert_str_eq(program.command_path, path);
	}
}

static char *rewritten_true(void (*rewrite)(char *bytes, size_t size_bytes))
{
	char *path = scratch_format("%s/rewritten", scratch_new());
	size_t size_bytes;
	const char *original = scratch_read("/bin/true", &size_bytes);
	char *bytes = malloc(size_bytes); /* aligned, as what scratch_read() gives need not be */

	memcpy(bytes, original, size_bytes);
	rewrite(bytes, size_bytes);
	scratch_write(path, bytes, size_bytes);
	free(bytes);
	cr_assert_eq(chmod(path, 0755), 0);
	return path;
}

static ElfW(Phdr) * loader_header(char *bytes)
{
	const ElfW(Ehdr) *file = (const ElfW(Ehdr) *)(void *)bytes;
	ElfW(Phdr) *headers = (ElfW(Phdr) *)(void *)(bytes + file->e_phoff);

	for (size_t i = 0; i < file->e_phnum; i++) {
		if (headers[i].p_type == PT_INTERP)
			return &headers[i];
	}
	cr_assert_fail("true(1) has no loader");
	return NULL;
}

static void rewrite_as_static_pie(char *bytes, size_t size_bytes)
{
	(void)size_bytes;
	loader_header(bytes)->p_type = PT_NULL;
}

Test(program_elf, refuses_a_position_independent_program_without_a_loader)
{
	cr_assert_eq(inspected(rewritten_true(rewrite_as_static_pie), STATUS_OK).kind,
		     PROGRAM_STATIC);
}

static void rewrite_for_musl(char *bytes, size_t size_bytes)
{
	const ElfW(Phdr) *header = loader_header(bytes);

	cr_assert_lt(header->p_offset + header->p_filesz, size_bytes);
	memset(bytes + header->p_offset, 0, header->p_filesz);
	strcpy(bytes + header->p_offset, "/lib/ld-musl.so.1");
}

Test(program_elf, refuses_a_program_for_another_c_library)
{
	cr_assert_eq(inspected(rewritten_true(rewrite_for_musl), STATUS_OK).kind,
		     PROGRAM_OTHER_LIBC);
}

static void rewrite_for_missing_loader(char *bytes, size_t size_bytes)
{
	rewrite_for_musl(bytes, size_bytes);
	strcpy(bytes + loader_header(bytes)->p_offset, "/lib/ld-linux.no");
}

Test(program_elf, says_that_the_loader_of_a_program_is_missing)
{
	cr_assert_eq(inspected(rewritten_true(rewrite_for_missing_loader), STATUS_NOT_FOUND).kind,
		     PROGRAM_MISSING);
}

Test(program_elf, refuses_a_go_program)
{
	char *path = scratch_format("%s/go", scratch_new());
	struct command command;

	command_run(&command,
		    COMMAND_LIST("objcopy", "--add-section", ".go.buildinfo=/etc/hostname",
				 "/bin/true", path),
		    NULL);
	cr_assert_eq(command.status, 0, "%s", command.err);
	command_release(&command);
	cr_assert_eq(inspected(path, STATUS_OK).kind, PROGRAM_GO);
}

Test(program_elf, knows_cpython_and_its_version)
{
	struct program program = inspected("/usr/bin/python3", STATUS_OK);

	cr_assert(program.is_python);
	cr_assert_eq(program.python_major, 3);
	cr_assert_gt(program.python_minor, 0);
	cr_assert_not(inspected("/bin/true", STATUS_OK).is_python);
}

Test(program_elf, knows_the_client_libraries_that_a_program_links)
{
	struct program program = inspected("curl", STATUS_OK);

	cr_assert(program.has_libraries[PROGRAM_LIBRARY_CURL]);
	cr_assert_not(program.has_libraries[PROGRAM_LIBRARY_PQ]);
}
