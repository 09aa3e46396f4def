/*
 * libFuzzer: any text as SOCKLIFE_OPTIONS. Whatever it is, every setting stays within its bounds,
 * what is said to be faulty is terminated, and a text without faults says the same when it is read
 * again.
 */
#include "../../preload/settings.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* What the rest of settings.c calls, which is not tried here. */
void diag_silence(void)
{
}

bool diag_line(const char *subject, const char *reason, int error)
{
	(void)subject, (void)reason, (void)error;
	return false;
}

bool kernel_is_filtered;

long kernel_call_filtered(long number, long a, long b, long c, long d, long e, long f)
{
	(void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	return -1;
}

const char *environment_get(const char *name)
{
	(void)name;
	return NULL;
}

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void bounds_check(const struct settings *found)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];
		uint64_t value, unset;

		memcpy(&value, (const char *)found + row->offset_bytes, sizeof(value));
		memcpy(&unset, (const char *)&settings + row->offset_bytes, sizeof(unset));
		check(value == unset || (value >= row->least && value <= row->most));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct settings found = settings, again = settings;
	/* sizes on both sides of what a fault needs, and none at all */
	size_t room = size_bytes % 9;
	char *fault = malloc(room + 1);
	char *text = malloc(size_bytes + 1);

	if (fault != NULL && text != NULL) {
		memcpy(text, data, size_bytes);
		text[size_bytes] = '\0';
		if (settings_parse(text, &found, fault, room) != 0 && room > 0)
			check(strlen(fault) < room);
		settings_parse(text, &again, NULL, 0);
		check(memcmp(&found, &again, sizeof(found)) == 0);
		bounds_check(&found);
	}
	free(fault);
	free(text);
	return 0;
}
