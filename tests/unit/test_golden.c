#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden_trace.h"
#include "matcher.h"
#include "model.h"
#include "reader.h"
#include "render_dump.h"
#include "scratch.h"
#include "socket_facts.h"
#include "trace_builder.h"

/* `SOCKLIFE_GOLDEN_WRITE=1 make test` writes the files anew, for a commit that says why. */
static void golden_compare(const char *name, const void *bytes, size_t size_bytes)
{
	const char *path = scratch_source(scratch_format("tests/golden/%s", name));
	size_t golden_bytes = 0;
	const char *golden;

	if (getenv("SOCKLIFE_GOLDEN_WRITE") != NULL)
		scratch_write(path, bytes, size_bytes);
	golden = scratch_read(path, &golden_bytes);
	cr_assert_not_null(golden, "%s", path);
	cr_assert_eq(golden_bytes, size_bytes, "%s: %zu bytes, not %zu", path, golden_bytes,
		     size_bytes);
	cr_expect(memcmp(golden, bytes, size_bytes) == 0, "%s differs", path);
}

TestSuite(golden, .fini = scratch_remove_all);

Test(golden, traces_are_what_the_format_says_today)
{
	struct trace_builder builder;

	golden_trace_build(&builder);
	golden_compare("4242.0.trace", builder.bytes, trace_builder_size(&builder));
	trace_builder_release(&builder);
	golden_trace_build_run(&builder);
	golden_compare("run.trace", builder.bytes, trace_builder_size(&builder));
	trace_builder_release(&builder);
}

Test(golden, trace_is_dumped_as_ever)
{
	const char *path = scratch_source("tests/golden/4242.0.trace");
	struct reader reader;
	struct error error;
	size_t size_bytes = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size_bytes);

	cr_assert_eq(reader_open(&reader, path, &error), STATUS_OK, "%s", error.reason);
	reader.path = "4242.0.trace"; /* the dump must not depend on where the sources are */
	cr_assert_eq(render_dump(&reader, out, &error), STATUS_OK);
	reader_close(&reader);
	fclose(out);
	golden_compare("4242.0.dump", text, size_bytes);
	free(text);
}

Test(golden, directory_makes_a_whole_model)
{
	struct model model;
	struct error error;

	model_init(&model);
	cr_assert_eq(model_load(&model, scratch_source("tests/golden"), &error), STATUS_OK, "%s",
		     error.reason);
	cr_assert_eq(matcher_run(&model, &error), STATUS_OK);
	cr_assert_eq(model.processes_count, 1);
	cr_expect(model.processes[0].is_root);
	cr_expect_eq(model.processes[0].status, 3);
	cr_assert_eq(model.sockets_count, 3);
	cr_expect_str_eq(model.sockets[0].peer_name, "db.example");
	cr_expect_str_eq(socket_tcp_state(&model.sockets[0]), "CLOSE_WAIT");
	cr_expect_eq(model.sockets[0].peer_closed_ns, 141000000, "200 - 60 ms, and 1 ms of run");
	cr_expect_eq(model.sockets[0].owner_count, 2);
	cr_expect_eq(model.sockets[1].end, TRACE_END_EXIT);
	cr_expect_str_eq(model.objects[0].connects, "on-first-use");
	cr_expect_eq(model.uncommitted_records, 1);
	model_release(&model);
}
