/* Eight threads open and close connections as fast as they can, so that numbers are reused at once.
 */
#include "facts.h"

#include <pthread.h>

#define THREADS 8
#define CYCLES  150

static void *thread_churn(void *context)
{
	int listener = listener_open(), cycle, client, server;

	(void)context;
	for (cycle = 0; cycle < CYCLES; cycle++) {
		pair_open(listener, &client, &server);
		bytes_send(client, (size_t)cycle + 1);
		bytes_receive(server, (size_t)cycle + 1);
		bytes_send(server, 3);
		bytes_receive(client, 3);
		MUST(close(client) == 0);
		MUST(close(server) == 0);
	}
	MUST(close(listener) == 0);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	long long sent = THREADS * (CYCLES * (CYCLES + 1LL) / 2);
	size_t index;

	for (index = 0; index < THREADS; index++)
		MUST(pthread_create(&threads[index], NULL, thread_churn, NULL) == 0);
	for (index = 0; index < THREADS; index++)
		MUST(pthread_join(threads[index], NULL) == 0);
	fact("listeners", THREADS);
	fact("connects", (long long)THREADS * CYCLES);
	fact("client_sent", sent);
	fact("server_sent", THREADS * CYCLES * 3LL);
	return 0;
}
