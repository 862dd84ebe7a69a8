/*
 * fuzz_toolargs.c - whatever a model sends as arguments: taken, or refused with a sentence; and
 * what rules and ignore files make of it.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tool/ignore.h"
#include "tool/policy.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tool_place nowhere = { .root = "/nonexistent" };
	for (size_t i = 0; tool_at(i) != NULL; i++) {
		struct buf why = { 0 };
		struct tool_call *c = tool_call_new(tool_at(i), &nowhere, (const char *)data, n, &why);
		if ((c == NULL) != (why.len > 0))
			abort();
		tool_call_free(c);
		buf_done(&why);
	}
	/* The first line is a pattern, the rest a text and an ignore file. */
	char *text = mem_strndup((const char *)data, n < 400 ? n : 400), *rest = strchr(text, '\n');
	if (rest != NULL)
		*rest++ = '\0';
	else
		rest = text + strlen(text);
	policy_glob(text, rest, "/");
	ignore_glob(text, rest);
	struct ignore ig = { 0 };
	ignore_add(&ig, 0, (const char *)data, n);
	ignore_matches(&ig, rest, false);
	ignore_done(&ig);
	struct policy p = { 0 };
	policy_add(&p, POLICY_ALLOW, POLICY_SESSION, text, NULL, NULL);
	policy_done(&p);
	free(text);
	return 0;
}
