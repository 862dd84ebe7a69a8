/* poster.c - see poster.h. */
#include "config.h"

#include "app/poster.h"

#include <stdint.h>
#include <string.h>

#ifdef HAVE_QRENCODE
#include <qrencode.h>
#endif

/* ---- half blocks ---------------------------------------------------------------------- */

static void
put_pair(struct buf *out, bool upper, bool lower)
{
	static const char *const blocks[] = { " ", "▀", "▄", "█" };
	buf_puts(out, blocks[(upper ? 1 : 0) + (lower ? 2 : 0)]);
}

/* ---- letters ---------------------------------------------------------------------------- */

/* Four columns by five rows, a hexadecimal digit a row, the uppermost first. */
static const uint32_t glyphs[128] = { ['A'] = 0x69F99, ['B'] = 0xE9E9E, ['C'] = 0x78887, ['D'] = 0xE999E,
	['E'] = 0xF8E8F, ['F'] = 0xF8E88, ['G'] = 0x78B97, ['H'] = 0x99F99, ['I'] = 0xE444E, ['J'] = 0x31196,
	['K'] = 0x9ACA9, ['L'] = 0x8888F, ['M'] = 0x9FF99, ['N'] = 0x9DB99, ['O'] = 0x69996, ['P'] = 0xE9E88,
	['Q'] = 0x699A5, ['R'] = 0xE9EA9, ['S'] = 0x7861E, ['T'] = 0xE4444, ['U'] = 0x99996, ['V'] = 0x999A4,
	['W'] = 0x99FF9, ['X'] = 0x99699, ['Y'] = 0x99716, ['Z'] = 0xF124F, ['0'] = 0x6BD96, ['1'] = 0x4C44E,
	['2'] = 0xE168F, ['3'] = 0xE161E, ['4'] = 0x99F11, ['5'] = 0xF8E1E, ['6'] = 0x68E96, ['7'] = 0xF1244,
	['8'] = 0x69696, ['9'] = 0x69716, ['-'] = 0x00600 };

static bool
pixel(unsigned char c, int row, int column)
{
	if (c >= 'a' && c <= 'z')
		c = (unsigned char)(c - 'a' + 'A');
	if (c >= 128 || row > 4)
		return false;
	return (glyphs[c] >> (4 * (4 - row)) >> (3 - column) & 1) != 0;
}

void
poster_letters(struct buf *out, const char *text)
{
	for (int row = 0; row < 6; row += 2) {
		for (const char *s = text; *s != '\0'; s++) {
			for (int column = 0; column < 4; column++)
				put_pair(out, pixel((unsigned char)*s, row, column),
				    pixel((unsigned char)*s, row + 1, column));
			buf_putc(out, ' ');
		}
		buf_putc(out, '\n');
	}
}

/* ---- QR codes ------------------------------------------------------------------------------ */

#ifdef HAVE_QRENCODE
enum { QUIET = 2 };                     /* modules around it: the least that cameras take in practice */

static bool
is_light(const QRcode *qr, int y, int x)
{
	if (y < 0 || x < 0 || y >= qr->width || x >= qr->width)
		return y < qr->width + QUIET;
	return (qr->data[y * qr->width + x] & 1) == 0;
}

bool
poster_qr(struct buf *out, const char *text, int columns, int lines)
{
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	int side = qr != NULL ? qr->width + 2 * QUIET : 0;
	bool fits = qr != NULL && side <= columns && (side + 1) / 2 <= lines;
	for (int y = -QUIET; fits && y < qr->width + QUIET; y += 2) {
		for (int x = -QUIET; x < qr->width + QUIET; x++)
			put_pair(out, is_light(qr, y, x), is_light(qr, y + 1, x));
		buf_putc(out, '\n');
	}
	QRcode_free(qr);
	return fits;
}
#else
bool
poster_qr(struct buf *out, const char *text, int columns, int lines)
{
	(void)out;
	(void)text;
	(void)columns;
	(void)lines;
	return false;
}
#endif
