#include "quantity.h"

#include <inttypes.h>
#include <stdio.h>

#include "model.h"
#include "terminal.h"

#define NS_PER_S INT64_C(1000000000)

static const char *seconds_write(double seconds, struct quantity *quantity)
{
	snprintf(quantity->text, sizeof quantity->text, "%.*f s", seconds < 9.995 ? 2 : 1, seconds);
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
		return seconds_write(value / 1e6, quantity);
	} else if (value >= 999.5) {
		value /= 1e3;
		snprintf(quantity->text, sizeof quantity->text, "%.*f ms", value < 9.95 ? 1 : 0,
			 value);
	} else {
		snprintf(quantity->text, sizeof quantity->text, "%.0f %ss", value, micro);
	}
	return quantity->text;
}

const char *quantity_moment(int64_t time_ns, struct quantity *quantity)
{
	if (time_ns == TIME_NONE)
		snprintf(quantity->text, sizeof quantity->text, "-");
	else
		snprintf(quantity->text, sizeof quantity->text, "%+.3f", (double)time_ns / 1e9);
	return quantity->text;
}

/* Scales to below 1000 and tells how many decimals three digits leave room for. */
static double scaled(uint64_t bytes, const char **prefix, int *decimals)
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
	double value = (double)bytes;
	size_t i = 0;

	while (value >= 999.5) {
		value /= 1000;
		i++;
	}
	*prefix = prefixes[i];
	*decimals = i != 0 && value < 9.95 ? 1 : 0;
	return value;
}

const char *quantity_bytes(uint64_t bytes, struct quantity *quantity)
{
	const char *prefix;
	int decimals;
	double value = scaled(bytes, &prefix, &decimals);

	snprintf(quantity->text, sizeof quantity->text, "%.*f %sB", decimals, value, prefix);
	return quantity->text;
}

const char *quantity_bytes_short(uint64_t bytes, struct quantity *quantity)
{
	const char *prefix;
	int decimals;
	double value = scaled(bytes, &prefix, &decimals);

	snprintf(quantity->text, sizeof quantity->text, "%.*f%s", decimals, value, prefix);
	return quantity->text;
}
