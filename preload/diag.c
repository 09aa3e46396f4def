#include "diag.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "kernel.h"

static atomic_bool diag_is_silent;

static size_t diag_append(char *line, size_t size, size_t used, const char *text)
{
	while (*text != '\0' && used + 2 < size) {
		unsigned char byte = (unsigned char)*text++;

		line[used++] = (char)(byte < 0x20 || byte == 0x7f ? '?' : byte);
	}
	return used;
}

void diag_silence(void)
{
	atomic_store_explicit(&diag_is_silent, true, memory_order_relaxed);
}

bool diag_line(const char *subject, const char *reason, int error)
{
	char line[1024];
	const char *name = error != 0 ? strerrorname_np(error) : NULL;
	size_t used;

	if (atomic_exchange_explicit(&diag_is_silent, true, memory_order_relaxed))
		return false;
	used = diag_append(line, sizeof(line), 0, "socklife: ");
	used = diag_append(line, sizeof(line), used, subject);
	used = diag_append(line, sizeof(line), used, ": ");
	used = diag_append(line, sizeof(line), used, reason);
	if (name != NULL) {
		used = diag_append(line, sizeof(line), used, ": ");
		used = diag_append(line, sizeof(line), used, name);
	}
	line[used++] = '\n';
	return kernel_call3(SYS_write, 2, line, used) > 0;
}
