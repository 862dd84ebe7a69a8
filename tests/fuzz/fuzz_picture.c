/* fuzz_picture.c - image files of any shape: no crash, nothing read past the end, sizes that make sense. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 65536)
		return 0;
	char *copy = mem_dup(data, n);          /* without anything behind it */
	struct picture p = picture_of(copy, n);
	if (p.width < 0 || p.height < 0 || (p.format == NULL && p.width != 0))
		abort();
	free(copy);
	return 0;
}
