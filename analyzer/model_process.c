#include "model_loader.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Latest image of `pid` in a row before `limit`; rows are in the order of start. */
struct pid_row {
	uint32_t pid, row;
};

static int pid_rows_compare(const void *left, const void *right)
{
	const struct pid_row *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static struct pid_row *pid_rows_new(const struct model *model)
{
	struct pid_row *rows = malloc((model->processes_count + 1u) * sizeof(*rows));

	for (uint32_t i = 0; rows != NULL && i < model->processes_count; i++)
		rows[i] = (struct pid_row){.pid = model->processes[i].pid, .row = i};
	if (rows != NULL && model->processes_count > 1)
		qsort(rows, model->processes_count, sizeof(*rows), pid_rows_compare);
	return rows;
}

static uint32_t image_before(const struct model *model, const struct pid_row *rows, uint32_t pid,
			     uint32_t limit)
{
	uint32_t low = 0, high = model->processes_count;
	const struct pid_row key = {.pid = pid, .row = limit};

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pid_rows_compare(&rows[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low != 0 && rows[low - 1].pid == pid ? rows[low - 1].row : MODEL_NONE;
}

static bool had_ended(const struct model_process *process, int64_t time_ns)
{
	return (process->end == TRACE_PROCESS_END_EXIT ||
		process->end == TRACE_PROCESS_END_SIGNAL) &&
	       process->ended_ns < time_ns;
}

/* A parent is the image that this one copied or replaced, else the one that made its process. */
static void process_link(struct model *model, const struct pid_row *rows,
			 const struct model_file *file)
{
	struct model_process *process = &model->processes[file->process];
	uint32_t former = image_before(model, rows, process->pid, file->process);
	uint32_t parent;

	if (file->forked_from == 0 && former != MODEL_NONE &&
	    !had_ended(&model->processes[former], INT64_MAX)) {
		process->parent = former;
		/* by a way of exec that no hook saw */
		if (model->processes[former].end == 0) {
			model->processes[former].end = TRACE_PROCESS_END_EXEC;
			model->processes[former].ended_ns = process->started_ns;
		}
		return;
	}
	parent = image_before(model, rows,
			      file->forked_from != 0 ? file->forked_from : process->parent_pid,
			      file->process);
	/* A forked child may find its feet only after its parent has ended; a pid that came as
	 * getppid() may be a later process' own. */
	if (parent != MODEL_NONE &&
	    (file->forked_from != 0 || !had_ended(&model->processes[parent], process->started_ns)))
		process->parent = parent;
}

static void process_exec(struct model *model, const struct model_file *file)
{
	struct model_process *process = &model->processes[file->process];

	if (file->exec_ns == 0 || process->end != 0)
		return;
	process->end = TRACE_PROCESS_END_EXEC;
	process->ended_ns = model_time(model, file->exec_ns);
}

/* What run has waited for is the end of the last image of its child's pid. */
static void root_end(struct model *model, struct model_process *process,
		     const struct trace_run *run, enum trace_process_end end)
{
	int64_t ended_ns = model_time(model, __atomic_load_n(&run->ended_ns, __ATOMIC_RELAXED));

	process->status = end == TRACE_PROCESS_END_SIGNAL ? -1 : run->status;
	/* an image that ended by exec did so, whatever the program did that it called */
	if (process->end == TRACE_PROCESS_END_EXEC)
		return;
	process->signal_number = end == TRACE_PROCESS_END_SIGNAL ? run->signal_number : 0;
	process->end = end;
	if (process->ended_ns == TIME_NONE)
		process->ended_ns = ended_ns;
}

/* The last image of a pid that a process has waited for; what it said of its own end stands. */
static void child_end(struct model *model, const struct pid_row *rows,
		      const struct model_child *child)
{
	uint32_t row = image_before(model, rows, child->pid, model->processes_count);
	struct model_process *process;

	while (row != MODEL_NONE && model->processes[row].started_ns > child->time_ns)
		row = image_before(model, rows, child->pid, row);
	process = row != MODEL_NONE ? &model->processes[row] : NULL;
	if (process == NULL || process->end != 0 || process->by_run)
		return;
	process->end = WIFSIGNALED(child->status) ? TRACE_PROCESS_END_SIGNAL
						  : TRACE_PROCESS_END_EXIT;
	process->ended_ns = child->time_ns;
	if (WIFSIGNALED(child->status))
		process->signal_number = WTERMSIG(child->status);
	else
		process->status = WEXITSTATUS(child->status);
}

static void root_find(struct model_loader *loader)
{
	struct model *model = loader->model;
	const struct trace_run *run = loader->run_file->run;
	unsigned int end = __atomic_load_n(&run->end, __ATOMIC_ACQUIRE);
	struct model_process *last = NULL;

	for (uint32_t i = 0; i < model->processes_count; i++) {
		struct model_process *process = &model->processes[i];

		/* one without a file: nobody but run could tell */
		if (end == 0 && process->by_run)
			process->is_perhaps_live = true;
		if (process->pid != run->child_pid)
			continue;
		process->is_root = last == NULL;
		last = process;
	}
	if (last != NULL && (end == TRACE_PROCESS_END_EXIT || end == TRACE_PROCESS_END_SIGNAL))
		root_end(model, last, run, (enum trace_process_end)end);
	if (end != 0)
		model->ended_ns = model_time(model, run->ended_ns);
}

/* What a process leaves open its end closes; a socket without close-on-exec lives on after exec. */
static void sockets_end(struct model *model, const struct model_process *process)
{
	if (process->end == 0 || process->ended_ns == TIME_NONE)
		return;
	for (uint32_t i = 0; i < process->socket_count; i++) {
		struct model_socket *socket = &model->sockets[process->first_socket + i];

		if (socket->end != 0)
			continue;
		if (process->end != TRACE_PROCESS_END_EXEC)
			socket->end = TRACE_END_EXIT;
		else if ((socket->flags & TRACE_SOCKET_CLOEXEC) != 0)
			socket->end = TRACE_END_EXEC;
		else
			socket->end = TRACE_END_PASSED;
		socket->closed_ns = socket->created_ns > process->ended_ns ? socket->created_ns
									   : process->ended_ns;
	}
}

/*
 * An object that nobody saw go was alive when its process ended; exec ends it with the image. Of
 * one that nobody could see go it is not known.
 */
static void objects_end(struct model *model, const struct model_process *process)
{
	if (process->end == 0 || process->ended_ns == TIME_NONE)
		return;
	for (uint32_t i = 0; i < process->object_count; i++) {
		struct model_object *object = &model->objects[process->first_object + i];

		if (object->end != 0 || (object->flags & TRACE_OBJECT_DEATH_UNKNOWN) != 0)
			continue;
		object->end = TRACE_OBJECT_END_EXIT;
		object->ended_ns = object->created_ns > process->ended_ns ? object->created_ns
									  : process->ended_ns;
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void runtime_by_module(struct model_process *process, const char *path)
{
	const char *name = base_name(path);

	if (strcmp(name, "libjvm.so") == 0)
		process->runtime = "java";
	else if (strncmp(name, "libpython", strlen("libpython")) == 0 &&
		 strcmp(process->runtime, "native") == 0)
		process->runtime = "python";
}

static void runtimes_find(struct model *model)
{
	for (uint32_t i = 0; i < model->modules_count; i++)
		runtime_by_module(&model->processes[model->modules[i].process],
				  model->modules[i].path);
	for (uint32_t i = 0; i < model->processes_count; i++) {
		struct model_process *process = &model->processes[i];
		const char *name = base_name(process->exe);

		if (strcmp(name, "node") == 0)
			process->runtime = "node";
		else if (fnmatch("python*", name, 0) == 0)
			process->runtime = "python";
	}
}

/* What was not known when the files were opened: by whom it was replaced or waited for. */
static void lives_end(struct model *model)
{
	for (uint32_t i = 0; i < model->processes_count; i++) {
		if (model->processes[i].end != 0 || model->processes[i].by_parent)
			model->processes[i].is_live = model->processes[i].is_perhaps_live = false;
	}
}

static void model_end(struct model *model)
{
	int64_t last = TIME_NONE;

	for (uint32_t i = 0; i < model->processes_count; i++) {
		if (model->processes[i].by_parent)
			continue;
		if (model->processes[i].ended_ns == TIME_NONE)
			return;
		if (model->processes[i].ended_ns > last)
			last = model->processes[i].ended_ns;
	}
	model->ended_ns = last;
}

void model_link_processes(struct model_loader *loader)
{
	struct model *model = loader->model;
	struct pid_row *rows = pid_rows_new(model);

	if (rows == NULL) {
		model_memory_set_exhausted(model->memory);
		return;
	}
	for (size_t i = 0; i < loader->file_count; i++) {
		if (loader->files[i].process != MODEL_NONE)
			process_exec(model, &loader->files[i]);
	}
	for (size_t i = 0; i < loader->file_count; i++) {
		if (loader->files[i].process != MODEL_NONE)
			process_link(model, rows, &loader->files[i]);
	}
	for (uint32_t i = 0; i < model->children_count; i++) {
		if (model->children[i].what == TRACE_CHILD_ENDED)
			child_end(model, rows, &model->children[i]);
	}
	free(rows);
	if (loader->run_file != NULL)
		root_find(loader);
	else
		model_end(model);
	lives_end(model);
	for (uint32_t i = 0; i < model->processes_count; i++) {
		sockets_end(model, &model->processes[i]);
		objects_end(model, &model->processes[i]);
	}
	runtimes_find(model);
}
