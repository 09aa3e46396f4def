#include "fold.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"
#include "progress.h"
#include "selection.h"
#include "socket_facts.h"
#include "symbols.h"

/*
 * uthash's own function takes a byte at a time; the key is whole words, and there may be a key for
 * each of ten million sockets. Two different keys of equal hash are told apart all the same.
 */
#define HASH_FUNCTION(key, size_bytes, hash)                                                       \
	do {                                                                                       \
		(hash) = (unsigned int)words_hash((key), (size_bytes));                            \
	} while (0)
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->is_lost = true)
#include <uthash.h>

/* Compared as bytes: always cleared first, so that padding is equal too. */
struct fold_key {
	uint64_t peer_path, peer_name, place; /* digests of texts */
	uint8_t peer_bytes[16];
	uint32_t process, peer_scope, flags;
	int connect_error, error;
	uint16_t family, type, peer_family, peer_port, origin, end, closer, tcp_state;
};
_Static_assert(sizeof(struct fold_key) % sizeof(uint64_t) == 0, "hashed word by word");

struct fold_entry {
	struct fold_key key;
	uint32_t group;
	bool is_lost; /* could not be added */
	UT_hash_handle hh;
};

struct folding {
	struct fold *fold;
	const struct selection *selection;
	const struct model *model;
	struct symbols *symbols;
	struct fold_entry *entries; /* uthash */
	uint64_t *places;           /* by stack index: its place's digest, 0 not known yet */
	uint32_t group_room;
};

static uint64_t words_hash(const void *words, size_t size_bytes)
{
	uint64_t value = size_bytes, word;

	for (size_t i = 0; i + sizeof word <= size_bytes; i += sizeof word) {
		memcpy(&word, (const char *)words + i, sizeof word);
		value = (value ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		value ^= value >> 29;
	}
	return value ^ value >> 32;
}

/* FNV-1a. A collision folds two lines that should be two: of 2^64, and for display only. */
static uint64_t digest(uint64_t start, const char *bytes, size_t size_bytes)
{
	uint64_t value = start ^ UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size_bytes; i++)
		value = (value ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
	return value;
}

uint64_t fold_digest_text(uint64_t start, const char *text)
{
	return text != NULL ? digest(start, text, strlen(text)) : start;
}

uint64_t fold_digest_place(struct symbols *symbols, uint32_t stack)
{
	const struct frame *frame = symbols_own_frame(symbols, stack);
	uint64_t value;

	if (frame == NULL)
		return 0;
	value = fold_digest_text(fold_digest_text(1, frame->file), frame->function);
	return value + (frame->file != NULL ? frame->line : frame->offset);
}

static uint64_t place_of(const struct folding *folding, uint32_t stack)
{
	if (stack >= folding->model->stacks_count)
		return 0;
	if (folding->places[stack] == 0)
		folding->places[stack] = fold_digest_place(folding->symbols, stack);
	return folding->places[stack];
}

static void key_fill_peer(struct fold_key *key, const struct model_socket *socket)
{
	const struct model_address *peer = &socket->peer;
	bool is_inet = peer->family == AF_INET || peer->family == AF_INET6;

	key->peer_family = peer->family;
	if (is_inet) {
		memcpy(key->peer_bytes, peer->bytes, sizeof key->peer_bytes);
		key->peer_scope = peer->scope_id;
	}
	/* every client comes from a port of its own */
	if (is_inet && socket->origin != TRACE_ORIGIN_ACCEPT)
		key->peer_port = peer->port;
	if (peer->family == AF_UNIX && peer->path != NULL)
		key->peer_path = digest(0, peer->path, peer->path_size_bytes);
	key->peer_name = fold_digest_text(0, socket->peer_name);
}

static void key_fill(struct fold_key *key, const struct folding *folding, uint32_t index)
{
	const struct model_socket *socket = &folding->model->sockets[index];

	memset(key, 0, sizeof *key);
	key_fill_peer(key, socket);
	key->place = place_of(folding, socket_opened_stack(socket));
	key->process = socket->process;
	key->flags = socket->flags & (TRACE_SOCKET_LISTENING | TRACE_SOCKET_CONNECTED);
	key->connect_error = socket->connect_error;
	key->error = socket->error;
	key->family = socket->family;
	key->type = socket->type;
	key->origin = (uint16_t)socket->origin;
	key->end = (uint16_t)socket->end;
	key->closer = (uint16_t)socket_first_closer(socket);
	if (socket_is_left_open(socket))
		key->tcp_state = (uint16_t)fold_digest_text(0, socket->tcp_state);
}

static bool group_add(struct folding *folding, uint32_t socket)
{
	struct fold *fold = folding->fold;

	if (fold->group_count == folding->group_room) {
		uint32_t room = folding->group_room != 0 ? folding->group_room * 2 : 64;
		struct fold_group *groups = realloc(fold->groups, room * sizeof *groups);

		if (groups == NULL)
			return false;
		fold->groups = groups;
		folding->group_room = room;
	}
	fold->groups[fold->group_count++] =
		(struct fold_group){.first = socket, .last = socket, .count = 1};
	return true;
}

static bool entry_add(struct folding *folding, const struct fold_key *key)
{
	struct fold_entry *entry = calloc(1, sizeof *entry);

	if (entry == NULL)
		return false;
	entry->key = *key;
	entry->group = folding->fold->group_count - 1;
	HASH_ADD(hh, folding->entries, key, sizeof entry->key, entry);
	if (!entry->is_lost)
		return true;
	free(entry);
	return false;
}

static bool socket_fold(struct folding *folding, uint32_t socket)
{
	struct fold *fold = folding->fold;
	struct fold_entry *entry = NULL;
	struct fold_group *group;
	struct fold_key key;

	fold->shown++;
	if (folding->selection->without_folding)
		return group_add(folding, socket);
	key_fill(&key, folding, socket);
	HASH_FIND(hh, folding->entries, &key, sizeof key, entry);
	if (entry == NULL)
		return group_add(folding, socket) && entry_add(folding, &key);
	group = &fold->groups[entry->group];
	fold->next[group->last] = socket;
	group->last = socket;
	group->count++;
	return true;
}

static bool sockets_fold(struct folding *folding)
{
	for (uint32_t i = 0; i < folding->model->sockets_count; i++) {
		if (i % PROGRESS_STRIDE == 0)
			progress_tell(folding->model->progress, PROGRESS_RENDER, i,
				      folding->model->sockets_count);
		folding->fold->next[i] = MODEL_NONE;
		if (!selection_has(folding->selection, folding->model, i))
			continue;
		if (!folding->selection->with_noise && selection_is_noise(folding->model, i))
			folding->fold->left_out++;
		else if (!socket_fold(folding, i))
			return false;
	}
	return true;
}

static void entries_free(struct fold_entry *entries)
{
	struct fold_entry *entry, *following;

	HASH_ITER (hh, entries, entry, following) {
		HASH_DEL(entries, entry);
		free(entry);
	}
}

static int order_by_first(const void *a, const void *b)
{
	const struct fold_group *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* Takes small groups apart again. */
static bool groups_unfold(struct folding *folding)
{
	struct fold *fold = folding->fold;
	uint32_t count = fold->group_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t socket = fold->groups[i].first, following;

		if (fold->groups[i].count >= FOLD_LEAST)
			continue;
		following = fold->next[socket];
		fold->next[socket] = MODEL_NONE;
		fold->groups[i].last = socket;
		fold->groups[i].count = 1;
		if (following != MODEL_NONE && !group_add(folding, following))
			return false;
	}
	if (fold->group_count != 0)
		qsort(fold->groups, fold->group_count, sizeof *fold->groups, order_by_first);
	return true;
}

enum status fold_init(struct fold *fold, const struct selection *selection,
		      const struct model *model, struct symbols *symbols, struct error *error)
{
	struct folding folding = {
		.fold = fold, .selection = selection, .model = model, .symbols = symbols};
	bool is_whole;

	memset(fold, 0, sizeof *fold);
	fold->next = calloc((size_t)model->sockets_count + 1, sizeof *fold->next);
	folding.places = calloc((size_t)model->stacks_count + 1, sizeof *folding.places);
	is_whole = fold->next != NULL && folding.places != NULL && sockets_fold(&folding) &&
		   groups_unfold(&folding);
	entries_free(folding.entries);
	free(folding.places);
	if (is_whole)
		return STATUS_OK;
	fold_release(fold);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void fold_release(struct fold *fold)
{
	free(fold->groups);
	free(fold->next);
	memset(fold, 0, sizeof *fold);
}
