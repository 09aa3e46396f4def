/*
 * What each kind of server needs on disk, and the command that runs it. Used by server.c only.
 */
#ifndef SOCKLIFE_TESTS_SERVER_FILES_H
#define SOCKLIFE_TESTS_SERVER_FILES_H

struct server;

/* Each fills arguments, paths and stop_signal of a server that has directory, ports and user. */
void nginx_prepare(struct server *server);
void redis_prepare(struct server *server);
void postgres_prepare(struct server *server);
void mariadb_prepare(struct server *server);
void sshd_prepare(struct server *server);
void rds_prepare(struct server *server);
void gunicorn_prepare(struct server *server);

/* A command that ends with 0 once the server answers; NULL: a connect() tells enough. */
const char *const *postgres_ready(const struct server *server);
const char *const *mariadb_ready(const struct server *server);

#endif
