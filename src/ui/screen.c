/*
 * screen.c - when a frame is drawn, and what it paints anew.
 *
 * What a key changed is drawn at once; what agents say is drawn 15 to 30 times
 * a second at most, less often when frames are dear. Things that move by
 * themselves (a spinner, a countdown) say when they will, so that nothing is
 * drawn while nothing changes. curses sends only cells that differ.
 */
#include "config.h"

#include <stdint.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "ui/authbar.h"
#include "ui/line.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/ui-inside.h"

enum {
	KEY_MS = 8,             /* between two frames while keys come */
	FRAME_MS = 33,          /* between two frames of a quick reply */
	SLOW_FRAME_MS = 66,     /* … of one that brought less than: */
	FRAME_BYTES = 64,
	COST_SHARE = 12,        /* a frame may take this part of the time until the next */
	TABS_MAX = 20,          /* in the strip: a bar has only so many parts */
	OUTGOING = 2048,        /* bytes of a clipboard sequence written at once */
};

void
screen_stale(struct ui *ui, unsigned what)
{
	ui->screen.stale |= what;
}

/* ---- when ------------------------------------------------------------------------------------ */

/* Time between two frames with panes: a trickle is drawn in larger drops, as each frame costs
 * bytes for moving about; and a dear frame must not take more than its share. */
static int64_t
panes_interval(struct ui *ui)
{
	size_t behind = 0;
	for (size_t i = 0; i < ui->panes.n; i++)
		behind += pane_bytes_behind(ui->panes.v[i]);
	int64_t ms = behind < FRAME_BYTES ? SLOW_FRAME_MS : FRAME_MS;
	int64_t fair = ui->screen.cost_us * COST_SHARE / 1000;
	return fair > ms ? fair : ms;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the next frame is due; INT64_MAX = never. */
static int64_t
due(struct ui *ui)
{
	const struct screen *s = &ui->screen;
	int64_t at = INT64_MAX;
	if (s->stale & (STALE_INPUT | STALE_ALL))
		at = s->last + KEY_MS;
	if (s->stale & STALE_PANES)
		at = earlier(at, s->last_panes + panes_interval(ui));
	if (s->tick_at > 0)
		at = earlier(at, s->tick_at);
	return at;
}

int
screen_wait(struct ui *ui)
{
	if (ui->outgoing.len > 0)
		return 0;
	int64_t at = due(ui);
	if (at == INT64_MAX)
		return -1;
	int64_t ms = at - clock_ms();
	return ms <= 0 ? 0 : ms < 60000 ? (int)ms : 60000;
}

/* ---- what ------------------------------------------------------------------------------------ */

static void
lay_out(struct ui *ui)
{
	struct screen *s = &ui->screen;
	struct pane *p = ui_pane(ui);
	s->input_rows = compose_lay_out(&ui->compose, paint_columns());
	s->choice_rows = compose_choice_rows(&ui->compose);
	s->queue_rows = p != NULL ? compose_queue_rows(agent_transcript(p->agent)) : 0;
	struct layout_ask ask = { .rows = paint_rows(), .columns = paint_columns(),
		.panes = ui->panes.n, .focus = ui->focus, .zoom = ui->zoom, .input = s->input_rows,
		.queue = s->queue_rows, .choices = s->choice_rows };
	layout_compute(&s->layout, &ask);
}

/* The input grew, or a message was queued: everything moves. */
static bool
needs_layout(struct ui *ui)
{
	const struct screen *s = &ui->screen;
	struct pane *p = ui_pane(ui);
	int queue = p != NULL ? compose_queue_rows(agent_transcript(p->agent)) : 0;
	return compose_lay_out(&ui->compose, paint_columns()) != s->input_rows ||
	    compose_choice_rows(&ui->compose) != s->choice_rows || queue != s->queue_rows;
}

static const char *
match_of(struct ui *ui, size_t pane)
{
	return pane == ui->focus ? buf_str(&ui->find.what) : NULL;
}

/* Those around the focused one, and main. brief: only that one and main have their names. */
static void
add_tabs(struct ui *ui, struct bar *bar, bool brief)
{
	bar_add(bar, ROLE_TEXT, 0, " ");
	for (size_t i = 0; i < ui->panes.n; i++) {
		size_t away = i > ui->focus ? i - ui->focus : ui->focus - i;
		if (i == 0 || away <= TABS_MAX / 2 - 1)
			pane_add_tab(ui->panes.v[i], bar, i, away, brief, ui->screen.tick);
	}
}

static void
paint_tabs(struct ui *ui)
{
	const struct rect *r = &ui->screen.layout.tabs;
	if (r->h < 1)
		return;
	struct bar bar;
	bar_init(&bar);
	add_tabs(ui, &bar, false);
	if (bar_cells(&bar) > r->w || ui->panes.n > TABS_MAX) {
		bar_done(&bar);
		bar_init(&bar);
		add_tabs(ui, &bar, true);
		if (bar_cells(&bar) > r->w || ui->panes.n > TABS_MAX) {
			bar_right(&bar);
			bar_add(&bar, UI_TITLE, 0, _("%zu in all"), ui->panes.n);
		}
	}
	bar_paint(&bar, r->y, r->x, r->w, ROLE_TEXT);
	bar_done(&bar);
}

/* A row for each agent, those around the focus when even these do not fit. */
static void
paint_list(struct ui *ui)
{
	const struct rect *r = &ui->screen.layout.list;
	size_t n = ui->panes.n, h = r->h > 0 ? (size_t)r->h : 0, top = 0;
	if (n > h && ui->focus > h / 2)
		top = ui->focus - h / 2 < n - h ? ui->focus - h / 2 : n - h;
	for (size_t i = 0; i < h; i++) {
		struct rect row = { r->y + (int)i, r->x, 1, r->w };
		if (top + i < n)
			pane_paint_title(ui->panes.v[top + i], &row, top + i, top + i == ui->focus, ui->screen.tick);
		else
			paint_blank_rect(&row, ROLE_TEXT);
	}
}

/* What stands over the panes, the last one over the others. */
static void
paint_over(struct ui *ui, const struct rect *area)
{
	for (size_t i = 0; i < ui->overs; i++)
		if (ui->over[i] == OVER_SHEET)
			sheet_paint(&ui->sheet, area);
		else if (ui->over[i] == OVER_LIST)
			list_paint(&ui->list, area);
		else if (ui->over[i] == OVER_PROMPT)
			prompt_paint(&ui->prompt, area);
}

static void
paint_panes(struct ui *ui)
{
	const struct layout *l = &ui->screen.layout;
	for (size_t i = 0; i < l->panes.n; i++) {
		const struct layout_pane *at = &l->panes.v[i];
		struct pane *p = ui->panes.v[at->pane];
		p->view.jumps = l->divider.w > 0;
		/* The body first: what it shows is no news to the title. */
		pane_paint(p, &at->body, match_of(ui, at->pane), ui->screen.tick);
		pane_paint_title(p, &at->title, at->pane, at->pane == ui->focus, ui->screen.tick);
	}
	if (l->panes.n == 0)
		paint_blank_rect(&l->area, ROLE_TEXT);
	if (l->divider.w > 0)
		paint_vline(l->divider.y, l->divider.x, l->divider.h, UI_RULE);
	paint_tabs(ui);
	if (ui->approval.open)
		approval_paint(&ui->approval, &l->area, line_mode() != LINE_APPROVE);
	paint_list(ui);
	paint_over(ui, &l->area);
}

/* "find: what", with the cursor behind it. */
static void
paint_search(struct ui *ui, const struct rect *r)
{
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_ASK, 0, " %s ", _("search:"));
	bar_add(&bar, UI_ASK, 0, "%s", buf_str(&ui->find.what));
	int cursor = bar_cells(&bar);
	bar_right(&bar);
	if (ui->find.what.len > 0 && !ui->find.found)
		bar_add(&bar, UI_STATUS_WARN, 0, " %s ", _("no more matches"));
	bar_add(&bar, UI_HINT, 1, " %s ", line_mode() == LINE_FIND ? _("Enter then n, N  Esc ends")
								  : _("n older  N newer  Esc ends"));
	bar_paint(&bar, r->y, r->x, r->w, UI_ASK);
	bar_done(&bar);
	if (line_mode() == LINE_FIND)
		paint_cursor(r->y, r->x + cursor);
}

/* A key and what it does; `goes` as in ui/bar.h. */
static void
add_key(struct bar *bar, uint8_t goes, const char *text)
{
	bar_add(bar, UI_HINT, goes, "  %s", text);
}

static void
add_copy_keys(struct bar *bar, bool selecting)
{
	add_key(bar, 6, _("hjkl move"));
	if (selecting) {
		add_key(bar, 3, _("o other end"));
	} else {
		add_key(bar, 5, _("Y line"));
		add_key(bar, 3, _("c code"));
		add_key(bar, 2, _("v select"));
	}
	add_key(bar, selecting ? 0 : 1, _("y copy"));
	add_key(bar, selecting ? 2 : 0, _("Esc leave"));
	bar_add(bar, UI_HINT, 7, " ");
}

/* What copy mode is at, and the keys that matter. */
static void
paint_copying(struct ui *ui, const struct rect *r)
{
	static const char *const names[] = { [SELECT_NOTHING] = N_("copy mode"),
		[SELECT_CHARACTERS] = N_("copy mode: characters"), [SELECT_LINES] = N_("copy mode: lines") };
	size_t n = view_new_lines(ui->copy.view, agent_transcript(ui->copying->agent));
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_ASK, ui->hint != NULL ? 1 : 0, " %s ", _(names[ui->copy.selecting]));
	if (n > 0) {
		bar_add(&bar, UI_STATUS, 4, "  ");
		bar_add(&bar, UI_STATUS, 4, ngettext("%zu new line", "%zu new lines", n), n);
	}
	bar_right(&bar);
	if (ui->hint != NULL)
		bar_add(&bar, UI_ASK, 0, "  %.200s ", ui->hint);
	else
		add_copy_keys(&bar, ui->copy.selecting != SELECT_NOTHING);
	bar_paint(&bar, r->y, r->x, r->w, UI_STATUS);
	bar_done(&bar);
}

static int
paint_status(struct ui *ui)
{
	const struct rect *r = &ui->screen.layout.status;
	struct pane *p = ui_pane(ui);
	if (r->h < 1 || p == NULL) {
		paint_blank_rect(r, UI_STATUS);
		return -1;
	}
	if (ui->ask.question != NULL) {
		ask_paint(&ui->ask, r);
		return -1;
	}
	return status_paint(&ui->status, p->agent, ui->hint, r, ui->screen.tick);
}

static const char *
placeholder(struct ui *ui)
{
	if (ui->approval.reasoning)
		return _("Why not?");
	if (ui->focus > 0)
		return _("Say something to this subagent");
	return _("Ask something, or type / for commands");
}

static void
paint_input(struct ui *ui)
{
	const struct layout *l = &ui->screen.layout;
	struct pane *p = ui_pane(ui);
	if (p != NULL)
		compose_paint_queue(agent_transcript(p->agent), &l->queue);
	compose_paint_choices(&ui->compose, &l->choices);
	paint_hline(l->rule.y, l->rule.x, l->rule.h > 0 ? l->rule.w : 0, UI_RULE);
	compose_paint(&ui->compose, &l->input, placeholder(ui));
}

static int
sooner(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Titles show the seconds of agents that work; a call of a tool turns its spinner. */
static int
next_in_panes(struct ui *ui)
{
	int next = -1;
	for (size_t i = 0; i < ui->panes.n; i++) {
		struct pane *p = ui->panes.v[i];
		const struct transcript *t = agent_transcript(p->agent);
		bool runs = t->blocks.n > 0 && t->blocks.v[t->blocks.n - 1]->kind == BLOCK_TOOL &&
		    t->blocks.v[t->blocks.n - 1]->state == BLOCK_RUNNING;
		if (agent_busy(p->agent) && (runs || ui->panes.n > 1))
			next = sooner(next, runs ? 250 : 1000);
	}
	return next;
}

/* Who answers the agent in front, and as whom adit is signed in there. */
static int
paint_auth(struct ui *ui)
{
	const struct rect *at = &ui->screen.layout.bar;
	struct agent_status s = { 0 };
	if (ui_pane(ui) != NULL)
		agent_status(ui_pane(ui)->agent, &s);
	return s.provider != NULL ? authbar_paint_provider(s.provider, at) :
	    authbar_paint(ui->auth, at, clock_wall());
}

static void
paint_all(struct ui *ui, bool panes)
{
	int64_t now = clock_ms();
	struct screen *s = &ui->screen;
	int next = paint_auth(ui);
	if (panes)
		paint_panes(ui);
	next = sooner(next, next_in_panes(ui));
	next = sooner(next, paint_status(ui));
	paint_input(ui);
	if (line_mode() == LINE_FIND || line_mode() == LINE_FOUND)
		paint_search(ui, &s->layout.status);
	if (line_mode() == LINE_COPY) {
		if (s->layout.status.h > 0)
			paint_copying(ui, &s->layout.status);
		if (ui->copy.y >= 0)
			paint_cursor(ui->copy.y, ui->copy.x);
	}
	if (ui_over(ui) == OVER_LIST)
		paint_cursor(ui->list.cursor_y, ui->list.cursor_x);
	else if (ui_over(ui) == OVER_PROMPT)
		paint_cursor(ui->prompt.cursor_y, ui->prompt.cursor_x);
	s->tick_at = next >= 0 ? now + next : 0;
}

/* A clipboard sequence goes out piece by piece, with no frame in between. */
static void
send_outgoing(struct ui *ui)
{
	size_t left = ui->outgoing.len - ui->sent;
	ui->sent += term_write(ui->outgoing.s + ui->sent, left < OUTGOING ? left : OUTGOING);
	if (ui->sent >= ui->outgoing.len) {
		buf_done(&ui->outgoing);
		ui->sent = 0;
	}
}

void
screen_draw(struct ui *ui)
{
	struct screen *s = &ui->screen;
	if (ui->outgoing.len > 0) {
		send_outgoing(ui);
		return;
	}
	int64_t begin = clock_us(), now = begin / 1000;
	bool ticked = s->tick_at > 0 && now >= s->tick_at;
	if (ticked)
		s->tick++;
	if ((s->stale & STALE_ALL) || needs_layout(ui)) {
		lay_out(ui);
		s->stale |= STALE_ALL;
	}
	bool due_panes = now >= s->last_panes + panes_interval(ui);
	bool panes = (s->stale & STALE_ALL) || ((s->stale & STALE_PANES) && due_panes) || ticked;
	paint_all(ui, panes);
	paint_flush();
	s->stale &= panes ? 0 : STALE_PANES;
	s->last = clock_ms();
	if (panes) {
		s->last_panes = s->last;
		s->cost_us = clock_us() - begin;
	}
}
