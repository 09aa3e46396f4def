#include "model_loader.h"

#include <string.h>
#include <sys/socket.h>

/* Far beyond any uptime, and so small that differences of two times cannot overflow. */
#define TIME_LIMIT (INT64_MAX / 4)

int64_t model_time(const struct model *model, uint64_t time_ns)
{
	int64_t relative = (int64_t)(time_ns - model->started_monotonic_ns);

	if (time_ns == 0)
		return TIME_NONE;
	if (relative > TIME_LIMIT)
		return TIME_LIMIT;
	return relative < -TIME_LIMIT ? -TIME_LIMIT : relative;
}

int64_t model_duration(uint64_t duration_ns)
{
	return duration_ns > TIME_LIMIT ? TIME_LIMIT : (int64_t)duration_ns;
}

/* The place of an address; MODEL_NONE: out of memory, or more than can be counted. */
static uint32_t place_add(struct model *model, const struct model_place *place)
{
	if (model->places_count == MODEL_NONE - 1)
		model_memory_set_exhausted(model->memory);
	else if (model_memory_grow(model->memory, &model->places, model->places_count,
				   sizeof(*model->places))) {
		model->places[model->places_count] = *place;
		return model->places_count++;
	}
	return MODEL_NONE;
}

static struct model_address unix_read(struct model *model, size_t path_size, const char **text,
				      size_t *size_bytes)
{
	struct model_address address = {.family = AF_UNIX, .place = MODEL_NONE};
	struct model_place place = {.path_size_bytes = 0};

	/* sun_path may be filled to its last byte, or with a NUL and garbage: unix(7) */
	if (path_size > *size_bytes)
		path_size = *size_bytes;
	place.path_size_bytes = (uint32_t)path_size;
	if (path_size != 0 && (*text)[0] != '\0')
		place.path_size_bytes = (uint32_t)strnlen(*text, path_size);
	if (path_size != 0) {
		place.path = model_memory_text(model->memory, *text, place.path_size_bytes);
		address.place = place_add(model, &place);
	}
	*text += path_size;
	*size_bytes -= path_size;
	return address;
}

static struct model_address inet6_read(struct model *model, const struct trace_address *from)
{
	struct model_place place = {.scope_id = from->scope_or_size};

	memcpy(place.bytes, from->bytes, sizeof(place.bytes));
	return (struct model_address){
		.family = AF_INET6, .port = from->port, .place = place_add(model, &place)};
}

struct model_address model_address_read(struct model *model, const struct trace_address *from,
					const char **text, size_t *size_bytes)
{
	struct model_address address = {.family = from->family, .port = from->port};

	switch (address.family) {
	case AF_UNIX:
		return unix_read(model, from->scope_or_size, text, size_bytes);
	case AF_INET6:
		return inet6_read(model, from);
	case AF_INET:
		memcpy(address.inet, from->bytes, sizeof(address.inet));
		return address;
	default:
		return (struct model_address){.family = 0};
	}
}

static const struct model_place *place_of(const struct model *model,
					  const struct model_address *address)
{
	static const struct model_place unnamed;

	return address->place != MODEL_NONE ? &model->places[address->place] : &unnamed;
}

void model_address_bytes(const struct model *model, const struct model_address *address,
			 uint8_t bytes[16])
{
	memset(bytes, 0, 16);
	if (address->family == AF_INET)
		memcpy(bytes, address->inet, sizeof(address->inet));
	else if (address->family == AF_INET6)
		memcpy(bytes, place_of(model, address)->bytes, 16);
}

uint32_t model_address_scope(const struct model *model, const struct model_address *address)
{
	return address->family == AF_INET6 ? place_of(model, address)->scope_id : 0;
}

const char *model_address_path(const struct model *model, const struct model_address *address,
			       size_t *size_bytes)
{
	const struct model_place *place;

	*size_bytes = 0;
	if (address->family != AF_UNIX)
		return NULL;
	place = place_of(model, address);
	*size_bytes = place->path_size_bytes;
	return place->path;
}

bool model_address_is_same(const struct model *model, const struct model_address *a,
			   const struct model_address *b)
{
	uint8_t a_bytes[16], b_bytes[16];
	size_t a_size, b_size;
	const char *a_path = model_address_path(model, a, &a_size),
		   *b_path = model_address_path(model, b, &b_size);

	model_address_bytes(model, a, a_bytes);
	model_address_bytes(model, b, b_bytes);
	return a->family == b->family && a->port == b->port &&
	       model_address_scope(model, a) == model_address_scope(model, b) &&
	       memcmp(a_bytes, b_bytes, sizeof(a_bytes)) == 0 && a_size == b_size &&
	       (a_size == 0 || memcmp(a_path, b_path, a_size) == 0);
}
