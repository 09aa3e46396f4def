/*
 * What of a recording is not over: no gap so far, but more may come. The reader of a report sees it
 * as it is now; a check cannot pass on it.
 */
#include "model_loader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static const char *name_of(const struct model_process *process)
{
	const char *first = process->arguments[0];

	return base_name(first != NULL && first[0] != '\0' ? first : process->exe);
}

static void note_unfinished(struct model *model, uint32_t process, const char *text)
{
	model_note_add(model, process, false, text);
	if (model->notes_count != 0 && model->notes[model->notes_count - 1].text == text)
		model->notes[model->notes_count - 1].is_unfinished = true;
}

/* Alike processes, as a server's workers are, are one note that names the first. */
static void note_processes(struct model *model, bool is_known)
{
	const char *what = is_known ? "still running when this was read"
				    : "perhaps still running: its file system does not tell";
	uint32_t count = 0, first = MODEL_NONE;
	char more[48] = "";

	for (uint32_t i = 0; i < model->processes_count; i++) {
		const struct model_process *process = &model->processes[i];

		if (!(is_known ? process->is_live : process->is_perhaps_live) || process->by_run)
			continue;
		first = first == MODEL_NONE ? i : first;
		count++;
	}
	if (count == 0)
		return;
	if (count > 1)
		snprintf(more, sizeof(more), " and %" PRIu32 " more process%s", count - 1,
			 count == 2 ? "" : "es");
	note_unfinished(model, first,
			model_memory_format(model->memory, "%s (pid %" PRIu32 ")%s %s %s",
					    name_of(&model->processes[first]),
					    model->processes[first].pid, more,
					    count == 1 ? "was" : "were", what));
}

void model_note_unfinished(struct model_loader *loader)
{
	const struct trace_run *run = loader->run_file != NULL ? loader->run_file->run : NULL;

	if (run != NULL && __atomic_load_n(&run->end, __ATOMIC_ACQUIRE) == 0)
		note_unfinished(loader->model, MODEL_NONE,
				model_memory_format(loader->model->memory,
						    "socklife run has not seen the program end: it "
						    "is still waiting, or was killed"));
	note_processes(loader->model, true);
	note_processes(loader->model, false);
}
