/*
 * The audit hook, added before Python is initialized so that it sees the first import. Its entry
 * is then allocated before Python has chosen its allocator, yet freed by the chosen one: with
 * PYTHONMALLOC=debug or -X dev that would be the end of the process. So the entry's address is
 * remembered, and freed by the allocator that it came from.
 */
#ifndef SOCKLIFE_PYTHON_AUDIT_H
#define SOCKLIFE_PYTHON_AUDIT_H

#include <stdbool.h>

#include "python_api.h"

/* Once, from the constructor. */
bool python_audit_add(python_audit_fn hook);

/* The event cpython._PySys_ClearAuditHooks: entries are about to be freed. */
void python_audit_ends(void);

#endif
