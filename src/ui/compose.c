/* compose.c - the input area; see compose.h. */
#include "config.h"

#include "ui/compose.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/clean.h"
#include "text/width.h"
#include "ui/bar.h"
#include "ui/line.h"
#include "ui/theme.h"

#define PROMPT_CELLS 2
#define NONE SIZE_MAX

void
compose_init(struct compose *c)
{
	*c = (struct compose){ .picked = NONE };
	buf_init(&c->shown, 0);
}

void
compose_done(struct compose *c)
{
	compose_forget(c);
	compose_close_choices(c);
	vec_done(&c->pastes);
	vec_done(&c->choices);
	vec_done(&c->lines);
	buf_done(&c->shown);
}

/* ---- laying out -------------------------------------------------------------------------- */

static void
clean_part(struct buf *out, const char *s, size_t n)
{
	clean_add(out, s, n, CLEAN_LINES | CLEAN_TABS | (theme_is_ascii() ? CLEAN_ASCII : 0));
}

/* Cleans the text in two halves, so that it is known where the cursor went. */
static size_t
clean_line_text(struct compose *c)
{
	buf_reset(&c->shown);
	const char *message = line_message();
	if (message != NULL)
		clean_part(&c->shown, message, strlen(message));
	const char *s = line_text();
	size_t point = line_point(), n = line_length();
	clean_part(&c->shown, s, point);
	size_t cursor = c->shown.len;
	clean_part(&c->shown, s + point, n - point);
	return cursor;
}

static void
find_cursor(struct compose *c, size_t cursor)
{
	c->cursor_line = 0;
	for (size_t i = 0; i < c->lines.n && c->lines.v[i].start <= cursor; i++)
		c->cursor_line = i;
	size_t start = c->lines.v[c->cursor_line].start;
	c->cursor_column = width_of(buf_str(&c->shown) + start, cursor - start);
}

int
compose_lay_out(struct compose *c, int width)
{
	size_t cursor = clean_line_text(c);
	int inner = width - PROMPT_CELLS - 1;   /* one cell for the cursor behind a full line */
	c->width = inner > 0 ? inner : 1;
	c->lines.n = 0;
	struct wrap w;
	wrap_init(&w, buf_str(&c->shown), c->shown.len, c->width, false);
	struct wrap_line l;
	while (wrap_next(&w, &l))
		vec_add(&c->lines, l);
	find_cursor(c, cursor);
	return c->lines.n < 1000 ? (int)c->lines.n : 1000;
}

/* ---- painting ------------------------------------------------------------------------------ */

static void
scroll_to_cursor(struct compose *c, int height)
{
	size_t h = height > 0 ? (size_t)height : 1;
	if (c->cursor_line < c->top)
		c->top = c->cursor_line;
	if (c->cursor_line >= c->top + h)
		c->top = c->cursor_line - h + 1;
	if (c->lines.n < c->top + h)
		c->top = c->lines.n > h ? c->lines.n - h : 0;
}

static void
paint_prompt(int y, int x, int w, bool first)
{
	const char *sign = theme_sign(line_vi_command() ? SIGN_PROMPT_VI : SIGN_PROMPT);
	int used = first ? paint_text(y, x, w, sign, strlen(sign), UI_PROMPT, 0) : 0;
	int rest = (w < PROMPT_CELLS ? w : PROMPT_CELLS) - used;
	paint_blank(y, x + used, rest, UI_INPUT);
}

void
compose_cursor(const struct compose *c, const struct rect *r)
{
	int row = c->cursor_line >= c->top ? (int)(c->cursor_line - c->top) : 0;
	int column = c->cursor_column <= c->width ? c->cursor_column : c->width;
	int x = r->w > PROMPT_CELLS + 1 ? PROMPT_CELLS + column : column;
	paint_cursor(r->y + (row < r->h ? row : r->h - 1), r->x + x);
}

void
compose_paint(struct compose *c, const struct rect *r, const char *placeholder)
{
	scroll_to_cursor(c, r->h);
	int indent = r->w > PROMPT_CELLS + 1 ? PROMPT_CELLS : 0;
	for (int i = 0; i < r->h; i++) {
		size_t n = c->top + (size_t)i;
		int y = r->y + i, used = 0;
		if (indent > 0)
			paint_prompt(y, r->x, r->w, n == 0);
		if (n < c->lines.n) {
			const struct wrap_line *l = &c->lines.v[n];
			used = paint_text(y, r->x + indent, r->w - indent, buf_str(&c->shown) + l->start,
			    l->end - l->start, UI_INPUT, 0);
		}
		if (c->shown.len == 0 && i == 0 && placeholder != NULL) {
			struct buf clean;
			buf_init(&clean, 0);
			paint_clean(&clean, placeholder, strlen(placeholder));
			used = paint_text(y, r->x + indent, r->w - indent, buf_str(&clean), clean.len,
			    UI_PLACEHOLDER, 0);
			buf_done(&clean);
		}
		paint_blank(y, r->x + indent + used, r->w - indent - used, UI_INPUT);
	}
	compose_cursor(c, r);
}

/* ---- pastes -------------------------------------------------------------------------------- */

static size_t
count_lines(const char *s, size_t n)
{
	size_t lines = 1;
	for (size_t i = 0; i + 1 < n; i++)
		lines += s[i] == '\n';
	return lines;
}

static bool
label_is_taken(const struct compose *c, const char *label)
{
	for (size_t i = 0; i < c->pastes.n; i++)
		if (strcmp(c->pastes.v[i].label, label) == 0)
			return true;
	return strstr(line_text(), label) != NULL;
}

static char *
make_label(const struct compose *c, size_t lines)
{
	char *label = mem_printf(ngettext("[paste: %zu line]", "[paste: %zu lines]", lines), lines);
	for (int k = 2; label_is_taken(c, label); k++) {
		free(label);
		label = mem_printf(ngettext("[paste %d: %zu line]", "[paste %d: %zu lines]", lines), k, lines);
	}
	return label;
}

void
compose_paste(struct compose *c, const char *text, size_t n)
{
	size_t lines = count_lines(text, n);
	if (n == 0)
		return;
	if (lines <= COMPOSE_FOLD_LINES && n <= COMPOSE_FOLD_BYTES) {
		line_insert(text);
		return;
	}
	struct compose_paste p = { make_label(c, lines), mem_strndup(text, n) };
	vec_add(&c->pastes, p);
	line_insert(p.label);
}

/* The paste whose label stands at s. */
static const struct compose_paste *
paste_at(const struct compose *c, const char *s)
{
	for (size_t i = 0; i < c->pastes.n; i++)
		if (str_starts(s, c->pastes.v[i].label))
			return &c->pastes.v[i];
	return NULL;
}

char *
compose_expand(const struct compose *c, const char *text)
{
	struct buf out;
	buf_init(&out, 0);
	while (*text != '\0') {
		const struct compose_paste *p = *text == '[' ? paste_at(c, text) : NULL;
		if (p != NULL) {
			buf_puts(&out, p->text);
			text += strlen(p->label);
		} else {
			buf_putc(&out, *text++);
		}
	}
	return buf_take(&out, NULL);
}

void
compose_forget(struct compose *c)
{
	for (size_t i = 0; i < c->pastes.n; i++) {
		free(c->pastes.v[i].label);
		free(c->pastes.v[i].text);
	}
	c->pastes.n = 0;
}

/* ---- the queue -------------------------------------------------------------------------------- */

int
compose_queue_rows(const struct transcript *t)
{
	int n = 0;      /* queued messages are the last ones, but for what was noted since */
	for (size_t i = t->blocks.n; i-- > 0 && n < COMPOSE_QUEUE + 1;) {
		const struct block *b = t->blocks.v[i];
		if (b->queued)
			n++;
		else if (!b->open && b->kind != BLOCK_NOTE && b->kind != BLOCK_ERROR)
			break;
	}
	return n < COMPOSE_QUEUE ? n : COMPOSE_QUEUE;
}

static void
paint_queued(const struct block *b, int y, int x, int w)
{
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_QUEUED, 0, " %s ", _("queued:"));
	bar_add(&bar, UI_QUEUED, 0, "%.*s", (int)strcspn(buf_str(&b->text), "\n"), buf_str(&b->text));
	bar_paint(&bar, y, x, w, UI_QUEUED);
	bar_done(&bar);
}

void
compose_paint_queue(const struct transcript *t, const struct rect *r)
{
	int left = r->h;
	for (size_t i = t->blocks.n; i-- > 0 && left > 0;)
		if (t->blocks.v[i]->queued)
			paint_queued(t->blocks.v[i], r->y + --left, r->x, r->w);
	while (left > 0)
		paint_blank(r->y + --left, r->x, r->w, ROLE_TEXT);
}

/* ---- choices ---------------------------------------------------------------------------------- */

void
compose_forget_choices(struct ui_completions *choices)
{
	for (size_t i = 0; i < choices->n; i++) {
		free(choices->v[i].text);
		free(choices->v[i].help);
	}
	vec_done(choices);
}

void
compose_close_choices(struct compose *c)
{
	compose_forget_choices(&c->choices);
	c->picked = NONE;
}

bool
compose_is_choosing(const struct compose *c)
{
	return c->choices.n > 0;
}

/* False: the answer comes later, and what is listed stays. */
static bool
ask(struct compose *c, const struct ui_hooks *hooks)
{
	struct ui_completions found = { 0 };
	size_t end = line_point(), start = end;
	const char *s = line_text();
	while (start > 0 && strchr(" \t\n", s[start - 1]) == NULL)
		start--;
	if (hooks->complete != NULL && !hooks->complete(hooks->arg, s, start, end, &found))
		return false;
	compose_close_choices(c);
	c->start = start;
	c->choices = found;
	return true;
}

static void
take(struct compose *c, const char *text)
{
	c->taking = true;
	line_replace(c->start, line_point(), text);
}

static void
pick(struct compose *c, int step)
{
	size_t n = c->choices.n;
	if (c->picked == NONE)
		c->picked = step > 0 ? 0 : n - 1;
	else
		c->picked = (c->picked + n + (size_t)(step > 0 ? 1 : n - 1)) % n;
	take(c, c->choices.v[c->picked].text);
}

static size_t
common_prefix(const struct ui_completions *choices)
{
	size_t n = strlen(choices->v[0].text);
	for (size_t i = 1; i < choices->n; i++) {
		size_t k = 0;
		while (k < n && choices->v[i].text[k] == choices->v[0].text[k])
			k++;
		n = k;
	}
	while (n > 0 && ((unsigned char)choices->v[0].text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
take_only(struct compose *c)
{
	const char *text = c->choices.v[0].text;
	char *whole = str_ends(text, "/") ? mem_strdup(text) : mem_printf("%s ", text);
	take(c, whole);
	free(whole);
	compose_close_choices(c);
}

/* Extends the word by what all choices begin with. False when that is nothing new. */
static bool
take_common(struct compose *c)
{
	size_t n = common_prefix(&c->choices), typed = line_point() - c->start;
	if (n <= typed || strncmp(c->choices.v[0].text, line_text() + c->start, typed) != 0)
		return false;
	char *prefix = mem_strndup(c->choices.v[0].text, n);
	take(c, prefix);
	free(prefix);
	return true;
}

/* What to do with new choices. */
static bool
use_choices(struct compose *c, int step)
{
	if (c->choices.n == 0)
		return false;
	if (c->choices.n == 1)
		take_only(c);
	else if (!take_common(c))
		pick(c, step);
	return true;
}

bool
compose_complete(struct compose *c, const struct ui_hooks *hooks, int step)
{
	if (c->picked == NONE && !ask(c, hooks) && c->choices.n == 0)
		return true;
	if (c->picked == NONE)
		return use_choices(c, step);
	pick(c, step);
	return true;
}

bool
compose_completed(struct compose *c, size_t start, struct ui_completions *choices)
{
	compose_close_choices(c);
	c->start = start;
	c->choices = *choices;
	bool any = use_choices(c, 1);
	c->taking = false;              /* no key did it */
	return any;
}

/* A command's name is being typed: "/" and no space up to the cursor. */
static bool
is_naming_command(void)
{
	const char *s = line_text();
	return *s == '/' && strcspn(s, " \t\n") >= line_point() && line_point() > 0;
}

void
compose_follow(struct compose *c, const struct ui_hooks *hooks)
{
	if (is_naming_command())
		ask(c, hooks);
	else
		compose_close_choices(c);
	if (c->choices.n == 1 && strlen(c->choices.v[0].text) == line_point() - c->start)
		compose_close_choices(c);       /* it is written out already */
}

void
compose_names_changed(struct compose *c, const struct ui_hooks *hooks)
{
	if (is_naming_command() && c->picked == NONE)
		compose_follow(c, hooks);
}

int
compose_choice_rows(const struct compose *c)
{
	return c->choices.n < COMPOSE_CHOICES ? (int)c->choices.n : COMPOSE_CHOICES;
}

static void
paint_choice(const struct ui_completion *choice, bool picked, int names, int y, int x, int w)
{
	uint8_t role = picked ? UI_CHOICE_PICKED : UI_CHOICE;
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, role, 0, " %s", choice->text);
	int pad = names + 3 - bar_cells(&bar);
	if (choice->help != NULL)
		bar_add(&bar, role, 0, "%*s%s", pad > 2 ? pad : 2, "", choice->help);
	bar_paint(&bar, y, x, w, role);
	bar_done(&bar);
}

void
compose_paint_choices(const struct compose *c, const struct rect *r)
{
	size_t h = r->h > 0 ? (size_t)r->h : 0, top = 0;
	if (c->picked != NONE && c->picked >= h)
		top = c->picked - h + 1;
	int names = 0;
	for (size_t i = 0; i < c->choices.n; i++) {
		int cells = (int)strlen(c->choices.v[i].text);
		names = cells > names && cells < 30 ? cells : names;
	}
	for (size_t i = 0; i < h; i++) {
		size_t k = top + i;
		if (k < c->choices.n)
			paint_choice(&c->choices.v[k], k == c->picked, names, r->y + (int)i, r->x, r->w);
		else
			paint_blank(r->y + (int)i, r->x, r->w, UI_CHOICE);
	}
}
