#include <criterion/criterion.h>
#include <stdbool.h>

#include "symbols.h"
#include "symbols_own.h"

#define EXE           "/usr/bin/program"
#define COUNT(frames) (sizeof(frames) / sizeof((frames)[0]))

TestSuite(symbols_own);

static struct frame native(const char *module)
{
	return (struct frame){.is_native = true, .module = module};
}

static struct frame interpreted(const char *file)
{
	return (struct frame){.file = file};
}

/* Whether `file` is preferred to the program's own line further out. */
static bool is_own_file(const char *file)
{
	const struct frame frames[] = {interpreted(file), interpreted("/srv/app.py")};

	return symbols_own_choose(frames, COUNT(frames), EXE) == &frames[0];
}

static bool is_own_module(const char *module)
{
	const struct frame frames[] = {native(module), native(EXE)};

	return symbols_own_choose(frames, COUNT(frames), EXE) == &frames[0];
}

Test(symbols_own, are_no_frames_of_an_empty_stack)
{
	cr_assert_null(symbols_own_choose(NULL, 0, EXE));
}

Test(symbols_own, are_frames_of_the_main_executable_though_it_stands_in_a_system_folder)
{
	const struct frame frames[] = {native("/lib/x86_64-linux-gnu/libc.so.6"),
				       native("/usr/lib/x86_64-linux-gnu/libpq.so.5"),
				       native("/usr/lib/postgresql/15/bin/psql"), native(EXE)};

	cr_assert_eq(symbols_own_choose(frames, COUNT(frames), "/usr/lib/postgresql/15/bin/psql"),
		     &frames[2]);
}

Test(symbols_own, are_no_frames_of_system_libraries_installed_packages_or_made_code)
{
	cr_assert_not(is_own_module("/lib/x86_64-linux-gnu/libc.so.6"));
	cr_assert_not(is_own_module("/usr/lib64/libcurl.so.4"));
	cr_assert_not(is_own_module("/venv/lib/python3.9/site-packages/x.libs/libpq.so.5"));
	cr_assert_not(is_own_module("[vdso]"));
	cr_assert_not(is_own_module(NULL));
	cr_assert(is_own_module("/opt/app/libapp.so"));
	cr_assert(is_own_module("/library/libapp.so"));
}

Test(symbols_own, fall_back_to_the_innermost_frame_outside_libc)
{
	const struct frame frames[] = {native("/lib/x86_64-linux-gnu/libc.so.6"),
				       native("/lib64/ld-linux-x86-64.so.2"),
				       native("/usr/lib/x86_64-linux-gnu/libpq.so.5"),
				       native("/usr/lib/x86_64-linux-gnu/libother.so.1")};

	cr_assert_eq(symbols_own_choose(frames, COUNT(frames), EXE), &frames[2]);
	cr_assert_eq(symbols_own_choose(frames, 2, EXE), &frames[0]);
}

Test(symbols_own, are_files_outside_the_standard_library_and_packages)
{
	cr_assert_not(is_own_file("/usr/lib/python3.11/socket.py"));
	cr_assert_not(is_own_file("/usr/local/lib64/python3.8/http/client.py"));
	cr_assert_not(is_own_file("/usr/lib/python311.zip/ssl.py"));
	cr_assert_not(is_own_file("/home/u/.pyenv/versions/3.13t/lib/python3.13t/socket.py"));
	cr_assert_not(is_own_file("/usr/lib/python3/dist-packages/requests/api.py"));
	cr_assert_not(is_own_file("/venv/lib/python3.9/site-packages/urllib3/util.py"));
	cr_assert_not(is_own_file("<frozen importlib._bootstrap>"));
	cr_assert_not(is_own_file(NULL));
	cr_assert(is_own_file("/home/u/lib/pythonic/app.py"));
	cr_assert(is_own_file("/home/u/python3.11/app.py"));
	cr_assert(is_own_file("app.py"));
}

/* Packages exec() code too: SQLAlchemy does for the wrapper of create_engine. */
Test(symbols_own, are_files_rather_than_code_from_no_file)
{
	const struct frame frames[] = {
		interpreted("/usr/lib/python3/dist-packages/requests/api.py"),
		interpreted("<string>"), interpreted("/home/u/app.py")};

	cr_assert_eq(symbols_own_choose(frames, COUNT(frames), EXE), &frames[2]);
	cr_assert_eq(symbols_own_choose(frames, 2, EXE), &frames[1]);
}

Test(symbols_own, are_interpreted_rather_than_native)
{
	const struct frame frames[] = {native(EXE), interpreted("/usr/lib/python3.11/socket.py")};

	cr_assert_eq(symbols_own_choose(frames, COUNT(frames), EXE), &frames[1]);
}

Test(symbols_own, are_a_package_rather_than_the_standard_library_when_nothing_else_is_there)
{
	const struct frame frames[] = {
		interpreted("/usr/lib/python3.11/socket.py"),
		interpreted("/usr/lib/python3/dist-packages/requests/__main__.py"),
		interpreted("<frozen runpy>")};

	cr_assert_eq(symbols_own_choose(frames, COUNT(frames), EXE), &frames[1]);
}
