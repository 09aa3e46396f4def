#include "frame_table.h"

#include <dlfcn.h>
#include <string.h>

/* Linux Standard Base Core 5.0, "DWARF Exception Header Encoding" */
#define ENCODING_FORMAT   0x0f
#define ENCODING_RELATIVE 0x70
#define ENCODING_POINTER  0x00 /* formats */
#define ENCODING_U4       0x03
#define ENCODING_U8       0x04
#define ENCODING_S4       0x0b
#define ENCODING_S8       0x0c
#define ENCODING_HERE     0x10 /* relative to where it stands */
#define ENCODING_HEADER   0x30 /* relative to .eh_frame_hdr */

#define LENGTH_64_BIT UINT32_MAX

/* struct dl_find_object of glibc's <dlfcn.h> on x86-64, which older headers lack. */
struct frame_module {
	unsigned long long flags;
	const uint8_t *map_start, *map_end;
	void *link_map;
	const uint8_t *eh_frame_header;
	unsigned long long reserved[7];
};

/* .eh_frame_hdr as every linker writes it; its rows, sorted, are relative to its start. */
struct frame_header {
	uint8_t version, frame_encoding, count_encoding, row_encoding;
	int32_t frame;
	uint32_t row_count;
	struct {
		int32_t start, entry;
	} rows[];
};

static int (*frame_find_module)(void *address, struct frame_module *module);

bool frame_table_start(void)
{
	void *found = dlvsym(RTLD_DEFAULT, "_dl_find_object", "GLIBC_2.35");

	memcpy(&frame_find_module, &found, sizeof(found));
	return found != NULL;
}

/* ---- numbers ---- */

uint64_t frame_bytes_fixed(struct frame_bytes *bytes, unsigned int size)
{
	uint64_t value = 0;

	if ((uint64_t)(bytes->end - bytes->at) < size) {
		bytes->is_bad = true;
		return 0;
	}
	memcpy(&value, bytes->at, size);
	bytes->at += size;
	return value;
}

uint8_t frame_bytes_u8(struct frame_bytes *bytes)
{
	return (uint8_t)frame_bytes_fixed(bytes, 1);
}

/* Seven bits a byte, the lowest first; the last byte has no top bit (DWARF 5, section 7.6). */
static uint64_t frame_bytes_leb(struct frame_bytes *bytes, unsigned int *shift, uint8_t *last)
{
	uint64_t value = 0;

	*shift = 0;
	do {
		*last = frame_bytes_u8(bytes);
		if (*shift < 64)
			value |= (uint64_t)(*last & 0x7f) << *shift;
		*shift += 7;
	} while (*last & 0x80);
	return value;
}

uint64_t frame_bytes_uleb(struct frame_bytes *bytes)
{
	unsigned int shift;
	uint8_t last;

	return frame_bytes_leb(bytes, &shift, &last);
}

int64_t frame_bytes_sleb(struct frame_bytes *bytes)
{
	unsigned int shift;
	uint8_t last;
	uint64_t value = frame_bytes_leb(bytes, &shift, &last);

	if ((last & 0x40) && shift < 64)
		value |= UINT64_MAX << shift;
	return (int64_t)value;
}

void frame_bytes_skip(struct frame_bytes *bytes, uint64_t size)
{
	if ((uint64_t)(bytes->end - bytes->at) < size)
		bytes->is_bad = true;
	else
		bytes->at += size;
}

static uint64_t frame_bytes_encoded(struct frame_bytes *bytes, uint8_t encoding)
{
	uintptr_t here = (encoding & ENCODING_RELATIVE) == ENCODING_HERE ? (uintptr_t)bytes->at : 0;

	if ((encoding & ~ENCODING_FORMAT) != 0 && (encoding & ~ENCODING_FORMAT) != ENCODING_HERE)
		bytes->is_bad = true;
	switch (encoding & ENCODING_FORMAT) {
	case ENCODING_POINTER:
	case ENCODING_U8:
	case ENCODING_S8:
		return here + frame_bytes_fixed(bytes, 8);
	case ENCODING_U4:
		return here + frame_bytes_fixed(bytes, 4);
	case ENCODING_S4:
		return here + (uint64_t)(int64_t)(int32_t)frame_bytes_fixed(bytes, 4);
	default:
		bytes->is_bad = true;
		return 0;
	}
}

/* ---- entries ---- */

/* An entry from its length on, within the module. */
static struct frame_bytes frame_entry_bytes(const struct frame_module *module, const uint8_t *at)
{
	struct frame_bytes bytes = {module->map_start, module->map_end, false};
	uint64_t length;

	if (at < module->map_start || at >= module->map_end) {
		bytes.is_bad = true;
		return bytes;
	}
	bytes.at = at;
	length = frame_bytes_fixed(&bytes, 4);
	if (length == 0 || length == LENGTH_64_BIT || length > (uint64_t)(bytes.end - bytes.at))
		bytes.is_bad = true;
	else
		bytes.end = bytes.at + length;
	return bytes;
}

/* What the letters of the augmentation announce; only the pointers' encoding is of use here. */
static uint8_t common_encoding(struct frame_bytes *bytes, const char *letters)
{
	uint8_t encoding = ENCODING_POINTER;

	for (; *letters != '\0'; letters++) {
		switch (*letters) {
		case 'R':
			encoding = frame_bytes_u8(bytes);
			break;
		case 'P': { /* where a personality routine is, and in which encoding that is written
			     */
			uint8_t format = frame_bytes_u8(bytes) & ENCODING_FORMAT;

			frame_bytes_encoded(bytes, format);
			break;
		}
		case 'L':
			frame_bytes_u8(bytes);
			break;
		default: /* 'S' among them: a signal frame */
			bytes->is_bad = true;
		}
	}
	return encoding;
}

/* Leaves the CIE's instructions in entry->common. */
static bool common_read(struct frame_bytes bytes, struct frame_entry *entry, uint8_t *encoding)
{
	uint64_t id = frame_bytes_fixed(&bytes, 4);
	uint8_t version = frame_bytes_u8(&bytes);
	const char *letters = (const char *)bytes.at;
	const uint8_t *instructions;

	if (id != 0 || (version != 1 && version != 3) || bytes.is_bad ||
	    memchr(letters, '\0', (size_t)(bytes.end - bytes.at)) == NULL || letters[0] != 'z')
		return false;
	frame_bytes_skip(&bytes, strlen(letters) + 1);
	entry->code_unit = frame_bytes_uleb(&bytes);
	entry->data_unit = frame_bytes_sleb(&bytes);
	entry->return_register = version == 1 ? frame_bytes_u8(&bytes) : frame_bytes_uleb(&bytes);
	instructions = bytes.at;
	entry->common = bytes;
	frame_bytes_skip(&entry->common, frame_bytes_uleb(&entry->common));
	frame_bytes_uleb(&bytes);
	*encoding = common_encoding(&bytes, letters + 1);
	return !bytes.is_bad && !entry->common.is_bad && instructions < entry->common.at;
}

/* An FDE: how far back its CIE is, its function's start and size, and its instructions. */
static bool own_read(const struct frame_module *module, const uint8_t *at, uintptr_t address,
		     struct frame_entry *entry)
{
	struct frame_bytes bytes = frame_entry_bytes(module, at);
	const uint8_t *here = bytes.at;
	uint64_t back = frame_bytes_fixed(&bytes, 4);
	struct frame_bytes common;
	uint8_t encoding;

	if (bytes.is_bad || back == 0 || back > (uint64_t)(here - module->map_start))
		return false;
	common = frame_entry_bytes(module, here - back);
	if (common.is_bad || !common_read(common, entry, &encoding))
		return false;
	entry->start = frame_bytes_encoded(&bytes, encoding);
	if (address - entry->start >= frame_bytes_encoded(&bytes, encoding & ENCODING_FORMAT))
		return false;
	frame_bytes_skip(&bytes, frame_bytes_uleb(&bytes));
	entry->own = bytes;
	return !bytes.is_bad;
}

/* The last row that starts at or before the address. */
static const uint8_t *header_search(const struct frame_header *header, uintptr_t address)
{
	int64_t wanted = (int64_t)(address - (uintptr_t)header);
	uint32_t low = 0, high = header->row_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (header->rows[middle].start <= wanted)
			low = middle;
		else
			high = middle;
	}
	return (const uint8_t *)header + header->rows[low].entry;
}

bool frame_table_find(uintptr_t address, struct frame_entry *entry)
{
	struct frame_module module = {.eh_frame_header = NULL};
	const struct frame_header *header;

	if (frame_find_module == NULL || frame_find_module((void *)address, &module) != 0 ||
	    module.eh_frame_header == NULL)
		return false;
	header = (const void *)module.eh_frame_header;
	if (header->version != 1 || header->frame_encoding != (ENCODING_HERE | ENCODING_S4) ||
	    header->count_encoding != ENCODING_U4 ||
	    header->row_encoding != (ENCODING_HEADER | ENCODING_S4) || header->row_count == 0 ||
	    header->row_count > (size_t)(module.map_end - module.eh_frame_header) / 8)
		return false;
	return own_read(&module, header_search(header, address), address, entry);
}
