/*
 * flood.c - see flood.h.
 *
 * The text is cut into pieces of q = total / pieces bytes; where that leaves a
 * remainder, the first ones are a byte longer. So there are at most two rings,
 * one after the other. Within a ring a cut that would fall into a character
 * moves to its start; the ring as a whole has exactly frames * q bytes.
 */
#include "config.h"

#include "flood.h"

#include <stdlib.h>
#include <string.h>

#define RING_FRAMES 2048

static const struct {
	const char *kind, *text;
} texts[] = {
	{ "lorem",
	    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor "
	    "incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud "
	    "exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.\n\n" },
	{ "markdown",
	    "## A heading\n\nSome **bold**, some *soft* and some `code` in a paragraph that is "
	    "long enough to be wrapped.\n\n- one\n- two\n  - nested [link](https://example.com/)\n"
	    "\n| name | value |\n|---|---:|\n| alpha | 1 |\n| beta | 22 |\n\n> a quote\n\n"
	    "```c\nint\nmain(void)\n{\n\treturn 0; /* done */\n}\n```\n\n" },
	{ "unicode",
	    "漢字とかな、한국어 텍스트, עברית, العربية, naïve café, e\xcc\x81\xcc\xa3 "
	    "👩‍👩‍👧‍👦 👍🏽 🇩🇪 ｗｉｄｅ ﬁ "
	    "\xe2\x80\x8bZWSP. Ελληνικά и кириллица.\n" },
	{ "hostile", "\033[2J\033[H\033]0;title\007\033]52;c;aGk=\007\r\b\b\b\177\302\233"
		     "31m\302\205\xe2\x80\xaetxet\xe2\x80\xac\xe2\x81\xa6x\xe2\x81\xa9\033[?1049l\0"
		     "33c\033P+q\033\\\xef\xbb\xbf\xef\xbf\xbe|\t\v\f\016\017 \033[31mred\033[0m "
		     "plain text\n" },
};

struct ring {
	struct bytes	 frames;
	size_t		*end;           /* where frame i ends */
	size_t		 n;
};

struct flood {
	struct ring	 rings[2];
	size_t		 left[2];       /* frames to send from each */
	size_t		 at[2];         /* the next frame of each */
	struct bytes	 last;          /* the last frame: brings the text to its total */
};

static void
frame(struct bytes *out, const char *text, size_t n, int block, flood_put_fn *put)
{
	struct bytes payload = { 0 };
	bytes_printf(&payload, "{\"contentBlockIndex\":%d,\"delta\":{\"text\":", block);
	bytes_json(&payload, text, n);
	bytes_puts(&payload, "},\"p\":\"abcdefghij\"}");
	put(out, "contentBlockDelta", payload.s, payload.len);
	bytes_free(&payload);
}

/* Exactly n bytes of whole characters: the text again and again, then dots. */
static void
fill(struct bytes *to, const char *text, size_t n)
{
	size_t len = strlen(text);
	while (to->len + len <= n)
		bytes_add(to, text, len);
	bytes_add(to, text, utf8_start(text, n - to->len));
	while (to->len < n)
		bytes_putc(to, '.');
}

static void
build_ring(struct ring *r, const char *text, size_t q, size_t frames, int block,
    flood_put_fn *put)
{
	struct bytes all = { 0 };
	fill(&all, text, q * frames);
	r->n = frames;
	r->end = sim_alloc(frames * sizeof *r->end);
	size_t from = 0;
	for (size_t i = 0; i < frames; i++) {
		size_t to = i + 1 < frames ? utf8_start(bytes_str(&all), (i + 1) * q) : all.len;
		if (to < from)
			to = from;
		frame(&r->frames, all.s + from, to - from, block, put);
		r->end[i] = r->frames.len;
		from = to;
	}
	bytes_free(&all);
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What a ring that is left in its middle holds back: the start of a character, 0 to 3 bytes. */
static size_t
held_back(const struct ring *r, const char *text, size_t q, size_t frames)
{
	if (r->n == 0 || frames % r->n == 0)
		return 0;
	struct bytes all = { 0 };
	fill(&all, text, q * r->n);
	size_t cut = frames % r->n * q;
	size_t held = cut - utf8_start(all.s, cut);
	bytes_free(&all);
	return held;
}

/* The last frame brings the text to its exact length. */
static void
build_last(struct flood *f, const char *text, size_t q, int block, flood_put_fn *put)
{
	size_t n = q + held_back(&f->rings[0], text, q + 1, f->left[0]) +
	    held_back(&f->rings[1], text, q, f->left[1]);
	struct bytes dots = { 0 };
	fill(&dots, ".", n);
	frame(&f->last, dots.s, n, block, put);
	bytes_free(&dots);
}

struct flood *
flood_new(const char *kind, size_t total, size_t pieces, int block, flood_put_fn *put)
{
	const char *text = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].kind, kind) == 0)
			text = texts[i].text;
	if (text == NULL || pieces == 0)
		return NULL;
	struct flood *f = sim_alloc(sizeof *f);
	size_t q = total / pieces;
	f->left[0] = total % pieces;
	f->left[1] = pieces - f->left[0] - 1;
	build_ring(&f->rings[0], text, q + 1, smaller(f->left[0], RING_FRAMES), block, put);
	build_ring(&f->rings[1], text, q, smaller(f->left[1] + 1, RING_FRAMES), block, put);
	build_last(f, text, q, block, put);
	return f;
}

void
flood_free(struct flood *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		bytes_free(&f->rings[i].frames);
		free(f->rings[i].end);
	}
	bytes_free(&f->last);
	free(f);
}

/* Copies frames of one ring, as many as one run of it holds. */
static size_t
copy_run(struct flood *f, int which, struct bytes *out, size_t room, size_t most)
{
	struct ring *r = &f->rings[which];
	size_t first = f->at[which], n = 0;
	size_t start = first == 0 ? 0 : r->end[first - 1];
	most = smaller(most, smaller(f->left[which], r->n - first));
	while (n < most && (n == 0 || r->end[first + n] - start <= room))
		n++;
	if (n == 0)
		return 0;
	bytes_add(out, r->frames.s + start, r->end[first + n - 1] - start);
	f->left[which] -= n;
	f->at[which] = (first + n) % r->n;
	return n;
}

size_t
flood_next(struct flood *f, struct bytes *out, size_t room, size_t most)
{
	for (int i = 0; i < 2; i++)
		if (f->left[i] != 0)
			return copy_run(f, i, out, room, most);
	if (f->last.len == 0)
		return 0;
	bytes_add(out, f->last.s, f->last.len);
	bytes_free(&f->last);
	return 1;
}
