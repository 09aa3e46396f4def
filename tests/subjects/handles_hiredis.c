/* A hiredis client. Called as: handles_hiredis SCENARIO PORT. */
#include "facts.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <poll.h>

static int port;

static void ping(redisContext *context)
{
	redisReply *reply = redisCommand(context, "SET %s %d%d%d%d%d", "key", 1, 2, 3, 4, 5);

	MUST(reply != NULL && reply->type == REDIS_REPLY_STATUS);
	freeReplyObject(reply);
	reply = redisCommand(context, "GET key");
	MUST(reply != NULL && strcmp(reply->str, "12345") == 0);
	freeReplyObject(reply);
}

static void run_sync(void)
{
	redisContext *context = redisConnect("127.0.0.1", port);

	MUST(context != NULL && context->err == 0);
	ping(context);
	fact("client", context->fd);
	redisFree(context);
}

static void run_again(void)
{
	redisContext *context = redisConnect("127.0.0.1", port);

	ping(context);
	MUST(redisReconnect(context) == REDIS_OK);
	ping(context);
	redisFree(context);
}

/* Refused, it is a handle all the same, with an error in it. */
static void run_refused(void)
{
	redisContext *context = redisConnect("127.0.0.1", 1);

	MUST(context != NULL && context->err != 0);
	redisFree(context);
}

/* The descriptor outlives its handle. */
static void run_kept(void)
{
	redisContext *context = redisConnect("127.0.0.1", port);

	ping(context);
	fact("client", redisFreeKeepFd(context));
}

static bool is_reading, is_writing, is_replied, is_gone;

static void flag_raise(void *flag)
{
	*(bool *)flag = true;
}

static void reading_add(void *data)
{
	(void)data;
	flag_raise(&is_reading);
}

static void writing_add(void *data)
{
	(void)data;
	flag_raise(&is_writing);
}

static void writing_remove(void *data)
{
	(void)data;
	is_writing = false;
}

static void disconnected(const redisAsyncContext *context, int status)
{
	(void)context;
	MUST(status == REDIS_OK);
	is_gone = true;
}

/* Asks to disconnect out of a callback: hiredis frees the context itself, later on. */
static void replied(redisAsyncContext *context, void *reply, void *data)
{
	(void)data;
	MUST(reply != NULL);
	is_replied = true;
	redisAsyncDisconnect(context);
}

static void run_async(void)
{
	redisAsyncContext *context = redisAsyncConnect("127.0.0.1", port);

	MUST(context != NULL && context->err == 0);
	context->ev.data = context;
	context->ev.addRead = reading_add;
	context->ev.addWrite = writing_add;
	context->ev.delWrite = writing_remove;
	redisAsyncSetDisconnectCallback(context, disconnected);
	redisAsyncCommand(context, replied, NULL, "PING");
	while (!is_gone) {
		struct pollfd wait = {.fd = context->c.fd, .events = POLLIN};

		if (is_writing)
			wait.events |= POLLOUT;
		MUST(poll(&wait, 1, 10000) == 1);
		if (wait.revents & POLLOUT)
			redisAsyncHandleWrite(context);
		else
			redisAsyncHandleRead(context);
	}
	MUST(is_replied);
	usleep(200000);
}

/* Freed by the program. */
static void run_async_freed(void)
{
	redisAsyncContext *context = redisAsyncConnect("127.0.0.1", port);

	MUST(context != NULL && context->err == 0);
	redisAsyncFree(context);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"sync", run_sync}, {"again", run_again}, {"refused", run_refused},
		{"kept", run_kept}, {"async", run_async}, {"async_freed", run_async_freed},
	};

	MUST(argc == 3);
	port = atoi(argv[2]);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
