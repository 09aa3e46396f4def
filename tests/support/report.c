#include "report.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "scratch.h"

const char *report_dump(const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(1) | JSON_ENCODE_ANY);
	const char *kept = scratch_format("%s", text != NULL ? text : "(null)");

	free(text);
	return kept;
}

static const json_t *field(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);

	cr_assert_not_null(value, "no \"%s\" in %s", key, report_dump(row));
	return value;
}

bool report_is_null(const json_t *row, const char *key)
{
	return json_is_null(field(row, key));
}

const char *report_text(const json_t *row, const char *key)
{
	const json_t *value = field(row, key);

	cr_assert(json_is_string(value) || json_is_null(value), "\"%s\" is no string in %s", key,
		  report_dump(row));
	return json_string_value(value);
}

long long report_number(const json_t *row, const char *key)
{
	const json_t *value = field(row, key);

	cr_assert(json_is_integer(value), "\"%s\" is no integer in %s", key, report_dump(row));
	return json_integer_value(value);
}

double report_seconds(const json_t *row, const char *key)
{
	const json_t *value = field(row, key);

	cr_assert(json_is_number(value) || json_is_null(value), "\"%s\" is no number in %s", key,
		  report_dump(row));
	return json_is_null(value) ? (double)NAN : json_number_value(value);
}

bool report_is(const json_t *row, const char *key, const char *text)
{
	const char *value = report_text(row, key);

	return value != NULL && strcmp(value, text) == 0;
}

static const json_t *list_of(const json_t *report, const char *list)
{
	const json_t *rows = field(report, list);

	cr_assert(json_is_array(rows), "\"%s\" is no array", list);
	return rows;
}

size_t report_size(const json_t *report, const char *list)
{
	return json_array_size(list_of(report, list));
}

size_t report_count(const json_t *report, const char *list, const char *key, const char *text)
{
	const json_t *row;
	size_t index, count = 0;

	json_array_foreach(list_of(report, list), index, row) count += report_is(row, key, text);
	return count;
}

json_t *report_row(const json_t *report, const char *list, const char *key, const char *text)
{
	json_t *row, *found = NULL;
	size_t index;

	json_array_foreach(list_of(report, list), index, row)
	{
		if (!report_is(row, key, text))
			continue;
		cr_assert_null(found, "more than one of %s with %s %s: %s", list, key, text,
			       report_dump(report));
		found = row;
	}
	cr_assert_not_null(found, "none of %s with %s %s: %s", list, key, text,
			   report_dump(report));
	return found;
}

json_t *report_row_numbered(const json_t *report, const char *list, const char *key,
			    long long number)
{
	json_t *row, *found = NULL;
	size_t index;

	json_array_foreach(list_of(report, list), index, row)
	{
		if (report_number(row, key) != number)
			continue;
		cr_assert_null(found, "more than one of %s with %s %lld: %s", list, key, number,
			       report_dump(report));
		found = row;
	}
	cr_assert_not_null(found, "none of %s with %s %lld: %s", list, key, number,
			   report_dump(report));
	return found;
}

json_t *report_process(const json_t *report, long long pid)
{
	return report_row_numbered(report, "processes", "pid", pid);
}

json_t *report_object(const json_t *report, const char *class, long long number)
{
	json_t *object;
	size_t i;

	json_array_foreach(json_object_get(report, "objects"), i, object)
	{
		if (report_is(object, "class", class) && report_number(object, "number") == number)
			return object;
	}
	cr_assert_fail("no %s #%lld in %s", class, number, report_dump(report));
	return NULL;
}

/* A process image that exec'd has a row of its own, with the same pid: compare pids, not ids. */
static bool socket_is_of(const json_t *report, const json_t *socket, long long pid)
{
	const json_t *process;

	if (pid == 0)
		return true;
	process = report_row(report, "processes", "id", report_text(socket, "process"));
	return report_number(process, "pid") == pid;
}

static json_t *socket_with(const json_t *report, long long pid, const char *key, const char *text)
{
	json_t *row, *found = NULL;
	size_t index;

	json_array_foreach(list_of(report, "sockets"), index, row)
	{
		if (!report_is(row, key, text) || !socket_is_of(report, row, pid))
			continue;
		cr_assert_null(found, "more than one socket with %s %s: %s", key, text,
			       report_dump(report));
		found = row;
	}
	cr_assert_not_null(found, "no socket with %s %s in process %lld: %s", key, text, pid,
			   report_dump(report));
	return found;
}

json_t *report_local(const json_t *report, long long pid, const char *local)
{
	return socket_with(report, pid, "local", local);
}

json_t *report_peer(const json_t *report, long long pid, const char *peer)
{
	return socket_with(report, pid, "peer", peer);
}

json_t *report_fd(const json_t *report, long long pid, long long fd, size_t nth)
{
	json_t *row;
	size_t index;

	json_array_foreach(list_of(report, "sockets"), index,
			   row) if (report_number(row, "fd") == fd &&
				    socket_is_of(report, row, pid) && nth-- == 0) return row;
	return NULL;
}

size_t report_sockets_of(const json_t *report, long long pid, const char *origin)
{
	const json_t *row;
	size_t index, count = 0;

	json_array_foreach(list_of(report, "sockets"), index, row)
		count += (origin == NULL || report_is(row, "origin", origin)) &&
			 socket_is_of(report, row, pid);
	return count;
}

int report_frame_depth(const json_t *row, const char *key, const char *function)
{
	const json_t *frame;
	size_t index;

	json_array_foreach(list_of(row, key), index,
			   frame) if (report_is(frame, "function", function)) return (int)index;
	return -1;
}

const json_t *report_frame(const json_t *row, const char *key, const char *function)
{
	int depth = report_frame_depth(row, key, function);

	cr_assert_geq(depth, 0, "no frame %s in %s of %s", function, key, report_dump(row));
	return json_array_get(list_of(row, key), (size_t)depth);
}
