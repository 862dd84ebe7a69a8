/* params.c - see params.h. */
#include "config.h"

#include "model/params.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* The members that point somewhere: to add a text to struct converse_params, add its row. */
static const size_t texts[] = {
	offsetof(struct converse_params, service_tier),
	offsetof(struct converse_params, guardrail_id),
	offsetof(struct converse_params, guardrail_version),
	offsetof(struct converse_params, guardrail_mode),
	offsetof(struct converse_params, guardrail_trace),
	offsetof(struct converse_params, latency),
	offsetof(struct converse_params, extra_fields),
};
static const size_t lists[] = {
	offsetof(struct converse_params, stop_sequences),
	offsetof(struct converse_params, metadata),
};

static const char **
text_at(struct converse_params *p, size_t at)
{
	return (const char **)(void *)((char *)p + at);
}

static const char *const **
list_at(struct converse_params *p, size_t at)
{
	return (const char *const **)(void *)((char *)p + at);
}

static const char *const *
list_copy(const char *const *from)
{
	if (from == NULL)
		return NULL;
	size_t n = 0;
	while (from[n] != NULL)
		n++;
	const char **to = mem_alloc((n + 1) * sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = mem_strdup(from[i]);
	return to;
}

static void
list_free(const char *const *list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free((void *)(uintptr_t)list[i]);
	free((void *)(uintptr_t)list);
}

void
params_copy(struct converse_params *to, const struct converse_params *from)
{
	*to = *from;
	for (size_t i = 0; i < N(texts); i++)
		*text_at(to, texts[i]) = mem_strdup(*text_at(to, texts[i]));
	for (size_t i = 0; i < N(lists); i++)
		*list_at(to, lists[i]) = list_copy(*list_at(to, lists[i]));
}

void
params_done(struct converse_params *p)
{
	for (size_t i = 0; i < N(texts); i++)
		free((void *)(uintptr_t)*text_at(p, texts[i]));
	for (size_t i = 0; i < N(lists); i++)
		list_free(*list_at(p, lists[i]));
	*p = (struct converse_params){ 0 };
}
