#include <criterion/criterion.h>

#include "numbering.h"

#define COUNT 5000u

struct key {
	uint64_t upper;
	uint32_t lower, unused;
};

static struct key key_of(uint32_t index)
{
	/* keys that differ in the upper bits of a word alone, and in their second word alone */
	return (struct key){.upper = (uint64_t)(index / 2) << 40, .lower = index % 2};
}

Test(numbering, gives_equal_keys_equal_numbers_dense_in_order_of_sight)
{
	struct numbering numbering = NUMBERING_OF(struct key);

	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < COUNT; i++) {
			struct key key = key_of(i);

			cr_assert_eq(numbering_of(&numbering, &key), i);
		}
	}
	cr_expect_eq(numbering.count, COUNT);
	numbering_release(&numbering);
}

Test(numbering, keeps_the_keys)
{
	struct numbering numbering = NUMBERING_OF(struct key);

	for (uint32_t i = 0; i < COUNT; i++) {
		struct key key = key_of(i);

		numbering_of(&numbering, &key);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		const struct key *kept = numbering_key(&numbering, i);
		struct key key = key_of(i);

		cr_assert_eq(kept->upper, key.upper, "of key %u", i);
		cr_assert_eq(kept->lower, key.lower, "of key %u", i);
	}
	numbering_release(&numbering);
}

Test(numbering, starts_anew_when_it_was_released)
{
	struct numbering numbering = NUMBERING_OF(struct key);
	struct key key = key_of(7), other = key_of(8);

	numbering_of(&numbering, &key);
	numbering_release(&numbering);
	cr_expect_eq(numbering_of(&numbering, &other), 0);
	cr_expect_eq(numbering_of(&numbering, &key), 1);
	numbering_release(&numbering);
}
