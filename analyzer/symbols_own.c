#include "symbols_own.h"

#include <stdbool.h>
#include <string.h>

#include "symbols.h"

/* How far a frame is from being the program's own; the nearest rank wins, then the innermost. */
enum rank {
	RANK_OWN,
	RANK_NAMELESS, /* interpreted, from no file: python -c, but also what packages exec() */
	RANK_PACKAGE,  /* interpreted, installed */
	RANK_STANDARD_LIBRARY, /* interpreted, part of the runtime */
	RANK_LIBRARY,          /* native, of the system */
	RANK_LIBC,
	RANK_COUNT
};

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* …/lib/python3.11/… or …/lib/python311.zip/…: the places in CPython's Modules/getpath.py. */
static bool is_python_library(const char *file)
{
	static const char *const folders[] = {"/lib/python", "/lib64/python"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *version = strstr(file, folders[i]);

		if (version == NULL)
			continue;
		version += strlen(folders[i]);
		version += strspn(version, "0123456789.");
		if (version[-1] != 'n' && (version[0] == '/' || starts_with(version, "t/") ||
					   starts_with(version, "zip/")))
			return true;
	}
	return false;
}

static bool is_installed_package(const char *path)
{
	return strstr(path, "/site-packages/") != NULL || strstr(path, "/dist-packages/") != NULL;
}

static enum rank rank_interpreted(const struct frame *frame)
{
	if (frame->file == NULL || frame->file[0] == '\0' || starts_with(frame->file, "<frozen "))
		return RANK_STANDARD_LIBRARY;
	if (frame->file[0] == '<')
		return RANK_NAMELESS;
	if (is_installed_package(frame->file))
		return RANK_PACKAGE;
	return is_python_library(frame->file) ? RANK_STANDARD_LIBRARY : RANK_OWN;
}

static bool is_system_library(const char *path)
{
	static const char *const folders[] = {
		"/lib/",     "/lib32/",     "/lib64/",     "/libx32/",
		"/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/libx32/",
	};

	if (path[0] != '/')
		return true; /* the vdso */
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (starts_with(path, folders[i]))
			return true;
	}
	return is_installed_package(path);
}

/* glibc's own files, by their names since 2.34 and before. */
static bool is_libc(const char *path)
{
	static const char *const names[] = {
		"libc.so.",  "libc-2.",  "libpthread.so.", "libpthread-2.",
		"libresolv", "ld-linux", "ld-2.",
	};
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (starts_with(name, names[i]))
			return true;
	}
	return false;
}

/* track.h's functions are compiled into the program, and say less than who calls them. */
static bool is_track_header(const char *file)
{
	static const char header[] = "socklife/track.h";
	size_t size = file != NULL ? strlen(file) : 0;

	return size >= sizeof(header) - 1 &&
	       strcmp(file + size - (sizeof(header) - 1), header) == 0;
}

static enum rank rank_native(const struct frame *frame, const char *exe)
{
	if (is_track_header(frame->file))
		return RANK_LIBRARY;
	if (frame->module == NULL)
		return RANK_LIBRARY; /* code made at run time: no name that a person could use */
	if (strcmp(frame->module, exe) == 0)
		return RANK_OWN;
	if (is_libc(frame->module))
		return RANK_LIBC;
	return is_system_library(frame->module) ? RANK_LIBRARY : RANK_OWN;
}

const struct frame *symbols_own_choose(const struct frame *frames, size_t count, const char *exe)
{
	const struct frame *best[RANK_COUNT] = {NULL};
	bool has_interpreted = false;

	for (size_t i = 0; i < count; i++)
		has_interpreted = has_interpreted || !frames[i].is_native;
	for (size_t i = 0; i < count; i++) {
		enum rank rank;

		/* The interpreter's own C frames say nothing about the program it runs. */
		if (has_interpreted && frames[i].is_native)
			continue;
		rank = frames[i].is_native ? rank_native(&frames[i], exe)
					   : rank_interpreted(&frames[i]);
		if (best[rank] == NULL)
			best[rank] = &frames[i];
	}
	for (size_t i = 0; i < RANK_COUNT; i++) {
		if (best[i] != NULL)
			return best[i];
	}
	return NULL;
}
