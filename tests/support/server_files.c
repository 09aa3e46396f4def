#include "server_files.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "scratch.h"
#include "server.h"

#define BODY_SIZE_BYTES 200000

/* A copy of the list that lives as long as the test's scratch memory. */
static const char *const *list_keep(const char *const list[])
{
	size_t count = 0;
	const char **kept;

	while (list[count] != NULL)
		count++;
	kept = scratch_allocate((count + 1) * sizeof(*kept));
	memcpy(kept, list, count * sizeof(*kept));
	return kept;
}

static void tool_run(const struct server *server, const char *const arguments[])
{
	struct command_options options = {.directory = server->directory, .user = server->user};
	struct command command;

	command_run(&command, arguments, &options);
	cr_assert_eq(command.status, 0, "%s ended with %d: %s%s", arguments[0], command.status,
		     command.out, command.err);
	command_release(&command);
}

static const char *file_in(const struct server *server, const char *name)
{
	return scratch_format("%s/%s", server->directory, name);
}

static void nginx_content(struct server *server)
{
	char *body = malloc(BODY_SIZE_BYTES);

	cr_assert_not_null(body, "out of memory");
	memset(body, 'b', BODY_SIZE_BYTES);
	scratch_write(file_in(server, "body"), body, BODY_SIZE_BYTES);
	scratch_write(file_in(server, "hello"), "hello\n", 6);
	free(body);
	server->certificate = file_in(server, "certificate.pem");
	tool_run(server, COMMAND_LIST("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
				      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
				      "-subj", "/CN=localhost", "-addext",
				      "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout",
				      "key.pem", "-out", "certificate.pem"));
}

void nginx_prepare(struct server *server)
{
	static const char configuration[] =
		"daemon off;\n%s\npid nginx.pid;\n%s\n"
		"events { worker_connections 64; }\n"
		"http {\n"
		"  log_format witness '$remote_addr:$remote_port $bytes_sent $request_length "
		"$status';\n"
		"  access_log access.log witness;\n"
		"  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
		"  uwsgi_temp_path t4; scgi_temp_path t5;\n"
		"  sendfile on; keepalive_timeout %ds;\n"
		"  server { listen 127.0.0.1:%d; listen 127.0.0.1:%d ssl; root %s;\n"
		"    ssl_certificate certificate.pem; ssl_certificate_key key.pem; }\n"
		"}\n";
	const char *text = scratch_format(
		configuration, server->has_workers ? "worker_processes 1;" : "master_process off;",
		geteuid() == 0 ? "user nobody nogroup;" : "",
		server->keep_alive_s != 0 ? server->keep_alive_s : 1, server->port,
		server->tls_port, server->directory);

	nginx_content(server);
	scratch_write(file_in(server, "nginx.conf"), text, strlen(text));
	server->access_log = file_in(server, "access.log");
	server->pid_file = file_in(server, "nginx.pid");
	server->stop_signal = SIGTERM;
	server->arguments = list_keep(COMMAND_LIST("nginx", "-p", server->directory, "-c",
						   "nginx.conf", "-e", "error.log"));
}

void redis_prepare(struct server *server)
{
	server->unix_path = file_in(server, "redis.sock");
	server->pid_file = file_in(server, "redis.pid");
	server->stop_signal = SIGTERM;
	server->arguments = list_keep(COMMAND_LIST(
		"redis-server", "--port", scratch_format("%d", server->port), "--bind", "127.0.0.1",
		"--unixsocket", server->unix_path, "--save", "", "--appendonly", "no", "--dir",
		server->directory, "--pidfile", server->pid_file));
}

/* Debian keeps PostgreSQL's programs out of the path, in a directory for each version. */
static const char *postgres_program(const char *name)
{
	const char *path;
	glob_t found;

	cr_assert_eq(glob(scratch_format("/usr/lib/postgresql/*/bin/%s", name), 0, NULL, &found), 0,
		     "PostgreSQL's %s is not installed", name);
	path = scratch_format("%s", found.gl_pathv[0]);
	globfree(&found);
	return path;
}

void postgres_prepare(struct server *server)
{
	const char *data = file_in(server, "data");

	tool_run(server,
		 COMMAND_LIST(postgres_program("initdb"), "-D", data, "-U", "tester", "-A", "trust",
			      "-N", "--no-instructions", "--locale=C", "-E", "UTF8"));
	server->unix_path = server->directory;
	server->pid_file = file_in(server, "data/postmaster.pid");
	/* Immediate shutdown: the cluster is thrown away anyway. */
	server->stop_signal = SIGQUIT;
	server->arguments = list_keep(COMMAND_LIST(
		postgres_program("postgres"), "-D", data, "-p", scratch_format("%d", server->port),
		"-k", server->directory, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
		"-c", "shared_buffers=16MB", "-c", "max_connections=20"));
}

const char *const *postgres_ready(const struct server *server)
{
	return list_keep(COMMAND_LIST(postgres_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p",
				      scratch_format("%d", server->port)));
}

void mariadb_prepare(struct server *server)
{
	const char *data = scratch_format("--datadir=%s/data", server->directory);
	/* Each one that starts removes the temporary tables of all others from its tmpdir. */
	const char *temporary = scratch_format("--tmpdir=%s", server->directory);

	tool_run(server,
		 COMMAND_LIST("mariadb-install-db", "--no-defaults", data, temporary,
			      "--auth-root-authentication-method=normal", "--skip-test-db"));
	server->unix_path = file_in(server, "mariadb.sock");
	server->pid_file = file_in(server, "mariadb.pid");
	server->stop_signal = SIGTERM;
	server->arguments = list_keep(
		COMMAND_LIST("mariadbd", "--no-defaults", data, temporary,
			     "--bind-address=127.0.0.1", scratch_format("--port=%d", server->port),
			     scratch_format("--socket=%s", server->unix_path),
			     scratch_format("--pid-file=%s", server->pid_file),
			     "--innodb-flush-method=nosync", "--innodb-buffer-pool-size=16M"));
}

const char *const *mariadb_ready(const struct server *server)
{
	return list_keep(COMMAND_LIST("mariadb-admin", "--no-defaults", "-u", "root", "-h",
				      "127.0.0.1", "-P", scratch_format("%d", server->port),
				      "ping"));
}

void sshd_prepare(struct server *server)
{
	const char *key = file_in(server, "host_key");

	tool_run(server, COMMAND_LIST("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key));
	scratch_write(file_in(server, "sshd_config"), "", 0);
	server->pid_file = file_in(server, "sshd.pid");
	server->stop_signal = SIGTERM;
	server->arguments = list_keep(COMMAND_LIST(
		"/usr/sbin/sshd", "-D", "-e", "-f", file_in(server, "sshd_config"), "-h", key, "-o",
		"ListenAddress=127.0.0.1", "-o", scratch_format("PidFile=%s", server->pid_file),
		"-p", scratch_format("%d", server->port)));
}

void rds_prepare(struct server *server)
{
	server->stop_signal = SIGTERM;
	server->arguments = list_keep(COMMAND_LIST("/usr/bin/python3",
						   scratch_source("examples/rds_stub.py"),
						   scratch_format("%d", server->port)));
}

void gunicorn_prepare(struct server *server)
{
	static const char application[] =
		"def application(environ, start_response):\n"
		"    start_response('200 OK', [('Content-Length', '6')])\n"
		"    return [b'hello\\n']\n";

	scratch_write(file_in(server, "app.py"), application, sizeof(application) - 1);
	server->pid_file = file_in(server, "gunicorn.pid");
	server->stop_signal = SIGTERM;
	server->arguments =
		list_keep(COMMAND_LIST("/usr/bin/gunicorn", "--workers", "2", "--worker-class",
				       server->worker_class != NULL ? server->worker_class : "sync",
				       "--bind", server_address(server), "--pid", server->pid_file,
				       "--chdir", server->directory, "app:application"));
}
