/*
 * tooling.h - the calls of one answer: run beside each other where that is safe, asked about, collected in order.
 *
 * A struct tooling_env is shared by all agents of the process and owned by the app: which tools there
 * are, what rules say, where tools act, the threads, and how people are asked. Each agent has one
 * struct tooling (made by agent_new() when its options name an env), which runs one answer's calls at a time.
 *
 *	waiting -> preparing (a worker) -> asking (a person) -> running (a worker) -> done
 *
 * Calls of tools that only look (TOOL_PARALLEL) run at the same time; any other waits for those
 * before it, and those behind it wait for it. Results are handed over when all are there, in the order of
 * the calls. UI thread only, but for what runs on workers.
 *
 * How the agent layer adds a tool (sessions_spawn, subagents): a struct tooling_row with a static
 * life, its `tool` filled in with run = NULL, added with tool_set_add(set, &row.tool). When the
 * model calls it and rules allow it (TOOL_FREE: always), row.call() runs on the UI thread and answers
 * with tooling_done(), at once or whenever it knows; row.cancel() says that nobody waits any more.
 *
 * A subagent's set: a tool_set of its own with tool_set_builtin(), tool_set_remove(), given as
 * agent_options.tools; NULL there means the env's.
 */
#ifndef ADIT_AGENT_TOOLING_H
#define ADIT_AGENT_TOOLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mailbox.h"
#include "base/pool.h"
#include "base/timer.h"
#include "tool/policy.h"
#include "tool/tool.h"

struct agent;
struct tooling;
struct tooling_call;

/* ---- what is shared ---- */

enum tooling_verdict {
	TOOLING_NO,
	TOOLING_ONCE,
	TOOLING_SESSION,        /* and whatever the suggested rule covers, while adit runs */
	TOOLING_PROJECT,        /* … in this folder from now on: hooks.remember() */
};

/* A question to a person. Lives until it is answered with tooling_answer(), or unask() was called. */
struct tooling_ask {
	struct agent		*agent;
	const struct tool_call	*call;          /* prepared: tool, subject, preview, place_note */
	const char		*rule;          /* what SESSION and PROJECT would allow */
	struct tooling_call	*item;          /* tooling.c's */
};

struct tooling_hooks {
	void	*arg;
	/* NULL, or it returns false: nobody can be asked, so the answer is no. *why (may stay NULL): a sentence for the model. */
	bool	(*ask)(void *arg, struct tooling_ask *, const char **why);
	void	(*unask)(void *arg, struct tooling_ask *);      /* the question is moot: forget it */
	void	(*remember)(void *arg, const char *rule);       /* TOOLING_PROJECT; may be NULL */
};

/* What ends an answer's chain of calls. 0 = the usual; negative = no limit. */
struct tooling_limits {
	long	requests;       /* to the model for one message of the user; usually 200 */
	int64_t	ms;             /* of time for one message; usually none */
	int64_t	tokens;         /* in and out, for one message; usually none */
	/* For whoever counts money: asked before each request and whenever usage comes in while an answer streams; a sentence
	 * for the user ends it. May be NULL. */
	const char *(*may_go_on)(void *arg, struct agent *);
	void	*arg;
	bool	follow_up;      /* what the user types meanwhile waits for the last answer instead of steering at
				 * the next boundary between calls */
};

struct tooling_env {
	struct tool_set		*tools;
	struct policy		*policy;
	const struct tool_place	*place;
	struct pool		*pool;
	struct mailbox		*mailbox;
	struct tooling_hooks	 hooks;
	struct tooling_limits	 limits;
};

/* Ends a question. `reason` (may be NULL or "") goes to the model with a no. */
void	tooling_answer(struct tooling_ask *, enum tooling_verdict, const char *reason);
/* Rules have changed since: is the question still one? Otherwise it has been answered (and is gone). */
bool	tooling_still_asks(struct tooling_ask *);
/* Jobs on workers that have not ended yet, in the whole process: for the way out. */
int	tooling_running_jobs(void);

/* ---- rows of the agent layer ---- */

struct tooling_row {
	struct tool	 tool;          /* run = NULL */
	void		(*call)(void *arg, struct agent *, struct tooling_call *);
	void		(*cancel)(void *arg, struct tooling_call *);    /* may be NULL */
	void		*arg;
};
/* The arguments of a row's call, checked against its schema. */
struct json_object *tooling_args(const struct tooling_call *);
/* The id that the model gave it. Borrowed. */
const char	*tooling_call_id(const struct tooling_call *);
/* The prepared call, for rows whose tool has a prepare(). */
const struct tool_call *tooling_tool_call(const struct tooling_call *);
/* The row's answer for the model; the call is not to be used any more. outcome (may be NULL): a few words for people. */
void	tooling_done(struct tooling_call *, const char *text, bool failed, const char *outcome);

/* ---- one agent's: for agent/loop.c ---- */

/* What the transcript shows of a call; borrowed. */
struct tooling_view {
	const char	*id, *name, *args;      /* args: the model's own text */
	const struct tool_call *call;           /* NULL: never came to be */
	const struct buf *result;               /* once ended */
	bool		 failed, streamed;      /* streamed: on_output() gave what it printed */
};

struct tooling_news {
	void	*arg;
	void	(*on_begin)(void *arg, size_t i, const struct tooling_view *);  /* it is known what it will do */
	void	(*on_output)(void *arg, size_t i, const char *text, size_t n);
	void	(*on_end)(void *arg, size_t i, const struct tooling_view *);
	void	(*on_all)(void *arg);           /* all have ended: take them with tooling_view(), then tooling_reset() */
};

struct tooling	*tooling_new(const struct tooling_env *, struct tool_set *, struct agent *, const struct tooling_news *);
void		 tooling_free(struct tooling *);        /* stops; NULL is fine */
struct tool_set	*tooling_set(const struct tooling *);
const struct tooling_env *tooling_env(const struct tooling *);
/* One more call of this answer. `broken` (may be NULL): why it must not run; it ends with that sentence. */
void		 tooling_add(struct tooling *, const char *id, const char *name, const char *args, size_t n,
		    const char *broken);
/* A command of the user's own: no rule, no question, nothing confined, with the AWS_ variables. */
void		 tooling_add_own(struct tooling *, const char *id, const char *command);
size_t		 tooling_count(const struct tooling *);
struct tooling_view tooling_view(const struct tooling *, size_t i);
void		 tooling_start(struct tooling *);
/* Ends what runs, at once as far as the agent is concerned: each call that had not ended has failed with `sentence`,
 * after what it had printed. on_end() for each, but not on_all(). */
void		 tooling_stop(struct tooling *, const char *sentence);
void		 tooling_reset(struct tooling *);       /* forgets the calls; all have ended */
/* How many have not ended; how many of them wait for a person. */
size_t		 tooling_open(const struct tooling *, size_t *asking);

#endif
