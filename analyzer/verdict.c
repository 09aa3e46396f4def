#include "verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "object_facts.h"
#include "quantity.h"
#include "socket_facts.h"
#include "terminal.h"
#include "verdict_facts.h"
#include "words.h"

/* A socket that ends this soon after its object went with it. */
#define CASCADE_NS INT64_C(10000000)

/* And this soon after the object let go of it, whoever held it on went in the same breath. */
#define HANDOVER_NS INT64_C(1000000)

struct sentence {
	struct verdict *verdict;
	const struct terminal *terminal;
	const struct model *model;
	const struct model_object *row;
	uint32_t object;
	struct verdict_facts facts;
	bool is_wordless; /* only its phrases are wanted */
};

__attribute__((format(printf, 3, 4))) static void
say(struct sentence *sentence, enum verdict_phrase phrase, const char *format, ...)
{
	struct verdict *verdict = sentence->verdict;
	size_t used = strlen(verdict->text);
	va_list arguments;

	verdict->phrases |= 1u << phrase;
	if (sentence->is_wordless)
		return;
	if (used != 0 && used + 2 < sizeof verdict->text) {
		memcpy(verdict->text + used, ", ", 3);
		used += 2;
	}
	va_start(arguments, format);
	vsnprintf(verdict->text + used, sizeof verdict->text - used, format, arguments);
	va_end(arguments);
}

static const char *duration_text(const struct sentence *sentence, int64_t duration_ns,
				 struct quantity *quantity)
{
	return sentence->is_wordless ? ""
				     : quantity_duration(sentence->terminal, duration_ns, quantity);
}

/* "" where no words are wanted; `label` has OBJECT_LABEL_SIZE bytes. */
static void label_fill(const struct sentence *sentence, uint32_t object, char *label)
{
	label[0] = '\0';
	if (!sentence->is_wordless)
		object_label(sentence->terminal, sentence->model, object, label, OBJECT_LABEL_SIZE);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- it had no socket ---- */

static void counted_add(char *text, size_t size, uint32_t count, const char *word)
{
	size_t used = strlen(text);

	if (count != 0)
		snprintf(text + used, size - used, "%s%" PRIu32 " %s%s", used != 0 ? " and " : "",
			 count, word, plural(count));
}

static void never_say(struct sentence *sentence)
{
	struct verdict_made made;
	char label[OBJECT_LABEL_SIZE], text[96] = "";

	verdict_made_count(&made, sentence->model, sentence->object);
	counted_add(text, sizeof text, made.sessions, "session");
	counted_add(text, sizeof text, made.engines, "engine");
	counted_add(text, sizeof text, made.clients, "client");
	if (text[0] != '\0') {
		say(sentence, VERDICT_NO_CONNECTION, "not a connection: made %s, owned 0 sockets",
		    text);
	} else if (made.opener != MODEL_NONE) {
		label_fill(sentence, made.opener, label);
		say(sentence, VERDICT_PASSES_ON, "owned 0 sockets: %s, which it made, connects",
		    label);
	} else {
		say(sentence, VERDICT_NEVER_CONNECTED, "never connected");
	}
}

/* ---- who holds a socket on ---- */

/* Says so and returns true when another object held the socket on after this one let go. */
static bool returned_say(struct sentence *sentence, uint32_t index)
{
	const struct model *model = sentence->model;
	const struct model_socket *socket = &model->sockets[index];
	int64_t release_ns = object_release_ns(model, sentence->object, socket);
	uint32_t holder = object_holder(model, socket);
	char label[OBJECT_LABEL_SIZE];
	struct quantity quantity;
	int64_t ended_ns = socket_ended_ns(model, socket), held_ns;
	const char *where = object_chain_has_pool(model, socket) ? "returned to the pool: "
								 : "let go of it: ";

	if (release_ns == TIME_NONE || holder == MODEL_NONE || holder == sentence->object)
		return false;
	held_ns = time_between(release_ns, object_gone_ns(&model->objects[holder]));
	if (object_gone_ns(&model->objects[holder]) < ended_ns && held_ns < HANDOVER_NS)
		return false;
	label_fill(sentence, holder, label);
	if (object_has_open_at_end(model, holder, index))
		say(sentence, VERDICT_RETURNED, "%s%s still holds it", where, label);
	else
		say(sentence, VERDICT_RETURNED, "%s%s held it %s longer", where, label,
		    duration_text(sentence, time_between(release_ns, ended_ns), &quantity));
	return true;
}

/* ---- it borrowed ---- */

static void borrowed_say(struct sentence *sentence)
{
	const struct model *model = sentence->model;
	uint32_t socket = model->used[sentence->row->first_used];
	uint32_t holder = object_holder(model, &model->sockets[socket]);
	uint32_t others = sentence->row->used_count - 1;
	char label[OBJECT_LABEL_SIZE], more[32] = "";

	if (others != 0)
		snprintf(more, sizeof more, " and %" PRIu32 " more", others);
	if (holder == MODEL_NONE) {
		say(sentence, VERDICT_BORROWED, "used s%" PRIu64 "%s, opened by no object seen",
		    (uint64_t)socket + 1, more);
		return;
	}
	label_fill(sentence, holder, label);
	say(sentence, VERDICT_BORROWED, "borrowed s%" PRIu64 "%s from %s%s", (uint64_t)socket + 1,
	    more, label, model->objects[holder].role == TRACE_ROLE_ENGINE ? "'s pool" : "");
	returned_say(sentence, socket);
}

/* ---- it connected ---- */

static void beginning_say(struct sentence *sentence)
{
	const struct verdict_facts *facts = &sentence->facts;
	const struct model *model = sentence->model;
	enum trace_match match = model->sockets[model->opened[sentence->row->first_opened]].match;
	struct quantity quantity;

	if (strcmp(sentence->row->connects, "at-creation") == 0)
		say(sentence, VERDICT_AT_CREATION, "connected when created");
	else
		say(sentence, VERDICT_ON_FIRST_USE, "connected on first use +%s",
		    duration_text(sentence, facts->first_connected_ns, &quantity));
	if (match == TRACE_MATCH_TASK || match == TRACE_MATCH_THREAD)
		say(sentence, VERDICT_BY_TASK, "in a %s (a weaker match)", words_match(match));
	if (facts->connections > facts->reconnected + 1)
		say(sentence, VERDICT_SEVERAL,
		    "%" PRIu32 " connections, at most %" PRIu32 " at once", facts->connections,
		    facts->most_at_once);
	if (facts->failures != 0)
		say(sentence, VERDICT_CONNECT_FAILED, "%" PRIu32 " connect%s failed: %s",
		    facts->failures, plural(facts->failures), words_errno(facts->error));
}

/*
 * Counters tell how many sends there were, not which receive answered which: a driver that sends a
 * request in two pieces counts twice, so the word is "sends" and never "exchanges".
 */
static void use_say(struct sentence *sentence)
{
	uint64_t sends = verdict_sends(sentence->model, sentence->object, sentence->is_wordless);

	if (sends != 0)
		say(sentence, VERDICT_USED, "used for %" PRIu64 " send%s%s", sends, plural(sends),
		    sentence->facts.is_shared ? " by all its users" : "");
	else
		say(sentence, VERDICT_UNUSED, "sent nothing");
}

static void server_say(struct sentence *sentence)
{
	const struct verdict_facts *facts = &sentence->facts;
	struct quantity quantity;
	const char *least = facts->server_closed > 1 ? "at least " : "";
	char times[32] = "", idle[64] = "";

	if (facts->server_closed > 1)
		snprintf(times, sizeof times, " %" PRIu32 " times,", facts->server_closed);
	if (facts->server_idle_ns != TIME_NONE)
		snprintf(idle, sizeof idle, " after %s%s idle", least,
			 duration_text(sentence, facts->server_idle_ns, &quantity));
	else if (facts->server_closed > 1)
		times[strlen(times) - 1] = '\0';
	if (facts->server_closed > 0)
		say(sentence, VERDICT_CLOSED_BY_SERVER, "closed by the server%s%s", times, idle);
	if (facts->reconnected == 1)
		say(sentence, VERDICT_RECONNECTED, "reconnected on next use");
	else if (facts->reconnected > 1)
		say(sentence, VERDICT_RECONNECTED, "reconnected %" PRIu32 " times",
		    facts->reconnected);
}

static void open_say(struct sentence *sentence, const struct model_socket *last)
{
	const struct verdict_facts *facts = &sentence->facts;
	enum trace_process_end end = sentence->model->processes[last->process].end;
	const char *when = end != 0 ? " at exit" : "";
	bool is_gone = !object_is_alive_at_end(sentence->row);

	/* A handle may be destroyed, and its socket with it, only by the interpreter's shutdown. */
	if (is_gone && time_between(last->closed_ns, object_gone_ns(sentence->row)) == TIME_NONE)
		say(sentence, VERDICT_LEFT_OPEN, "left open when it was gone");
	else if (facts->open_at_end > 1)
		say(sentence, VERDICT_STILL_CONNECTED, "%" PRIu32 " still connected%s",
		    facts->open_at_end, when);
	else if (verdict_is_server_closed(last))
		say(sentence, VERDICT_HALF_CLOSED, "still held half-closed%s", when);
	else
		say(sentence, VERDICT_STILL_CONNECTED, "still connected%s", when);
}

static void finalized_say(struct sentence *sentence, const struct model_socket *last)
{
	int64_t after_ns = time_between(object_gone_ns(sentence->row), last->closed_ns);
	int64_t before_ns = time_between(last->closed_ns, object_gone_ns(sentence->row));
	bool is_by_cycle = sentence->row->end == TRACE_OBJECT_END_GC;
	struct quantity quantity;

	/* pymysql closes in its __del__, which CPython runs before it clears weak references. */
	if (before_ns != TIME_NONE && before_ns <= CASCADE_NS)
		after_ns = 0;
	if ((sentence->row->flags & TRACE_OBJECT_DEATH_UNKNOWN) != 0)
		say(sentence, VERDICT_CLOSED_BY_COLLECTOR, "closed by a finalizer");
	else if (after_ns == TIME_NONE)
		say(sentence, VERDICT_CLOSED_BY_COLLECTOR, "closed by a finalizer while it lived");
	else if (after_ns > CASCADE_NS)
		say(sentence, VERDICT_CLOSED_BY_COLLECTOR, "closed by a finalizer %s after it",
		    duration_text(sentence, after_ns, &quantity));
	else
		say(sentence, VERDICT_CLOSED_WITH_OBJECT, "closed with the object (%s)",
		    is_by_cycle ? "cycle collection" : words_object_end(sentence->row->end));
}

static void ending_say(struct sentence *sentence, const struct model_socket *last)
{
	if (last->error != 0)
		say(sentence, VERDICT_BROKEN, "broken by %s", words_errno(last->error));
	else if (last->end == TRACE_END_FINALIZED)
		finalized_say(sentence, last);
	else if (last->end != TRACE_END_CLOSED)
		say(sentence, VERDICT_ENDED_OTHERWISE, "ended: %s", words_end(last->end));
	else if (last->is_closed_behind && sentence->row->runtime == TRACE_RUNTIME_C)
		say(sentence, VERDICT_CLOSED_BEHIND, "closed behind its back, in no call of it");
	else if (!verdict_is_server_closed(last))
		say(sentence, VERDICT_CLOSED_BY_PROGRAM, "closed by the program");
}

static void opened_say(struct sentence *sentence)
{
	const struct verdict_facts *facts = &sentence->facts;
	const struct model_socket *last;

	if (facts->connections == 0) {
		if (facts->failures != 0)
			say(sentence, VERDICT_CONNECT_FAILED, "connect failed%s: %s",
			    facts->failures > 1 ? " each time" : "", words_errno(facts->error));
		else
			say(sentence, VERDICT_NEVER_CONNECTED,
			    "never connected: opened %" PRIu32 " socket%s",
			    sentence->row->opened_count, plural(sentence->row->opened_count));
		return;
	}
	last = &sentence->model->sockets[facts->last];
	beginning_say(sentence);
	use_say(sentence);
	server_say(sentence);
	if (returned_say(sentence, facts->last))
		return;
	if (facts->open_at_end != 0)
		open_say(sentence, last);
	else
		ending_say(sentence, last);
}

static void verdict_say(struct sentence *sentence)
{
	*sentence->verdict = (struct verdict){.phrases = 0};
	verdict_facts_fill(&sentence->facts, sentence->model, sentence->object);
	if (sentence->row->opened_count != 0)
		opened_say(sentence);
	else if (sentence->row->used_count != 0)
		borrowed_say(sentence);
	else
		never_say(sentence);
}

void verdict_object(struct verdict *verdict, const struct terminal *terminal,
		    const struct model *model, uint32_t object)
{
	struct sentence sentence = {.verdict = verdict,
				    .terminal = terminal,
				    .model = model,
				    .row = &model->objects[object],
				    .object = object};

	verdict_say(&sentence);
}

uint32_t verdict_phrases(const struct model *model, uint32_t object)
{
	struct verdict verdict = {.phrases = 0};
	struct sentence sentence = {.verdict = &verdict,
				    .model = model,
				    .row = &model->objects[object],
				    .object = object,
				    .is_wordless = true};

	verdict_say(&sentence);
	return verdict.phrases;
}
