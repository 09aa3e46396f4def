/* The language of handle catalogs, and the built-in text of it. */
#include "../../preload/handle_parse.c"
#include "../../preload/handle_parse_action.c"
#include "../../preload/handle_words.c"

#include <criterion/criterion.h>

#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(handles);

static struct handle_catalog catalog;

static const struct handle_function *parsed(const char *lines, const char *function)
{
	struct handle_fault fault;

	handle_parse(&catalog, NULL, lines, strlen(lines), &fault);
	cr_assert_eq(fault.line, 0, "%s", fault.reason);
	return handle_named(&catalog, handle_hash(function), function, NULL);
}

static const struct handle_action *step_of(const struct handle_function *function, int nth)
{
	uint16_t step = function->first_step;

	while (nth-- > 0)
		step = catalog.steps[step].next;
	return &catalog.actions[catalog.steps[step].action];
}

Test(handles, the_built_in_text_has_no_fault)
{
	size_t size;
	const char *text = scratch_read(scratch_source("preload/handle_catalog.txt"), &size);
	struct handle_fault fault;

	handle_parse(&catalog, NULL, text, size, &fault);
	cr_expect_eq(fault.line, 0, "line %u: %s", fault.line, fault.reason);
	cr_expect_gt(catalog.function_count, 400);
	cr_expect_not_null(handle_named(&catalog, handle_hash("PQconnectdb"), "PQconnectdb", NULL));
	cr_expect_null(handle_named(&catalog, handle_hash("PQclear"), "PQclear", NULL));
}

Test(handles, a_function_may_do_several_things)
{
	const struct handle_function *function =
		parsed("library libdoor.so.* # its soname\n"
		       "handle hall pool\n"
		       "use 1: hall_give\n"
		       "handle door connection one-thread\n"
		       "obtain return : hall_give\n"
		       "move return into 1 if 2=-5 return=7: hall_give other+3\n",
		       "hall_give");
	const struct handle_action *moved = step_of(function, 2);

	cr_expect_eq(step_of(function, 0)->verb, HANDLE_USE);
	cr_expect_eq(step_of(function, 1)->verb, HANDLE_OBTAIN);
	cr_expect_eq(moved->verb, HANDLE_MOVE);
	cr_expect_eq(moved->place, HANDLE_PLACE_RETURN);
	cr_expect_eq(moved->other, 1);
	cr_expect_eq(moved->condition_count, 2);
	cr_expect_eq(moved->conditions[0].place, 2);
	cr_expect_eq(moved->conditions[0].value, -5);
	cr_expect_eq(moved->conditions[1].place, HANDLE_PLACE_RETURN);
	cr_expect_eq(catalog.types[moved->type].flags, HANDLE_TYPE_ONE_THREAD);
	cr_expect_eq(function->stack_words, 0);
}

Test(handles, types_have_properties)
{
	parsed("library liba.so\n"
	       "handle A pool\n"
	       "handle B client ends-with-pool unseen-end ends-with-socket\n"
	       "part C\nadopt 2 of 1: c\n"
	       "part D ends-whole\n",
	       "c");
	cr_expect_eq(catalog.types[0].flags, 0);
	cr_expect_eq(catalog.types[1].flags,
		     HANDLE_TYPE_ENDS_POOL | HANDLE_TYPE_UNSEEN_END | HANDLE_TYPE_ENDS_WITH);
	cr_expect_eq(catalog.types[2].flags, HANDLE_TYPE_IS_PART);
	cr_expect_eq(catalog.actions[0].verb, HANDLE_ADOPT);
	cr_expect_eq(catalog.actions[0].place, 2);
	cr_expect_eq(catalog.actions[0].other, 1);
	cr_expect_eq(catalog.types[3].flags, HANDLE_TYPE_IS_PART | HANDLE_TYPE_ENDS_WHOLE);
}

Test(handles, a_mark_of_utf_8_is_passed_over)
{
	cr_expect_not_null(parsed("\xef\xbb\xbflibrary liba.so\r\nhandle A pool\r\nuse 1: a", "a"));
}

Test(handles, types_of_one_name_are_counted_together)
{
	parsed("library liba.so\nhandle A client\ncreate return: a\n"
	       "library libb.so\nhandle B client\ncreate return: b\n"
	       "library libc.so\nhandle A client\ncreate return: c\n",
	       "a");
	cr_expect_eq(catalog.types[1].family, 1);
	cr_expect_eq(catalog.types[2].family, 0);
}

Test(handles, the_first_fault_is_told_and_the_rest_is_read)
{
	static const char text[] = "library liba.so\nhandle A client\nuse 1:\nuse x: b\n"
				   "destroy 1: c+any\n";
	struct handle_fault fault;

	handle_parse(&catalog, NULL, text, sizeof(text) - 1, &fault);
	cr_expect_eq(fault.line, 3);
	cr_expect_str_eq(fault.reason, "the line ends where a function's name is wanted");
	cr_assert_eq(catalog.function_count, 1);
	cr_expect_eq(catalog.functions[0].stack_words, HANDLE_WORDS_ANY);
}
