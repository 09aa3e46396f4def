#include "policy_baseline.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "policy_file.h"

#define SCHEMA "socklife-baseline/1"

static enum status no_memory(struct error *error)
{
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

/* ---- in memory ---- */

enum status baseline_init(struct baseline *baseline, const char *path, struct error *error)
{
	*baseline = (struct baseline){.path = strdup(path)};
	return baseline->path != NULL ? STATUS_OK : no_memory(error);
}

void baseline_release(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++) {
		free(baseline->entries[i].rule);
		free(baseline->entries[i].what);
	}
	free(baseline->entries);
	free(baseline->path);
	*baseline = (struct baseline){0};
}

enum status baseline_take(struct baseline *baseline, struct baseline *other, const char *path,
			  struct error *error)
{
	enum status status = baseline_init(baseline, path, error);

	if (status != STATUS_OK)
		return status;
	baseline->entries = other->entries;
	baseline->count = other->count;
	other->entries = NULL;
	other->count = 0;
	return STATUS_OK;
}

/* Where it is, or where it would be. */
static size_t place_find(const struct baseline *baseline, uint64_t fingerprint)
{
	size_t low = 0, high = baseline->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (baseline->entries[middle].fingerprint < fingerprint)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct baseline_entry *baseline_find(const struct baseline *baseline, uint64_t fingerprint)
{
	size_t place = place_find(baseline, fingerprint);

	if (place == baseline->count || baseline->entries[place].fingerprint != fingerprint)
		return NULL;
	return &baseline->entries[place];
}

/* Makes room at `place` for the entry, whose strings are taken over when that works. */
static bool entry_insert(struct baseline *baseline, size_t place,
			 const struct baseline_entry *entry)
{
	struct baseline_entry *entries = reallocarray(baseline->entries, baseline->count + 1,
						      sizeof *entries);

	if (entries == NULL || entry->rule == NULL || entry->what == NULL) {
		baseline->entries = entries != NULL ? entries : baseline->entries;
		return false;
	}
	memmove(&entries[place + 1], &entries[place], (baseline->count - place) * sizeof *entries);
	entries[place] = *entry;
	baseline->entries = entries;
	baseline->count++;
	return true;
}

enum status baseline_add(struct baseline *baseline, uint64_t fingerprint, uint64_t count,
			 const char *rule, const char *what, struct error *error)
{
	size_t place = place_find(baseline, fingerprint);
	struct baseline_entry entry = {.fingerprint = fingerprint, .count = count};

	if (place < baseline->count && baseline->entries[place].fingerprint == fingerprint) {
		baseline->entries[place].count += count;
		return STATUS_OK;
	}
	entry.rule = strdup(rule);
	entry.what = strdup(what);
	if (entry_insert(baseline, place, &entry))
		return STATUS_OK;
	free(entry.rule);
	free(entry.what);
	return no_memory(error);
}

/* ---- reading ---- */

static bool fingerprint_parse(const char *text, uint64_t *fingerprint)
{
	if (text == NULL || strlen(text) != 16 || text[strspn(text, "0123456789abcdef")] != '\0')
		return false;
	*fingerprint = strtoull(text, NULL, 16);
	return true;
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

static enum status entry_read(struct baseline *baseline, size_t index, const json_t *row,
			      struct error *error)
{
	const json_t *count = json_object_get(row, "count");
	uint64_t fingerprint;

	if (!fingerprint_parse(json_string_value(json_object_get(row, "fingerprint")),
			       &fingerprint))
		return error_set(error, STATUS_CORRUPT, baseline->path, 0,
				 "finding %zu has no fingerprint of 16 hexadecimal digits", index);
	if (!json_is_integer(count) || json_integer_value(count) < 1)
		return error_set(error, STATUS_CORRUPT, baseline->path, 0,
				 "finding %zu, %016" PRIx64 ", has no count", index, fingerprint);
	if (baseline_find(baseline, fingerprint) != NULL)
		return error_set(error, STATUS_CORRUPT, baseline->path, 0,
				 "finding %zu, %016" PRIx64 ", is there twice", index, fingerprint);
	return baseline_add(baseline, fingerprint, (uint64_t)json_integer_value(count),
			    text_of(row, "rule"), text_of(row, "what"), error);
}

static enum status document_read(struct baseline *baseline, const json_t *document,
				 struct error *error)
{
	const json_t *rows = json_object_get(document, "findings");
	enum status status = STATUS_OK;

	if (strcmp(text_of(document, "schema"), SCHEMA) != 0)
		return error_set(error, STATUS_CORRUPT, baseline->path, 0,
				 "is no baseline: its \"schema\" is not \"" SCHEMA "\"");
	if (!json_is_array(rows))
		return error_set(error, STATUS_CORRUPT, baseline->path, 0,
				 "has no array \"findings\"");
	for (size_t i = 0; i < json_array_size(rows) && status == STATUS_OK; i++)
		status = entry_read(baseline, i + 1, json_array_get(rows, i), error);
	return status;
}

enum status baseline_parse(struct baseline *baseline, const char *path, const char *bytes,
			   size_t size_bytes, struct error *error)
{
	json_error_t reason;
	json_t *document;
	enum status status = baseline_init(baseline, path, error);

	if (status != STATUS_OK)
		return status;
	document = json_loadb(bytes, size_bytes, JSON_REJECT_DUPLICATES, &reason);
	if (document != NULL)
		status = document_read(baseline, document, error);
	else if (json_error_code(&reason) == json_error_out_of_memory)
		status = no_memory(error);
	else
		status = policy_file_error(error, path, (uint64_t)reason.line, "is no JSON: %s",
					   reason.text);
	json_decref(document);
	if (status != STATUS_OK)
		baseline_release(baseline);
	return status;
}

enum status baseline_load(struct baseline *baseline, const char *path, struct error *error)
{
	size_t size_bytes;
	char *bytes;
	enum status status = policy_file_read(path, &bytes, &size_bytes, error);

	*baseline = (struct baseline){0};
	if (status != STATUS_OK)
		return status;
	status = baseline_parse(baseline, path, bytes, size_bytes, error);
	free(bytes);
	return status;
}

/* ---- writing ---- */

static json_t *entry_value(const struct baseline_entry *entry)
{
	return json_pack("{s:o, s:s, s:I, s:s}", "fingerprint",
			 json_sprintf("%016" PRIx64, entry->fingerprint), "rule", entry->rule,
			 "count", (json_int_t)entry->count, "what", entry->what);
}

static enum status document_write(const void *context, FILE *out, struct error *error)
{
	const struct baseline *baseline = context;
	json_t *rows = json_array(), *document;
	bool is_whole = true, is_written;

	for (size_t i = 0; i < baseline->count; i++)
		is_whole &= json_array_append_new(rows, entry_value(&baseline->entries[i])) == 0;
	document = json_pack("{s:s, s:o}", "schema", SCHEMA, "findings", rows);
	if (!is_whole || document == NULL) {
		json_decref(document);
		return no_memory(error);
	}
	is_written = json_dumpf(document, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF &&
		     fflush(out) == 0;
	json_decref(document);
	return is_written ? STATUS_OK
			  : error_set(error, STATUS_WRITE, "", 0, "%s", strerror(errno));
}

enum status baseline_save(const struct baseline *baseline, struct error *error)
{
	return output_replace(baseline->path, document_write, baseline, error);
}
