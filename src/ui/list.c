/* list.c - what a list shows of its rows, and where; see list.h. */
#include "config.h"

#include "ui/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "text/fuzzy.h"
#include "text/rows.h"
#include "text/width.h"
#include "ui/bar.h"
#include "ui/theme.h"

enum {
	WIDEST = 124,           /* of the box */
	NARROWEST = 64,         /* … where there is room */
	CELL_MAX = 40,          /* a column does not grow beyond this */
	CELL_BYTES = 240,
	GAP = 2,                /* between columns */
	MARK = 2,               /* "● " */
};

/* ---- rows come and go ---------------------------------------------------------------------- */

/* Appends what painting shows of s; plain ASCII, which nearly everything is, as it stands. */
static struct list_cell
add_cell(struct buf *text, const char *s)
{
	struct list_cell c = { .off = (uint32_t)text->len };
	size_t n = s != NULL ? strlen(s) : 0, plain = 0;
	n = n < CELL_BYTES ? n : CELL_BYTES;
	while (plain < n && s[plain] >= ' ' && s[plain] < 127)
		plain++;
	if (plain == n && n > 0)
		buf_add(text, s, n);
	else if (n > 0)
		paint_clean(text, s, n);
	c.len = (uint16_t)(text->len - c.off);
	c.width = plain == n ? c.len : (uint16_t)width_of(text->s + c.off, c.len);
	buf_putc(text, '\0');
	return c;
}

static uint32_t
add_text(struct buf *text, const char *s)
{
	uint32_t off = (uint32_t)text->len;
	if (s != NULL)
		buf_puts(text, s);
	buf_putc(text, '\0');
	return off;
}

static uint32_t
add_words(struct buf *text, const struct ui_list_row *r)
{
	if (r->words != NULL)
		return add_text(text, r->words);
	uint32_t off = (uint32_t)text->len;
	for (int i = 0; i < UI_LIST_COLUMNS; i++)
		if (r->cell[i] != NULL)
			buf_printf(text, "%s ", r->cell[i]);
	buf_putc(text, '\0');
	return off;
}

static struct list_row
copy_row(const struct list *l, const struct ui_list_row *r)
{
	struct list_row row = { .marked = r->marked, .dim = r->dim, .separator = r->separator,
		.folded = r->folded, .depth = r->depth };
	struct buf text = { 0 };
	row.key = add_text(&text, r->key);
	row.words = add_words(&text, r);
	row.detail = add_text(&text, r->detail);
	for (size_t i = 0; i < l->columns.n; i++)
		row.cell[i] = add_cell(&text, r->cell[i]);
	row.text = buf_take(&text, NULL);
	return row;
}

static const char *
key_of(const struct list_row *r)
{
	return r->text + r->key;
}

static void
free_rows(struct list *l)
{
	for (size_t i = 0; i < l->rows.n; i++)
		free(l->rows.v[i].text);
	l->rows.n = 0;
}

/* The row that a folded one belongs to is known when the folded one comes. */
static void
take_rows(struct list *l, const struct ui_list_row *rows, size_t n)
{
	size_t parent = SIZE_MAX;
	for (size_t i = 0; i < l->columns.n; i++)
		l->columns.v[i].width = l->columns.v[i].least;
	for (size_t k = 0; k < n; k++) {
		struct list_row row = copy_row(l, &rows[k]);
		row.folded = row.folded && parent != SIZE_MAX;
		if (row.folded)
			l->rows.v[parent].parent = true;
		else if (!row.separator)
			parent = l->rows.n;
		for (size_t i = 0; i < l->columns.n && !row.separator; i++) {
			int w = row.cell[i].width < CELL_MAX ? row.cell[i].width : CELL_MAX;
			if (w > l->columns.v[i].width)
				l->columns.v[i].width = w;
		}
		vec_add(&l->rows, row);
	}
}

/* ---- what the filter leaves ------------------------------------------------------------------ */

struct found {
	uint32_t	row;
	int		score;
};

static int
better(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

/* Without a filter: all, but what is folded. */
static void
show_all(struct list *l)
{
	bool open = false;
	for (size_t i = 0; i < l->rows.n; i++) {
		const struct list_row *r = &l->rows.v[i];
		if (!r->folded)
			open = r->open;
		if (!r->folded || open)
			vec_add(&l->shown, (uint32_t)i);
	}
}

/* A folded row whose parent is found stays folded under it; one whose parent is not stands alone. */
static void
show_found(struct list *l)
{
	struct VEC(struct found) found = { 0 };
	struct found parent = { 0, FUZZY_NO_MATCH };
	int best = 0;
	for (size_t i = 0; i < l->rows.n; i++) {
		const struct list_row *r = &l->rows.v[i];
		if (r->separator)
			continue;
		bool under = r->folded && parent.score != FUZZY_NO_MATCH;
		int score = under ? parent.score
				  : fuzzy_score(buf_str(&l->filter.text), r->text + r->words);
		best = score > best ? score : best;
		if (r->dim && !under && score > 0)
			score -= score / 8;     /* what can be used comes before what is only called so */
		struct found f = { (uint32_t)i, score };
		if (!r->folded)
			parent = f;
		if (score == FUZZY_NO_MATCH || (under && !l->rows.v[parent.row].open))
			continue;
		vec_add(&found, f);
	}
	if (found.n > 1)
		qsort(found.v, found.n, sizeof *found.v, better);
	/* Letters strewn over a row are no match when others have the word. */
	for (size_t i = 0; i < found.n && found.v[i].score * 4 >= best * 3; i++)
		vec_add(&l->shown, found.v[i].row);
	vec_done(&found);
}

static const struct list_row *
shown_row(const struct list *l, size_t i)
{
	return i < l->shown.n ? &l->rows.v[l->shown.v[i]] : NULL;
}

/* No cursor on a separator. */
static void
settle(struct list *l)
{
	if (l->cursor >= l->shown.n)
		l->cursor = l->shown.n > 0 ? l->shown.n - 1 : 0;
	size_t at = l->cursor;
	while (at < l->shown.n && shown_row(l, at)->separator)
		at++;
	while (at > 0 && (at >= l->shown.n || shown_row(l, at)->separator))
		at--;
	l->cursor = at;
}

static void
choose_shown(struct list *l)
{
	l->shown.n = 0;
	if (l->filter.text.len == 0)
		show_all(l);
	else
		show_found(l);
}

static bool
go_to_key(struct list *l, const char *key)
{
	for (size_t i = 0; key != NULL && i < l->shown.n; i++)
		if (strcmp(key_of(shown_row(l, i)), key) == 0 && !shown_row(l, i)->separator) {
			l->cursor = i;
			return true;
		}
	return false;
}

/* The user has a row of their own choice. */
static void
stop_waiting(struct list *l)
{
	free(l->wanted);
	l->wanted = NULL;
}

void
list_refilter(struct list *l)
{
	stop_waiting(l);
	choose_shown(l);
	l->cursor = l->top = 0;
	settle(l);
}

/* ---- open, change, close ------------------------------------------------------------------------ */

static char *
text_or_null(const char *s)
{
	return s != NULL ? mem_strdup(s) : NULL;
}

void
list_open(struct list *l, const struct ui_list *spec, const struct ui_list_row *rows, size_t n)
{
	*l = (struct list){ .open = true, .empty = text_or_null(spec->empty), .chosen = spec->chosen,
		.closed = spec->closed, .key = spec->key, .arg = spec->arg };
	list_set_title(l, spec->title, spec->corner);
	field_init(&l->filter, spec->filter, false);
	for (size_t i = 0; i < spec->n_columns && i < UI_LIST_COLUMNS; i++) {
		const struct ui_list_column *c = &spec->columns[i];
		int title = c->title != NULL ? width_of(c->title, strlen(c->title)) : 0;
		struct list_column column = { .title = mem_strdup(c->title != NULL ? c->title : ""),
			.least = c->width > title ? c->width : title, .right = c->right, .gives = c->gives || i == 0,
			.goes = c->goes };
		vec_add(&l->columns, column);
	}
	for (const char *const *k = spec->keys; k != NULL && *k != NULL; k++)
		vec_add(&l->keys, mem_strdup(*k));
	take_rows(l, rows, n);
	list_refilter(l);
	if (!go_to_key(l, spec->cursor))
		l->wanted = text_or_null(spec->cursor);
}

void
list_done(struct list *l)
{
	if (!l->open)
		return;
	free_rows(l);
	vec_done(&l->rows);
	vec_done(&l->shown);
	for (size_t i = 0; i < l->columns.n; i++)
		free(l->columns.v[i].title);
	vec_done(&l->columns);
	for (size_t i = 0; i < l->keys.n; i++)
		free(l->keys.v[i]);
	vec_done(&l->keys);
	field_done(&l->filter);
	free(l->title);
	free(l->corner);
	free(l->empty);
	free(l->note);
	free(l->wanted);
	*l = (struct list){ 0 };
}

/* Rows that were open stay open. */
static void
keep_open(struct list *l, const struct list *old)
{
	for (size_t i = 0; i < old->rows.n; i++)
		for (size_t k = 0; old->rows.v[i].open && k < l->rows.n; k++)
			if (strcmp(key_of(&l->rows.v[k]), key_of(&old->rows.v[i])) == 0)
				l->rows.v[k].open = l->rows.v[k].parent;
}

void
list_set_rows(struct list *l, const struct ui_list_row *rows, size_t n)
{
	struct list old = { .rows = l->rows };
	const char *key = list_row(l);
	size_t below = l->cursor - l->top;
	memset(&l->rows, 0, sizeof l->rows);
	take_rows(l, rows, n);
	keep_open(l, &old);
	choose_shown(l);
	if (l->wanted != NULL && go_to_key(l, l->wanted))
		stop_waiting(l);
	else if (go_to_key(l, key))
		l->top = l->cursor > below ? l->cursor - below : 0;
	settle(l);
	free_rows(&old);
	vec_done(&old.rows);
}

void
list_set_title(struct list *l, const char *title, const char *corner)
{
	char *t = text_or_null(title), *c = text_or_null(corner);
	free(l->title);
	free(l->corner);
	l->title = t;
	l->corner = c;
}

/* ---- moving --------------------------------------------------------------------------------------- */

const char *
list_row(const struct list *l)
{
	const struct list_row *r = shown_row(l, l->cursor);
	return r != NULL && !r->separator ? key_of(r) : NULL;
}

void
list_move(struct list *l, long rows)
{
	stop_waiting(l);
	if (l->shown.n == 0)
		return;
	long last = (long)l->shown.n - 1, from = (long)l->cursor;
	long at = rows > last - from ? last : rows < -from ? 0 : from + rows, step = rows < 0 ? -1 : 1;
	while (at >= 0 && at <= last && shown_row(l, (size_t)at)->separator)
		at += step;
	if (at < 0)             /* a separator is the first row: show it too */
		l->top = 0;
	if (at >= 0 && at <= last)
		l->cursor = (size_t)at;
	settle(l);
}

void
list_click(struct list *l, int y)
{
	size_t at = l->top + (size_t)(y - l->body.y);
	if (y < l->body.y || y >= l->body.y + l->body.h || at >= l->shown.n)
		return;
	stop_waiting(l);
	if (!shown_row(l, at)->separator)
		l->cursor = at;
}

/* Where the row above it is, for a folded one. */
static size_t
parent_of(const struct list *l, size_t row)
{
	while (row > 0 && l->rows.v[row].folded)
		row--;
	return row;
}

void
list_unfold(struct list *l, bool open)
{
	if (l->shown.n == 0)
		return;
	struct list_row *r = &l->rows.v[parent_of(l, l->shown.v[l->cursor])];
	if (!r->parent || r->open == open)
		return;
	char *key = mem_strdup(open ? list_row(l) : key_of(r));
	r->open = open;
	choose_shown(l);
	go_to_key(l, key);
	settle(l);
	free(key);
}

/* ---- what there is room for ---------------------------------------------------------------------- */

/* How many lines everything gets, from the box's top to its bottom. */
struct plan {
	struct rect	box, in;        /* with its frame, and inside */
	int		title;          /* a line of its own where there is no frame */
	int		header, rows, note, rule, detail, keys;
};

static int
keys_width(const struct list *l)
{
	int w = 0;
	for (size_t i = 0; i < l->keys.n; i++)
		w += width_of(l->keys.v[i], strlen(l->keys.v[i])) + 3;
	return w;
}

static int
columns_width(const struct list *l)
{
	int w = MARK;
	for (size_t i = 0; i < l->columns.n; i++)
		w += l->columns.v[i].width + GAP;
	return w;
}

static bool
has_titles(const struct list *l)
{
	for (size_t i = 0; i < l->columns.n; i++)
		if (*l->columns.v[i].title != '\0')
			return true;
	return false;
}

static bool
has_details(const struct list *l)
{
	for (size_t i = 0; i < l->rows.n; i++)
		if (l->rows.v[i].text[l->rows.v[i].detail] != '\0')
			return true;
	return false;
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* How many lines of the note have a place: no more than it has itself. */
static int
note_lines(const char *note, int h, int w)
{
	static const struct {
		int	least, lines;
	} rooms[] = { { 28, 5 }, { 20, 3 }, { 12, 2 }, { 6, 1 }, { 0, 0 } };
	size_t i = 0;
	while (h < rooms[i].least)
		i++;
	struct rows rows;
	rows_init(&rows);
	struct rows_options o = { .width = most(w, 1), .ascii = theme_is_ascii() };
	rows_add_plain(&rows, note, strlen(note), &o);
	int n = (int)rows.rows.n;
	rows_done(&rows);
	return least(n, rooms[i].lines);
}

/* Lines are given out by what they are worth: the filter and three rows, the keys, the title, one
 * line of detail, the header, a frame, the rule, more detail. */
static void
plan(const struct list *l, const struct rect *area, struct plan *p)
{
	int w = most(most(columns_width(l), keys_width(l)) + 4, NARROWEST);
	w = least(least(w, WIDEST), area->w);
	int h = area->h;
	bool framed = h >= 11 && w >= 30;
	*p = (struct plan){ .keys = h >= 5, .title = h >= 6 && !framed, .header = h >= 8 && has_titles(l) };
	p->detail = has_details(l) ? h >= 18 ? 3 : h >= 12 ? 2 : h >= 7 : 0;
	p->rule = h >= 12;
	p->note = l->note == NULL ? 0 : note_lines(l->note, h, framed ? w - 4 : w);
	if (h >= 14 && keys_width(l) > w - 4)
		p->keys = 2;
	int fixed = 1 + p->keys + p->title + p->header + p->detail + p->rule + p->note + 2 * framed;
	p->rows = most(least(h - fixed, most((int)least((int)l->rows.n, 4096), 3)), 0);
	p->box = (struct rect){ .h = least(fixed + p->rows, h), .w = w };
	p->box.y = area->y + (area->h - p->box.h) / 2;
	p->box.x = area->x + (area->w - w) / 2;
	p->in = p->box;
	if (framed)
		p->in = (struct rect){ p->box.y + 1, p->box.x + 2, p->box.h - 2, w - 4 };
}

/* Gives columns that were cut down what is left, and the first one the rest. */
static void
grow_columns(const struct list *l, int left, int *width)
{
	for (size_t i = 0; i < l->columns.n; i++) {
		int more = width[i] > 0 ? least(l->columns.v[i].width - width[i], left) : 0;
		width[i] += most(more, 0);
		left -= most(more, 0);
	}
	width[0] = most(width[0] + left, 1);
}

/* The columns' widths in w cells; 0 = not shown. */
static void
fit_columns(const struct list *l, int w, int *width)
{
	size_t n = l->columns.n;
	int sum = MARK;
	for (size_t i = 0; i < n; i++) {
		width[i] = most(l->columns.v[i].gives ? l->columns.v[i].least : l->columns.v[i].width, 1);
		sum += width[i] + (i > 0 ? GAP : 0);
	}
	while (sum > w) {
		size_t worst = 0;
		for (size_t i = 1; i < n; i++)
			if (width[i] > 0 && l->columns.v[i].goes > 0 &&
			    (worst == 0 || l->columns.v[i].goes >= l->columns.v[worst].goes))
				worst = i;
		if (worst == 0)
			break;
		for (size_t i = n; i-- > 1;)    /* alike in this, they go together */
			if (width[i] > 0 && l->columns.v[i].goes == l->columns.v[worst].goes && i != worst) {
				sum -= width[i] + GAP;
				width[i] = 0;
			}
		sum -= width[worst] + GAP;
		width[worst] = 0;
	}
	if (n > 0)
		grow_columns(l, w - sum, width);
}

/* ---- painting ------------------------------------------------------------------------------------ */

static void
paint_frame(const struct list *l, const struct plan *p)
{
	if (p->in.w == p->box.w && p->title == 0)
		return;
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_SHEET, 0, " %.200s ", l->title != NULL ? l->title : "");
	bar_right(&bar);
	if (l->corner != NULL && *l->corner != '\0')
		bar_add(&bar, UI_HINT, 1, " %.100s ", l->corner);
	if (p->title > 0) {
		bar_paint(&bar, p->box.y, p->box.x, p->box.w, UI_SHEET);
		bar_done(&bar);
		return;
	}
	paint_box(&p->box, UI_SHEET);
	for (int i = 1; i + 1 < p->box.h; i++) {
		paint_blank(p->box.y + i, p->box.x + 1, 1, ROLE_TEXT);
		paint_blank(p->box.y + i, p->box.x + p->box.w - 2, 1, ROLE_TEXT);
	}
	int y = p->box.y, x = p->box.x + 2, room = p->box.w - 4, left = bar.part[0].cells;
	int right = bar.n > 1 && left + bar.part[1].cells <= room ? bar.part[1].cells : 0;
	const char *text = bar.text.s;
	paint_text(y, x, room - right, text, bar.part[0].len, UI_SHEET, 0);
	if (right > 0)
		paint_text(y, x + room - right, right, text + bar.part[1].off, bar.part[1].len, UI_HINT, 0);
	bar_done(&bar);
	bar_init(&bar);
	if (l->shown.n > (size_t)p->rows || l->filter.text.len > 0)
		bar_add(&bar, UI_HINT, 0, " %zu/%zu ", l->shown.n > 0 ? l->cursor + 1 : 0, l->shown.n);
	int cells = bar_cells(&bar);
	if (cells > 0 && cells <= room)
		bar_paint(&bar, p->box.y + p->box.h - 1, x + room - cells, cells, UI_HINT);
	bar_done(&bar);
}

static void
paint_filter(struct list *l, int y, const struct rect *in)
{
	const char *sign = theme_sign(SIGN_PROMPT);
	paint_text(y, in->x, in->w, sign, strlen(sign), UI_PROMPT, 0);
	paint_blank(y, in->x + 1, 1, ROLE_TEXT);
	l->cursor_y = y;
	l->cursor_x = in->x + 2 + field_paint(&l->filter, y, in->x + 2, in->w - 2);
	if (l->filter.text.len > 0)
		return;
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_PLACEHOLDER, 0, "%s", _("type to search"));
	bar_paint(&bar, y, in->x + 2, in->w - 2, ROLE_TEXT);
	bar_done(&bar);
}

/* A text in w cells; what is cut ends in dots. */
static void
paint_cell(int y, int x, int w, const char *s, size_t n, int cells, bool right, uint8_t role)
{
	if (cells > w) {
		const char *dots = theme_sign(SIGN_DOTS);
		int room = w - (int)width_of(dots, strlen(dots));
		int used = room > 0 ? paint_text(y, x, room, s, n, role, 0) : 0;
		used += paint_text(y, x + used, w - used, dots, strlen(dots), role, 0);
		paint_blank(y, x + used, w - used, role);
		return;
	}
	int before = right ? w - cells : 0;
	paint_blank(y, x, before, role);
	paint_text(y, x + before, cells, s, n, role, 0);
	paint_blank(y, x + before + cells, w - cells - before, role);
}

static void
paint_header(const struct list *l, int y, const struct rect *in, const int *width)
{
	paint_blank(y, in->x, in->w, ROLE_DIM);
	int x = in->x + MARK;
	for (size_t i = 0; i < l->columns.n; i++) {
		const struct list_column *c = &l->columns.v[i];
		if (width[i] == 0)
			continue;
		size_t n = strlen(c->title);
		paint_cell(y, x, least(width[i], in->x + in->w - x), c->title, n, width_of(c->title, n),
		    c->right, ROLE_DIM);
		x += width[i] + GAP;
	}
}

static void
paint_separator(const struct list_row *r, int y, const struct rect *in)
{
	const struct list_cell *c = &r->cell[0];
	paint_hline(y, in->x, in->w, UI_RULE);
	if (c->len == 0 || c->width + 4 > in->w)
		return;
	paint_blank(y, in->x + 2, 1, ROLE_DIM);
	int used = paint_text(y, in->x + 3, c->width, r->text + c->off, c->len, ROLE_DIM, 0);
	paint_blank(y, in->x + 3 + used, 1, ROLE_DIM);
}

/* "● ", or "▸ " before what can be opened; then the depth. Returns the cells used. */
static int
paint_mark(const struct list_row *r, int y, const struct rect *in, uint8_t role)
{
	paint_blank(y, in->x, in->w, role);
	const char *sign = r->marked ? theme_sign(SIGN_DOT)
			   : r->parent ? theme_sign(r->open ? SIGN_UNFOLDED : SIGN_FOLDED) : " ";
	paint_text(y, in->x, 1, sign, strlen(sign), role, 0);
	return MARK;
}

static void
paint_list_row(const struct list *l, const struct list_row *r, int y, const struct rect *in,
    const int *width, bool picked)
{
	uint8_t role = picked ? UI_CHOICE_PICKED : r->dim ? ROLE_DIM : ROLE_TEXT;
	if (r->separator) {
		paint_separator(r, y, in);
		return;
	}
	int x = in->x + paint_mark(r, y, in, role), end = in->x + in->w;
	for (size_t i = 0; i < l->columns.n; i++) {
		const struct list_cell *c = &r->cell[i];
		if (width[i] == 0)
			continue;
		int indent = i == 0 ? least(2 * r->depth, width[i] / 2) : 0;
		paint_cell(y, x + indent, least(width[i] - indent, end - x - indent), r->text + c->off,
		    c->len, c->width, l->columns.v[i].right, role);
		x += width[i] + GAP;
	}
}

/* Text in h lines; the rest of them blank. */
static void
paint_wrapped(const char *text, int y, const struct rect *in, int h, uint8_t role)
{
	struct rows rows;
	rows_init(&rows);
	struct rows_options o = { .width = most(in->w, 1), .ascii = theme_is_ascii(), .role = role };
	rows_add_plain(&rows, text, strlen(text), &o);
	for (int i = 0; i < h; i++)
		if ((size_t)i < rows.rows.n)
			paint_row(y + i, in->x, in->w, &rows, (size_t)i, NULL);
		else
			paint_blank(y + i, in->x, in->w, ROLE_TEXT);
	rows_done(&rows);
}

static void
paint_rows_at(struct list *l, int y, const struct rect *in, int h)
{
	int width[UI_LIST_COLUMNS];
	fit_columns(l, in->w, width);
	l->body = (struct rect){ y, in->x, h, in->w };
	if (l->shown.n == 0) {
		const char *why = l->rows.n > 0 ? _("Nothing matches.") : l->empty != NULL ? l->empty : "";
		paint_wrapped(why, y, in, h, ROLE_DIM);
		return;
	}
	for (int i = 0; i < h; i++) {
		const struct list_row *r = shown_row(l, l->top + (size_t)i);
		if (r != NULL)
			paint_list_row(l, r, y + i, in, width, l->top + (size_t)i == l->cursor);
		else
			paint_blank(y + i, in->x, in->w, ROLE_TEXT);
	}
}

/* What keys do, on as many lines as there are; the last ones give way. */
static void
paint_keys(const struct list *l, int y, const struct rect *in, int h)
{
	size_t k = 0;
	for (int line = 0; line < h; line++) {
		struct bar bar;
		bar_init(&bar);
		int used = 0;
		for (; k < l->keys.n; k++) {
			int w = width_of(l->keys.v[k], strlen(l->keys.v[k])) + 3;
			if (used > 0 && used + w - 3 > in->w)
				break;
			bar_add(&bar, UI_HINT, 0, "%s   ", l->keys.v[k]);
			used += w;
		}
		bar_paint(&bar, y + line, in->x, in->w, ROLE_TEXT);
		bar_done(&bar);
	}
}

/* The cursor is among the h rows that are seen, and no room is left over below. */
static void
keep_seen(struct list *l, int h)
{
	l->height = h;
	size_t rows = h > 0 ? (size_t)h : 1;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (l->cursor >= l->top + rows)
		l->top = l->cursor - rows + 1;
	if (l->shown.n <= rows)
		l->top = 0;
	else if (l->top + rows > l->shown.n)
		l->top = l->shown.n - rows;
}

void
list_paint(struct list *l, const struct rect *area)
{
	struct plan p;
	plan(l, area, &p);
	if (p.in.w < 1 || p.in.h < 1)
		return;
	keep_seen(l, p.rows);
	paint_frame(l, &p);
	int y = p.in.y + p.title;
	paint_filter(l, y++, &p.in);
	if (p.header > 0) {
		int width[UI_LIST_COLUMNS];
		fit_columns(l, p.in.w, width);
		paint_header(l, y++, &p.in, width);
	}
	paint_rows_at(l, y, &p.in, p.rows);
	y += p.rows;
	if (p.note > 0)
		paint_wrapped(l->note, y, &p.in, p.note, UI_STATUS_WARN);
	y += p.note;
	if (p.rule > 0)
		paint_hline(y++, p.in.x, p.in.w, UI_RULE);
	const struct list_row *r = shown_row(l, l->cursor);
	paint_wrapped(r != NULL ? r->text + r->detail : "", y, &p.in, p.detail, ROLE_TEXT);
	paint_keys(l, y + p.detail, &p.in, p.keys);
}
