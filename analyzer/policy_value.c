#include "policy_value.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_S 31536000.0

bool policy_count_parse(const char *text, uint64_t most, uint64_t *count)
{
	unsigned long long number;

	/* strtoull(3) takes spaces, signs and an empty string, too */
	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	errno = 0;
	number = strtoull(text, NULL, 10);
	if (errno != 0 || number > most)
		return false;
	*count = number;
	return true;
}

/* Seconds in a unit; 0 when there is none of that name. */
static double unit_seconds(const char *unit)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, unit) == 0)
			return units[i].seconds;
	}
	return 0;
}

bool policy_duration_parse(const char *text, int64_t *duration_ns)
{
	size_t size = strspn(text, "0123456789.");
	double number, seconds;
	char *end;

	/* strtod(3) knows "inf", "nan" and hexadecimal numbers, too */
	if (strspn(text, "0123456789") == 0)
		return false;
	number = strtod(text, &end);
	if (end != text + size)
		return false;
	while (*end == ' ')
		end++;
	seconds = number > 0 || *end != '\0' ? number * unit_seconds(end) : 0;
	if (seconds > YEAR_S || (number > 0 && seconds <= 0) ||
	    (*end != '\0' && unit_seconds(end) <= 0))
		return false;
	*duration_ns = (int64_t)(seconds * 1e9);
	return true;
}

bool policy_flag_parse(const char *text, bool *flag)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], text) == 0) {
			*flag = i % 2 == 1;
			return true;
		}
	}
	return false;
}

bool policy_glob_matches(const char *glob, const char *text)
{
	return text != NULL && (strcmp(glob, text) == 0 || fnmatch(glob, text, 0) == 0);
}
