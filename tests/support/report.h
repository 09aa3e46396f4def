/*
 * Questions to a report in JSON (the contract in DESIGN.md). An answer that is not there aborts the
 * test, except where NULL or NAN is said. Nothing here is owned by the caller.
 */
#ifndef SOCKLIFE_TESTS_REPORT_H
#define SOCKLIFE_TESTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* A field of a row: aborts when the key is missing; NULL or NAN when its value is null. */
const char *report_text(const json_t *row, const char *key);
long long report_number(const json_t *row, const char *key);
double report_seconds(const json_t *row, const char *key);
bool report_is_null(const json_t *row, const char *key);
bool report_is(const json_t *row, const char *key, const char *text);

/* The only row of `list` ("sockets", "processes" …) whose `key` is `text` or the number. */
json_t *report_row(const json_t *report, const char *list, const char *key, const char *text);
json_t *report_row_numbered(const json_t *report, const char *list, const char *key,
			    long long number);
size_t report_count(const json_t *report, const char *list, const char *key, const char *text);
size_t report_size(const json_t *report, const char *list);

json_t *report_process(const json_t *report, long long pid);
/* The object of a class that has this number, from 1; the test fails when there is none. */
json_t *report_object(const json_t *report, const char *class, long long number);
/* The only socket with this local, or peer, address in the process `pid` (0: in any). */
json_t *report_local(const json_t *report, long long pid, const char *local);
json_t *report_peer(const json_t *report, long long pid, const char *peer);
/* The nth (from 0) socket of process `pid` that had the number fd, in order of birth; NULL: none.
 */
json_t *report_fd(const json_t *report, long long pid, long long fd, size_t nth);
/* How many sockets process `pid` has (0: any), of `origin` (NULL: any). */
size_t report_sockets_of(const json_t *report, long long pid, const char *origin);

/* Depth of the first frame of row[key] in `function`, counted from the innermost; -1: none. */
int report_frame_depth(const json_t *row, const char *key, const char *function);
const json_t *report_frame(const json_t *row, const char *key, const char *function);

/* All of the report, for messages of failed assertions. */
const char *report_dump(const json_t *json);

#endif
