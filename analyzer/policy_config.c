#include "policy_config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "policy_file.h"
#include "policy_ini.h"

#define SECTION "check"

/* False when it would be too long. */
static bool path_join(char *joined, size_t size, const char *config, const char *path)
{
	const char *slash = strrchr(config, '/');
	int folder_length = slash != NULL && path[0] != '/' ? (int)(slash - config) + 1 : 0;
	int length = snprintf(joined, size, "%.*s%s", folder_length, config, path);

	return length >= 0 && (size_t)length < size;
}

static enum status key_set(struct policy *policy, enum policy_key key,
			   const struct policy_ini_value *row, struct error *error)
{
	char path[PATH_MAX];

	if (policy_key_kind(key) != POLICY_KIND_FILE || row->value[0] == '\0')
		return policy_set(policy, key, row->value, error);
	if (!path_join(path, sizeof path, row->path, row->value))
		return error_set(error, STATUS_USAGE, "", 0, "the path is too long");
	return policy_set(policy, key, path, error);
}

static enum status value_take(void *context, const struct policy_ini_value *row,
			      struct error *error)
{
	struct policy *policy = context;
	struct error reason;
	enum policy_key key;
	enum status status;

	if (row->key == NULL)
		return STATUS_OK;
	if (strcmp(row->section_name, SECTION) != 0)
		return policy_file_error(error, row->path, row->line,
					 "there is no section [%s]; keys stand in [" SECTION "]",
					 row->section_name);
	key = policy_key_find(row->key);
	if (key == POLICY_KEY_COUNT)
		return policy_file_error(error, row->path, row->line, "there is no key '%s'",
					 row->key);
	status = key_set(policy, key, row, &reason);
	if (status != STATUS_USAGE) {
		if (status != STATUS_OK && error != NULL)
			*error = reason;
		return status;
	}
	return policy_file_error(error, row->path, row->line, "%s: %s", row->key, reason.reason);
}

enum status policy_config_parse(struct policy *policy, const char *path, const char *bytes,
				size_t size_bytes, struct error *error)
{
	policy_source_begin(policy);
	return policy_ini_parse(path, bytes, size_bytes, value_take, policy, error);
}

enum status policy_config_load(struct policy *policy, const char *path, struct error *error)
{
	const char *name = path != NULL ? path : POLICY_CONFIG_DEFAULT;
	size_t size_bytes;
	char *bytes;
	enum status status = policy_file_read(name, &bytes, &size_bytes, error);

	if (status == STATUS_NOT_FOUND && path == NULL)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	status = policy_config_parse(policy, name, bytes, size_bytes, error);
	free(bytes);
	return status;
}
