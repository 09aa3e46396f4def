#include "fold.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"
#include "numbering.h"
#include "progress.h"
#include "selection.h"
#include "socket_facts.h"
#include "symbols.h"

/* What is equal of sockets that are alike: digests of texts, and numbers. */
struct fold_key {
	uint64_t peer, place;
	uint32_t process, flags;
	int connect_error, error;
	uint16_t family, type, origin, end, closer, tcp_state;
	uint16_t unused[2]; /* always 0: keys are whole words */
};
_Static_assert(sizeof(struct fold_key) == 48, "no padding");

/* Sockets of one key. */
struct like {
	uint32_t first, second, count;
};

struct folding {
	struct fold *fold;
	const struct selection *selection;
	const struct model *model;
	struct fold_digests digests;
	struct numbering keys;
	struct like *likes; /* by number of the key */
	uint32_t like_room, group_room;
};

static uint64_t mixed(uint64_t value, uint64_t word)
{
	value = (value ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return value ^ value >> 29;
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

bool fold_digests_init(struct fold_digests *digests, const struct model *model,
		       struct symbols *symbols)
{
	*digests = (struct fold_digests){.symbols = symbols, .stack_count = model->stacks_count};
	digests->places = calloc((size_t)model->stacks_count + 1, sizeof *digests->places);
	return digests->places != NULL;
}

void fold_digests_release(struct fold_digests *digests)
{
	free(digests->places);
	digests->places = NULL;
}

uint64_t fold_digests_place(struct fold_digests *digests, uint32_t stack)
{
	if (stack >= digests->stack_count)
		return 0;
	if (digests->places[stack] == 0)
		digests->places[stack] = fold_digest_place(digests->symbols, stack);
	return digests->places[stack];
}

uint64_t fold_digests_name(struct fold_digests *digests, uint64_t start, const char *name)
{
	uintptr_t place = (uintptr_t)name;
	struct fold_name *known = &digests->names[(place ^ place >> 6) % FOLD_NAMES];

	if (name == NULL)
		return start;
	if (known->name != name || known->start != start)
		*known = (struct fold_name){name, start, fold_digest_text(start, name)};
	return known->digest;
}

static uint64_t peer_of(struct folding *folding, const struct model_socket *socket)
{
	const struct model *model = folding->model;
	const struct model_address *peer = &socket->peer;
	bool is_inet = peer->family == AF_INET || peer->family == AF_INET6;
	uint64_t value = mixed(peer->family,
			       fold_digests_name(&folding->digests, 0, socket->peer_name));
	size_t path_bytes;
	const char *path = model_address_path(model, peer, &path_bytes);
	uint64_t words[2];
	uint8_t bytes[16];

	if (is_inet) {
		model_address_bytes(model, peer, bytes);
		memcpy(words, bytes, sizeof words);
		value = mixed(mixed(mixed(value, words[0]), words[1]),
			      model_address_scope(model, peer));
	}
	/* every client comes from a port of its own */
	if (is_inet && socket->origin != TRACE_ORIGIN_ACCEPT)
		value = mixed(value, peer->port);
	if (path != NULL)
		value = mixed(value, digest(0, path, path_bytes));
	return value;
}

static void key_fill(struct fold_key *key, struct folding *folding, uint32_t index)
{
	const struct model_socket *socket = &folding->model->sockets[index];

	memset(key, 0, sizeof *key);
	key->peer = peer_of(folding, socket);
	key->place = fold_digests_place(&folding->digests, socket_opened_stack(socket));
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
		key->tcp_state = socket->tcp_state;
}

static bool group_add(struct folding *folding, uint32_t socket, uint32_t count)
{
	struct fold *fold = folding->fold;

	if (fold->group_count == folding->group_room) {
		uint32_t room = folding->group_room != 0 ? folding->group_room * 2 : 64;
		struct fold_group *groups = reallocarray(fold->groups, room, sizeof *groups);

		if (groups == NULL)
			return false;
		fold->groups = groups;
		folding->group_room = room;
	}
	fold->groups[fold->group_count++] = (struct fold_group){.first = socket, .count = count};
	return true;
}

static bool like_add(struct folding *folding, uint32_t socket)
{
	if (folding->keys.count > folding->like_room) {
		uint32_t room = folding->like_room != 0 ? folding->like_room * 2 : 64;
		struct like *likes = reallocarray(folding->likes, room, sizeof *likes);

		if (likes == NULL)
			return false;
		folding->likes = likes;
		folding->like_room = room;
	}
	folding->likes[folding->keys.count - 1] = (struct like){.first = socket, .count = 1};
	return true;
}

static bool socket_fold(struct folding *folding, uint32_t socket)
{
	uint32_t known = folding->keys.count, number;
	struct fold_key key;

	folding->fold->shown++;
	if (folding->selection->without_folding)
		return group_add(folding, socket, 1);
	key_fill(&key, folding, socket);
	number = numbering_of(&folding->keys, &key);
	folding->fold->keys[socket] = number;
	if (number == NUMBERING_FULL)
		return false;
	if (number == known)
		return like_add(folding, socket);
	if (folding->likes[number].count++ == 1)
		folding->likes[number].second = socket;
	return true;
}

static bool sockets_fold(struct folding *folding)
{
	for (uint32_t i = 0; i < folding->model->sockets_count; i++) {
		if (i % PROGRESS_STRIDE == 0)
			progress_tell(folding->model->progress, PROGRESS_RENDER, i,
				      folding->model->sockets_count);
		folding->fold->keys[i] = FOLD_NOT_SHOWN;
		if (!selection_has(folding->selection, folding->model, i))
			continue;
		if (!folding->selection->with_noise && selection_is_noise(folding->model, i))
			folding->fold->left_out++;
		else if (!socket_fold(folding, i))
			return false;
	}
	return true;
}

static int order_by_first(const void *a, const void *b)
{
	const struct fold_group *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* One line for those that are many, and for each of the others its own. */
static bool groups_make(struct folding *folding)
{
	struct fold *fold = folding->fold;

	for (uint32_t i = 0; i < folding->keys.count; i++) {
		const struct like *like = &folding->likes[i];
		bool is_folded = like->count >= FOLD_LEAST;

		if (!group_add(folding, like->first, is_folded ? like->count : 1) ||
		    (!is_folded && like->count > 1 && !group_add(folding, like->second, 1)))
			return false;
	}
	if (fold->group_count != 0)
		qsort(fold->groups, fold->group_count, sizeof *fold->groups, order_by_first);
	fold->lines = malloc(((size_t)folding->keys.count + 1) * sizeof *fold->lines);
	if (fold->lines == NULL)
		return false;
	for (uint32_t i = 0; i < folding->keys.count; i++)
		fold->lines[i] = MODEL_NONE;
	for (uint32_t i = 0; i < fold->group_count; i++) {
		if (fold->groups[i].count > 1)
			fold->lines[fold->keys[fold->groups[i].first]] = i;
	}
	return true;
}

enum status fold_init(struct fold *fold, const struct selection *selection,
		      const struct model *model, struct symbols *symbols, struct error *error)
{
	struct folding folding = {.fold = fold,
				  .selection = selection,
				  .model = model,
				  .keys = NUMBERING_OF(struct fold_key)};
	bool is_whole;

	memset(fold, 0, sizeof *fold);
	fold->keys = malloc(((size_t)model->sockets_count + 1) * sizeof *fold->keys);
	is_whole = fold_digests_init(&folding.digests, model, symbols) && fold->keys != NULL &&
		   sockets_fold(&folding) && groups_make(&folding);
	numbering_release(&folding.keys);
	free(folding.likes);
	fold_digests_release(&folding.digests);
	if (is_whole)
		return STATUS_OK;
	fold_release(fold);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void fold_release(struct fold *fold)
{
	free(fold->groups);
	free(fold->keys);
	free(fold->lines);
	memset(fold, 0, sizeof *fold);
}
