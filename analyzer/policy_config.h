/*
 * socklife.ini: what a project always demands of a check. The keys of its section [check] are those
 * of policy_keys.def. One thread.
 */
#ifndef SOCKLIFE_POLICY_CONFIG_H
#define SOCKLIFE_POLICY_CONFIG_H

#include <stddef.h>

#include "error.h"

struct policy;

#define POLICY_CONFIG_DEFAULT "socklife.ini"

/* `path` NULL: the default one, which need not be there. Files that it names are found from the
 * folder it is in. STATUS_CORRUPT names file and line. */
enum status policy_config_load(struct policy *policy, const char *path, struct error *error);
enum status policy_config_parse(struct policy *policy, const char *path, const char *bytes,
				size_t size_bytes, struct error *error);

#endif
