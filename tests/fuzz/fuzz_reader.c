/*
 * libFuzzer: any bytes as a trace file, through everything that reads one. Whatever they are, the
 * reader, the model and the matcher must end, and what they hand out must be safe to use.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matcher.h"
#include "model.h"
#include "model_cut.h"
#include "reader.h"
#include "render_dump.h"

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void connects_check(const struct model *model, uint32_t row)
{
	const struct model_connect *connects;
	struct model_connect only;
	uint32_t count = model_socket_connects(model, row, &only, &connects);

	check(count == 0 || connects == &only ||
	      connects + count <= model->connects + model->connects_count);
	for (uint32_t i = 0; i < count; i++)
		check(connects[i].socket == row);
}

/* Every row's references are rows, and every list lies inside its array. */
static void model_check(const struct model *model)
{
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		const struct model_socket *socket = &model->sockets[i];

		check(socket->process < model->processes_count);
		check(socket->parent == MODEL_NONE || socket->parent < model->sockets_count);
		check(socket->opened_stack == MODEL_NONE ||
		      socket->opened_stack < model->stacks_count);
		connects_check(model, i);
		for (uint32_t k = 0; k < socket->owner_count; k++)
			check(model->links[socket->first_owner + k].socket == i);
		for (uint32_t k = 0; k < socket->user_count; k++)
			check(model_socket_users(model, socket)[k].socket == i);
	}
	for (uint32_t i = 0; i < model->objects_count; i++) {
		const struct model_object *object = &model->objects[i];

		check(object->class_name != NULL && object->connects != NULL);
		for (uint32_t k = 0; k < object->opened_count; k++)
			check(model->opened[object->first_opened + k] < model->sockets_count);
		for (uint32_t k = 0; k < object->used_count; k++)
			check(model->used[object->first_used + k] < model->sockets_count);
	}
}

/* Touches each frame, so that one outside of the bytes is found. */
static uint64_t frames_sum(const struct model *model)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < model->stacks_count; i++) {
		for (uint32_t k = 0; k < model->stacks[i].frame_count; k++)
			sum += model->stacks[i].frames[k];
	}
	for (uint32_t i = 0; i < model->modules_count; i++) {
		for (uint32_t k = 0; k < model->modules[i].build_id_size_bytes; k++)
			sum += model->modules[i].build_id[k];
	}
	return sum;
}

/* `at`: a snapshot to go back to, or NULL. */
static void model_try(const void *bytes, size_t size_bytes, const char *at)
{
	uint64_t sum;
	struct error error;
	struct model model;

	model_init(&model);
	if (model_load_bytes(&model, "fuzz", bytes, size_bytes, &error) == STATUS_OK) {
		check(model.processes_count != 0);
		if (at != NULL && model_cut(&model, at, &error) != STATUS_OK)
			check(model.snapshots_count == 0);
		check(matcher_run(&model, &error) == STATUS_OK);
		model_check(&model);
		sum = frames_sum(&model);
		__asm__ volatile("" : : "r"(sum)); /* keeps the reads */
	} else {
		check(strlen(error.reason) != 0);
	}
	model_release(&model);
}

static void dump_try(const void *bytes, size_t size_bytes)
{
	struct error error;
	struct reader reader;
	FILE *out = fopen("/dev/null", "w");

	if (out == NULL)
		return;
	if (reader_open_bytes(&reader, "fuzz", bytes, size_bytes, &error) == STATUS_OK)
		render_dump(&reader, out, &error);
	fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t max_bytes,
			       unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size_bytes, size_t max_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	/* exactly as large as the input, so that reading one byte too many is found */
	void *bytes = malloc(size_bytes);

	if (size_bytes != 0 && bytes == NULL)
		return 0;
	if (size_bytes != 0)
		memcpy(bytes, data, size_bytes);
	model_try(bytes, size_bytes, NULL);
	model_try(bytes, size_bytes, "1");
	dump_try(bytes, size_bytes);
	free(bytes);
	return 0;
}

/* Blind changes nearly always break the header, and nothing behind it would be tried. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t max_bytes,
			       unsigned int seed)
{
	struct trace_file_header header;

	size_bytes = LLVMFuzzerMutate(data, size_bytes, max_bytes);
	if (seed % 8 == 0 || size_bytes < sizeof(header))
		return size_bytes;
	memcpy(&header, data, sizeof(header));
	memcpy(header.magic, TRACE_MAGIC, sizeof(header.magic));
	header.version = TRACE_VERSION;
	header.byte_order = TRACE_BYTE_ORDER;
	header.header_size_bytes = sizeof(header);
	if (seed % 8 != 1)
		header.tail_bytes = size_bytes / TRACE_ALIGNMENT * TRACE_ALIGNMENT;
	memcpy(data, &header, sizeof(header));
	return size_bytes;
}
