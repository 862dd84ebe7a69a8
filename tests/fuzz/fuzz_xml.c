/* fuzz_xml.c - answers of STS of any shape: no crash, and a refusal leaves nothing behind. */
#include <stdint.h>
#include <stdlib.h>

#include "aws/xml.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const paths[] = { "a/b", "ErrorResponse/Error/Code",
		"AssumeRoleResponse/AssumeRoleResult/Credentials/AccessKeyId" };
	if (n > 65536)
		return 0;
	char *copy = mem_dup(data, n);          /* without a NUL behind it */
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct buf b;
		buf_init(&b, 0);
		buf_puts(&b, "before");
		if (!xml_text(copy, n, paths[i], &b) && b.len != 6)
			abort();
		if (b.len > 6 + n)
			abort();
		buf_done(&b);
	}
	free(copy);
	return 0;
}
