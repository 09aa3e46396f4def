/* The library of door.h. */
#include "door.h"

#include "facts.h"

#include <stdarg.h>

struct door {
	int fd, port;
};

struct hall {
	struct door *door;
};

struct guest {
	struct door *door;
};

struct door *door_make(int port)
{
	struct door *door = malloc(sizeof(*door));

	MUST(door != NULL);
	*door = (struct door){.fd = -1, .port = port};
	return door;
}

struct door *door_open(int port)
{
	struct door *door = door_make(port);

	door->fd = client_open(port);
	return door;
}

struct door *door_fail(void)
{
	return NULL;
}

int door_make_at(int port, struct door **made)
{
	if (port == 0)
		return -1;
	*made = door_make(port);
	return 0;
}

static void door_send(struct door *door, size_t size_bytes)
{
	if (door->fd < 0)
		door->fd = client_open(door->port);
	bytes_send(door->fd, size_bytes);
}

int door_knock(struct door *door)
{
	door_send(door, 1);
	return 1;
}

double door_measure(struct door *door, int b, int c, int d, int e, int f, double half, int g,
		    double quarter, int h)
{
	door_send(door, 1);
	return b + 10 * c + 100 * d + 1000 * e + 10000 * f + 100000 * g + 1000000 * h + half +
	       quarter;
}

int door_tell(struct door *door, const char *format, ...)
{
	char text[256];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	door_send(door, (size_t)size);
	fact_text("told", text);
	return size;
}

int door_each(struct door *door, int (*visit)(struct door *door, void *context), void *context)
{
	return visit(door, context) + 1;
}

void door_shut(struct door *door)
{
	if (door->fd >= 0)
		close(door->fd);
	free(door);
}

void door_drop(struct door *door)
{
	free(door);
}

int door_fd(const struct door *door)
{
	return door->fd;
}

struct hall *hall_make(void)
{
	return calloc(1, sizeof(struct hall));
}

void hall_enter(struct hall *hall, struct door *door)
{
	hall->door = door;
}

void hall_leave(struct hall *hall)
{
	free(hall);
}

void hall_empty(struct hall *hall)
{
	if (hall->door != NULL)
		door_shut(hall->door);
	free(hall);
}

struct guest *guest_enter(struct door *door)
{
	struct guest *guest = malloc(sizeof(*guest));

	MUST(guest != NULL);
	guest->door = door;
	guest_speak(guest);
	return guest;
}

void guest_speak(struct guest *guest)
{
	door_send(guest->door, 1);
}

void guest_leave(struct guest *guest)
{
	guest_speak(guest);
	free(guest);
}

void guest_shut(struct guest *guest)
{
	struct door *door = guest->door;

	guest_leave(guest);
	door_shut(door);
}
