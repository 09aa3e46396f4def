#include "random_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <socklife/trace_format.h>

#include "reader.h"

#define PATH_SIZE 4096

/* One process's trace against its lives. */
struct check {
	const struct lives *lives;
	uint32_t pid;
	const char *path;
	bool *is_found; /* by index of the life */
	size_t faults;
};

static void check_fail(struct check *check, const char *what, uint64_t wanted, uint64_t found)
{
	check->faults++;
	fprintf(stderr, "%s: %s: %llu, the log says %llu\n", check->path, what,
		(unsigned long long)found, (unsigned long long)wanted);
}

static size_t lives_count(const struct lives *lives)
{
	return lives->count < LIVES_MAX ? lives->count : LIVES_MAX;
}

static const struct life *life_find(const struct check *check, uint64_t cookie)
{
	for (size_t i = 0; i < lives_count(check->lives); i++) {
		const struct life *life = &check->lives->lives[i];

		if (life->pid == check->pid && life->cookie == cookie && life->state != LIFE_NONE)
			return life;
	}
	return NULL;
}

static void check_range(struct check *check, const char *what, uint64_t found, uint64_t least,
			uint64_t most)
{
	if (found < least || found > most)
		check_fail(check, what, found < least ? least : most, found);
}

/*
 * An exit among running threads meets sockets that one of them is about to record or to close, and
 * adopts those that take long.
 */
static bool is_busy_exit(const struct check *check)
{
	return check->lives->exits_in_run && check->pid == check->lives->pids[0];
}

static bool is_loss_allowed(const struct check *check, const struct trace_record *record)
{
	const struct trace_lost *lost = (const struct trace_lost *)(const void *)record;

	return is_busy_exit(check) && lost->reason == TRACE_LOST_UNSEEN_SOCKET;
}

/* Is this end one that the log allows? A killed process leaves what it did not get to. */
static bool end_is_right(const struct check *check, const struct life *life, uint16_t end)
{
	const uint16_t closed = life->is_replaced ? TRACE_END_REPLACED : TRACE_END_CLOSED;

	switch (life->state) {
	case LIFE_CLOSED:
		/* The process's exit, on another thread, may have been faster to write. */
		return end == closed || (is_busy_exit(check) && end == TRACE_END_EXIT);
	case LIFE_CLOSING:
		return end == closed || end == 0 || end == TRACE_END_EXIT ||
		       (is_busy_exit(check) && end == TRACE_END_VANISHED);
	default:
		return end == 0 || end == TRACE_END_EXIT;
	}
}

static void check_socket(struct check *check, const struct trace_socket *socket)
{
	const struct life *life = life_find(check, socket->cookie);

	if (is_busy_exit(check) && socket->origin == TRACE_ORIGIN_ADOPTED)
		return;
	if (socket->cookie == 0)
		check_fail(check, "a socket without a cookie, id", 0, socket->id);
	if (life == NULL) {
		/* Other threads' sockets that a child inherits, and births that a kill cut short.
		 */
		return;
	}
	if (check->is_found[life - check->lives->lives])
		check_fail(check, "a second record of the socket with the cookie", 0,
			   socket->cookie);
	check->is_found[life - check->lives->lives] = true;
	if (socket->origin != life->origin)
		check_fail(check, "origin", life->origin, socket->origin);
	if (!end_is_right(check, life, socket->end))
		check_fail(check, "end (the log's state)", life->state, socket->end);
	check_range(check, "bytes sent", socket->bytes_sent, life->sent_least, life->sent_most);
	check_range(check, "sends", socket->sends, life->sends_least, life->sends_most);
	check_range(check, "bytes received", socket->bytes_received, life->received_least,
		    life->received_most);
}

static void check_missing(struct check *check)
{
	for (size_t i = 0; i < lives_count(check->lives); i++) {
		const struct life *life = &check->lives->lives[i];

		if (life->pid == check->pid && life->state >= LIFE_OPEN && !check->is_found[i])
			check_fail(check, "no record of the socket with the cookie", life->cookie,
				   0);
	}
}

static bool has_lives(const struct check *check)
{
	for (size_t i = 0; i < lives_count(check->lives); i++)
		if (check->lives->lives[i].pid == check->pid &&
		    check->lives->lives[i].state >= LIFE_OPEN)
			return true;
	return false;
}

static void check_records(struct check *check, struct reader *reader, struct random_sums *sums)
{
	const struct trace_record *record;

	while (reader_next(reader, &record) == STATUS_OK) {
		if (record->kind == TRACE_LOST && !is_loss_allowed(check, record))
			check_fail(check, "records are lost", 0, 1);
		if (record->kind != TRACE_SOCKET)
			continue;
		sums->sockets++;
		check_socket(check, (const struct trace_socket *)(const void *)record);
	}
	sums->uncommitted += reader->uncommitted_records;
	if (reader->is_corrupt || reader->is_truncated || reader->unknown_records != 0)
		check_fail(check, "not readable to its end, at", 0, reader->offset);
	check_missing(check);
}

static size_t check_process(struct check *check, struct random_sums *sums)
{
	struct reader reader;
	struct error error;

	sums->processes++;
	if (reader_open(&reader, check->path, &error) == STATUS_OK) {
		check_records(check, &reader, sums);
		reader_close(&reader);
	} else if (has_lives(check)) {
		check_fail(check, "cannot be read", 0, 0);
	}
	return check->faults;
}

size_t random_check(const struct lives *lives, const char *trace, struct random_sums *sums)
{
	bool *is_found = calloc(LIVES_MAX, sizeof(*is_found));
	char path[PATH_SIZE];
	size_t faults = 0;

	for (uint32_t i = 0; is_found != NULL && i < lives->process_count; i++) {
		struct check check = {
			.lives = lives, .pid = lives->pids[i], .path = path, .is_found = is_found};

		snprintf(path, sizeof(path), "%s/%u.0.trace", trace, check.pid);
		faults += check_process(&check, sums);
	}
	free(is_found);
	return faults;
}
