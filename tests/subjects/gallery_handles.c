/*
 * Sick programs and their healed twins in C: handles of client libraries. Called as:
 * gallery_handles FUNCTION HOST PORT, HOST an IPv4 address. The line with the comment "<- NAME" is
 * the one that a finding on the function NAME_sick has to name.
 */
#include "facts.h"

#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <signal.h>

#define OUTLIVED_NS 400000000

static const char *host;
static int port;

/* ---- outlives_handle: the context is given up, its connection is not ---- */

static void outlives_handle(bool is_kept)
{
	const struct timespec nap = {.tv_nsec = OUTLIVED_NS};
	redisContext *context = redisConnect(host, port); /* <- outlives_handle */
	redisReply *reply;
	int fd;

	MUST(context != NULL && context->err == 0);
	reply = redisCommand(context, "PING");
	MUST(reply != NULL);
	freeReplyObject(reply);
	if (!is_kept) {
		redisFree(context);
		return;
	}
	fd = redisFreeKeepFd(context);
	nanosleep(&nap, NULL);
	close(fd);
}

static void outlives_handle_sick(void)
{
	outlives_handle(true);
}

static void outlives_handle_healed(void)
{
	outlives_handle(false);
}

/* ---- threads_native: one thread is in a call on the handle when the other one makes its own ----
 */

static pthread_barrier_t is_inside, may_go_on;

static size_t wait_inside(char *bytes, size_t size, size_t count, void *is_awaited)
{
	(void)bytes;
	if (is_awaited != NULL) {
		pthread_barrier_wait(&is_inside);
		pthread_barrier_wait(&may_go_on);
	}
	return size * count;
}

static void *perform(void *easy)
{
	MUST(curl_easy_perform(easy) == CURLE_OK);
	return NULL;
}

static void threads_native(bool is_awaited)
{
	CURL *easy = curl_easy_init();
	char url[64];
	pthread_t thread;

	snprintf(url, sizeof(url), "http://%s:%d/hello", host, port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, wait_inside);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, is_awaited ? &is_inside : NULL);
	MUST(pthread_barrier_init(&is_inside, NULL, 2) == 0);
	MUST(pthread_barrier_init(&may_go_on, NULL, 2) == 0);
	MUST(pthread_create(&thread, NULL, perform, easy) == 0);
	if (is_awaited)
		pthread_barrier_wait(&is_inside);
	else
		MUST(pthread_join(thread, NULL) == 0);
	curl_easy_upkeep(easy); /* <- threads_native */
	if (is_awaited) {
		pthread_barrier_wait(&may_go_on);
		MUST(pthread_join(thread, NULL) == 0);
	}
	curl_easy_cleanup(easy);
}

static void threads_native_sick(void)
{
	threads_native(true);
}

static void threads_native_healed(void)
{
	threads_native(false);
}

/* ---- refused_native ---- */

static void refused_native_sick(void)
{
	struct sockaddr_in nobody = loopback(1);
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- refused_native */

	MUST(connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) < 0);
	MUST(close(fd) == 0);
}

static void refused_native_healed(void)
{
	int fd = client_open(port);

	bytes_send(fd, 5);
	MUST(close(fd) == 0);
}

/* ---- slow_native: a full queue drops the SYN, which is sent again after a second ---- */

static void *accept_late(void *listener)
{
	const struct timespec nap = {.tv_nsec = OUTLIVED_NS};

	nanosleep(&nap, NULL);
	for (int i = 0; i < 2; i++)
		close(accept(*(int *)listener, NULL, NULL));
	return NULL;
}

static void slow_native(int queue)
{
	struct sockaddr_in address = loopback(0);
	int listener = socket(AF_INET, SOCK_STREAM, 0), first, second;
	pthread_t thread;

	MUST(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(listen(listener, queue) == 0);
	address = loopback(port_of(listener));
	first = client_open(port_of(listener));
	MUST(pthread_create(&thread, NULL, accept_late, &listener) == 0);
	second = socket(AF_INET, SOCK_STREAM, 0); /* <- slow_native */
	MUST(connect(second, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(pthread_join(thread, NULL) == 0);
	MUST(close(first) == 0 && close(second) == 0 && close(listener) == 0);
}

static void slow_native_sick(void)
{
	slow_native(0);
}

static void slow_native_healed(void)
{
	slow_native(5);
}

int main(int argc, char *argv[])
{
#define TWINS(name)                                                                                \
	{#name "_sick", name##_sick},                                                              \
	{                                                                                          \
#name "_healed", name##_healed                                                     \
	}
	static const struct scenario scenarios[] = {
		TWINS(outlives_handle),
		TWINS(threads_native),
		TWINS(refused_native),
		TWINS(slow_native),
	};

	MUST(argc == 4);
	signal(SIGPIPE, SIG_IGN);
	host = argv[2];
	port = atoi(argv[3]);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
