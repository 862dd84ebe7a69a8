/* bar.c - lines of parts; see bar.h. */
#include "config.h"

#include "ui/bar.h"

#include <stdarg.h>
#include <stdlib.h>

#include "text/width.h"
#include "ui/paint.h"

void
bar_init(struct bar *b)
{
	b->n = 0;
	b->right = false;
	buf_init(&b->text, 0);
}

void
bar_done(struct bar *b)
{
	buf_done(&b->text);
}

void
bar_right(struct bar *b)
{
	b->right = true;
}

void
bar_add(struct bar *b, uint8_t role, uint8_t goes, const char *fmt, ...)
{
	if (b->n >= BAR_PARTS)
		return;
	struct buf raw;
	buf_init(&raw, 4096);
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&raw, fmt, args);
	va_end(args);
	size_t off = b->text.len;
	paint_clean(&b->text, buf_str(&raw), raw.len);
	buf_done(&raw);
	size_t len = b->text.len - off;
	b->part[b->n++] = (struct bar_part){ .off = (uint32_t)off, .len = (uint32_t)len,
		.cells = len > 0 ? width_of(b->text.s + off, len) : 0, .role = role, .goes = goes,
		.right = b->right };
}

int
bar_cells(const struct bar *b)
{
	int cells = 0;
	for (int i = 0; i < b->n; i++)
		cells += b->part[i].cells;
	return cells;
}

/* Takes out the parts that may go first. False when all that are left must stay. */
static bool
give_way(struct bar *b)
{
	uint8_t worst = 0;
	for (int i = 0; i < b->n; i++)
		if (b->part[i].goes > worst)
			worst = b->part[i].goes;
	if (worst == 0)
		return false;
	int kept = 0;
	for (int i = 0; i < b->n; i++)
		if (b->part[i].goes != worst)
			b->part[kept++] = b->part[i];
	b->n = kept;
	return true;
}

static int
paint_side(const struct bar *b, bool right, int y, int x, int w)
{
	int used = 0;
	for (int i = 0; i < b->n; i++) {
		const struct bar_part *p = &b->part[i];
		if (p->right == right && p->len > 0)
			used += paint_text(y, x + used, w - used, b->text.s + p->off, p->len, p->role, 0);
	}
	return used;
}

void
bar_paint(struct bar *b, int y, int x, int w, uint8_t role)
{
	while (bar_cells(b) > w && give_way(b))
		;
	int right = 0;
	for (int i = 0; i < b->n; i++)
		right += b->part[i].right ? b->part[i].cells : 0;
	if (right > w)
		right = w;
	int left = paint_side(b, false, y, x, w - right);
	paint_blank(y, x + left, w - left - right, role);
	int used = paint_side(b, true, y, x + w - right, right);
	paint_blank(y, x + w - right + used, right - used, role);
}
