#include <criterion/criterion.h>

#include "matcher.h"
#include "model_scene.h"

static struct model_scene scene;

static void setup(void)
{
	model_scene_init(&scene);
}

static void teardown(void)
{
	model_scene_release(&scene);
}

TestSuite(matcher, .init = setup, .fini = teardown);

static void match(void)
{
	model_scene_load(&scene);
	cr_assert_eq(matcher_run(&scene.model, &scene.error), STATUS_OK);
}

static uint32_t owner(uint32_t socket, uint32_t index)
{
	cr_assert_lt(index, scene.model.sockets[socket].owner_count);
	return scene.model.links[scene.model.sockets[socket].first_owner + index].object;
}

/* A connected socket whose connect began at `time_ns`. */
static void connected_socket(int fd, uint64_t time_ns)
{
	uint32_t id = trace_builder_socket(&scene.builder, fd, time_ns)->id;

	trace_builder_connect(&scene.builder, id, time_ns, time_ns + 5);
}

Test(matcher, lists_owners_innermost_first)
{
	connected_socket(3, 2000);
	trace_builder_object(&scene.builder, "a.Session", 1100);
	trace_builder_object(&scene.builder, "b.Pool", 1200);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 1);
	trace_builder_link(&scene.builder, 1, 2, TRACE_LINK_OWNER, 0);
	match();
	cr_assert_eq(scene.model.sockets[0].owner_count, 2);
	cr_expect_eq(owner(0, 0), 1);
	cr_expect_eq(owner(0, 1), 0);
	cr_expect_eq(scene.model.sockets[0].match, TRACE_MATCH_STACK);
}

Test(matcher, counts_an_owner_by_thread_only_without_a_stronger_one)
{
	connected_socket(3, 2000);
	connected_socket(4, 3000);
	trace_builder_object(&scene.builder, "a.Session", 1100);
	trace_builder_object(&scene.builder, "b.Executor", 1200);
	trace_builder_link(&scene.builder, 1, 2, TRACE_LINK_OWNER, 0)->match = TRACE_MATCH_THREAD;
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 1)->match = TRACE_MATCH_FD;
	trace_builder_link(&scene.builder, 2, 2, TRACE_LINK_OWNER, 0)->match = TRACE_MATCH_THREAD;
	match();
	cr_assert_eq(scene.model.sockets[0].owner_count, 1);
	cr_expect_eq(owner(0, 0), 0);
	cr_expect_eq(scene.model.sockets[0].match, TRACE_MATCH_FD);
	cr_assert_eq(scene.model.sockets[1].owner_count, 1);
	cr_expect_eq(owner(1, 0), 1);
	cr_expect_eq(scene.model.sockets[1].match, TRACE_MATCH_THREAD);
	cr_expect_eq(scene.model.objects[1].opened_count, 1);
}

Test(matcher, lists_an_object_once_and_never_as_a_user_of_what_it_owns)
{
	connected_socket(3, 2000);
	trace_builder_object(&scene.builder, "a.Session", 1100);
	trace_builder_object(&scene.builder, "a.Session", 1100);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 2);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_USER, 0);
	trace_builder_link(&scene.builder, 1, 2, TRACE_LINK_USER, 0);
	trace_builder_link(&scene.builder, 1, 2, TRACE_LINK_USER, 0);
	match();
	cr_expect_eq(scene.model.sockets[0].owner_count, 1);
	cr_assert_eq(scene.model.sockets[0].user_count, 1);
	cr_expect_eq(model_socket_users(&scene.model, &scene.model.sockets[0])->object, 1);
	cr_expect_eq(scene.model.objects[0].opened_count, 1);
	cr_expect_eq(scene.model.objects[0].used_count, 0);
	cr_expect_eq(scene.model.objects[1].used_count, 1);
}

Test(matcher, tells_when_an_object_connects)
{
	trace_builder_object(&scene.builder, "a.Eager", 2000)->constructed_ns = 2500;
	trace_builder_object(&scene.builder, "a.Lazy", 2000)->constructed_ns = 2500;
	trace_builder_object(&scene.builder, "a.Borrower", 2000);
	trace_builder_object(&scene.builder, "a.Idle", 2000);
	connected_socket(3, 2100);
	connected_socket(4, 2600);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 2, 2, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 2, 3, TRACE_LINK_USER, 0);
	match();
	cr_expect_str_eq(scene.model.objects[0].connects, "at-creation");
	cr_expect_str_eq(scene.model.objects[1].connects, "on-first-use");
	cr_expect_str_eq(scene.model.objects[2].connects, "borrowed");
	cr_expect_str_eq(scene.model.objects[3].connects, "never");
}

/* The record of an object's end is missing as well: the process was killed. */
Test(matcher, takes_a_connect_in_an_unfinished_constructor_as_one_at_creation)
{
	struct trace_object *unfinished = trace_builder_object(&scene.builder, "a.Unfinished",
							       2000);
	struct trace_object *copied = trace_builder_object(&scene.builder, "a.Copied", 2000);

	unfinished->constructed_ns = copied->constructed_ns = 0;
	copied->flags = TRACE_OBJECT_ADOPTED;
	connected_socket(3, 2100);
	connected_socket(4, 2100);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 2, 2, TRACE_LINK_OWNER, 0);
	match();
	cr_expect_str_eq(scene.model.objects[0].connects, "at-creation");
	cr_expect_str_eq(scene.model.objects[1].connects, "on-first-use");
}

Test(matcher, takes_a_handle_that_came_after_its_connect_as_connected_at_creation)
{
	connected_socket(3, 2000);
	trace_builder_object(&scene.builder, "PGconn", 2100)->constructed_ns = 0;
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0)->match = TRACE_MATCH_HANDLE;
	match();
	cr_expect_str_eq(scene.model.objects[0].connects, "at-creation");
}

Test(matcher, lists_what_an_object_opened_in_the_order_of_connect)
{
	trace_builder_object(&scene.builder, "a.Session", 1500);
	connected_socket(3, 3000);
	connected_socket(4, 2000);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 2, 1, TRACE_LINK_OWNER, 0);
	match();
	cr_assert_eq(scene.model.objects[0].opened_count, 2);
	cr_expect_eq(scene.model.opened[scene.model.objects[0].first_opened], 1);
	cr_expect_eq(scene.model.opened[scene.model.objects[0].first_opened + 1], 0);
}

Test(matcher, lists_what_was_left_open)
{
	struct trace_file_header *header = trace_builder_header(&scene.builder);

	trace_builder_object(&scene.builder, "a.Session", 1500);
	trace_builder_end(trace_builder_socket(&scene.builder, 3, 2000), TRACE_END_CLOSED, 2500);
	trace_builder_socket(&scene.builder, 4, 2100);
	trace_builder_link(&scene.builder, 1, 1, TRACE_LINK_OWNER, 0);
	trace_builder_link(&scene.builder, 2, 1, TRACE_LINK_OWNER, 0);
	header->end = TRACE_PROCESS_END_EXIT;
	header->ended_ns = 9000;
	match();
	cr_assert_eq(scene.model.objects[0].open_at_end_count, 1);
	cr_expect_eq(scene.model.open_at_end[scene.model.objects[0].first_open_at_end], 1);
}

Test(matcher, completes_a_model_without_objects)
{
	connected_socket(3, 2000);
	match();
	cr_expect_eq(scene.model.sockets[0].owner_count, 0);
	cr_expect_eq(scene.model.sockets[0].match, 0);
}

/* Its session is gone before it when it was dropped, and after it when it was closed. */
Test(matcher, calls_finalized_what_a_dropped_aiohttp_connector_had_closed)
{
	struct trace_object *session, *connector;

	session = trace_builder_object(&scene.builder, "aiohttp.client.ClientSession", 1500);
	connector = trace_builder_object(&scene.builder, "aiohttp.connector.TCPConnector", 1600);
	connector->parent = session->id;
	session->end = connector->end = TRACE_OBJECT_END_REFCOUNT;
	session->ended_ns = 2500;
	connector->ended_ns = 2500;
	trace_builder_end(trace_builder_socket(&scene.builder, 3, 2000), TRACE_END_CLOSED, 2600);
	trace_builder_link(&scene.builder, 1, connector->id, TRACE_LINK_OWNER, 0);
	match();
	cr_expect_eq(scene.model.sockets[0].end, TRACE_END_FINALIZED);
}

Test(matcher, leaves_closed_what_a_closed_aiohttp_session_had_closed)
{
	struct trace_object *session, *connector;

	session = trace_builder_object(&scene.builder, "aiohttp.client.ClientSession", 1500);
	connector = trace_builder_object(&scene.builder, "aiohttp.connector.TCPConnector", 1600);
	connector->parent = session->id;
	session->end = connector->end = TRACE_OBJECT_END_REFCOUNT;
	session->ended_ns = 2500;
	connector->ended_ns = 2400;
	trace_builder_end(trace_builder_socket(&scene.builder, 3, 2000), TRACE_END_CLOSED, 2600);
	trace_builder_link(&scene.builder, 1, connector->id, TRACE_LINK_OWNER, 0);
	match();
	cr_expect_eq(scene.model.sockets[0].end, TRACE_END_CLOSED);
}
