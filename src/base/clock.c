/* clock.c - see clock.h. */
#include "config.h"

#include "base/clock.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t pinned;

static int64_t
read_us(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

int64_t
clock_wall_ms(void)
{
	int64_t fixed = atomic_load(&pinned);
	return fixed != 0 ? fixed * 1000 : read_us(CLOCK_REALTIME) / 1000;
}

int64_t
clock_wall(void)
{
	return clock_wall_ms() / 1000;
}

void
clock_set_wall(int64_t seconds)
{
	atomic_store(&pinned, seconds);
}

void
clock_iso8601(int64_t seconds, char out[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (gmtime_r(&t, &tm) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

/* "+hh:mm", "-hhmm" or "+hh" in seconds; -1 at anything else. */
static int
parse_offset(const char *s, int64_t *seconds)
{
	int h = 0, m = 0, used = 0;
	if (sscanf(s + 1, "%2d:%2d%n", &h, &m, &used) != 2 || s[1 + used] != '\0') {
		used = 0;
		if (sscanf(s + 1, "%2d%2d%n", &h, &m, &used) != 2 || s[1 + used] != '\0')
			return -1;
	}
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*seconds = (h * 60 + m) * 60 * (*s == '-' ? -1 : 1);
	return 0;
}

int64_t
clock_parse_iso8601(const char *s)
{
	struct tm tm = { 0 };
	int used = 0;
	char sep;
	if (sscanf(s, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &sep,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 7 || strchr("Tt ", sep) == NULL)
		return -1;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
	    tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60 ||
	    tm.tm_year < 1970)
		return -1;
	s += used;
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++)
			;
	int64_t offset = 0;
	if (*s == '+' || *s == '-') {
		if (parse_offset(s, &offset) < 0)
			return -1;
	} else if (strcmp(s, "Z") != 0 && strcmp(s, "z") != 0 && strcmp(s, "UTC") != 0) {
		return -1;
	}
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) - offset;
}

int64_t
clock_parse_http(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = { 0 };
	char mon[4] = "";
	const char *comma = strchr(s, ',');
	if (comma == NULL || sscanf(comma + 1, " %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &tm.tm_mday, mon,
				 &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	const char *at = strlen(mon) == 3 ? strstr(months, mon) : NULL;
	if (at == NULL || (at - months) % 3 != 0 || tm.tm_year < 1970)
		return -1;
	tm.tm_mon = (int)(at - months) / 3;
	tm.tm_year -= 1900;
	return (int64_t)timegm(&tm);
}
