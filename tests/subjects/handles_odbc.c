/* An ODBC client of PostgreSQL. Called as: handles_odbc SCENARIO PORT. */
#include "facts.h"

#include <glob.h>
#include <sql.h>
#include <sqlext.h>

static SQLCHAR place[512];
static SQLHENV environment;

static void connection_open(SQLHDBC connection)
{
	SQLCHAR completed[512];
	SQLSMALLINT size;

	MUST(SQL_SUCCEEDED(SQLDriverConnect(connection, NULL, place, SQL_NTS, completed,
					    sizeof(completed), &size, SQL_DRIVER_NOPROMPT)));
}

static SQLHDBC connection_make(void)
{
	SQLHDBC connection;

	MUST(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment) == SQL_SUCCESS);
	MUST(SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0) ==
	     SQL_SUCCESS);
	MUST(SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection) == SQL_SUCCESS);
	connection_open(connection);
	return connection;
}

static void query(SQLHDBC connection)
{
	SQLCHAR text[] = "select 7";
	SQLHSTMT statement;

	MUST(SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement) == SQL_SUCCESS);
	MUST(SQLExecDirect(statement, text, SQL_NTS) == SQL_SUCCESS);
	MUST(SQLFetch(statement) == SQL_SUCCESS);
	MUST(SQLFreeHandle(SQL_HANDLE_STMT, statement) == SQL_SUCCESS);
}

static void all_free(SQLHDBC connection)
{
	MUST(SQLDisconnect(connection) == SQL_SUCCESS);
	MUST(SQLFreeHandle(SQL_HANDLE_DBC, connection) == SQL_SUCCESS);
	MUST(SQLFreeHandle(SQL_HANDLE_ENV, environment) == SQL_SUCCESS);
}

static void run_once(void)
{
	SQLHDBC connection = connection_make();

	query(connection);
	all_free(connection);
}

/* The handle of the driver manager stays, the driver makes a new one of libpq's. */
static void run_again(void)
{
	SQLHDBC connection = connection_make();

	query(connection);
	MUST(SQLDisconnect(connection) == SQL_SUCCESS);
	connection_open(connection);
	query(connection);
	all_free(connection);
}

static void run_leaked(void)
{
	query(connection_make());
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"once", run_once}, {"again", run_again}, {"leaked", run_leaked}};
	glob_t found;

	MUST(argc == 3);
	MUST(glob("/usr/lib/*/odbc/psqlodbcw.so", 0, NULL, &found) == 0);
	snprintf((char *)place, sizeof(place),
		 "DRIVER=%s;SERVER=127.0.0.1;PORT=%s;DATABASE=postgres;UID=tester;PWD=;"
		 "SSLmode=disable",
		 found.gl_pathv[0], argv[2]);
	globfree(&found);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
