#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "reader.h"
#include "render_dump.h"
#include "trace_builder.h"

static struct trace_builder builder;
static char *text;

static void setup(void)
{
	trace_builder_init(&builder, 100, 1000);
}

static void teardown(void)
{
	trace_builder_release(&builder);
	free(text);
}

TestSuite(dump, .init = setup, .fini = teardown);

static void dump(size_t size_bytes)
{
	struct reader reader;
	struct error error;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert_eq(reader_open_bytes(&reader, "bytes", builder.bytes, size_bytes, &error),
		     STATUS_OK);
	cr_assert_eq(render_dump(&reader, out, &error), STATUS_OK);
	fclose(out);
}

static void expect_text(const char *wanted)
{
	cr_expect(strstr(text, wanted) != NULL, "no %s in:\n%s", wanted, text);
}

Test(dump, prints_a_line_a_record_with_offset_kind_and_fields)
{
	trace_builder_socket(&builder, 5, 1100);
	trace_builder_connect(&builder, 1, 1200, 1300);
	dump(trace_builder_size(&builder));
	expect_text("0x0000 FILE path=\"bytes\" version=1 ");
	expect_text("\n0x0100 SOCKET id=1 fd=5 family=inet type=stream protocol=0 origin=connect ");
	expect_text(" CONNECT socket=1 ");
	expect_text(" error=0 peer=127.0.0.1:5432 local=127.0.0.1:40000\n");
	expect_text(" END records=2 uncommitted=0 unknown=0\n");
}

Test(dump, lets_no_byte_of_foreign_text_through_raw)
{
	trace_builder_note(&builder, "red \033[31m \"quote\" back\\slash \n \xff", 1);
	dump(trace_builder_size(&builder));
	expect_text("text=\"red \\x1b[31m \\\"quote\\\" back\\\\slash \\x0a \\xff\"\n");
}

Test(dump, prints_numbers_that_have_no_word)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 5, 1100);

	socket->family = 5; /* AF_APPLETALK */
	socket->io_error = 104;
	socket->so_error = 9999;
	dump(trace_builder_size(&builder));
	expect_text(" family=5 ");
	expect_text(" io_error=ECONNRESET ");
	expect_text(" so_error=9999\n");
}

Test(dump, prints_frames_of_both_kinds_and_paths)
{
	uint64_t frames[] = {TRACE_FRAME_MAKE(7, 42), 0x401000};
	struct trace_connect *connect = trace_builder_add_text(&builder, TRACE_CONNECT,
							       sizeof(*connect), "\0name/run", 9);

	connect->peer = (struct trace_address){.family = AF_UNIX, .scope_or_size = 5};
	connect->local = (struct trace_address){.family = AF_UNIX, .scope_or_size = 4};
	trace_builder_stack(&builder, frames, 2);
	trace_builder_name(&builder, "localhost", trace_builder_inet(127, 0, 0, 1, 80), 5);
	dump(trace_builder_size(&builder));
	expect_text(" peer=\"\\x00name\" local=\"/run\"\n");
	expect_text(" frames=code-7:42,0x401000\n");
	expect_text(" name=\"localhost\" address=127.0.0.1:80\n");
}

Test(dump, says_how_a_broken_file_ends)
{
	trace_builder_socket(&builder, 5, 1100);
	dump(trace_builder_size(&builder) - 8);
	expect_text("0x0100 TRUNCATED records=0 ");
	free(text);
	trace_builder_add(&builder, TRACE_LINK, 8);
	dump(trace_builder_size(&builder));
	expect_text(" CORRUPT records=1 ");
}

Test(dump, has_fields_for_every_kind)
{
#define TRACE_RECORD(number, NAME, type, what)                                                     \
	trace_builder_add(&builder, TRACE_##NAME, sizeof(struct type));
#include <socklife/trace_records.def>
#undef TRACE_RECORD
	dump(trace_builder_size(&builder));
#define TRACE_RECORD(number, NAME, type, what)                                                     \
	cr_expect(strstr(strstr(text, " " #NAME " "), "=") != NULL, #NAME);
#include <socklife/trace_records.def>
#undef TRACE_RECORD
}
