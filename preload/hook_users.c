/* Names of users and groups, which libc's modules (nss(5)) may look up over sockets of their own.
 */
#include "hook.h"

#include "hook_bracket.h"
#include "real.h"

HOOK_EXPORT struct passwd *getpwnam(const char *name)
{
	struct passwd *result;

	HOOK_BRACKET(result = REAL(getpwnam)(name));
	return result;
}

HOOK_EXPORT struct passwd *getpwuid(uid_t user)
{
	struct passwd *result;

	HOOK_BRACKET(result = REAL(getpwuid)(user));
	return result;
}

HOOK_EXPORT int getpwnam_r(const char *restrict name, struct passwd *restrict entry,
			   char *restrict buffer, size_t size, struct passwd **restrict found)
{
	int result;

	HOOK_BRACKET(result = REAL(getpwnam_r)(name, entry, buffer, size, found));
	return result;
}

HOOK_EXPORT int getpwuid_r(uid_t user, struct passwd *restrict entry, char *restrict buffer,
			   size_t size, struct passwd **restrict found)
{
	int result;

	HOOK_BRACKET(result = REAL(getpwuid_r)(user, entry, buffer, size, found));
	return result;
}

HOOK_EXPORT struct group *getgrnam(const char *name)
{
	struct group *result;

	HOOK_BRACKET(result = REAL(getgrnam)(name));
	return result;
}

HOOK_EXPORT struct group *getgrgid(gid_t group)
{
	struct group *result;

	HOOK_BRACKET(result = REAL(getgrgid)(group));
	return result;
}

HOOK_EXPORT int getgrnam_r(const char *restrict name, struct group *restrict entry,
			   char *restrict buffer, size_t size, struct group **restrict found)
{
	int result;

	HOOK_BRACKET(result = REAL(getgrnam_r)(name, entry, buffer, size, found));
	return result;
}

HOOK_EXPORT int getgrgid_r(gid_t group, struct group *restrict entry, char *restrict buffer,
			   size_t size, struct group **restrict found)
{
	int result;

	HOOK_BRACKET(result = REAL(getgrgid_r)(group, entry, buffer, size, found));
	return result;
}

HOOK_EXPORT int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	int result;

	HOOK_BRACKET(result = REAL(getgrouplist)(user, group, groups, count));
	return result;
}

HOOK_EXPORT int initgroups(const char *user, gid_t group)
{
	int result;

	HOOK_BRACKET(result = REAL(initgroups)(user, group));
	return result;
}
