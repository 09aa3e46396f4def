#include "run_handles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEPARATOR ':'          /* between the files of SOCKLIFE_HANDLES */
#define SPEAKER   "socklife: " /* how each line of the library begins */

struct question {
	char preload[PATH_MAX + 16];
	char *handles;
	char said[1024]; /* by the library */
};

static enum status fail(struct error *error, const char *file, int reason)
{
	return error_set(error, STATUS_UNREADABLE, file, 0, "%s", strerror(reason));
}

/* Reads to the end, whatever there is no room for. */
static void answer_read(int fd, char *said, size_t size)
{
	size_t used = 0;
	char rest[256];

	for (;;) {
		bool is_full = used + 1 >= size;
		ssize_t got = is_full ? read(fd, rest, sizeof rest)
				      : read(fd, said + used, size - used - 1);

		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		if (got > 0 && !is_full)
			used += (size_t)got;
	}
	said[used] = '\0';
}

/* Nothing else may speak on that stderr, and nothing may be recorded. */
static int ask_start(struct question *question, int answer_fd, pid_t *child)
{
	char self[] = "/proc/self/exe", version[] = "--version";
	char *const arguments[] = {self, version, NULL};
	char *const environment[] = {question->preload, question->handles, NULL};
	posix_spawn_file_actions_t actions;
	int failure = posix_spawn_file_actions_init(&actions);

	if (failure != 0)
		return failure;
	failure = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY,
						   0);
	if (failure == 0)
		failure = posix_spawn_file_actions_adddup2(&actions, answer_fd, STDERR_FILENO);
	if (failure == 0)
		failure = posix_spawn(child, self, &actions, NULL, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	return failure;
}

static int ask(struct question *question)
{
	int fds[2], failure;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return errno;
	failure = ask_start(question, fds[1], &child);
	close(fds[1]);
	if (failure == 0) {
		answer_read(fds[0], question->said, sizeof question->said);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(fds[0]);
	return failure;
}

/* "socklife: FILE:LINE: REASON", of which the first part is told by whoever prints the error. */
static enum status answer_judge(char *said, const char *file, struct error *error)
{
	char *line = strstr(said, SPEAKER), *reason;

	if (line == NULL)
		return STATUS_OK;
	line += strlen(SPEAKER);
	line[strcspn(line, "\n")] = '\0';
	reason = strstr(line, ": ");
	if (reason == NULL)
		return error_set(error, STATUS_CORRUPT, file, 0, "%s", line);
	*reason = '\0';
	return error_set(error, STATUS_CORRUPT, line, 0, "%s", reason + 2);
}

/* Appends the file's absolute path. */
static enum status path_add(char **paths, const char *file, struct error *error)
{
	char *absolute = realpath(file, NULL), *joined;
	int length;

	if (absolute == NULL)
		return fail(error, file[0] != '\0' ? file : "--handles", errno);
	if (strchr(absolute, SEPARATOR) != NULL) {
		free(absolute);
		return error_set(error, STATUS_UNREADABLE, file, 0,
				 "a '%c' in its path separates files in SOCKLIFE_HANDLES",
				 SEPARATOR);
	}
	length = *paths == NULL ? asprintf(&joined, "%s", absolute)
				: asprintf(&joined, "%s%c%s", *paths, SEPARATOR, absolute);
	free(absolute);
	if (length < 0)
		return fail(error, file, ENOMEM);
	free(*paths);
	*paths = joined;
	return STATUS_OK;
}

static enum status paths_judge(const char *paths, const char *file, const char *library,
			       struct error *error)
{
	struct question question = {.said = ""};
	int failure;

	if (asprintf(&question.handles, "SOCKLIFE_HANDLES=%s", paths) < 0)
		return fail(error, file, ENOMEM);
	snprintf(question.preload, sizeof question.preload, "LD_PRELOAD=%s", library);
	failure = ask(&question);
	free(question.handles);
	return failure != 0 ? fail(error, file, failure) : answer_judge(question.said, file, error);
}

enum status run_handles_check(const char *const *files, size_t count, const char *library,
			      char **paths, struct error *error)
{
	enum status status = STATUS_OK;

	*paths = NULL;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = path_add(paths, files[i], error);
	return status == STATUS_OK && count != 0 ? paths_judge(*paths, files[0], library, error)
						 : status;
}
