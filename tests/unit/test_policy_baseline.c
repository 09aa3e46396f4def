#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_baseline.h"
#include "scratch.h"

static struct baseline baseline;

static void end(void)
{
	baseline_release(&baseline);
	scratch_remove_all();
}

TestSuite(baseline, .fini = end);

static void add(uint64_t fingerprint, uint64_t count)
{
	struct error error;

	cr_assert_eq(baseline_add(&baseline, fingerprint, count, "leaked", "a leak", &error),
		     STATUS_OK);
}

static const char *save(void)
{
	const char *path = scratch_format("%s/baseline.json", scratch_new());
	struct error error;

	cr_assert_eq(baseline_init(&baseline, path, &error), STATUS_OK);
	add(0xffffffffffffffffu, 1);
	add(7, 3);
	add(7, 2);
	cr_assert_eq(baseline_save(&baseline, &error), STATUS_OK, "%s", error.reason);
	baseline_release(&baseline);
	return path;
}

static void fails(const char *text, const char *path, const char *reason)
{
	struct baseline broken;
	struct error error = {0};

	cr_expect_eq(baseline_parse(&broken, "b", text, strlen(text), &error), STATUS_CORRUPT, "%s",
		     text);
	cr_expect_str_eq(error.path, path);
	cr_expect_not_null(strstr(error.reason, reason), "%s", error.reason);
}

Test(baseline, comes_back_as_it_was_written)
{
	const char *path = save();
	struct error error = {0};

	cr_assert_eq(baseline_load(&baseline, path, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(baseline.count, 2);
	cr_expect_eq(baseline_find(&baseline, 7)->count, 5);
	cr_expect_str_eq(baseline_find(&baseline, 7)->what, "a leak");
	cr_expect_eq(baseline_find(&baseline, UINT64_MAX)->count, 1);
	cr_expect_null(baseline_find(&baseline, 8));
}

Test(baseline, is_written_in_one_order)
{
	char *text = scratch_read(save(), NULL);

	cr_assert_not_null(text);
	cr_expect_lt(strstr(text, "0000000000000007"), strstr(text, "ffffffffffffffff"));
	cr_expect_str_eq(text + strlen(text) - 2, "}\n");
}

Test(baseline, replaces_the_file_and_leaves_no_other)
{
	const char *path = save();
	struct error error;
	struct stat before, after;
	struct baseline again;

	cr_assert_eq(stat(path, &before), 0);
	cr_assert_eq(baseline_load(&again, path, &error), STATUS_OK);
	cr_assert_eq(baseline_save(&again, &error), STATUS_OK);
	baseline_release(&again);
	cr_assert_eq(stat(path, &after), 0);
	cr_expect_neq(before.st_ino, after.st_ino);
	cr_expect_eq(access(scratch_format("%s.%ld.new", path, (long)getpid()), F_OK), -1);
}

Test(baseline, that_cannot_be_written_says_so)
{
	struct error error;

	cr_assert_eq(baseline_init(&baseline, "/nowhere/at/all.json", &error), STATUS_OK);
	cr_expect_eq(baseline_save(&baseline, &error), STATUS_WRITE);
	cr_expect_str_eq(error.path, "/nowhere/at/all.json");
}

Test(baseline, that_is_not_there_is_told_apart)
{
	struct error error;

	cr_expect_eq(baseline_load(&baseline, "/nowhere/at/all.json", &error), STATUS_NOT_FOUND);
}

#define HEAD "{\"schema\": \"socklife-baseline/1\", \"findings\": "
#define ROW  "{\"fingerprint\": \"0000000000000001\", \"count\": 1}"

Test(baseline, tells_what_is_wrong)
{
	fails("{\n\"schema\": ,\n}", "b:2", "no JSON");
	fails("", "b:1", "no JSON");
	fails("[]", "b", "is no baseline");
	fails("{\"schema\": \"socklife-baseline/2\"}", "b", "is no baseline");
	fails("{\"schema\": \"socklife-baseline/1\"}", "b", "no array");
	fails(HEAD "[3]}", "b", "finding 1 has no fingerprint");
	fails(HEAD "[{\"fingerprint\": \"12\", \"count\": 1}]}", "b", "finding 1 has no fing");
	fails(HEAD "[" ROW ", {\"fingerprint\": \"000000000000000g\", \"count\": 1}]}", "b",
	      "finding 2");
	fails(HEAD "[{\"fingerprint\": \"0000000000000001\", \"count\": 0}]}", "b", "no count");
	fails(HEAD "[{\"fingerprint\": \"0000000000000001\", \"count\": \"1\"}]}", "b", "no count");
	fails(HEAD "[" ROW ", " ROW "]}", "b", "twice");
}
