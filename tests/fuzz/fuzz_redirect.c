/* fuzz_redirect.c - what a browser, or anybody, sends to the loopback port. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 16384)
		return 0;
	char *copy = mem_dup(data, n);
	struct buf text;
	buf_init(&text, 16384);
	enum redirect_verdict v = redirect_read(copy, n, "/cb", "s", &text);
	if (v == REDIRECT_CODE && text.len == 0)
		abort();
	if ((v == REDIRECT_UNFINISHED || v == REDIRECT_OTHER || v == REDIRECT_WRONG_STATE) && text.len != 0)
		abort();
	buf_done(&text);
	free(copy);
	return 0;
}
