#include <criterion/criterion.h>

#include <string.h>

#include "cmd_progress.h"
#include "progress.h"

Test(progress, grows_from_phase_to_phase_and_never_falls_back)
{
	struct progress progress = {0};
	uint32_t last = 0;

	for (int phase = PROGRESS_SCAN; phase <= PROGRESS_RENDER; phase++) {
		for (uint64_t done = 0; done <= 10; done++) {
			progress_tell(&progress, (enum progress_phase)phase, done, 10);
			cr_expect_geq(progress_per_mille(&progress), last);
			last = progress_per_mille(&progress);
		}
	}
	cr_expect_eq(last, 1000);
	progress_tell(&progress, PROGRESS_SCAN, 0, 10);
	cr_expect_eq(progress_per_mille(&progress), 1000);
}

Test(progress, survives_totals_that_cannot_be)
{
	struct progress progress = {0};

	progress_tell(NULL, PROGRESS_FILL, 1, 2);
	progress_tell(&progress, PROGRESS_SCAN, 7, 0);
	cr_expect_eq(progress_per_mille(&progress), 0);
	progress_tell(&progress, PROGRESS_RENDER, UINT64_MAX, 1);
	cr_expect_eq(progress_per_mille(&progress), 1000);
}

Test(progress, draws_a_bar_that_fits_the_terminal)
{
	char text[128];

	cmd_progress_draw(450, 100, text, sizeof text);
	cr_expect_str_eq(text,
			 "socklife: reporting [##################......................]  45 %");
	for (unsigned int width = 40; width < 100; width++) {
		cmd_progress_draw(1000, width, text, sizeof text);
		cr_expect_lt(strlen(text), width);
		cr_expect_not_null(strstr(text, "100 %"));
	}
}
