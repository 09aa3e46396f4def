#include "generated_trace.h"

#include <string.h>
#include <sys/socket.h>

#include "generated_writer.h"

#define STARTED_NS          UINT64_C(1000000000)
#define STARTED_REALTIME_NS UINT64_C(1700000000000000000)
#define CODES               32u
#define FRAMES              12u

static const char *const class_names[GENERATED_CLASSES] = {
	"requests.sessions.Session",
	"urllib3.poolmanager.PoolManager",
	"urllib3.connectionpool.HTTPConnectionPool",
	"urllib3.connection.HTTPConnection",
};

/* The share of one process; the first ones take what does not divide. */
static uint32_t share(uint32_t all, uint32_t processes, uint32_t process)
{
	return all / processes + (process < all % processes);
}

/* ---- records ---- */

void generated_record(struct generated_writer *writer, unsigned int kind, void *record,
		      size_t fixed_bytes, const void *text, size_t text_bytes)
{
	static const uint8_t padding[TRACE_ALIGNMENT];
	size_t rest = (TRACE_ALIGNMENT - (fixed_bytes + text_bytes) % TRACE_ALIGNMENT) %
		      TRACE_ALIGNMENT;
	struct trace_record *head = record;

	head->size_bytes = (uint32_t)(fixed_bytes + text_bytes + rest);
	head->kind = (uint16_t)kind;
	fwrite(record, 1, fixed_bytes, writer->file);
	if (text_bytes != 0)
		fwrite(text, 1, text_bytes, writer->file);
	fwrite(padding, 1, rest, writer->file);
	writer->offset += head->size_bytes;
	writer->totals->records++;
}

static void string_write(struct generated_writer *writer, const char *text)
{
	struct trace_string string = {.id = ++writer->strings,
				      .size_bytes = (uint32_t)strlen(text)};

	generated_record(writer, TRACE_STRING, &string, sizeof(string), text, strlen(text));
}

/* Strings 1 … GENERATED_CLASSES are the classes; behind them come pairs of a file and a function.
 */
static void codes_write(struct generated_writer *writer)
{
	char text[64];

	for (size_t i = 0; i < GENERATED_CLASSES; i++)
		string_write(writer, class_names[i]);
	for (uint32_t i = 0; i < CODES; i++) {
		struct trace_code code = {.id = i + 1, .line = 10 * i + 1};

		snprintf(text, sizeof(text), "/srv/app/module_%u.py", i / 4);
		string_write(writer, text);
		code.file = writer->strings;
		snprintf(text, sizeof(text), "Worker.step_%u", i);
		string_write(writer, text);
		code.function = writer->strings;
		generated_record(writer, TRACE_CODE, &code, sizeof(code), NULL, 0);
	}
}

static void stacks_write(struct generated_writer *writer)
{
	uint64_t frames[FRAMES];

	for (uint32_t i = 0; i < GENERATED_STACKS; i++) {
		struct trace_stack stack = {
			.id = i + 1, .frame_count = FRAMES, .time_ns = writer->started_ns};

		for (uint32_t j = 0; j < FRAMES; j++) {
			uint32_t code = 1 + (i + j * 3) % CODES;

			frames[j] = TRACE_FRAME_MAKE(code, 10 * code + j);
		}
		generated_record(writer, TRACE_STACK, &stack, sizeof(stack), frames,
				 sizeof(frames));
	}
}

static void process_write(struct generated_writer *writer)
{
	static const char text[] = "/usr/bin/python3\0/srv/app\0python3\0worker.py";
	struct trace_process process = {.argument_count = 2, .text_size_bytes = sizeof(text)};

	generated_record(writer, TRACE_PROCESS, &process, sizeof(process), text, sizeof(text));
}

static void names_write(struct generated_writer *writer)
{
	char text[32];

	for (uint32_t i = 0; i < GENERATED_PEERS; i++) {
		struct trace_name name = {.time_ns = writer->started_ns,
					  .address = generated_peer(i)};

		snprintf(text, sizeof(text), "db%u.example.com", i);
		name.address.port = 0;
		name.name_size_bytes = (uint32_t)strlen(text);
		generated_record(writer, TRACE_NAME, &name, sizeof(name), text, strlen(text));
	}
}

/* ---- files ---- */

static void header_write(struct generated_writer *writer)
{
	struct trace_file_header header = {
		.version = TRACE_VERSION,
		.header_size_bytes = sizeof(header),
		.byte_order = TRACE_BYTE_ORDER,
		.tail_bytes = writer->offset,
		.started_ns = writer->started_ns,
		.started_realtime_ns = STARTED_REALTIME_NS + writer->started_ns,
		.pid = GENERATED_FIRST_PID + writer->process,
		.parent_pid = 1,
		.end = TRACE_PROCESS_END_EXIT,
		.ended_ns = generated_created_ns(writer, writer->sockets) + 1000 * GENERATED_MS,
	};

	memcpy(header.magic, TRACE_MAGIC, sizeof(header.magic));
	rewind(writer->file);
	fwrite(&header, 1, sizeof(header), writer->file);
}

static bool file_write(struct generated_writer *writer, const char *directory)
{
	char path[4096];
	bool is_whole;

	snprintf(path, sizeof(path), "%s/%u.0" TRACE_SUFFIX, directory,
		 GENERATED_FIRST_PID + writer->process);
	writer->file = fopen(path, "wbe");
	if (writer->file == NULL)
		return false;
	writer->offset = sizeof(struct trace_file_header);
	fseek(writer->file, (long)writer->offset, SEEK_SET);
	process_write(writer);
	codes_write(writer);
	stacks_write(writer);
	names_write(writer);
	generated_lives(writer);
	header_write(writer);
	writer->totals->bytes += writer->offset;
	is_whole = !ferror(writer->file);
	return fclose(writer->file) == 0 && is_whole;
}

bool generated_trace_write(const struct generated_trace *trace, const char *directory,
			   struct generated_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	for (uint32_t i = 0; i < trace->processes; i++) {
		struct generated_writer writer = {
			.trace = trace,
			.totals = totals,
			.process = i,
			.sockets = share(trace->sockets, trace->processes, i),
			.objects = share(trace->objects, trace->processes, i),
			.started_ns = STARTED_NS + i * GENERATED_MS,
		};

		if (!file_write(&writer, directory))
			return false;
	}
	return true;
}
