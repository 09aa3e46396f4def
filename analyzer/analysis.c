#include "analysis.h"

#include "matcher.h"
#include "model_cut.h"
#include "symbols.h"

enum status analysis_init(struct analysis *analysis, const char *path, struct error *error)
{
	return analysis_init_at(analysis, path, NULL, error);
}

enum status analysis_init_at(struct analysis *analysis, const char *path, const char *at,
			     struct error *error)
{
	return analysis_init_watched(analysis, path, at, NULL, error);
}

enum status analysis_init_watched(struct analysis *analysis, const char *path, const char *at,
				  struct progress *progress, struct error *error)
{
	enum status status;

	analysis->findings = (struct findings){0};
	model_init(&analysis->model);
	analysis->model.progress = progress;
	status = model_load(&analysis->model, path, error);
	if (status == STATUS_OK && at != NULL)
		status = model_cut(&analysis->model, at, error);
	if (status == STATUS_OK)
		status = matcher_run(&analysis->model, error);
	if (status == STATUS_OK)
		status = symbols_new(&analysis->symbols, &analysis->model, error);
	if (status != STATUS_OK)
		model_release(&analysis->model);
	return status;
}

enum status analysis_judge(struct analysis *analysis, const struct finding_settings *settings,
			   struct error *error)
{
	struct finding_settings usual;

	finding_settings_init(&usual);
	findings_release(&analysis->findings);
	return findings_init(&analysis->findings, &analysis->model, analysis->symbols,
			     settings != NULL ? settings : &usual, error);
}

void analysis_release(struct analysis *analysis)
{
	findings_release(&analysis->findings);
	symbols_free(analysis->symbols);
	model_release(&analysis->model);
}
