#include "quantity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "terminal.h"

#define NS_PER_S INT64_C(1000000000)

/*
 * printf is slow, and a report of a million lines has ten million quantities. It rounds the double
 * that it is given; so do we, but for a value just between two results: there the double's own
 * error decides, and printf must tell.
 */
#define EXACT_MOST (UINT64_C(1) << 40) /* below it that error is far below one unit */

static bool is_rounded_alike(uint64_t value, uint64_t step)
{
	return value < EXACT_MOST && value % step * 2 != step;
}

/* value / 10^decimals; returns the end. */
static char *decimal_put(char *at, uint64_t value, unsigned int decimals)
{
	char digits[24];
	size_t count = 0,
	       least = decimals != 0 ? decimals + 2 : 1; /* the point and a digit before it */

	while (value != 0 || count < least) {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
		if (count == decimals)
			digits[count++] = '.';
	}
	while (count != 0)
		*at++ = digits[--count];
	return at;
}

/* `value` of `step` each, with so many decimals, and the unit behind it. */
static void rounded_write(struct quantity *quantity, uint64_t value, uint64_t step,
			  unsigned int decimals, const char *unit)
{
	strcpy(decimal_put(quantity->text, (value + step / 2) / step, decimals), unit);
}

static const char *seconds_write(int64_t duration_ns, double seconds, struct quantity *quantity)
{
	unsigned int decimals = seconds < 9.995 ? 2 : 1;
	uint64_t step = decimals == 2 ? 10000000 : 100000000;

	if (is_rounded_alike((uint64_t)duration_ns, step))
		rounded_write(quantity, (uint64_t)duration_ns, step, decimals, " s");
	else
		snprintf(quantity->text, sizeof quantity->text, "%.*f s", (int)decimals, seconds);
	return quantity->text;
}

static const char *milliseconds_write(int64_t duration_ns, double milliseconds,
				      struct quantity *quantity)
{
	unsigned int decimals = milliseconds < 9.95 ? 1 : 0;
	uint64_t step = decimals == 1 ? 100000 : 1000000;

	if (is_rounded_alike((uint64_t)duration_ns, step))
		rounded_write(quantity, (uint64_t)duration_ns, step, decimals, " ms");
	else
		snprintf(quantity->text, sizeof quantity->text, "%.*f ms", (int)decimals,
			 milliseconds);
	return quantity->text;
}

/* From two minutes on: the two largest units. */
static const char *long_write(int64_t seconds, struct quantity *quantity)
{
	int64_t minutes = seconds / 60, hours = minutes / 60;

	if (hours >= 48)
		snprintf(quantity->text, sizeof quantity->text, "%" PRId64 "d%02" PRId64 "h",
			 hours / 24, hours % 24);
	else if (hours >= 1)
		snprintf(quantity->text, sizeof quantity->text, "%" PRId64 "h%02" PRId64 "m", hours,
			 minutes % 60);
	else
		snprintf(quantity->text, sizeof quantity->text, "%" PRId64 "m%02" PRId64 "s",
			 minutes, seconds % 60);
	return quantity->text;
}

const char *quantity_duration(const struct terminal *terminal, int64_t duration_ns,
			      struct quantity *quantity)
{
	double value = (double)duration_ns / 1e3;
	const char *micro = terminal_micro(terminal);

	if (duration_ns == TIME_NONE) {
		snprintf(quantity->text, sizeof quantity->text, "-");
	} else if (duration_ns >= 120 * NS_PER_S) {
		return long_write(duration_ns / NS_PER_S, quantity);
	} else if (value >= 999.5e3) {
		return seconds_write(duration_ns, value / 1e6, quantity);
	} else if (value >= 999.5) {
		return milliseconds_write(duration_ns, value / 1e3, quantity);
	} else if (duration_ns >= 0 && is_rounded_alike((uint64_t)duration_ns, 1000)) {
		rounded_write(quantity, (uint64_t)duration_ns, 1000, 0, " ");
		strcat(strcat(quantity->text, micro), "s");
	} else {
		snprintf(quantity->text, sizeof quantity->text, "%.0f %ss", value, micro);
	}
	return quantity->text;
}

const char *quantity_moment(int64_t time_ns, struct quantity *quantity)
{
	uint64_t size = time_ns < 0 ? -(uint64_t)time_ns : (uint64_t)time_ns;

	if (time_ns == TIME_NONE) {
		strcpy(quantity->text, "-");
	} else if (is_rounded_alike(size, 1000000)) {
		quantity->text[0] = time_ns < 0 ? '-' : '+';
		*decimal_put(quantity->text + 1, (size + 500000) / 1000000, 3) = '\0';
	} else {
		snprintf(quantity->text, sizeof quantity->text, "%+.3f", (double)time_ns / 1e9);
	}
	return quantity->text;
}

/* Scales to below 1000 and tells how many decimals three digits leave room for, and how many bytes
 * the last of them stands for. */
static double scaled(uint64_t bytes, const char **prefix, int *decimals, uint64_t *step)
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
	double value = (double)bytes;
	size_t i = 0;

	*step = 1;
	while (value >= 999.5) {
		value /= 1000;
		*step *= 1000;
		i++;
	}
	*prefix = prefixes[i];
	*decimals = i != 0 && value < 9.95 ? 1 : 0;
	if (*decimals == 1)
		*step /= 10;
	return value;
}

const char *quantity_bytes(uint64_t bytes, struct quantity *quantity)
{
	const char *prefix;
	int decimals;
	uint64_t step;
	double value = scaled(bytes, &prefix, &decimals, &step);

	snprintf(quantity->text, sizeof quantity->text, "%.*f %sB", decimals, value, prefix);
	return quantity->text;
}

const char *quantity_bytes_short(uint64_t bytes, struct quantity *quantity)
{
	const char *prefix;
	int decimals;
	uint64_t step;
	double value = scaled(bytes, &prefix, &decimals, &step);

	if (is_rounded_alike(bytes, step))
		rounded_write(quantity, bytes, step, (unsigned int)decimals, prefix);
	else
		snprintf(quantity->text, sizeof quantity->text, "%.*f%s", decimals, value, prefix);
	return quantity->text;
}
