/*
 * Builds a trace in memory as libsocklife.so would write it, or one that is broken on purpose.
 * Every add function returns the committed record, zero but for what was given, and the pointer
 * stays valid until release, so that a test sets the fields it is about. Running out of room
 * aborts. One thread.
 */
#ifndef SOCKLIFE_TESTS_TRACE_BUILDER_H
#define SOCKLIFE_TESTS_TRACE_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

struct trace_builder {
	uint8_t *bytes; /* 8-aligned; bytes + header.tail_bytes is where the next record goes */
	size_t capacity_bytes;
	uint32_t ids[TRACE_NOTE + 1]; /* the last id given, by kind */
};

/* A header of process `pid`, loaded at started_ns; nothing behind it. */
void trace_builder_init(struct trace_builder *builder, uint32_t pid, uint64_t started_ns);
void trace_builder_release(struct trace_builder *builder);

struct trace_file_header *trace_builder_header(struct trace_builder *builder);
size_t trace_builder_size(const struct trace_builder *builder); /* header.tail_bytes */

/* Writes DIRECTORY/NAME; size_bytes may cut it off, or be beyond the tail as in a growing file. */
void trace_builder_save(const struct trace_builder *builder, const char *directory,
			const char *name, size_t size_bytes);

/* Any record: kind 0 is one that was reserved and never committed. size_bytes is rounded up to 8.
 */
void *trace_builder_add(struct trace_builder *builder, unsigned int kind, size_t size_bytes);
/* The same with `text` behind the structure; its size field is the caller's. */
void *trace_builder_add_text(struct trace_builder *builder, unsigned int kind, size_t fixed_bytes,
			     const void *text, size_t text_bytes);

/* `arguments` is NULL-terminated. */
struct trace_process *trace_builder_process(struct trace_builder *builder, const char *exe,
					    const char *cwd, const char *const *arguments);
struct trace_run *trace_builder_run(struct trace_builder *builder, uint32_t child_pid,
				    uint64_t started_ns, const char *const *arguments);

/* An AF_INET stream socket with the next id, made by socket(). */
struct trace_socket *trace_builder_socket(struct trace_builder *builder, int fd,
					  uint64_t created_ns);
/* A connect of it that succeeded (finished_ns not 0) or is under way. */
struct trace_connect *trace_builder_connect(struct trace_builder *builder, uint32_t socket,
					    uint64_t started_ns, uint64_t finished_ns);
struct trace_socket_address *trace_builder_bound(struct trace_builder *builder, uint32_t socket,
						 struct trace_address address);
struct trace_event *trace_builder_event(struct trace_builder *builder, uint32_t socket,
					enum trace_event_kind what, uint64_t time_ns);
/* Ends it as the recorder does: `end` last. */
void trace_builder_end(struct trace_socket *socket, enum trace_end end, uint64_t ended_ns);

struct trace_stack *trace_builder_stack(struct trace_builder *builder, const uint64_t *frames,
					uint32_t frame_count);
struct trace_module *trace_builder_module(struct trace_builder *builder, const char *path,
					  uint64_t start, uint64_t end);
struct trace_name *trace_builder_name(struct trace_builder *builder, const char *name,
				      struct trace_address address, uint64_t time_ns);
struct trace_lost *trace_builder_lost(struct trace_builder *builder, enum trace_lost_reason reason,
				      uint64_t count);
struct trace_note *trace_builder_note(struct trace_builder *builder, const char *text,
				      uint32_t is_gap);
struct trace_child *trace_builder_child(struct trace_builder *builder, uint32_t pid,
					enum trace_child_kind what, const char *path);
struct trace_exec *trace_builder_exec(struct trace_builder *builder, const char *path,
				      uint64_t time_ns);

struct trace_string *trace_builder_string(struct trace_builder *builder, const char *text);
struct trace_code *trace_builder_code(struct trace_builder *builder, const char *file,
				      const char *function, uint32_t line);
/* A Python session of the class, its constructor done at created_ns + 10. */
struct trace_object *trace_builder_object(struct trace_builder *builder, const char *class_name,
					  uint64_t created_ns);
struct trace_link *trace_builder_link(struct trace_builder *builder, uint32_t socket,
				      uint32_t object, enum trace_link_kind what, uint32_t rank);

/* 127.0.0.1 or 10.0.0.N */
struct trace_address trace_builder_inet(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

#endif
