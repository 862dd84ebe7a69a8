/*
 * markdown.c - rows_add_markdown() and rows_put_words() of rows.h.
 *
 * md4c calls back for each block, span and text. Text gathers, cleaned and
 * styled, until its block ends; then it is wrapped behind the prefixes of the
 * containers it stands in (quote bars, bullets, hanging indents). Empty rows
 * are decided when the next block begins, so none is left at the end.
 */
#include "config.h"

#include <ctype.h>
#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "text/clean.h"
#include "text/entity.h"
#include "text/highlight.h"
#include "text/mdtable.h"
#include "text/rows.h"
#include "text/utf8.h"
#include "text/width.h"
#include "text/wrap.h"

/* Containers in one line, or URLs, beyond which md4c's quadratic spots begin to hurt. */
#define NESTING_MAX 100
#define URLS_MAX 1500
/* A link longer than this is not made one: terminals refuse it (VTE at 2083). */
#define LINK_MAX 2000
#define CODE_INDENT 2

enum container_type { CONTAINER_DOCUMENT, CONTAINER_QUOTE, CONTAINER_LIST, CONTAINER_ITEM };

struct container {
	enum container_type type;
	bool	tight;          /* no empty rows between its children */
	bool	begun;          /* it has children */
	bool	shown;          /* quote: has rows; item: its marker is written */
	bool	ordered;        /* list */
	char	delimiter;
	unsigned number;
	int	cells;          /* item: of its marker */
	char	marker[24];     /* with the space behind it */
};

struct md {
	struct rows	*rows;
	const struct rows_options *options;
	int		 width;
	unsigned	 clean;         /* flags for inline text */
	const char	*raw;
	size_t		 n;
	size_t		 first_row;     /* of this call */
	long		 budget;        /* callbacks; what needs more is an attack */
	struct VEC(struct container) stack;
	bool		 gap;           /* an empty row before the next block */
	struct styled	 first, rest;   /* the prefixes of the block being written */
	uint32_t	 source;        /* where the last text came from */

	/* the block with text that is open */
	bool		 open, implied; /* implied: text of a tight item, which has no block */
	uint32_t	 block_source;
	struct styled	 text;
	struct styled	*into;          /* &text, or the table's */
	bool		 soft;          /* a soft break waits for what comes next */
	unsigned	 heading;       /* its level, 0 = none */
	unsigned	 strong, em, del, code, image;
	bool		 image_linked;  /* the link is the image's */
	uint16_t	 link;
	size_t		 link_start;

	/* code block */
	bool		 in_code;
	struct buf	 line;          /* raw */
	uint32_t	 line_source;
	bool		 line_located;
	struct highlight highlight;

	struct mdtable	 table;
	bool		 in_table, in_head;
};

/* ---- styles ---- */

/* A role of Markdown's; text that as a whole has a role of its own (dim reasoning) keeps that. */
static uint8_t
role_for(const struct md *m, enum style_role role)
{
	return (uint8_t)(m->options->role == ROLE_TEXT ? role : m->options->role);
}

static bool
is_quoted(const struct md *m)
{
	for (size_t i = 0; i < m->stack.n; i++)
		if (m->stack.v[i].type == CONTAINER_QUOTE)
			return true;
	return false;
}

static uint8_t
base_role(const struct md *m)
{
	return role_for(m, m->heading > 0 ? ROLE_HEADING : is_quoted(m) ? ROLE_QUOTE : ROLE_TEXT);
}

static struct run
inline_style(const struct md *m)
{
	static const uint8_t headings[] = { 0, STYLE_BOLD | STYLE_UNDERLINE, STYLE_BOLD,
		STYLE_BOLD | STYLE_ITALIC, STYLE_ITALIC, STYLE_ITALIC, STYLE_ITALIC };
	struct run style = { .role = base_role(m), .link = m->link,
		.emphasis = m->options->emphasis | headings[m->heading > 6 ? 6 : m->heading] };
	if (m->strong > 0 || m->in_head)
		style.emphasis |= STYLE_BOLD;
	if (m->em > 0 || m->image > 0)
		style.emphasis ^= STYLE_ITALIC;
	if (m->del > 0)
		style.emphasis |= STYLE_STRIKE;
	if (m->link != 0) {
		style.role = role_for(m, ROLE_LINK);
		style.emphasis |= STYLE_UNDERLINE;
	}
	if (m->code > 0)
		style.role = role_for(m, ROLE_CODE);
	return style;
}

static bool
is_raw(const struct md *m, const char *s)
{
	return s >= m->raw && s < m->raw + m->n;
}

/* Notes where the text comes from: md4c hands out pointers into the input, but for blanks. */
static void
note_source(struct md *m, const char *s)
{
	if (is_raw(m, s))
		m->source = (uint32_t)(s - m->raw);
}

/* ---- prefixes ---- */

static void
add_spaces(struct styled *s, int n, const struct run *style)
{
	for (int i = 0; i < n; i++)
		buf_putc(&s->text, ' ');
	styled_end(s, style);
}

/* What stands before the next block's first row and before its others. Returns how many bytes
 * of the first are layout: all before the marker of an item that begins here. */
static uint16_t
make_prefixes(struct md *m)
{
	const struct run bar = { .role = role_for(m, ROLE_QUOTE) };
	const struct run bullet = { .role = role_for(m, ROLE_BULLET) };
	const struct run blank = { .role = role_for(m, ROLE_TEXT) };
	size_t lead = SIZE_MAX;
	styled_reset(&m->first);
	styled_reset(&m->rest);
	for (size_t i = 0; i < m->stack.n; i++) {
		struct container *c = &m->stack.v[i];
		if (c->type == CONTAINER_QUOTE) {
			const char *s = m->options->ascii ? "| " : "\xe2\x94\x82 ";
			styled_puts(&m->first, s, &bar);
			styled_puts(&m->rest, s, &bar);
		} else if (c->type == CONTAINER_ITEM && !c->shown) {
			if (lead == SIZE_MAX)
				lead = m->first.text.len;
			styled_puts(&m->first, c->marker, &bullet);
			add_spaces(&m->rest, c->cells, &blank);
		} else if (c->type == CONTAINER_ITEM) {
			add_spaces(&m->first, c->cells, &blank);
			add_spaces(&m->rest, c->cells, &blank);
		}
		c->shown = true;
	}
	/* Deep nesting must leave room for text: half the width. */
	styled_cut(&m->first, m->width / 2);
	styled_cut(&m->rest, m->width / 2);
	return (uint16_t)(lead < m->first.text.len ? lead : m->first.text.len);
}

/* ---- blocks ---- */

static struct container *
top(struct md *m)
{
	return &m->stack.v[m->stack.n - 1];
}

/* A block begins in the innermost container: its second and later ones keep a distance. */
static void
begin_child(struct md *m)
{
	struct container *c = top(m);
	if (c->begun && !c->tight)
		m->gap = true;
	c->begun = true;
}

/* The bars of the quotes that go on from above to below. */
static void
write_gap(struct md *m)
{
	uint32_t source = m->rows->rows.n > m->first_row ? wrap_row(m->rows)->source : 0;
	wrap_row_begin(m->rows, source);
	int cells = 0;
	for (size_t i = 0; i < m->stack.n; i++) {
		const struct container *c = &m->stack.v[i];
		if (c->type == CONTAINER_ITEM)
			cells += c->cells;
		if (c->type != CONTAINER_QUOTE || !c->shown ||
		    wrap_row(m->rows)->width + cells + 1 > m->width / 2)
			continue;
		for (; cells > 0; cells--)
			wrap_row_puts(m->rows, " ", 1, role_for(m, ROLE_TEXT), 0);
		wrap_row_puts(m->rows, m->options->ascii ? "|" : "\xe2\x94\x82", 1,
		    role_for(m, ROLE_QUOTE), 0);
		cells = 1;
	}
	struct row *row = wrap_row(m->rows);
	for (uint32_t i = 0; i < row->n; i++)
		row->lead = (uint16_t)(row->lead + m->rows->spans.v[row->first + i].len);
}

/* What every block does before its first row. */
static struct wrap_frame
begin_rows(struct md *m)
{
	if (m->gap && m->rows->rows.n > m->first_row)
		write_gap(m);
	m->gap = false;
	uint16_t lead = make_prefixes(m);
	return (struct wrap_frame){ .width = m->width, .words = true, .ascii = m->options->ascii,
		.first = &m->first, .rest = &m->rest, .lead = lead, .source = m->block_source };
}

static void
open_block(struct md *m, bool implied)
{
	begin_child(m);
	m->open = true;
	m->implied = implied;
	m->soft = false;
	m->block_source = m->source;
	styled_reset(&m->text);
}

static void
close_block(struct md *m)
{
	if (!m->open)
		return;
	m->open = m->soft = false;
	if (m->text.text.len == 0 && !m->implied && top(m)->type != CONTAINER_ITEM)
		return;
	struct wrap_frame frame = begin_rows(m);
	wrap_rows(m->rows, &m->text, &frame);
}

/* A block that stands beside the text of a tight item ends that text. */
static void
close_implied(struct md *m)
{
	if (m->open && m->implied)
		close_block(m);
}

static void
push(struct md *m, const struct container *c)
{
	vec_add(&m->stack, *c);
}

static void
enter_list(struct md *m, bool ordered, unsigned start, char delimiter, bool tight)
{
	begin_child(m);
	push(m, &(struct container){ .type = CONTAINER_LIST, .tight = tight, .ordered = ordered,
		.number = start, .delimiter = delimiter });
}

static const char *
bullet_for(const struct md *m)
{
	static const char *const bullets[] = { "\xe2\x80\xa2 ", "\xe2\x97\xa6 ", "\xe2\x80\xa3 " };
	static const char *const ascii[] = { "* ", "- ", "+ " };
	size_t depth = 0;
	for (size_t i = 0; i < m->stack.n; i++)
		depth += m->stack.v[i].type == CONTAINER_LIST && !m->stack.v[i].ordered;
	return (m->options->ascii ? ascii : bullets)[(depth + 2) % 3];
}

static void
enter_item(struct md *m, const MD_BLOCK_LI_DETAIL *d)
{
	begin_child(m);
	struct container *list = top(m), item = { .type = CONTAINER_ITEM, .tight = list->tight };
	struct buf marker;
	buf_init(&marker, sizeof item.marker - 1);
	if (list->ordered)
		buf_printf(&marker, "%u%c ", list->number++, list->delimiter);
	else if (!d->is_task)
		buf_puts(&marker, bullet_for(m));
	if (d->is_task && m->options->ascii)
		buf_puts(&marker, d->task_mark == ' ' ? "[ ] " : "[x] ");
	else if (d->is_task)
		buf_puts(&marker, d->task_mark == ' ' ? "\xe2\x98\x90 " : "\xe2\x98\x91 ");
	memcpy(item.marker, buf_str(&marker), marker.len + 1);
	item.cells = width_of(item.marker, marker.len);
	buf_done(&marker);
	push(m, &item);
}

static void
leave_item(struct md *m)
{
	close_implied(m);
	if (!top(m)->shown) {
		styled_reset(&m->text);
		m->block_source = m->source;
		struct wrap_frame frame = begin_rows(m);
		wrap_rows(m->rows, &m->text, &frame);
	}
	m->stack.n--;
}

static void
write_rule(struct md *m)
{
	begin_child(m);
	m->block_source = m->source;
	begin_rows(m);
	wrap_row_begin(m->rows, m->source);
	wrap_row_prefix(m->rows, &m->first);
	struct row *row = wrap_row(m->rows);
	row->lead = (uint16_t)m->first.text.len;
	for (int i = row->width; i < m->width; i++)
		wrap_row_puts(m->rows, m->options->ascii ? "-" : "\xe2\x94\x80", 1, ROLE_RULE, 0);
}

/* ---- code blocks ---- */

/* The prefixes with the indent that sets code apart, where there is room for it. */
static struct wrap_frame
begin_code_rows(struct md *m)
{
	struct wrap_frame frame = begin_rows(m);
	bool all_layout = frame.lead == m->first.text.len;
	if (m->width >= 10 * CODE_INDENT) {
		const struct run style = { .role = role_for(m, ROLE_CODE) };
		add_spaces(&m->first, CODE_INDENT, &style);
		add_spaces(&m->rest, CODE_INDENT, &style);
	}
	frame.words = false;
	if (all_layout)
		frame.lead = (uint16_t)m->first.text.len;
	return frame;
}

static void
enter_code(struct md *m, const MD_BLOCK_CODE_DETAIL *d)
{
	begin_child(m);
	m->in_code = true;
	m->block_source = m->source;
	buf_reset(&m->line);
	if (d->lang.size > 0)
		note_source(m, d->lang.text);
	const struct language *language =
	    d->lang.size > 0 ? highlight_find(d->lang.text, d->lang.size) : NULL;
	highlight_init(&m->highlight, m->options->role == ROLE_TEXT ? language : NULL);
	if (d->lang.size == 0)
		return;
	styled_reset(&m->text);
	clean_add(&m->text.text, d->lang.text, d->lang.size, m->clean & ~(unsigned)CLEAN_LINES);
	styled_end(&m->text, &(struct run){ .role = role_for(m, ROLE_CODE_LANGUAGE),
		.source = m->source, .emphasis = m->options->emphasis });
	struct wrap_frame frame = begin_code_rows(m);
	wrap_rows(m->rows, &m->text, &frame);
}

static void
end_code_line(struct md *m)
{
	styled_reset(&m->text);
	clean_add(&m->text.text, buf_str(&m->line), m->line.len,
	    CLEAN_TABS4 | (m->options->ascii ? CLEAN_ASCII : 0));
	highlight_line(&m->highlight, &m->text, m->line_source, (uint32_t)m->line.len,
	    m->options->emphasis);
	if (m->options->role != ROLE_TEXT)
		for (size_t i = 0; i < m->text.runs.n; i++)
			m->text.runs.v[i].role = m->options->role;
	m->block_source = m->line_source;
	struct wrap_frame frame = begin_code_rows(m);
	frame.code = true;
	wrap_rows(m->rows, &m->text, &frame);
	buf_reset(&m->line);
	m->line_located = false;
}

static unsigned
next_column(unsigned column, char c)
{
	return column + (c == '\t' ? 4 - column % 4 : 1);
}

/* md4c hands out the indent of a line of code as so many spaces, also where it is tabs: where it begins. */
static uint32_t
indent_source(const struct md *m, uint32_t at, size_t indent)
{
	uint32_t i = at;
	while (i > 0 && m->raw[i - 1] != '\n' && m->raw[i - 1] != '\r')
		i--;
	unsigned column = 0;
	for (uint32_t k = i; k < at; k++)
		column = next_column(column, m->raw[k]);
	unsigned begin = column > indent ? column - (unsigned)indent : 0;
	for (column = 0; i < at; i++) {
		column = next_column(column, m->raw[i]);
		if (column > begin)
			break;
	}
	return i;
}

static void
add_code(struct md *m, const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		const char *nl = memchr(s + at, '\n', n - at);
		size_t end = nl != NULL ? (size_t)(nl - s) : n;
		if (!m->line_located) {
			m->line_located = is_raw(m, s);
			m->line_source = m->line_located ? indent_source(m, m->source, m->line.len) : m->source;
		}
		buf_add(&m->line, s + at, end - at);
		if (nl != NULL)
			end_code_line(m);
		at = end + (nl != NULL);
	}
}

static void
leave_code(struct md *m)
{
	if (m->line.len > 0)
		end_code_line(m);
	m->in_code = false;
}

/* ---- tables ---- */

static void
enter_table(struct md *m)
{
	begin_child(m);
	mdtable_reset(&m->table);
	m->block_source = m->source;
	m->into = &m->table.text;
	m->in_table = true;
}

static void
enter_cell(struct md *m, const MD_BLOCK_TD_DETAIL *d)
{
	static const uint8_t aligns[] = { [MD_ALIGN_DEFAULT] = MDTABLE_LEFT,
		[MD_ALIGN_LEFT] = MDTABLE_LEFT, [MD_ALIGN_CENTER] = MDTABLE_CENTER,
		[MD_ALIGN_RIGHT] = MDTABLE_RIGHT };
	m->soft = false;
	if (m->in_head)
		vec_add(&m->table.aligns, aligns[d->align & 3]);
}

static void
leave_table(struct md *m)
{
	m->into = &m->text;
	m->in_table = false;
	struct wrap_frame frame = begin_rows(m);
	mdtable_add_rows(m->rows, &m->table, &frame, base_role(m));
}

/* ---- inline text ---- */

/* Chinese and Japanese lines are joined without a space. */
static bool
joins_without_space(const struct styled *s, const char *next, size_t n)
{
	uint32_t before, after;
	if (n == 0 || s->text.len == 0 || (unsigned char)*next < 0xe2 ||
	    (unsigned char)s->text.s[s->text.len - 1] < 0x80)
		return false;
	size_t at = utf8_previous(s->text.s, s->text.len);
	utf8_decode(s->text.s + at, s->text.len - at, &before);
	utf8_decode(next, n, &after);
	return before >= 0x2e80 && after >= 0x2e80 && width_of_char(before) == 2 &&
	    width_of_char(after) == 2 && !(before >= 0xac00 && before < 0xd7b0) &&
	    before < 0x1f000 && after < 0x1f000;
}

static void
end_run(struct md *m, size_t raw)
{
	struct run style = inline_style(m);
	style.source = m->source;
	style.raw = (uint32_t)raw;
	styled_end(m->into, &style);
}

/* The soft break that waits becomes a space, in the plain style, unless the text joins without. */
static void
settle_soft(struct md *m, const char *next, size_t n)
{
	if (m->soft && !joins_without_space(m->into, next, n)) {
		const struct run style = { .source = m->source, .role = base_role(m),
			.emphasis = m->options->emphasis };
		styled_puts(m->into, " ", &style);
	}
	m->soft = false;
}

static void
add_inline(struct md *m, const char *s, size_t n, size_t raw)
{
	settle_soft(m, s, n);
	clean_add(&m->into->text, s, n, m->clean);
	end_run(m, raw);
}

/* Models break lines in table cells with <br>: there is no other way. */
static void
add_cell_text(struct md *m, const char *s, size_t n)
{
	static const char *const breaks[] = { "<br>", "<br/>", "<br />" };
	size_t from = 0;
	uint32_t source = m->source;
	for (size_t at = 0; at < n; at++) {
		size_t len = 0;
		for (size_t i = 0; s[at] == '<' && i < 3 && len == 0; i++)
			if (n - at >= strlen(breaks[i]) &&
			    memcmp(s + at, breaks[i], strlen(breaks[i])) == 0)
				len = strlen(breaks[i]);
		if (len == 0)
			continue;
		m->source = source + (uint32_t)from;
		add_inline(m, s + from, at - from, at - from);
		add_inline(m, "\n", 1, 0);
		from = at + len;
		at = from - 1;
	}
	m->source = source + (uint32_t)from;
	add_inline(m, s + from, n - from, n - from);
}

static void
add_entity(struct md *m, const char *s, size_t n)
{
	uint32_t cp = entity_decode(s, n);
	char decoded[4];
	if (cp == 0)
		add_inline(m, s, n, n);
	else
		add_inline(m, decoded, utf8_encode(cp, decoded), n);
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *s, MD_SIZE n, void *arg)
{
	struct md *m = arg;
	if (--m->budget < 0)
		return -1;
	note_source(m, s);
	if (is_raw(m, s) && n > m->n - m->source)
		n = (MD_SIZE)(m->n - m->source);        /* see parse() */
	if (m->in_code) {
		add_code(m, type == MD_TEXT_NULLCHAR ? "" : s, type == MD_TEXT_NULLCHAR ? 1 : n);
		return 0;
	}
	if (!m->open && !m->in_table)
		open_block(m, true);
	switch (type) {
	case MD_TEXT_NULLCHAR:
		add_inline(m, "\xef\xbf\xbd", 3, 1);
		break;
	case MD_TEXT_BR:
		m->soft = false;
		add_inline(m, "\n", 1, 0);
		break;
	case MD_TEXT_SOFTBR:
		m->soft = true;
		break;
	case MD_TEXT_ENTITY:
		add_entity(m, s, n);
		break;
	default:
		if (m->in_table && type == MD_TEXT_NORMAL)
			add_cell_text(m, s, n);
		else
			add_inline(m, s, n, n);
	}
	return 0;
}

/* ---- links ---- */

/* The address with entities decoded, everything beyond plain URL characters as %XX. */
static void
read_address(const MD_ATTRIBUTE *a, struct buf *out)
{
	struct buf raw;
	buf_init(&raw, 0);
	for (unsigned i = 0; a->size > 0 && a->substr_offsets[i] < a->size; i++) {
		const char *s = a->text + a->substr_offsets[i];
		size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];
		uint32_t cp = a->substr_types[i] == MD_TEXT_ENTITY ? entity_decode(s, n) : 0;
		if (cp != 0)
			utf8_put(&raw, cp);
		else
			buf_add(&raw, s, n);
	}
	str_percent(out, buf_str(&raw), raw.len, ":/?#[]@!$&'()*+,;=%");
	buf_done(&raw);
}

static bool
has_allowed_scheme(const char *url)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:" };
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t n = 0;
		while (schemes[i][n] != '\0' &&
		       (url[n] | (url[n] >= 'A' && url[n] <= 'Z' ? 0x20 : 0)) == schemes[i][n])
			n++;
		if (schemes[i][n] == '\0')
			return true;
	}
	return false;
}

static void
enter_link(struct md *m, const MD_ATTRIBUTE *address)
{
	struct buf url;
	settle_soft(m, "", 0);
	buf_init(&url, 0);
	read_address(address, &url);
	if (url.len <= LINK_MAX && m->rows->links.n < UINT16_MAX &&
	    has_allowed_scheme(buf_str(&url))) {
		vec_add(&m->rows->links, buf_take(&url, NULL));
		m->link = (uint16_t)m->rows->links.n;
	}
	buf_done(&url);
	m->link_start = m->into->text.len;
}

static void
leave_link(struct md *m)
{
	if (m->link == 0)
		return;
	const char *url = m->rows->links.v[m->link - 1];
	const char *shown =
	    m->into->text.len > m->link_start ? m->into->text.s + m->link_start : "";
	bool same =
	    strcmp(url, shown) == 0 || (str_starts(url, "mailto:") && strcmp(url + 7, shown) == 0);
	if (*shown == '\0' || (m->options->show_urls && !same)) {
		struct run style = { .source = m->source, .link = m->link,
			.role = role_for(m, ROLE_DIM), .emphasis = m->options->emphasis };
		buf_printf(&m->into->text, *shown != '\0' ? " (%s)" : "%s", url);
		styled_end(m->into, &style);
	}
	m->link = 0;
}

/* ---- md4c's callbacks ---- */

static int
on_enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct md *m = arg;
	if (--m->budget < 0)
		return -1;
	close_implied(m);
	switch (type) {
	case MD_BLOCK_QUOTE:
		begin_child(m);
		push(m, &(struct container){ .type = CONTAINER_QUOTE });
		break;
	case MD_BLOCK_UL:
		enter_list(m, false, 0, 0, ((MD_BLOCK_UL_DETAIL *)detail)->is_tight);
		break;
	case MD_BLOCK_OL:
		enter_list(m, true, ((MD_BLOCK_OL_DETAIL *)detail)->start,
		    ((MD_BLOCK_OL_DETAIL *)detail)->mark_delimiter,
		    ((MD_BLOCK_OL_DETAIL *)detail)->is_tight);
		break;
	case MD_BLOCK_LI:
		enter_item(m, detail);
		break;
	case MD_BLOCK_HR:
		write_rule(m);
		break;
	case MD_BLOCK_H:
		m->heading = ((MD_BLOCK_H_DETAIL *)detail)->level;
		open_block(m, false);
		break;
	case MD_BLOCK_P:
	case MD_BLOCK_HTML:
		open_block(m, false);
		break;
	case MD_BLOCK_CODE:
		enter_code(m, detail);
		break;
	case MD_BLOCK_TABLE:
		enter_table(m);
		break;
	case MD_BLOCK_THEAD:
		m->in_head = true;
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		enter_cell(m, detail);
		break;
	default:
		break;
	}
	return 0;
}

static int
on_leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct md *m = arg;
	(void)detail;
	switch (type) {
	case MD_BLOCK_QUOTE:
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		m->stack.n--;
		break;
	case MD_BLOCK_LI:
		leave_item(m);
		break;
	case MD_BLOCK_H:
		close_block(m);
		m->heading = 0;
		break;
	case MD_BLOCK_P:
	case MD_BLOCK_HTML:
		close_block(m);
		break;
	case MD_BLOCK_CODE:
		leave_code(m);
		break;
	case MD_BLOCK_TABLE:
		leave_table(m);
		break;
	case MD_BLOCK_THEAD:
		m->in_head = false;
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		mdtable_end_cell(&m->table);
		break;
	default:
		break;
	}
	return 0;
}

/* The counter of a span that is only a style; NULL for others. */
static unsigned *
counter_for(struct md *m, MD_SPANTYPE type)
{
	switch (type) {
	case MD_SPAN_STRONG:
		return &m->strong;
	case MD_SPAN_EM:
		return &m->em;
	case MD_SPAN_DEL:
		return &m->del;
	case MD_SPAN_CODE:
		return &m->code;
	default:
		return NULL;
	}
}

static int
on_enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
	struct md *m = arg;
	if (--m->budget < 0)
		return -1;
	if (!m->open && !m->in_table)
		open_block(m, true);
	unsigned *counter = counter_for(m, type);
	if (counter != NULL)
		++*counter;
	else if (type == MD_SPAN_A && m->image == 0)
		enter_link(m, &((MD_SPAN_A_DETAIL *)detail)->href);
	else if (type == MD_SPAN_IMG && m->image++ == 0 && m->link == 0) {
		enter_link(m, &((MD_SPAN_IMG_DETAIL *)detail)->src);
		m->image_linked = true;
	}
	return 0;
}

static int
on_leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
	struct md *m = arg;
	(void)detail;
	unsigned *counter = counter_for(m, type);
	if (counter != NULL)
		--*counter;
	else if (type == MD_SPAN_A && m->image == 0)
		leave_link(m);
	else if (type == MD_SPAN_IMG && --m->image == 0 && m->image_linked) {
		leave_link(m);
		m->image_linked = false;
	}
	return 0;
}

/* ---- the whole ---- */

/* Whether a line opens more containers than anyone means. */
static bool
is_nested_beyond_reason(const char *s, size_t n)
{
	bool at_start = true;
	int depth = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n' || s[i] == '\r') {
			at_start = true;
			depth = 0;
		} else if (at_start && memchr("> \t-+*.)0123456789", s[i], 18) == NULL) {
			at_start = false;
		} else if (at_start && (s[i] == '>' ||
				(i > 0 && s[i] == ' ' && memchr("-+*.)", s[i - 1], 5) != NULL))) {
			if (++depth > NESTING_MAX)
				return true;
		}
	}
	return false;
}

static unsigned
parser_flags(const char *s, size_t n)
{
	unsigned flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS |
			 MD_FLAG_NOHTML | MD_FLAG_COLLAPSEWHITESPACE;
	int urls = 0;
	for (const char *p = s; urls <= URLS_MAX && n > 2; urls++) {
		p = memmem(p, (size_t)(s + n - p), "://", 3);
		if (p == NULL)
			return flags | MD_FLAG_PERMISSIVEURLAUTOLINKS;
		p += 3;
	}
	return flags;
}

/* Rows that the layout made up, and texts that came from nowhere, follow their neighbours. */
static void
order_sources(struct rows *r, size_t first, size_t n)
{
	uint32_t least = 0;
	for (size_t i = first; i < r->rows.n; i++) {
		uint32_t *source = &r->rows.v[i].source;
		if (*source < least)
			*source = least;
		if (*source > n)
			*source = (uint32_t)n;
		least = *source;
	}
}

/*
 * md4c 0.4.8 may look past the end of its input where a URL stands there, and
 * even hand out text from behind it. So it gets a copy with newlines behind
 * the end, and what it hands out is cut.
 */
static int
parse(struct rows *r, const char *s, size_t n, const struct rows_options *o)
{
	struct buf copy;
	buf_init(&copy, 0);
	buf_room(&copy, n + 4);
	buf_add(&copy, s, n);
	buf_puts(&copy, "\n\n\n\n");
	struct md m = { .rows = r, .options = o, .raw = copy.s, .n = n, .first_row = r->rows.n,
		.width = o->width < 1 ? 1 : o->width > UINT16_MAX ? UINT16_MAX : o->width,
		.clean = CLEAN_LINES | CLEAN_TABS4 | (o->ascii ? CLEAN_ASCII : 0),
		.budget = 1000 + 8 * (long)n };
	m.into = &m.text;
	push(&m, &(struct container){ .type = CONTAINER_DOCUMENT });
	const MD_PARSER parser = { .flags = parser_flags(s, n), .enter_block = on_enter_block,
		.leave_block = on_leave_block, .enter_span = on_enter_span,
		.leave_span = on_leave_span, .text = on_text };
	int rc = md_parse(copy.s, (MD_SIZE)n, &parser, &m);
	order_sources(r, m.first_row, n);
	styled_done(&m.first);
	styled_done(&m.rest);
	styled_done(&m.text);
	buf_done(&m.line);
	mdtable_done(&m.table);
	vec_done(&m.stack);
	buf_done(&copy);
	return rc;
}

void
rows_add_markdown(struct rows *r, const char *s, size_t n, const struct rows_options *o)
{
	if (n == 0)
		return;
	if (n > ROWS_MARKDOWN_MAX || is_nested_beyond_reason(s, n)) {
		rows_add_plain(r, s, n, o);
		return;
	}
	size_t text = r->text.len, spans = r->spans.n, rows = r->rows.n;
	if (parse(r, s, n, o) == 0)
		return;
	/* Too much for the parser: as it is, then. The links found so far do no harm. */
	buf_truncate(&r->text, text);
	r->spans.n = spans;
	r->rows.n = rows;
	rows_add_plain(r, s, n, o);
}

void
rows_put_words(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\n' || *s == '\r') {
			buf_putc(b, ' ');
			continue;
		}
		if (ispunct((unsigned char)*s))
			buf_putc(b, '\\');
		buf_putc(b, *s);
	}
}
