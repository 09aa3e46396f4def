#include "object_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "socket_facts.h"
#include "terminal.h"

static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && dot[1] != '\0' ? dot + 1 : name;
}

void object_label(const struct terminal *terminal, const struct model *model, uint32_t object,
		  char *text, size_t size)
{
	const char *name = last_part(model->objects[object].class_name);
	size_t used;

	terminal_escape(terminal, name, strlen(name), text, size - 16);
	used = strlen(text);
	snprintf(text + used, size - used, " o%" PRIu64, (uint64_t)object + 1);
}

void object_class_last(const struct terminal *terminal, const struct model *model, uint32_t object,
		       char *text, size_t size)
{
	const char *name = last_part(model->objects[object].class_name);

	terminal_escape(terminal, name, strlen(name), text, size);
}

static bool is_short_same(const char *name, const char *other)
{
	size_t package = strcspn(name, ".");

	return strncmp(name, other, package) == 0 && other[package] == name[package] &&
	       strcmp(last_part(name), last_part(other)) == 0;
}

static bool is_short_unique(const struct model *model, const char *name)
{
	for (uint32_t i = 0; i < model->class_names_count; i++) {
		const char *other = model->class_names[i];

		if (other != name && is_short_same(name, other) && strcmp(name, other) != 0)
			return false;
	}
	return true;
}

void object_class_short(const struct terminal *terminal, const struct model *model, uint32_t object,
			char *text, size_t size)
{
	const char *name = model->objects[object].class_name, *last = last_part(name);
	size_t package = strcspn(name, "."), used;

	if (name + package + 1 >= last || !is_short_unique(model, name)) {
		terminal_escape(terminal, name, strlen(name), text, size);
		return;
	}
	terminal_escape(terminal, name, package + 1, text, size);
	used = strlen(text);
	terminal_escape(terminal, last, strlen(last), text + used, size - used);
}

bool object_is_plumbing(const struct model_object *object)
{
	return object->role == TRACE_ROLE_POOL || object->role == TRACE_ROLE_CONNECTION;
}

bool object_is_alive_at_end(const struct model_object *object)
{
	return object->end == 0 || object->end == TRACE_OBJECT_END_EXIT;
}

int64_t object_gone_ns(const struct model_object *object)
{
	return object_is_alive_at_end(object) || object->ended_ns == TIME_NONE ? INT64_MAX
									       : object->ended_ns;
}

static bool is_prominent(const struct model_object *object)
{
	return !object_is_plumbing(object) || object->parent == MODEL_NONE;
}

bool object_chain_has_pool(const struct model *model, const struct model_socket *socket)
{
	const struct model_link *owners = model->links + socket->first_owner;

	for (uint32_t i = 0; i < socket->owner_count; i++) {
		if (model->objects[owners[i].object].role == TRACE_ROLE_POOL)
			return true;
	}
	return false;
}

bool object_has_open_at_end(const struct model *model, uint32_t object, uint32_t socket)
{
	const struct model_object *row = &model->objects[object];
	const uint32_t *open = model->open_at_end + row->first_open_at_end;

	for (uint32_t i = 0; i < row->open_at_end_count; i++) {
		if (open[i] == socket)
			return true;
	}
	return false;
}

/*
 * When the first connection inside the object was gone, in a chain of owners or of users. With
 * `from` 1 the innermost does not count: a driver's handle takes its socket along.
 */
static int64_t inner_gone_ns(const struct model *model, const struct model_link *links,
			     uint32_t count, uint32_t object, uint32_t from)
{
	int64_t gone_ns = INT64_MAX;
	uint32_t place = 0;

	while (place < count && links[place].object != object)
		place++;
	for (uint32_t i = from; place < count && i < place; i++) {
		const struct model_object *inner = &model->objects[links[i].object];

		if (inner->role == TRACE_ROLE_CONNECTION &&
		    inner->created_ns >= model->objects[object].created_ns &&
		    object_gone_ns(inner) < gone_ns)
			gone_ns = object_gone_ns(inner);
	}
	return gone_ns;
}

/* Users come in the order of time: those since `created_ns`. */
static uint32_t users_since(const struct model *model, const struct model_socket *socket,
			    int64_t created_ns)
{
	uint32_t low = 0, high = socket->user_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (model_socket_users(model, socket)[middle].time_ns < created_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Until when the object had hold of the socket, its end aside. */
static int64_t hold_ns(const struct model *model, uint32_t object,
		       const struct model_socket *socket)
{
	int64_t gone_ns = object_gone_ns(&model->objects[object]);
	uint32_t since = users_since(model, socket, model->objects[object].created_ns);
	int64_t as_owner = inner_gone_ns(model, model->links + socket->first_owner,
					 socket->owner_count, object, 1);
	int64_t as_user = inner_gone_ns(model, model_socket_users(model, socket) + since,
					socket->user_count - since, object, 0);

	if (as_owner < gone_ns)
		gone_ns = as_owner;
	return as_user < gone_ns ? as_user : gone_ns;
}

int64_t object_release_ns(const struct model *model, uint32_t object,
			  const struct model_socket *socket)
{
	int64_t until_ns = hold_ns(model, object, socket);

	return until_ns < socket_ended_ns(model, socket) ? until_ns : TIME_NONE;
}

uint32_t object_holder(const struct model *model, const struct model_socket *socket)
{
	uint32_t holder = MODEL_NONE;

	for (uint32_t i = 0; i < socket->owner_count; i++) {
		uint32_t owner = model->links[socket->first_owner + i].object;
		const struct model_object *row = &model->objects[owner], *held;

		held = holder != MODEL_NONE ? &model->objects[holder] : NULL;
		if (held == NULL || (is_prominent(row) && !is_prominent(held)) ||
		    (is_prominent(row) == is_prominent(held) &&
		     hold_ns(model, owner, socket) >= hold_ns(model, holder, socket)))
			holder = owner;
	}
	return holder;
}
