/*
 * Real servers, private to one test: in a scratch directory, on loopback ports of their own and
 * UNIX sockets, ready when server_start() returns, stopped with the test even when it dies. One
 * thread.
 */
#ifndef SOCKLIFE_TESTS_SERVER_H
#define SOCKLIFE_TESTS_SERVER_H

#include <stdbool.h>

#include "command.h"

enum server_kind {
	SERVER_NGINX,    /* HTTP and HTTPS (certificate.pem) */
	SERVER_REDIS,    /* TCP and UNIX */
	SERVER_POSTGRES, /* TCP and UNIX; database postgres, user tester, no password */
	SERVER_MARIADB,  /* TCP and UNIX; user root, no password */
	SERVER_SSHD,     /* answers key scans */
	SERVER_RDS,      /* examples/rds_stub.py, HTTP, keeps connections */
	SERVER_GUNICORN  /* HTTP: two workers that answer everything alike */
};

struct server {
	enum server_kind kind;
	bool has_workers; /* nginx: a master and one worker, as it is usually run */
	/* nginx: how long it keeps an idle connection, 0 for a second; a program that is not about
	 * that should have so long that no load of the machine makes a difference. */
	int keep_alive_s;

	const char *worker_class; /* gunicorn: NULL for its own choice */

	const char *directory;
	int port, tls_port;
	const char *unix_path;   /* for PostgreSQL the directory of it */
	const char *certificate; /* nginx */
	const char *access_log;  /* nginx: a line each request: ADDRESS:PORT BYTES-SENT
				    REQUEST-LENGTH STATUS */
	const char *pid_file;
	const char *const *arguments; /* the command that runs it in the foreground */
	unsigned int user;            /* may be set before; 0: as we are, or as the kind needs */
	int stop_signal;
	struct command command;
};

/* Writes its files and chooses ports; `arguments` is then the command to run. */
void server_prepare(struct server *server, enum server_kind kind);
/* Waits until it accepts connections: for servers that the test runs itself, by `command`. */
void server_await(struct server *server, struct command *command);
/* Prepares, runs and awaits. */
void server_start(struct server *server, enum server_kind kind);
void server_stop(struct server *server);
/* Waits until the server has closed every connection that its clients have left. */
void server_drain(const struct server *server);
/* The pid in its pid file, which is waited for. */
pid_t server_pid(const struct server *server);

/* "127.0.0.1:PORT", as a report writes it, and "http://127.0.0.1:PORT/PATH". */
const char *server_address(const struct server *server);
const char *server_tls_address(const struct server *server);
const char *server_url(const struct server *server, const char *path);
const char *server_tls_url(const struct server *server, const char *path);

/* A loopback port that is free, outside of the kernel's ephemeral range, and no other test's. */
int server_free_port(void);

#endif
