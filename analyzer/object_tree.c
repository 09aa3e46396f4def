#include "object_tree.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "model.h"
#include "object_facts.h"
#include "object_places.h"
#include "selection.h"
#include "symbols.h"
#include "verdict.h"

#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->is_lost = true)
#include <uthash.h>

/* Compared as bytes: always cleared first, so that padding is equal too. */
struct object_key {
	uint64_t class_name, place, connects; /* digests of texts */
	uint32_t parent, process, phrases;
	uint16_t role, end;
};

struct object_entry {
	struct object_key key;
	uint32_t count, group;
	bool is_lost; /* could not be added */
	UT_hash_handle hh;
};

struct growing {
	struct object_tree *tree;
	const struct selection *selection;
	const struct terminal *terminal;
	const struct model *model;
	struct symbols *symbols;
	struct object_places places;
	struct object_entry *entries;   /* uthash, of one depth */
	struct object_entry **entry_of; /* by object index */
	uint32_t *group_of;             /* by object index */
	struct object_group *found;     /* groups in order of depth; at most one an object */
	uint32_t found_count;
};

static void key_fill(struct object_key *key, const struct growing *growing, uint32_t index)
{
	const struct model_object *object = &growing->model->objects[index];
	uint32_t parent = growing->places.parents[index];

	memset(key, 0, sizeof *key);
	key->class_name = fold_digest_text(0, object->class_name);
	key->place = fold_digest_place(growing->symbols, object->created_stack);
	key->connects = fold_digest_text(0, object->connects);
	key->parent = parent != MODEL_NONE ? growing->group_of[parent] : MODEL_NONE;
	key->process = object->process;
	key->phrases = verdict_phrases(growing->model, index);
	key->role = (uint16_t)object->role;
	key->end = (uint16_t)object->end;
}

static bool object_count(struct growing *growing, uint32_t index)
{
	struct object_entry *entry = NULL;
	struct object_key key;

	key_fill(&key, growing, index);
	HASH_FIND(hh, growing->entries, &key, sizeof key, entry);
	if (entry == NULL) {
		entry = calloc(1, sizeof *entry);
		if (entry == NULL)
			return false;
		entry->key = key;
		entry->group = MODEL_NONE;
		HASH_ADD(hh, growing->entries, key, sizeof entry->key, entry);
		if (entry->is_lost) {
			free(entry);
			return false;
		}
	}
	entry->count++;
	growing->entry_of[index] = entry;
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
	struct object_entry *entry = growing->entry_of[index];
	struct object_group *group;

	growing->tree->shown++;
	if (entry->count >= fold_least(growing, index) && entry->group != MODEL_NONE) {
		group = &growing->found[entry->group];
		growing->tree->next[group->last] = index;
		group->last = index;
		group->count++;
	} else {
		growing->found[growing->found_count] =
			(struct object_group){.first = index,
					      .last = index,
					      .count = 1,
					      .parent = entry->key.parent,
					      .depth = growing->places.depths[index]};
		entry->group = growing->found_count++;
	}
	growing->group_of[index] = entry->group;
}

static void entries_free(struct growing *growing)
{
	struct object_entry *entry, *following;

	HASH_ITER (hh, growing->entries, entry, following) {
		HASH_DEL(growing->entries, entry);
		free(entry);
	}
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
	entries_free(growing);
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
	growing->entry_of = calloc(count, sizeof(struct object_entry *));
	growing->group_of = calloc(count, sizeof *growing->group_of);
	if (growing->tree->next == NULL || growing->tree->groups == NULL ||
	    growing->found == NULL || growing->entry_of == NULL || growing->group_of == NULL ||
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
				  .symbols = symbols};
	bool is_whole;

	memset(tree, 0, sizeof *tree);
	is_whole = tree_grow(&growing);
	object_places_release(&growing.places);
	free(growing.found);
	free(growing.entry_of);
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
