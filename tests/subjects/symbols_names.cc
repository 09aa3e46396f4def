// Prints a return address inside a C++ method, as symbols_chain.c does, and one inside a lambda.
#include <cinttypes>
#include <cstdio>
#include <link.h>

static int main_object_bias(struct dl_phdr_info *info, size_t, void *bias)
{
	*static_cast<uint64_t *>(bias) = info->dlpi_addr;
	return 1;
}

__attribute__((noinline)) static void here(const char *name, const char *function, int line)
{
	uint64_t bias = 0;

	dl_iterate_phdr(main_object_bias, &bias);
	printf("%s %" PRIx64 " %s:%d\n", name,
	       reinterpret_cast<uint64_t>(__builtin_return_address(0)) - bias, function, line);
}

namespace net
{
class Session
{
      public:
	__attribute__((noinline)) void open(int times);
	__attribute__((noinline)) void each(int times);
};

void Session::open(int times)
{
	here("method", "net::Session::open(int)", __LINE__);
	__asm__ volatile("" : "+r"(times)::"memory");
}

void Session::each(int times)
{
	auto visit = [](int number) __attribute__((noinline))
	{
		here("lambda", "operator()", __LINE__);
		__asm__ volatile("" : "+r"(number)::"memory");
	};

	visit(times);
	__asm__ volatile("" ::: "memory");
}
} // namespace net

int main()
{
	net::Session session;

	session.open(1);
	session.each(1);
	return 0;
}
