#include "matcher_group.h"

#include <stdlib.h>

/* Returns how many values there are. */
static uint32_t group_count(struct matcher_group *group, uint32_t key_count, uint32_t pair_count,
			    matcher_pair_fn pair, const void *context)
{
	uint32_t key, value, first = 0;

	for (uint32_t i = 0; i < pair_count; i++) {
		if (pair(context, i, &key, &value))
			group->firsts[key]++;
	}
	for (uint32_t i = 0; i <= key_count; i++) {
		uint32_t count = group->firsts[i];

		group->firsts[i] = first;
		first += count;
	}
	return first;
}

bool matcher_group_init(struct matcher_group *group, uint32_t key_count, uint32_t pair_count,
			matcher_pair_fn pair, const void *context)
{
	uint32_t key, value, value_count;

	group->firsts = calloc((size_t)key_count + 1, sizeof(*group->firsts));
	if (group->firsts == NULL)
		return false;
	value_count = group_count(group, key_count, pair_count, pair, context);
	group->values = calloc((size_t)value_count + 1, sizeof(*group->values));
	if (group->values == NULL)
		return false;
	for (uint32_t i = 0; i < pair_count; i++) {
		if (pair(context, i, &key, &value))
			group->values[group->firsts[key]++] = value;
	}
	/* placing has moved every key's first to the next key's */
	for (uint32_t i = key_count; i > 0; i--)
		group->firsts[i] = group->firsts[i - 1];
	group->firsts[0] = 0;
	return true;
}

void matcher_group_release(struct matcher_group *group)
{
	free(group->firsts);
	free(group->values);
}
