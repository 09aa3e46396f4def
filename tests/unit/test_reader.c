#include <criterion/criterion.h>

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "reader.h"
#include "scratch.h"
#include "trace_builder.h"

static struct trace_builder builder;
static struct reader reader;
static struct error error;

static void builder_setup(void)
{
	trace_builder_init(&builder, 100, 1000);
}

static void builder_teardown(void)
{
	trace_builder_release(&builder);
}

static void file_teardown(void)
{
	builder_teardown();
	scratch_remove_all();
}

TestSuite(reader, .init = builder_setup, .fini = builder_teardown);

static enum status open_bytes(size_t size_bytes)
{
	return reader_open_bytes(&reader, "bytes", builder.bytes, size_bytes, &error);
}

static size_t records_read(void)
{
	const struct trace_record *record;
	size_t count = 0;

	while (reader_next(&reader, &record) == STATUS_OK)
		count++;
	return count;
}

static size_t records_of(size_t size_bytes)
{
	cr_assert_eq(open_bytes(size_bytes), STATUS_OK, "%s", error.reason);
	return records_read();
}

Test(reader, gives_every_committed_record_in_order)
{
	const struct trace_record *record;

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_connect(&builder, 1, 1200, 1300);
	cr_assert_eq(open_bytes(trace_builder_size(&builder)), STATUS_OK);
	cr_assert_eq(reader_next(&reader, &record), STATUS_OK);
	cr_expect_eq(record->kind, TRACE_SOCKET);
	cr_assert_eq(reader_next(&reader, &record), STATUS_OK);
	cr_expect_eq(record->kind, TRACE_CONNECT);
	cr_expect_eq(reader_next(&reader, &record), STATUS_END);
	cr_expect_not(reader.is_corrupt || reader.is_truncated);
}

Test(reader, says_that_an_empty_file_is_empty)
{
	cr_expect_eq(open_bytes(0), STATUS_CORRUPT);
	cr_expect_str_eq(error.reason, "is empty");
}

Test(reader, refuses_a_truncated_header)
{
	cr_expect_eq(open_bytes(255), STATUS_CORRUPT);
	cr_expect(strstr(error.reason, "truncated header") != NULL, "%s", error.reason);
}

Test(reader, refuses_what_is_not_a_trace)
{
	builder.bytes[0] = 'x';
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
}

Test(reader, refuses_only_newer_versions_as_newer)
{
	trace_builder_header(&builder)->version = TRACE_VERSION + 1;
	cr_expect_eq(open_bytes(256), STATUS_NEWER);
	trace_builder_header(&builder)->version = TRACE_VERSION_OLDEST - 1;
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
}

Test(reader, tells_the_other_byte_order_apart)
{
	trace_builder_header(&builder)->byte_order = __builtin_bswap32(TRACE_BYTE_ORDER);
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
	cr_expect(strstr(error.reason, "byte order") != NULL, "%s", error.reason);
}

Test(reader, starts_behind_a_larger_header)
{
	trace_builder_add(&builder, 0, 64); /* becomes the header's new fields */
	trace_builder_header(&builder)->header_size_bytes = 256 + 64;
	trace_builder_socket(&builder, 3, 1100);
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	cr_expect_eq(reader.uncommitted_records, 0);
}

Test(reader, refuses_a_header_size_or_a_tail_that_cannot_be)
{
	struct trace_file_header *header = trace_builder_header(&builder);

	header->header_size_bytes = 248;
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
	header->header_size_bytes = 257;
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
	header->header_size_bytes = 256;
	header->tail_bytes = 248;
	cr_expect_eq(open_bytes(256), STATUS_CORRUPT);
	header->tail_bytes = 260;
	cr_expect_eq(open_bytes(300), STATUS_CORRUPT);
}

Test(reader, skips_unknown_kinds_by_their_size)
{
	trace_builder_add(&builder, TRACE_OVERLAP + 1, 40);
	trace_builder_add(&builder, 0xffff, 8);
	trace_builder_socket(&builder, 3, 1100);
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	cr_expect_eq(reader.unknown_records, 2);
}

Test(reader, skips_and_counts_what_was_never_committed)
{
	trace_builder_add(&builder, 0, sizeof(struct trace_socket));
	trace_builder_socket(&builder, 3, 1100);
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	cr_expect_eq(reader.uncommitted_records, 1);
}

Test(reader, accepts_larger_records_of_known_kinds)
{
	struct trace_link *link = trace_builder_add(&builder, TRACE_LINK, sizeof(*link) + 24);

	link->socket = 1;
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
}

Test(reader, stops_at_a_record_smaller_than_its_kind)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_add(&builder, TRACE_LINK, sizeof(struct trace_link) - 8);
	trace_builder_socket(&builder, 4, 1200);
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	cr_expect(reader.is_corrupt);
	cr_expect_eq(reader.corrupt_offset, 256 + sizeof(struct trace_socket));
}

Test(reader, stops_at_sizes_that_cannot_be)
{
	static const uint32_t sizes[] = {0, 4, 12, 0xfffffff8u, 0xffffffffu};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		trace_builder_release(&builder);
		trace_builder_init(&builder, 100, 1000);
		trace_builder_socket(&builder, 3, 1100)->record.size_bytes = sizes[i];
		cr_expect_eq(records_of(trace_builder_size(&builder)), 0);
		cr_expect(reader.is_corrupt, "size %u", sizes[i]);
	}
}

Test(reader, stops_at_text_that_leaves_its_record)
{
	static const uint32_t sizes[] = {25, 0x7fffffff, 0xffffffffu};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		trace_builder_release(&builder);
		trace_builder_init(&builder, 100, 1000);
		trace_builder_note(&builder, "exactly twenty-four byte", 0)->text_size_bytes =
			sizes[i];
		cr_expect_eq(records_of(trace_builder_size(&builder)), 0);
		cr_expect(reader.is_corrupt, "size %u", sizes[i]);
	}
}

Test(reader, stops_at_counts_that_overflow)
{
	uint64_t frames[2] = {0x1000, 0x2000};

	/* times 8 this is 16 in 32 bits */
	trace_builder_stack(&builder, frames, 2)->frame_count = 0x20000002;
	cr_expect_eq(records_of(trace_builder_size(&builder)), 0);
	cr_expect(reader.is_corrupt);
}

Test(reader, stops_at_two_sizes_whose_sum_overflows)
{
	struct trace_module *module = trace_builder_module(&builder, "/lib/x.so", 0x1000, 0x2000);

	module->build_id_size_bytes = 0xffffffffu;
	module->path_size_bytes = 9;
	cr_expect_eq(records_of(trace_builder_size(&builder)), 0);
	cr_expect(reader.is_corrupt);
}

Test(reader, checks_both_paths_of_a_unix_connect)
{
	struct trace_connect *connect = trace_builder_add(&builder, TRACE_CONNECT,
							  sizeof(*connect) + 16);

	connect->peer = (struct trace_address){.family = AF_UNIX, .scope_or_size = 8};
	connect->local = (struct trace_address){.family = AF_UNIX, .scope_or_size = 8};
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	connect->local.scope_or_size = 9;
	cr_expect_eq(records_of(trace_builder_size(&builder)), 0);
	cr_expect(reader.is_corrupt);
}

Test(reader, stops_cleanly_wherever_the_file_is_cut)
{
	size_t whole;

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_note(&builder, "a note of some length", 0);
	trace_builder_socket(&builder, 4, 1200);
	whole = trace_builder_size(&builder);
	for (size_t size = 256; size < whole; size++) {
		cr_expect_lt(records_of(size), 3);
		cr_expect(reader.is_truncated && !reader.is_corrupt, "cut at %zu", size);
	}
	cr_expect_eq(records_of(whole), 3);
	cr_expect_not(reader.is_truncated);
}

Test(reader, does_not_look_behind_the_tail)
{
	size_t tail = trace_builder_size(&builder);

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_header(&builder)->tail_bytes = tail;
	cr_expect_eq(records_of(4096), 0);
	cr_expect_not(reader.is_corrupt || reader.is_truncated);
}

Test(reader, stops_at_a_record_across_the_tail)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_header(&builder)->tail_bytes -= 8;
	cr_expect_eq(records_of(4096), 0);
	cr_expect(reader.is_corrupt);
}

Test(reader, rewinds_to_the_first_record)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_add(&builder, 0, 16);
	cr_expect_eq(records_of(trace_builder_size(&builder)), 1);
	reader_rewind(&reader);
	cr_expect_eq(records_read(), 1);
	cr_expect_eq(reader.uncommitted_records, 1);
}

Test(reader, gives_text_only_from_inside_the_record)
{
	const struct trace_record *record;
	struct trace_note *note = trace_builder_note(&builder, "12345678", 0);
	size_t size_bytes;

	cr_assert_eq(open_bytes(trace_builder_size(&builder)), STATUS_OK);
	cr_assert_eq(reader_next(&reader, &record), STATUS_OK);
	cr_expect_arr_eq(reader_text(record, &size_bytes), "12345678", 8);
	cr_expect_eq(size_bytes, 8);
	note->text_size_bytes = 4000; /* by somebody who writes to the file meanwhile */
	reader_text(record, &size_bytes);
	cr_expect_eq(size_bytes, 8);
}

TestSuite(reader_file, .init = builder_setup, .fini = file_teardown);

Test(reader_file, says_why_a_file_cannot_be_opened)
{
	const char *directory = scratch_new();

	cr_expect_eq(reader_open(&reader, directory, &error), STATUS_UNREADABLE);
	cr_expect_str_eq(error.path, directory);
	cr_expect_eq(reader_open(&reader, scratch_format("%s/none", directory), &error),
		     STATUS_NOT_FOUND);
}

Test(reader_file, does_not_wait_for_the_writer_of_a_fifo)
{
	const char *path = scratch_format("%s/fifo", scratch_new());

	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_eq(reader_open(&reader, path, &error), STATUS_UNREADABLE);
}

Test(reader_file, reads_a_file_that_grows_ahead_of_its_tail)
{
	const char *directory = scratch_new();

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_save(&builder, directory, "1.0.trace", 65536);
	cr_assert_eq(reader_open(&reader, scratch_format("%s/1.0.trace", directory), &error),
		     STATUS_OK, "%s", error.reason);
	cr_expect_eq(records_read(), 1);
	cr_expect_not(reader.is_truncated);
	reader_close(&reader);
}
