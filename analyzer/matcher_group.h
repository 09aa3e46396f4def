/*
 * Pairs of key and value -> the values of each key as neighbours, in linear time. Private to
 * matcher*.c.
 */
#ifndef SOCKLIFE_MATCHER_GROUP_H
#define SOCKLIFE_MATCHER_GROUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The values of key k are values[firsts[k]] up to, not including, values[firsts[k + 1]], in the
 * order in which they were given.
 */
struct matcher_group {
	uint32_t *firsts;
	uint32_t *values;
};

/* Gives the pair of number `index`; false: there is none. */
typedef bool (*matcher_pair_fn)(const void *context, uint32_t index, uint32_t *key,
				uint32_t *value);

/* False: out of memory. Keys must be below key_count. Release it in any case. */
bool matcher_group_init(struct matcher_group *group, uint32_t key_count, uint32_t pair_count,
			matcher_pair_fn pair, const void *context);
void matcher_group_release(struct matcher_group *group);

#endif
