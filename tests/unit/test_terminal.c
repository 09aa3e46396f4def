#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"
#include "model.h"
#include "terminal.h"
#include "utf8.h"

static const struct terminal unicode = {.width = 100, .is_utf8 = true};
static const struct terminal ascii = {.width = 100};

static void locale_set(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

TestSuite(terminal, .init = locale_set);
TestSuite(utf8);
TestSuite(quantity, .init = locale_set);

static void escapes(const struct terminal *terminal, const char *bytes, size_t size_bytes,
		    const char *expected)
{
	char text[128];

	terminal_escape(terminal, bytes, size_bytes, text, sizeof text);
	cr_expect_str_eq(text, expected);
}

Test(terminal, lets_printable_text_through)
{
	escapes(&unicode, "caf\xc3\xa9", 5, "caf\xc3\xa9");
}

Test(terminal, escapes_control_characters)
{
	escapes(&unicode, "a\033[2J\r\n\x7f\0b", 10, "a\\x1b[2J\\x0d\\x0a\\x7f\\x00b");
}

Test(terminal, escapes_what_reorders_or_hides_text)
{
	escapes(&unicode, "\xe2\x80\xae", 3, "\\xe2\\x80\\xae");
	escapes(&unicode, "\xc2\x9b", 2, "\\xc2\\x9b");
	escapes(&unicode, "\xef\xbb\xbf", 3, "\\xef\\xbb\\xbf");
}

Test(terminal, escapes_bytes_that_are_no_characters)
{
	escapes(&unicode, "\xff\xc3", 2, "\\xff\\xc3");
}

Test(terminal, writes_ascii_only_where_nothing_else_is_understood)
{
	escapes(&ascii, "caf\xc3\xa9", 5, "caf\\xc3\\xa9");
}

Test(terminal, stops_at_a_whole_character_when_there_is_no_room)
{
	char text[6];

	terminal_escape(&unicode, "abcd\xc3\xa9", 6, text, sizeof text);
	cr_expect_str_eq(text, "abcd");
}

Test(terminal, cuts_in_the_middle)
{
	char text[32] = "localhost 127.0.0.1:5432";

	terminal_cut(&unicode, text, sizeof text, 11);
	cr_expect_str_eq(text, "local…:5432");
	cr_expect_eq(terminal_text_width(&unicode, text), 11);
}

Test(terminal, cuts_wide_characters_whole)
{
	char text[64] = "漢字漢字漢字漢字";

	terminal_cut(&unicode, text, sizeof text, 8);
	cr_expect_leq(terminal_text_width(&unicode, text), 8);
	cr_expect_str_eq(text, "漢字…字");
}

Test(terminal, cuts_at_the_end)
{
	char text[32] = "app.py:12 checkout", short_text[32] = "redis-benchmark+0x17a9";

	terminal_cut_end(&unicode, text, sizeof text, 15);
	cr_expect_str_eq(text, "app.py:12 chec…");
	terminal_cut_end(&unicode, short_text, sizeof short_text, 12);
	cr_expect_str_eq(short_text, "redis-bench…");
}

Test(terminal, cuts_off_a_word_of_which_little_would_be_left)
{
	char text[32] = "app.py:12 <module>", whole[32] = "app.py:12 <module>";

	terminal_cut_end(&unicode, text, sizeof text, 12);
	cr_expect_str_eq(text, "app.py:12");
	terminal_cut_end(&ascii, whole, sizeof whole, 11);
	cr_expect_str_eq(whole, "app.py:12");
}

Test(terminal, keeps_the_line_of_a_place)
{
	char text[32] = "symbols_lookup.c:58 look", whole[32] = "session.py:15 <module>";

	terminal_cut_end(&unicode, text, sizeof text, 12);
	cr_expect_str_eq(text, "symbol….c:58");
	terminal_cut_end(&unicode, whole, sizeof whole, 13);
	cr_expect_str_eq(whole, "session.py:15");
}

Test(terminal, marks_a_cut_in_ascii_too)
{
	char text[32] = "localhost";

	terminal_cut(&ascii, text, sizeof text, 6);
	cr_expect_str_eq(text, "lo..st");
}

Test(terminal, leaves_alone_what_fits)
{
	char text[32] = "short";

	terminal_cut(&unicode, text, sizeof text, 5);
	terminal_cut_end(&unicode, text, sizeof text, 5);
	cr_expect_str_eq(text, "short");
}

static void init_on_memory(struct terminal *terminal)
{
	char bytes[8];
	FILE *file = fmemopen(bytes, sizeof bytes, "w");

	terminal_init(terminal, file);
	fclose(file);
}

Test(terminal, takes_its_width_from_the_environment)
{
	struct terminal terminal;

	setenv("COLUMNS", "77", 1);
	init_on_memory(&terminal);
	cr_expect_eq(terminal.width, 77);
}

Test(terminal, does_not_believe_a_width_that_is_none)
{
	static const char *const widths[] = {"", "wide", "-5", "80x", "0"};
	struct terminal terminal;

	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		setenv("COLUMNS", widths[i], 1);
		init_on_memory(&terminal);
		cr_expect_eq(terminal.width, TERMINAL_WIDTH_UNKNOWN, "'%s'", widths[i]);
	}
}

Test(terminal, has_colour_on_a_terminal_only)
{
	struct terminal terminal;

	setenv("TERM", "xterm", 1);
	init_on_memory(&terminal);
	cr_expect_not(terminal.has_colour);
}

static size_t decoded(const char *bytes, size_t size_bytes)
{
	uint32_t character = 0;

	return utf8_decode(bytes, size_bytes, &character);
}

Test(utf8, takes_characters_of_every_length)
{
	cr_expect_eq(decoded("a", 1), 1);
	cr_expect_eq(decoded("\xc3\xa9", 2), 2);
	cr_expect_eq(decoded("\xe2\x82\xac", 3), 3);
	cr_expect_eq(decoded("\xf0\x9f\x98\x80", 4), 4);
}

Test(utf8, refuses_what_is_no_character)
{
	cr_expect_eq(decoded("", 0), 0);
	cr_expect_eq(decoded("\x80", 1), 0);
	cr_expect_eq(decoded("\xe2\x82", 2), 0);
	cr_expect_eq(decoded("\xc0\x80", 2), 0, "overlong");
	cr_expect_eq(decoded("\xed\xa0\x80", 3), 0, "surrogate");
	cr_expect_eq(decoded("\xf4\x90\x80\x80", 4), 0, "beyond U+10FFFF");
	cr_expect_eq(decoded("\xff", 1), 0);
}

static void duration_is(int64_t duration_ns, const char *expected)
{
	struct quantity quantity;

	cr_expect_str_eq(quantity_duration(&unicode, duration_ns, &quantity), expected);
}

Test(quantity, writes_durations_as_people_say_them)
{
	duration_is(TIME_NONE, "-");
	duration_is(0, "0 µs");
	duration_is(191000, "191 µs");
	duration_is(999600, "1.0 ms");
	duration_is(2100000, "2.1 ms");
	duration_is(9960000, "10 ms");
	duration_is(999600000, "1.00 s");
	duration_is(1040000000, "1.04 s");
	duration_is(12340000000, "12.3 s");
	duration_is(INT64_C(125000000000), "2m05s");
	duration_is(INT64_C(3720000000000), "1h02m");
	duration_is(INT64_C(273600000000000), "3d04h");
}

Test(quantity, writes_moments_and_bytes)
{
	struct quantity quantity;

	cr_expect_str_eq(quantity_moment(3000000, &quantity), "+0.003");
	cr_expect_str_eq(quantity_moment(TIME_NONE, &quantity), "-");
	cr_expect_str_eq(quantity_bytes(999, &quantity), "999 B");
	cr_expect_str_eq(quantity_bytes(34000, &quantity), "34 kB");
	cr_expect_str_eq(quantity_bytes(UINT64_MAX, &quantity), "18 EB");
	cr_expect_str_eq(quantity_bytes_short(1200, &quantity), "1.2k");
}
