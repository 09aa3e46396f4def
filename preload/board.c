#include "board.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <socklife/trace_format.h>

#include "environment.h"
#include "kernel.h"

/* No strtol: it reads the locale and sets errno. -1: there is none. */
static int board_number(void)
{
	const char *text = environment_get("SOCKLIFE_BOARD");
	int64_t number = text != NULL && *text != '\0' ? 0 : -1;

	for (; number >= 0 && *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || number > INT_MAX / 10)
			return -1;
		number = number * 10 + (*text - '0');
	}
	return number <= INT_MAX ? (int)number : -1;
}

/* The number may be another's by now, when run has ended: the magic tells. */
static void board_add(struct trace_board *board)
{
	if (memcmp(board->magic, TRACE_BOARD_MAGIC, sizeof(board->magic)) == 0)
		__atomic_fetch_add(&board->unrecorded, 1, __ATOMIC_RELAXED);
}

void board_count(void)
{
	int number = board_number();
	long address = number >= 0 ? kernel_call3(SYS_shmat, number, NULL, 0) : -1;

	if ((unsigned long)address > -4096ul)
		return;
	board_add((struct trace_board *)address);
	kernel_call1(SYS_shmdt, address);
}
