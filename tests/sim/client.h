/*
 * client.h - starts adit-sim and talks to it, for the tests of the simulator.
 *
 * Nothing of adit's network code is used: libcurl for HTTP, and a frame reader
 * of the tests' own.
 */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#include <curl/curl.h>
#include <json-c/json.h>

#include "base/buf.h"

#define BEARER "Authorization: Bearer ABSKsimdemo"
#define MODEL  "us.anthropic.claude-haiku-4-5-20251001-v1%3A0"

struct sim {
	pid_t	 pid;
	int	 input;         /* closing it ends the simulator */
	unsigned port;
	char	 dir[64];       /* a directory of its own; log and trace are in it */
};

/* Starts it with these further arguments (NULL at the end); the test fails if it cannot. */
void	 sim_start(struct sim *, const char *const *args);
/* The same with this scenario of the source tree and nothing else. */
void	 sim_start_scenario(struct sim *, const char *name);
/* Ends it and asserts that it went cleanly and soon. */
void	 sim_stop(struct sim *);
/* Waits for it to end by itself; its exit status. */
int	 sim_wait(struct sim *);
/* Writes a file into the simulator's directory and puts its path into `path` (512 bytes). */
void	 sim_file(const struct sim *, const char *name, const char *text, char path[512]);
/* Makes the directory; sim_start() does it if it was not done before. */
void	 sim_dir(struct sim *);
/* A file of the source tree. */
void	 source_path(const char *name, char path[512]);

struct got {
	CURLcode	 code;
	long		 status;
	struct buf	 headers, body;
	double		 seconds;
};

/* headers ends with NULL; body NULL: GET. timeout_ms 0: a minute. */
void	 sim_call(const struct sim *, struct got *, const char *path, const char *const *headers,
	    const char *body, long timeout_ms);
/* Asks, waits until the simulator has logged this as request n and so many bytes of a body have come, stays for ms longer,
 * and goes away; code is then CURLE_OPERATION_TIMEDOUT. */
void	 sim_call_and_leave(const struct sim *, struct got *, const char *path, const char *const *headers,
	    const char *body, int n, size_t bytes, int ms);
/* Asks the question through ConverseStream, with the bearer token. */
void	 sim_ask(const struct sim *, struct got *, const char *operation, const char *text);
void	 got_free(struct got *);
/* A Converse body with one question; free() it. */
char	*question(const char *text);
CURL	*sim_handle(const struct sim *, struct got *, const char *path, struct curl_slist *headers,
	    const char *body);

/* The log line of request n, or of its end; waits for it. json_object_put() it. */
struct json_object *log_line(const struct sim *, int n, bool done);
/* The same for the nth question to a model (ConverseStream, Converse), whatever else was asked for in between. */
struct json_object *question_line(const struct sim *, int nth, bool done);
/* How often this stands in its log. */
int	 sim_logged(const struct sim *, const char *part);
/* How many requests it has got so far: of this operation, NULL = of any. */
int	 sim_count(const struct sim *, const char *operation);
const char *json_text(struct json_object *o, const char *name);
long	 json_number(struct json_object *o, const char *name);

struct frame {
	char	 kind[24];              /* :message-type */
	char	 type[64];              /* :event-type or :exception-type */
	struct json_object *payload;
};

/* The next frame: 1; 0 at the end; -1 if what follows is not a whole, sound frame. */
int	 next_frame(const struct buf *, size_t *at, struct frame *);
void	 frame_free(struct frame *);
/* All text deltas joined, their number in *deltas; asserts that all frames are sound. */
void	 joined_text(const struct buf *stream, struct buf *text, size_t *deltas);
/* "messageStart contentBlockDelta*2 ..." */
void	 event_names(const struct buf *stream, struct buf *names);

#endif
