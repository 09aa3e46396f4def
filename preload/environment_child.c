/* What the programs that this one starts get to see: the other half of environment.h. */
#include "environment.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "environment_hidden.h"
#include "filters.h"
#include "kernel.h"

/* A child whose environment would need more of the caller's stack is not followed. */
#define ENVIRONMENT_ROOM_MAX_BYTES 65536

/* The environment lent to system() and popen(). Belongs to the thread that set is_lent. */
static struct {
	bool is_lent; /* taken by exchange: one lender at a time */
	char **entries;
	size_t size_bytes;
	char **original;
	const char *preload; /* LD_PRELOAD=… of the original, NULL when it has none */
} lent;

static char *const *environment_or_empty(char *const environment[])
{
	static char *const empty[] = {NULL};

	/* Linux takes NULL for an empty environment (execve(2)). */
	return environment != NULL ? environment : empty;
}

/* ---- exec and spawn ---- */

/*
 * After chroot() or setuid() the library may be out of reach: ld.so would say so on the child's
 * standard error. A seccomp filter goes along, unknown to the child's recorder.
 */
static bool environment_can_follow(void)
{
	return environment_hidden.is_followed && filters_allow_recording() &&
	       kernel_call3(SYS_faccessat, AT_FDCWD, environment_hidden.library, R_OK) == 0;
}

bool environment_is_followed(void)
{
	return environment_hidden.is_followed;
}

size_t environment_extended_size(char *const environment[])
{
	size_t count = 0, text_size = 0, size;

	if (!environment_can_follow())
		return 0;
	for (char *const *entry = environment_or_empty(environment); *entry != NULL; entry++) {
		count++;
		if (environment_begins(*entry, ENVIRONMENT_PRELOAD))
			text_size = strlen(*entry);
	}
	count += environment_hidden.variable_count + 2; /* LD_PRELOAD, NULL */
	text_size += strlen(ENVIRONMENT_PRELOAD) + environment_hidden.library_size + 2;
	size = (count + text_size / sizeof(char *) + 1) * sizeof(char *);
	return size <= ENVIRONMENT_ROOM_MAX_BYTES ? size : 0;
}

/* "LD_PRELOAD=ours", and ":theirs" where they have one, be it empty: hiding gives that back. */
static char *preload_join(const char *theirs, char *text)
{
	char *at = text;

	memcpy(at, ENVIRONMENT_PRELOAD, strlen(ENVIRONMENT_PRELOAD));
	at += strlen(ENVIRONMENT_PRELOAD);
	memcpy(at, environment_hidden.library, environment_hidden.library_size);
	at += environment_hidden.library_size;
	if (theirs != NULL) {
		*at++ = ':';
		memcpy(at, theirs, strlen(theirs));
		at += strlen(theirs);
	}
	*at = '\0';
	return text;
}

static bool environment_has(char *const environment[], const char *variable)
{
	size_t size = strcspn(variable, "=") + 1;

	for (char *const *entry = environment; *entry != NULL; entry++) {
		if (strncmp(*entry, variable, size) == 0)
			return true;
	}
	return false;
}

/* LD_PRELOAD's last setting counts (setenv leaves one only), so each gets our entry. */
static char **environment_copy(char *const environment[], char **to, char *text)
{
	bool has_preload = false;
	size_t size;

	for (char *const *entry = environment; *entry != NULL; entry++) {
		const char *list = *entry + strlen(ENVIRONMENT_PRELOAD);

		*to++ = *entry;
		if (has_preload || !environment_begins(*entry, ENVIRONMENT_PRELOAD))
			continue;
		has_preload = true;
		if (environment_find_preload(list, &size) == NULL)
			to[-1] = preload_join(list, text);
	}
	if (!has_preload)
		*to++ = preload_join(NULL, text);
	return to;
}

char *const *environment_extend(char *const environment[], void *room, size_t room_size_bytes)
{
	char *const *given = environment_or_empty(environment);
	char **entries = room, **to;
	size_t count = environment_hidden.variable_count + 2;

	if (room_size_bytes == 0)
		return environment;
	for (char *const *entry = given; *entry != NULL; entry++)
		count++;
	if (room_size_bytes < count * sizeof(char *))
		return environment;
	to = environment_copy(given, entries, (char *)(entries + count));
	for (size_t i = 0; i < environment_hidden.variable_count; i++) {
		if (!environment_has(given, environment_hidden.variables[i]))
			*to++ = environment_hidden.variables[i];
	}
	*to = NULL;
	return entries;
}

/* ---- system and popen ---- */

/* An outgrown array is never unmapped: another thread may be in getenv() with it. */
static bool lent_make_room(size_t size)
{
	void *entries;

	if (size <= lent.size_bytes)
		return true;
	size = (size * 2 + 4095) & ~(size_t)4095;
	entries = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (entries == MAP_FAILED)
		return false;
	lent.entries = entries;
	lent.size_bytes = size;
	return true;
}

char **environment_lend(void)
{
	char **original = environ;
	size_t size = environment_extended_size(original);

	if (size == 0 || __atomic_exchange_n(&lent.is_lent, true, __ATOMIC_ACQUIRE))
		return NULL;
	if (!lent_make_room(size)) {
		__atomic_store_n(&lent.is_lent, false, __ATOMIC_RELEASE);
		return NULL;
	}
	lent.original = original;
	lent.preload = NULL;
	for (char *const *entry = environment_or_empty(original); *entry != NULL; entry++) {
		if (lent.preload == NULL && environment_begins(*entry, ENVIRONMENT_PRELOAD))
			lent.preload = *entry;
	}
	environment_extend(original, lent.entries, size);
	__atomic_store_n(&environ, lent.entries, __ATOMIC_RELEASE);
	return lent.entries;
}

/* The program's own entry for one of a lent environment; NULL where it has none. */
static const char *lent_own_entry(const char *entry)
{
	const char *start = (const char *)lent.entries;

	if (entry >= start && entry < start + lent.size_bytes)
		return lent.preload;
	for (size_t i = 0; i < environment_hidden.variable_count; i++) {
		if (entry == environment_hidden.variables[i])
			return NULL;
	}
	return entry;
}

/*
 * Another thread may have called setenv() meanwhile, which changed the lent array or made a copy of
 * it: what it set is carried over. Only what differs is written, for an array may be read-only.
 */
static void lent_return(char **from, char **to)
{
	for (; *from != NULL; from++) {
		const char *own = lent_own_entry(*from);

		if (own == NULL)
			continue;
		if (*to != own)
			*to = (char *)own;
		to++;
	}
	if (*to != NULL)
		*to = NULL;
}

void environment_take_back(char **entries)
{
	char **now = __atomic_load_n(&environ, __ATOMIC_ACQUIRE);

	if (entries == NULL)
		return;
	if (now == entries && lent.original != NULL)
		lent_return(entries, lent.original);
	else if (now != entries && now != NULL)
		lent_return(now, now);
	if (now == entries)
		__atomic_store_n(&environ, lent.original, __ATOMIC_RELEASE);
	__atomic_store_n(&lent.is_lent, false, __ATOMIC_RELEASE);
}

void environment_forked(void)
{
	if (__atomic_load_n(&lent.is_lent, __ATOMIC_ACQUIRE))
		environment_take_back(lent.entries);
}
