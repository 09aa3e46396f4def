/* The objects of track.h, on the library's side of the weak symbols. */
#include <socklife/track.h>

#include "handle_calls.h"
#include "handle_objects.h"
#include "handle_table.h"
#include "handle_types.h"
#include "hook.h"

/* What a program holds of an object: the entry's number above its serial. */
static uint64_t token_of(struct handle_ref ref)
{
	return (uint64_t)ref.number << 32 | ref.serial;
}

static struct handle_ref ref_of(uint64_t token)
{
	return (struct handle_ref){(uint32_t)(token >> 32), (uint32_t)token};
}

/* A program may pass anything; without a table there is no object. */
static bool is_known(uint64_t token)
{
	return (token >> 32) <= HANDLE_ENTRIES_MAX && handle_table_start() &&
	       handle_table_entry(ref_of(token)) != NULL;
}

static struct handle_ref object_begin(const char *name, const char *role)
{
	uint16_t type = handle_type_own(name, role);
	struct handle_ref ref = {0, 0};
	struct handle_entry *entry;

	if (type != HANDLE_NONE && handle_table_start())
		ref = handle_table_take(type);
	entry = handle_table_entry(ref);
	if (entry == NULL)
		recorder_note("too many objects or classes of the program's own: some are not "
			      "tracked",
			      true);
	else
		recorder_object_constructed(handle_object_id(entry));
	return ref;
}

HOOK_EXPORT uint64_t socklife_track_object_begin(const char *name, const char *role)
{
	struct hook_scope scope;
	uint64_t token = 0;

	if (name == NULL || name[0] == '\0')
		return 0;
	scope = hook_enter();
	if (!hook_is_silent())
		token = token_of(object_begin(name, role));
	hook_leave(scope);
	return token >> 32 != 0 ? token : 0;
}

HOOK_EXPORT void socklife_track_object_end(uint64_t object)
{
	struct hook_scope scope = hook_enter();

	if (!hook_is_silent() && is_known(object))
		handle_object_ended(ref_of(object));
	hook_leave(scope);
}

/* The caller's stack at the call begins above our own frame: its return address, our saved one. */
HOOK_EXPORT void socklife_track_call_begin(uint64_t object)
{
	if (is_known(object))
		handle_calls_begin(ref_of(object),
				   (uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *));
}

HOOK_EXPORT void socklife_track_call_end(uint64_t object)
{
	handle_calls_end(ref_of(object));
}
