/* Runs the rules on a model, and makes findings of what they judge. */
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "model.h"
#include "rule_fix.h"
#include "rule_rows.h"
#include "rule_scene.h"
#include "rule_sites.h"
#include "socket_facts.h"
#include "symbols.h"

struct findings_memory {
	char **texts;
	uint32_t text_count;
	uint32_t **lists;
	uint32_t list_count;
};

struct rule_functions {
	void (*judge)(struct rule_scene *scene);
	void (*describe)(const struct rule_scene *scene, const struct rule_row *row, FILE *out);
};

static const struct rule_functions functions[RULE_COUNT] = {
#define RULE(NAME, name, severity, text, function, fix)                                            \
	[RULE_##NAME] = {rule_##function, rule_describe_##function},
#include "rules.def"
};

/* ---- what rules call ---- */

struct rule_judgement rule_judgement_of(const struct rule_scene *scene, enum rule rule,
					uint32_t socket)
{
	const struct model_socket *row = &scene->model->sockets[socket];

	return (struct rule_judgement){.rule = rule,
				       .process = row->process,
				       .socket = socket,
				       .object = scene->holders[socket],
				       .stack = socket_opened_stack(row),
				       .time_ns = row->created_ns,
				       .value_ns = TIME_NONE,
				       .other = MODEL_NONE};
}

void rule_judge(struct rule_scene *scene, const struct rule_judgement *judgement)
{
	if (!rule_rows_add(scene, judgement))
		scene->is_whole = false;
}

void rule_judge_end(struct rule_scene *scene, const struct rule_judgement *judgement)
{
	if (scene->is_told[judgement->socket])
		return;
	scene->is_told[judgement->socket] = true;
	rule_judge(scene, judgement);
}

/* ---- findings ---- */

/* A text as it was printed to an open_memstream(3); NULL without memory. */
static const char *text_keep(struct findings_memory *memory, char *text)
{
	if (text != NULL)
		memory->texts[memory->text_count++] = text;
	return text;
}

static const char *message_of(struct findings_memory *memory, const struct rule_scene *scene,
			      const struct rule_row *row)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	functions[row->first.rule].describe(scene, row, out);
	return fclose(out) == 0 ? text_keep(memory, text) : NULL;
}

static const char *peer_of(struct findings_memory *memory, const struct model *model,
			   const struct model_socket *socket)
{
	struct address_text text;

	if (!address_text_fill(model, &socket->peer, &text))
		return NULL;
	return text_keep(memory, strdup(text.bytes));
}

static void finding_fill_socket(struct finding *finding, struct findings_memory *memory,
				const struct rule_scene *scene, struct rule_row *row)
{
	const struct model_socket *socket;

	finding->socket = row->first.socket;
	if (finding->socket == MODEL_NONE)
		return;
	socket = &scene->model->sockets[finding->socket];
	finding->peer = peer_of(memory, scene->model, socket);
	finding->peer_name = socket->peer_name;
	finding->sockets = row->sockets;
	finding->socket_count = row->socket_count;
	memory->lists[memory->list_count++] = row->sockets;
	row->sockets = NULL;
}

static void finding_fill(struct finding *finding, struct findings_memory *memory,
			 const struct rule_scene *scene, struct rule_row *row)
{
	const struct rule_judgement *first = &row->first;
	const struct model *model = scene->model;

	*finding = (struct finding){
		.rule = first->rule,
		.severity = scene->settings->severities[first->rule],
		.message = message_of(memory, scene, row),
		.process = first->process,
		.object = first->object,
		.class_name = first->object != MODEL_NONE ? model->objects[first->object].class_name
							  : NULL,
		.at = symbols_own_frame(scene->symbols, first->stack),
		.stack = first->stack,
		.count = row->count,
		.first_ns = row->first_ns,
		.last_ns = row->last_ns,
		.fingerprint = rule_rows_fingerprint(scene, first),
	};
	finding->fix = rule_fix_find(first->rule, finding->class_name,
				     model->processes[first->process].runtime);
	finding_fill_socket(finding, memory, scene, row);
}

static int findings_compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return a->fingerprint < b->fingerprint ? -1 : a->fingerprint > b->fingerprint;
}

static bool findings_make(struct findings *findings, struct rule_scene *scene)
{
	struct rule_rows *rows = scene->rows;
	struct findings_memory *memory = calloc(1, sizeof *memory);

	findings->memory = memory;
	findings->rows = calloc((size_t)rows->count + 1, sizeof *findings->rows);
	if (memory == NULL || findings->rows == NULL)
		return false;
	memory->texts = calloc((size_t)rows->count * 2 + 1, sizeof *memory->texts);
	memory->lists = calloc((size_t)rows->count + 1, sizeof *memory->lists);
	if (memory->texts == NULL || memory->lists == NULL)
		return false;
	for (uint32_t i = 0; i < rows->count; i++) {
		finding_fill(&findings->rows[i], memory, scene, &rows->rows[i]);
		if (findings->rows[i].message == NULL)
			return false;
		if (rows->rows[i].first.rule == RULE_LEAKED)
			findings->leaked_count += rows->rows[i].count;
		findings->count++;
	}
	qsort(findings->rows, findings->count, sizeof *findings->rows, findings_compare);
	return true;
}

static bool rules_run(struct findings *findings, struct rule_scene *scene)
{
	scene->is_told = calloc((size_t)scene->model->sockets_count + 1, sizeof *scene->is_told);
	if (scene->is_told == NULL || !rule_sites_init(scene))
		return false;
	for (int i = 0; i < RULE_COUNT && scene->is_whole; i++) {
		if (scene->settings->severities[i] != FINDING_OFF)
			functions[i].judge(scene);
	}
	return scene->is_whole && findings_make(findings, scene);
}

enum status findings_init(struct findings *findings, const struct model *model,
			  struct symbols *symbols, const struct finding_settings *settings,
			  struct error *error)
{
	struct rule_rows rows = {0};
	struct rule_scene scene = {.model = model,
				   .symbols = symbols,
				   .settings = settings,
				   .rows = &rows,
				   .is_whole = true};
	bool is_done;

	memset(findings, 0, sizeof *findings);
	is_done = rules_run(findings, &scene);
	rule_rows_release(&rows);
	rule_sites_release(&scene);
	free(scene.is_told);
	if (is_done)
		return STATUS_OK;
	findings_release(findings);
	return error_set(error, STATUS_NO_MEMORY, NULL, 0, "out of memory");
}

void findings_release(struct findings *findings)
{
	struct findings_memory *memory = findings->memory;

	for (uint32_t i = 0; memory != NULL && i < memory->text_count; i++)
		free(memory->texts[i]);
	for (uint32_t i = 0; memory != NULL && i < memory->list_count; i++)
		free(memory->lists[i]);
	if (memory != NULL) {
		free(memory->texts);
		free(memory->lists);
	}
	free(memory);
	free(findings->rows);
	memset(findings, 0, sizeof *findings);
}
