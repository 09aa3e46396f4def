/* One conversation over each address family and socket type; the argument chooses. */
#include "facts.h"

struct endpoint {
	struct sockaddr_storage address;
	socklen_t size;
};

static struct endpoint endpoint_inet(void)
{
	struct endpoint endpoint = {.size = sizeof(struct sockaddr_in)};
	struct sockaddr_in address = loopback(0);

	memcpy(&endpoint.address, &address, sizeof(address));
	return endpoint;
}

static struct endpoint endpoint_inet6(void)
{
	struct endpoint endpoint = {.size = sizeof(struct sockaddr_in6)};
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	memcpy(&endpoint.address, &address, sizeof(address));
	return endpoint;
}

static struct endpoint endpoint_unix(const char *name, size_t name_size)
{
	struct endpoint endpoint = {0};
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, name, name_size);
	memcpy(&endpoint.address, &address, sizeof(address));
	endpoint.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_size);
	return endpoint;
}

static struct endpoint endpoint_path(void)
{
	return endpoint_unix("server.sock", sizeof("server.sock"));
}

static struct endpoint endpoint_abstract(void)
{
	char name[32] = {0};
	int length = snprintf(name + 1, sizeof(name) - 1, "socklife-%d", (int)getpid());

	return endpoint_unix(name, (size_t)length + 1);
}

static bool is_bound(int fd, const struct endpoint *endpoint)
{
	return bind(fd, (const struct sockaddr *)&endpoint->address, endpoint->size) == 0;
}

/* Containers often have no ::1; what is mapped into IPv6 they have. */
static void address_map(struct endpoint *endpoint)
{
	struct sockaddr_in6 *address = (struct sockaddr_in6 *)&endpoint->address;

	MUST(endpoint->address.ss_family == AF_INET6 && errno == EADDRNOTAVAIL);
	MUST(inet_pton(AF_INET6, "::ffff:127.0.0.1", &address->sin6_addr) == 1);
}

static int endpoint_bind(struct endpoint *endpoint, int type)
{
	int fd = socket(endpoint->address.ss_family, type, 0);

	MUST(fd >= 0);
	if (!is_bound(fd, endpoint)) {
		address_map(endpoint);
		MUST(is_bound(fd, endpoint));
	}
	endpoint->size = sizeof(endpoint->address);
	MUST(getsockname(fd, (struct sockaddr *)&endpoint->address, &endpoint->size) == 0);
	fact("listener_fd", fd);
	fact_local("listener", fd);
	return fd;
}

/* A UNIX client that has a name of its own. */
static void client_name(int client)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "client.sock"};

	MUST(bind(client, (struct sockaddr *)&name, sizeof(name)) == 0);
}

static void conversation(int client, int server)
{
	fact("client_fd", client);
	fact("server_fd", server);
	bytes_send(client, 1000);
	bytes_receive(server, 1000);
	bytes_send(server, 300);
	bytes_receive(client, 300);
	MUST(close(client) == 0);
	MUST(close(server) == 0);
}

static void connected_run(struct endpoint endpoint, int type, bool is_client_named)
{
	int listener = endpoint_bind(&endpoint, type);
	int client = socket(endpoint.address.ss_family, type | SOCK_CLOEXEC, 0);
	int server;

	MUST(listen(listener, 5) == 0);
	if (is_client_named)
		client_name(client);
	MUST(connect(client, (struct sockaddr *)&endpoint.address, endpoint.size) == 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	MUST(server >= 0);
	fact_local("client", client);
	conversation(client, server);
	MUST(close(listener) == 0);
}

static void datagram_run(struct endpoint endpoint)
{
	char bytes[64] = {0};
	int receiver = endpoint_bind(&endpoint, SOCK_DGRAM);
	int sender = socket(endpoint.address.ss_family, SOCK_DGRAM, 0);

	fact("client_fd", sender);
	MUST(sendto(sender, bytes, 40, 0, (struct sockaddr *)&endpoint.address, endpoint.size) ==
	     40);
	MUST(sendto(sender, bytes, 2, 0, (struct sockaddr *)&endpoint.address, endpoint.size) == 2);
	MUST(recvfrom(receiver, bytes, sizeof(bytes), 0, NULL, NULL) == 40);
	MUST(recvfrom(receiver, bytes, sizeof(bytes), 0, NULL, NULL) == 2);
	MUST(close(sender) == 0);
	MUST(close(receiver) == 0);
}

static void inet(void)
{
	connected_run(endpoint_inet(), SOCK_STREAM, false);
}

static void inet6(void)
{
	connected_run(endpoint_inet6(), SOCK_STREAM, false);
}

static void path(void)
{
	connected_run(endpoint_path(), SOCK_STREAM, false);
}

static void abstract(void)
{
	connected_run(endpoint_abstract(), SOCK_STREAM, false);
}

static void named_client(void)
{
	connected_run(endpoint_path(), SOCK_STREAM, true);
}

static void seqpacket(void)
{
	connected_run(endpoint_path(), SOCK_SEQPACKET, false);
}

static void datagram_inet(void)
{
	datagram_run(endpoint_inet());
}

static void datagram_unix(void)
{
	datagram_run(endpoint_path());
}

static void pair(void)
{
	int fds[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	conversation(fds[0], fds[1]);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"inet", inet},
		{"inet6", inet6},
		{"path", path},
		{"abstract", abstract},
		{"named-client", named_client},
		{"seqpacket", seqpacket},
		{"datagram-inet", datagram_inet},
		{"datagram-unix", datagram_unix},
		{"pair", pair},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
