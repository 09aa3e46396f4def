/*
 * The same C libraries through other languages: an owner for every socket, which a Python object
 * owns in turn; and the interpreter does what it does without us.
 */
#include "comparison.h"
#include "fixture.h"
#include "handle_lives.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(handles_drivers);

/* Runs `COMMAND[0] COMMAND[1] SCRIPT PORT` bare and recorded, against a server of the kind. */
static void script_run(struct comparison *comparison, enum server_kind kind,
		       const char *const command[2], const char *script)
{
	struct server server = {0};

	server_start(&server, kind);
	comparison_run(
		comparison, 0, false,
		COMMAND_LIST(command[0], command[1], script, scratch_format("%d", server.port)));
	server_stop(&server);
	expect_all_owned(&comparison->recorded);
}

/* ---- Python ---- */

static const char *const python[2] = {"/usr/bin/python3", "-c"};

static void expect_python_chain(enum server_kind kind, const char *script, const char *inner,
				const char *connects, const char *outer)
{
	struct comparison comparison;

	script_run(&comparison, kind, python, script);
	expect_life(&comparison.recorded, inner, 1, connects, 1, "call");
	expect_chain(&comparison.recorded, inner, outer);
	comparison_release(&comparison);
}

Test(handles_drivers, psycopg2s_connection_owns_libpqs)
{
	expect_python_chain(SERVER_POSTGRES,
			    "import psycopg2, sys\n"
			    "c = psycopg2.connect(host='127.0.0.1', port=sys.argv[1],\n"
			    "                     user='tester', dbname='postgres')\n"
			    "k = c.cursor()\n"
			    "k.execute('select 7')\n"
			    "print(k.fetchone())\n"
			    "c.close()\n",
			    "PGconn", "at-creation", "psycopg2.extensions.connection");
}

Test(handles_drivers, pycurls_curl_owns_libcurls)
{
	expect_python_chain(SERVER_NGINX,
			    "import pycurl, sys\n"
			    "c = pycurl.Curl()\n"
			    "c.setopt(c.URL, 'http://127.0.0.1:%s/hello' % sys.argv[1])\n"
			    "for _ in range(2):\n"
			    "    c.perform()\n"
			    "c.close()\n",
			    "CURL", "on-first-use", "pycurl.Curl");
}

Test(handles_drivers, mysqldbs_connection_owns_mariadbs)
{
	expect_python_chain(SERVER_MARIADB,
			    "import MySQLdb, sys\n"
			    "c = MySQLdb.connect(host='127.0.0.1', port=int(sys.argv[1]),\n"
			    "                    user='root')\n"
			    "k = c.cursor()\n"
			    "k.execute('select 7')\n"
			    "print(k.fetchone())\n"
			    "c.close()\n",
			    "MYSQL", "on-first-use", "MySQLdb.connections.Connection");
}

Test(handles_drivers, ctypes_finds_wrappers)
{
	struct comparison comparison;

	script_run(&comparison, SERVER_POSTGRES, python,
		   "import ctypes, sys\n"
		   "l = ctypes.CDLL('libpq.so.5')\n"
		   "l.PQconnectdb.restype = ctypes.c_void_p\n"
		   "c = l.PQconnectdb(b'host=127.0.0.1 user=tester dbname=postgres port='\n"
		   "                  + sys.argv[1].encode())\n"
		   "print(l.PQstatus(ctypes.c_void_p(c)))\n"
		   "l.PQfinish(ctypes.c_void_p(c))\n");
	expect_life(&comparison.recorded, "PGconn", 1, "at-creation", 1, "call");
	comparison_release(&comparison);
}

/* ---- Perl ---- */

static const char *const perl[2] = {"perl", "-e"};

/* Of three connections one is disconnected, one goes out of scope, and one is never closed. */
#define PERL_SCRIPT(source, user)                                                                  \
	"use DBI;\n"                                                                               \
	"sub go { my $h = DBI->connect(\"" source ";port=$ARGV[0]\", '" user "', '',\n"            \
	"                              {RaiseError => 1});\n"                                      \
	"  print $h->selectrow_array('select 7'), \"\\n\"; $h }\n"                                 \
	"my $h = go(); $h->disconnect;\n"                                                          \
	"{ my $g = go(); }\n"                                                                      \
	"our $f = go(); $| = 1; print \"end\\n\"; require POSIX; POSIX::_exit(0);\n"

static void expect_perl(enum server_kind kind, const char *script, const char *class,
			const char *connects)
{
	static const char *const ends[] = {"call", "call", "exit"};
	struct comparison comparison;

	script_run(&comparison, kind, perl, script);
	for (size_t i = 0; i < 3; i++)
		expect_life(&comparison.recorded, class, (long long)i + 1, connects, 1, ends[i]);
	cr_expect_eq(report_size(comparison.recorded.report, "objects"), 3, "%s",
		     report_dump(comparison.recorded.report));
	comparison_release(&comparison);
}

Test(handles_drivers, perls_dbi_on_postgresql)
{
	expect_perl(SERVER_POSTGRES, PERL_SCRIPT("dbi:Pg:host=127.0.0.1;dbname=postgres", "tester"),
		    "PGconn", "at-creation");
}

Test(handles_drivers, perls_dbi_on_mariadb)
{
	expect_perl(SERVER_MARIADB, PERL_SCRIPT("dbi:MariaDB:host=127.0.0.1", "root"), "MYSQL",
		    "on-first-use");
}
