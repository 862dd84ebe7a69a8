/*
 * picture.c - see picture.h.
 *
 * Formats: PNG (RFC 2083), GIF89a, JPEG (ITU T.81), WebP (RFC 9649). Only what
 * is needed to know the size; decoding is the model's business.
 */
#include "config.h"

#include "model/picture.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/str.h"

struct bytes {
	const uint8_t	*s;
	size_t		 n;
};

/* Two, three or four bytes as a number; 0 behind the end. */
static long
big(const struct bytes *b, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (at + i < b->n ? b->s[at + i] : 0u);
	return (long)v;
}

static long
little(const struct bytes *b, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = n; i > 0; i--)
		v = v << 8 | (at + i - 1 < b->n ? b->s[at + i - 1] : 0u);
	return (long)v;
}

static bool
has(const struct bytes *b, size_t at, const char *what, size_t n)
{
	return at + n <= b->n && memcmp(b->s + at, what, n) == 0;
}

static void
size_of_png(const struct bytes *b, struct picture *p)
{
	if (!has(b, 12, "IHDR", 4))
		return;
	p->width = big(b, 16, 4);
	p->height = big(b, 20, 4);
}

static void
size_of_gif(const struct bytes *b, struct picture *p)
{
	p->width = little(b, 6, 2);
	p->height = little(b, 8, 2);
}

/* The frame header is the first SOF segment: C0 to CF without C4, C8 and CC, which are other tables. */
static bool
is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void
size_of_jpeg(const struct bytes *b, struct picture *p)
{
	size_t at = 2;
	while (at + 4 <= b->n && b->s[at] == 0xff) {
		uint8_t marker = b->s[at + 1];
		if (marker == 0xff) {                   /* fill */
			at++;
			continue;
		}
		if (is_frame(marker)) {
			p->height = big(b, at + 5, 2);
			p->width = big(b, at + 7, 2);
			return;
		}
		long length = big(b, at + 2, 2);
		if (length < 2 || marker == 0xda || marker == 0xd9)
			return;
		at += 2 + (size_t)length;
	}
}

static void
size_of_webp(const struct bytes *b, struct picture *p)
{
	if (has(b, 12, "VP8X", 4)) {
		p->width = little(b, 24, 3) + 1;
		p->height = little(b, 27, 3) + 1;
	} else if (has(b, 12, "VP8L", 4) && b->n > 24 && b->s[20] == 0x2f) {
		long bits = little(b, 21, 4);
		p->width = (bits & 0x3fff) + 1;
		p->height = (bits >> 14 & 0x3fff) + 1;
	} else if (has(b, 12, "VP8 ", 4) && has(b, 23, "\x9d\x01\x2a", 3)) {
		p->width = little(b, 26, 2) & 0x3fff;
		p->height = little(b, 28, 2) & 0x3fff;
	}
}

static const struct {
	const char	*format;
	size_t		 at, n;
	const char	*magic;
	void		(*size)(const struct bytes *, struct picture *);
} formats[] = {
	{ "png", 0, 8, "\x89PNG\r\n\x1a\n", size_of_png },
	{ "jpeg", 0, 3, "\xff\xd8\xff", size_of_jpeg },
	{ "gif", 0, 6, "GIF87a", size_of_gif },
	{ "gif", 0, 6, "GIF89a", size_of_gif },
	{ "webp", 8, 4, "WEBP", size_of_webp },
};

struct picture
picture_of(const void *bytes, size_t n)
{
	struct picture p = { 0 };
	const struct bytes b = { bytes, n };
	for (size_t i = 0; i < sizeof formats / sizeof *formats && p.format == NULL; i++) {
		if (!has(&b, formats[i].at, formats[i].magic, formats[i].n))
			continue;
		p.format = formats[i].format;
		formats[i].size(&b, &p);
	}
	return p;
}

int
picture_add(struct message *m, const char *name, const void *bytes, size_t n, struct err *err)
{
	struct picture p = picture_of(bytes, n);
	if (p.format == NULL)
		return err_set(err, ERR_DATA, _("%s is no PNG, JPEG, GIF or WebP image; models take only these."), name);
	if (p.width <= 0 || p.height <= 0)
		return err_set(err, ERR_DATA, _("%s is damaged: it does not say how large the image is."), name);
	if (n > PICTURE_MAX_BYTES)
		return err_set(err, ERR_DATA, _("%s has %zu bytes; the most that a model takes is %d. Make it smaller."),
		    name, n, PICTURE_MAX_BYTES);
	if (p.width > PICTURE_MAX_SIDE || p.height > PICTURE_MAX_SIDE)
		return err_set(err, ERR_DATA,
		    _("%s has %ld x %ld pixels; the most that a model takes is %d on a side. Make it smaller."), name,
		    p.width, p.height, PICTURE_MAX_SIDE);
	struct buf b = { 0 };
	str_base64(&b, bytes, n);
	struct part *part = message_add(m, PART_IMAGE, buf_str(&b), b.len);
	part->format = mem_strdup(p.format);
	buf_done(&b);
	return 0;
}
