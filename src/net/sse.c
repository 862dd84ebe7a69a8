/*
 * sse.c - see sse.h.
 *
 * A line that lies whole in the caller's bytes is read where it is; only the
 * beginning of a line that is cut by the end of those bytes is kept.
 */
#include "config.h"

#include "net/sse.h"

#include <string.h>

#include "base/i18n.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

enum {
	MARK_BYTES = 3,
	MARK_DONE = 4,
	KEEP_MEMORY = 256 << 10 /* a larger buffer is given back after its event */
};

enum { MEGABYTE = 1024 * 1024 };

static void
empty(struct buf *b)
{
	buf_reset(b);
	if (b->cap > KEEP_MEMORY)
		buf_done(b);
}

/* ---- fields -------------------------------------------------------------- */

static int
on_data(struct sse *s, const char *value, size_t n, struct err *err)
{
	size_t room = SSE_MAX_DATA - s->data.len;
	if (n + 1 > room) {
		s->broken = true;
		return err_set(err, ERR_DATA,
		    _("The stream is unreadable: one event of it is larger than %d MB."),
		    SSE_MAX_DATA / MEGABYTE);
	}
	if (s->has_data)
		buf_putc(&s->data, '\n');
	buf_add(&s->data, value, n);
	s->has_data = true;
	return 0;
}

static int
on_name(struct sse *s, const char *value, size_t n, struct err *err)
{
	(void)err;
	if (n > SSE_MAX_NAME || memchr(value, '\0', n) != NULL)
		return 0;
	buf_reset(&s->type);
	buf_add(&s->type, value, n);
	return 0;
}

static int
on_id(struct sse *s, const char *value, size_t n, struct err *err)
{
	(void)err;
	if (n > SSE_MAX_NAME || memchr(value, '\0', n) != NULL)
		return 0;
	buf_reset(&s->id);
	buf_add(&s->id, value, n);
	return 0;
}

/* Digits and nothing else. */
static int
on_retry(struct sse *s, const char *value, size_t n, struct err *err)
{
	static const int64_t most = 24 * 3600 * 1000;
	(void)err;
	int64_t ms = 0;
	for (size_t i = 0; i < n; i++) {
		if (value[i] < '0' || value[i] > '9')
			return 0;
		ms = ms * 10 + (value[i] - '0');
		if (ms > most)
			ms = most;
	}
	if (n > 0)
		s->retry_ms = ms;
	return 0;
}

static const struct {
	const char	*name;
	int		(*take)(struct sse *, const char *value, size_t n, struct err *);
} fields[] = {
	{ "data", on_data },
	{ "event", on_name },
	{ "id", on_id },
	{ "retry", on_retry },
};

static int
take_field(struct sse *s, const char *line, size_t n, struct err *err)
{
	const char *colon = memchr(line, ':', n);
	size_t name = colon != NULL ? (size_t)(colon - line) : n;
	size_t at = colon != NULL ? name + 1 : n;
	if (at < n && line[at] == ' ')
		at++;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strlen(fields[i].name) == name && memcmp(fields[i].name, line, name) == 0)
			return fields[i].take(s, line + at, n - at, err);
	return 0;                       /* a comment has no name; others are for later */
}

/* ---- lines ---------------------------------------------------------------- */

struct sink {
	int	(*on_event)(void *arg, const struct sse_event *);
	void	*arg;
};

/* An event without a data line is none, but its name is forgotten all the same. */
static int
dispatch(struct sse *s, const struct sink *to)
{
	struct sse_event ev = { .type = s->type.len > 0 ? s->type.s : "message",
		.data = buf_str(&s->data), .len = s->data.len, .id = buf_str(&s->id) };
	if (s->has_data && to->on_event(to->arg, &ev) != 0)
		s->broken = true;
	empty(&s->data);
	empty(&s->type);
	s->has_data = false;
	return s->broken ? -1 : 0;
}

static int
take_line(struct sse *s, const char *line, size_t n, const struct sink *to, struct err *err)
{
	return n == 0 ? dispatch(s, to) : take_field(s, line, n, err);
}

/* Keeps the end of the bytes, which is the beginning of a line. */
static int
keep(struct sse *s, const char *bytes, size_t n, struct err *err)
{
	if (n > SSE_MAX_LINE - s->line.len) {
		s->broken = true;
		return err_set(err, ERR_DATA,
		    _("The stream is unreadable: one line of it is longer than %d MB."),
		    SSE_MAX_LINE / MEGABYTE);
	}
	buf_add(&s->line, bytes, n);
	return 0;
}

static int
end_line(struct sse *s, const char *bytes, size_t n, const struct sink *to, struct err *err)
{
	if (s->line.len == 0)
		return n > SSE_MAX_LINE ? keep(s, bytes, n, err) : take_line(s, bytes, n, to, err);
	if (keep(s, bytes, n, err) < 0)
		return -1;
	int rc = take_line(s, s->line.s, s->line.len, to, err);
	empty(&s->line);
	return rc;
}

/* How many of the bytes are a byte order mark. One that breaks off was the start of a line. */
static size_t
skip_mark(struct sse *s, const char *bytes, size_t n)
{
	size_t i = 0;
	while (i < n && s->mark < MARK_BYTES && bytes[i] == byte_order_mark[s->mark]) {
		s->mark++;
		i++;
	}
	if (s->mark == MARK_BYTES) {
		s->mark = MARK_DONE;
	} else if (i < n) {
		buf_add(&s->line, byte_order_mark, s->mark);
		s->mark = MARK_DONE;
	}
	return i;
}

/* Where the line ends: at CR or LF; NULL when that has not come yet. */
static const char *
find_end(const char *s, size_t n)
{
	const char *lf = memchr(s, '\n', n);
	const char *cr = memchr(s, '\r', lf != NULL ? (size_t)(lf - s) : n);
	return cr != NULL ? cr : lf;
}

static int
feed_lines(struct sse *s, const char *at, const char *end, const struct sink *to, struct err *err)
{
	while (at < end) {
		if (s->after_cr && *at == '\n')
			at++;
		s->after_cr = false;
		const char *eol = find_end(at, (size_t)(end - at));
		if (eol == NULL)
			return keep(s, at, (size_t)(end - at), err);
		s->after_cr = *eol == '\r';
		if (end_line(s, at, (size_t)(eol - at), to, err) < 0)
			return -1;
		at = eol + 1;
	}
	return 0;
}

int
sse_feed(struct sse *s, const char *bytes, size_t n,
    int (*on_event)(void *arg, const struct sse_event *), void *arg, struct err *err)
{
	struct sink to = { on_event, arg };
	if (s->broken)
		return err_set(err, ERR_DATA, _("The stream is unreadable further up."));
	if (n == 0)
		return 0;
	size_t skipped = s->mark < MARK_DONE ? skip_mark(s, bytes, n) : 0;
	return feed_lines(s, bytes + skipped, bytes + n, &to, err);
}

bool
sse_is_open(const struct sse *s)
{
	return s->line.len > 0 || s->has_data || (s->mark > 0 && s->mark < MARK_BYTES);
}

void
sse_done(struct sse *s)
{
	buf_done(&s->line);
	buf_done(&s->data);
	buf_done(&s->type);
	buf_done(&s->id);
	*s = (struct sse){ 0 };
}
