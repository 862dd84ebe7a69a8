/* field.c - a line that readline does not see; see field.h. */
#include "config.h"

#include "ui/field.h"

#include <string.h>

#include "base/mem.h"
#include "text/width.h"
#include "ui/paint.h"
#include "ui/theme.h"

void
field_init(struct field *f, const char *text, bool secret)
{
	*f = (struct field){ .secret = secret };
	buf_init(&f->text, FIELD_MAX);
	buf_room(&f->text, FIELD_MAX);          /* at once: growing would leave copies behind */
	field_set(f, text != NULL ? text : "");
}

void
field_done(struct field *f)
{
	buf_wipe(&f->text);
	f->at = 0;
}

static void
cut(struct field *f, size_t from, size_t to)
{
	struct buf *t = &f->text;
	memmove(t->s + from, t->s + to, t->len - to);
	size_t left = t->len - (to - from);
	mem_wipe(t->s + left, t->len - left);
	buf_truncate(t, left);
	f->at = from;
}

static void
insert(struct field *f, const char *s, size_t n)
{
	size_t len = f->text.len, at = f->at;
	if (n > FIELD_MAX - 1 - len)
		return;
	buf_add(&f->text, s, n);
	memmove(f->text.s + at + n, f->text.s + at, len - at);
	memcpy(f->text.s + at, s, n);
	f->at = at + n;
}

void
field_set(struct field *f, const char *text)
{
	cut(f, 0, f->text.len);
	field_paste(f, text, strlen(text));
}

void
field_type(struct field *f, char byte)
{
	insert(f, &byte, 1);
}

void
field_paste(struct field *f, const char *text, size_t n)
{
	const char *end = memchr(text, '\n', n);
	n = end != NULL ? (size_t)(end - text) : n;
	size_t at = f->at;
	insert(f, text, n);
	for (size_t i = at; i < f->at; i++)
		if (f->text.s[i] == '\t')
			f->text.s[i] = ' ';
}

/* ---- the cursor ------------------------------------------------------------------------------ */

static bool
continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
before(const struct field *f, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && continues(f->text.s[at]))
		at--;
	return at;
}

static size_t
behind(const struct field *f, size_t at)
{
	if (at < f->text.len)
		at++;
	while (at < f->text.len && continues(f->text.s[at]))
		at++;
	return at;
}

void
field_left(struct field *f)
{
	f->at = before(f, f->at);
}

void
field_right(struct field *f)
{
	f->at = behind(f, f->at);
}

void
field_home(struct field *f)
{
	f->at = 0;
}

void
field_end(struct field *f)
{
	f->at = f->text.len;
}

void
field_erase(struct field *f)
{
	cut(f, before(f, f->at), f->at);
}

void
field_erase_right(struct field *f)
{
	cut(f, f->at, behind(f, f->at));
}

void
field_erase_word(struct field *f)
{
	size_t from = f->at;
	while (from > 0 && f->text.s[from - 1] == ' ')
		from--;
	while (from > 0 && f->text.s[from - 1] != ' ')
		from--;
	cut(f, from, f->at);
}

void
field_kill_left(struct field *f)
{
	cut(f, 0, f->at);
}

void
field_kill_right(struct field *f)
{
	cut(f, f->at, f->text.len);
	f->at = f->text.len;
}

/* ---- on the screen ----------------------------------------------------------------------------- */

/* Appends what is shown of n bytes of it: dots say only how many characters there are. */
static void
show(const struct field *f, size_t from, size_t to, struct buf *out)
{
	if (!f->secret) {
		paint_clean(out, f->text.s + from, to - from);
		return;
	}
	for (size_t i = from; i < to; i++)
		if (!continues(f->text.s[i]))
			buf_puts(out, theme_sign(SIGN_BULLET));
}

int
field_paint(const struct field *f, int y, int x, int w)
{
	struct buf left = { 0 }, right = { 0 };
	show(f, 0, f->at, &left);
	show(f, f->at, f->text.len, &right);
	size_t from = 0;
	int column = left.len > 0 ? width_of(left.s, left.len) : 0;
	while (column >= w && from < left.len) {
		int cells;
		from += width_grapheme(left.s + from, left.len - from, &cells);
		column -= cells;
	}
	paint_text(y, x, w, buf_str(&left) + from, left.len - from, UI_INPUT, 0);
	int used = paint_text(y, x + column, w - column, buf_str(&right), right.len, UI_INPUT, 0);
	paint_blank(y, x + column + used, w - column - used, ROLE_TEXT);
	buf_done(&left);
	buf_done(&right);
	return column;
}
