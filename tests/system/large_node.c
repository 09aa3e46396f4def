/* Node.js, whose libuv closes through syscall(SYS_close). */
#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "server.h"

FIXTURE_SUITE(node);

Test(node, an_agent_that_keeps_alive_agrees_with_strace)
{
	static const char program[] =
		"const http = require('http');\n"
		"const agent = new http.Agent({keepAlive: true, maxSockets: 1});\n"
		"function get(path) {\n"
		"  return new Promise((resolve, reject) => {\n"
		"    http.get(process.argv[1] + path, {agent}, (answer) => {\n"
		"      let size = 0;\n"
		"      answer.on('data', (piece) => { size += piece.length; });\n"
		"      answer.on('end', () => resolve(answer.statusCode + ' ' + size));\n"
		"    }).on('error', reject);\n"
		"  });\n"
		"}\n"
		"(async () => {\n"
		"  for (const path of ['hello', 'body', 'missing'])\n"
		"    console.log(await get(path));\n"
		"  agent.destroy();\n"
		"})();\n";
	struct server server = {0};
	struct comparison comparison;
	const json_t *socket;

	server_start(&server, SERVER_NGINX);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("node", "-e", program, server_url(&server, "")));
	socket = report_peer(comparison.recorded.report, 0, server_address(&server));
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_gt(report_size(socket, "closed_at"), 0);
	comparison_release(&comparison);
	server_stop(&server);
}
