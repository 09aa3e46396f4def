#include "contract.h"

#include <math.h>
#include <stdbool.h>

#include <criterion/criterion.h>

#include "report.h"

/* I/O is dated by the kernel's coarse clock, which lags by a tick: 4 ms, 10 ms with CONFIG_HZ=100.
 */
#define COARSE_SECONDS 0.011

struct contract {
	json_t *ids; /* of all rows, as keys */
	const json_t *report;
};

static void id_add(const struct contract *contract, const json_t *row)
{
	const char *id = report_text(row, "id");

	cr_expect_null(json_object_get(contract->ids, id), "%s twice: %s", id, report_dump(row));
	json_object_set_new(contract->ids, id, json_true());
}

static void ids_add(const struct contract *contract, const char *list)
{
	size_t index;
	json_t *row;

	json_array_foreach(json_object_get(contract->report, list), index, row)
		id_add(contract, row);
}

/* A reference, or null where there is none. */
static void reference_expect(const struct contract *contract, const json_t *row, const char *key,
			     const json_t *reference)
{
	const char *id = json_string_value(reference);

	if (json_is_null(reference))
		return;
	cr_expect(id != NULL && json_object_get(contract->ids, id) != NULL, "\"%s\" of %s", key,
		  report_dump(row));
}

static void references_expect(const struct contract *contract, const json_t *row,
			      const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		const json_t *value = json_object_get(row, *keys);
		size_t index;
		json_t *item;

		cr_assert_not_null(value, "no \"%s\" in %s", *keys, report_dump(row));
		json_array_foreach(value, index, item) reference_expect(contract, row, *keys, item);
		if (!json_is_array(value))
			reference_expect(contract, row, *keys, value);
	}
}

/* None before the one named before it, where both are there. */
static void order_expect(const json_t *row, double slack_seconds, const char *const *keys)
{
	const char *before = NULL;
	double last = -INFINITY;

	for (; *keys != NULL; keys++) {
		double time = report_seconds(row, *keys);

		if (isnan(time))
			continue;
		cr_expect(time >= last - slack_seconds, "\"%s\" before \"%s\": %s", *keys, before,
			  report_dump(row));
		before = *keys;
		last = time;
	}
}

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void process_expect(const struct contract *contract, const json_t *row)
{
	bool has_signal = !report_is_null(row, "signal");

	references_expect(contract, row, KEYS("parent"));
	order_expect(row, 0, KEYS("started", "ended"));
	cr_expect_eq(report_is(row, "end", "signal"), has_signal, "%s", report_dump(row));
	cr_expect(!has_signal || report_is_null(row, "status"), "%s", report_dump(row));
	cr_expect(!report_is(row, "end", "exit") || !report_is_null(row, "ended"), "%s",
		  report_dump(row));
}

static void socket_expect(const struct contract *contract, const json_t *row)
{
	bool has_io = report_number(row, "sends") + report_number(row, "receives") != 0;

	references_expect(contract, row, KEYS("process", "owners", "users"));
	order_expect(row, 0, KEYS("created", "connect_started", "connected", "closed"));
	order_expect(row, 0, KEYS("first_io", "last_io"));
	order_expect(row, COARSE_SECONDS, KEYS("created", "first_io", "closed"));
	order_expect(row, COARSE_SECONDS, KEYS("created", "peer_closed", "closed"));
	cr_expect_eq(report_is_null(row, "end"), report_is_null(row, "closed"), "%s",
		     report_dump(row));
	cr_expect(report_is_null(row, "connected") || report_is_null(row, "connect_error"), "%s",
		  report_dump(row));
	cr_expect_eq(report_is_null(row, "first_io"), report_is_null(row, "last_io"), "%s",
		     report_dump(row));
	cr_expect(!has_io || !report_is_null(row, "first_io"), "%s", report_dump(row));
	cr_expect_eq(report_is(row, "match", "none"),
		     json_array_size(json_object_get(row, "owners")) == 0, "%s", report_dump(row));
}

static void object_expect(const struct contract *contract, const json_t *row)
{
	size_t touched = json_array_size(json_object_get(row, "opened")) +
			 json_array_size(json_object_get(row, "used"));

	references_expect(contract, row,
			  KEYS("process", "created_by", "opened", "used", "open_at_end"));
	order_expect(row, 0, KEYS("created", "ended"));
	cr_expect_eq(report_is_null(row, "end"), report_is_null(row, "ended"), "%s",
		     report_dump(row));
	cr_expect_eq(report_is(row, "connects", "never"), touched == 0, "%s", report_dump(row));
}

static void finding_expect(const struct contract *contract, const json_t *row)
{
	references_expect(contract, row, KEYS("process", "socket", "object", "sockets"));
}

static void rows_expect(const struct contract *contract, const char *list,
			void (*expect)(const struct contract *contract, const json_t *row))
{
	size_t index;
	json_t *row;

	json_array_foreach(json_object_get(contract->report, list), index, row)
		expect(contract, row);
}

static void totals_expect(const json_t *report)
{
	const json_t *totals = json_object_get(report, "totals");
	long long sent = 0, received = 0;
	size_t index;
	json_t *row;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		sent += report_number(row, "bytes_sent");
		received += report_number(row, "bytes_received");
	}
	cr_expect_eq(report_number(totals, "bytes_sent"), sent);
	cr_expect_eq(report_number(totals, "bytes_received"), received);
	cr_expect_leq(report_number(totals, "sockets"), (long long)report_size(report, "sockets"));
	cr_expect_leq(report_number(totals, "connections"), report_number(totals, "sockets"));
	cr_expect_leq(report_number(totals, "open_at_end"), report_number(totals, "sockets"));
	cr_expect_leq(report_number(totals, "peak_open"), report_number(totals, "sockets"));
}

void contract_expect(const json_t *report)
{
	struct contract contract = {.ids = json_object(), .report = report};

	cr_assert_not_null(contract.ids);
	ids_add(&contract, "processes");
	ids_add(&contract, "sockets");
	ids_add(&contract, "objects");
	rows_expect(&contract, "processes", process_expect);
	rows_expect(&contract, "sockets", socket_expect);
	rows_expect(&contract, "objects", object_expect);
	rows_expect(&contract, "findings", finding_expect);
	totals_expect(report);
	json_decref(contract.ids);
}
