/* What the kernel says of a TCP connection, which counts what no hook sees. */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "kernel.h"
#include "recorder_state.h"

/* include/net/tcp_states.h */
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_SYN_SENT    2
#define TCP_STATE_FIN_WAIT1   4
#define TCP_STATE_FIN_WAIT2   5
#define TCP_STATE_CLOSE       7
#define TCP_STATE_CLOSE_WAIT  8

/* Reading SO_ERROR clears it, which another process that shares the socket would notice. */
static bool tcp_is_private(const struct trace_socket *socket)
{
	return recorder.forks == 0 && socket->origin <= TRACE_ORIGIN_SOCKETPAIR &&
	       !recorder_has_flag(socket, TRACE_SOCKET_PASSED);
}

static uint32_t tcp_queued(int fd, unsigned long request)
{
	int size = 0;

	return kernel_call3(SYS_ioctl, fd, request, &size) == 0 && size > 0 ? (uint32_t)size : 0;
}

/*
 * The queues are asked for only where the kernel's counts are not the hooks' own: a system call
 * less for what is usual. TCP_INFO comes first, so that what moves meanwhile is counted once at
 * most.
 */
static void tcp_read_counts(struct trace_socket *socket, int fd, const struct tcp_info *info)
{
	uint64_t sent = RECORDER_LIVE(socket->bytes_sent);
	/* of those that connect, the SYN is counted too */
	bool is_seen = info->tcpi_bytes_acked ==
		       sent + (socket->origin == TRACE_ORIGIN_CONNECT ? 1 : 0);

	RECORDER_SET(socket->tcp_bytes_acked, info->tcpi_bytes_acked);
	RECORDER_SET(socket->tcp_bytes_received, info->tcpi_bytes_received);
	RECORDER_SET(socket->tcp_unacked, is_seen ? 0 : tcp_queued(fd, SIOCOUTQ));
}

static bool tcp_ask(const struct trace_socket *socket, int fd, struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	return socket->type == SOCK_STREAM &&
	       (socket->family == AF_INET || socket->family == AF_INET6) &&
	       recorder_has_flag(socket, TRACE_SOCKET_CONNECTING | TRACE_SOCKET_CONNECTED) &&
	       kernel_call5(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, info, &size) == 0;
}

bool recorder_look_at_tcp(struct trace_socket *socket, int fd)
{
	struct tcp_info info = {0};

	if (!tcp_ask(socket, fd, &info))
		return false;
	RECORDER_SET(socket->tcp_read_ns, clock_now_ns());
	RECORDER_SET(socket->tcp_state, info.tcpi_state);
	RECORDER_SET(socket->tcp_last_ack_recv_ms, info.tcpi_last_ack_recv);
	RECORDER_SET(socket->tcp_rtt_us, info.tcpi_rtt);
	RECORDER_SET(socket->tcp_retransmits, info.tcpi_total_retrans);
	tcp_read_counts(socket, fd, &info);
	__atomic_fetch_or(&socket->flags, TRACE_SOCKET_TCP_INFO_READ, __ATOMIC_RELEASE);
	return true;
}

void recorder_read_tcp(struct trace_socket *socket, int fd)
{
	int32_t error = 0;
	socklen_t error_size = sizeof(error);

	if (recorder_look_at_tcp(socket, fd) &&
	    RECORDER_LIVE(socket->tcp_state) == TCP_STATE_CLOSE && tcp_is_private(socket) &&
	    kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &error_size) == 0)
		RECORDER_SET(socket->so_error, error);
}

/* A connect that nobody asked about: the kernel still knows how it stands. */
static void tcp_settle_connect(struct trace_socket *socket, int fd)
{
	uint16_t state = RECORDER_LIVE(socket->tcp_state);
	int32_t error = RECORDER_LIVE(socket->so_error);

	if (!recorder_has_flag(socket, TRACE_SOCKET_CONNECTING) ||
	    !recorder_has_flag(socket, TRACE_SOCKET_TCP_INFO_READ))
		return;
	if (state == TCP_STATE_CLOSE && error != 0)
		recorder_connect_finish(socket, fd, error);
	else if (state != TCP_STATE_CLOSE && state != TCP_STATE_SYN_SENT)
		recorder_connect_finish(socket, fd, 0);
}

/* Once our own end is sent, the kernel forgets when the peer's came, and soon which came first. */
void recorder_tcp_shutting_down(struct trace_socket *socket, int fd)
{
	struct tcp_info info = {0};

	if (tcp_ask(socket, fd, &info) && info.tcpi_state == TCP_STATE_CLOSE_WAIT)
		recorder_event(socket, TRACE_EVENT_PEER_CLOSED, fd, (int)info.tcpi_last_ack_recv);
}

/* The peer's FIN is among tcp_bytes_received; only in these states it has not come. */
static bool tcp_may_have_fin(const struct trace_socket *socket)
{
	uint16_t state = RECORDER_LIVE(socket->tcp_state);

	return state != TCP_STATE_ESTABLISHED && state != TCP_STATE_FIN_WAIT1 &&
	       state != TCP_STATE_FIN_WAIT2;
}

void recorder_tcp_closing(struct trace_socket *socket, int fd)
{
	uint32_t unread;

	recorder_read_tcp(socket, fd);
	tcp_settle_connect(socket, fd);
	if (RECORDER_LIVE(socket->tcp_bytes_received) <=
	    RECORDER_LIVE(socket->bytes_received) + (tcp_may_have_fin(socket) ? 1 : 0))
		return;
	unread = tcp_queued(fd, SIOCINQ);
	if (unread > 0)
		recorder_event(socket, TRACE_EVENT_UNREAD, fd, (int)unread);
}
