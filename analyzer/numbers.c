#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 11u
#define DIGITS     (1u << DIGIT_BITS)
#define FEW        256u /* below this the tables of digits cost more than they save */

static bool is_sorted(const uint64_t *numbers, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (numbers[i - 1] > numbers[i])
			return false;
	}
	return true;
}

static int order_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Moves all to `to` in the order of one digit; those of equal digit keep their order. */
static void digit_sort(const uint64_t *from, uint64_t *to, size_t count, unsigned int shift)
{
	size_t places[DIGITS] = {0};
	size_t next = 0;

	for (size_t i = 0; i < count; i++)
		places[from[i] >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		size_t found = places[i];

		places[i] = next;
		next += found;
	}
	for (size_t i = 0; i < count; i++)
		to[places[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* Digits in which all are equal are left out: times of one run share their upper ones. */
static uint64_t differing_bits(const uint64_t *numbers, size_t count)
{
	uint64_t differing = 0;

	for (size_t i = 1; i < count; i++)
		differing |= numbers[i] ^ numbers[0];
	return differing;
}

bool numbers_sort(uint64_t *numbers, size_t count)
{
	uint64_t *from = numbers, *to, *other, differing;

	if (is_sorted(numbers, count))
		return true;
	if (count < FEW) {
		qsort(numbers, count, sizeof *numbers, order_numbers);
		return true;
	}
	other = malloc(count * sizeof *other);
	if (other == NULL)
		return false;
	differing = differing_bits(numbers, count);
	for (unsigned int shift = 0; shift < 64 && differing >> shift != 0; shift += DIGIT_BITS) {
		if ((differing >> shift & (DIGITS - 1)) == 0)
			continue;
		to = from == numbers ? other : numbers;
		digit_sort(from, to, count, shift);
		from = to;
	}
	if (from != numbers)
		memcpy(numbers, other, count * sizeof *numbers);
	free(other);
	return true;
}

static void swap(int64_t *numbers, size_t a, size_t b)
{
	int64_t moved = numbers[a];

	numbers[a] = numbers[b];
	numbers[b] = moved;
}

/*
 * Quickselect (Hoare, 1961) with a pivot that no order of the numbers can foresee, and with those
 * equal to it put in the middle, so that many equal ones are no bad case.
 */
int64_t numbers_select(int64_t *numbers, size_t count, size_t place)
{
	size_t low = 0, high = count;
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

	while (high - low > 1) {
		size_t less = low, at = low, more = high;
		int64_t pivot;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		pivot = numbers[low + (size_t)(random >> 33) % (high - low)];
		while (at < more) {
			if (numbers[at] < pivot)
				swap(numbers, less++, at++);
			else if (numbers[at] > pivot)
				swap(numbers, at, --more);
			else
				at++;
		}
		if (place < less)
			high = less;
		else if (place >= more)
			low = more;
		else
			return pivot;
	}
	return numbers[place];
}
