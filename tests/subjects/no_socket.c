/* Opens no socket, and prints what is mapped into it. */
#include "facts.h"

int main(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4200];

	MUST(maps != NULL);
	while (fgets(line, sizeof(line), maps) != NULL)
		fputs(line, stdout);
	return fclose(maps);
}
