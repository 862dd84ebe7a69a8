/* copy.c - OSC 52; see copy.h. */
#include "config.h"

#include "ui/copy.h"

#include "base/str.h"

int
copy_sequence(struct buf *out, const char *text, size_t n, bool tmux)
{
	if (n > COPY_MAX / 4 * 3)
		return -1;
	buf_puts(out, tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;");
	str_base64(out, text, n);
	buf_puts(out, tmux ? "\a\033\\" : "\a");
	return 0;
}

void
copy_last_reply(struct buf *out, const struct transcript *t)
{
	size_t first = t->blocks.n;
	bool any = false;
	while (first > 0) {
		const struct block *b = t->blocks.v[first - 1];
		if (b->kind == BLOCK_USER && !b->queued && any)
			break;
		any = any || b->kind == BLOCK_TEXT;
		first--;
	}
	for (size_t i = first; i < t->blocks.n; i++) {
		const struct block *b = t->blocks.v[i];
		if (b->kind != BLOCK_TEXT || b->text.len == 0)
			continue;
		if (out->len > 0)
			buf_puts(out, "\n\n");
		buf_add(out, b->text.s, b->text.len);
	}
}
