/* pane.c - title and body of one agent; see pane.h. */
#include "config.h"

#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/theme.h"

#define MARGIN_FROM 24          /* columns from which text has a margin */

struct pane *
pane_new(struct agent *agent)
{
	struct pane *p = mem_alloc(sizeof *p);
	p->agent = agent;
	view_init(&p->view);
	return p;
}

void
pane_free(struct pane *p)
{
	if (p == NULL)
		return;
	view_done(&p->view);
	free(p);
}

bool
pane_is_stale(const struct pane *p)
{
	return agent_transcript(p->agent)->version != p->drawn_version;
}

size_t
pane_bytes_behind(const struct pane *p)
{
	size_t now = agent_transcript(p->agent)->bytes;
	return now > p->drawn_bytes ? now - p->drawn_bytes : p->drawn_bytes - now;
}

void
pane_add_time(struct buf *out, int64_t ms)
{
	long s = (long)((ms > 0 ? ms : 0) / 1000);
	if (s < 60)
		buf_printf(out, "%lds", s);
	else if (s < 3600)
		buf_printf(out, "%ldm %lds", s / 60, s % 60);
	else
		buf_printf(out, "%ldh %ldm", s / 3600, s / 60 % 60);
}

/* ---- body ------------------------------------------------------------------------------- */

static int64_t
age(const struct block *b)
{
	if (b->started_ms == 0)
		return 0;
	return (b->state == BLOCK_RUNNING || b->ended_ms == 0 ? clock_ms() : b->ended_ms) - b->started_ms;
}

static const char *
state_sign(enum block_state state, unsigned tick, uint8_t *role)
{
	switch (state) {
	case BLOCK_DONE:
		*role = UI_OK;
		return theme_sign(SIGN_DONE);
	case BLOCK_FAILED:
		*role = UI_FAIL;
		return theme_sign(SIGN_FAIL);
	case BLOCK_RUNNING:
		break;
	}
	*role = ROLE_DIM;
	return theme_spinner(tick);
}

/* A call's state stands at the right end of its head: it changes without its row. */
static void
paint_state(const struct view_line *l, int y, int x, int w, unsigned tick)
{
	uint8_t role;
	const char *sign = state_sign(l->block->state, tick, &role);
	if (l->block->kind == BLOCK_REASONING && l->block->state != BLOCK_RUNNING)
		return;
	struct buf time;
	buf_init(&time, 64);
	if (l->block->state != BLOCK_RUNNING && l->block->outcome != NULL)
		paint_clean(&time, l->block->outcome, strnlen(l->block->outcome, 40));
	else if (l->block->state == BLOCK_RUNNING || age(l->block) >= 1000)
		pane_add_time(&time, age(l->block));
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, role, 0, " %s", sign);
	if (time.len > 0)
		bar_add(&bar, ROLE_DIM, 0, " %s", time.s);
	int cells = bar_cells(&bar);
	if (cells + l->rows->rows.v[l->row].width <= w)
		bar_paint(&bar, y, x + w - cells, cells, ROLE_TEXT);
	bar_done(&bar);
	buf_done(&time);
}

static void
paint_line(const struct view_line *l, int y, int x, int w, const char *match, unsigned tick)
{
	paint_row(y, x, w, l->rows, l->row, match);
	if (l->head)
		paint_state(l, y, x, w, tick);
}

/* "↓ 42 new lines", over the last row. */
static void
paint_held(struct pane *p, const struct rect *r)
{
	size_t n = view_new_lines(&p->view, agent_transcript(p->agent));
	struct bar bar;
	bar_init(&bar);
	const char *down = theme_is_ascii() ? "v" : theme_sign(SIGN_DOWN);
	if (n > 0) {
		char *text = mem_printf(ngettext("%zu new line", "%zu new lines", n), n);
		bar_add(&bar, UI_HELD, 0, " %s %s ", down, text);
		free(text);
	} else {
		bar_add(&bar, UI_HELD, 0, " %s %s ", down, _("more"));
	}
	int cells = bar_cells(&bar);
	if (cells <= r->w)
		bar_paint(&bar, r->y + r->h - 1, r->x + r->w - cells, cells, ROLE_TEXT);
	bar_done(&bar);
}

int
pane_margin(int width)
{
	return width >= MARGIN_FROM ? 1 : 0;
}

void
pane_paint(struct pane *p, const struct rect *r, const char *match, unsigned tick)
{
	const struct transcript *t = agent_transcript(p->agent);
	int margin = pane_margin(r->w);
	int width = r->w - 2 * margin;
	view_resize(&p->view, width > 0 ? width : 1, r->h);
	if (p->copy != NULL)
		copymode_settle(p->copy, t);
	view_lay_out(&p->view, t);
	for (int i = 0; i < r->h; i++) {
		int y = r->y + i;
		if ((size_t)i >= p->view.lines.n) {
			paint_blank(y, r->x, r->w, ROLE_TEXT);
			continue;
		}
		paint_blank(y, r->x, margin, ROLE_TEXT);
		paint_line(&p->view.lines.v[i], y, r->x + margin, width, match, tick);
		paint_blank(y, r->x + margin + width, margin, ROLE_TEXT);
	}
	if (p->copy != NULL)
		copymode_paint(p->copy, t, r->y, r->x + margin, width);
	else if (p->view.held && r->h > 0)
		paint_held(p, r);
	p->drawn_version = t->version;
	p->drawn_bytes = t->bytes;
}

/* ---- titles -------------------------------------------------------------------------------- */

static bool
is_quiet(enum agent_state s)
{
	return s == AGENT_IDLE;
}

static const char *
agent_sign(const struct agent_status *s, unsigned tick)
{
	if (!is_quiet(s->state))
		return theme_spinner(tick);
	return s->needs_login ? theme_sign(SIGN_BANG) : s->elapsed_ms > 0 ? theme_sign(SIGN_DONE) : "";
}

/* Something was said since it was last looked at. */
static const char *
news_sign(const struct pane *p, bool focused)
{
	return !focused && pane_is_stale(p) ? " *" : "";
}

void
pane_paint_title(struct pane *p, const struct rect *r, size_t number, bool focused, unsigned tick)
{
	if (r->h < 1)
		return;
	struct agent_status s;
	agent_status(p->agent, &s);
	uint8_t role = focused ? UI_TITLE_FOCUS : UI_TITLE;
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, role, 0, "%zu %s%s", number, agent_label(p->agent), news_sign(p, focused));
	if (s.model_short != NULL)
		bar_add(&bar, role, 2, "   %s", s.model_short);
	if (s.queued > 0)
		bar_add(&bar, role, 3, "   +%zu", s.queued);
	bar_right(&bar);
	struct buf time;
	buf_init(&time, 64);
	if (s.elapsed_ms > 0)
		pane_add_time(&time, s.elapsed_ms);
	bar_add(&bar, role, 1, " %s %s ", agent_sign(&s, tick), buf_str(&time));
	bar_paint(&bar, r->y, r->x, r->w, role);
	buf_done(&time);
	bar_done(&bar);
}

void
pane_add_tab(struct pane *p, struct bar *bar, size_t number, size_t away, bool brief, unsigned tick)
{
	struct agent_status s;
	agent_status(p->agent, &s);
	const char *sign = agent_sign(&s, tick);
	uint8_t role = away == 0 ? UI_TITLE_FOCUS : UI_TITLE;
	/* The far ones first; main is always a key away. */
	uint8_t goes = number == 0 ? away > 0 : (uint8_t)(away < 200 ? away : 200);
	if (brief && away > 0 && number > 0)
		bar_add(bar, role, goes, "[%zu%s%s]", number, *news_sign(p, false) != '\0' ? "*" : "", sign);
	else if (number == 0)
		bar_add(bar, role, goes, "[%s%s%s%s]", agent_label(p->agent), news_sign(p, away == 0),
		    *sign != '\0' ? " " : "", sign);
	else
		bar_add(bar, role, goes, "[%zu %s%s%s%s]", number, agent_label(p->agent), news_sign(p, away == 0),
		    *sign != '\0' ? " " : "", sign);
	bar_add(bar, ROLE_TEXT, goes, " ");
}
