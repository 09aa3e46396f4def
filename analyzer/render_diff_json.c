/* A diff as one JSON object, "socklife-diff/1": every row, also those that have not changed. */
#include "render_diff.h"

#include <inttypes.h>

#include "finding.h"
#include "render.h"
#include "render_json_value.h"

static json_t *sides_value(const uint64_t counts[DIFF_SIDES])
{
	return json_pack("{s:o, s:o}", "old", json_value_count(counts[DIFF_OLD]), "new",
			 json_value_count(counts[DIFF_NEW]));
}

static void finding_set(json_t *object, const struct diff_page *page, const struct diff_row *row)
{
	const struct findings *findings = page->inputs[row->finding_side].findings;
	const struct finding *finding = &findings->rows[row->finding];

	json_value_set(object, "rule", json_string(rule_name(finding->rule)));
	json_value_set(object, "severity", json_string(finding_severity_word(finding->severity)));
	json_value_set(object, "message", json_value_text(finding->message));
	json_value_set(object, "fingerprint", json_sprintf("%016" PRIx64, row->fingerprint));
}

static json_t *row_value(const struct diff_page *page, enum diff_list list,
			 const struct diff_row *row)
{
	const struct diff_column *columns = diff_columns(list);
	json_t *object = json_object();

	json_value_set(object, list == DIFF_CLASSES ? "class" : "name", json_value_text(row->name));
	json_value_set(object, "change", json_string(diff_change_word(row->change)));
	if (list == DIFF_FINDINGS)
		finding_set(object, page, row);
	for (size_t i = 0; columns[i].key != NULL; i++)
		json_value_set(object, columns[i].key, sides_value(row->counts[i]));
	return object;
}

static json_t *totals_value(const struct diff *diff)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < DIFF_TOTALS_COUNT; i++) {
		struct diff_total total = diff_total(diff, i);

		json_value_set(object, total.key, sides_value(total.counts));
	}
	return object;
}

static json_t *complete_value(const struct diff *diff)
{
	return json_pack("{s:b, s:b}", "old", diff->summaries[DIFF_OLD].is_complete, "new",
			 diff->summaries[DIFF_NEW].is_complete);
}

static void list_write(struct json_stream *stream, const struct diff_page *page,
		       enum diff_list list)
{
	const struct diff_rows *rows = &page->diff->lists[list];

	json_stream_begin(stream, diff_list_key(list));
	for (size_t i = 0; i < rows->count; i++)
		json_stream_item(stream, row_value(page, list, &rows->rows[i]));
	json_stream_end(stream);
}

enum status render_diff_json(const struct diff_page *page, FILE *out, struct error *error)
{
	struct json_stream stream = {.out = out, .is_first = true};

	json_stream_value(&stream, "schema", json_string("socklife-diff/1"));
	json_stream_value(&stream, "version", json_string(SOCKLIFE_VERSION));
	json_stream_value(&stream, "old", json_value_text(page->names[DIFF_OLD]));
	json_stream_value(&stream, "new", json_value_text(page->names[DIFF_NEW]));
	json_stream_value(&stream, "complete", complete_value(page->diff));
	json_stream_value(&stream, "totals", totals_value(page->diff));
	for (unsigned int list = 0; list < DIFF_LISTS; list++)
		list_write(&stream, page, (enum diff_list)list);
	fputs("\n}\n", out);
	if (stream.failed)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	return render_finish(out, error);
}
