/*
 * clock.h - monotonic time for intervals, wall time for dates.
 *
 * Tests set the wall clock; monotonic time is always the machine's.
 */
#ifndef ADIT_BASE_CLOCK_H
#define ADIT_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);         /* monotonic milliseconds */
int64_t clock_us(void);         /* monotonic microseconds */
int64_t clock_wall(void);       /* seconds since 1970-01-01 UTC */
int64_t clock_wall_ms(void);
void    clock_set_wall(int64_t seconds);        /* for tests; 0 = the real one again */

/* "2026-08-01T12:00:00Z" (out holds 32 bytes). */
void    clock_iso8601(int64_t seconds, char out[32]);
/* RFC 3339 with Z, "UTC" or an offset, fractions ignored, to seconds; -1 when it is not one. */
int64_t clock_parse_iso8601(const char *s);
/* An HTTP date (IMF-fixdate) to seconds; -1 when it is not one. RFC 9110, 5.6.7. */
int64_t clock_parse_http(const char *s);

#endif
