/*
 * The fix of a finding: the API to use, by the class that the finding is about. Private to rule*.c.
 * Thread-safe.
 */
#ifndef SOCKLIFE_RULE_FIX_H
#define SOCKLIFE_RULE_FIX_H

#include "finding.h"

/* class_name is NULL where no object is known: then the runtime ("python") decides. Never NULL. */
const char *rule_fix_find(enum rule rule, const char *class_name, const char *runtime);

#endif
