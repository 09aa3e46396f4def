/* What the rules judge on models made by hand: what is wrong, and what only looks like it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "finding.h"
#include "object_scene.h"
#include "symbols.h"

static struct object_scene scene;
static struct symbols *symbols;
static struct findings findings;

static void setup(void)
{
	object_scene_init(&scene);
	hand_stack(&scene.hand, "/srv/app.py", "main", 12);
}

static void teardown(void)
{
	findings_release(&findings);
	symbols_free(symbols);
	symbols = NULL;
	object_scene_release(&scene);
}

TestSuite(rules, .init = setup, .fini = teardown);

/* The only finding of the rule; NULL when there is none. */
static const struct finding *judge(enum rule rule)
{
	const struct finding *found = NULL;
	struct finding_settings settings;
	struct error error = {0};

	findings_release(&findings);
	symbols_free(symbols);
	object_scene_match(&scene);
	finding_settings_init(&settings);
	cr_assert_eq(symbols_new(&symbols, &scene.hand.model, &error), STATUS_OK);
	cr_assert_eq(findings_init(&findings, &scene.hand.model, symbols, &settings, &error),
		     STATUS_OK, "%s", error.reason);
	for (uint32_t i = 0; i < findings.count; i++) {
		if (findings.rows[i].rule != rule)
			continue;
		cr_assert_null(found, "told twice: %s", findings.rows[i].message);
		found = &findings.rows[i];
	}
	return found;
}

static void expect(enum rule rule, uint32_t count)
{
	const struct finding *finding = judge(rule);

	cr_assert_not_null(finding, "%s was not told", rule_name(rule));
	cr_expect_eq(finding->count, count, "%s", finding->message);
	cr_expect_eq(finding->severity, rule_default_severity(rule));
	cr_expect_gt(strlen(finding->fix), 0);
}

static void expect_none(enum rule rule)
{
	const struct finding *finding = judge(rule);

	cr_expect_null(finding, "%s", finding->message);
}

static struct model_socket *socket_at(int64_t connect_ns)
{
	struct model_socket *socket = &scene.hand.sockets[object_scene_socket(&scene, connect_ns)];

	socket->opened_stack = 0;
	return socket;
}

static struct model_socket *socket_left(int64_t connect_ns)
{
	struct model_socket *socket = socket_at(connect_ns);

	socket->end = TRACE_END_EXIT;
	socket->closed_ns = 2 * HAND_S;
	socket->last_io_ns = connect_ns + 20 * HAND_MS;
	socket->flags |= TRACE_SOCKET_SHUT_DOWN;
	return socket;
}

Test(rules, one_line_that_leaves_several_open_leaks)
{
	for (int i = 1; i <= 3; i++)
		socket_left(i * 100 * HAND_MS);
	expect(RULE_LEAKED, 3);
	cr_expect_eq(findings.leaked_count, 3);
	cr_expect_eq(findings.rows[0].at->line, 12);
	expect_none(RULE_OPEN_AT_EXIT);
}

Test(rules, one_connection_at_the_exit_is_a_note)
{
	socket_left(100 * HAND_MS);
	expect_none(RULE_LEAKED);
	expect(RULE_OPEN_AT_EXIT, 1);
}

Test(rules, killed_and_live_processes_do_not_leak)
{
	for (int i = 1; i <= 3; i++)
		socket_left(i * 100 * HAND_MS);
	scene.hand.processes[0].end = TRACE_PROCESS_END_SIGNAL;
	expect_none(RULE_LEAKED);
	scene.hand.processes[0].end = TRACE_PROCESS_END_EXIT;
	scene.hand.processes[0].is_live = true;
	expect_none(RULE_LEAKED);
}

Test(rules, connections_at_work_side_by_side_are_no_leak)
{
	for (int i = 1; i <= 3; i++)
		socket_left(i * 100 * HAND_MS)->last_io_ns = HAND_S;
	expect_none(RULE_LEAKED);
	expect(RULE_OPEN_AT_EXIT, 3);
}

Test(rules, a_socket_without_its_owners_leaks)
{
	uint32_t owner = object_scene_object(&scene, "a.Client", TRACE_ROLE_CLIENT, 0);
	struct model_socket *socket = socket_left(100 * HAND_MS);

	object_scene_owner(&scene, (uint32_t)(socket - scene.hand.sockets), owner);
	expect_none(RULE_LEAKED);
	object_scene_gone(&scene, owner, TRACE_OBJECT_END_REFCOUNT, HAND_S);
	expect(RULE_LEAKED, 1);
	/* os._exit(): the interpreter had not shut down, so somebody may have had it */
	socket->flags &= ~TRACE_SOCKET_SHUT_DOWN;
	expect_none(RULE_LEAKED);
}

Test(rules, sockets_that_connected_in_vain_leak)
{
	for (int i = 1; i <= 3; i++) {
		struct model_socket *socket = socket_left(i * 100 * HAND_MS);

		socket->flags = TRACE_SOCKET_TCP_INFO_READ | TRACE_SOCKET_SHUT_DOWN;
		socket->tcp_state = TCP_CLOSE;
		socket->connected_ns = socket->last_io_ns = TIME_NONE;
		socket->connect_error = ECONNREFUSED;
	}
	expect(RULE_LEAKED, 3);
	for (int i = 0; i < 3; i++)
		scene.hand.sockets[i].connect_error = EINPROGRESS;
	expect_none(RULE_LEAKED);
}

Test(rules, accepted_connections_leak_when_their_peers_are_gone)
{
	for (int i = 1; i <= 3; i++) {
		struct model_socket *socket = socket_left(i * 100 * HAND_MS);

		socket->origin = TRACE_ORIGIN_ACCEPT;
		socket->peer.port = (uint16_t)(40000 + i);
		socket->peer_closed_ns = socket->last_io_ns + 50 * HAND_MS;
	}
	expect(RULE_LEAKED, 3);
	expect_none(RULE_CLOSE_WAIT);
	/* their peers are there, or went just now */
	for (int i = 0; i < 3; i++)
		scene.hand.sockets[i].peer_closed_ns = i == 0 ? 1900 * HAND_MS : TIME_NONE;
	expect_none(RULE_LEAKED);
}

/* Each third is kept. */
Test(rules, a_pile_may_grow_between_connections_that_are_closed)
{
	for (int i = 1; i <= 30; i++) {
		struct model_socket *socket = socket_at(i * 40 * HAND_MS);

		socket->last_io_ns = model_socket_first_io_ns(&scene.hand.model, socket);
		socket->closed_ns = i % 3 == 0 ? 1900 * HAND_MS : socket->created_ns + 20 * HAND_MS;
	}
	expect(RULE_GROWTH, 10);
	/* all but the last few went at once: it has fallen back */
	for (int i = 1; i <= 30; i++)
		scene.hand.sockets[i - 1].closed_ns = (i <= 18 ? 800 : 1900) * HAND_MS;
	expect_none(RULE_GROWTH);
}

Test(rules, connections_pile_up)
{
	for (int i = 1; i <= 12; i++) {
		struct model_socket *socket = socket_at(i * 100 * HAND_MS);

		socket->last_io_ns = model_socket_first_io_ns(&scene.hand.model, socket);
		socket->closed_ns = 1900 * HAND_MS;
	}
	expect(RULE_GROWTH, 12);
	scene.hand.sockets[0].closed_ns = scene.hand.sockets[1].closed_ns = 500 * HAND_MS;
	scene.hand.sockets[2].closed_ns = 500 * HAND_MS;
	expect_none(RULE_GROWTH);
}

Test(rules, a_finalizer_before_the_shutdown_is_told)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->end = TRACE_END_FINALIZED;
	expect(RULE_CLOSED_BY_COLLECTOR, 1);
	socket->flags |= TRACE_SOCKET_SHUT_DOWN;
	expect_none(RULE_CLOSED_BY_COLLECTOR);
	expect(RULE_OPEN_AT_EXIT, 1);
}

Test(rules, what_the_peer_has_closed_is_not_held_on_to)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->last_io_ns = 200 * HAND_MS;
	socket->peer_closed_ns = 300 * HAND_MS;
	socket->closed_ns = 1500 * HAND_MS;
	expect(RULE_CLOSE_WAIT, 1);
	socket->closed_ns = 1200 * HAND_MS;
	expect_none(RULE_CLOSE_WAIT);
}

Test(rules, a_pool_may_rest_on_what_the_peer_has_closed)
{
	uint32_t pool = object_scene_object(&scene, "a.Pool", TRACE_ROLE_POOL, 0);
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->last_io_ns = 200 * HAND_MS;
	socket->peer_closed_ns = 300 * HAND_MS;
	socket->closed_ns = 1900 * HAND_MS;
	object_scene_owner(&scene, 0, pool);
	expect_none(RULE_CLOSE_WAIT);
}

Test(rules, a_goodbye_is_no_stale_use)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->error = EPIPE;
	expect_none(RULE_STALE_USE);
	socket->is_stale_used = true;
	hand_record(socket)->stale_io_ns = 900 * HAND_MS;
	socket->peer_closed_ns = 500 * HAND_MS;
	expect(RULE_STALE_USE, 1);
	/* the peer had closed its half only, and took what was sent */
	socket->error = 0;
	expect_none(RULE_STALE_USE);
}

Test(rules, what_nobody_looked_at_is_stale_as_well)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);
	uint32_t pool;

	socket->error = EPIPE;
	socket->peer_closed_ns = 500 * HAND_MS;
	socket->last_io_ns = 900 * HAND_MS;
	hand_record(socket)->longest_idle_ns = 700 * HAND_MS;
	socket->closed_ns = 905 * HAND_MS;
	expect_none(RULE_STALE_USE); /* a goodbye */
	socket->is_end_seen = true;
	expect(RULE_STALE_USE, 1);
	socket->is_end_seen = false;
	socket->is_send_refused = true;
	expect(RULE_STALE_USE, 1);
	pool = object_scene_object(&scene, "a.Pool", TRACE_ROLE_POOL, 0);
	object_scene_owner(&scene, 0, pool);
	expect_none(RULE_STALE_USE);
}

Test(rules, a_connection_for_each_exchange)
{
	for (int i = 1; i <= 3; i++)
		socket_at(i * 100 * HAND_MS)->closed_ns = (i * 100 + 50) * HAND_MS;
	expect(RULE_NO_REUSE, 3);
	scene.hand.sockets[1].is_end_seen = true;
	expect_none(RULE_NO_REUSE);
}

/* The answer and the end came together, and then the program had to wait for its processor. */
static void peer_is_first(struct model_socket *socket)
{
	socket->peer_closed_ns = socket->last_io_ns - 2 * HAND_MS;
	socket->closed_ns = socket->last_io_ns + 25 * HAND_MS;
}

Test(rules, a_race_of_closes_is_told_by_who_mostly_wins_it)
{
	for (int i = 1; i <= 3; i++) {
		struct model_socket *socket = socket_at(i * 100 * HAND_MS);

		socket->last_io_ns = (i * 100 + 10) * HAND_MS;
		socket->closed_ns = (i * 100 + 50) * HAND_MS;
	}
	peer_is_first(&scene.hand.sockets[1]);
	expect(RULE_NO_REUSE, 3);
	peer_is_first(&scene.hand.sockets[0]);
	expect_none(RULE_NO_REUSE);
	peer_is_first(&scene.hand.sockets[2]);
	expect_none(RULE_NO_REUSE);
}

/* Three clients of one class in turn, and one of another among them. */
Test(rules, a_client_of_another_class_is_no_chain)
{
	static const char *const classes[] = {"a.Client", "b.Client", "a.Client", "a.Client"};

	for (int i = 0; i < 4; i++) {
		uint32_t object = object_scene_object(&scene, classes[i], TRACE_ROLE_CLIENT, 0);

		socket_at((i + 1) * 100 * HAND_MS)->closed_ns = ((i + 1) * 100 + 50) * HAND_MS;
		object_scene_owner(&scene, (uint32_t)i, object);
	}
	expect(RULE_NO_REUSE, 3);
}

Test(rules, a_few_in_turn_among_many_at_once_are_no_missing_reuse)
{
	for (int i = 1; i <= 3; i++)
		socket_at(i * 100 * HAND_MS)->closed_ns = (i * 100 + 50) * HAND_MS;
	for (int i = 1; i <= 7; i++)
		socket_at((500 + i) * HAND_MS)->closed_ns = 600 * HAND_MS;
	expect_none(RULE_NO_REUSE);
}

/* The second thread opens its connection while the first has not done with its own. */
Test(rules, two_threads_inside_one_object)
{
	uint32_t object = object_scene_object(&scene, "a.Session", TRACE_ROLE_SESSION, 0);
	struct model_socket *first = socket_at(100 * HAND_MS), *second = socket_at(120 * HAND_MS);

	scene.hand.objects[object].flags |= TRACE_OBJECT_ONE_THREAD;
	object_scene_owner(&scene, 0, object);
	object_scene_owner(&scene, 1, object);
	scene.hand.links[0].tid = 1;
	scene.hand.links[1].tid = 2;
	first->last_io_ns = second->created_ns - 3 * HAND_MS; /* by a clock that lags */
	expect(RULE_SHARED_ACROSS_THREADS, 1);
	second->peer.inet[3]++;
	expect_none(RULE_SHARED_ACROSS_THREADS);
	second->peer.inet[3]--;
	scene.hand.places[0] = (struct model_place){.path = "/run/a", .path_size_bytes = 6};
	scene.hand.places[1] = (struct model_place){.path = "/run/b", .path_size_bytes = 6};
	first->peer = second->peer = (struct model_address){.family = AF_UNIX, .place = 0};
	expect(RULE_SHARED_ACROSS_THREADS, 1);
	second->peer.place = 1;
	expect_none(RULE_SHARED_ACROSS_THREADS);
	second->peer.place = 0;
	first->last_io_ns = second->created_ns - 50 * HAND_MS;
	expect_none(RULE_SHARED_ACROSS_THREADS);
}

Test(rules, another_address_of_the_same_server_is_no_failure)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->flags = 0;
	socket->connected_ns = TIME_NONE;
	socket->connect_error = ECONNREFUSED;
	expect(RULE_CONNECT_FAILED, 1);
	socket_at(200 * HAND_MS);
	expect_none(RULE_CONNECT_FAILED);
}

Test(rules, a_slow_connect)
{
	struct model_socket *socket = socket_at(100 * HAND_MS);

	socket->connected_ns = 1050 * HAND_MS;
	expect_none(RULE_SLOW_CONNECT);
	socket->connected_ns = 1150 * HAND_MS;
	expect(RULE_SLOW_CONNECT, 1);
}

Test(rules, a_fingerprint_survives_moved_lines_pids_and_ports)
{
	uint64_t before;

	socket_left(100 * HAND_MS);
	before = judge(RULE_OPEN_AT_EXIT)->fingerprint;
	hand_stack(&scene.hand, "/elsewhere/app.py", "main", 90);
	scene.hand.sockets[0].opened_stack = 1;
	scene.hand.sockets[0].peer.port = 1;
	scene.hand.processes[0].pid = 7;
	cr_expect_eq(judge(RULE_OPEN_AT_EXIT)->fingerprint, before);
	hand_stack(&scene.hand, "/srv/app.py", "other", 12);
	scene.hand.sockets[0].opened_stack = 2;
	cr_expect_neq(judge(RULE_OPEN_AT_EXIT)->fingerprint, before);
}
