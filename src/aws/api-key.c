/*
 * api-key.c - see api-key.h.
 *
 * A short-term key is the base64 of a presigned URL: its date and its life stand in the query.
 */
#include "config.h"

#include "aws/api-key.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

#define LONG_TERM  "ABSK"
#define SHORT_TERM "bedrock-api-key-"

enum { MAX_KEY = 16 * 1024, MAX_LIFE = 12 * 3600 };

bool
api_key_is_short(const char *s)
{
	return str_starts(s, SHORT_TERM);
}

/* What people paste instead, and where it belongs. */
static const struct {
	const char	*prefix, *sentence;
} strangers[] = {
	{ "AKIA", N_("That is an access key id, not a Bedrock API key: choose access keys instead.") },
	{ "ASIA", N_("That is a temporary access key id, not a Bedrock API key: choose access keys instead.") },
	{ "sk-", N_("That is a key of another company's own service; Bedrock takes keys that begin with ABSK or "
		    "bedrock-api-key-.") },
	{ "Bearer ", N_("Paste the key alone, without the word Bearer.") },
};

int
api_key_check(const char *s, struct err *err)
{
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		if (str_starts(s, strangers[i].prefix))
			return err_set(err, ERR_USAGE, "%s", _(strangers[i].sentence));
	if (!str_starts(s, LONG_TERM) && !api_key_is_short(s))
		return err_set(err, ERR_USAGE, _("That is not a Bedrock API key: they begin with ABSK or "
						 "bedrock-api-key-. Make one in the Bedrock console, under API keys."));
	for (size_t n = 0; s[n] != '\0'; n++)
		if (s[n] <= ' ' || s[n] > '~' || n >= MAX_KEY)
			return err_set(err, ERR_USAGE, _("The key has a space, a line break or another character that "
							 "cannot be in one; copy it again."));
	return 0;
}

/* The value of a parameter of the query, up to `max` bytes; "" when it is not there. */
static void
parameter(const char *url, const char *name, char *out, size_t max)
{
	const char *at = strstr(url, name);
	size_t n = at != NULL ? strcspn(at + strlen(name), "&") : 0;
	out[0] = '\0';
	if (n == 0 || n >= max)
		return;
	memcpy(out, at + strlen(name), n);
	out[n] = '\0';
}

/* 20260801T120000Z to seconds; -1 when it is not that. */
static int64_t
parse_basic(const char *s)
{
	if (strlen(s) != 16 || strspn(s, "0123456789") != 8 || s[8] != 'T' || s[15] != 'Z')
		return -1;
	char *iso = mem_printf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 9, s + 11, s + 13);
	int64_t t = clock_parse_iso8601(iso);
	free(iso);
	return t;
}

int64_t
api_key_expires(const char *s)
{
	char date[32], life[16];
	struct buf url;
	if (!api_key_is_short(s) || strlen(s) > MAX_KEY)
		return 0;
	const char *coded = s + strlen(SHORT_TERM);
	buf_init(&url, 0);
	buf_room(&url, strlen(coded) + 4);      /* it holds a signature: it should not move */
	buf_grew(&url, 0);
	date[0] = life[0] = '\0';
	if (str_unbase64(&url, coded, strlen(coded)) == 0) {
		parameter(buf_str(&url), "X-Amz-Date=", date, sizeof date);
		parameter(buf_str(&url), "X-Amz-Expires=", life, sizeof life);
	}
	buf_wipe(&url);
	int64_t from = parse_basic(date);
	long seconds = strtol(life, NULL, 10);
	return from > 0 && seconds > 0 && seconds <= MAX_LIFE ? from + seconds : 0;
}
