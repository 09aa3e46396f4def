/*
 * Connects to the port in its argument for ever; each connection says 8 bytes and waits for one
 * byte back. Every other one is closed then, the rest stay open. It is killed in the middle of it.
 */
#include "facts.h"

int main(int argc, char *argv[])
{
	long long number;

	MUST(argc > 1);
	fact("pid", getpid());
	for (number = 0;; number++) {
		int fd = client_open(atoi(argv[1]));

		MUST(send(fd, &number, sizeof(number), 0) == sizeof(number));
		bytes_receive(fd, 1);
		/* The peer counts, not we: nothing after this line is promised to be recorded. */
		if (number % 2 == 0)
			MUST(close(fd) == 0);
	}
}
