#include "render_objects.h"

#include <inttypes.h>
#include <string.h>

#include "frame_text.h"
#include "model.h"
#include "object_row.h"
#include "object_tree.h"
#include "process_text.h"
#include "render.h"
#include "render_objects_timeline.h"
#include "table.h"
#include "terminal.h"
#include "verdict.h"

#define TEXT_INDENT 7u /* of what stands below a line of the table */

struct section {
	const struct render_input *input;
	const struct terminal *terminal;
	FILE *out;
	struct object_tree tree;
	struct object_row row;
	struct table table;
	struct timelines timelines;
};

static bool has_timelines(const struct section *section)
{
	if (section->input->timelines == RENDER_TIMELINES_FEW)
		return section->timelines.count != 0 && section->timelines.count <= TIMELINES_MAX;
	return section->timelines.count != 0 && section->input->timelines == RENDER_TIMELINES_ALL;
}

/* Breaks lines between words; what is wider than a line alone stays whole. */
static void text_print(const struct section *section, unsigned int indent, char *text)
{
	unsigned int room = section->terminal->width > indent + 20
				    ? section->terminal->width - indent
				    : 20;
	unsigned int used = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		unsigned int width = terminal_text_width(section->terminal, word);

		if (used == 0 || used + 1 + width > room) {
			fprintf(section->out, "%s%*s", used != 0 ? "\n" : "", (int)indent, "");
			used = 0;
		}
		fprintf(section->out, "%s%s", used != 0 ? " " : "", word);
		used += width + (used != 0);
	}
	fputc('\n', section->out);
}

static void verdict_print(const struct section *section, const struct object_group *group)
{
	struct verdict verdict;
	char text[VERDICT_SIZE + 32];
	const char *prefix = "";

	verdict_object(&verdict, section->terminal, section->input->model, group->first);
	if (group->count > 1)
		prefix = verdict.phrases == 1u << VERDICT_NEVER_CONNECTED ? "each: "
									  : "the first: ";
	snprintf(text, sizeof text, "%s%s", prefix, verdict.text);
	text_print(section, TEXT_INDENT + group->depth * 2, text);
}

static void group_print(struct section *section, const struct object_group *group)
{
	unsigned int indent = TEXT_INDENT + group->depth * 2;

	object_row_fill(&section->row, group);
	table_print(&section->table, section->out, section->row.cells);
	if (!object_row_is_quiet(&section->row, group))
		verdict_print(section, group);
	if (has_timelines(section) && group->count == 1)
		timelines_print(&section->timelines, group->first, true, indent, section->out);
	if (!section->input->with_stacks)
		return;
	fprintf(section->out, "%*screated at\n", (int)TEXT_INDENT - 1, "");
	frame_text_print_stack(section->terminal, section->input->symbols,
			       section->input->model->objects[group->first].created_stack, 8,
			       section->out);
}

static void process_heading_print(const struct section *section, uint32_t process)
{
	char text[4096];

	process_text_line(section->terminal, section->input->model, process, text, sizeof text);
	terminal_cut(section->terminal, text, sizeof text, section->terminal->width - 1);
	fputc(' ', section->out);
	terminal_print(section->terminal, section->out, TERMINAL_HEADING, text);
	fputc('\n', section->out);
}

static void groups_print(struct section *section)
{
	const struct model_object *objects = section->input->model->objects;
	const struct object_tree *tree = &section->tree;
	bool has_headings = objects[tree->groups[0].first].process !=
			    objects[tree->groups[tree->group_count - 1].first].process;
	uint32_t process = MODEL_NONE;

	for (uint32_t i = 0; i < tree->group_count; i++) {
		uint32_t own = objects[tree->groups[i].first].process;

		if (has_headings && own != process)
			process_heading_print(section, own);
		process = own;
		group_print(section, &tree->groups[i]);
	}
}

static void left_out_print(const struct section *section)
{
	uint32_t count = section->tree.left_out;
	char text[128];

	if (count == 0)
		return;
	snprintf(text, sizeof text,
		 "%" PRIu32 " more inside these, which never connected; --all shows %s", count,
		 count == 1 ? "it" : "them");
	fputs("  ", section->out);
	terminal_print_lines(section->terminal, section->out, TERMINAL_QUIET, text, 2, 4);
}

static void section_print(struct section *section)
{
	table_init(&section->table, section->terminal, object_columns, OBJECT_COLUMN_COUNT);
	for (uint32_t i = 0; i < section->tree.group_count; i++) {
		object_row_fill(&section->row, &section->tree.groups[i]);
		table_measure(&section->table, section->row.cells);
	}
	table_layout(&section->table);
	timelines_init(&section->timelines, section->terminal, section->input->model,
		       &section->tree);
	fputc('\n', section->out);
	terminal_print(section->terminal, section->out, TERMINAL_HEADING, "OBJECTS");
	fputc('\n', section->out);
	table_print_titles(&section->table, section->out);
	groups_print(section);
	if (has_timelines(section))
		timelines_print_legend(&section->timelines, section->out);
	left_out_print(section);
}

enum status render_objects_print(const struct render_input *input, const struct terminal *terminal,
				 FILE *out, struct error *error)
{
	struct section section = {
		.input = input,
		.terminal = terminal,
		.out = out,
		.row = {.terminal = terminal, .model = input->model, .symbols = input->symbols}};
	enum status status = object_tree_init(&section.tree, input->selection, terminal,
					      input->model, input->symbols, error);

	if (status != STATUS_OK)
		return status;
	section.row.tree = &section.tree;
	if (section.tree.group_count != 0)
		section_print(&section);
	object_tree_release(&section.tree);
	return STATUS_OK;
}
