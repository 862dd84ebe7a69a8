/* status.c - the status line; see status.h. */
#include "config.h"

#include "ui/status.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/bar.h"
#include "ui/pane.h"
#include "ui/theme.h"

#define SPIN_MS 250

enum { GOES_RATE = 7, GOES_EFFORT = 6, GOES_KEYS = 5, GOES_TOKENS = 4, GOES_COST = 3,
	GOES_CONTEXT_BAR = 2, GOES_CONTEXT = 1 };

/* "987", "18.2k", "1.2M" */
static void
add_count(struct buf *out, int64_t n)
{
	if (n < 1000)
		buf_printf(out, "%d", (int)n);
	else if (n < 100000)
		buf_printf(out, "%.1fk", (double)n / 1000);
	else if (n < 1000000)
		buf_printf(out, "%dk", (int)(n / 1000));
	else
		buf_printf(out, "%.1fM", (double)n / 1e6);
}

/* Takes new figures when the old ones stood long enough. Returns the ms until then, -1 = new. */
static int
take_figures(struct status *s, const struct agent *agent, const struct agent_status *now)
{
	int64_t ms = clock_ms();
	bool same = s->agent == agent && s->state == now->state;
	if (same && ms - s->at < STATUS_FIGURES_MS)
		return s->tokens_out != now->tokens_out || s->rate != now->rate ||
			       s->cost != now->cost || s->context_used != now->context_used
			   ? (int)(s->at + STATUS_FIGURES_MS - ms)
			   : -1;
	*s = (struct status){ .agent = agent, .state = now->state, .at = ms,
		.context_used = now->context_used, .tokens_in = now->tokens_in,
		.tokens_out = now->tokens_out, .cost = now->cost, .rate = now->rate };
	return -1;
}

static void
add_context(struct bar *bar, long used, long window)
{
	if (window <= 0)
		return;
	int percent = (int)(used >= window ? 100 : used * 100 / window);
	uint8_t role = percent >= 85 ? UI_STATUS_WARN : UI_STATUS;
	struct buf gauge;
	buf_init(&gauge, 256);
	buf_puts(&gauge, theme_sign(SIGN_BAR_LEFT));
	for (int i = 0; i < 6; i++)
		buf_puts(&gauge, theme_sign(i * 100 < percent * 6 ? SIGN_BAR_FULL : SIGN_BAR_EMPTY));
	buf_puts(&gauge, theme_sign(SIGN_BAR_RIGHT));
	bar_add(bar, UI_STATUS, GOES_CONTEXT, "   %s", _("ctx"));
	bar_add(bar, role, GOES_CONTEXT_BAR, " %s", buf_str(&gauge));
	bar_add(bar, role, GOES_CONTEXT, " %d%%", percent);
	buf_done(&gauge);
}

static void
add_figures(struct bar *bar, const struct status *s, const struct agent_status *now)
{
	add_context(bar, s->context_used, now->context_window);
	if (s->tokens_in > 0 || s->tokens_out > 0) {
		struct buf n;
		buf_init(&n, 128);
		buf_printf(&n, "   %s", theme_sign(SIGN_UP));
		add_count(&n, s->tokens_in);
		buf_printf(&n, " %s", theme_sign(SIGN_DOWN));
		add_count(&n, s->tokens_out);
		bar_add(bar, UI_STATUS, GOES_TOKENS, "%s", buf_str(&n));
		buf_done(&n);
	}
	if (s->cost > 0)
		bar_add(bar, UI_STATUS, GOES_COST, "   $%.*f", s->cost < 0.1 ? 3 : 2, s->cost);
	if (now->cold_tokens > 0) {
		/* TRANSLATORS: a prompt cache that has expired, in thousands of tokens */
		bar_add(bar, UI_STATUS_WARN, GOES_CONTEXT, "   ");
		bar_add(bar, UI_STATUS_WARN, GOES_CONTEXT, _("cache cold: %dk"), (int)(now->cold_tokens / 1000));
		if (now->cold_cost >= 0)
			bar_add(bar, UI_STATUS_WARN, GOES_CONTEXT, " $%.2f", now->cold_cost);
	}
	if (s->rate > 0) {
		bar_add(bar, UI_STATUS, GOES_RATE, "   ");
		bar_add(bar, UI_STATUS, GOES_RATE, _("%d tok/s"), (int)(s->rate + 0.5));
	}
}

static void
add_model(struct bar *bar, const struct agent_status *s)
{
	const char *model = s->model_short != NULL ? s->model_short
			    : s->model != NULL     ? s->model
						   : _("no model chosen");
	uint8_t goes = s->state == AGENT_RETRYING ? GOES_RATE : 0; /* the reason matters more */
	bar_add(bar, UI_STATUS_STRONG, goes, " %.60s", model);
	if (s->effort != EFFORT_NONE) {
		bar_add(bar, UI_STATUS, GOES_EFFORT, " %s ", theme_sign(SIGN_SEPARATOR));
		bar_add(bar, UI_STATUS, GOES_EFFORT, _("effort %s"), effort_name(s->effort));
	}
}

/* What is being waited for. Returns the ms until it says something else. */
static int
add_waiting(struct bar *bar, const struct agent_status *s, unsigned tick)
{
	struct buf time;
	buf_init(&time, 64);
	pane_add_time(&time, s->elapsed_ms);
	int next = SPIN_MS;
	if (s->state == AGENT_SIGNING) {
		bar_add(bar, UI_STATUS, 0, "   %s %s", theme_spinner(tick), _("signing the request"));
	} else if (s->state == AGENT_WAITING) {
		bar_add(bar, UI_STATUS, 0, "   %s ", theme_spinner(tick));
		bar_add(bar, UI_STATUS, 0, _("waiting %s"), buf_str(&time));
	} else if (s->state == AGENT_THINKING) {
		bar_add(bar, UI_STATUS, 0, "   ");
		bar_add(bar, UI_STATUS, 0, _("thinking %s"), buf_str(&time));
		next = 1000;
	} else if (s->state == AGENT_WORKING) {
		bar_add(bar, UI_STATUS, 0, "   %s ", theme_spinner(tick));
		bar_add(bar, UI_STATUS, 0, _("working %s"), buf_str(&time));
	} else if (s->state == AGENT_ASKING) {
		bar_add(bar, UI_STATUS_WARN, 0, "   %s", _("waits for your answer"));
		next = -1;
	} else if (s->state == AGENT_RETRYING) {
		buf_reset(&time);
		pane_add_time(&time, s->retry_in_ms + 999);
		bar_add(bar, UI_STATUS_WARN, 0, "   ");
		bar_add(bar, UI_STATUS_WARN, 0, _("%s; trying again in %s (%d of %d)"),
		    s->retry_reason != NULL ? s->retry_reason : _("The request failed"),
		    buf_str(&time), s->attempt, s->attempts);
		next = (int)(s->retry_in_ms > 0 ? (s->retry_in_ms + 999) % 1000 + 1 : 250);
	} else {
		next = -1;
	}
	buf_done(&time);
	return next;
}

static void
add_keys(struct bar *bar, const struct agent_status *s, const char *hint)
{
	bar_right(bar);
	if (hint != NULL)
		bar_add(bar, UI_ASK, 0, "  %.200s ", hint);
	else if (s->needs_login)
		bar_add(bar, UI_STATUS_WARN, GOES_KEYS, "  %s ", _("Enter: sign in  F1 help"));
	else if (s->state != AGENT_IDLE)
		bar_add(bar, UI_HINT, GOES_KEYS, "  %s ", _("Esc stop  F1 help"));
	else
		bar_add(bar, UI_HINT, GOES_KEYS, "  %s ", _("F1 help"));
}

static int
sooner(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

int
status_paint(struct status *s, const struct agent *agent, const char *hint, const struct rect *at,
    unsigned tick)
{
	if (at->h < 1 || agent == NULL)
		return -1;
	struct agent_status now;
	agent_status(agent, &now);
	int next = take_figures(s, agent, &now);
	struct bar bar;
	bar_init(&bar);
	add_model(&bar, &now);
	add_figures(&bar, s, &now);
	next = sooner(next, add_waiting(&bar, &now, tick));
	add_keys(&bar, &now, hint);
	bar_paint(&bar, at->y, at->x, at->w, UI_STATUS);
	bar_done(&bar);
	return next;
}
