// The plug-in of thrower.c.
#include <stdexcept>
#include <string>

namespace
{
void fail(int value)
{
	throw std::runtime_error(std::to_string(value));
}
} // namespace

extern "C" int plugin_throw(int value)
{
	try {
		fail(value);
	} catch (const std::exception &error) {
		return std::stoi(error.what());
	}
	return -1;
}
