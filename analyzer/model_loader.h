/*
 * The parts of model_load(), in the order in which they run. Private to model*.c.
 *
 * Every file is walked twice: a scan counts rows and learns which row has which id, so that the
 * arrays are made once in their exact size and references may point forward; then the rows are
 * filled. A live process may commit more between the two walks; a row that the scan has not seen is
 * left out.
 */
#ifndef SOCKLIFE_MODEL_LOADER_H
#define SOCKLIFE_MODEL_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "model_memory.h"
#include "progress.h"
#include "reader.h"

enum model_id_kind {
	MODEL_ID_SOCKET,
	MODEL_ID_OBJECT,
	MODEL_ID_STACK,
	MODEL_ID_CODE,
	MODEL_ID_STRING,
	MODEL_ID_KINDS
};

/*
 * Ids of one kind in one file -> rows within the file. As long as records come in the order of
 * their ids, as those of one thread do, the row of an id is the id - 1.
 */
struct model_ids {
	uint32_t *rows; /* by id; MODEL_NONE for an id that no record has; NULL: in order so far */
	uint32_t size;  /* of the array */
	uint32_t count; /* of rows */
};

struct model_file {
	struct reader *reader;
	uint64_t bytes_before; /* of the files that are read before it */
	bool is_run;
	bool is_marker;      /* of a command that only left marks for the process that started it */
	uint64_t started_ns; /* of the image, or of the command that run started */
	const struct trace_run *run;
	uint32_t process; /* row; MODEL_NONE for run's own file, unless the row is known by it */

	struct model_ids ids[MODEL_ID_KINDS];
	uint64_t connect_count, link_count, event_count, module_count;
	uint64_t *socket_offsets; /* of the SOCKET records, by row within the file */
	const char **strings;     /* by row within the file */
	uint64_t repeated_ids, impossible_ids, dangling_references;

	/* rows within the model where this file's begin */
	uint32_t first_rows[MODEL_ID_KINDS];
	/* while it is filled: by row of the socket within the file, its first CONNECT record, NULL
	 * none; and the others, in the end in order, of which so many are done */
	const struct trace_connect **first_connects;
	const struct trace_connect **later_connects;
	uint64_t *later_order; /* row of the socket, then place among these */
	uint32_t connects_read, later_count, later_done;
	/* rows within the model where this file's end, of the kinds without ids */
	uint64_t event_limit, link_limit, module_limit;
	int loss_errors[TRACE_LOST_REASON_COUNT];
	uint32_t forked_from;
	uint64_t exec_ns; /* of an exec that did not return; 0 none */
};

/* An answer of getaddrinfo; kept only while loading. */
struct model_name {
	uint32_t process;
	uint16_t family, port;
	uint8_t bytes[16];
	int64_t time_ns;
	const char *name;
};

/* A MARK record; kept only while loading. */
struct model_mark_record {
	uint32_t pid;
	enum trace_mark_kind what;
	int64_t time_ns;
	const char *name;
};

/* A socket of whose bytes, of one direction, the kernel counted more than its process' hooks. */
struct model_unseen {
	uint64_t cookie;
	uint32_t socket;
	bool is_received;
	bool is_streamed; /* stdio may have moved them */
	uint64_t moved, counted;
};

struct model_loader {
	struct model *model;
	uint64_t all_bytes;       /* of all files */
	struct model_file *files; /* in the order of their start */
	size_t file_count;
	const struct model_file *run_file; /* NULL: no RUN record */
	struct model_name *names;
	size_t name_count;
	struct model_mark_record *marks;
	size_t mark_count;
	struct model_class *classes; /* uthash */
	struct model_unseen *unseens;
	size_t unseen_count;
};

/* model_scan.c */
void model_progress(const struct model_loader *loader, const struct model_file *file,
		    enum progress_phase phase);
void model_file_scan(struct model_loader *loader, struct model_file *file);
void model_file_release(struct model_file *file);
/* Row within the file, or MODEL_NONE. */
uint32_t model_ids_find(const struct model_ids *ids, uint32_t id);
/* Row in the model, or MODEL_NONE for id 0; one that does not exist is counted as dangling. */
uint32_t model_file_row(struct model_file *file, enum model_id_kind kind, uint32_t id);
const char *model_file_string(struct model_file *file, uint32_t id); /* "" unknown */

/* model_fill.c, model_fill_process.c, model_fill_socket.c, model_fill_connect.c,
 * model_fill_object.c, model_fill_snapshot.c, model_fill_mark.c: one record each */
#define MODEL_FILL(name, type)                                                                     \
	void model_fill_##name(struct model_loader *loader, struct model_file *file,               \
			       const struct type *record);
MODEL_FILL(connect, trace_connect)
MODEL_FILL(address, trace_socket_address)
MODEL_FILL(event, trace_event)
MODEL_FILL(stack, trace_stack)
MODEL_FILL(code, trace_code)
MODEL_FILL(module, trace_module)
MODEL_FILL(name, trace_name)
MODEL_FILL(object, trace_object)
MODEL_FILL(link, trace_link)
MODEL_FILL(snapshot, trace_snapshot)
MODEL_FILL(held, trace_held)
MODEL_FILL(mark, trace_mark)
MODEL_FILL(overlap, trace_overlap)
#undef MODEL_FILL
void model_file_fill(struct model_loader *loader, struct model_file *file);
void model_fill_process(struct model_loader *loader, const struct model_file *file);
void model_fill_command(struct model_loader *loader, struct model_process *process,
			const struct trace_record *record, uint32_t argument_count);
bool model_connects_init(struct model_loader *loader, struct model_file *file);
void model_connects_order(struct model_loader *loader, struct model_file *file);
/* The next CONNECT record of a socket, in the order in which they were made; NULL: no more. Sockets
 * must be asked for in the order of their rows. */
const struct trace_connect *model_connects_next(struct model_file *file, uint32_t socket,
						const struct trace_connect *last);
uint32_t model_connects_count(const struct model_file *file, uint32_t socket);
void model_connects_release(struct model_file *file);
void model_fill_socket(struct model_loader *loader, struct model_file *file, uint32_t row,
		       const struct trace_socket *record);

/* model_process.c: parents, the root, and how processes and their open sockets ended. */
void model_link_processes(struct model_loader *loader);

/* model_fill_snapshot.c: puts all files' snapshots in the order of time. */
void model_order_snapshots(struct model *model);

/* model_class.c: the one string for all objects of a class. */
const char *model_class_name(struct model_loader *loader, const char *name);
void model_classes_release(struct model_loader *loader);

/* model_fill_mark.c: beginnings and ends -> marks. After processes have their rows. */
void model_pair_marks(struct model_loader *loader);

/* model_name.c: names of peers. */
void model_name_add(struct model_loader *loader, const struct model_name *name);
void model_name_peers(struct model_loader *loader);

/* model_gap.c: notes about what the recording lacks. */
void model_gap_socket(struct model_loader *loader, uint32_t row, const struct trace_socket *record);
void model_note_add(struct model *model, uint32_t process, bool is_gap, const char *text);
void model_note_gaps(struct model_loader *loader);

/* model_pairs.c: halves of socketpairs. When all sockets are filled. */
void model_find_pairs(struct model *model);

/* model_closers.c: who closed first. When all sockets and events are filled. */
void model_find_closers(struct model *model);

/* model_unfinished.c: notes about what may still come. Before model_note_gaps(). */
void model_note_unfinished(struct model_loader *loader);

/* model_value.c: values of the format -> values of the model. */
int64_t model_time(const struct model *model, uint64_t time_ns);
int64_t model_duration(uint64_t duration_ns);
/* Reads the address and takes its path off the text; an impossible one is none. */
struct model_address model_address_read(struct model *model, const struct trace_address *from,
					const char **text, size_t *size_bytes);

#endif
