/* Linked statically: nothing can be preloaded into it. It has a conversation and ends with 5. */
#include "facts.h"

int main(void)
{
	int listener = listener_open(), client, server;

	pair_open(listener, &client, &server);
	bytes_send(client, 10);
	bytes_receive(server, 10);
	fact("received", 10);
	return 5;
}
