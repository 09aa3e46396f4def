#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_directory.h"
#include "scratch.h"

static const char *ground;
static char path[PATH_MAX];
static struct error error;

static void ground_prepare(void)
{
	ground = scratch_new();
	cr_assert_eq(chdir(ground), 0);
}

static void ground_remove(void)
{
	cr_assert_eq(chdir("/"), 0);
	scratch_remove_all();
}

TestSuite(run_directory, .init = ground_prepare, .fini = ground_remove);

static void file_write(const char *name)
{
	scratch_write(scratch_format("%s/%s", ground, name), "x", 1);
}

static bool is_there(const char *name)
{
	return access(name, F_OK) == 0;
}

static void prepares(const char *directory)
{
	cr_assert_eq(run_directory_prepare(directory, path, sizeof path, &error), STATUS_OK,
		     "%s: %s", error.path, error.reason);
}

static void refuses(const char *directory)
{
	cr_assert_eq(run_directory_prepare(directory, path, sizeof path, &error), STATUS_WRITE);
	cr_expect_neq(error.reason[0], '\0');
}

Test(run_directory, is_made_for_its_owner_only)
{
	struct stat status;

	prepares("out/");
	cr_assert_eq(stat("out", &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0700);
	cr_expect_eq(path[0], '/');
	cr_expect_str_eq(strrchr(path, '/'), "/out");
}

Test(run_directory, is_taken_as_it_is_when_empty)
{
	cr_assert_eq(mkdir("out", 0755), 0);
	prepares("out");
	cr_expect_not(is_there("out.old"));
}

Test(run_directory, keeps_an_earlier_recording)
{
	cr_assert_eq(mkdir("out", 0700), 0);
	file_write("out/1.0.trace");
	prepares("out");
	cr_expect(is_there("out.old/1.0.trace"));
	cr_expect_not(is_there("out/1.0.trace"));
}

Test(run_directory, replaces_the_recording_before_that)
{
	cr_assert_eq(mkdir("out", 0700), 0);
	cr_assert_eq(mkdir("out.old", 0700), 0);
	file_write("out/2.0.trace");
	file_write("out.old/1.0.trace");
	prepares("out");
	cr_expect(is_there("out.old/2.0.trace"));
	cr_expect_not(is_there("out.old/1.0.trace"));
}

Test(run_directory, leaves_somebodys_files_alone)
{
	cr_assert_eq(mkdir("out", 0700), 0);
	file_write("out/thesis.txt");
	refuses("out");
	cr_expect(is_there("out/thesis.txt"));
}

Test(run_directory, leaves_somebodys_files_in_an_old_one_alone)
{
	cr_assert_eq(mkdir("out", 0700), 0);
	cr_assert_eq(mkdir("out.old", 0700), 0);
	file_write("out/2.0.trace");
	file_write("out.old/1.0.trace");
	file_write("out.old/notes.txt");
	refuses("out");
	cr_expect(is_there("out.old/1.0.trace"));
	cr_expect(is_there("out.old/notes.txt"));
	cr_expect(is_there("out/2.0.trace"));
}

Test(run_directory, is_no_file)
{
	file_write("out");
	refuses("out");
	cr_expect(is_there("out"));
}

Test(run_directory, needs_a_place)
{
	refuses("no/such/place");
	refuses("");
}
