/* fuzz_html.c - any page becomes text: valid, and not much longer than the page. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/utf8.h"
#include "tool/html.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = { 0 };
	html_text(&out, (const char *)data, n);
	if (!utf8_is_valid(buf_str(&out), out.len) || out.len > n * 4 + 64)
		abort();
	buf_done(&out);
	return 0;
}
