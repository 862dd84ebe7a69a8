/*
 * log.h - what the simulator saw and did, for tests and benchmarks to read.
 *
 * --log: one JSON line per request when its answer is decided, one more when
 * the answer has ended. --trace: a line `N T_NS` per piece of a stream.
 * Any thread; a line is written whole, at once.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include <stdint.h>

#include "request.h"

void	 log_open(const char *path);
void	 log_trace_open(const char *path);
void	 log_close(void);

/* status 0: no answer is going to be sent. error: the type, or NULL. */
void	 log_request(const struct request *, unsigned status, const char *error);
/* how: "complete", "cut" or "client-closed" */
void	 log_done(unsigned long n, const char *how, unsigned long pieces);

/* Adds lines for `count` pieces from number `first` on, sent at t_ns, to a stream's buffer. */
void	 log_trace(struct bytes *pending, unsigned long first, unsigned long count, int64_t t_ns);
/* Writes the buffer and empties it. */
void	 log_trace_flush(struct bytes *pending);

#endif
