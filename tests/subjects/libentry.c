/*
 * Two plug-ins in one: entry_open() for a program that opens this with RTLD_DEEPBIND, and a name
 * service module "entry" for libc (nss(5)), which opens a socket for each name.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <nss.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int entry_open(void);
enum nss_status _nss_entry_gethostbyname2_r(const char *name, int family, struct hostent *host,
					    char *buffer, size_t size, int *error, int *host_error);
enum nss_status _nss_entry_gethostbyname_r(const char *name, struct hostent *host, char *buffer,
					   size_t size, int *error, int *host_error);

int entry_open(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
	    connect(fd, (struct sockaddr *)&address, size) != 0)
		return -1;
	return fd;
}

struct entry_answer {
	char *aliases[1], *addresses[2];
	struct in_addr address;
	char name[];
};

enum nss_status _nss_entry_gethostbyname2_r(const char *name, int family, struct hostent *host,
					    char *buffer, size_t size, int *error, int *host_error)
{
	struct entry_answer *answer = (struct entry_answer *)(void *)buffer;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)size, (void)error, (void)host_error;
	if (fd >= 0)
		close(fd);
	if (family != AF_INET)
		return NSS_STATUS_NOTFOUND;
	memset(answer, 0, sizeof(*answer));
	strcpy(answer->name, name);
	answer->address.s_addr = htonl(INADDR_LOOPBACK);
	answer->addresses[0] = (char *)&answer->address;
	host->h_name = answer->name;
	host->h_aliases = answer->aliases;
	host->h_addrtype = AF_INET;
	host->h_length = sizeof(answer->address);
	host->h_addr_list = answer->addresses;
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_entry_gethostbyname_r(const char *name, struct hostent *host, char *buffer,
					   size_t size, int *error, int *host_error)
{
	return _nss_entry_gethostbyname2_r(name, AF_INET, host, buffer, size, error, host_error);
}
