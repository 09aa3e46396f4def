#include <criterion/criterion.h>
#include <string.h>

#include "finding.h"
#include "finding_place.h"
#include "hand_model.h"
#include "symbols.h"

static const char *place(const char *file, const char *base)
{
	static struct hand_model hand;
	static struct finding_place found;
	const struct frame frame = {.file = file, .line = 4};

	hand_init(&hand);
	if (!finding_place_fill(&found, &hand.model, 0, &frame, base))
		return NULL;
	cr_expect_eq(found.line, 4);
	return found.path;
}

Test(finding_place, is_told_from_the_base)
{
	cr_expect_str_eq(place("/srv/app/main.py", "/srv"), "app/main.py");
	cr_expect_str_eq(place("/srv2/main.py", "/srv"), "/srv2/main.py");
	cr_expect_str_eq(place("/usr/lib/x.py", "/srv"), "/usr/lib/x.py");
}

Test(finding_place, of_a_relative_file_is_below_the_folder_of_its_process)
{
	cr_expect_str_eq(place("app.py", "/srv"), "app.py");
	cr_expect_str_eq(place("app.py", "/home"), "/srv/app.py");
	cr_expect_str_eq(place("../srv/./a//b/../app.py", "/srv"), "a/app.py");
	cr_expect_str_eq(place("../../../x.py", "/srv"), "/x.py");
}

Test(finding_place, needs_a_file)
{
	cr_expect_null(place("<string>", "/srv"));
	cr_expect_null(place(NULL, "/srv"));
}

Test(finding_place, is_a_name_without_a_line)
{
	const struct frame frame = {.file = "/srv/leak.py", .function = "count", .line = 4};
	struct finding finding = {.class_name = "a.B", .at = &frame};
	char name[64];

	finding_name_fill(&finding, name, sizeof name);
	cr_expect_str_eq(name, "a.B in count, leak.py");
	finding.class_name = NULL;
	finding.at = NULL;
	finding_name_fill(&finding, name, sizeof name);
	cr_expect_str_eq(name, "a socket");
}
