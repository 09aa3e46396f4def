/*
 * libFuzzer: any words as a command line, NUL between them. The first byte chooses the parser. It
 * must come back with what its header promises, or end the program with a status of ours.
 */
#include <sanitizer/allocator_interface.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"

#define WORDS_MAX  64
#define BLOCKS_MAX 4096

static jmp_buf exit_place;
static volatile int exit_status;
static volatile bool is_parsing;
static void *blocks[BLOCKS_MAX];
static volatile size_t block_count;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static const struct command any_command = {
	.name = "any", .synopsis = "[TRACE]", .summary = "is parsed"};

/* Every parser's results are looked at, so that what they point to is read. */
static void parse(unsigned int which, int argc, char **argv)
{
	struct options_report report;
	struct options_plain plain;
	struct options_show show;
	struct options_run run;
	size_t length = 0;

	switch (which % 4) {
	case 0:
		options_parse_run(&any_command, argc, argv, &run);
		for (char **word = run.program; *word != NULL; word++)
			length += strlen(*word);
		if (run.renderer == NULL || run.program[0] == NULL)
			abort();
		options_run_release(&run);
		break;
	case 1:
		options_parse_report(&any_command, argc, argv, &report);
		if (report.renderer == NULL || report.trace == NULL)
			abort();
		length = strlen(report.trace);
		break;
	case 2:
		options_parse_show(&any_command, argc, argv, &show);
		if (strchr("pso", show.kind) == NULL || show.trace == NULL)
			abort();
		break;
	default:
		options_parse_plain(&any_command, argc, argv, 0, 2, which % 8 == 7, &plain);
		for (int i = 0; i < plain.argument_count; i++)
			length += strlen(plain.arguments[i]);
		break;
	}
	__asm__ volatile("" : : "r"(length)); /* keeps the reads */
}

/*
 * A wrong command line ends in exit() (argp), and a process for each would be far too slow. So the
 * handler that runs first, ahead of libFuzzer's own, jumps back: glibc holds no lock then and has
 * forgotten the handler (stdlib/exit.c). What argp had allocated is freed by the list of it.
 */
static void exit_return(int status, void *context)
{
	(void)context;
	exit_status = status;
	longjmp(exit_place, 1);
}

static void block_add(const volatile void *block, size_t size_bytes)
{
	(void)size_bytes;
	if (is_parsing && block_count < BLOCKS_MAX)
		blocks[block_count++] = (void *)(uintptr_t)block;
}

static void block_remove(const volatile void *block)
{
	for (size_t i = block_count; is_parsing && i-- > 0;) {
		if (blocks[i] == block) {
			blocks[i] = blocks[--block_count];
			return;
		}
	}
}

static void silence(void)
{
	static bool is_done;

	if (is_done)
		return;
	is_done = true;
	/* before anything is listed: what the streams allocate stays theirs */
	stdout = stderr = fopen("/dev/null", "w");
	setvbuf(stderr, NULL, _IONBF, 0);
	__sanitizer_install_malloc_and_free_hooks(block_add, block_remove);
}

static void command_line_try(unsigned int which, char *text, size_t size_bytes)
{
	char *argv[WORDS_MAX + 2] = {"socklife any"};
	int argc = 1;

	for (size_t at = 0; at < size_bytes && argc <= WORDS_MAX; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	exit_status = -1;
	on_exit(exit_return, NULL);
	is_parsing = true;
	if (setjmp(exit_place) == 0) {
		parse(which, argc, argv);
		exit(COMMAND_PASS); /* takes the handler off again */
	}
	is_parsing = false;
	if (exit_status != COMMAND_PASS && exit_status != COMMAND_FAILED)
		abort();
	while (block_count > 0)
		free(blocks[--block_count]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	char *text = calloc(size_bytes + 1, 1);

	silence();
	if (size_bytes != 0 && text != NULL) {
		memcpy(text, data + 1, size_bytes - 1);
		command_line_try(data[0], text, size_bytes - 1);
	}
	free(text);
	return 0;
}
