/*
 * Every call that moves bytes, each over a connection of its own. A fact a connection:
 * transfer.N=SEND RECEIVE CLIENT BYTES SENDS RECEIVES. Also built fortified (fortified.c).
 */
#include "facts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define BUFFER_BYTES 4096

/* Sends or receives about `size` bytes in one call that counts; returns what the call moved. */
typedef size_t (*move_fn)(int fd, size_t size);

static char buffer[BUFFER_BYTES];

static size_t moved(ssize_t result)
{
	MUST(result > 0);
	return (size_t)result;
}

static struct msghdr message(struct iovec *parts, size_t size)
{
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};

	parts[0] = (struct iovec){buffer, size / 2};
	parts[1] = (struct iovec){buffer + size / 2, size - size / 2};
	return header;
}

static size_t move_send(int fd, size_t size)
{
	return moved(send(fd, buffer, size, MSG_NOSIGNAL));
}

static size_t move_sendto(int fd, size_t size)
{
	return moved(sendto(fd, buffer, size, 0, NULL, 0));
}

static size_t move_sendmsg(int fd, size_t size)
{
	struct iovec parts[2];
	struct msghdr header = message(parts, size);

	return moved(sendmsg(fd, &header, 0));
}

/* One message a call: what counts as a call is then beyond doubt. */
static size_t move_sendmmsg(int fd, size_t size)
{
	struct iovec parts[2];
	struct mmsghdr header = {.msg_hdr = message(parts, size)};

	MUST(sendmmsg(fd, &header, 1, 0) == 1);
	return header.msg_len;
}

static size_t move_write(int fd, size_t size)
{
	return moved(write(fd, buffer, size));
}

static size_t move_writev(int fd, size_t size)
{
	struct iovec parts[2];

	message(parts, size);
	return moved(writev(fd, parts, 2));
}

static size_t move_pwritev2(int fd, size_t size)
{
	struct iovec parts[2];

	message(parts, size);
	return moved(pwritev2(fd, parts, 2, -1, 0));
}

static int file_open(size_t size)
{
	int fd = memfd_create("body", 0);

	MUST(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	return fd;
}

static size_t move_sendfile(int fd, size_t size)
{
	int file = file_open(size);
	size_t sent = moved(sendfile(fd, file, NULL, size));

	MUST(close(file) == 0);
	return sent;
}

static size_t move_sendfile64(int fd, size_t size)
{
	int file = file_open(size);
	size_t sent = moved(sendfile64(fd, file, NULL, size));

	MUST(close(file) == 0);
	return sent;
}

static size_t move_splice_out(int fd, size_t size)
{
	int ends[2];
	size_t sent;

	MUST(pipe(ends) == 0);
	MUST(write(ends[1], buffer, size) == (ssize_t)size);
	sent = moved(splice(ends[0], NULL, fd, NULL, size, 0));
	MUST(close(ends[0]) == 0 && close(ends[1]) == 0);
	return sent;
}

static size_t move_syscall_out(int fd, size_t size)
{
	return moved(syscall(SYS_sendto, fd, buffer, size, 0, NULL, 0));
}

/* A peek moves nothing: the bytes are received once. */
static size_t move_recv(int fd, size_t size)
{
	MUST(recv(fd, buffer, size, MSG_PEEK) > 0);
	return moved(recv(fd, buffer, size, 0));
}

static size_t move_recvfrom(int fd, size_t size)
{
	return moved(recvfrom(fd, buffer, size, 0, NULL, NULL));
}

static size_t move_recvmsg(int fd, size_t size)
{
	struct iovec parts[2];
	struct msghdr header = message(parts, size);

	return moved(recvmsg(fd, &header, 0));
}

static size_t move_recvmmsg(int fd, size_t size)
{
	struct iovec parts[2];
	struct mmsghdr header = {.msg_hdr = message(parts, size)};

	MUST(recvmmsg(fd, &header, 1, 0, NULL) == 1);
	return header.msg_len;
}

static size_t move_read(int fd, size_t size)
{
	return moved(read(fd, buffer, size));
}

static size_t move_readv(int fd, size_t size)
{
	struct iovec parts[2];

	message(parts, size);
	return moved(readv(fd, parts, 2));
}

static size_t move_preadv2(int fd, size_t size)
{
	struct iovec parts[2];

	message(parts, size);
	return moved(preadv2(fd, parts, 2, -1, 0));
}

static size_t move_splice_in(int fd, size_t size)
{
	int ends[2];
	size_t received;

	MUST(pipe(ends) == 0);
	received = moved(splice(fd, NULL, ends[1], NULL, size, 0));
	MUST(close(ends[0]) == 0 && close(ends[1]) == 0);
	return received;
}

static size_t move_syscall_in(int fd, size_t size)
{
	return moved(syscall(SYS_recvfrom, fd, buffer, size, 0, NULL, NULL));
}

struct mover {
	const char *name;
	move_fn move;
};

static const struct mover senders[] = {
	{"send", move_send},         {"sendto", move_sendto},       {"sendmsg", move_sendmsg},
	{"sendmmsg", move_sendmmsg}, {"write", move_write},         {"writev", move_writev},
	{"pwritev2", move_pwritev2}, {"sendfile", move_sendfile},   {"sendfile64", move_sendfile64},
	{"splice", move_splice_out}, {"syscall", move_syscall_out},
};

static const struct mover receivers[] = {
	{"recv", move_recv},         {"recvfrom", move_recvfrom}, {"recvmsg", move_recvmsg},
	{"recvmmsg", move_recvmmsg}, {"read", move_read},         {"readv", move_readv},
	{"preadv2", move_preadv2},   {"splice", move_splice_in},  {"syscall", move_syscall_in},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void transfer_run(int listener, size_t number)
{
	const struct mover *sender = &senders[number % COUNT(senders)];
	const struct mover *receiver = &receivers[number % COUNT(receivers)];
	size_t size = 100 + number, sent = 0, received = 0;
	long long sends = 0, receives = 0;
	char name[32], client_name[64], text[200];
	int client, server;

	pair_open(listener, &client, &server);
	for (; sends < 2; sends++)
		sent += sender->move(client, size);
	for (; received < sent; receives++)
		received += receiver->move(server, size);
	snprintf(client_name, sizeof(client_name), "127.0.0.1:%d", port_of(client));
	snprintf(name, sizeof(name), "transfer.%zu", number);
	snprintf(text, sizeof(text), "%s %s %s %zu %lld %lld", sender->name, receiver->name,
		 client_name, sent, sends, receives);
	fact_text(name, text);
	MUST(close(client) == 0 && close(server) == 0);
}

int main(int argc, char *argv[])
{
	int listener = listener_open();
	size_t number;

	/* A size that the compiler cannot know, so that a fortified build keeps its checks. */
	MUST((size_t)argc * 100 < sizeof(buffer) && argv[0] != NULL);
	fact("pid", getpid());
	for (number = 0; number < COUNT(senders); number++)
		transfer_run(listener, number);
	return close(listener);
}
