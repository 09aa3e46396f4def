#include "render_show_object.h"

#include <inttypes.h>
#include <stdio.h>

#include "model.h"
#include "object_facts.h"
#include "quantity.h"
#include "render_objects_timeline.h"
#include "socket_facts.h"
#include "story.h"
#include "terminal.h"
#include "verdict.h"
#include "words.h"

/* ---- facts ---- */

static void sockets_print(const char *label, const uint32_t *sockets, uint32_t count, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "  %-9s ", label);
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, " s%" PRIu64, (uint64_t)sockets[i] + 1);
	fputc('\n', out);
}

static void made_print(const struct terminal *terminal, const struct model *model,
		       const struct model_object *object, FILE *out)
{
	char label[OBJECT_LABEL_SIZE];

	if (object->parent != MODEL_NONE) {
		object_label(terminal, model, object->parent, label, sizeof label);
		fprintf(out, "  made by    %s\n", label);
	}
	if (object->made_count == 0)
		return;
	fputs("  made      ", out);
	for (uint32_t i = 0; i < object->made_count; i++) {
		object_label(terminal, model, model->made[object->first_made + i], label,
			     sizeof label);
		fprintf(out, "%s %s", i != 0 ? "," : "", label);
	}
	fputc('\n', out);
}

static void flags_print(const struct model_object *object, FILE *out)
{
	if ((object->flags & TRACE_OBJECT_ADOPTED) != 0)
		fputs("  birth      not seen: copied or unpickled\n", out);
	if ((object->flags & TRACE_OBJECT_DEATH_UNKNOWN) != 0)
		fputs("  death      not seen: its finalizer let it live on\n", out);
	if ((object->flags & TRACE_OBJECT_ONE_THREAD) != 0)
		fputs("  threads    not meant to be shared by threads\n", out);
}

static void timelines_show(const struct terminal *terminal, const struct model *model,
			   uint32_t index, FILE *out)
{
	struct timelines timelines;

	timelines_init_object(&timelines, terminal, model, index);
	if (timelines.count == 0)
		return;
	fputc('\n', out);
	timelines_print(&timelines, index, false, 2, out);
	timelines_print_legend(&timelines, out);
}

void render_show_object_facts(const struct terminal *terminal, const struct model *model,
			      uint32_t index, FILE *out)
{
	const struct model_object *object = &model->objects[index];
	struct verdict verdict;

	verdict_object(&verdict, terminal, model, index);
	fprintf(out, "  verdict    %s\n", verdict.text);
	fprintf(out, "  role       %s (%s)\n", words_role(object->role),
		words_runtime(object->runtime));
	if (object->connects != NULL)
		fprintf(out, "  connects   %s\n", object->connects);
	sockets_print("opened", model->opened + object->first_opened, object->opened_count, out);
	sockets_print("used", model->used + object->first_used, object->used_count, out);
	sockets_print("open", model->open_at_end + object->first_open_at_end,
		      object->open_at_end_count, out);
	made_print(terminal, model, object, out);
	flags_print(object, out);
	timelines_show(terminal, model, index, out);
}

/* ---- story ---- */

static void made_add(const struct terminal *terminal, const struct model *model,
		     const struct model_object *object, struct story *story)
{
	char label[OBJECT_LABEL_SIZE];

	for (uint32_t i = 0; i < object->made_count; i++) {
		uint32_t index = model->made[object->first_made + i];
		const struct model_object *child = &model->objects[index];

		object_label(terminal, model, index, label, sizeof label);
		story_add(story, child->created_ns, MODEL_NONE, "makes %s", label);
		if (!object_is_alive_at_end(child))
			story_add(story, child->ended_ns, MODEL_NONE, "%s is gone: %s", label,
				  words_object_end(child->end));
	}
}

static void connect_add(const struct terminal *terminal, const struct model *model,
			const struct model_socket *socket, uint64_t id, struct story *story)
{
	struct address_text raw;
	struct quantity quantity;
	char peer[256] = "a peer without a name";

	if (address_text_fill(model, &socket->peer, &raw))
		terminal_escape(terminal, raw.bytes, raw.size_bytes, peer, sizeof peer);
	story_add(story, socket->connect_started_ns, socket_opened_stack(socket),
		  "s%" PRIu64 " connects to %s", id, peer);
	if (socket->connect_error == 0)
		story_add(story, socket->connected_ns, MODEL_NONE,
			  "s%" PRIu64 " connected, after %s", id,
			  quantity_duration(terminal, socket_latency_ns(socket), &quantity));
	else
		story_add(story, socket->connect_started_ns, MODEL_NONE,
			  "s%" PRIu64 " did not connect: %s", id,
			  words_errno(socket->connect_error));
}

static void overlap_add(const struct model *model, const struct model_object *object,
			struct story *story)
{
	const struct model_overlap *overlap;

	if (object->overlap == 0)
		return;
	overlap = &model->overlaps[object->overlap - 1];
	story_add(story, overlap->time_ns, overlap->stack,
		  "used by thread %" PRIu32 " while thread %" PRIu32 " was in a call on it",
		  overlap->tid, overlap->other_tid);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void io_add(const struct terminal *terminal, const struct model *model,
		   const struct model_socket *socket, uint64_t id, struct story *story)
{
	int64_t rest_ns = socket->peer_closed_ns != TIME_NONE ? socket->peer_closed_ns
							      : socket_ended_ns(model, socket);
	int64_t longest_ns = model_socket_longest_idle_ns(socket);
	uint64_t sends = model_socket_sends(socket), receives = model_socket_receives(socket);
	struct quantity silence, longest;
	char gaps[64] = "";

	story_add(story, model_socket_first_io_ns(model, socket), MODEL_NONE,
		  "s%" PRIu64 " first I/O", id);
	if (socket->last_io_ns == TIME_NONE)
		return;
	if (longest_ns > 0)
		snprintf(gaps, sizeof gaps, ", at most %s apart",
			 quantity_duration(terminal, longest_ns, &longest));
	story_add(story, socket->last_io_ns, MODEL_NONE,
		  "s%" PRIu64 " last I/O of %" PRIu64 " send%s and %" PRIu64
		  " receive%s%s; idle for %s from here",
		  id, sends, plural(sends), receives, plural(receives), gaps,
		  quantity_duration(terminal, time_between(socket->last_io_ns, rest_ns), &silence));
}

static const char *closer_words(const struct model_socket *socket)
{
	switch (socket->end) {
	case TRACE_END_CLOSED:
		return "closed by the program";
	case TRACE_END_FINALIZED:
		return "closed by a finalizer";
	default:
		return words_end(socket->end);
	}
}

static void end_add(const struct model *model, const struct model_socket *socket, uint64_t id,
		    struct story *story)
{
	story_add(story, socket->peer_closed_ns, MODEL_NONE, "s%" PRIu64 " the peer closes", id);
	story_add(story, model_socket_stale_io_ns(model, socket), MODEL_NONE,
		  "s%" PRIu64 " I/O tried after the peer had closed", id);
	if (socket->end != 0)
		story_add(story, socket->closed_ns, socket->closed_stack, "s%" PRIu64 " %s", id,
			  closer_words(socket));
}

static bool is_weak(enum trace_match match)
{
	return match == TRACE_MATCH_TASK || match == TRACE_MATCH_THREAD;
}

static void opened_add(const struct terminal *terminal, const struct model *model,
		       const struct model_object *object, struct story *story)
{
	for (uint32_t i = 0; i < object->opened_count; i++) {
		uint32_t index = model->opened[object->first_opened + i];
		const struct model_socket *socket = &model->sockets[index];
		uint64_t id = (uint64_t)index + 1;

		connect_add(terminal, model, socket, id, story);
		if (is_weak(socket->match))
			story_add(story, socket->connect_started_ns, MODEL_NONE,
				  "s%" PRIu64 " is taken for its own by the %s: a weaker match", id,
				  words_match(socket->match));
		io_add(terminal, model, socket, id, story);
		end_add(model, socket, id, story);
	}
}

static void users_add(const struct terminal *terminal, const struct model *model,
		      const struct model_object *object, struct story *story)
{
	char label[OBJECT_LABEL_SIZE];

	for (uint32_t i = 0; i < object->opened_count; i++) {
		uint32_t index = model->opened[object->first_opened + i];
		const struct model_socket *socket = &model->sockets[index];

		for (uint32_t j = 0; j < socket->user_count; j++) {
			const struct model_link *link = &model_socket_users(model, socket)[j];

			object_label(terminal, model, link->object, label, sizeof label);
			story_add(story, link->time_ns, MODEL_NONE, "s%" PRIu64 " used by %s",
				  (uint64_t)index + 1, label);
		}
	}
}

static void borrowed_add(const struct terminal *terminal, const struct model *model, uint32_t index,
			 struct story *story)
{
	const struct model_object *object = &model->objects[index];
	char label[OBJECT_LABEL_SIZE] = "no object seen";

	for (uint32_t i = 0; i < object->used_count; i++) {
		uint32_t used = model->used[object->first_used + i];
		const struct model_socket *socket = &model->sockets[used];
		uint32_t holder = object_holder(model, socket);

		if (holder != MODEL_NONE)
			object_label(terminal, model, holder, label, sizeof label);
		for (uint32_t j = 0; j < socket->user_count; j++) {
			const struct model_link *link = &model_socket_users(model, socket)[j];

			if (link->object == index)
				story_add(story, link->time_ns, MODEL_NONE,
					  "uses s%" PRIu64 ", opened by %s", (uint64_t)used + 1,
					  label);
		}
	}
}

static void releases_add(const struct model *model, uint32_t index, struct story *story)
{
	const struct model_object *object = &model->objects[index];

	for (uint32_t i = 0; i < object->opened_count; i++) {
		uint32_t opened = model->opened[object->first_opened + i];
		int64_t release_ns = object_release_ns(model, index, &model->sockets[opened]);

		if (release_ns < object_gone_ns(object))
			story_add(story, release_ns, MODEL_NONE, "lets go of s%" PRIu64,
				  (uint64_t)opened + 1);
	}
}

void render_show_object_story(const struct terminal *terminal, const struct model *model,
			      uint32_t index, struct story *story)
{
	const struct model_object *object = &model->objects[index];
	bool is_at_exit = object->end == TRACE_OBJECT_END_EXIT;

	story_add(story, object->created_ns, object->created_stack, "created");
	story_add(story, object->constructed_ns, MODEL_NONE, "constructor ended");
	made_add(terminal, model, object, story);
	opened_add(terminal, model, object, story);
	users_add(terminal, model, object, story);
	borrowed_add(terminal, model, index, story);
	releases_add(model, index, story);
	overlap_add(model, object, story);
	story_add(story, object->ended_ns, MODEL_NONE, "gone: %s%s", words_object_end(object->end),
		  is_at_exit ? " (alive when the program ended)" : "");
}
