#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "scratch.h"
#include "server_files.h"

/* Columns: how files and command are made, how readiness is asked, the user when we are root. */
static const struct server_type {
	void (*prepare)(struct server *server);
	const char *const *(*ready)(const struct server *server);
	const char *user;
} types[] = {
	[SERVER_NGINX] = {nginx_prepare, NULL, NULL},
	[SERVER_REDIS] = {redis_prepare, NULL, NULL},
	[SERVER_POSTGRES] = {postgres_prepare, postgres_ready, "postgres"},
	[SERVER_MARIADB] = {mariadb_prepare, mariadb_ready, "mysql"},
	/* As root it would need a directory outside of the scratch directory. */
	[SERVER_SSHD] = {sshd_prepare, NULL, "nobody"},
	[SERVER_RDS] = {rds_prepare, NULL, NULL},
	[SERVER_GUNICORN] = {gunicorn_prepare, NULL, NULL},
};

static bool port_is_free(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;
	bool is_free;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* As the servers do: a port in TIME_WAIT is free to them. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	is_free = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return is_free;
}

/*
 * A server takes its port seconds after it was chosen. Until the test ends nobody else is given it:
 * a name in the abstract namespace is taken at once, for as long as the socket that is left open
 * here.
 */
static bool port_reserve(int port)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int length = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "socklife-test-port-%d",
			      port);

	cr_assert_geq(fd, 0, "socket: %s", strerror(errno));
	if (bind(fd, (const struct sockaddr *)&name,
		 (socklen_t)offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)length) == 0)
		return true;
	close(fd);
	return false;
}

int server_free_port(void)
{
	static unsigned int seed;
	struct timespec now;
	int port;

	clock_gettime(CLOCK_MONOTONIC, &now);
	/* Tests run side by side in processes of their own: start each somewhere else. */
	seed += (unsigned int)getpid() * 7919U + (unsigned int)now.tv_nsec;
	do {
		seed = seed * 1103515245U + 12345U;
		port = 10000 + (int)(seed >> 8) % 20000;
	} while (!port_reserve(port) || !port_is_free(port));
	return port;
}

static unsigned int user_for(const char *name)
{
	const struct passwd *user = name != NULL && geteuid() == 0 ? getpwnam(name) : NULL;

	return user != NULL ? user->pw_uid : 0;
}

void server_prepare(struct server *server, enum server_kind kind)
{
	server->kind = kind;
	server->directory = scratch_new();
	server->port = server_free_port();
	server->tls_port = server_free_port();
	if (server->user == 0)
		server->user = user_for(types[kind].user);
	types[kind].prepare(server);
}

static bool port_answers(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool does_answer;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	does_answer = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return does_answer;
}

static bool server_answers(const struct server *server)
{
	struct command command;
	int status;

	if (types[server->kind].ready == NULL)
		return port_answers(server->port);
	command_run(&command, types[server->kind].ready(server), NULL);
	status = command.status;
	command_release(&command);
	return status == 0;
}

static bool has_ended(pid_t pid)
{
	siginfo_t information = {0};

	/* The pid stays: command_finish() reaps it. */
	return pid > 0 &&
	       waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       information.si_pid == pid;
}

void server_await(struct server *server, struct command *command)
{
	const struct timespec pause = {0, 20000000};
	int tries;

	for (tries = 0; !server_answers(server); tries++) {
		if (tries > 3000 || has_ended(command->pid)) {
			command_stop(command, SIGKILL);
			cr_assert_fail("%s did not start: %s%s", server->arguments[0], command->out,
				       command->err);
		}
		/* There is nothing to wait on before the server listens. */
		nanosleep(&pause, NULL);
	}
}

/* A connection's own side of proc_net(5), here of the server's, in state ESTABLISHED or CLOSE_WAIT.
 */
static bool tcp_is_held(int port)
{
	char *line, *rest = NULL;
	unsigned int local, state;

	for (line = strtok_r(scratch_read("/proc/net/tcp", NULL), "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, " %*d: %*x:%x %*x:%*x %x", &local, &state) == 2 &&
		    local == (unsigned int)port && (state == 1 || state == 8))
			return true;
	}
	return false;
}

/* /proc/net/unix names a connection by its listener's path, with SS_CONNECTED. */
static bool unix_is_held(const char *path)
{
	char *line, *rest = NULL, *name;
	unsigned int state;

	for (line = strtok_r(scratch_read("/proc/net/unix", NULL), "\n", &rest);
	     path != NULL && line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		name = strrchr(line, ' ');
		if (sscanf(line, "%*s %*x %*x %*x %*x %x", &state) == 1 && state == 3 &&
		    name != NULL && strcmp(name + 1, path) == 0)
			return true;
	}
	return false;
}

void server_drain(const struct server *server)
{
	const struct timespec pause = {0, 5000000};

	for (int tries = 0; tcp_is_held(server->port) || tcp_is_held(server->tls_port) ||
			    unix_is_held(server->unix_path);
	     tries++) {
		cr_assert_lt(tries, 4000, "%s holds connections", server->arguments[0]);
		nanosleep(&pause, NULL);
	}
}

void server_start(struct server *server, enum server_kind kind)
{
	struct command_options options = {0};

	server_prepare(server, kind);
	options.directory = server->directory;
	options.user = server->user;
	options.death_signal = server->stop_signal;
	command_start(&server->command, server->arguments, &options);
	server_await(server, &server->command);
}

void server_stop(struct server *server)
{
	command_stop(&server->command, server->stop_signal);
	command_release(&server->command);
}

pid_t server_pid(const struct server *server)
{
	const char *text = scratch_read(server->pid_file, NULL);

	cr_assert_not_null(text, "%s is not there", server->pid_file);
	return (pid_t)atoi(text);
}

const char *server_address(const struct server *server)
{
	return scratch_format("127.0.0.1:%d", server->port);
}

const char *server_tls_address(const struct server *server)
{
	return scratch_format("127.0.0.1:%d", server->tls_port);
}

const char *server_url(const struct server *server, const char *path)
{
	return scratch_format("http://127.0.0.1:%d/%s", server->port, path);
}

const char *server_tls_url(const struct server *server, const char *path)
{
	return scratch_format("https://127.0.0.1:%d/%s", server->tls_port, path);
}
