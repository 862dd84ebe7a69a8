/* encoding.c - see encoding.h. */
#include "config.h"

#include "tool/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "text/utf8.h"

enum { LOOK_AT = 64 * 1024 };   /* so much of a file tells what it is */

static const struct mark {
	const char	*bytes;
	size_t		 n;
	const char	*encoding;
} marks[] = {
	{ "\xef\xbb\xbf", 3, "UTF-8" },
	{ "\xff\xfe\0\0", 4, "UTF-32LE" },
	{ "\0\0\xfe\xff", 4, "UTF-32BE" },
	{ "\xff\xfe", 2, "UTF-16LE" },
	{ "\xfe\xff", 2, "UTF-16BE" },
};

/* Bytes that no text has: NUL, and control characters other than white space, BS, ESC. */
static size_t
count_controls(const char *s, size_t n, bool *nul)
{
	size_t found = 0;
	*nul = memchr(s, '\0', n) != NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		found += (c < 0x20 && strchr("\t\n\v\f\r\b\033", c) == NULL) || c == 0x7f;
	}
	return found;
}

const char *
encoding_of(const char *s, size_t n, size_t *bom)
{
	*bom = 0;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (n >= marks[i].n && memcmp(s, marks[i].bytes, marks[i].n) == 0) {
			*bom = marks[i].n;
			return marks[i].encoding;
		}
	bool nul;
	size_t look = n < LOOK_AT ? n : LOOK_AT;
	size_t controls = count_controls(s, look, &nul);
	if (nul || controls > look / 100)
		return NULL;
	if (utf8_is_valid(s, n))
		return "UTF-8";
	/* A few broken characters in what is UTF-8 otherwise do not make it something else. */
	size_t bad = 0, good = 0;
	for (size_t i = 0, k; i < look; i += k) {
		uint32_t cp;
		k = utf8_decode(s + i, look - i, &cp);
		bad += cp == UTF8_BAD;
		good += cp != UTF8_BAD && k > 1;
	}
	return good > bad * 4 ? "UTF-8" : "WINDOWS-1252";
}

static bool
is_utf8(const char *encoding)
{
	return str_same(encoding, "UTF-8");
}

void
encoding_decode(struct buf *out, const char *encoding, const char *s, size_t n)
{
	iconv_t cd = is_utf8(encoding) ? (iconv_t)-1 : iconv_open("UTF-8", encoding);
	if (cd == (iconv_t)-1) {
		utf8_repair(out, s, n);
		return;
	}
	char chunk[4096], *in = (char *)(uintptr_t)s;
	while (n > 0) {
		char *to = chunk;
		size_t room = sizeof chunk;
		size_t rc = iconv(cd, &in, &n, &to, &room);
		buf_add(out, chunk, sizeof chunk - room);
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		utf8_put(out, UTF8_BAD);        /* a byte that makes no sense, or is cut off */
		in++, n--;
	}
	iconv_close(cd);
}

int
encoding_encode(struct buf *out, const char *encoding, const char *text, size_t n, struct err *err)
{
	if (is_utf8(encoding)) {
		buf_add(out, text, n);
		return 0;
	}
	iconv_t cd = iconv_open(encoding, "UTF-8");
	if (cd == (iconv_t)-1)
		return err_set(err, ERR_FAILED, "This system cannot write %s.", encoding);
	char chunk[4096], *in = (char *)(uintptr_t)text;
	int rc = 0;
	while (n > 0 && rc == 0) {
		char *to = chunk;
		size_t room = sizeof chunk;
		if (iconv(cd, &in, &n, &to, &room) == (size_t)-1 && errno != E2BIG)
			rc = err_set(err, ERR_FAILED,
			    "The file is written in %s, which does not have all the characters of the new text.",
			    encoding);
		buf_add(out, chunk, sizeof chunk - room);
	}
	iconv_close(cd);
	return rc;
}

const char *
encoding_named(const char *charset)
{
	static const char *const names[][2] = { { "utf-8", "UTF-8" }, { "utf8", "UTF-8" },
		{ "us-ascii", "UTF-8" }, { "iso-8859-1", "WINDOWS-1252" }, { "latin1", "WINDOWS-1252" },
		{ "windows-1252", "WINDOWS-1252" }, { "iso-8859-2", "ISO-8859-2" },
		{ "iso-8859-15", "ISO-8859-15" }, { "windows-1250", "WINDOWS-1250" },
		{ "windows-1251", "WINDOWS-1251" }, { "koi8-r", "KOI8-R" }, { "utf-16", "UTF-16" },
		{ "shift_jis", "SHIFT_JIS" }, { "euc-jp", "EUC-JP" }, { "euc-kr", "EUC-KR" },
		{ "gb2312", "GB18030" }, { "gbk", "GB18030" }, { "gb18030", "GB18030" },
		{ "big5", "BIG5" } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_same_nocase(charset, names[i][0]))
			return names[i][1];
	return NULL;
}
