/* fuzz_ini.c - AWS files of any shape: no crash, and what is found is what was read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(int truth)
{
	if (!truth)
		abort();
}

static void
look_up_everything(const struct ini *ini)
{
	for (size_t i = 0; i < ini->sections.n; i++) {
		const struct ini_section *s = &ini->sections.v[i];
		check(ini_has(ini, s->prefix, s->name));
		for (size_t k = 0; k < s->properties.n; k++) {
			const struct ini_property *p = &s->properties.v[k];
			check(p->value != NULL && p->line > s->line);
			check(ini_find(ini, s->prefix, s->name, p->name) != NULL);
			for (size_t j = 0; j < p->block.n; j++)
				check(ini_item(p, p->block.v[j].name) != NULL);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 65536)
		return 0;
	/* Without a NUL behind it, so that the sanitizer sees a byte read too far. */
	char *copy = mem_dup(data, n);
	struct err err = { 0 };
	struct ini *ini = ini_parse("f", copy, n, &err);
	free(copy);
	check((ini == NULL) == (err.code != ERR_NONE));
	if (ini != NULL)
		look_up_everything(ini);
	ini_free(ini);
	return 0;
}
