/* Accepts connections and ends them, until it is killed: the other side of a test. */
#include "facts.h"

int main(void)
{
	int listener = listener_open();

	MUST(listen(listener, 4096) == 0);
	fact("port", port_of(listener));
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		MUST(fd >= 0);
		MUST(close(fd) == 0);
	}
}
