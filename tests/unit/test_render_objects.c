#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "object_scene.h"

static struct object_scene scene;

static void setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("COLUMNS", "140", 1);
	object_scene_init(&scene);
}

static void teardown(void)
{
	object_scene_release(&scene);
}

TestSuite(render_objects, .init = setup, .fini = teardown);

static void has(const char *part)
{
	cr_expect(strstr(scene.text, part) != NULL, "'%s' is not in:\n%s", part, scene.text);
}

static void lacks(const char *part)
{
	cr_expect(strstr(scene.text, part) == NULL, "'%s' is in:\n%s", part, scene.text);
}

static void comes_before(const char *first, const char *second)
{
	const char *a = strstr(scene.text, first), *b = strstr(scene.text, second);

	cr_expect(a != NULL && b != NULL && a < b, "'%s' is not before '%s' in:\n%s", first, second,
		  scene.text);
}

static void made_at(uint32_t object, uint32_t stack)
{
	scene.hand.objects[object].created_stack = stack;
}

/* A Session with a manager, a pool and a connection inside, which opened s1. */
static uint32_t session_make(void)
{
	uint32_t session = object_scene_object(&scene, "requests.sessions.Session",
					       TRACE_ROLE_SESSION, 0);
	uint32_t pool = object_scene_child(&scene, session, "urllib3.pool.Pool", TRACE_ROLE_POOL);
	uint32_t socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_owner(&scene, socket, pool);
	object_scene_owner(&scene, socket, session);
	return session;
}

Test(render_objects, stand_before_the_sockets_with_a_verdict)
{
	uint32_t session = session_make();

	made_at(session, hand_stack(&scene.hand, "/srv/app.py", "main", 12));
	object_scene_gone(&scene, session, TRACE_OBJECT_END_REFCOUNT, 1500 * HAND_MS);
	object_scene_report(&scene);
	comes_before("\nOBJECTS\n", "\nSOCKETS\n");
	has("  o1  requests.Session #1  session   +0.000  on-first-use  s1       refcount +1.500  "
	    "app.py:12 main\n       connected on first use +102 ms, used for 1 send, closed by the "
	    "program\n");
	has("  o2    Pool #1            pool      +0.001  on-first-use  s1       alive            "
	    "-\n");
	has("Session o1");
}

Test(render_objects, are_absent_without_an_object)
{
	object_scene_socket(&scene, 0);
	object_scene_report(&scene);
	lacks("OBJECTS");
}

Test(render_objects, draw_the_life_of_a_socket_below_who_holds_it)
{
	session_make();
	object_scene_report(&scene);
	has("       s1      +0.100 |#");
	has("| +1.100 closed\n");
	has("half-closed: the peer has closed");
}

Test(render_objects, draw_no_more_lives_than_can_be_read)
{
	uint32_t session = session_make();

	for (int i = 0; i < 12; i++)
		object_scene_owner(&scene, object_scene_socket(&scene, 100 * HAND_MS), session);
	object_scene_report(&scene);
	lacks("+0.100 |");
	has("13 sockets");
	scene.timelines = RENDER_TIMELINES_ALL;
	object_scene_report(&scene);
	has("+0.100 |");
}

Test(render_objects, draw_no_life_when_the_user_wants_none)
{
	session_make();
	scene.timelines = RENDER_TIMELINES_NONE;
	object_scene_report(&scene);
	lacks("+0.100 |");
	lacks("half-closed");
}

Test(render_objects, leave_out_plumbing_that_came_to_nothing)
{
	uint32_t session = session_make();

	object_scene_child(&scene, session, "urllib3.poolmanager.PoolManager", TRACE_ROLE_POOL);
	object_scene_report(&scene);
	lacks("PoolManager");
	has("1 more inside these, which never connected; --all shows it");
	scene.hand.selection.with_noise = true;
	object_scene_report(&scene);
	has("PoolManager");
	lacks("--all shows it");
}

/* As the PGcancel that psycopg2 makes for each connection; one that a C program made is its own. */
Test(render_objects, leave_out_c_handles_inside_that_came_to_nothing)
{
	uint32_t connection = session_make(), inner, own;

	inner = object_scene_child(&scene, connection, "PGcancel", TRACE_ROLE_CLIENT);
	scene.hand.objects[inner].runtime = TRACE_RUNTIME_C;
	own = object_scene_object(&scene, "CURL", TRACE_ROLE_CLIENT, 0);
	scene.hand.objects[own].runtime = TRACE_RUNTIME_C;
	object_scene_report(&scene);
	lacks("PGcancel");
	has("CURL #");
	has("1 more inside these, which never connected; --all shows it");
}

Test(render_objects, fold_alike_ones_of_one_call_site)
{
	uint32_t here = hand_stack(&scene.hand, "/srv/app.py", "main", 12);
	uint32_t there = hand_stack(&scene.hand, "/srv/app.py", "main", 13);

	for (int i = 0; i < 4; i++)
		made_at(object_scene_object(&scene, "botocore.client.RDS", TRACE_ROLE_CLIENT, i),
			here);
	made_at(object_scene_object(&scene, "botocore.client.RDS", TRACE_ROLE_CLIENT, 9), there);
	object_scene_report(&scene);
	has("  o1…  4 × botocore.RDS");
	has("       each: never connected\n");
	has("  o5   botocore.RDS #1");
	scene.hand.selection.without_folding = true;
	object_scene_report(&scene);
	lacks("×");
}

Test(render_objects, fold_the_children_of_folded_parents)
{
	for (int i = 0; i < 3; i++)
		session_make();
	object_scene_report(&scene);
	has("  o1…  3 × requests.Session");
	has("  o2…    3 × Pool");
	has("3 sockets");
	has("       the first: connected on first use");
}

Test(render_objects, show_a_pool_under_what_the_same_line_made_next)
{
	uint32_t stack = hand_stack(&scene.hand, "/srv/app.py", "main", 12);
	uint32_t socket = object_scene_socket(&scene, 100 * HAND_MS);
	uint32_t pool = object_scene_object(&scene, "sqlalchemy.pool.QueuePool", TRACE_ROLE_POOL,
					    0);
	uint32_t engine = object_scene_object(&scene, "sqlalchemy.engine.Engine", TRACE_ROLE_ENGINE,
					      1);

	made_at(pool, stack);
	made_at(engine, stack);
	object_scene_owner(&scene, socket, pool);
	object_scene_owner(&scene, socket, engine);
	object_scene_report(&scene);
	comes_before("o2  sqlalchemy.Engine", "o1    QueuePool");
}

Test(render_objects, name_the_module_of_classes_with_the_same_name)
{
	object_scene_object(&scene, "redis.client.Redis", TRACE_ROLE_CLIENT, 0);
	object_scene_object(&scene, "redis.asyncio.client.Redis", TRACE_ROLE_CLIENT, 0);
	object_scene_object(&scene, "httpx.Client", TRACE_ROLE_CLIENT, 0);
	object_scene_report(&scene);
	has(" redis.client.Redis #1");
	has(" redis.asyncio.client.Redis #1");
	has(" httpx.Client #1");
}

Test(render_objects, tell_borrowed_sockets_from_opened_ones)
{
	uint32_t session = session_make();
	uint32_t other = object_scene_object(&scene, "b.Session", TRACE_ROLE_SESSION, 0);

	object_scene_user(&scene, 0, other, 400 * HAND_MS);
	object_scene_report(&scene);
	has("borrowed      (s1)");
	has("borrowed s1 from Session o1");
	(void)session;
}

Test(render_objects, survive_parents_in_a_ring)
{
	uint32_t first = object_scene_object(&scene, "a.A", TRACE_ROLE_POOL, 0);
	uint32_t second = object_scene_child(&scene, first, "a.B", TRACE_ROLE_CLIENT);

	scene.hand.objects[first].parent = second;
	object_scene_report(&scene);
	has("  o1  a.A #1");
	has("  o2    a.B #1");
}

Test(render_objects, show_only_those_whose_sockets_are_asked_for)
{
	session_make();
	object_scene_object(&scene, "b.Session", TRACE_ROLE_SESSION, 0);
	scene.hand.selection.peer = "127.0.0.1:*";
	object_scene_report(&scene);
	has("requests.Session");
	lacks("b.Session");
}

Test(render_objects, escape_names_of_a_trace)
{
	object_scene_object(&scene, "a.\033]0;x\007Session", TRACE_ROLE_SESSION, 0);
	object_scene_report(&scene);
	lacks("\033");
	has("\\x1b]0;x\\x07Session");
}

TestSuite(show_object, .init = setup, .fini = teardown);

Test(show_object, tells_the_story_in_order_of_time)
{
	uint32_t session = session_make();
	uint32_t user = object_scene_object(&scene, "b.Session", TRACE_ROLE_SESSION, 300 * HAND_MS);

	scene.hand.sockets[0].opened_stack = hand_stack(&scene.hand, "/srv/app.py", "call", 20);
	scene.hand.sockets[0].closed_stack = hand_stack(&scene.hand, "/srv/app.py", "close", 30);
	made_at(session, hand_stack(&scene.hand, "/srv/app.py", "main", 12));
	object_scene_peer_closes(&scene, 0, 200 * HAND_MS, 900 * HAND_MS);
	object_scene_user(&scene, 0, user, 400 * HAND_MS);
	object_scene_gone(&scene, session, TRACE_OBJECT_END_GC, 1000 * HAND_MS);
	object_scene_show_object(&scene, session);
	has("object o1  requests.sessions.Session #1\n");
	has("  verdict    connected on first use");
	has("  opened     s1\n");
	has("  made       Pool o2\n");
	comes_before("+0.000  created", "app.py:12");
	comes_before("app.py:12", "+0.001  constructor ended");
	comes_before("constructor ended", "s1 connects to 127.0.0.1:5432");
	comes_before("s1 connects", "app.py:20");
	comes_before("app.py:20", "s1 connected, after 2.1 ms");
	comes_before("s1 connected", "s1 first I/O");
	comes_before("s1 first I/O", "s1 last I/O of 1 send and 2 receives");
	comes_before("idle for 700 ms from here", "s1 used by Session o3");
	comes_before("s1 used by", "s1 the peer closes");
	comes_before("s1 the peer closes", "gone: gc");
	comes_before("gone: gc", "s1 closed by the program");
	comes_before("s1 closed by the program", "app.py:30");
	has("~");
}

Test(show_object, tells_of_whom_a_socket_is_borrowed)
{
	uint32_t session = session_make();
	uint32_t user = object_scene_object(&scene, "b.Session", TRACE_ROLE_SESSION, 300 * HAND_MS);

	object_scene_user(&scene, 0, user, 400 * HAND_MS);
	object_scene_show_object(&scene, user);
	has("  used       s1\n");
	has("+0.400  uses s1, opened by Session o1\n");
	(void)session;
}

Test(show_object, names_owners_and_users_of_a_socket)
{
	uint32_t user;

	session_make();
	user = object_scene_object(&scene, "b.Session", TRACE_ROLE_SESSION, 300 * HAND_MS);
	object_scene_user(&scene, 0, user, 400 * HAND_MS);
	object_scene_show_socket(&scene, 0);
	comes_before("owner      o2 urllib3.pool.Pool", "owner      o1 requests.sessions.Session");
	has("user       o3 b.Session #1 (by stack)\n");
}

Test(show_object, says_which_owner_is_a_weaker_match)
{
	uint32_t client = object_scene_object(&scene, "h.AsyncClient", TRACE_ROLE_CLIENT, 0);
	uint32_t socket = object_scene_socket(&scene, 100 * HAND_MS);

	object_scene_user(&scene, socket, client, 110 * HAND_MS);
	object_scene_show_socket(&scene, socket);
	has("owner      o1 h.AsyncClient #1 (a weaker match, by task)\n");
	object_scene_show_object(&scene, client);
	has("s1 is taken for its own by the task: a weaker match");
}
