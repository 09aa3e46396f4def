#include "object_places.h"

#include <stdlib.h>

#include "fold.h"
#include "model.h"
#include "object_facts.h"
#include "selection.h"

/* What made an object came before it; anything else is a broken trace's. */
static uint32_t maker_of(const struct model *model, uint32_t index)
{
	uint32_t parent = model->objects[index].parent;

	if (parent == MODEL_NONE || parent >= index ||
	    model->objects[parent].process != model->objects[index].process)
		return MODEL_NONE;
	return parent;
}

/*
 * SQLAlchemy makes an engine's pool, and botocore a client's, just before what it is for, in no
 * method of it. So a pool is shown under the object that the same line made next.
 */
static uint32_t keeper_of(const struct model *model, struct symbols *symbols, uint32_t index)
{
	const struct model_object *pool = &model->objects[index], *keeper = pool + 1;

	if (pool->role != TRACE_ROLE_POOL || index + 1 == model->objects_count ||
	    keeper->process != pool->process || object_is_plumbing(keeper) ||
	    keeper->parent != pool->parent || pool->created_stack == MODEL_NONE ||
	    keeper->created_stack == MODEL_NONE ||
	    fold_digest_place(symbols, pool->created_stack) !=
		    fold_digest_place(symbols, keeper->created_stack))
		return maker_of(model, index);
	return index + 1;
}

static bool has_shown_socket(const struct selection *selection, const struct model *model,
			     const uint32_t *sockets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (selection_has(selection, model, sockets[i]))
			return true;
	}
	return false;
}

static bool is_wanted(const struct selection *selection, const struct model *model, uint32_t index)
{
	const struct model_object *object = &model->objects[index];
	bool asks_sockets = selection->peer != NULL || selection->origin != NULL ||
			    selection->end != NULL || selection->is_open_only;

	if (!selection_has_process(selection, model, object->process))
		return false;
	return !asks_sockets ||
	       has_shown_socket(selection, model, model->opened + object->first_opened,
				object->opened_count) ||
	       has_shown_socket(selection, model, model->used + object->first_used,
				object->used_count);
}

/* Made by what is around it, not by the program: also a C handle inside a Python object. */
static bool is_inner(const struct object_places *places, const struct model *model, uint32_t index)
{
	const struct model_object *object = &model->objects[index];
	uint32_t parent = places->parents[index];

	return parent != MODEL_NONE && (object_is_plumbing(object) ||
					(object->runtime == TRACE_RUNTIME_C &&
					 model->objects[parent].runtime == TRACE_RUNTIME_PYTHON));
}

/* Marks what came to nothing: what is inside others, with no socket and nothing else in it. */
static void leave_out(struct object_places *places, const struct model *model)
{
	for (uint32_t i = model->objects_count; i-- > 0;) {
		const struct model_object *object = &model->objects[i];
		uint32_t maker = maker_of(model, i);

		if (object->opened_count != 0 || object->used_count != 0 ||
		    !is_inner(places, model, i))
			places->depths[i] = 0;
		if (maker != MODEL_NONE && places->depths[i] == 0)
			places->depths[maker] = 0;
	}
}

/* The nearest that is shown; never deeper than OBJECT_DEPTH_MAX - 1. */
static uint32_t shown_parent(const struct object_places *places, uint32_t parent)
{
	while (parent != MODEL_NONE && places->depths[parent] >= OBJECT_DEPTH_MAX)
		parent = places->parents[parent];
	return parent;
}

static bool depths_change(struct object_places *places, uint32_t count)
{
	bool has_changed = false;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t parent = shown_parent(places, places->parents[i]);
		uint8_t depth = parent == MODEL_NONE ? 0 : (uint8_t)(places->depths[parent] + 1);

		places->parents[i] = parent;
		if (places->depths[i] > OBJECT_DEPTH_MAX || places->depths[i] == depth)
			continue;
		places->depths[i] = depth;
		has_changed = true;
	}
	return has_changed;
}

/* Once would do, as parents come first, but for keepers, which come behind what they keep. */
static void depths_settle(struct object_places *places, uint32_t count)
{
	for (uint32_t i = 0; i < OBJECT_DEPTH_MAX && depths_change(places, count); i++)
		continue;
}

bool object_places_init(struct object_places *places, const struct selection *selection,
			const struct model *model, struct symbols *symbols)
{
	uint32_t count = model->objects_count;

	places->parents = calloc((size_t)count + 1, sizeof *places->parents);
	places->depths = malloc((size_t)count + 1);
	if (places->parents == NULL || places->depths == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		places->depths[i] = selection->with_noise ? 0 : OBJECT_LEFT_OUT;
		places->parents[i] = keeper_of(model, symbols, i);
	}
	leave_out(places, model);
	for (uint32_t i = 0; i < count; i++) {
		if (!is_wanted(selection, model, i))
			places->depths[i] = OBJECT_NOT_WANTED;
	}
	depths_settle(places, count);
	return true;
}

void object_places_release(struct object_places *places)
{
	free(places->parents);
	free(places->depths);
}
