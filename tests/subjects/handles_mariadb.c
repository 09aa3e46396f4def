/* A MariaDB client. Called as: handles_mariadb SCENARIO PORT. */
#include "facts.h"

#include <mysql.h>
#include <poll.h>

static unsigned int port;

/* By mysql_init() of NULL, or of memory of our own, which it then returns. */
static MYSQL *connection_open(MYSQL *memory)
{
	MYSQL *made = mysql_init(memory);

	MUST(made != NULL && (memory == NULL || made == memory));
	if (mysql_real_connect(made, "127.0.0.1", "root", "", "", port, NULL, 0) == NULL)
		fputs(mysql_error(made), stderr);
	MUST(mysql_errno(made) == 0);
	return made;
}

static void query(MYSQL *connection)
{
	MYSQL_RES *result;

	MUST(mysql_query(connection, "select 7") == 0);
	result = mysql_store_result(connection);
	MUST(result != NULL && strcmp(mysql_fetch_row(result)[0], "7") == 0);
	mysql_free_result(result);
}

static void run_heap(void)
{
	MYSQL *connection = connection_open(NULL);

	query(connection);
	fact("client", mysql_get_socket(connection));
	mysql_close(connection);
}

static void run_stack(void)
{
	MYSQL connection;

	for (int i = 0; i < 3; i++) {
		connection_open(&connection);
		query(&connection);
		mysql_close(&connection);
	}
}

static void run_leaked(void)
{
	query(connection_open(NULL));
}

/* The first attempt fails; the handle stays. */
static void run_refused(void)
{
	MYSQL *connection = mysql_init(NULL);

	MUST(mysql_real_connect(connection, "127.0.0.1", "root", "", "", 1, NULL, 0) == NULL);
	MUST(mysql_real_connect(connection, "127.0.0.1", "root", "", "", port, NULL, 0) != NULL);
	query(connection);
	mysql_close(connection);
}

/* A statement speaks to the server when it is prepared, executed and closed. */
static void run_statement(void)
{
	static const char text[] = "select 7";
	MYSQL *connection = connection_open(NULL);
	MYSQL_STMT *statement = mysql_stmt_init(connection);

	MUST(mysql_stmt_prepare(statement, text, sizeof(text) - 1) == 0);
	MUST(mysql_stmt_execute(statement) == 0);
	MUST(mysql_stmt_store_result(statement) == 0 && mysql_stmt_fetch(statement) == 0);
	MUST(mysql_stmt_close(statement) == 0);
	mysql_close(connection);
}

/* What the library waits for: the status that its next step wants to hear of. */
static int await(MYSQL *connection, int status)
{
	struct pollfd wait = {.fd = (int)mysql_get_socket(connection)};
	int events = 0;

	wait.events = (short)((status & MYSQL_WAIT_READ ? POLLIN : 0) |
			      (status & MYSQL_WAIT_WRITE ? POLLOUT : 0));
	MUST(poll(&wait, 1, 10000) == 1);
	events |= wait.revents & POLLIN ? MYSQL_WAIT_READ : 0;
	events |= wait.revents & (POLLOUT | POLLERR | POLLHUP) ? MYSQL_WAIT_WRITE : 0;
	return events;
}

static void run_steps(void)
{
	MYSQL connection, *connected;
	int status, error;

	MUST(mysql_init(&connection) != NULL);
	MUST(mysql_options(&connection, MYSQL_OPT_NONBLOCK, 0) == 0);
	status = mysql_real_connect_start(&connected, &connection, "127.0.0.1", "root", "", "",
					  port, NULL, 0);
	while (status != 0)
		status = mysql_real_connect_cont(&connected, &connection,
						 await(&connection, status));
	MUST(connected == &connection);
	status = mysql_query_start(&error, &connection, "do 7");
	while (status != 0)
		status = mysql_query_cont(&error, &connection, await(&connection, status));
	MUST(error == 0);
	status = mysql_close_start(&connection);
	while (status != 0)
		status = mysql_close_cont(&connection, await(&connection, status));
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"heap", run_heap},       {"stack", run_stack},         {"leaked", run_leaked},
		{"refused", run_refused}, {"statement", run_statement}, {"steps", run_steps},
	};

	MUST(argc == 3);
	port = (unsigned int)atoi(argv[2]);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
