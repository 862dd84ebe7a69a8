/*
 * loop.h - an agent's calls of tools: from an answer that asks for them to the next request. Inside the agent layer.
 *
 * agent.c calls in here at each point of a turn; what a person or a limit stops ends in agent_halt().
 * Every call of an answer gets a result in the next message, whatever happened: ended, refused,
 * stopped, or cut off because adit ended.
 */
#ifndef ADIT_AGENT_LOOP_H
#define ADIT_AGENT_LOOP_H

#include "agent/tooling.h"
#include "agent/transcript.h"
#include "base/timer.h"
#include "model/message.h"

struct loop_shown {             /* which block shows the call with this id */
	char		*id;
	uint64_t	 block;
};

enum { LOOP_REMEMBERS = 32 };

/* The origin (struct message) of what a command of the user's own brought. */
#define LOOP_OWN "own"

struct agent_loop {
	struct tooling	*tooling;       /* NULL = no tools */
	struct tooling	*own;           /* the user's own command */
	bool		 running, own_running, own_tell;
	char		*own_command;
	uint64_t	 own_block;
	struct VEC(struct loop_shown) shown;

	/* of the message that is being answered */
	long		 requests;
	int64_t		 started_ms, tokens;    /* tokens of the conversation when it began */
	struct timer	 clock, over;
	const char	*over_why;              /* borrowed, translated */

	/* the calls before this one, as hashes of what was asked and what came of it */
	uint64_t	 seen[LOOP_REMEMBERS];
	size_t		 n_seen;
	int		 repeats;               /* calls in a row that brought nothing new */
};

void	loop_init(struct agent *, const struct tooling_env *, struct tool_set *);
void	loop_done(struct agent *);
/* The conversation is dropped. */
void	loop_forget(struct agent *);
/* The tools as the request takes them; NULL. */
const char *loop_tools(const struct agent *);
bool	loop_is_running(const struct agent *);
enum agent_state loop_state(const struct agent *);

/* The user said something: counting begins anew. */
void	loop_new_message(struct agent *);
/* A request goes out. */
void	loop_asks(struct agent *);
/* Something arrived: is it still within the limits? */
void	loop_watch(struct agent *);

/* The block that a call with this id is shown in. */
void	loop_shown(struct agent *, const char *id, size_t n, struct block *);
struct block *loop_block(struct agent *, const char *id);
/* The answer is in the conversation, its reply not forgotten yet: takes its calls; those of an answer that was cut
 * off get their results here. */
void	loop_gather(struct agent *, const struct message *, bool whole);
/* Blocks of calls that never were: failed. */
void	loop_fail_rest(struct agent *);
/* Begins what was gathered; false when that is nothing. */
bool	loop_run(struct agent *);
/* Ends calls and the user's own command; results are in the conversation afterwards. */
void	loop_stop(struct agent *);

/* A stored result of a call: into its block. */
void	loop_restore_result(struct agent *, const char *id, const char *text, size_t n, bool failed);
/* A stored call: what its block says. */
void	loop_restore_call(struct agent *, struct block *, const char *id, const char *args, size_t n);
/* What people saw of it. Any may be NULL. */
void	loop_restore_shown(struct agent *, const char *id, const char *summary, const char *outcome, const char *diff);
/* A stored command of the user's own, as the model was told of it. */
void	loop_restore_own(struct agent *, const char *text, size_t n);
/* After a session was read: calls that have no result get one that says so. */
void	loop_restored(struct agent *);

#endif
