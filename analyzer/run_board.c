#include "run_board.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <socklife/trace_format.h>

/* Whoever the program becomes may count. */
#define BOARD_MODE 0666

void run_board_open(struct run_board *board)
{
	int number = shmget(IPC_PRIVATE, sizeof(*board->board), IPC_CREAT | BOARD_MODE);
	void *address;

	memset(board, 0, sizeof(*board));
	if (number < 0)
		return;
	address = shmat(number, NULL, 0);
	shmctl(number, IPC_RMID, NULL);
	if (address == (void *)-1)
		return;
	board->board = address;
	memcpy(board->board->magic, TRACE_BOARD_MAGIC, sizeof(board->board->magic));
	snprintf(board->number, sizeof(board->number), "%d", number);
}

uint64_t run_board_unrecorded(const struct run_board *board)
{
	return board->board != NULL ? __atomic_load_n(&board->board->unrecorded, __ATOMIC_RELAXED)
				    : 0;
}

bool run_board_has_told(const struct run_board *board)
{
	uint64_t inode = board->board != NULL
				 ? __atomic_load_n(&board->board->told_inode, __ATOMIC_RELAXED)
				 : 0;
	struct stat status;

	return inode != 0 && fstat(STDERR_FILENO, &status) == 0 && status.st_ino == inode;
}

void run_board_close(struct run_board *board)
{
	if (board->board != NULL)
		shmdt(board->board);
	board->board = NULL;
}
