/*
 * simtime.h - the simulator's clocks.
 *
 * The wall clock can be pinned (--time) or moved (--skew), so that the worked
 * examples of the signing rules, expiry and clock skew can be tested on any
 * day. The monotonic clock is the real one; benchmarks compare it with theirs.
 */
#ifndef SIM_SIMTIME_H
#define SIM_SIMTIME_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL

int64_t	 time_mono_ns(void);            /* CLOCK_MONOTONIC */
time_t	 time_wall(void);               /* as pinned or moved */
void	 time_pin(time_t);              /* the wall clock stands still here */
void	 time_skew(time_t seconds);     /* the wall clock runs this far ahead */

/* ISO 8601 in UTC, "2026-08-01T12:00:00Z" or "20260801T120000Z"; -1 if neither. */
int	 time_parse(const char *, time_t *);
/* "2026-08-01T12:00:00Z" */
void	 time_iso(time_t, char out[21]);
/* "20260801T120000Z" */
void	 time_amz(time_t, char out[17]);
/* "Sat, 01 Aug 2026 12:00:00 GMT", whatever the locale */
void	 time_http(time_t, char out[30]);

#endif
