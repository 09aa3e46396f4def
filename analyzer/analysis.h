/*
 * A trace made ready to be asked: loaded, matched, with symbols at hand. The one place that knows
 * the order of these steps.
 */
#ifndef SOCKLIFE_ANALYSIS_H
#define SOCKLIFE_ANALYSIS_H

#include "error.h"
#include "finding.h"
#include "model.h"

struct progress;
struct symbols;

struct analysis {
	struct model model;
	struct symbols *symbols;
	struct findings findings; /* empty until analysis_judge() */
};

/* A trace file, or a directory of them. On failure *error is filled and nothing is left to release.
 */
enum status analysis_init(struct analysis *analysis, const char *path, struct error *error);
/* The same as it was at a snapshot, see model_cut(); `at` NULL: as it was at the end. */
enum status analysis_init_at(struct analysis *analysis, const char *path, const char *at,
			     struct error *error);
/* The same, and *progress is told how far it is; NULL for nobody. It must outlive the analysis. */
enum status analysis_init_watched(struct analysis *analysis, const char *path, const char *at,
				  struct progress *progress, struct error *error);
/* Lets the rules judge; NULL: by the settings that rules.def gives. Release the analysis anyway. */
enum status analysis_judge(struct analysis *analysis, const struct finding_settings *settings,
			   struct error *error);
void analysis_release(struct analysis *analysis);

#endif
