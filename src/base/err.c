/* err.c - see err.h. */
#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A sentence cut in the middle of a UTF-8 character loses that character. */
static void
mend_end(char *s, size_t size, int wanted)
{
	if (wanted < 0 || (size_t)wanted < size)
		return;
	size_t n = strlen(s);
	while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)s[n - 1] >= 0xc0)
		n--;
	s[n] = '\0';
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	if (e == NULL)
		return -1;
	e->code = code;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	mend_end(e->text, sizeof e->text, n);
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	if (e == NULL)
		return -1;
	struct err was = *e;
	char what[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(e, was.code, "%s: %s", what, was.text);
}

const char *
err_name(enum err_code code)
{
	static const struct {
		enum err_code	code;
		const char	*name;
	} names[] = {
		{ ERR_NONE, "none" },
		{ ERR_FAILED, "failed" },
		{ ERR_USAGE, "usage" },
		{ ERR_CREDENTIALS, "credentials" },
		{ ERR_DENIED, "denied" },
		{ ERR_UNAVAILABLE, "unavailable" },
		{ ERR_NETWORK, "network" },
		{ ERR_BUDGET, "budget" },
		{ ERR_DATA, "data" },
		{ ERR_CONFIG, "config" },
		{ ERR_CANCELLED, "cancelled" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].code == code)
			return names[i].name;
	return "failed";
}

int
err_status(enum err_code code)
{
	return (int)code < 256 ? (int)code : (int)ERR_FAILED;
}
