#include <criterion/criterion.h>
#include <string.h>

#include "object_scene.h"
#include "timeline.h"

#define WIDTH 20

static struct object_scene scene;
static struct model_socket *life;
static struct trace_socket *record; /* what life leaves to the trace */

/* From 0 s to 2 s: a cell is 100 ms. */
static void setup(void)
{
	object_scene_init(&scene);
	life = &scene.hand.sockets[object_scene_socket_open(&scene, 0)];
	record = hand_record(life);
	life->last_io_ns = TIME_NONE;
	record->first_io_ns = record->longest_idle_ns = 0;
}

static void teardown(void)
{
	object_scene_release(&scene);
}

TestSuite(timeline, .init = setup, .fini = teardown);

static void draws(const char *expected)
{
	struct timeline_span span = {.from_ns = 0, .to_ns = 2 * HAND_S};
	char text[WIDTH + 1];

	timeline_draw(&span, &scene.hand.model, life, text, WIDTH);
	cr_expect_str_eq(text, expected);
}

Test(timeline, is_idle_without_io)
{
	draws("--------------------");
}

Test(timeline, is_blank_before_birth_and_after_the_end)
{
	life->created_ns = 550 * HAND_MS;
	life->closed_ns = 1050 * HAND_MS;
	draws("     ------         ");
}

Test(timeline, is_busy_where_no_silence_fills_a_cell)
{
	record->first_io_ns = 150 * HAND_MS;
	life->last_io_ns = 550 * HAND_MS;
	record->longest_idle_ns = 20 * HAND_MS;
	draws("-#####--------------");
}

Test(timeline, is_half_closed_once_the_peer_has_closed)
{
	record->first_io_ns = 50 * HAND_MS;
	life->last_io_ns = 50 * HAND_MS;
	life->peer_closed_ns = 1050 * HAND_MS;
	draws("#---------~~~~~~~~~~");
}

/* 700 ms of silence in 1 s of use: it covers 350 to 750 ms wherever it lay. */
Test(timeline, shows_only_the_silence_that_is_certain)
{
	record->first_io_ns = 50 * HAND_MS;
	life->last_io_ns = 1050 * HAND_MS;
	record->longest_idle_ns = 700 * HAND_MS;
	draws("#==-----==#---------");
}

Test(timeline, claims_no_silence_that_may_lie_anywhere)
{
	record->first_io_ns = 50 * HAND_MS;
	life->last_io_ns = 1050 * HAND_MS;
	record->longest_idle_ns = 300 * HAND_MS;
	draws("#=========#---------");
}

/* The last I/O is told by a coarse clock. */
Test(timeline, takes_a_last_io_before_the_first_for_the_first)
{
	record->first_io_ns = 254 * HAND_MS;
	life->last_io_ns = 250 * HAND_MS;
	draws("--#-----------------");
}

Test(timeline, survives_the_times_of_a_broken_trace)
{
	life->created_ns = INT64_MAX;
	life->closed_ns = INT64_MIN + 1;
	record->first_io_ns = INT64_MAX - 1;
	life->last_io_ns = INT64_MIN + 1;
	life->peer_closed_ns = INT64_MAX;
	record->longest_idle_ns = INT64_MAX;
	draws("                   #");
	record->first_io_ns = (uint64_t)INT64_MIN + 1;
	life->last_io_ns = INT64_MAX;
	draws("                    ");
}

Test(timeline, spans_all_that_is_added)
{
	struct timeline_span span = TIMELINE_SPAN_EMPTY;
	uint32_t other = object_scene_socket(&scene, 300 * HAND_MS);

	life->created_ns = 500 * HAND_MS;
	timeline_span_add(&span, &scene.hand.model, life);
	cr_expect_eq(span.from_ns, 500 * HAND_MS);
	cr_expect_eq(span.to_ns, 2 * HAND_S);
	timeline_span_add(&span, &scene.hand.model, &scene.hand.sockets[other]);
	cr_expect_eq(span.from_ns, 300 * HAND_MS);
	cr_expect_eq(span.to_ns, 2 * HAND_S);
}
