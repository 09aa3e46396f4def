#include "model_loader.h"

#include <stdlib.h>

bool model_connects_init(struct model_loader *loader, struct model_file *file)
{
	size_t room = (size_t)file->connect_count + 1;

	file->connects_read = 0;
	file->connects = malloc(room * sizeof(const struct trace_connect *));
	file->connect_sockets = malloc(room * sizeof(*file->connect_sockets));
	if (file->connects != NULL && file->connect_sockets != NULL)
		return true;
	model_memory_set_exhausted(loader->model->memory);
	return false;
}

void model_connects_release(struct model_file *file)
{
	free(file->connects);
	free(file->connect_sockets);
	file->connects = NULL;
	file->connect_sockets = NULL;
}

void model_fill_connect(struct model_loader *loader, struct model_file *file,
			const struct trace_connect *record)
{
	uint32_t socket = model_file_row(file, MODEL_ID_SOCKET, record->socket);

	if (socket == MODEL_NONE || file->connects_read == file->connect_count)
		return;
	loader->model->sockets[socket].connect_count++;
	file->connects[file->connects_read] = record;
	file->connect_sockets[file->connects_read++] = socket;
}

/* Moves a file's connects so that those of one socket are neighbours, in their order. */
void model_connects_group(struct model_loader *loader, struct model_file *file)
{
	struct model_socket *sockets = loader->model->sockets;
	uint32_t first = file->first_rows[MODEL_ID_SOCKET], next = 0;
	const struct trace_connect **records = file->connects;
	uint32_t *targets = file->connect_sockets;

	for (uint32_t i = first; i < first + file->ids[MODEL_ID_SOCKET].count; i++) {
		sockets[i].first_connect = next;
		next += sockets[i].connect_count;
		sockets[i].connect_count = 0;
	}
	for (uint32_t i = 0; i < file->connects_read; i++) {
		struct model_socket *socket = &sockets[targets[i]];

		targets[i] = socket->first_connect + socket->connect_count++;
	}
	for (uint32_t i = 0; i < file->connects_read; i++) {
		while (targets[i] != i) { /* each swap brings one to its place for good */
			uint32_t target = targets[i];
			const struct trace_connect *moved = records[target];

			records[target] = records[i];
			records[i] = moved;
			targets[i] = targets[target];
			targets[target] = target;
		}
	}
}
