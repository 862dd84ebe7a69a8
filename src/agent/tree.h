/*
 * tree.h - all agents of a process: main and its subagents.
 *
 * A subagent is an agent of its own (agent/agent.h) with a task, a limit of
 * time and money, and a parent that is told how it ended: the result becomes a
 * message in the parent's conversation and wakes it. What waits for a free
 * place, who may have how many children, and who ends with whom is decided
 * here. The contract (isolated or forked context, limits, what a result holds)
 * is OpenClaw's. UI thread only.
 *
 * Every agent draws on the same struct agent_env, and so on the one
 * credentials provider: there is nothing here that could ask for a key.
 */
#ifndef ADIT_AGENT_TREE_H
#define ADIT_AGENT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"

enum subagent_state {
	SUBAGENT_WAITING,       /* for a free place */
	SUBAGENT_RUNNING,
	SUBAGENT_DONE,
	SUBAGENT_FAILED,        /* agent_last_error() says why */
	SUBAGENT_KILLED,
	SUBAGENT_TIMED_OUT,
	SUBAGENT_OVER_BUDGET,
};
/* The word of the JSON contract: "waiting", "running", "done", "failed", "killed", "timeout", "budget". */
const char	*subagent_state_name(enum subagent_state);

struct subagent {
	char		 id[9];         /* 8 hex digits */
	size_t		 number;        /* of its pane, from 1 on; not used again */
	char		*label, *task;
	struct agent	*agent;
	struct agent	*parent;        /* NULL once that one is gone */
	int		 depth;         /* 1 = a child of main */
	enum subagent_state state;
	int64_t		 started_ms, ended_ms;  /* clock_ms(); 0 = not yet */
	long		 timeout_s;     /* 0 = none */
	double		 budget;        /* USD; 0 = none */
	bool		 cleanup;       /* its pane goes when it ends */
	uint64_t	 block;         /* in the parent's transcript: the call that started it; 0 = none */
};

/* How many and how much. 0 = the usual: 8 at once, 5 children of one agent, depth 1, 900 s; a
 * negative depth: models may start none. */
struct tree_limits {
	int	max_concurrent, max_children, max_depth;
	long	timeout_s;              /* negative: none */
	const char *model;              /* for children; NULL = the parent's. Borrowed until the next one is set */
	int	effort;                 /* enum effort + 1; 0 = the parent's */
	bool	no_sign_in;             /* nobody will: one that lacks credentials has failed, else it waits */
	bool	keeps_ended;            /* cleanup is not looked at: there are no panes, and all are listed at the end */
};

struct tooling_env;

struct spawn_ask {                      /* all borrowed */
	const char	*task;
	const char	*label;         /* NULL: made from the task */
	const char	*model;         /* NULL: the limits' or the parent's */
	const char	*system;        /* NULL: the parent's. What a subagent is comes behind it */
	int		 effort;        /* enum effort + 1; 0 = the limits' or the parent's */
	long		 timeout_s;     /* 0 = the limits'; negative = none */
	double		 budget;        /* USD; 0 = none */
	bool		 fork;          /* begins with a copy of the parent's conversation, else with nothing */
	bool		 cleanup;
	const char	*const *tools;  /* the only tools it may use; NULL = all that there are */
	size_t		 n_tools;
	bool		 by_user;       /* /spawn: no limit of children or depth applies */
};

struct tree_hooks {
	void	*arg;
	/* What any agent tells, main included; then what the tree made of it is done already. */
	void	(*on_event)(void *arg, struct agent *, enum agent_event, const char *text, size_t n);
	/* A subagent came, changed its state, or is about to be freed (its agent with it). */
	void	(*on_spawn)(void *arg, struct subagent *);
	void	(*on_state)(void *arg, struct subagent *);
	void	(*on_gone)(void *arg, struct subagent *);
	/* A session for it (NULL = none), and the request parameters of its model. */
	struct session *(*new_session)(void *arg, const struct agent *parent, const char *label);
	void	(*params)(void *arg, const char *model, struct converse_params *);
};

struct tree;

/* Takes over main's events (agent_on_event). Main is the caller's and outlives the tree. */
struct tree	*tree_new(const struct agent_env *, struct agent *main, const struct tree_hooks *);
void		 tree_free(struct tree *);      /* kills all; tells nobody. NULL is fine */
/* The tools of subagents, fewer than main's where they may start no others. NULL: none. Borrowed. */
void		 tree_set_tools(struct tree *, const struct tooling_env *);
/* After a session was restored into main: what subagents had said by then, and their parent never heard, is added to
 * its conversation. Waits for the disk; before the loop runs. Starts nothing. */
void		 tree_restored(struct tree *);
/* With no_sign_in, those that wait for that fail here and now. */
void		 tree_set_limits(struct tree *, const struct tree_limits *);

/* Never waits: the subagent starts at once, or when a place is free. NULL and ERR_USAGE with a sentence (for a
 * model or a person) when limits forbid it. The result stays the tree's. */
struct subagent	*tree_spawn(struct tree *, struct agent *parent, const struct spawn_ask *, struct err *);
/* The block in its parent's transcript that shows how it goes from now on: at work, done, failed. */
void		 tree_show_in(struct tree *, struct subagent *, uint64_t block);
/* Says something to it: at once when it is idle (it runs again), else as soon as it listens. */
void		 tree_steer(struct tree *, struct subagent *, const char *text);
/* Stops it and its children; what arrived is kept and told to the parent. One that has ended is taken off the list. */
void		 tree_kill(struct tree *, struct subagent *);
/* Kills every subagent that runs or waits; how many. */
size_t		 tree_kill_all(struct tree *);
/* An agent is stopped with Esc or ends: its children too. */
size_t		 tree_kill_children(struct tree *, struct agent *parent);

/* The same, and all its children, ended ones too, are off the list: its conversation is another now. */
size_t		 tree_drop_children(struct tree *, struct agent *parent);

/* In the order of their numbers. */
size_t		 tree_count(const struct tree *);
struct subagent	*tree_at(const struct tree *, size_t i);
/* By number, id (or its beginning) or label; NULL. */
struct subagent	*tree_find(const struct tree *, const char *name);
struct subagent	*tree_of(const struct tree *, const struct agent *);
/* How many run or wait. */
size_t		 tree_running(const struct tree *);
/* What it said last (its result so far). Appended. */
void		 subagent_text(const struct subagent *, struct buf *);
/* Of its whole life so far. */
int64_t		 subagent_elapsed_ms(const struct subagent *);
/* The message that its parent gets: status, time, tokens, cost, text. Appended. */
void		 subagent_report(const struct subagent *, struct buf *);

#endif
