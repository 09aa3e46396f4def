#include "obstacle.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kernel.h"

#define OBSTACLE_SCRIPTS_MAX 5   /* interpreters of interpreters: fs/exec.c, exec_binprm() */
#define OBSTACLE_START_BYTES 256 /* BINPRM_BUF_SIZE, linux/binfmts.h */

/* Our own ELF header, which the linker provides: what we can be loaded into has the same machine.
 */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

union obstacle_start {
	char text[OBSTACLE_START_BYTES];
	ElfW(Ehdr) header;
};

const char *obstacle_text(enum obstacle obstacle)
{
	static const char *const texts[] = {
		"",
#define OBSTACLE(NAME, reason) reason,
#include "obstacles.def"
#undef OBSTACLE
	};

	return texts[obstacle];
}

static bool name_begins(const char *path, size_t size, const char *const *names)
{
	const char *base = path;

	for (const char *at = path; at < path + size && *at != '\0'; at++)
		base = *at == '/' ? at + 1 : base;
	for (; *names != NULL; names++) {
		if (strncmp(base, *names, strlen(*names)) == 0)
			return true;
	}
	return false;
}

/* ---- ELF files ---- */

/* The Go linker marks what it makes by a note of this name (cmd/internal/buildid/note.go). */
static bool segment_is_of_go(int fd, const ElfW(Phdr) * segment)
{
	static const char name[] = "Go\0";
	struct {
		ElfW(Nhdr) header;
		char name[sizeof(name)];
	} note;

	return segment->p_type == PT_NOTE &&
	       kernel_call4(SYS_pread64, fd, &note, sizeof(note), segment->p_offset) ==
		       sizeof(note) &&
	       note.header.n_namesz == sizeof(name) && memcmp(note.name, name, sizeof(name)) == 0;
}

static enum obstacle loader_obstacle(int fd, const ElfW(Phdr) * segment)
{
	static const char *const others[] = {"ld-musl", "ld-uClibc", "linker64", NULL};
	char path[OBSTACLE_START_BYTES] = "";
	size_t size = segment->p_filesz < sizeof(path) ? segment->p_filesz : sizeof(path) - 1;

	if (kernel_call4(SYS_pread64, fd, path, size, segment->p_offset) < 0)
		return OBSTACLE_NONE;
	return name_begins(path, size, others) ? OBSTACLE_OTHER_LIBC : OBSTACLE_NONE;
}

/*
 * Two programs without a loader are none of our concern: a loader itself, which loads what it is
 * told to, and ldconfig(8), which ctypes runs to find libraries and which opens no socket.
 */
static enum obstacle segments_obstacle(int fd, const ElfW(Ehdr) * header, const char *path)
{
	static const char *const harmless[] = {"ld-linux", "ld.so", "ldconfig", NULL};
	enum obstacle obstacle = name_begins(path, strlen(path), harmless) ? OBSTACLE_NONE
									   : OBSTACLE_STATIC;
	ElfW(Phdr) segment;

	if (header->e_phentsize != sizeof(segment))
		return OBSTACLE_NONE;
	for (size_t i = 0; i < header->e_phnum; i++) {
		if (kernel_call4(SYS_pread64, fd, &segment, sizeof(segment),
				 header->e_phoff + i * sizeof(segment)) != sizeof(segment))
			return OBSTACLE_NONE;
		if (segment_is_of_go(fd, &segment))
			return OBSTACLE_GO;
		if (segment.p_type == PT_INTERP)
			obstacle = loader_obstacle(fd, &segment);
	}
	return obstacle;
}

/*
 * Secure-execution mode (ld.so(8), getauxval(3) AT_SECURE): real and effective ids differ after
 * exec, or capabilities are gained by anybody but root (capabilities(7)). Marks of the file count
 * neither on a nosuid mount nor after PR_SET_NO_NEW_PRIVS.
 */
static bool gains_privileges(int fd, const struct stat *status)
{
	bool is_setgid = (status->st_mode & (S_ISGID | S_IXGRP)) == (mode_t)(S_ISGID | S_IXGRP);
	long real_user = kernel_call0(SYS_getuid), user = kernel_call0(SYS_geteuid);
	long real_group = kernel_call0(SYS_getgid), group = kernel_call0(SYS_getegid);
	struct statfs mount = {0};
	bool counts = kernel_call2(SYS_fstatfs, fd, &mount) != 0 ||
		      ((unsigned long)mount.f_flags & ST_NOSUID) == 0;

	counts &= kernel_call5(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
	if (counts && (status->st_mode & S_ISUID) != 0)
		user = (long)status->st_uid;
	if (counts && is_setgid)
		group = (long)status->st_gid;
	return user != real_user || group != real_group ||
	       (counts && real_user != 0 &&
		kernel_call4(SYS_fgetxattr, fd, "security.capability", NULL, 0) > 0);
}

static enum obstacle elf_obstacle(int fd, const ElfW(Ehdr) * header, const char *path)
{
	struct stat status;
	enum obstacle obstacle;

	if (header->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
	    header->e_machine != __ehdr_start.e_machine)
		return OBSTACLE_OTHER_MACHINE;
	obstacle = segments_obstacle(fd, header, path);
	if (obstacle == OBSTACLE_NONE && kernel_call2(SYS_fstat, fd, &status) == 0 &&
	    gains_privileges(fd, &status))
		return OBSTACLE_PRIVILEGED;
	return obstacle;
}

/* ---- scripts ---- */

/* Cuts "#! interpreter argument" to the interpreter, as the kernel does (fs/binfmt_script.c). */
static char *script_interpreter(char *line)
{
	char *name;

	if (line[0] != '#' || line[1] != '!')
		return NULL;
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	return name;
}

/* OBSTACLE_NONE, or with *next the interpreter, in `start`, that is to be looked at instead. */
static enum obstacle file_obstacle(const char *path, union obstacle_start *start, const char **next)
{
	long fd = kernel_call4(SYS_openat, AT_FDCWD, path,
			       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	enum obstacle obstacle = OBSTACLE_NONE;
	long size;

	*next = NULL;
	if (fd < 0)
		return OBSTACLE_NONE;
	size = kernel_call4(SYS_pread64, fd, start->text, sizeof(*start) - 1, 0);
	start->text[size > 0 ? size : 0] = '\0';
	if (size >= (long)sizeof(start->header) && memcmp(start->text, ELFMAG, SELFMAG) == 0)
		obstacle = elf_obstacle((int)fd, &start->header, path);
	else
		*next = script_interpreter(start->text);
	kernel_call1(SYS_close, fd);
	return obstacle;
}

enum obstacle obstacle_of(const char *path)
{
	union obstacle_start starts[2]; /* a path lies in the one while the other is read */
	enum obstacle obstacle = OBSTACLE_NONE;

	for (size_t depth = 0; path != NULL && depth <= OBSTACLE_SCRIPTS_MAX; depth++)
		obstacle = file_obstacle(path, &starts[depth % 2], &path);
	return obstacle;
}

/* ---- PATH ---- */

static const char *search_folders(void)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		if (strncmp(*entry, "PATH=", 5) == 0)
			return *entry + 5;
	}
	return "/bin:/usr/bin"; /* as confstr(_CS_PATH) says, in glibc */
}

static bool path_join(const char *folder, size_t folder_size, const char *name, char path[PATH_MAX])
{
	size_t name_size = strlen(name);

	if (folder_size + 1 + name_size >= PATH_MAX)
		return false;
	memcpy(path, folder, folder_size);
	if (folder_size > 0)
		path[folder_size++] = '/';
	memcpy(path + folder_size, name, name_size + 1);
	return true;
}

bool obstacle_search(const char *name, bool is_searched, char path[PATH_MAX])
{
	const char *folders = search_folders();

	if (!is_searched || name[0] == '\0' || strchr(name, '/') != NULL)
		return path_join("", 0, name, path);
	for (;;) {
		size_t size = strcspn(folders, ":");
		struct stat status;

		if (path_join(folders, size, name, path) &&
		    kernel_call3(SYS_faccessat, AT_FDCWD, path, X_OK) == 0 &&
		    kernel_call4(SYS_newfstatat, AT_FDCWD, path, &status, 0) == 0 &&
		    S_ISREG(status.st_mode))
			return true;
		if (folders[size] == '\0')
			return false;
		folders += size + 1;
	}
}
