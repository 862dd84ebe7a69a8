/* fuzz_definition.c - agents/NAME.md of any shape: no crash, and a reason whenever there is nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = { 0 };
	struct definition *d = definition_parse("fuzz", (const char *)data, n, &err);
	if ((d == NULL) == (err.code == ERR_NONE))
		abort();
	if (d != NULL && !d->has_tools && d->tools.n > 0)
		abort();
	definition_free(d);
	return 0;
}
