#include "render_show.h"

#include <inttypes.h>
#include <string.h>

#include "model.h"
#include "process_text.h"
#include "quantity.h"
#include "render.h"
#include "render_show_object.h"
#include "render_show_socket.h"
#include "story.h"
#include "terminal.h"
#include "words.h"

static enum status story_finish(struct story *story, const struct terminal *terminal,
				struct symbols *symbols, FILE *out, struct error *error)
{
	bool is_whole = story->is_whole;

	fputc('\n', out);
	story_print(story, terminal, symbols, out);
	story_release(story);
	if (!is_whole)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	return render_finish(out, error);
}

static void heading_print(const struct terminal *terminal, FILE *out, const char *text)
{
	terminal_print(terminal, out, TERMINAL_HEADING, text);
	fputc('\n', out);
}

static void process_print(const struct terminal *terminal, const struct model *model,
			  uint32_t process, FILE *out)
{
	char text[2048];

	process_text_line(terminal, model, process, text, sizeof text);
	fprintf(out, "  process    %s\n", text);
}

/* ---- a socket ---- */

enum status render_show_socket(const struct model *model, struct symbols *symbols, uint32_t socket,
			       FILE *out, struct error *error)
{
	struct terminal terminal;
	struct story story;
	char text[64];

	terminal_init(&terminal, out);
	snprintf(text, sizeof text, "socket s%" PRIu64, (uint64_t)socket + 1);
	heading_print(&terminal, out, text);
	process_print(&terminal, model, model->sockets[socket].process, out);
	render_show_socket_facts(&terminal, model, socket, out);
	story_init(&story);
	render_show_socket_story(&terminal, model, socket, &story);
	return story_finish(&story, &terminal, symbols, out, error);
}

/* ---- an object ---- */

static void class_escape(const struct terminal *terminal, const struct model_object *object,
			 char *text, size_t size)
{
	terminal_escape(terminal, object->class_name, strlen(object->class_name), text, size);
}

enum status render_show_object(const struct model *model, struct symbols *symbols, uint32_t index,
			       FILE *out, struct error *error)
{
	const struct model_object *object = &model->objects[index];
	char class_name[512], text[600];
	struct terminal terminal;
	struct story story;

	terminal_init(&terminal, out);
	class_escape(&terminal, object, class_name, sizeof class_name);
	snprintf(text, sizeof text, "object o%" PRIu64 "  %s #%" PRIu32, (uint64_t)index + 1,
		 class_name, object->number);
	heading_print(&terminal, out, text);
	process_print(&terminal, model, object->process, out);
	render_show_object_facts(&terminal, model, index, out);
	story_init(&story);
	render_show_object_story(&terminal, model, index, &story);
	return story_finish(&story, &terminal, symbols, out, error);
}

/* ---- a process ---- */

static void process_facts_print(const struct terminal *terminal, const struct model *model,
				uint32_t index, FILE *out)
{
	const struct model_process *process = &model->processes[index];
	char text[4096];

	process_text_command(terminal, model, index, text, sizeof text);
	fprintf(out, "  command    %s\n", text);
	process_text_facts(terminal, model, index, text, sizeof text);
	fprintf(out, "  facts      %s\n", text);
	terminal_escape(terminal, process->exe, strlen(process->exe), text, sizeof text);
	if (text[0] != '\0')
		fprintf(out, "  program    %s\n", text);
	terminal_escape(terminal, process->cwd, strlen(process->cwd), text, sizeof text);
	if (text[0] != '\0')
		fprintf(out, "  directory  %s\n", text);
	if (process->parent != MODEL_NONE)
		fprintf(out, "  parent     p%" PRIu64 "\n", (uint64_t)process->parent + 1);
}

static void process_children_add(struct story *story, const struct terminal *terminal,
				 const struct model *model, uint32_t index)
{
	char path[192];

	for (uint32_t i = 0; i < model->children_count; i++) {
		const struct model_child *child = &model->children[i];

		if (child->process != index)
			continue;
		terminal_escape(terminal, child->path, strlen(child->path), path, sizeof path);
		if (child->pid != 0)
			story_add(story, child->time_ns, MODEL_NONE, "%s of pid %" PRIu32 " %s",
				  words_child(child->what), child->pid, path);
		else
			story_add(story, child->time_ns, MODEL_NONE, "%s %s",
				  words_child(child->what), path);
	}
}

static void process_rows_add(struct story *story, const struct terminal *terminal,
			     const struct model *model, const struct model_process *process)
{
	char class_name[192];

	for (uint32_t i = 0; i < process->socket_count; i++) {
		uint32_t index = process->first_socket + i;
		const struct model_socket *socket = &model->sockets[index];

		story_add(story, socket->created_ns, MODEL_NONE, "s%" PRIu64 " opened (%s)",
			  (uint64_t)index + 1, words_origin(socket->origin));
		story_add(story, socket->closed_ns, MODEL_NONE, "s%" PRIu64 " %s",
			  (uint64_t)index + 1, words_end(socket->end));
	}
	for (uint32_t i = 0; i < process->object_count; i++) {
		uint32_t index = process->first_object + i;

		class_escape(terminal, &model->objects[index], class_name, sizeof class_name);
		story_add(story, model->objects[index].created_ns, MODEL_NONE,
			  "o%" PRIu64 " created (%s)", (uint64_t)index + 1, class_name);
		story_add(story, model->objects[index].ended_ns, MODEL_NONE, "o%" PRIu64 " gone",
			  (uint64_t)index + 1);
	}
}

enum status render_show_process(const struct model *model, struct symbols *symbols, uint32_t index,
				FILE *out, struct error *error)
{
	const struct model_process *process = &model->processes[index];
	struct terminal terminal;
	struct story story;
	char text[64];

	terminal_init(&terminal, out);
	snprintf(text, sizeof text, "process p%" PRIu64 "  pid %" PRIu32, (uint64_t)index + 1,
		 process->pid);
	heading_print(&terminal, out, text);
	process_facts_print(&terminal, model, index, out);
	story_init(&story);
	story_add(&story, process->started_ns, MODEL_NONE, "started");
	process_children_add(&story, &terminal, model, index);
	process_rows_add(&story, &terminal, model, process);
	story_add(&story, process->ended_ns, MODEL_NONE, "ended: %s",
		  words_process_end(process->end));
	return story_finish(&story, &terminal, symbols, out, error);
}
