/* warmth.c - see warmth.h. */
#include "config.h"

#include "agent/warmth.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/price.h"

void
warmth_done(struct warmth *w)
{
	free(w->model);
	*w = (struct warmth){ 0 };
}

void
warmth_take(struct warmth *w, const char *model, const struct usage *u, int64_t now, bool hour)
{
	if (!str_same(w->model, model)) {
		free(w->model);
		w->model = mem_strdup(model);
	}
	w->tokens = u->cache_read + u->cache_write;
	w->at = w->tokens > 0 ? now : 0;
	w->hour = hour;
}

int64_t
warmth_left(const struct warmth *w, int64_t now)
{
	if (w->at == 0 || w->tokens < WARMTH_LARGE)
		return -1;
	int64_t left = w->at + (w->hour ? 3600 : 300) - now;
	return left > 0 ? left : 0;
}

bool
warmth_lost(const struct warmth *w, const char *model, const char *tier, int64_t now,
    struct warmth_loss *out)
{
	int64_t left = warmth_left(w, now);
	bool other = !str_same(w->model, model);
	if (left < 0 || (left > 0 && !other))
		return false;
	struct usage again = { .known = true, .cache_write = w->tokens,
		.cache_write_1h = w->hour ? w->tokens : 0 };
	*out = (struct warmth_loss){ .tokens = w->tokens, .other_model = left > 0,
		.cost = price_usage(&again, model, tier) };
	return true;
}
