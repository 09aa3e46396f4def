#include "object_tree.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "model.h"
#include "numbering.h"
#include "object_facts.h"
#include "object_places.h"
#include "selection.h"
#include "symbols.h"
#include "verdict.h"

struct object_key {
	uint64_t class_name, place, connects; /* digests of texts */
	uint32_t parent, process, phrases;
	uint16_t role, end;
};
_Static_assert(sizeof(struct object_key) == 40, "no padding");

/* Objects of one key. */
struct like {
	uint32_t count, group;
};

struct growing {
	struct object_tree *tree;
	const struct selection *selection;
	const struct terminal *terminal;
	const struct model *model;
	struct symbols *symbols;
	struct object_places places;
	struct fold_digests digests;
	struct numbering keys; /* of one depth */
	struct like *likes;    /* by number of the key */
	uint32_t like_room;
	uint32_t *number_of;        /* by object index: its key's */
	uint32_t *group_of;         /* by object index */
	struct object_group *found; /* groups in order of depth; at most one an object */
	uint32_t found_count;
};

static uint32_t group_of_parent(const struct growing *growing, uint32_t index)
{
	uint32_t parent = growing->places.parents[index];

	return parent != MODEL_NONE ? growing->group_of[parent] : MODEL_NONE;
}

static void key_fill(struct object_key *key, struct growing *growing, uint32_t index)
{
	const struct model_object *object = &growing->model->objects[index];

	memset(key, 0, sizeof *key);
	key->class_name = fold_digests_name(&growing->digests, 0, object->class_name);
	key->place = fold_digests_place(&growing->digests, object->created_stack);
	key->connects = fold_digests_name(&growing->digests, 0, object->connects);
	key->parent = group_of_parent(growing, index);
	key->process = object->process;
	key->phrases = verdict_phrases(growing->model, index);
	key->role = (uint16_t)object->role;
	key->end = (uint16_t)object->end;
}

static bool like_add(struct growing *growing)
{
	if (growing->keys.count > growing->like_room) {
		uint32_t room = growing->like_room != 0 ? growing->like_room * 2 : 64;
		struct like *likes = reallocarray(growing->likes, room, sizeof *likes);

		if (likes == NULL)
			return false;
		growing->likes = likes;
		growing->like_room = room;
	}
	growing->likes[growing->keys.count - 1] = (struct like){.group = MODEL_NONE};
	return true;
}

static bool object_count(struct growing *growing, uint32_t index)
{
	uint32_t known = growing->keys.count, number;
	struct object_key key;

	key_fill(&key, growing, index);
	number = numbering_of(&growing->keys, &key);
	if (number == NUMBERING_FULL || (number == known && !like_add(growing)))
		return false;
	growing->likes[number].count++;
	growing->number_of[index] = number;
	return true;
}

static uint32_t fold_least(const struct growing *growing, uint32_t index)
{
	if (growing->selection->without_folding)
		return UINT32_MAX;
	return object_is_plumbing(&growing->model->objects[index]) &&
			       growing->places.parents[index] != MODEL_NONE
		       ? 2
		       : OBJECT_FOLD_LEAST;
}

static void object_group(struct growing *growing, uint32_t index)
{
	struct like *like = &growing->likes[growing->number_of[index]];
	struct object_group *group;

	growing->tree->shown++;
	if (like->count >= fold_least(growing, index) && like->group != MODEL_NONE) {
		group = &growing->found[like->group];
		growing->tree->next[group->last] = index;
		group->last = index;
		group->count++;
	} else {
		growing->found[growing->found_count] =
			(struct object_group){.first = index,
					      .last = index,
					      .count = 1,
					      .parent = group_of_parent(growing, index),
					      .depth = growing->places.depths[index]};
		like->group = growing->found_count++;
	}
	growing->group_of[index] = like->group;
}

/* Parents' groups are known before their children's keys are made. */
static bool depth_group(struct growing *growing, uint32_t depth)
{
	bool is_whole = true;

	for (uint32_t i = 0; is_whole && i < growing->model->objects_count; i++) {
		growing->tree->next[i] = depth == 0 ? MODEL_NONE : growing->tree->next[i];
		if (growing->places.depths[i] == depth)
			is_whole = object_count(growing, i);
	}
	for (uint32_t i = 0; is_whole && i < growing->model->objects_count; i++) {
		if (growing->places.depths[i] == depth)
			object_group(growing, i);
	}
	numbering_release(&growing->keys);
	return is_whole;
}

/* ---- each group behind its parent ---- */

struct ordering {
	const struct object_group *found;
	uint32_t *first_children, *siblings;
	struct object_tree *tree;
};

static void branch_add(struct ordering *ordering, uint32_t group, uint32_t parent)
{
	for (; group != MODEL_NONE; group = ordering->siblings[group]) {
		uint32_t place = ordering->tree->group_count++;

		ordering->tree->groups[place] = ordering->found[group];
		ordering->tree->groups[place].parent = parent;
		branch_add(ordering, ordering->first_children[group], place);
	}
}

static bool groups_order(struct growing *growing)
{
	uint32_t count = growing->found_count, root = MODEL_NONE;
	struct ordering ordering = {.found = growing->found,
				    .first_children = malloc((count + 1) * sizeof(uint32_t)),
				    .siblings = malloc((count + 1) * sizeof(uint32_t)),
				    .tree = growing->tree};
	bool is_whole = ordering.first_children != NULL && ordering.siblings != NULL;

	for (uint32_t i = 0; is_whole && i < count; i++)
		ordering.first_children[i] = MODEL_NONE;
	for (uint32_t i = count; is_whole && i-- > 0;) {
		uint32_t parent = growing->found[i].parent;
		uint32_t *first = parent != MODEL_NONE ? &ordering.first_children[parent] : &root;

		ordering.siblings[i] = *first;
		*first = i;
	}
	if (is_whole)
		branch_add(&ordering, root, MODEL_NONE);
	free(ordering.first_children);
	free(ordering.siblings);
	return is_whole;
}

static bool tree_grow(struct growing *growing)
{
	size_t count = (size_t)growing->model->objects_count + 1;

	growing->tree->next = calloc(count, sizeof *growing->tree->next);
	growing->tree->groups = calloc(count, sizeof *growing->tree->groups);
	growing->found = calloc(count, sizeof *growing->found);
	growing->number_of = calloc(count, sizeof *growing->number_of);
	growing->group_of = calloc(count, sizeof *growing->group_of);
	if (growing->tree->next == NULL || growing->tree->groups == NULL ||
	    growing->found == NULL || growing->number_of == NULL || growing->group_of == NULL ||
	    !fold_digests_init(&growing->digests, growing->model, growing->symbols) ||
	    !object_places_init(&growing->places, growing->selection, growing->model,
				growing->symbols))
		return false;
	for (uint32_t i = 0; i < growing->model->objects_count; i++)
		growing->tree->left_out += growing->places.depths[i] == OBJECT_LEFT_OUT;
	for (uint32_t depth = 0; depth <= OBJECT_DEPTH_MAX; depth++) {
		if (!depth_group(growing, depth))
			return false;
	}
	return groups_order(growing);
}

enum status object_tree_init(struct object_tree *tree, const struct selection *selection,
			     const struct terminal *terminal, const struct model *model,
			     struct symbols *symbols, struct error *error)
{
	struct growing growing = {.tree = tree,
				  .selection = selection,
				  .terminal = terminal,
				  .model = model,
				  .symbols = symbols,
				  .keys = NUMBERING_OF(struct object_key)};
	bool is_whole;

	memset(tree, 0, sizeof *tree);
	is_whole = tree_grow(&growing);
	object_places_release(&growing.places);
	free(growing.found);
	free(growing.number_of);
	free(growing.likes);
	fold_digests_release(&growing.digests);
	free(growing.group_of);
	if (is_whole)
		return STATUS_OK;
	object_tree_release(tree);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void object_tree_release(struct object_tree *tree)
{
	free(tree->groups);
	free(tree->next);
	memset(tree, 0, sizeof *tree);
}
