#include "model_loader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ::ffff:1.2.3.4, by which a socket of AF_INET6 reaches an AF_INET address (RFC 4291, 2.5.5.2) */
static void address_unmap(uint16_t *family, uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (*family != AF_INET6 || memcmp(bytes, mapped, sizeof(mapped)) != 0)
		return;
	*family = AF_INET;
	memmove(bytes, bytes + sizeof(mapped), 4);
	memset(bytes + 4, 0, 12);
}

void model_name_add(struct model_loader *loader, const struct model_name *name)
{
	struct model_name *row;

	if (!model_memory_grow(loader->model->memory, &loader->names, loader->name_count,
			       sizeof(*loader->names)))
		return;
	row = &loader->names[loader->name_count++];
	*row = *name;
	if (row->family == AF_INET)
		memset(row->bytes + 4, 0, 12);
	address_unmap(&row->family, row->bytes);
}

static int place_compare(const struct model_name *left, const struct model_name *right)
{
	if (left->process != right->process)
		return left->process < right->process ? -1 : 1;
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	if (left->port != right->port)
		return left->port < right->port ? -1 : 1;
	return memcmp(left->bytes, right->bytes, sizeof(left->bytes));
}

static int names_compare(const void *left, const void *right)
{
	const struct model_name *a = left, *b = right;
	int order = place_compare(a, b);

	if (order != 0)
		return order;
	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

/* What was found for a socket, and for which times of connecting it would be found again. */
struct naming {
	uint32_t process;
	uint16_t family, port;
	uint8_t bytes[16];
	bool is_inherited, is_known;
	int64_t since_ns, until_ns;
	const char *name; /* NULL: none */
};

/* The latest answer for the key's address and port that came not after the key's time. */
static const struct model_name *name_find(const struct model_loader *loader,
					  const struct model_name *key, struct naming *naming)
{
	const struct model_name *names = loader->names;
	size_t low = 0, high = loader->name_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names_compare(&names[middle], key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < loader->name_count && place_compare(&names[low], key) == 0 &&
	    names[low].time_ns < naming->until_ns)
		naming->until_ns = names[low].time_ns;
	if (low == 0 || place_compare(&names[low - 1], key) != 0)
		return NULL;
	if (names[low - 1].time_ns > naming->since_ns)
		naming->since_ns = names[low - 1].time_ns;
	return &names[low - 1];
}

/* getaddrinfo without a service gives port 0, and the program fills in its own. */
static const char *name_in_process(const struct model_loader *loader, struct model_name *key,
				   struct naming *naming)
{
	const struct model_name *exact = name_find(loader, key, naming);
	uint16_t port = key->port;
	const struct model_name *any;

	key->port = 0;
	any = name_find(loader, key, naming);
	key->port = port;
	if (exact == NULL || (any != NULL && any->time_ns > exact->time_ns))
		return any == NULL ? NULL : any->name;
	return exact->name;
}

/*
 * A forked child connects to addresses that its parent has looked up: fork ancestors count too. A
 * socket that came through an exec was connected by an ancestor of whatever kind.
 */
static void naming_fill(struct naming *naming, const struct model_loader *loader,
			const uint32_t *forked_from, const struct model_socket *socket)
{
	struct model_name key = {
		.process = socket->process,
		.family = socket->peer.family,
		.port = socket->peer.port,
		.time_ns = socket->connect_started_ns,
	};

	*naming = (struct naming){.process = socket->process,
				  .family = socket->peer.family,
				  .port = socket->peer.port,
				  .is_inherited = socket->origin == TRACE_ORIGIN_INHERITED,
				  .is_known = true,
				  .since_ns = INT64_MIN,
				  .until_ns = INT64_MAX};
	model_address_bytes(loader->model, &socket->peer, naming->bytes);
	memcpy(key.bytes, naming->bytes, sizeof(key.bytes));
	address_unmap(&key.family, key.bytes);
	while (naming->name == NULL && key.process != MODEL_NONE) {
		naming->name = name_in_process(loader, &key, naming);
		key.process = naming->is_inherited ? loader->model->processes[key.process].parent
						   : forked_from[key.process];
	}
}

static bool naming_fits(const struct naming *naming, const struct model_socket *socket,
			const uint8_t bytes[16])
{
	return naming->is_known && naming->process == socket->process &&
	       naming->family == socket->peer.family && naming->port == socket->peer.port &&
	       memcmp(naming->bytes, bytes, sizeof(naming->bytes)) == 0 &&
	       naming->is_inherited == (socket->origin == TRACE_ORIGIN_INHERITED) &&
	       socket->connect_started_ns >= naming->since_ns &&
	       socket->connect_started_ns < naming->until_ns;
}

/* Programs have few peers: the latest namings are kept, each where its address says. */
#define NAMINGS 64

static size_t naming_place(const struct model_socket *socket, const uint8_t bytes[16])
{
	uint64_t words[2];

	memcpy(words, bytes, sizeof(words));
	words[0] = (words[0] ^ words[1] ^ socket->peer.port) * UINT64_C(0x9e3779b97f4a7c15);
	return words[0] >> 58;
}
_Static_assert(NAMINGS == 1 << (64 - 58), "the upper bits of a product are its best");

static uint32_t *forks_new(const struct model_loader *loader)
{
	uint32_t *forked_from =
		malloc((loader->model->processes_count + 1u) * sizeof(*forked_from));

	for (size_t i = 0; forked_from != NULL && i < loader->file_count; i++) {
		const struct model_file *file = &loader->files[i];

		if (file->process != MODEL_NONE)
			forked_from[file->process] =
				file->forked_from == 0
					? MODEL_NONE
					: loader->model->processes[file->process].parent;
	}
	return forked_from;
}

void model_name_peers(struct model_loader *loader)
{
	struct model *model = loader->model;
	struct naming namings[NAMINGS] = {{.is_known = false}};
	uint32_t *forked_from;

	if (loader->name_count == 0)
		return;
	forked_from = forks_new(loader);
	if (forked_from == NULL) {
		model_memory_set_exhausted(model->memory);
		return;
	}
	qsort(loader->names, loader->name_count, sizeof(*loader->names), names_compare);
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];
		struct naming *naming;
		uint8_t bytes[16];

		if (socket->connect_count == 0 || socket->origin == TRACE_ORIGIN_ACCEPT ||
		    (socket->peer.family != AF_INET && socket->peer.family != AF_INET6))
			continue;
		model_address_bytes(model, &socket->peer, bytes);
		naming = &namings[naming_place(socket, bytes)];
		if (!naming_fits(naming, socket, bytes))
			naming_fill(naming, loader, forked_from, socket);
		socket->peer_name = naming->name;
	}
	free(forked_from);
}
