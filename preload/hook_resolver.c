/*
 * Names of hosts. The answers give peers their names; and what the modules that libc asks (nss(5))
 * open and close on the way is no socket of the program's. libc's own calls cross no hook at all.
 */
#include "hook.h"

#include <arpa/inet.h>
#include <string.h>

#include "clock.h"
#include "hook_bracket.h"
#include "real.h"

static void hook_named(const char *name, const struct addrinfo *answers, uint64_t started_ns)
{
	struct hook_scope scope;

	if (name == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	for (const struct addrinfo *answer = answers; answer != NULL; answer = answer->ai_next)
		recorder_named(name, answer->ai_addr, answer->ai_addrlen, started_ns);
	hook_leave(scope);
}

HOOK_EXPORT int getaddrinfo(const char *restrict node, const char *restrict service,
			    const struct addrinfo *restrict hints,
			    struct addrinfo **restrict answers)
{
	uint64_t started_ns = clock_now_ns();
	int result;

	HOOK_BRACKET(result = REAL(getaddrinfo)(node, service, hints, answers));
	if (result == 0)
		hook_named(node, *answers, started_ns);
	return result;
}

HOOK_EXPORT int getnameinfo(const struct sockaddr *restrict address, socklen_t size,
			    char *restrict host, socklen_t host_size, char *restrict service,
			    socklen_t service_size, int flags)
{
	int result;

	HOOK_BRACKET(result = REAL(getnameinfo)(address, size, host, host_size, service,
						service_size, flags));
	return result;
}

/* ---- the older calls ---- */

static void hook_host_address(const char *name, const struct hostent *host, const char *bytes,
			      uint64_t started_ns)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (host->h_addrtype == AF_INET) {
		memcpy(&v4.sin_addr, bytes, sizeof(v4.sin_addr));
		recorder_named(name, (struct sockaddr *)&v4, sizeof(v4), started_ns);
	} else if (host->h_addrtype == AF_INET6) {
		memcpy(&v6.sin6_addr, bytes, sizeof(v6.sin6_addr));
		recorder_named(name, (struct sockaddr *)&v6, sizeof(v6), started_ns);
	}
}

static void hook_host_named(const char *name, const struct hostent *host, uint64_t started_ns)
{
	struct hook_scope scope;

	if (host == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	for (char **bytes = host->h_addr_list; *bytes != NULL; bytes++)
		hook_host_address(name, host, *bytes, started_ns);
	hook_leave(scope);
}

HOOK_EXPORT struct hostent *gethostbyname(const char *name)
{
	uint64_t started_ns = clock_now_ns();
	struct hostent *result;

	HOOK_BRACKET(result = REAL(gethostbyname)(name));
	hook_host_named(name, result, started_ns);
	return result;
}

HOOK_EXPORT struct hostent *gethostbyname2(const char *name, int family)
{
	uint64_t started_ns = clock_now_ns();
	struct hostent *result;

	HOOK_BRACKET(result = REAL(gethostbyname2)(name, family));
	hook_host_named(name, result, started_ns);
	return result;
}

HOOK_EXPORT int gethostbyname_r(const char *restrict name, struct hostent *restrict host,
				char *restrict buffer, size_t size, struct hostent **restrict found,
				int *restrict error)
{
	uint64_t started_ns = clock_now_ns();
	int result;

	HOOK_BRACKET(result = REAL(gethostbyname_r)(name, host, buffer, size, found, error));
	if (result == 0)
		hook_host_named(name, *found, started_ns);
	return result;
}

HOOK_EXPORT int gethostbyname2_r(const char *restrict name, int family,
				 struct hostent *restrict host, char *restrict buffer, size_t size,
				 struct hostent **restrict found, int *restrict error)
{
	uint64_t started_ns = clock_now_ns();
	int result;

	HOOK_BRACKET(
		result = REAL(gethostbyname2_r)(name, family, host, buffer, size, found, error));
	if (result == 0)
		hook_host_named(name, *found, started_ns);
	return result;
}

HOOK_EXPORT struct hostent *gethostbyaddr(const void *address, socklen_t size, int family)
{
	struct hostent *result;

	HOOK_BRACKET(result = REAL(gethostbyaddr)(address, size, family));
	return result;
}

HOOK_EXPORT int gethostbyaddr_r(const void *restrict address, socklen_t size, int family,
				struct hostent *restrict host, char *restrict buffer, size_t room,
				struct hostent **restrict found, int *restrict error)
{
	int result;

	HOOK_BRACKET(result = REAL(gethostbyaddr_r)(address, size, family, host, buffer, room,
						    found, error));
	return result;
}
