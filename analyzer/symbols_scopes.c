#include "symbols_scopes.h"

#include <stdbool.h>

#include <dwarf.h>

/* Far beyond what a compiler emits, far below what the stack holds. */
#define DEPTH_MAX  256
#define VISITS_MAX 2000000u

struct walk {
	struct symbols_scopes *scopes;
	Dwarf_Addr address;
	unsigned int visits_left;
	bool is_thorough; /* also look inside functions that do not contain the address */
};

static bool walk_children(struct walk *walk, Dwarf_Die *parent, unsigned int depth);

static bool walk_function(struct walk *walk, Dwarf_Die *die, unsigned int depth)
{
	struct symbols_scopes *scopes = walk->scopes;

	if (dwarf_haspc(die, walk->address) <= 0) {
		/* gcc puts the code of a lambda or a local class into its enclosing function. */
		return walk->is_thorough && walk_children(walk, die, depth + 1);
	}
	if (scopes->count < SYMBOLS_SCOPES_MAX)
		scopes->dies[scopes->count++] = *die;
	walk_children(walk, die, depth + 1);
	return true;
}

/* True when the address was found at or below `die`. */
static bool walk_die(struct walk *walk, Dwarf_Die *die, unsigned int depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
	case DW_TAG_inlined_subroutine:
		return walk_function(walk, die, depth);
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
		if (dwarf_haspc(die, walk->address) <= 0 && !walk->is_thorough)
			return false;
		return walk_children(walk, die, depth + 1);
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return walk_children(walk, die, depth + 1);
	default:
		return false;
	}
}

static bool walk_children(struct walk *walk, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die child;

	if (depth > DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return false;
	do {
		if (walk->visits_left == 0)
			return false;
		walk->visits_left--;
		if (walk_die(walk, &child, depth))
			return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

void symbols_scopes_find(struct symbols_scopes *scopes, Dwarf_Die *unit, Dwarf_Addr address)
{
	struct walk walk = {
		.scopes = scopes,
		.address = address,
		.visits_left = VISITS_MAX,
	};

	scopes->count = 0;
	if (walk_children(&walk, unit, 0))
		return;
	walk.is_thorough = true;
	walk_children(&walk, unit, 0);
}
