#include "utf8.h"

#include <stdbool.h>

struct utf8_lead {
	uint8_t mask, pattern; /* of the first byte */
	uint8_t size_bytes;
	uint32_t smallest; /* anything below would be overlong */
};

static const struct utf8_lead leads[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

static const struct utf8_lead *lead_find(uint8_t byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
		if ((byte & leads[i].mask) == leads[i].pattern)
			return &leads[i];
	}
	return NULL;
}

static bool is_scalar(uint32_t code_point)
{
	bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;

	return code_point <= 0x10ffff && !is_surrogate;
}

size_t utf8_decode(const char *bytes, size_t size_bytes, uint32_t *code_point)
{
	const uint8_t *in = (const uint8_t *)bytes;
	const struct utf8_lead *lead = size_bytes != 0 ? lead_find(in[0]) : NULL;
	uint32_t value;

	if (lead == NULL || lead->size_bytes > size_bytes)
		return 0;
	value = in[0] & (uint8_t)~lead->mask;
	for (size_t i = 1; i < lead->size_bytes; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (in[i] & 0x3fu);
	}
	if (value < lead->smallest || !is_scalar(value))
		return 0;
	*code_point = value;
	return lead->size_bytes;
}
