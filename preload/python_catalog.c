#include "python_catalog.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ADDED_MAX      32
#define ADDED_NAME_MAX 256
#define CHAINS         128

#define ONE_THREAD   PYTHON_CLASS_ONE_THREAD
#define HAS_FD       PYTHON_CLASS_HAS_FD
#define HOLDS_SOCKET PYTHON_CLASS_HOLDS_SOCKET
#define IS_PROXY     PYTHON_CLASS_IS_PROXY

static const struct {
	const char *module, *name;
	struct python_catalog_entry entry;
} built_in[] = {
#define PYTHON_CLASS(module, name, role, flags) {module, name, {TRACE_ROLE_##role, flags, NULL}},
#include "python_catalog.def"
};

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(*built_in))

/*
 * Rows by the hash of their class's name, one after another; what ends a chain is BUILT_IN_COUNT.
 * Nearly all classes of a program are none of these.
 */
static uint16_t chain_first[CHAINS], chain_next[BUILT_IN_COUNT];

static struct {
	char name[ADDED_NAME_MAX]; /* module.Class */
	struct python_catalog_entry entry;
} added[ADDED_MAX];
static size_t added_count;

#define TRACE_ROLE(number, NAME, word) {word, TRACE_ROLE_##NAME},
static const struct {
	const char *word;
	enum trace_role role;
} roles[] = {
#include <socklife/trace_values.def>
};

/* Without a role of its own a class is called a client. */
static enum trace_role role_read(const char *word, size_t size_bytes)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		if (strlen(roles[i].word) == size_bytes && !memcmp(roles[i].word, word, size_bytes))
			return roles[i].role;
	}
	return TRACE_ROLE_CLIENT;
}

static void item_add(const char *item, size_t size_bytes)
{
	const char *equals = memchr(item, '=', size_bytes);
	size_t name_size_bytes = equals ? (size_t)(equals - item) : size_bytes;

	if (added_count == ADDED_MAX || !name_size_bytes || name_size_bytes >= ADDED_NAME_MAX)
		return;
	memcpy(added[added_count].name, item, name_size_bytes);
	added[added_count].entry.role = equals ? role_read(equals + 1,
							   size_bytes - name_size_bytes - 1)
					       : TRACE_ROLE_CLIENT;
	added_count++;
}

static uint16_t *chain_of(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++)
		hash = hash * 31 + (unsigned char)*name;
	return &chain_first[hash % CHAINS];
}

/* Backwards, so that each chain is in the catalog's order. */
static void chains_start(void)
{
	for (size_t i = 0; i < CHAINS; i++)
		chain_first[i] = BUILT_IN_COUNT;
	for (size_t i = BUILT_IN_COUNT; i-- > 0;) {
		uint16_t *first = chain_of(built_in[i].name);

		chain_next[i] = *first;
		*first = (uint16_t)i;
	}
}

void python_catalog_start(const char *tracked)
{
	chains_start();
	while (tracked && *tracked) {
		size_t size_bytes = strcspn(tracked, ",");

		item_add(tracked, size_bytes);
		tracked += size_bytes + (tracked[size_bytes] == ',');
	}
}

static bool is_added(const char *text, const char *module, const char *name)
{
	size_t module_size_bytes = strlen(module);

	return !strncmp(text, module, module_size_bytes) && text[module_size_bytes] == '.' &&
	       !strcmp(text + module_size_bytes + 1, name);
}

/* "httpx.Client" may be what httpx calls the Client of httpx._client. */
static bool may_be_public(const char *text, const char *module, const char *name)
{
	const char *dot = strrchr(text, '.');
	size_t package_size_bytes = dot ? (size_t)(dot - text) : 0;

	return dot && !strncmp(text, module, package_size_bytes) &&
	       module[package_size_bytes] == '.' && !strcmp(dot + 1, name);
}

static bool added_find(const char *module, const char *name, struct python_catalog_entry *entry)
{
	for (size_t i = 0; i < added_count; i++) {
		if (is_added(added[i].name, module, name)) {
			*entry = added[i].entry;
			return true;
		}
	}
	for (size_t i = 0; i < added_count; i++) {
		if (may_be_public(added[i].name, module, name)) {
			*entry = added[i].entry;
			entry->public_name = added[i].name;
			return true;
		}
	}
	return false;
}

static bool built_in_find(const char *module, const char *name, struct python_catalog_entry *entry)
{
	static const char vendored[] = "pip._vendor.";

	if (!strncmp(module, vendored, sizeof(vendored) - 1))
		module += sizeof(vendored) - 1;
	for (size_t i = *chain_of(name); i < BUILT_IN_COUNT; i = chain_next[i]) {
		if (!strcmp(name, built_in[i].name) && !strcmp(module, built_in[i].module)) {
			*entry = built_in[i].entry;
			return true;
		}
	}
	return false;
}

bool python_catalog_find(const char *module, const char *name, struct python_catalog_entry *entry)
{
	struct python_catalog_entry asked_for = {.public_name = NULL};
	bool is_built_in = built_in_find(module, name, entry);

	if (!added_find(module, name, &asked_for))
		return is_built_in;
	*entry = asked_for;
	if (is_built_in)
		entry->public_name = NULL;
	return true;
}
