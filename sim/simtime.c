/* simtime.c - see simtime.h. */
#include "config.h"

#include "simtime.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool pinned;
static time_t pin, skew;

int64_t
time_mono_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

time_t
time_wall(void)
{
	return pinned ? pin : time(NULL) + skew;
}

void
time_pin(time_t t)
{
	pinned = true;
	pin = t;
}

void
time_skew(time_t seconds)
{
	skew = seconds;
}

/* The fields of either spelling; returns how many bytes they took, 0 if there are not six. */
static int
scan(const char *s, struct tm *tm)
{
	int end = 0;
	int got = sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm->tm_year, &tm->tm_mon, &tm->tm_mday,
	    &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &end);
	if (got != 6)
		got = sscanf(s, "%4d%2d%2dT%2d%2d%2d%n", &tm->tm_year, &tm->tm_mon, &tm->tm_mday,
		    &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &end);
	return got == 6 ? end : 0;
}

int
time_parse(const char *s, time_t *out)
{
	struct tm tm = { 0 };
	int end = scan(s, &tm);
	if (end == 0)
		return -1;
	if (s[end] == '.')
		end += 1 + (int)strspn(s + end + 1, "0123456789");
	if (strcmp(s + end, "Z") != 0)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = timegm(&tm);
	return 0;
}

void
time_iso(time_t t, char out[21])
{
	struct tm tm;
	gmtime_r(&t, &tm);
	strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
time_amz(time_t t, char out[17])
{
	struct tm tm;
	gmtime_r(&t, &tm);
	strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm);
}

void
time_http(time_t t, char out[30])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	gmtime_r(&t, &tm);
	snprintf(out, 30, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", days + 3 * tm.tm_wday,
	    (unsigned)tm.tm_mday % 100, months + 3 * tm.tm_mon,
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}
