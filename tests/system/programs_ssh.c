/* ssh-keyscan against a private sshd. */
#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(ssh);

Test(ssh, keyscan_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_SSHD);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("ssh-keyscan", "-t", "ed25519", "-p",
				    scratch_format("%d", server.port), "127.0.0.1"));
	cr_expect_gt(comparison.bare.command.out_size_bytes, 0);
	report_peer(comparison.recorded.report, 0, server_address(&server));
	comparison_release(&comparison);
	server_stop(&server);
}
