/* Sockets and their traffic by system call number. */
#include "hook.h"

#include <sys/syscall.h>

#include "hook_probe.h"
#include "hook_syscall.h"

/* ---- sockets ---- */

static long syscall_socket(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();

	if (hook_has_made_room(result))
		result = SYSCALL_REAL();
	hook_socket_opened((int)result, (int)a, (int)b, (int)c);
	return result;
}

static long syscall_socketpair(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();

	if (hook_has_made_room(result))
		result = SYSCALL_REAL();
	if (result == 0)
		hook_socket_paired((const int *)d, (int)a, (int)b, (int)c);
	return result;
}

static long syscall_connect(SYSCALL_PARAMETERS)
{
	struct trace_connect *connect = hook_connecting((int)a, (const struct sockaddr *)b,
							(socklen_t)c);
	long result = SYSCALL_REAL();

	hook_connect_returned((int)a, connect, (int)result);
	return result;
}

static long syscall_bind(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();

	if (result == 0)
		hook_bound((int)a, (const struct sockaddr *)b, (socklen_t)c);
	return result;
}

static long syscall_listen(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();

	if (result == 0)
		hook_listening((int)a, (int)b);
	return result;
}

static long syscall_accept(SYSCALL_PARAMETERS)
{
	const socklen_t *size = (const socklen_t *)c;
	socklen_t room = b != 0 && size != NULL ? *size : 0;
	long result = SYSCALL_REAL();

	if (hook_has_made_room(result))
		result = SYSCALL_REAL();
	hook_accepted((int)a, (int)result, (const struct sockaddr *)b, size, room,
		      number == SYS_accept4 ? (int)d : 0);
	return result;
}

static long syscall_shutdown(SYSCALL_PARAMETERS)
{
	long result;

	hook_shutting_down((int)a, (int)b);
	result = SYSCALL_REAL();
	if (result == 0)
		hook_shut_down((int)a, (int)b);
	return result;
}

static long syscall_getsockopt(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();

	if (result == 0)
		hook_option_read((int)a, (int)b, (int)c, (const void *)d, (const socklen_t *)e);
	return result;
}

/* ---- traffic ---- */

static long syscall_read(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = hook_is_probe((int)a) ? 1 : SYSCALL_REAL();

	if (socket != NULL)
		hook_received(socket, (int)a, result, (size_t)c, 0);
	return result;
}

static long syscall_readv(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	if (socket != NULL)
		hook_received(
			socket, (int)a, result,
			result != 0 ? 1 : hook_vector_size((const struct iovec *)b, (size_t)c), 0);
	return result;
}

/* Debian's libunwind probes by syscall(SYS_write, ...). */
static long syscall_write(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = hook_is_probe((int)a) ? hook_probe((const void *)b) : SYSCALL_REAL();

	if (socket != NULL)
		hook_transferred(socket, (int)a, RECORDER_SENT, result, true);
	return result;
}

static long syscall_sendto(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	if (socket != NULL)
		hook_sent_to(socket, (int)a, result, (int)d, (const struct sockaddr *)e,
			     (socklen_t)f);
	return result;
}

static long syscall_sendmsg(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	if (socket != NULL || result >= 0)
		hook_message_sent(socket, (int)a, (const struct msghdr *)b, result, (int)c);
	return result;
}

static long syscall_sendmmsg(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	hook_messages_sent(socket, (int)a, (const struct mmsghdr *)b, (int)result, (int)d);
	return result;
}

static long syscall_recvfrom(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	if (socket != NULL)
		hook_received(socket, (int)a, result, (size_t)c, (int)d);
	return result;
}

static long syscall_recvmsg(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	if (socket != NULL || result >= 0)
		hook_message_received(socket, (int)a, (const struct msghdr *)b, result, (int)c);
	return result;
}

static long syscall_recvmmsg(SYSCALL_PARAMETERS)
{
	struct trace_socket *socket = hook_socket((int)a);
	long result = SYSCALL_REAL();

	hook_messages_received(socket, (int)a, (const struct mmsghdr *)b, (int)result, (int)d);
	return result;
}

/* Functions that do no more than their system call stand in for it. */
static long syscall_sendfile(SYSCALL_PARAMETERS)
{
	(void)number, (void)e, (void)f;
	return sendfile64((int)a, (int)b, (off64_t *)c, (size_t)d);
}

static long syscall_splice(SYSCALL_PARAMETERS)
{
	(void)number;
	return splice((int)a, (off64_t *)b, (int)c, (off64_t *)d, (size_t)e, (unsigned int)f);
}

syscall_fn syscall_socket_handler(long number)
{
	switch (number) {
	case SYS_socket:
		return syscall_socket;
	case SYS_socketpair:
		return syscall_socketpair;
	case SYS_connect:
		return syscall_connect;
	case SYS_bind:
		return syscall_bind;
	case SYS_listen:
		return syscall_listen;
	case SYS_accept:
	case SYS_accept4:
		return syscall_accept;
	case SYS_shutdown:
		return syscall_shutdown;
	case SYS_getsockopt:
		return syscall_getsockopt;
	default:
		return NULL;
	}
}

syscall_fn syscall_transfer_handler(long number)
{
	switch (number) {
	case SYS_read:
	case SYS_pread64:
		return syscall_read;
	case SYS_readv:
	case SYS_preadv:
	case SYS_preadv2:
		return syscall_readv;
	case SYS_write:
	case SYS_pwrite64:
	case SYS_writev:
	case SYS_pwritev:
	case SYS_pwritev2:
		return syscall_write;
	case SYS_sendto:
		return syscall_sendto;
	case SYS_sendmsg:
		return syscall_sendmsg;
	case SYS_sendmmsg:
		return syscall_sendmmsg;
	case SYS_recvfrom:
		return syscall_recvfrom;
	case SYS_recvmsg:
		return syscall_recvmsg;
	case SYS_recvmmsg:
		return syscall_recvmmsg;
	case SYS_sendfile:
		return syscall_sendfile;
	case SYS_splice:
		return syscall_splice;
	default:
		return NULL;
	}
}
