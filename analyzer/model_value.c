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

static struct model_address unix_read(struct model *model, size_t path_size, const char **text,
				      size_t *size_bytes)
{
	struct model_address address = {.family = AF_UNIX};

	/* sun_path may be filled to its last byte, or with a NUL and garbage: unix(7) */
	if (path_size > *size_bytes)
		path_size = *size_bytes;
	address.path_size_bytes = (uint32_t)path_size;
	if (path_size != 0 && (*text)[0] != '\0')
		address.path_size_bytes = (uint32_t)strnlen(*text, path_size);
	address.path = model_memory_text(model->memory, *text, address.path_size_bytes);
	*text += path_size;
	*size_bytes -= path_size;
	return address;
}

struct model_address model_address_read(struct model *model, const struct trace_address *from,
					const char **text, size_t *size_bytes)
{
	struct model_address address = {.family = from->family, .port = from->port};

	switch (address.family) {
	case AF_UNIX:
		return unix_read(model, from->scope_or_size, text, size_bytes);
	case AF_INET6:
		address.scope_id = from->scope_or_size;
		memcpy(address.bytes, from->bytes, sizeof(address.bytes));
		return address;
	case AF_INET:
		memcpy(address.bytes, from->bytes, 4);
		return address;
	default:
		return (struct model_address){.family = 0};
	}
}
