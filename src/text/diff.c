/* diff.c - see diff.h. */
#include "config.h"

#include "text/diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

#define EDITS_MAX 1000                  /* beyond it, texts have too little in common */
#define WORK_MAX (50L * 1000 * 1000)    /* lines times edits */

struct line {
	const char	*s;
	size_t		 n;             /* with its newline, which the last may lack */
	uint32_t	 hash;
	bool		 changed;
};

struct lines {
	struct line	*v;
	size_t		 n, cap;
};

static uint32_t
hash_of(const char *s, size_t n)
{
	uint32_t h = 2166136261u;       /* FNV-1a */
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h;
}

static void
read_lines(struct lines *l, const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		const char *nl = memchr(s + at, '\n', n - at);
		size_t len = nl != NULL ? (size_t)(nl - s) + 1 - at : n - at;
		struct line line = { .s = s + at, .n = len, .hash = hash_of(s + at, len) };
		vec_add(l, line);
		at += len;
	}
}

static bool
is_same(const struct line *a, const struct line *b)
{
	return a->hash == b->hash && a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/* ---- Myers ---- */

/*
 * The furthest x on each diagonal k = x - y for every number of edits d, one
 * row of d + 1 values (k = -d, -d + 2, … d) behind the other.
 */
struct trace {
	int	*v;
	size_t	 n, cap;
};

static int *
trace_row(const struct trace *t, long d)
{
	return t->v + d * (d + 1) / 2;
}

/* Whether the step that leads to diagonal k with d edits goes down (adds a line of b). */
static bool
goes_down(const int *before, long d, long k)
{
	long i = (k + d) / 2;           /* k's place in row d; k - 1 and k + 1 are i - 1, i above */
	return k == -d || (k != d && before[i - 1] < before[i]);
}

static int
step(const int *before, long d, long k)
{
	long i = (k + d) / 2;
	return goes_down(before, d, k) ? before[i] : before[i - 1] + 1;
}

/* The number of edits from a to b, or -1 when that is more than `most`; fills the trace. */
static long
search(struct trace *t, const struct line *a, long n, const struct line *b, long m, long most)
{
	for (long d = 0; d <= most; d++) {
		vec_reserve(t, (size_t)((d + 1) * (d + 2) / 2));
		t->n = (size_t)((d + 1) * (d + 2) / 2);
		int *row = trace_row(t, d);
		for (long k = -d; k <= d; k += 2) {
			long x = d == 0 ? 0 : step(trace_row(t, d - 1), d, k);
			while (x < n && x - k < m && x - k >= 0 && is_same(&a[x], &b[x - k]))
				x++;
			row[(k + d) / 2] = (int)x;
			if (x >= n && x - k >= m)
				return d;
		}
	}
	return -1;
}

/* Walks the trace back from the end and marks the lines that the edits touch. */
static void
mark_edits(const struct trace *t, long d, struct line *a, long n, struct line *b, long m)
{
	long k = n - m;
	for (; d > 0; d--) {
		const int *before = trace_row(t, d - 1);
		bool down = goes_down(before, d, k);
		long x = step(before, d, k);
		if (down) {
			b[x - k - 1].changed = true;
			k++;
		} else {
			a[x - 1].changed = true;
			k--;
		}
	}
}

static void
mark_all(struct line *v, long n)
{
	for (long i = 0; i < n; i++)
		v[i].changed = true;
}

static void
compare(struct lines *a, struct lines *b)
{
	size_t same = 0, tail = 0;
	while (same < a->n && same < b->n && is_same(&a->v[same], &b->v[same]))
		same++;
	while (same + tail < a->n && same + tail < b->n &&
	    is_same(&a->v[a->n - tail - 1], &b->v[b->n - tail - 1]))
		tail++;
	long n = (long)(a->n - same - tail), m = (long)(b->n - same - tail);
	struct line *av = a->n > 0 ? a->v + same : NULL, *bv = b->n > 0 ? b->v + same : NULL;
	long most = n + m < EDITS_MAX ? n + m : EDITS_MAX;
	if (n + m > WORK_MAX / EDITS_MAX)
		most = WORK_MAX / (n + m);
	struct trace t = { 0 };
	long edits = n > 0 && m > 0 ? search(&t, av, n, bv, m, most) : -1;
	if (edits >= 0) {
		mark_edits(&t, edits, av, n, bv, m);
	} else {
		mark_all(av, n);
		mark_all(bv, m);
	}
	vec_done(&t);
}

/* ---- hunks ---- */

static void
put_line(struct buf *out, char mark, const struct line *l)
{
	buf_putc(out, mark);
	buf_add(out, l->s, l->n);
	if (l->s[l->n - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

/* A pair of places, a before and b after the change. */
struct place {
	size_t	a, b;
};

static bool
is_change(const struct lines *a, const struct lines *b, struct place p)
{
	return (p.a < a->n && a->v[p.a].changed) || (p.b < b->n && b->v[p.b].changed);
}

static struct place
skip_changed(const struct lines *a, const struct lines *b, struct place p)
{
	while (p.a < a->n && a->v[p.a].changed)
		p.a++;
	while (p.b < b->n && b->v[p.b].changed)
		p.b++;
	return p;
}

/* Where the hunk that begins with the change at p ends: where more than twice the context of
 * equal lines follows, or the text. The equal lines behind it are not in it yet. */
static struct place
find_hunk_end(const struct lines *a, const struct lines *b, struct place p, size_t context)
{
	for (;;) {
		p = skip_changed(a, b, p);
		struct place next = p;
		while (next.a < a->n && !is_change(a, b, next) && next.a - p.a <= 2 * context) {
			next.a++;
			next.b++;
		}
		if (!is_change(a, b, next) || next.a - p.a > 2 * context)
			return p;
		p = next;
	}
}

static void
put_hunk(struct buf *out, const struct lines *a, const struct lines *b, struct place from,
    struct place to, struct diff_count *count)
{
	size_t an = to.a - from.a, bn = to.b - from.b;
	buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", from.a + (an > 0), an, from.b + (bn > 0), bn);
	while (from.a < to.a || from.b < to.b) {
		struct place end = skip_changed(a, b, from);
		for (; from.a < end.a; from.a++, count->removed++)
			put_line(out, '-', &a->v[from.a]);
		for (; from.b < end.b; from.b++, count->added++)
			put_line(out, '+', &b->v[from.b]);
		if (from.a == to.a && from.b == to.b)
			break;
		put_line(out, ' ', &a->v[from.a++]);
		from.b++;
	}
}

struct diff_count
diff_unified(struct buf *out, const char *a, size_t an, const char *b, size_t bn, int context)
{
	struct lines av = { 0 }, bv = { 0 };
	struct diff_count count = { 0 };
	size_t around = context > 0 ? (size_t)context : 0;
	read_lines(&av, a, an);
	read_lines(&bv, b, bn);
	compare(&av, &bv);
	struct place p = { 0 };
	size_t written = 0;     /* lines of a */
	while (p.a < av.n || p.b < bv.n) {
		if (!is_change(&av, &bv, p)) {
			p.a++;
			p.b++;
			continue;
		}
		size_t lead = p.a - written < around ? p.a - written : around;
		struct place end = find_hunk_end(&av, &bv, p, around);
		size_t rest = av.n - end.a < around ? av.n - end.a : around;
		p = (struct place){ p.a - lead, p.b - lead };
		end = (struct place){ end.a + rest, end.b + rest };
		put_hunk(out, &av, &bv, p, end, &count);
		p = end;
		written = end.a;
	}
	vec_done(&av);
	vec_done(&bv);
	return count;
}
