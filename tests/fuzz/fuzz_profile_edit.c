/* fuzz_profile_edit.c - whatever the file is: what is written is read back, and nothing else changed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/profile-edit.h"
#include "base/ini.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct profile_setting settings[] = { { "region", "eu-west-1" }, { "x", NULL } };
static const struct profile_edit edit = { "profile", "dev", settings, 2, true };

static void
check(int truth)
{
	if (!truth)
		abort();
}

/* Each section and property that was there is there, but for those two. */
static void
check_rest(const struct ini *before, const struct ini *after)
{
	for (size_t i = 0; i < before->sections.n; i++) {
		const struct ini_section *s = &before->sections.v[i];
		bool ours = str_same(s->prefix, "profile") && strcmp(s->name, "dev") == 0;
		for (size_t k = 0; k < s->properties.n; k++) {
			const char *key = s->properties.v[k].name;
			if (ours && (strcmp(key, "region") == 0 || strcmp(key, "x") == 0))
				continue;
			const struct ini_property *a = ini_find(before, s->prefix, s->name, key);
			const struct ini_property *b = ini_find(after, s->prefix, s->name, key);
			check(b != NULL && strcmp(a->value, b->value) == 0);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 16384)
		return 0;
	char *copy = mem_dup(data, n);  /* without a NUL behind it */
	struct buf out;
	struct err err = { 0 };
	buf_init(&out, 0);
	int rc = profile_edit_text("f", copy, n, &edit, &out, &err);
	struct ini *before = ini_parse("f", copy, n, NULL);
	check((rc == 0) == (before != NULL));
	if (rc == 0) {
		struct ini *after = ini_parse("f", buf_str(&out), out.len, &err);
		check(after != NULL);
		const struct ini_property *region = ini_find(after, "profile", "dev", "region");
		check(region != NULL && strcmp(region->value, "eu-west-1") == 0);
		check(ini_find(after, "profile", "dev", "x") == NULL);
		check_rest(before, after);
		ini_free(after);
	}
	ini_free(before);
	buf_done(&out);
	free(copy);
	return 0;
}
