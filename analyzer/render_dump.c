#include "render_dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "reader.h"
#include "words.h"

enum dump_how { DUMP_AS_NUMBER, DUMP_AS_SIGNED, DUMP_AS_HEX, DUMP_AS_ERRNO, DUMP_AS_WORD };

struct dump_field {
	unsigned int kind;
	const char *name;
	size_t offset, size_bytes;
	enum dump_how how;
	const char *(*word)(unsigned int number);
};

#define DUMP_ROW(kind, type, member, how, word)                                                    \
	{(kind), #member, offsetof(struct type, member), sizeof(((struct type *)NULL)->member),    \
	 (how),  (word)},
static const struct dump_field dump_fields[] = {
#define DUMP_NUMBER(kind, type, member)     DUMP_ROW(kind, type, member, DUMP_AS_NUMBER, NULL)
#define DUMP_SIGNED(kind, type, member)     DUMP_ROW(kind, type, member, DUMP_AS_SIGNED, NULL)
#define DUMP_HEX(kind, type, member)        DUMP_ROW(kind, type, member, DUMP_AS_HEX, NULL)
#define DUMP_ERRNO(kind, type, member)      DUMP_ROW(kind, type, member, DUMP_AS_ERRNO, NULL)
#define DUMP_WORD(kind, type, member, word) DUMP_ROW(kind, type, member, DUMP_AS_WORD, word)
#include "dump_fields.def"
};
#define FIELD_COUNT (sizeof(dump_fields) / sizeof(dump_fields[0]))

/* Relaxed loads: a live process may be changing what is printed. */
static uint64_t field_load(const void *at, size_t size_bytes)
{
	switch (size_bytes) {
	case sizeof(uint16_t):
		return __atomic_load_n((const uint16_t *)at, __ATOMIC_RELAXED);
	case sizeof(uint32_t):
		return __atomic_load_n((const uint32_t *)at, __ATOMIC_RELAXED);
	default:
		return __atomic_load_n((const uint64_t *)at, __ATOMIC_RELAXED);
	}
}

static void word_print(FILE *out, uint64_t value, const char *word)
{
	if (strcmp(word, words_end(0)) == 0) /* unknown: the number says more */
		fprintf(out, "%" PRIu64, value);
	else
		fputs(word, out);
}

static void field_print(FILE *out, const void *record, const struct dump_field *field)
{
	uint64_t value = field_load((const char *)record + field->offset, field->size_bytes);
	int32_t number = (int32_t)(uint32_t)value;

	fprintf(out, " %s=", field->name);
	switch (field->how) {
	case DUMP_AS_NUMBER:
		fprintf(out, "%" PRIu64, value);
		break;
	case DUMP_AS_SIGNED:
		fprintf(out, "%" PRId32, number);
		break;
	case DUMP_AS_HEX:
		fprintf(out, "0x%" PRIx64, value);
		break;
	case DUMP_AS_ERRNO:
		if (number == 0 || strerrorname_np(number) == NULL)
			fprintf(out, "%" PRId32, number);
		else
			fputs(words_errno(number), out);
		break;
	case DUMP_AS_WORD:
		word_print(out, value, field->word((unsigned int)value));
		break;
	}
}

static void fields_print(FILE *out, const void *record, unsigned int kind)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (dump_fields[i].kind == kind)
			field_print(out, record, &dump_fields[i]);
	}
}

static void text_print(FILE *out, const char *name, const char *text, size_t size_bytes)
{
	fprintf(out, " %s=\"", name);
	for (size_t i = 0; i < size_bytes; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte >= 0x20 && byte < 0x7f)
			fputc(byte, out);
		else
			fprintf(out, "\\x%02x", byte);
	}
	fputc('"', out);
}

/* Takes a UNIX path off the text, as much of it as there is. */
static void address_print(FILE *out, const char *name, const struct trace_address *live,
			  const char **text, size_t *size_bytes)
{
	const struct trace_address address = *live;
	char host[INET6_ADDRSTRLEN] = "";
	size_t path_size = address.scope_or_size;

	switch (address.family) {
	case AF_UNIX:
		if (path_size > *size_bytes)
			path_size = *size_bytes;
		text_print(out, name, *text, path_size);
		*text += path_size;
		*size_bytes -= path_size;
		break;
	case AF_INET:
		inet_ntop(AF_INET, address.bytes, host, sizeof(host));
		fprintf(out, " %s=%s:%u", name, host, address.port);
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, address.bytes, host, sizeof(host));
		fprintf(out, " %s=[%s]:%u", name, host, address.port);
		if (address.scope_or_size != 0)
			fprintf(out, "%%%" PRIu32, address.scope_or_size);
		break;
	default:
		fprintf(out, " %s=", name);
		break;
	}
}

static void frames_print(FILE *out, const char *text, size_t size_bytes)
{
	const char *separator = "";

	fputs(" frames=", out);
	for (size_t i = 0; i + sizeof(uint64_t) <= size_bytes; i += sizeof(uint64_t)) {
		uint64_t frame;

		memcpy(&frame, text + i, sizeof(frame));
		if ((frame & TRACE_FRAME_INTERPRETED) != 0)
			fprintf(out, "%scode-%" PRIu32 ":%" PRIu32, separator,
				TRACE_FRAME_CODE(frame), TRACE_FRAME_LINE(frame));
		else
			fprintf(out, "%s0x%" PRIx64, separator, frame);
		separator = ",";
	}
}

static void module_print(FILE *out, const struct trace_module *module, const char *text,
			 size_t size_bytes)
{
	size_t id_size = module->build_id_size_bytes;

	if (id_size > size_bytes)
		id_size = size_bytes;
	fputs(" build_id=", out);
	for (size_t i = 0; i < id_size; i++)
		fprintf(out, "%02x", (unsigned char)text[i]);
	text_print(out, "path", text + id_size, size_bytes - id_size);
}

/* What stands behind the fields. */
static void variable_print(FILE *out, const struct trace_record *record)
{
	const void *any = record;
	size_t size_bytes;
	const char *text = reader_text(record, &size_bytes);

	switch (record->kind) {
	case TRACE_CONNECT:
		address_print(out, "peer", &((const struct trace_connect *)any)->peer, &text,
			      &size_bytes);
		address_print(out, "local", &((const struct trace_connect *)any)->local, &text,
			      &size_bytes);
		break;
	case TRACE_ADDRESS:
		address_print(out, "address", &((const struct trace_socket_address *)any)->address,
			      &text, &size_bytes);
		break;
	case TRACE_NAME:
		text_print(out, "name", text, size_bytes);
		size_bytes = 0;
		address_print(out, "address", &((const struct trace_name *)any)->address, &text,
			      &size_bytes);
		break;
	case TRACE_LOST:
		text = words_lost(((const struct trace_lost *)any)->reason);
		text_print(out, "text", text, strlen(text));
		break;
	case TRACE_STACK:
		frames_print(out, text, size_bytes);
		break;
	case TRACE_MODULE:
		module_print(out, any, text, size_bytes);
		break;
	case TRACE_PROCESS:
	case TRACE_RUN:
	case TRACE_STRING:
	case TRACE_CHILD:
	case TRACE_EXEC:
	case TRACE_NOTE:
		text_print(out, "text", text, size_bytes);
		break;
	default:
		break;
	}
}

static void header_print(FILE *out, const struct reader *reader)
{
	const struct trace_file_header *header = reader->header;

	fputs("0x0000 FILE", out);
	text_print(out, "path", reader->path, strlen(reader->path));
	fields_print(out, header, 0);
	for (unsigned int i = 0; i < TRACE_LOST_REASON_COUNT; i++) {
		uint64_t count = field_load(&header->lost[i], sizeof(header->lost[i]));

		if (count != 0)
			fprintf(out, " lost[%u]=%" PRIu64, i, count);
	}
	fputc('\n', out);
}

static void end_print(FILE *out, const struct reader *reader, uint64_t record_count)
{
	const char *end = reader->is_corrupt     ? "CORRUPT"
			  : reader->is_truncated ? "TRUNCATED"
						 : "END";

	fprintf(out,
		"0x%04" PRIx64 " %s records=%" PRIu64 " uncommitted=%" PRIu64 " unknown=%" PRIu64
		"\n",
		reader->offset, end, record_count, reader->uncommitted_records,
		reader->unknown_records);
}

enum status render_dump(struct reader *reader, FILE *out, struct error *error)
{
	const struct trace_record *record;
	uint64_t record_count = 0;

	reader_rewind(reader);
	header_print(out, reader);
	while (!ferror(out) && reader_next(reader, &record) == STATUS_OK) {
		ptrdiff_t offset = (const uint8_t *)record - reader->bytes;

		fprintf(out, "0x%04tx %s", offset, words_record(record->kind));
		fields_print(out, record, record->kind);
		variable_print(out, record);
		fputc('\n', out);
		record_count++;
	}
	end_print(out, reader, record_count);
	if (ferror(out))
		return error_set(error, STATUS_WRITE, NULL, 0, "cannot be written: %s",
				 strerror(errno));
	return STATUS_OK;
}
