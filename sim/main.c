/* main.c - adit-sim, the Bedrock simulator. */
#include "config.h"

int
main(void)
{
	return 0;
}
