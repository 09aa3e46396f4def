/* Halves of a socketpair in another process than the one that made it: they are no connections. */
#include "model_loader.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "numbers.h"

static bool came_from_elsewhere(const struct model_socket *socket)
{
	return socket->origin == TRACE_ORIGIN_INHERITED ||
	       socket->origin == TRACE_ORIGIN_RECEIVED || socket->origin == TRACE_ORIGIN_ADOPTED;
}

static int order_cookies(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Of the pairs that were seen being made, sorted; the caller frees it. NULL: none, or no memory. */
static uint64_t *cookies_of_pairs(struct model *model, size_t *count)
{
	uint64_t *cookies = NULL;
	size_t pairs = 0, guests = 0;

	*count = 0;
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		const struct model_socket *socket = &model->sockets[i];

		pairs += socket->origin == TRACE_ORIGIN_SOCKETPAIR;
		guests += came_from_elsewhere(socket);
	}
	if (pairs == 0 || guests == 0)
		return NULL;
	cookies = malloc(pairs * sizeof(*cookies));
	for (uint32_t i = 0; cookies != NULL && i < model->sockets_count; i++) {
		const struct model_socket *socket = &model->sockets[i];

		if (socket->origin == TRACE_ORIGIN_SOCKETPAIR && model_socket_cookie(socket) != 0)
			cookies[(*count)++] = model_socket_cookie(socket);
	}
	if (cookies == NULL || !numbers_sort(cookies, *count))
		model_memory_set_exhausted(model->memory);
	return cookies;
}

void model_find_pairs(struct model *model)
{
	size_t count;
	uint64_t *cookies = cookies_of_pairs(model, &count);

	for (uint32_t i = 0; count != 0 && i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];
		uint64_t cookie = came_from_elsewhere(socket) ? model_socket_cookie(socket) : 0;

		socket->is_pair = cookie != 0 && bsearch(&cookie, cookies, count, sizeof(cookie),
							 order_cookies) != NULL;
	}
	free(cookies);
}
