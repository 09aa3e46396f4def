#include <criterion/criterion.h>
#include <errno.h>

#include "object_scene.h"

static struct object_scene scene;

static void setup(void)
{
	object_scene_init(&scene);
}

static void teardown(void)
{
	object_scene_release(&scene);
}

TestSuite(verdict, .init = setup, .fini = teardown);

static void judges(uint32_t object, const char *expected)
{
	cr_expect_str_eq(object_scene_verdict(&scene, object), expected);
}

static uint32_t session(int64_t created_ns)
{
	return object_scene_object(&scene, "a.Session", TRACE_ROLE_SESSION, created_ns);
}

Test(verdict, never_connected)
{
	judges(session(0), "never connected");
}

Test(verdict, a_session_that_made_clients_is_no_connection)
{
	uint32_t outer = session(0);
	uint32_t inner = object_scene_child(&scene, outer, "b.Session", TRACE_ROLE_SESSION);
	uint32_t client = object_scene_child(&scene, inner, "b.RDS", TRACE_ROLE_CLIENT);

	object_scene_child(&scene, inner, "b.RDS", TRACE_ROLE_CLIENT);
	object_scene_owner(&scene, object_scene_socket(&scene, 100 * HAND_MS), client);
	judges(outer, "not a connection: made 1 session and 2 clients, owned 0 sockets");
	judges(inner, "not a connection: made 2 clients, owned 0 sockets");
}

Test(verdict, a_manager_passes_on_to_the_pool_that_it_made)
{
	uint32_t manager = object_scene_object(&scene, "u.Manager", TRACE_ROLE_POOL, 0);
	uint32_t pool = object_scene_child(&scene, manager, "u.Pool", TRACE_ROLE_POOL);

	object_scene_owner(&scene, object_scene_socket(&scene, 100 * HAND_MS), pool);
	judges(manager, "owned 0 sockets: Pool o2, which it made, connects");
}

Test(verdict, a_refused_connect)
{
	uint32_t object = session(0), socket = object_scene_socket(&scene, 100 * HAND_MS);

	scene.hand.sockets[socket].connect_error = ECONNREFUSED;
	scene.hand.sockets[socket].connected_ns = TIME_NONE;
	scene.hand.sockets[socket].flags = 0;
	object_scene_owner(&scene, socket, object);
	judges(object, "connect failed: ECONNREFUSED");
}

Test(verdict, connected_when_created_and_still_connected)
{
	uint32_t object = session(100 * HAND_MS);

	object_scene_owner(&scene, object_scene_socket_open(&scene, 100 * HAND_MS), object);
	object_scene_gone(&scene, object, TRACE_OBJECT_END_EXIT, 2 * HAND_S);
	judges(object, "connected when created, used for 1 send, still connected at exit");
}

Test(verdict, on_first_use_closed_by_the_program)
{
	uint32_t object = session(90 * HAND_MS);

	object_scene_owner(&scene, object_scene_socket(&scene, 100 * HAND_MS), object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the program");
}

Test(verdict, closed_by_the_server_and_reconnected)
{
	uint32_t object = session(0);
	uint32_t first = object_scene_socket(&scene, 100 * HAND_MS);
	uint32_t second = object_scene_socket_open(&scene, 1500 * HAND_MS);

	scene.hand.records[first].sends = 41;
	scene.hand.sockets[first].closed_ns = 1499 * HAND_MS;
	object_scene_peer_closes(&scene, first, 200 * HAND_MS, 1200 * HAND_MS);
	object_scene_owner(&scene, first, object);
	object_scene_owner(&scene, second, object);
	object_scene_gone(&scene, object, TRACE_OBJECT_END_EXIT, 2 * HAND_S);
	judges(object, "connected on first use +102 ms, used for 42 sends, closed by the server "
		       "after 1.00 s idle, reconnected on next use, still connected at exit");
}

Test(verdict, half_closed_to_the_end)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket_open(&scene, 100 * HAND_MS);

	object_scene_peer_closes(&scene, socket, 200 * HAND_MS, 1200 * HAND_MS);
	object_scene_owner(&scene, socket, object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the server after "
		       "1.00 s idle, still held half-closed at exit");
}

/* PostgreSQL closes when it is told goodbye, often before our own close. */
Test(verdict, a_goodbye_is_our_close)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_peer_closes(&scene, socket, 1099 * HAND_MS, 1099 * HAND_MS + HAND_MS / 2);
	object_scene_owner(&scene, socket, object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the program");
}

/* The FIN's time comes from the kernel's tick: it may seem to come before what it answers. */
Test(verdict, a_goodbye_is_our_close_though_the_answer_seems_earlier)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_peer_closes(&scene, socket, 1099 * HAND_MS, 1097 * HAND_MS);
	object_scene_owner(&scene, socket, object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the program");
}

/* The sender stood still after its last send: the close came at once when it ran again. */
Test(verdict, a_goodbye_is_our_close_on_a_busy_machine)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_peer_closes(&scene, socket, 1098 * HAND_MS, 1079 * HAND_MS);
	object_scene_owner(&scene, socket, object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the program");
}

/* What came after the server's close says nothing of the silence before it. */
Test(verdict, a_silence_that_is_not_known_is_not_told)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_peer_closes(&scene, socket, 600 * HAND_MS, 200 * HAND_MS);
	object_scene_owner(&scene, socket, object);
	judges(object, "connected on first use +12 ms, used for 1 send, closed by the server");
}

struct pool {
	uint32_t engine, pool, handle, connection, session, socket;
};

/* As SQLAlchemy: the connection, by which the session reached the pool, is gone early. */
static struct pool pool_make(void)
{
	struct pool made;

	made.engine = object_scene_object(&scene, "s.Engine", TRACE_ROLE_ENGINE, 0);
	made.pool = object_scene_object(&scene, "s.QueuePool", TRACE_ROLE_POOL, 0);
	made.session = session(50 * HAND_MS);
	made.connection = object_scene_child(&scene, made.session, "s.Connection",
					     TRACE_ROLE_CONNECTION);
	made.handle = object_scene_child(&scene, made.pool, "p.connection", TRACE_ROLE_CONNECTION);
	made.socket = object_scene_socket_open(&scene, 100 * HAND_MS);
	object_scene_owner(&scene, made.socket, made.handle);
	object_scene_owner(&scene, made.socket, made.pool);
	object_scene_owner(&scene, made.socket, made.engine);
	object_scene_owner(&scene, made.socket, made.connection);
	object_scene_owner(&scene, made.socket, made.session);
	object_scene_gone(&scene, made.connection, TRACE_OBJECT_END_REFCOUNT, 600 * HAND_MS);
	return made;
}

Test(verdict, returned_to_the_pool_though_the_session_lives_on)
{
	struct pool made = pool_make();

	judges(made.session,
	       "connected on first use +52 ms, used for 1 send, returned to the pool: "
	       "Engine o1 still holds it");
	judges(made.engine,
	       "connected on first use +102 ms, used for 1 send, still connected at exit");
}

Test(verdict, returned_to_the_pool_which_was_closed_later)
{
	struct pool made = pool_make();

	scene.hand.sockets[made.socket].end = TRACE_END_CLOSED;
	scene.hand.sockets[made.socket].closed_ns = 1600 * HAND_MS;
	judges(made.session,
	       "connected on first use +52 ms, used for 1 send, returned to the pool: "
	       "Engine o1 held it 1.00 s longer");
}

/* A short program gives its session up only just before its engine. */
Test(verdict, returned_to_the_pool_which_soon_went_with_the_engine)
{
	struct pool made = pool_make();

	scene.hand.sockets[made.socket].end = TRACE_END_FINALIZED;
	scene.hand.sockets[made.socket].closed_ns = 607 * HAND_MS;
	object_scene_gone(&scene, made.session, TRACE_OBJECT_END_REFCOUNT, 601 * HAND_MS);
	object_scene_gone(&scene, made.engine, TRACE_OBJECT_END_GC, 606 * HAND_MS);
	object_scene_gone(&scene, made.pool, TRACE_OBJECT_END_GC, 606 * HAND_MS);
	judges(made.session,
	       "connected on first use +52 ms, used for 1 send, returned to the pool: "
	       "Engine o1 held it 7.0 ms longer");
	judges(made.engine,
	       "connected on first use +102 ms, used for 1 send, closed with the object (cycle "
	       "collection)");
}

Test(verdict, borrowed_and_given_back)
{
	struct pool made = pool_make();
	uint32_t second = session(700 * HAND_MS);

	object_scene_user(&scene, made.socket, second, 800 * HAND_MS);
	judges(second, "borrowed s1 from Engine o1's pool");
	object_scene_gone(&scene, second, TRACE_OBJECT_END_REFCOUNT, 900 * HAND_MS);
	judges(second, "borrowed s1 from Engine o1's pool, returned to the pool: Engine o1 still "
		       "holds it");
	judges(made.engine, "connected on first use +102 ms, used for 1 send by all its users, "
			    "still connected at exit");
}

Test(verdict, used_what_no_object_opened)
{
	uint32_t socket = object_scene_socket(&scene, 100 * HAND_MS),
		 object = session(200 * HAND_MS);

	object_scene_user(&scene, socket, object, 300 * HAND_MS);
	judges(object, "used s1, opened by no object seen");
}

Test(verdict, a_task_connected_for_the_first_user)
{
	uint32_t object = session(0), socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_user(&scene, socket, object, 300 * HAND_MS);
	judges(object,
	       "connected on first use +102 ms, in a task (a weaker match), used for 1 send, "
	       "closed by the program");
	cr_expect_str_eq(scene.hand.objects[object].connects, "on-first-use");
	cr_expect_eq(scene.hand.sockets[socket].user_count, 0);
}

Test(verdict, a_thread_is_a_weaker_match)
{
	uint32_t object = session(0);

	object_scene_owner(&scene, object_scene_socket(&scene, 100 * HAND_MS), object)->match =
		TRACE_MATCH_THREAD;
	judges(object, "connected on first use +102 ms, in a thread (a weaker match), used for 1 "
		       "send, closed by the program");
}

static uint32_t finalized_with(enum trace_object_end end, int64_t gone_ns)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	scene.hand.sockets[socket].end = TRACE_END_FINALIZED;
	object_scene_owner(&scene, socket, object);
	object_scene_gone(&scene, object, end, gone_ns);
	return object;
}

Test(verdict, closed_with_the_object)
{
	judges(finalized_with(TRACE_OBJECT_END_REFCOUNT, 1099 * HAND_MS),
	       "connected on first use +12 ms, used for 1 send, closed with the object (refcount)");
	judges(finalized_with(TRACE_OBJECT_END_REFCOUNT, 1101 * HAND_MS),
	       "connected on first use +12 ms, used for 1 send, closed with the object (refcount)");
	judges(finalized_with(TRACE_OBJECT_END_GC, 1099 * HAND_MS),
	       "connected on first use +12 ms, used for 1 send, closed with the object (cycle "
	       "collection)");
}

Test(verdict, closed_by_a_finalizer_at_another_time)
{
	judges(finalized_with(TRACE_OBJECT_END_REFCOUNT, 600 * HAND_MS),
	       "connected on first use +12 ms, used for 1 send, closed by a finalizer 500 ms after "
	       "it");
	judges(finalized_with(0, TIME_NONE),
	       "connected on first use +12 ms, used for 1 send, closed by a finalizer while it "
	       "lived");
}

/* Python closes what is still open when it shuts down: to its user it was open at the end. */
Test(verdict, what_the_shutdown_finalizes_was_connected_at_exit)
{
	uint32_t object = finalized_with(TRACE_OBJECT_END_EXIT, 1050 * HAND_MS);

	judges(object, "connected on first use +12 ms, used for 1 send, still connected at exit");
	cr_expect_eq(scene.hand.objects[object].open_at_end_count, 1);
}

/* As libpq's handle, which the interpreter's shutdown destroys: that closes the socket. */
Test(verdict, a_handle_that_the_shutdown_destroys_left_nothing)
{
	uint32_t object = finalized_with(TRACE_OBJECT_END_EXIT, 1050 * HAND_MS);
	uint32_t handle = object_scene_object(&scene, "PGconn", TRACE_ROLE_CONNECTION,
					      90 * HAND_MS);

	scene.hand.objects[handle].runtime = TRACE_RUNTIME_C;
	object_scene_owner(&scene, 0, handle);
	object_scene_gone(&scene, handle, TRACE_OBJECT_END_CALL,
			  scene.hand.sockets[0].closed_ns + 1);
	judges(object, "connected on first use +12 ms, used for 1 send, still connected at exit");
	judges(handle, "connected on first use +12 ms, used for 1 send, still connected at exit");
}

Test(verdict, left_open_when_it_was_gone)
{
	uint32_t object = session(90 * HAND_MS);

	object_scene_owner(&scene, object_scene_socket_open(&scene, 100 * HAND_MS), object);
	object_scene_gone(&scene, object, TRACE_OBJECT_END_REFCOUNT, 600 * HAND_MS);
	judges(object,
	       "connected on first use +12 ms, used for 1 send, left open when it was gone");
}

Test(verdict, several_connections_at_once)
{
	uint32_t object = session(90 * HAND_MS);

	for (int i = 0; i < 3; i++)
		object_scene_owner(&scene, object_scene_socket_open(&scene, (100 + i) * HAND_MS),
				   object);
	judges(object,
	       "connected on first use +12 ms, 3 connections, at most 3 at once, used for 3 "
	       "sends, 3 still connected at exit");
}

Test(verdict, broken_passed_and_unused)
{
	uint32_t object = session(90 * HAND_MS),
		 socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_owner(&scene, socket, object);
	scene.hand.records[socket].sends = 0;
	scene.hand.sockets[socket].end = TRACE_END_PASSED;
	judges(object, "connected on first use +12 ms, sent nothing, ended: passed");
	scene.hand.sockets[socket].error = ECONNRESET;
	judges(object, "connected on first use +12 ms, sent nothing, broken by ECONNRESET");
}

Test(verdict, escapes_names_of_a_trace)
{
	uint32_t engine = object_scene_object(&scene, "s.\033[31mEngine", TRACE_ROLE_ENGINE, 0);
	uint32_t socket = object_scene_socket(&scene, 100 * HAND_MS), object = session(0);

	object_scene_owner(&scene, socket, engine);
	object_scene_user(&scene, socket, object, 200 * HAND_MS);
	judges(object, "borrowed s1 from \\x1b[31mEngine o1's pool");
}
