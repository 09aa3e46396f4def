#include "fixture.h"

#include "command.h"
#include "scratch.h"

void fixture_release(void)
{
	command_kill_all();
	scratch_remove_all();
}
