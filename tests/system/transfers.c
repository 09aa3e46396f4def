/* Every call that moves bytes is counted exactly. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(transfers);

static void transfer_check(const struct subject *subject, int number)
{
	const char *text = subject_fact_text(subject, scratch_format("transfer.%d", number));
	char send[32], receive[32], client[64];
	long long bytes, sends, receives;
	const json_t *sender, *receiver;

	cr_assert_eq(sscanf(text, "%31s %31s %63s %lld %lld %lld", send, receive, client, &bytes,
			    &sends, &receives),
		     6);
	sender = report_local(subject->report, 0, client);
	receiver = report_peer(subject->report, 0, client);
	cr_expect_eq(report_number(sender, "bytes_sent"), bytes, "%s: %s", send,
		     report_dump(sender));
	cr_expect_eq(report_number(sender, "sends"), sends, "%s: %s", send, report_dump(sender));
	cr_expect_eq(report_number(sender, "bytes_received"), 0, "%s", send);
	cr_expect_eq(report_number(receiver, "bytes_received"), bytes, "%s: %s", receive,
		     report_dump(receiver));
	cr_expect_eq(report_number(receiver, "receives"), receives, "%s: %s", receive,
		     report_dump(receiver));
	cr_expect_eq(report_number(receiver, "bytes_sent"), 0, "%s", receive);
}

static void transfers_check(const char *name)
{
	struct subject subject;
	int number;

	subject_record(&subject, name, NULL);
	for (number = 0;
	     strstr(subject.command.out, scratch_format("transfer.%d=", number)) != NULL; number++)
		transfer_check(&subject, number);
	cr_expect_geq(number, 10, "%s", subject.command.out);
	subject_release(&subject);
}

Test(transfers, every_call_is_counted)
{
	transfers_check("transfers");
}

/* First that the compiler did put the checking names in: else this would test nothing new. */
Test(transfers, fortified_calls_are_counted)
{
	static const char *const names[] = {"__recv_chk", "__recvfrom_chk", "__read_chk"};
	struct command command;
	size_t index;

	command_run(&command, COMMAND_LIST("nm", "-D", scratch_subject("fortified")), NULL);
	for (index = 0; index < sizeof(names) / sizeof(names[0]); index++)
		cr_assert_not_null(strstr(command.out, names[index]), "no %s in %s", names[index],
				   command.out);
	command_release(&command);
	transfers_check("fortified");
}
