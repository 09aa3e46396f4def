/*
 * The values that a policy is made of, read from text that people wrote: counts, durations, globs.
 * Thread-safe.
 */
#ifndef SOCKLIFE_POLICY_VALUE_H
#define SOCKLIFE_POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "12", at most `most`. */
bool policy_count_parse(const char *text, uint64_t most, uint64_t *count);
/* "500ms", "1.5s", "2m"; 0 needs no unit. At most a year. */
bool policy_duration_parse(const char *text, int64_t *duration_ns);
/* "yes", "no" and their like. */
bool policy_flag_parse(const char *text, bool *flag);

/*
 * fnmatch(3), where * crosses a slash too; text that is the glob matches as well, because the
 * brackets of an IPv6 address mean something else in a glob. NULL matches nothing.
 */
bool policy_glob_matches(const char *glob, const char *text);

#endif
