#include "environment.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "environment_hidden.h"

#define ENVIRONMENT_TRACE         "SOCKLIFE_TRACE="
#define ENVIRONMENT_HANDLES       "SOCKLIFE_HANDLES="
#define ENVIRONMENT_TRACE_DEFAULT "socklife.out"

struct environment_hidden environment_hidden;

bool environment_begins(const char *entry, const char *prefix)
{
	return strncmp(entry, prefix, strlen(prefix)) == 0;
}

/* ---- hiding ---- */

static char *hidden_reserve(size_t size)
{
	char *text = environment_hidden.room;

	if (size > environment_hidden.room_left)
		return NULL;
	environment_hidden.room += size;
	environment_hidden.room_left -= size;
	return text;
}

static char *text_put(char *at, const char *text, size_t size)
{
	memcpy(at, text, size);
	return at + size;
}

static void hidden_add(const char *entry)
{
	size_t size = strlen(entry) + 1;
	char *text;

	if (environment_hidden.variable_count == ENVIRONMENT_VARIABLES_MAX)
		return;
	text = hidden_reserve(size);
	if (text == NULL)
		return;
	memcpy(text, entry, size);
	environment_hidden.variables[environment_hidden.variable_count++] = text;
}

static size_t paths_count(const char *list, char separator)
{
	size_t count = 1;

	for (; *list != '\0'; list++)
		count += *list == separator;
	return count;
}

/* The list's first path, which the list then stands behind. */
static char *path_put(char *at, const char *directory, const char **list, char separator)
{
	/* strchrnul() of 0 finds the end */
	size_t size = (size_t)(strchrnul(*list, separator) - *list);

	if (size != 0 && (*list)[0] != '/' && directory[0] != '\0') {
		at = text_put(at, directory, strlen(directory));
		*at++ = '/';
	}
	at = text_put(at, *list, size);
	*list += size;
	return at;
}

/*
 * Children may stand in another directory: paths are made absolute, the default one too. Between
 * several stands the separator; 0: it is one, whatever characters it has.
 */
static void hidden_add_paths(const char *name, const char *list, char separator)
{
	char directory[PATH_MAX];
	size_t name_size = strlen(name);
	char *text;

	if (environment_hidden.variable_count == ENVIRONMENT_VARIABLES_MAX)
		return;
	if (getcwd(directory, sizeof(directory)) == NULL)
		directory[0] = '\0';
	text = hidden_reserve(name_size + strlen(list) + 1 +
			      paths_count(list, separator) * (strlen(directory) + 1));
	if (text == NULL)
		return;
	environment_hidden.variables[environment_hidden.variable_count++] = text;
	text = text_put(text, name, name_size);
	while (*list != '\0') {
		text = path_put(text, directory, &list, separator);
		if (*list != '\0')
			*text++ = *list++;
	}
	*text = '\0';
}

static bool environment_is_ours(const char *entry)
{
	static const char *const names[] = {
#define ENVIRONMENT_VARIABLE(name) #name "=",
#include "environment.def"
#undef ENVIRONMENT_VARIABLE
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (environment_begins(entry, names[i]))
			return true;
	}
	return false;
}

static void environment_take_variables(void)
{
	bool has_trace = false;
	char **kept = environ;

	for (char **entry = environ; *entry != NULL; entry++) {
		if (!environment_is_ours(*entry)) {
			*kept++ = *entry;
		} else if (environment_begins(*entry, ENVIRONMENT_TRACE)) {
			has_trace = (*entry)[strlen(ENVIRONMENT_TRACE)] != '\0';
			if (has_trace)
				hidden_add_paths(ENVIRONMENT_TRACE,
						 *entry + strlen(ENVIRONMENT_TRACE), '\0');
		} else if (environment_begins(*entry, ENVIRONMENT_HANDLES) &&
			   (*entry)[strlen(ENVIRONMENT_HANDLES)] != '\0') {
			hidden_add_paths(ENVIRONMENT_HANDLES, *entry + strlen(ENVIRONMENT_HANDLES),
					 ENVIRONMENT_FILES_SEPARATOR);
		} else {
			hidden_add(*entry);
		}
	}
	*kept = NULL;
	if (!has_trace)
		hidden_add_paths(ENVIRONMENT_TRACE, ENVIRONMENT_TRACE_DEFAULT, '\0');
}

/* ---- LD_PRELOAD: entries separated by spaces or colons (ld.so(8)) ---- */

static const char *path_base(const char *path, size_t size)
{
	const char *base = path;

	for (const char *at = path; at < path + size; at++)
		base = *at == '/' ? at + 1 : base;
	return base;
}

const char *environment_find_preload(const char *list, size_t *size)
{
	const char *base = path_base(environment_hidden.library, environment_hidden.library_size);
	size_t base_size = environment_hidden.library_size -
			   (size_t)(base - environment_hidden.library);

	while (*list != '\0') {
		const char *entry_base;

		*size = strcspn(list, " :");
		entry_base = path_base(list, *size);
		if ((size_t)(list + *size - entry_base) == base_size && base_size > 0 &&
		    memcmp(entry_base, base, base_size) == 0)
			return list;
		list += *size;
		list += *list != '\0';
	}
	return NULL;
}

/* Only shortens the string, so it is done in place; what others preloaded stays. */
static void environment_take_preload(void)
{
	for (char **entry = environ; *entry != NULL; entry++) {
		char *list, *own;
		size_t size;

		if (!environment_begins(*entry, ENVIRONMENT_PRELOAD))
			continue;
		list = *entry + strlen(ENVIRONMENT_PRELOAD);
		own = (char *)environment_find_preload(list, &size);
		if (own == NULL)
			continue;
		environment_hidden.is_followed = true;
		if (own == list && own[size] == '\0') {
			for (char **at = entry; *at != NULL; at++)
				at[0] = at[1];
			return;
		}
		if (own[size] != '\0')
			memmove(own, own + size + 1, strlen(own + size + 1) + 1);
		else
			own[-1] = '\0';
		return;
	}
}

/* A name with a space or a colon in it cannot be preloaded (ld.so(8)), and a relative one only from
 * here; children are not followed then. */
static void environment_find_library(void)
{
	char directory[PATH_MAX];
	Dl_info info;
	size_t size, at = 0;

	if (dladdr(&environment_hidden, &info) == 0 || info.dli_fname == NULL)
		return;
	size = strlen(info.dli_fname);
	if (info.dli_fname[0] != '/' && getcwd(directory, sizeof(directory)) != NULL &&
	    strpbrk(directory, " :") == NULL && strlen(directory) + 1 + size < PATH_MAX) {
		at = strlen(directory);
		memcpy(environment_hidden.library, directory, at);
		environment_hidden.library[at++] = '/';
	}
	if (at + size >= PATH_MAX)
		return;
	memcpy(environment_hidden.library + at, info.dli_fname, size + 1);
	environment_hidden.library_size = at + size;
}

void environment_hide(void)
{
	size_t size = PATH_MAX + sizeof(ENVIRONMENT_TRACE ENVIRONMENT_TRACE_DEFAULT) + 1;
	void *room;

	if (environ == NULL)
		return;
	for (char **entry = environ; *entry != NULL; entry++) {
		if (environment_is_ours(*entry))
			size += strlen(*entry) + 2 +
				paths_count(*entry, ENVIRONMENT_FILES_SEPARATOR) * (PATH_MAX + 1);
	}
	room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room != MAP_FAILED) {
		environment_hidden.room = room;
		environment_hidden.room_left = size;
	}
	environment_find_library();
	environment_take_variables();
	environment_take_preload();
	environment_hidden.is_followed &= environment_hidden.library[0] == '/';
}

const char *environment_get(const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < environment_hidden.variable_count; i++) {
		if (strncmp(environment_hidden.variables[i], name, size) == 0 &&
		    environment_hidden.variables[i][size] == '=')
			return environment_hidden.variables[i] + size + 1;
	}
	return NULL;
}
