/* Java's own HTTP client. */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(java);

Test(java, the_http_client_agrees_with_strace)
{
	static const char program[] =
		"import java.net.URI;\n"
		"import java.net.http.*;\n"
		"public class Client {\n"
		"  public static void main(String[] arguments) throws Exception {\n"
		"    HttpClient client = HttpClient.newBuilder()\n"
		"      .version(HttpClient.Version.HTTP_1_1).build();\n"
		"    for (String path : new String[] {\"hello\", \"body\", \"missing\"}) {\n"
		"      HttpRequest request = HttpRequest.newBuilder(\n"
		"        URI.create(arguments[0] + path)).build();\n"
		"      HttpResponse<byte[]> answer =\n"
		"        client.send(request, HttpResponse.BodyHandlers.ofByteArray());\n"
		"      System.out.println(answer.statusCode() + \" \" + answer.body().length);\n"
		"    }\n"
		"  }\n"
		"}\n";
	struct server server = {0};
	struct comparison comparison;
	const char *source;

	server_start(&server, SERVER_NGINX);
	source = scratch_format("%s/Client.java", server.directory);
	scratch_write(source, program, strlen(program));
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("java", source, server_url(&server, "")));
	/* Java's sockets are IPv6 for IPv4 too. */
	report_peer(comparison.recorded.report, 0,
		    scratch_format("[::ffff:127.0.0.1]:%d", server.port));
	comparison_release(&comparison);
	server_stop(&server);
}
