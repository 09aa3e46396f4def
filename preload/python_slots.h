/*
 * The slots that socklife borrows of a tracked class: tp_alloc tells births, tp_finalize deaths
 * (tp_dealloc for types written in C), and tp_init tells when a constructor ends that is no
 * function of Python's (python_functions.h). None of this can be seen from Python: no attribute, no
 * reference, no weak reference, no entry in gc's lists; no object lives a moment longer.
 *
 * tp_alloc different from PyType_GenericAlloc also keeps the specializing interpreter from 3.13 on
 * from entering __init__ behind our back (Python/specialize.c, CALL_ALLOC_AND_ENTER_INIT).
 *
 * tp_new is never touched: object.__new__ compares it (Objects/typeobject.c, tp_new_wrapper).
 */
#ifndef SOCKLIFE_PYTHON_SLOTS_H
#define SOCKLIFE_PYTHON_SLOTS_H

#include <stdbool.h>

#include "python_api.h"

struct python_class;

/* Borrows what class->type allows and keeps the former values in *class. */
bool python_slots_take(struct python_class *class);

/* Borrows tp_init, of a class whose slots have been taken; true. */
bool python_slots_take_init(struct python_class *class);

/* Borrows again what the program's own changes to the class have taken back. */
void python_slots_renew(struct python_class *class);

/* True if the type is still the one whose slots we have borrowed. */
bool python_slots_are_ours(const struct python_type *type);

/* True while a finalizer runs in this thread: whatever it closes, nobody asked for. */
bool python_slots_is_finalizing(void);

#endif
