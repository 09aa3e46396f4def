#include "witness.h"

#include <ctype.h>
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "command.h"
#include "scratch.h"

enum direction { NEITHER, SENT, RECEIVED };

/* Which way bytes go, and which argument names the socket. */
static const struct call {
	const char *name;
	enum direction direction;
	int argument;
} calls[] = {
	{"sendto", SENT, 0},       {"sendmsg", SENT, 0},     {"write", SENT, 0},
	{"writev", SENT, 0},       {"pwritev2", SENT, 0},    {"sendfile", SENT, 0},
	{"recvfrom", RECEIVED, 0}, {"recvmsg", RECEIVED, 0}, {"read", RECEIVED, 0},
	{"readv", RECEIVED, 0},    {"preadv2", RECEIVED, 0}, {"splice", RECEIVED, 0},
	{"splice", SENT, 2},       {"accept", NEITHER, -1},  {"accept4", NEITHER, -1},
	{"close", NEITHER, 0},     {"shutdown", NEITHER, 0},
};

const char *const *witness_prefix(const char *prefix)
{
	static const char traced[] =
		"trace=socket,connect,accept,accept4,sendto,recvfrom,sendmsg,recvmsg,shutdown,read,"
		"write,readv,writev,preadv2,pwritev2,sendfile,splice,close";
	static const char *words[] = {"strace", "-ff",  "-yy",           "-s",  "0",  "-o", NULL,
				      "-e",     traced, "--seccomp-bpf", "-qq", "--", NULL};

	words[6] = prefix;
	return words;
}

/* "[::ffff:127.0.0.1]:80" and "127.0.0.1:80" are the same address on an IPv6 socket. */
void witness_address(char *to, size_t size_bytes, const char *from, size_t length)
{
	static const char mapped[] = "[::ffff:";
	const char *bracket = memchr(from, ']', length);

	if (length > sizeof(mapped) && strncmp(from, mapped, sizeof(mapped) - 1) == 0 &&
	    bracket != NULL)
		snprintf(to, size_bytes, "%.*s%.*s",
			 (int)(bracket - from) - (int)sizeof(mapped) + 1, from + sizeof(mapped) - 1,
			 (int)(from + length - bracket) - 1, bracket + 1);
	else
		snprintf(to, size_bytes, "%.*s", (int)length, from);
}

/* Parses "5<TCP:[LOCAL->PEER]>" and "5<UNIX-STREAM:[INODE…"; false when it is no connection. */
static bool connection_parse(const char *text, struct witness_connection *connection)
{
	char *name = NULL;
	const char *arrow, *start, *end;

	memset(connection, 0, sizeof(*connection));
	connection->fd = (int)strtol(text, &name, 10);
	if (name == text || *name != '<')
		return false;
	connection->is_unix = strncmp(name, "<UNIX", 5) == 0;
	if (!connection->is_unix && strncmp(name, "<TCP", 4) != 0)
		return false;
	start = strstr(name, ":[");
	end = strstr(name, connection->is_unix ? "]" : "]>");
	arrow = strstr(name, "->");
	if (start == NULL || end == NULL)
		return false;
	start += 2;
	/* Of a UNIX socket the first number is identity enough; until it is accepted there is no
	 * other.
	 */
	if (connection->is_unix) {
		witness_address(connection->local, sizeof(connection->local), start,
				strspn(start, "0123456789"));
		return true;
	}
	if (arrow == NULL || arrow > end)
		return false;
	witness_address(connection->local, sizeof(connection->local), start,
			(size_t)(arrow - start));
	arrow += 2;
	witness_address(connection->peer, sizeof(connection->peer), arrow, (size_t)(end - arrow));
	return true;
}

static struct witness_connection *connection_find(struct witness *witness,
						  const struct witness_connection *seen)
{
	struct witness_connection *found;
	size_t index;

	for (index = 0; index < witness->count; index++) {
		found = &witness->connections[index];
		if (strcmp(found->local, seen->local) == 0 &&
		    strcmp(found->peer, seen->peer) == 0) {
			found->has_other_fd |= found->fd != seen->fd;
			return found;
		}
	}
	witness->connections = realloc(witness->connections,
				       (witness->count + 1) * sizeof(*witness->connections));
	cr_assert_not_null(witness->connections, "out of memory");
	found = &witness->connections[witness->count++];
	*found = *seen;
	return found;
}

/* The argument's start. Names in angle brackets hold no comma, and strace -s 0 leaves no strings.
 */
static const char *argument_find(const char *line, int argument)
{
	const char *start = strchr(line, '(');

	while (start != NULL && argument-- > 0)
		start = strstr(start + 1, ", ");
	return start == NULL ? NULL : start + strspn(start, "(, ");
}

static void call_count(struct witness *witness, const struct call *call, const char *line,
		       const char *result_text)
{
	/* "?": a signal came first, and the call is made again, in another line. */
	long long result = *result_text == '?' ? -1 : atoll(result_text);
	struct witness_connection seen, *connection;
	const char *name = call->argument < 0 ? result_text : argument_find(line, call->argument);

	/* Peeked bytes are received once more, by the call that takes them. */
	if (name == NULL || strstr(line, "MSG_PEEK") != NULL || !connection_parse(name, &seen))
		return;
	connection = connection_find(witness, &seen);
	if (call->direction == SENT && result >= 0) {
		connection->bytes_sent += result;
		connection->sends++;
	}
	if (call->direction == RECEIVED && result > 0)
		connection->bytes_received += result;
}

static bool line_calls(const char *line, const char *name)
{
	size_t length = strlen(name);

	return strncmp(line, name, length) == 0 && line[length] == '(';
}

static void line_read(struct witness *witness, const char *line)
{
	const char *result = strstr(line, " = "), *next;
	size_t index;

	if (result == NULL)
		return;
	while ((next = strstr(result + 3, " = ")) != NULL)
		result = next;
	result += 3;
	witness->calls++;
	if (line_calls(line, "socket") && strstr(line, "AF_INET") != NULL &&
	    strstr(line, "SOCK_STREAM") != NULL && isdigit((unsigned char)*result))
		witness->streams_opened++;
	for (index = 0; index < sizeof(calls) / sizeof(calls[0]); index++)
		if (line_calls(line, calls[index].name))
			call_count(witness, &calls[index], line, result);
}

static void file_read(struct witness *witness, const char *path)
{
	char *text = scratch_read(path, NULL), *line, *rest = NULL;

	cr_assert_not_null(text, "%s cannot be read", path);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		line_read(witness, line);
}

void witness_load(struct witness *witness, const char *prefix)
{
	glob_t files;
	size_t index;

	memset(witness, 0, sizeof(*witness));
	cr_assert_eq(glob(scratch_format("%s.*", prefix), 0, NULL, &files), 0,
		     "strace left no output at %s", prefix);
	for (index = 0; index < files.gl_pathc; index++)
		file_read(witness, files.gl_pathv[index]);
	globfree(&files);
	/* The dynamic linker alone makes some. */
	cr_assert_gt(witness->calls, 0, "strace saw nothing at %s", prefix);
}

void witness_release(struct witness *witness)
{
	free(witness->connections);
	memset(witness, 0, sizeof(*witness));
}

const struct witness_connection *witness_peer(const struct witness *witness, const char *peer)
{
	const struct witness_connection *found = NULL;
	size_t index;

	for (index = 0; index < witness->count; index++)
		if (strcmp(witness->connections[index].peer, peer) == 0) {
			cr_assert_null(found, "strace saw two connections to %s", peer);
			found = &witness->connections[index];
		}
	cr_assert_not_null(found, "strace saw no connection to %s", peer);
	return found;
}

int witness_open_sockets(pid_t pid)
{
	const char *directory = scratch_format("/proc/%d/fd", (int)pid);
	DIR *list = opendir(directory);
	struct dirent *entry;
	char target[64];
	int count = 0;

	if (list == NULL)
		return -1;
	while ((entry = readdir(list)) != NULL) {
		ssize_t length = readlinkat(dirfd(list), entry->d_name, target, sizeof(target));

		count += length > 8 && strncmp(target, "socket:[", 8) == 0;
	}
	closedir(list);
	return count;
}

size_t witness_children(pid_t pid, pid_t *children, size_t size)
{
	const char *path = scratch_format("/proc/%d/task/%d/children", (int)pid, (int)pid);
	FILE *file = fopen(path, "re");
	size_t count = 0;
	int child;

	while (file != NULL && count < size && fscanf(file, "%d", &child) == 1)
		children[count++] = child;
	if (file != NULL)
		fclose(file);
	return count;
}
