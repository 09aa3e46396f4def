/* A libpq client. Called as: handles_libpq SCENARIO PORT. */
#include "facts.h"

#include <libpq-fe.h>
#include <poll.h>

static char address[100];

static PGconn *connection_open(void)
{
	PGconn *connection = PQconnectdb(address);

	if (PQstatus(connection) != CONNECTION_OK)
		fputs(PQerrorMessage(connection), stderr);
	MUST(PQstatus(connection) == CONNECTION_OK);
	return connection;
}

static void query(PGconn *connection)
{
	PGresult *result = PQexecParams(connection, "select 1", 0, NULL, NULL, NULL, NULL, 0);

	MUST(PQresultStatus(result) == PGRES_TUPLES_OK);
	PQclear(result);
}

static void run_blocking(void)
{
	PGconn *connection = connection_open();

	query(connection);
	fact("client", PQsocket(connection));
	PQfinish(connection);
}

static void connection_poll(PGconn *connection)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK) {
		struct pollfd wait = {.fd = PQsocket(connection)};

		MUST(status != PGRES_POLLING_FAILED);
		wait.events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
		MUST(poll(&wait, 1, 10000) == 1);
		status = PQconnectPoll(connection);
	}
}

static void run_polled(void)
{
	const char *const names[] = {"host", "port", "user", "dbname", NULL};
	const char *const values[] = {"127.0.0.1", strstr(address, "port=") + 5, "tester",
				      "postgres", NULL};
	PGconn *connection = PQconnectStartParams(names, values, 0);

	MUST(PQstatus(connection) != CONNECTION_BAD);
	connection_poll(connection);
	MUST(PQsendQuery(connection, "select 2") == 1);
	for (PGresult *result; (result = PQgetResult(connection)) != NULL;)
		PQclear(result);
	PQfinish(connection);
}

/* The first address refuses: the next is tried in a call of PQconnectPoll(). */
static void run_second_host(void)
{
	PGconn *connection;
	char hosts[160];

	snprintf(hosts, sizeof(hosts),
		 "host=127.0.0.1,127.0.0.1 user=tester dbname=postgres port=1,%s",
		 strstr(address, "port=") + 5);
	connection = PQconnectStart(hosts);
	connection_poll(connection);
	PQfinish(connection);
}

static void run_reset(void)
{
	PGconn *connection = connection_open();

	query(connection);
	PQreset(connection);
	query(connection);
	PQfinish(connection);
}

static void run_many(void)
{
	PGconn *connections[20];

	for (int i = 0; i < 20; i++)
		connections[i] = connection_open();
	for (int i = 0; i < 20; i++)
		query(connections[i]);
	for (int i = 0; i < 20; i += 2)
		PQfinish(connections[i]);
	for (int i = 1; i < 20; i += 2)
		PQfinish(connections[i]);
}

static void run_leaked(void)
{
	query(connection_open());
}

static void run_refused(void)
{
	PGconn *connection = PQconnectdb("host=127.0.0.1 port=1 user=tester");

	MUST(PQstatus(connection) == CONNECTION_BAD);
	PQfinish(connection);
}

static void run_cancel(void)
{
	PGconn *connection = connection_open();
	PGcancel *cancel = PQgetCancel(connection);
	char error[256];

	MUST(PQcancel(cancel, error, sizeof(error)) == 1);
	PQfreeCancel(cancel);
	PQfinish(connection);
}

/* The socket is closed under its handle's hands. */
static void run_behind(void)
{
	PGconn *connection = connection_open();

	close(PQsocket(connection));
	fact("client", PQsocket(connection));
	usleep(200000);
	exit(0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"blocking", run_blocking},
		{"polled", run_polled},
		{"second_host", run_second_host},
		{"reset", run_reset},
		{"many", run_many},
		{"leaked", run_leaked},
		{"refused", run_refused},
		{"cancel", run_cancel},
		{"behind", run_behind},
	};

	MUST(argc == 3);
	snprintf(address, sizeof(address), "host=127.0.0.1 user=tester dbname=postgres port=%s",
		 argv[2]);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
