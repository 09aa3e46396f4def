#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "report.h"
#include "scratch.h"

/* The wall clock's time of the report's start. */
static double started_s(const struct subject *subject)
{
	const char *text = report_text(subject->report, "started");
	struct tm time = {0};
	const char *fraction = strptime(text, "%Y-%m-%dT%H:%M:%S", &time);

	cr_assert_not_null(fraction, "%s", text);
	return (double)timegm(&time) + atof(fraction);
}

double example_time_s(const struct subject *subject, const char *fact)
{
	return atof(subject_fact_text(subject, fact)) - started_s(subject);
}

static void step_parse(const struct subject *subject, const char *text, struct example_step *step)
{
	struct example_connection *connection = step->connections;
	int length = 0;

	memset(step, 0, sizeof(*step));
	cr_assert_eq(sscanf(text, "%lf pid %lld, %zu unix%n", &step->time_s, &step->pid,
			    &step->unix_sockets, &length),
		     3, "%s", text);
	step->time_s -= started_s(subject);
	for (text += length; *text == ','; text += length, connection++) {
		cr_assert_lt(step->count, EXAMPLE_CONNECTIONS_MAX);
		cr_assert_eq(sscanf(text, ", %63[^>]>%63s %15[^,\n]%n", connection->local,
				    connection->peer, connection->state, &length),
			     3, "%s", text);
		step->count++;
	}
}

void example_step_read(const struct subject *subject, const char *name, struct example_step *step)
{
	step_parse(subject, subject_fact_text(subject, name), step);
}

size_t example_step_count(const struct subject *subject, const char *name)
{
	struct example_step step;

	example_step_read(subject, name, &step);
	return step.count;
}

json_t *example_connection(const struct subject *subject, const char *name, const char *peer)
{
	const char *local = NULL;
	struct example_step step;
	size_t index;

	example_step_read(subject, name, &step);
	for (index = 0; index < step.count; index++)
		if (peer == NULL || strcmp(step.connections[index].peer, peer) == 0) {
			cr_assert_null(local, "more than one connection at %s", name);
			local = step.connections[index].local;
		}
	cr_assert_not_null(local, "no connection at %s", name);
	return report_local(subject->report, step.pid, local);
}

json_t *example_opened(const struct subject *subject, const char *peer, size_t nth)
{
	json_t *row;
	size_t index;

	json_array_foreach(json_object_get(subject->report, "sockets"), index, row)
	{
		if (report_is(row, "peer", peer) && --nth == 0)
			return row;
	}
	cr_assert_fail("too few connections to %s in %s", peer, report_dump(subject->report));
	return NULL;
}

size_t example_opened_count(const struct subject *subject, const char *peer)
{
	return report_count(subject->report, "sockets", "peer", peer);
}

bool example_is_open(const struct subject *subject, const json_t *socket, const char *name)
{
	struct example_step step;

	example_step_read(subject, name, &step);
	return report_seconds(socket, "created") <= step.time_s &&
	       (report_is_null(socket, "closed") || report_seconds(socket, "closed") > step.time_s);
}

json_t *example_instance(const struct subject *subject, const char *class, long long number)
{
	json_t *row;
	size_t index;

	json_array_foreach(json_object_get(subject->report, "objects"), index, row)
	{
		if (report_is(row, "class", class) && report_number(row, "number") == number)
			return row;
	}
	cr_assert_fail("no %s #%lld in %s", class, number, report_dump(subject->report));
	return NULL;
}

size_t example_instances(const struct subject *subject, const char *class)
{
	return report_count(subject->report, "objects", "class", class);
}

/* The program watches an object as soon as it is made: it is the last one of its class by then. */
json_t *example_object(const struct subject *subject, const char *name)
{
	const char *fact = scratch_format("made %s", name);
	const char *class = strchr(subject_fact_text(subject, fact), ' ') + 1;
	double time_s = example_time_s(subject, fact), latest_s = -1;
	json_t *row, *found = NULL;
	size_t index;

	json_array_foreach(json_object_get(subject->report, "objects"), index, row)
	{
		double created_s = report_seconds(row, "created");

		if (!report_is(row, "class", class) || created_s > time_s || created_s < latest_s)
			continue;
		latest_s = created_s;
		found = row;
	}
	cr_assert_not_null(found, "no %s before %f in %s", class, time_s,
			   report_dump(subject->report));
	return found;
}

static json_t *row_named(const struct subject *subject, const json_t *row, const char *id)
{
	cr_assert_not_null(id, "no such id in %s", report_dump(row));
	return report_row(subject->report, *id == 's' ? "sockets" : "objects", "id", id);
}

json_t *example_linked(const struct subject *subject, const json_t *row, const char *list,
		       size_t nth)
{
	const json_t *ids = json_object_get(row, list);

	return row_named(subject, row, json_string_value(json_array_get(ids, nth)));
}

json_t *example_maker(const struct subject *subject, const json_t *object)
{
	return row_named(subject, object, report_text(object, "created_by"));
}

json_t *example_socket(const struct subject *subject, const char *name)
{
	const json_t *object = example_object(subject, name);

	cr_assert_eq(report_size(object, "opened"), 1, "%s", report_dump(object));
	return example_linked(subject, object, "opened", 0);
}

bool example_has(const json_t *row, const char *list, const json_t *other)
{
	const json_t *id;
	size_t index;

	json_array_foreach(json_object_get(row, list), index, id)
	{
		if (strcmp(json_string_value(id), report_text(other, "id")) == 0)
			return true;
	}
	return false;
}

void example_expect(const json_t *object, const char *connects, size_t opened, size_t used,
		    size_t open_at_end)
{
	cr_expect(report_is(object, "connects", connects), "connects is not %s: %s", connects,
		  report_dump(object));
	cr_expect_eq(report_size(object, "opened"), opened, "opened is not %zu: %s", opened,
		     report_dump(object));
	cr_expect_eq(report_size(object, "used"), used, "used is not %zu: %s", used,
		     report_dump(object));
	cr_expect_eq(report_size(object, "open_at_end"), open_at_end, "open_at_end is not %zu: %s",
		     open_at_end, report_dump(object));
}
