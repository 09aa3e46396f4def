#include "board.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

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

/* NULL: there is none. The number may be another's by now, when run has ended: the magic tells. */
static struct trace_board *board_attach(void)
{
	int number = board_number();
	long address = number >= 0 ? kernel_call3(SYS_shmat, number, NULL, 0) : -1;
	struct trace_board *board = (struct trace_board *)address;

	if ((unsigned long)address > -4096ul)
		return NULL;
	if (memcmp(board->magic, TRACE_BOARD_MAGIC, sizeof(board->magic)) == 0)
		return board;
	kernel_call1(SYS_shmdt, address);
	return NULL;
}

static void board_add(int64_t count)
{
	struct trace_board *board = board_attach();

	if (board == NULL)
		return;
	__atomic_fetch_add(&board->unrecorded, (uint64_t)count, __ATOMIC_RELAXED);
	kernel_call1(SYS_shmdt, board);
}

void board_count(void)
{
	board_add(1);
}

void board_take_back(void)
{
	board_add(-1);
}

void board_tell(void)
{
	struct trace_board *board = board_attach();
	struct stat status = {0};

	if (board == NULL)
		return;
	if (kernel_call2(SYS_fstat, 2, &status) == 0)
		__atomic_store_n(&board->told_inode, status.st_ino, __ATOMIC_RELAXED);
	kernel_call1(SYS_shmdt, board);
}
