#include "policy_suppressions.h"

#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "policy_file.h"
#include "policy_ini.h"
#include "policy_value.h"
#include "symbols.h"

#define SECTION "suppression"

static const char *const key_names[] = {
#define SUPPRESSION_KEY(NAME, name) name,
#include "policy_suppression_keys.def"
};

static enum status no_memory(struct error *error)
{
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

/* ---- reading ---- */

static bool is_rule_glob(const char *glob)
{
	for (unsigned int rule = 0; rule < RULE_COUNT; rule++) {
		if (policy_glob_matches(glob, rule_name((enum rule)rule)))
			return true;
	}
	return false;
}

/* Is the one that was read last whole? */
static enum status last_check(const struct suppressions *suppressions, struct error *error)
{
	const struct suppression *last;
	size_t globs = 0;

	if (suppressions->count == 0)
		return STATUS_OK;
	last = &suppressions->rows[suppressions->count - 1];
	for (size_t key = 0; key < SUPPRESSION_KEY_COUNT; key++)
		globs += last->globs[key] != NULL;
	if (last->why == NULL)
		return policy_file_error(error, suppressions->path, last->line,
					 "the suppression does not say why: write why = REASON");
	if (globs == 0)
		return policy_file_error(error, suppressions->path, last->line,
					 "the suppression asks for nothing: rule, class, …");
	return STATUS_OK;
}

static enum status row_add(struct suppressions *suppressions, uint64_t line, struct error *error)
{
	struct suppression *rows = reallocarray(suppressions->rows, suppressions->count + 1,
						sizeof *rows);

	if (rows == NULL)
		return no_memory(error);
	suppressions->rows = rows;
	rows[suppressions->count++] = (struct suppression){.line = line};
	return STATUS_OK;
}

/* A reason may go on in lines that are indented. */
static enum status why_add(struct suppression *row, const char *text, struct error *error)
{
	size_t before = row->why != NULL ? strlen(row->why) + 1 : 0;
	char *why = realloc(row->why, before + strlen(text) + 1);

	if (why == NULL)
		return no_memory(error);
	if (before != 0)
		why[before - 1] = ' ';
	memcpy(why + before, text, strlen(text) + 1);
	row->why = why;
	return STATUS_OK;
}

static size_t key_find(const char *name)
{
	size_t key = 0;

	while (key < SUPPRESSION_KEY_COUNT && strcmp(key_names[key], name) != 0)
		key++;
	return key;
}

static enum status glob_set(struct suppression *row, const struct policy_ini_value *value,
			    struct error *error)
{
	size_t key = key_find(value->key);

	if (key == SUPPRESSION_KEY_COUNT)
		return policy_file_error(error, value->path, value->line, "there is no key '%s'",
					 value->key);
	if (row->globs[key] != NULL)
		return policy_file_error(error, value->path, value->line,
					 "%s is there already, from another line", value->key);
	if (key == SUPPRESSION_RULE && !is_rule_glob(value->value))
		return policy_file_error(error, value->path, value->line, "there is no rule '%s'",
					 value->value);
	row->globs[key] = strdup(value->value);
	return row->globs[key] != NULL ? STATUS_OK : no_memory(error);
}

static enum status value_take(void *context, const struct policy_ini_value *value,
			      struct error *error)
{
	struct suppressions *suppressions = context;
	enum status status = STATUS_OK;

	if (value->key == NULL) {
		status = last_check(suppressions, error);
		return status == STATUS_OK ? row_add(suppressions, value->line, error) : status;
	}
	if (strcmp(value->section_name, SECTION) != 0)
		return policy_file_error(error, value->path, value->line,
					 "there is no section [%s]; each is a [" SECTION "]",
					 value->section_name);
	if (value->value[0] == '\0')
		return policy_file_error(error, value->path, value->line, "%s is empty",
					 value->key);
	if (strcmp(value->key, "why") == 0)
		return why_add(&suppressions->rows[suppressions->count - 1], value->value, error);
	return glob_set(&suppressions->rows[suppressions->count - 1], value, error);
}

enum status suppressions_parse(struct suppressions *suppressions, const char *path,
			       const char *bytes, size_t size_bytes, struct error *error)
{
	enum status status;

	memset(suppressions, 0, sizeof *suppressions);
	suppressions->path = strdup(path);
	if (suppressions->path == NULL)
		return no_memory(error);
	status = policy_ini_parse(path, bytes, size_bytes, value_take, suppressions, error);
	if (status == STATUS_OK)
		status = last_check(suppressions, error);
	if (status != STATUS_OK)
		suppressions_release(suppressions);
	return status;
}

enum status suppressions_load(struct suppressions *suppressions, const char *path,
			      struct error *error)
{
	size_t size_bytes;
	char *bytes;
	enum status status = policy_file_read(path, &bytes, &size_bytes, error);

	memset(suppressions, 0, sizeof *suppressions);
	if (status != STATUS_OK)
		return status;
	status = suppressions_parse(suppressions, path, bytes, size_bytes, error);
	free(bytes);
	return status;
}

void suppressions_release(struct suppressions *suppressions)
{
	for (uint32_t i = 0; i < suppressions->count; i++) {
		free(suppressions->rows[i].why);
		for (size_t key = 0; key < SUPPRESSION_KEY_COUNT; key++)
			free(suppressions->rows[i].globs[key]);
	}
	free(suppressions->rows);
	free(suppressions->path);
	memset(suppressions, 0, sizeof *suppressions);
}

/* ---- matching ---- */

static bool has(const struct suppression *row, enum suppression_key key, const char *text)
{
	return row->globs[key] == NULL || policy_glob_matches(row->globs[key], text);
}

static bool has_frame(const struct suppression *row, const struct frame *frame)
{
	return has(row, SUPPRESSION_FUNCTION, frame->function) &&
	       has(row, SUPPRESSION_FILE, frame->file) &&
	       has(row, SUPPRESSION_MODULE, frame->module);
}

static bool has_place(const struct suppression *row, const struct finding *finding,
		      struct symbols *symbols)
{
	const struct frame *frames = NULL;
	const struct frame nowhere = {0};
	size_t count = symbols_stack(symbols, finding->stack, &frames);

	if (has_frame(row, finding->at != NULL ? finding->at : &nowhere))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (has_frame(row, &frames[i]))
			return true;
	}
	return false;
}

static bool fits(const struct suppression *row, const struct finding *finding,
		 struct symbols *symbols)
{
	return has(row, SUPPRESSION_RULE, rule_name(finding->rule)) &&
	       has(row, SUPPRESSION_CLASS, finding->class_name) &&
	       (has(row, SUPPRESSION_PEER, finding->peer) ||
		has(row, SUPPRESSION_PEER, finding->peer_name)) &&
	       has_place(row, finding, symbols);
}

uint32_t suppressions_match(struct suppressions *suppressions, const struct finding *finding,
			    struct symbols *symbols)
{
	uint32_t first = SUPPRESSION_NONE;

	for (uint32_t i = suppressions->count; i-- > 0;) {
		if (!fits(&suppressions->rows[i], finding, symbols))
			continue;
		suppressions->rows[i].match_count++;
		first = i;
	}
	return first;
}

/* ---- writing ---- */

/* What a glob, or the file's syntax, would take for something else becomes a ?: any character. */
static int glob_character(char character)
{
	unsigned char byte = (unsigned char)character;

	return byte < 0x20 || byte == 0x7f || strchr("*?[]\\;", character) != NULL ? '?' : byte;
}

/* inih takes lines of some 200 bytes, so of a long text the start will do; characters stay whole.
 */
static size_t glob_length(const char *text)
{
	size_t length = strnlen(text, 120);

	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static void glob_write(FILE *out, enum suppression_key key, const char *text, bool is_path)
{
	const char *slash = is_path ? strrchr(text, '/') : NULL;
	size_t length;

	/* the folder is another on the next machine */
	if (slash != NULL)
		text = slash;
	length = glob_length(text);
	fprintf(out, "%s = %s", key_names[key], slash != NULL ? "*" : "");
	for (size_t i = 0; i < length; i++)
		fputc(glob_character(text[i]), out);
	fputs(text[length] != '\0' ? "*\n" : "\n", out);
}

void suppression_write(const struct finding *finding, FILE *out)
{
	const struct frame *at = finding->at;

	fputs("# ", out);
	for (const char *text = finding->message; *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
	fputs("\n[" SECTION "]\nwhy =\n", out);
	glob_write(out, SUPPRESSION_RULE, rule_name(finding->rule), false);
	if (finding->class_name != NULL)
		glob_write(out, SUPPRESSION_CLASS, finding->class_name, false);
	if (at != NULL && at->function != NULL)
		glob_write(out, SUPPRESSION_FUNCTION, at->function, false);
	if (at != NULL && at->file != NULL)
		glob_write(out, SUPPRESSION_FILE, at->file, true);
	else if (at != NULL && at->module != NULL)
		glob_write(out, SUPPRESSION_MODULE, at->module, true);
}
