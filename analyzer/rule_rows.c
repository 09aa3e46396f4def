#include "rule_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fold.h"
#include "model.h"
#include "numbering.h"
#include "socket_facts.h"
#include "symbols.h"

#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->is_lost = true)
#include <uthash.h>

struct rule_rows_entry {
	struct rule_rows_key {
		uint64_t fingerprint, place;
	} key;
	uint32_t row;
	bool is_lost; /* could not be added */
	UT_hash_handle hh;
};

/* Without the folder: a checkout elsewhere is the same program. */
static const char *base_name(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* The script of an interpreter, whose own name says its version; "" when there is none. */
static const char *script_of(const struct model_process *process)
{
	const char **argument = process->arguments;

	if (argument[0] == NULL)
		return "";
	while (*++argument != NULL) {
		if (strcmp(*argument, "-m") == 0)
			return argument[1] != NULL ? argument[1] : "";
		if (strcmp(*argument, "-c") == 0)
			return "-c";
		if ((*argument)[0] != '-')
			return base_name(*argument);
	}
	return "";
}

static const char *program_of(const struct model_process *process)
{
	if (strcmp(process->runtime, "native") != 0)
		return script_of(process);
	return base_name(process->exe);
}

/* Neighbouring texts stay apart: "ab" and "c" is not "a" and "bc". */
static uint64_t text_digest(uint64_t value, const char *text)
{
	return fold_digest_text(value * 31 + 1, text != NULL ? text : "");
}

static const char *class_of(const struct rule_scene *scene, uint32_t object)
{
	return object != MODEL_NONE ? scene->model->objects[object].class_name : "";
}

uint64_t rule_rows_fingerprint(const struct rule_scene *scene,
			       const struct rule_judgement *judgement)
{
	const struct frame *at = symbols_own_frame(scene->symbols, judgement->stack);
	uint64_t value = text_digest(0, rule_name(judgement->rule));

	value = text_digest(value, program_of(&scene->model->processes[judgement->process]));
	if (at != NULL) {
		value = text_digest(value, base_name(at->file != NULL ? at->file : at->module));
		value = text_digest(value, at->function);
	}
	return text_digest(value, class_of(scene, judgement->object));
}

static bool socket_add(struct rule_row *row, uint32_t socket)
{
	if (row->socket_count == row->socket_room) {
		uint32_t room = row->socket_room != 0 ? row->socket_room * 2 : 4;
		uint32_t *sockets = realloc(row->sockets, room * sizeof *sockets);

		if (sockets == NULL)
			return false;
		row->sockets = sockets;
		row->socket_room = room;
	}
	row->sockets[row->socket_count++] = socket;
	return true;
}

static bool is_internet(const struct model_address *address)
{
	return address->family == AF_INET || address->family == AF_INET6;
}

static bool is_same_peer(const struct model *model, uint32_t left, uint32_t right)
{
	const struct model_address *peer = &model->sockets[left].peer,
				   *other = &model->sockets[right].peer;
	struct address_text a, b;

	/* whose every field is in their text */
	if (is_internet(peer) && is_internet(other))
		return model_address_is_same(model, peer, other);

	address_text_fill(model, peer, &a);
	address_text_fill(model, other, &b);
	return a.size_bytes == b.size_bytes && memcmp(a.bytes, b.bytes, a.size_bytes) == 0;
}

static bool row_join(const struct rule_scene *scene, struct rule_row *row,
		     const struct rule_judgement *judgement)
{
	row->count++;
	if (judgement->time_ns < row->first_ns)
		row->first_ns = judgement->time_ns;
	if (judgement->time_ns > row->last_ns)
		row->last_ns = judgement->time_ns;
	if (judgement->value_ns > row->most_ns)
		row->most_ns = judgement->value_ns;
	if (judgement->socket == MODEL_NONE)
		return true;
	if (!row->has_other_peers && row->first.socket != MODEL_NONE &&
	    !is_same_peer(scene->model, row->first.socket, judgement->socket))
		row->has_other_peers = true;
	return socket_add(row, judgement->socket);
}

static struct rule_row *row_new(struct rule_rows *rows, const struct rule_judgement *judgement)
{
	struct rule_row *row;

	if (rows->count == rows->room) {
		uint32_t room = rows->room != 0 ? rows->room * 2 : 16;

		row = realloc(rows->rows, room * sizeof *row);
		if (row == NULL)
			return NULL;
		rows->rows = row;
		rows->room = room;
	}
	row = &rows->rows[rows->count++];
	*row = (struct rule_row){.first = *judgement,
				 .first_ns = judgement->time_ns,
				 .last_ns = judgement->time_ns,
				 .most_ns = TIME_NONE};
	return row;
}

static bool entry_add(struct rule_rows *rows, const struct rule_rows_key *key)
{
	struct rule_rows_entry *entry = calloc(1, sizeof *entry);

	if (entry == NULL)
		return false;
	entry->key = *key;
	entry->row = rows->count - 1;
	HASH_ADD(hh, rows->entries, key, sizeof entry->key, entry);
	if (!entry->is_lost)
		return true;
	free(entry);
	return false;
}

/* The row of judgements like this one, made when there is none; NULL: out of memory. */
static struct rule_row *row_find(const struct rule_scene *scene,
				 const struct rule_judgement *judgement)
{
	struct rule_rows *rows = scene->rows;
	struct rule_rows_entry *entry = NULL;
	struct rule_row *row;
	struct rule_rows_key key;

	memset(&key, 0, sizeof key);
	key.fingerprint = rule_rows_fingerprint(scene, judgement);
	key.place = fold_digest_place(scene->symbols, judgement->stack);
	HASH_FIND(hh, rows->entries, &key, sizeof key, entry);
	if (entry != NULL)
		return &rows->rows[entry->row];
	row = row_new(rows, judgement);
	return row != NULL && entry_add(rows, &key) ? row : NULL;
}

/* What the key of a row is made of: a row is looked for once for all judgements of equal origin. */
struct origin {
	uint64_t class_name; /* pointer: those of one class share it */
	uint32_t rule, process, stack, unused;
};

static bool origin_add(struct rule_rows *rows, const struct rule_row *row)
{
	uint32_t count = rows->origins.count;

	if (count > rows->origin_room) {
		uint32_t room = rows->origin_room != 0 ? rows->origin_room * 2 : 64;
		uint32_t *found = reallocarray(rows->origin_rows, room, sizeof *found);

		if (found == NULL)
			return false;
		rows->origin_rows = found;
		rows->origin_room = room;
	}
	rows->origin_rows[count - 1] = (uint32_t)(row - rows->rows);
	return true;
}

bool rule_rows_add(const struct rule_scene *scene, const struct rule_judgement *judgement)
{
	struct rule_rows *rows = scene->rows;
	struct origin origin = {.class_name = (uintptr_t)class_of(scene, judgement->object),
				.rule = judgement->rule,
				.process = judgement->process,
				.stack = judgement->stack};
	uint32_t known = rows->origins.count, number;
	struct rule_row *row;

	rows->origins.word_count = sizeof origin / sizeof(uint64_t);
	number = numbering_of(&rows->origins, &origin);
	if (number == NUMBERING_FULL)
		return false;
	if (number != known)
		return row_join(scene, &rows->rows[rows->origin_rows[number]], judgement);
	row = row_find(scene, judgement);
	return row != NULL && origin_add(rows, row) && row_join(scene, row, judgement);
}

void rule_rows_release(struct rule_rows *rows)
{
	struct rule_rows_entry *entry, *following;

	HASH_ITER (hh, rows->entries, entry, following) {
		HASH_DEL(rows->entries, entry);
		free(entry);
	}
	for (uint32_t i = 0; i < rows->count; i++)
		free(rows->rows[i].sockets);
	free(rows->rows);
	numbering_release(&rows->origins);
	free(rows->origin_rows);
}
