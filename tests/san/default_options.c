/*
 * Linked into a sanitized socklife alone: when it asks its library about a file of handles, it runs
 * itself with the library preloaded and nothing else in the environment (analyzer/run_handles.c).
 * The library then comes before AddressSanitizer's runtime, which is as it should be
 * (gcc.gnu.org's libsanitizer: __asan_default_options is for the program to define).
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}
