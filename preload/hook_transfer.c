/* The send and recv family: traffic, and descriptors that travel with it (SCM_RIGHTS). */
#include "hook.h"

#include <string.h>

#include "hot.h"
#include "real.h"

/* A look at data that stays in the queue, or at the error queue, is no traffic (recv(2)). */
#define HOOK_NO_TRAFFIC (MSG_PEEK | MSG_ERRQUEUE)

size_t hook_vector_size(const struct iovec *vector, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += vector[i].iov_len;
	return size;
}

void hook_transferred_rarely(struct trace_socket *socket, int fd, enum recorder_direction direction,
			     int64_t result, bool asked)
{
	struct hook_scope scope = hook_enter();

	recorder_transferred(socket, fd, direction, result, result < 0 ? scope.error : 0, asked);
	hook_leave(scope);
}

/* ---- SCM_RIGHTS ---- */

static void hook_each_right(const struct msghdr *message, void (*tell)(int fd))
{
	/* CMSG_NXTHDR wants a pointer to what it only reads. */
	struct msghdr *header = (struct msghdr *)message;
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= control->cmsg_len;
		     at += sizeof(int)) {
			int fd;

			memcpy(&fd, (const char *)control + at, sizeof(fd));
			tell(fd);
		}
	}
}

static void hook_rights(const struct msghdr *message, void (*tell)(int fd))
{
	struct hook_scope scope;

	if (message->msg_controllen < sizeof(struct cmsghdr) || hook_is_silent())
		return;
	scope = hook_enter();
	hook_each_right(message, tell);
	hook_leave(scope);
}

/* ---- sending ---- */

/* Apart from send(), which then needs no registers of its own for what is no socket. */
static HOT_CODE __attribute__((noinline)) ssize_t send_told(int fd, const void *buffer, size_t size,
							    int flags, uint64_t slot)
{
	struct trace_socket *socket = recorder_socket_in(slot, fd);
	ssize_t result = REAL(send)(fd, buffer, size, flags);

	if (socket != NULL)
		hook_transferred(socket, fd, RECORDER_SENT, result, size > 0);
	return result;
}

HOOK_EXPORT HOT_ENTRY ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	uint64_t slot;

	if (ledger_is_empty(fd, &slot))
		return real.send(fd, buffer, size, flags);
	return send_told(fd, buffer, size, flags, slot);
}
HOOK_ALIAS(__send, send);

/* What only a connect says that has been tried (connect(2)). */
static bool error_is_of_connect(int error)
{
	return error == EINPROGRESS || error == ECONNREFUSED || error == ETIMEDOUT ||
	       error == EHOSTUNREACH || error == ENETUNREACH || error == ECONNRESET ||
	       error == EADDRNOTAVAIL;
}

/* A stream's address means something only to TCP Fast Open, which connects by it (tcp(7)). */
static void hook_addressed(struct trace_socket *socket, int fd, int64_t result, int flags,
			   const struct sockaddr *address, socklen_t size)
{
	bool is_fast_open = (flags & MSG_FASTOPEN) != 0;
	struct hook_scope scope;

	if (address == NULL || (socket->type == SOCK_STREAM && !is_fast_open))
		return;
	if (result < 0 && !(is_fast_open && error_is_of_connect(errno)))
		return;
	scope = hook_enter();
	recorder_addressed(socket, fd, address, size, result < 0 ? scope.error : EINPROGRESS);
	hook_leave(scope);
}

void hook_sent_to(struct trace_socket *socket, int fd, int64_t result, int flags,
		  const struct sockaddr *address, socklen_t size)
{
	hook_addressed(socket, fd, result, flags, address, size);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
}

HOOK_EXPORT ssize_t sendto(int fd, const void *buffer, size_t size, int flags,
			   __CONST_SOCKADDR_ARG address, socklen_t address_size)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(sendto)(fd, buffer, size, flags, address, address_size);
	result = REAL(sendto)(fd, buffer, size, flags, address, address_size);
	hook_sent_to(socket, fd, result, flags, address.__sockaddr__, address_size);
	return result;
}

void hook_message_sent(struct trace_socket *socket, int fd, const struct msghdr *message,
		       int64_t result, int flags)
{
	if (socket != NULL)
		hook_sent_to(socket, fd, result, flags, message->msg_name, message->msg_namelen);
	if (result >= 0)
		hook_rights(message, recorder_passed);
}

HOOK_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result = REAL(sendmsg)(fd, message, flags);

	if (socket != NULL || result >= 0)
		hook_message_sent(socket, fd, message, result, flags);
	return result;
}

/* Many messages count as one call: that is what they cost. */
void hook_messages_sent(struct trace_socket *socket, int fd, const struct mmsghdr *messages,
			int result, int flags)
{
	int64_t size = 0;

	for (int i = 0; i < result; i++) {
		size += messages[i].msg_len;
		hook_rights(&messages[i].msg_hdr, recorder_passed);
	}
	if (socket != NULL && result > 0)
		hook_addressed(socket, fd, result, flags, messages[0].msg_hdr.msg_name,
			       messages[0].msg_hdr.msg_namelen);
	if (socket != NULL && result != 0)
		hook_transferred(socket, fd, RECORDER_SENT, result < 0 ? result : size, true);
}

HOOK_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	int result = REAL(sendmmsg)(fd, messages, count, flags);

	hook_messages_sent(socket, fd, messages, result, flags);
	return result;
}

/* ---- receiving ---- */

void hook_received(struct trace_socket *socket, int fd, int64_t result, size_t size, int flags)
{
	if ((flags & HOOK_NO_TRAFFIC) == 0)
		hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
}

static HOT_CODE __attribute__((noinline)) ssize_t recv_told(int fd, void *buffer, size_t size,
							    int flags, uint64_t slot)
{
	struct trace_socket *socket = recorder_socket_in(slot, fd);
	ssize_t result = REAL(recv)(fd, buffer, size, flags);

	if (socket != NULL)
		hook_received(socket, fd, result, size, flags);
	return result;
}

HOOK_EXPORT HOT_ENTRY ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	uint64_t slot;

	if (ledger_is_empty(fd, &slot))
		return real.recv(fd, buffer, size, flags);
	return recv_told(fd, buffer, size, flags, slot);
}

HOOK_EXPORT ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(__recv_chk)(fd, buffer, size, room, flags);
	result = REAL(__recv_chk)(fd, buffer, size, room, flags);
	hook_received(socket, fd, result, size, flags);
	return result;
}

HOOK_EXPORT ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
			     __SOCKADDR_ARG address, socklen_t *restrict address_size)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(recvfrom)(fd, buffer, size, flags, address, address_size);
	result = REAL(recvfrom)(fd, buffer, size, flags, address, address_size);
	hook_received(socket, fd, result, size, flags);
	return result;
}

HOOK_EXPORT ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
				   __SOCKADDR_ARG address, socklen_t *address_size)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(__recvfrom_chk)(fd, buffer, size, room, flags, address, address_size);
	result = REAL(__recvfrom_chk)(fd, buffer, size, room, flags, address, address_size);
	hook_received(socket, fd, result, size, flags);
	return result;
}

/* A peek installs the descriptors too (net/unix/af_unix.c, unix_peek_fds): they are always told. */
void hook_message_received(struct trace_socket *socket, int fd, const struct msghdr *message,
			   int64_t result, int flags)
{
	if (result >= 0)
		hook_rights(message, recorder_received);
	if (socket == NULL)
		return;
	hook_received(socket, fd, result,
		      result != 0 ? 1 : hook_vector_size(message->msg_iov, message->msg_iovlen),
		      flags);
}

HOOK_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result = REAL(recvmsg)(fd, message, flags);

	if (socket != NULL || result >= 0)
		hook_message_received(socket, fd, message, result, flags);
	return result;
}

void hook_messages_received(struct trace_socket *socket, int fd, const struct mmsghdr *messages,
			    int result, int flags)
{
	int64_t size = 0;

	for (int i = 0; i < result; i++) {
		size += messages[i].msg_len;
		hook_rights(&messages[i].msg_hdr, recorder_received);
	}
	if (socket != NULL && result != 0)
		hook_received(socket, fd, result < 0 ? result : size, 1, flags);
}

HOOK_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags,
			 struct timespec *timeout)
{
	struct trace_socket *socket = hook_socket(fd);
	int result = REAL(recvmmsg)(fd, messages, count, flags, timeout);

	hook_messages_received(socket, fd, messages, result, flags);
	return result;
}
