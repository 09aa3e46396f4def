/*
 * Is my own C client connected? Its functions say so themselves, by socklife's track.h. ledger
 * PORT, of a Redis server on 127.0.0.1.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <socklife/track.h>

struct ledger {
	int port, fd;
	uint64_t tracked;
};

static struct ledger ledger_init(int port)
{
	return (struct ledger){port, -1, socklife_object_begin("ledger", "client")};
}

static int ledger_connect(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		exit(1);
	return fd;
}

/* Connects when it is first asked. */
static void ledger_ping(struct ledger *ledger)
{
	char answer[100];

	socklife_call_begin(ledger->tracked);
	if (ledger->fd < 0)
		ledger->fd = ledger_connect(ledger->port);
	if (send(ledger->fd, "PING\r\n", 6, MSG_NOSIGNAL) != 6 ||
	    recv(ledger->fd, answer, sizeof(answer), 0) <= 0)
		exit(1);
	socklife_call_end(ledger->tracked);
}

static void ledger_close(struct ledger *ledger)
{
	socklife_call_begin(ledger->tracked);
	if (ledger->fd >= 0)
		close(ledger->fd);
	socklife_call_end(ledger->tracked);
	socklife_object_end(ledger->tracked);
}

/* Forgets its descriptor: nobody will ever close it. */
static void ledger_forget(struct ledger *ledger)
{
	socklife_object_end(ledger->tracked);
}

int main(int argc, char *argv[])
{
	int port = argc > 1 ? atoi(argv[1]) : 6379;
	struct ledger asked = ledger_init(port), never = ledger_init(port),
		      forgotten = ledger_init(port);

	ledger_ping(&asked);
	ledger_ping(&asked);
	ledger_close(&asked);
	ledger_close(&never);
	ledger_ping(&forgotten);
	ledger_forget(&forgotten);
	return 0;
}
