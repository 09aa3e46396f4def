/* C client libraries through PHP, which opens its extensions with RTLD_DEEPBIND, and Ruby. */
#include "comparison.h"
#include "fixture.h"
#include "handle_lives.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(large_handles);

/* One handle of the class, connected to the server, that is gone before the process ends. */
static void expect_script(enum server_kind kind, const char *const command[2], const char *script,
			  const char *class, const char *connects)
{
	struct server server = {0};
	struct comparison comparison;
	const struct subject *recorded = &comparison.recorded;

	server_start(&server, kind);
	comparison_run(
		&comparison, 0, false,
		COMMAND_LIST(command[0], command[1], script, scratch_format("%d", server.port)));
	server_stop(&server);
	expect_all_owned(recorded);
	expect_life(recorded, class, 1, connects, 1, "call");
	cr_expect_eq(report_size(recorded->report, "objects"), 1, "%s",
		     report_dump(recorded->report));
	cr_expect(json_is_true(json_object_get(json_object_get(recorded->report, "coverage"),
					       "complete")),
		  "%s", report_dump(recorded->report));
	comparison_release(&comparison);
}

/* ---- PHP ---- */

static const char *const php[2] = {"php", "-r"};

Test(large_handles, phps_pdo_on_postgresql)
{
	expect_script(SERVER_POSTGRES, php,
		      "$p = new PDO(\"pgsql:host=127.0.0.1;port=$argv[1];dbname=postgres\",\n"
		      "             'tester', '');\n"
		      "echo $p->query('select 7')->fetchColumn(), PHP_EOL;\n"
		      "$p = null;\n",
		      "PGconn", "at-creation");
}

Test(large_handles, phps_mysqli)
{
	expect_script(SERVER_MARIADB, php,
		      "$m = new mysqli('127.0.0.1', 'root', '', '', (int)$argv[1]);\n"
		      "echo $m->query('select 7')->fetch_row()[0], PHP_EOL;\n"
		      "$m->close();\n",
		      "MYSQLND", "on-first-use");
}

Test(large_handles, phps_pdo_on_mariadb)
{
	expect_script(SERVER_MARIADB, php,
		      "$p = new PDO(\"mysql:host=127.0.0.1;port=$argv[1]\", 'root', '');\n"
		      "echo $p->query('select 7')->fetchColumn(), PHP_EOL;\n",
		      "MYSQLND", "on-first-use");
}

Test(large_handles, phps_curl)
{
	expect_script(SERVER_NGINX, php,
		      "$c = curl_init(\"http://127.0.0.1:$argv[1]/hello\");\n"
		      "curl_exec($c);\n"
		      "curl_exec($c);\n",
		      "CURL", "on-first-use");
}

/* ---- Ruby ---- */

static const char *const ruby[2] = {"ruby", "-e"};

Test(large_handles, rubys_pg)
{
	expect_script(SERVER_POSTGRES, ruby,
		      "require 'pg'\n"
		      "c = PG.connect(host: '127.0.0.1', port: ARGV[0], user: 'tester',\n"
		      "               dbname: 'postgres')\n"
		      "puts c.exec('select 7').getvalue(0, 0)\n"
		      "c.close\n",
		      "PGconn", "at-creation");
}

Test(large_handles, rubys_mysql2)
{
	expect_script(SERVER_MARIADB, ruby,
		      "require 'mysql2'\n"
		      "c = Mysql2::Client.new(host: '127.0.0.1', port: ARGV[0].to_i,\n"
		      "                       username: 'root')\n"
		      "puts c.query('select 7').first['7']\n"
		      "c.close\n",
		      "MYSQL", "on-first-use");
}
