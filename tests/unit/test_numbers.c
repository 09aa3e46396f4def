#include <criterion/criterion.h>

#include <stdlib.h>

#include "numbers.h"

#define COUNT 5000u

static uint64_t numbers[COUNT];

/* A linear congruential generator (Knuth's MMIX): the same numbers on every run. */
static uint64_t random_next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state;
}

static uint64_t sum_of(const uint64_t *of)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNT; i++)
		sum += of[i] * (of[i] | 1);
	return sum;
}

static void expect_sorted(void)
{
	uint64_t before = sum_of(numbers);

	cr_assert(numbers_sort(numbers, COUNT));
	for (size_t i = 1; i < COUNT; i++)
		cr_assert_leq(numbers[i - 1], numbers[i], "at %zu", i);
	cr_expect_eq(sum_of(numbers), before, "no number was lost");
}

Test(numbers, sorts_numbers_of_all_sizes)
{
	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint64_t state = shift;

		for (size_t i = 0; i < COUNT; i++)
			numbers[i] = random_next(&state) >> shift;
		expect_sorted();
	}
}

Test(numbers, sorts_few_equal_and_falling_ones)
{
	uint64_t few[] = {3, 1, UINT64_MAX, 2};

	cr_assert(numbers_sort(few, 4));
	cr_expect_eq(few[0], 1);
	cr_expect_eq(few[3], UINT64_MAX);
	for (size_t i = 0; i < COUNT; i++)
		numbers[i] = COUNT - i;
	expect_sorted();
	for (size_t i = 0; i < COUNT; i++)
		numbers[i] = UINT64_MAX - i % 3;
	expect_sorted();
	cr_expect(numbers_sort(NULL, 0));
}

static int order(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

Test(numbers, selects_what_sorting_would_put_there)
{
	static int64_t sorted[COUNT], mixed[COUNT];
	static const uint64_t ranges[] = {1, 2, 100, UINT32_MAX};

	for (size_t range = 0; range < sizeof ranges / sizeof ranges[0]; range++) {
		uint64_t state = range;

		for (size_t i = 0; i < COUNT; i++)
			sorted[i] = mixed[i] =
				(int64_t)((random_next(&state) >> 20) % ranges[range]) - 50;
		qsort(sorted, COUNT, sizeof sorted[0], order);
		for (size_t place = 0; place < COUNT; place += COUNT / 10 - 1)
			cr_expect_eq(numbers_select(mixed, COUNT, place), sorted[place]);
	}
}
