/*
 * stream.h - plays the steps of an answer as the bytes of an event stream.
 *
 * One stream belongs to one connection's thread, which may sleep in
 * stream_read() (see pause.h). Frames that a well-behaved answer needs around
 * the content (messageStart, contentBlockStop, messageStop, metadata, ...)
 * come by themselves unless a step switches that off.
 */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include <sys/types.h>

#include "request.h"
#include "scenario.h"

struct stream;

#define STREAM_END (-1)         /* the body ends as it should */
#define STREAM_CUT (-2)         /* close the connection here */

/* Whether a step may have a member of this name: scenarios are checked when they are read. */
bool	 stream_knows(const char *member);
/* Takes the answer's steps. The request must outlive the stream. */
struct stream *stream_new(struct answer *, const struct request *);
void	 stream_free(struct stream *);
/* Waits until something is due and copies it; or STREAM_END, STREAM_CUT. */
ssize_t	 stream_read(struct stream *, char *to, size_t max);
/* The number of delta frames handed out so far. */
unsigned long stream_pieces(const struct stream *);
/* Whether the connection was cut by the scenario. */
bool	 stream_was_cut(const struct stream *);

#endif
