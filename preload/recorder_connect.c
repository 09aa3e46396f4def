/* Connecting, addresses, and the sockets a forked child has inherited. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "clock.h"
#include "kernel.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

static uint32_t address_path_size(const struct sockaddr_un *address, socklen_t size,
				  const char **path)
{
	size_t given = size > offsetof(struct sockaddr_un, sun_path)
			       ? size - offsetof(struct sockaddr_un, sun_path)
			       : 0;

	*path = address->sun_path;
	if (given > sizeof(address->sun_path))
		given = sizeof(address->sun_path);
	/* A path ends at its NUL; an abstract name is as long as the address says (unix(7)). */
	if (given > 0 && address->sun_path[0] != '\0')
		given = strnlen(address->sun_path, given);
	return (uint32_t)given;
}

void recorder_address(struct trace_address *into, const struct sockaddr *address, socklen_t size,
		      const char **path)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	memset(into, 0, sizeof(*into));
	*path = NULL;
	if (address == NULL || size < sizeof(address->sa_family))
		return;
	if (address->sa_family == AF_INET && size >= sizeof(*v4)) {
		into->port = ntohs(v4->sin_port);
		memcpy(into->bytes, &v4->sin_addr, sizeof(v4->sin_addr));
	} else if (address->sa_family == AF_INET6 &&
		   size >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		into->port = ntohs(v6->sin6_port);
		into->scope_or_size = size >= sizeof(*v6) ? v6->sin6_scope_id : 0;
		memcpy(into->bytes, &v6->sin6_addr, sizeof(v6->sin6_addr));
	} else if (address->sa_family == AF_UNIX) {
		into->scope_or_size = address_path_size((const void *)address, size, path);
	} else {
		return;
	}
	into->family = address->sa_family;
}

/* Both ends of a connection as the caller gave them, with the UNIX paths that follow the record. */
struct connect_ends {
	struct trace_address peer, local;
	const char *peer_path, *local_path;
};

static uint32_t connect_path_size(const struct trace_address *address, const char *path)
{
	return path != NULL ? address->scope_or_size : 0;
}

static struct trace_connect *connect_new(const struct trace_socket *socket,
					 const struct connect_ends *ends)
{
	uint32_t peer_size = connect_path_size(&ends->peer, ends->peer_path);
	uint32_t local_size = connect_path_size(&ends->local, ends->local_path);
	struct trace_connect *connect = sink_reserve(sizeof(*connect) + peer_size + local_size);

	if (connect == NULL)
		return NULL;
	connect->socket = socket->id;
	connect->peer = ends->peer;
	connect->local = ends->local;
	connect->tid = recorder_tid();
	if (peer_size > 0)
		memcpy(connect + 1, ends->peer_path, peer_size);
	if (local_size > 0)
		memcpy((char *)(connect + 1) + peer_size, ends->local_path, local_size);
	return connect;
}

static bool connect_local_address(int fd, struct sockaddr_storage *local, socklen_t *size)
{
	*size = sizeof(*local);
	return kernel_call3(SYS_getsockname, fd, local, size) == 0;
}

/*
 * Once connected. There is no room for a UNIX path now, nor need: a client has one only when it was
 * bound, and then an ADDRESS record tells it. So the kernel need not be asked for it either.
 */
static void connect_read_local(struct trace_connect *connect, int family, int fd)
{
	struct sockaddr_storage local;
	socklen_t size;
	const char *path;

	if (family == AF_UNIX)
		connect->local.family = AF_UNIX;
	if (connect->local.family != 0 || !connect_local_address(fd, &local, &size))
		return;
	recorder_address(&connect->local, (struct sockaddr *)&local, size, &path);
}

static void connect_publish(struct trace_socket *socket, struct trace_connect *connect)
{
	sink_commit(&connect->record, TRACE_CONNECT);
	__atomic_store_n(&socket->connect_offset, sink_offset(connect), __ATOMIC_RELEASE);
}

static struct trace_connect *socket_connect(const struct trace_socket *socket)
{
	return sink_at(__atomic_load_n(&socket->connect_offset, __ATOMIC_ACQUIRE));
}

/* Several threads may see at once how it went; whoever puts it down first tells the rest. */
void recorder_connect_finish(struct trace_socket *socket, int fd, int error)
{
	struct trace_connect *connect = socket_connect(socket);
	int32_t under_way = EINPROGRESS;

	__atomic_fetch_and(&socket->flags, ~TRACE_SOCKET_CONNECTING, __ATOMIC_RELAXED);
	if (connect == NULL ||
	    !__atomic_compare_exchange_n(&connect->error, &under_way, error, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	if (error == 0) {
		connect_read_local(connect, socket->family, fd);
		__atomic_fetch_or(&socket->flags, TRACE_SOCKET_CONNECTED, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&connect->finished_ns, clock_now_ns(), __ATOMIC_RELEASE);
}

void recorder_connected(struct trace_socket *socket, int fd, const struct sockaddr *peer,
			socklen_t size)
{
	struct connect_ends ends = {.local_path = NULL};
	struct trace_connect *connect;
	struct sockaddr_storage local;
	socklen_t local_size;

	recorder_address(&ends.peer, peer, size, &ends.peer_path);
	if (connect_local_address(fd, &local, &local_size))
		recorder_address(&ends.local, (struct sockaddr *)&local, local_size,
				 &ends.local_path);
	connect = connect_new(socket, &ends);
	if (connect == NULL)
		return;
	connect->started_ns = socket->created_ns;
	connect->finished_ns = clock_now_ns();
	connect_publish(socket, connect);
	__atomic_fetch_or(&socket->flags, TRACE_SOCKET_CONNECTED, __ATOMIC_RELAXED);
}

struct trace_connect *recorder_connecting(int fd, const struct sockaddr *address, socklen_t size)
{
	struct trace_socket *socket = recorder_known(fd);
	struct connect_ends ends = {.local_path = NULL};
	struct trace_connect *connect;
	struct recorder_capture capture;

	if (socket == NULL || address == NULL || size < sizeof(address->sa_family) ||
	    address->sa_family == AF_UNSPEC)
		return NULL;
	/* connect() is also how some ask whether an earlier one is done (EALREADY, EISCONN). */
	if (recorder_has_flag(socket, TRACE_SOCKET_CONNECTING))
		return socket_connect(socket);
	if (recorder_has_flag(socket, TRACE_SOCKET_CONNECTED) && recorder_is_stream(socket))
		return NULL;
	recorder_address(&ends.peer, address, size, &ends.peer_path);
	connect = connect_new(socket, &ends);
	if (connect == NULL)
		return NULL;
	connect->started_ns = clock_now_ns();
	connect->error = EINPROGRESS;
	connect->stack = recorder_capture(&capture, RECORDER_CONNECT, socket->id, fd);
	connect_publish(socket, connect);
	recorder_link_captured(&capture, socket->id, TRACE_LINK_OWNER);
	return connect;
}

void recorder_connect_returned(int fd, struct trace_connect *connect, int result, int error)
{
	struct trace_socket *socket = recorder_known(fd);

	if (connect == NULL || socket == NULL || !sink_holds(connect) ||
	    connect->socket != socket->id)
		return;
	if (result == 0 || error == EISCONN)
		recorder_connect_finish(socket, fd, 0);
	else if (error == EINPROGRESS || error == EALREADY || error == EINTR)
		__atomic_fetch_or(&socket->flags, TRACE_SOCKET_CONNECTING, __ATOMIC_RELAXED);
	else
		recorder_connect_finish(socket, fd, error);
}

void recorder_connect_decided(int fd, int error)
{
	struct trace_socket *socket = recorder_known(fd);

	if (socket == NULL)
		return;
	if (recorder_has_flag(socket, TRACE_SOCKET_CONNECTING))
		recorder_connect_finish(socket, fd, error);
	else if (error != 0 && RECORDER_LIVE(socket->io_error) == 0)
		__atomic_store_n(&socket->io_error, error, __ATOMIC_RELAXED);
}

static void address_write(const struct trace_socket *socket, const struct sockaddr *address,
			  socklen_t size, bool is_local)
{
	struct trace_socket_address *record;
	struct trace_address translated;
	const char *path;
	uint32_t path_size;

	recorder_address(&translated, address, size, &path);
	path_size = path != NULL ? translated.scope_or_size : 0;
	record = translated.family != 0 ? sink_reserve(sizeof(*record) + path_size) : NULL;
	if (record == NULL)
		return;
	record->socket = socket->id;
	record->is_local = is_local;
	record->time_ns = clock_now_ns();
	record->address = translated;
	if (path_size > 0)
		memcpy(record + 1, path, path_size);
	sink_commit(&record->record, TRACE_ADDRESS);
}

/* One that was never bound has the wildcard address and port 0 (ip(7)). */
static bool address_is_bound(const struct sockaddr *address, socklen_t size)
{
	struct trace_address translated;
	const char *path;

	recorder_address(&translated, address, size, &path);
	return translated.family == AF_UNIX || translated.port != 0;
}

/* Asks the kernel: bind to port 0, or to an empty UNIX name, lets it choose (ip(7), unix(7)). */
void recorder_bound(int fd, const struct sockaddr *address, socklen_t size)
{
	struct trace_socket *socket = recorder_known(fd);
	struct sockaddr_storage bound;
	socklen_t bound_size = sizeof(bound);
	bool is_asked;

	if (socket == NULL)
		return;
	is_asked = address == NULL;
	if (kernel_call3(SYS_getsockname, fd, &bound, &bound_size) == 0) {
		address = (struct sockaddr *)&bound;
		size = bound_size;
	}
	if (!is_asked || address_is_bound(address, size))
		address_write(socket, address, size, true);
}

/* Returns false when the flag stood already. */
static bool socket_raise_flag(struct trace_socket *socket, uint32_t flag)
{
	if (recorder_has_flag(socket, flag))
		return false;
	return !(__atomic_fetch_or(&socket->flags, flag, __ATOMIC_RELAXED) & flag);
}

void recorder_addressed(struct trace_socket *socket, int fd, const struct sockaddr *address,
			socklen_t size, int error)
{
	struct trace_connect *connect;

	if (!recorder_is_ready() || !sink_holds(socket))
		return;
	if (!recorder_is_stream(socket)) {
		if (socket_raise_flag(socket, TRACE_SOCKET_HAS_DESTINATION))
			address_write(socket, address, size, false);
		return;
	}
	/* TCP Fast Open: the handshake goes on behind the send (tcp(7), RFC 7413). */
	connect = recorder_connecting(fd, address, size);
	if (connect != NULL)
		recorder_connect_returned(fd, connect, -1, error);
}
