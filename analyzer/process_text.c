#include "process_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "quantity.h"
#include "socket_facts.h"
#include "terminal.h"
#include "words.h"

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
							 const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

static void append_escaped(const struct terminal *terminal, char *text, size_t size,
			   const char *bytes)
{
	size_t used = strlen(text);

	terminal_escape(terminal, bytes, strlen(bytes), text + used, size - used);
}

uint32_t process_text_root(const struct model *model)
{
	for (uint32_t i = 0; i < model->processes_count; i++) {
		if (model->processes[i].is_root)
			return i;
	}
	return model->processes_count != 0 ? 0 : MODEL_NONE;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static const char *raw_name(const struct model *model, uint32_t process)
{
	const struct model_process *row;

	if (process == MODEL_NONE)
		return "?";
	row = &model->processes[process];
	if (row->arguments[0] != NULL)
		return row->arguments[0];
	return row->exe[0] != '\0' ? row->exe : "?";
}

void process_text_name(const struct terminal *terminal, const struct model *model, uint32_t process,
		       char *text, size_t size)
{
	text[0] = '\0';
	append_escaped(terminal, text, size, base_name(raw_name(model, process)));
}

void process_text_command(const struct terminal *terminal, const struct model *model,
			  uint32_t process, char *text, size_t size)
{
	process_text_name(terminal, model, process, text, size);
	if (process == MODEL_NONE || model->processes[process].arguments[0] == NULL)
		return;
	for (const char **argument = model->processes[process].arguments + 1; *argument != NULL;
	     argument++) {
		append(text, size, " ");
		append_escaped(terminal, text, size, *argument);
	}
}

static uint32_t children_count(const struct model *model, uint32_t process)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < model->processes_count; i++)
		count += model->processes[i].pid != model->processes[process].pid;
	return count;
}

static void signal_append(int signal_number, char *text, size_t size)
{
	const char *name = words_signal(signal_number);

	if (name != NULL)
		append(text, size, "killed by %s", name);
	else
		append(text, size, "killed by signal %d", signal_number);
}

static void end_append(const struct model_process *process, char *text, size_t size)
{
	switch (process->end) {
	case TRACE_PROCESS_END_EXIT:
		if (process->status >= 0)
			append(text, size, "exit status %d", process->status);
		else
			append(text, size, "exit");
		return;
	case TRACE_PROCESS_END_SIGNAL:
		signal_append(process->signal_number, text, size);
		return;
	case TRACE_PROCESS_END_EXEC:
		append(text, size, "replaced by exec");
		return;
	default:
		append(text, size, process->is_live ? "still running" : "end unknown");
	}
}

/* Of the last image of this process: exec gives a process a new row, and the same pid. */
static const struct model_process *last_image(const struct model *model, uint32_t process)
{
	const struct model_process *last = &model->processes[process];

	for (uint32_t i = process + 1; i < model->processes_count; i++) {
		if (model->processes[i].pid == last->pid)
			last = &model->processes[i];
	}
	return last;
}

/*
 * The command's time is that of the whole run, as all times in a report count from its start: what
 * it was before an exec may have opened no socket, and has no row then.
 */
static int64_t duration_of(const struct model *model, uint32_t process)
{
	const struct model_process *row = &model->processes[process];
	int64_t started_ns = row->is_root ? 0 : row->started_ns;

	return time_between(started_ns, last_image(model, process)->ended_ns);
}

void process_text_facts(const struct terminal *terminal, const struct model *model,
			uint32_t process, char *text, size_t size)
{
	const char *dot = terminal_dot(terminal);
	const struct model_process *row;
	struct quantity duration;
	uint32_t children;
	int64_t duration_ns;

	text[0] = '\0';
	if (process == MODEL_NONE)
		return;
	row = &model->processes[process];
	children = children_count(model, process);
	append(text, size, "pid %" PRIu32, row->pid);
	if (row->runtime != NULL)
		append(text, size, " %s %s", dot, row->runtime);
	if (children != 0)
		append(text, size, " %s %" PRIu32 " child process%s", dot, children,
		       children == 1 ? "" : "es");
	duration_ns = duration_of(model, process);
	if (duration_ns != TIME_NONE)
		append(text, size, " %s %s", dot,
		       quantity_duration(terminal, duration_ns, &duration));
	append(text, size, " %s ", dot);
	end_append(last_image(model, process), text, size);
}

void process_text_line(const struct terminal *terminal, const struct model *model, uint32_t process,
		       char *text, size_t size)
{
	const struct model_process *row = &model->processes[process];
	char command[1024];

	process_text_command(terminal, model, process, command, sizeof command);
	text[0] = '\0';
	append(text, size, "p%" PRIu64 "  pid %" PRIu32, (uint64_t)process + 1, row->pid);
	if (row->parent != MODEL_NONE)
		append(text, size, ", %s p%" PRIu64,
		       model->processes[row->parent].pid == row->pid ? "exec of" : "child of",
		       (uint64_t)row->parent + 1);
	append(text, size, "  %s  ", command);
	end_append(row, text, size);
}
