/*
 * tool.h - what a model may do here: the table of tools, and one use of one.
 *
 * To add a tool, write its file (tool-NAME.c) and a row in tool.c; the agent
 * layer adds rows of its own to a tool_set. A call goes through three steps:
 *
 *	tool_call_new()      any thread: arguments checked against the schema
 *	tool_call_prepare()  a worker: resolves paths, makes the preview (a diff, a command)
 *	                     ... rules and people decide about subject and preview ...
 *	tool_call_run()      a worker: does exactly what was prepared, or refuses
 *
 * What goes to the model (descriptions, results, errors) is English; what goes
 * to people is translated.
 */
#ifndef ADIT_TOOL_TOOL_H
#define ADIT_TOOL_TOOL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "tool/output.h"

struct engine;
struct tool_call;

enum tool_flag {
	TOOL_READS = 1,         /* files: allowed inside the working directory */
	TOOL_WRITES = 2,        /* files: asks, unless a rule allows it */
	TOOL_RUNS = 4,          /* programs: asks */
	TOOL_NET = 8,           /* asks */
	TOOL_PARALLEL = 16,     /* may run beside others of its kind */
	TOOL_FREE = 32,         /* needs no rule and no answer: changes nothing outside adit */
};

struct tool {
	const char	*name;          /* for the model: [a-z_]+ */
	const char	*title;         /* for people, N_(): "Read a file" */
	const char	*description;   /* for the model */
	const char	*schema;        /* JSON: {"type":"object",…} */
	unsigned	 flags;
	/* A worker. Sets subject, summary and preview; -1: the call fails with this sentence and nobody is
	 * asked. NULL: tool_call_run() at once, subject is "". */
	int		(*prepare)(struct tool_call *, struct err *);
	/* A worker. Prints with tool_put(); -1: failed, with this sentence (may be empty when it printed what is
	 * wrong). NULL: a row of the agent layer, which does it itself. */
	int		(*run)(struct tool_call *, struct err *);
	void		(*done)(struct tool_call *);    /* frees call->plan; may be NULL */
};

/* Where tools act. One for all calls; constant while any runs. Owned by whoever made it. */
struct tool_place {
	const char	*root;          /* the working directory, a real path */
	const char	*overflow;      /* folder for long outputs; NULL = they are cut */
	const char	*launcher;      /* adit itself, which launches children (sandbox.h); NULL = started bare */
	bool		 confine;       /* children are confined when the kernel can */
	bool		 aws;           /* children get the AWS_ variables */
	struct engine	*engine;        /* for fetch_url; NULL = there is no network */
};

/* One use of a tool. */
struct tool_call {
	const struct tool	*tool;
	const struct tool_place	*place;
	struct json_object	*args;          /* fits the schema */

	/* after prepare */
	char			*subject;       /* what a rule's pattern is matched with: path, command, URL */
	char			*summary;       /* one line for people: path, command, URL */
	char			*place_note;    /* for people, translated: "confined by Landlock …"; NULL */
	bool			 beyond;        /* outside the working directory, or a place that a general rule
						 * must not reach */
	struct buf		 preview;       /* raw: a command as it will run, or a diff; may be empty */
	bool			 is_diff;
	void			*plan;          /* the tool's own */

	/* while it runs */
	atomic_bool		 cancel;        /* set by anybody: end soon */
	void			(*progress)(void *arg, const char *s, size_t n);        /* on the worker; may be NULL */
	void			*progress_arg;
	bool			 streams;       /* progress was used: people have seen the output */

	/* after it ran */
	struct output		 output;
	struct buf		 result;        /* for the model, never empty */
	bool			 failed;
	char			*outcome;       /* for people, translated: "214 lines"; NULL */
	char			*diff;          /* what was changed, for people; NULL */
};

/* ---- the tools that there are ---- */
struct tool_set {                       /* zero-initialise */
	struct VEC(const struct tool *) tools;  /* borrowed */
	char		*json;          /* as Converse takes it: [{"toolSpec":…},…] */
};
void	tool_set_builtin(struct tool_set *);    /* adds the rows of tool.c */
void	tool_set_add(struct tool_set *, const struct tool *);
/* Takes a tool away (a subagent may not have all). */
void	tool_set_remove(struct tool_set *, const char *name);
const struct tool *tool_set_find(const struct tool_set *, const char *name);
/* NULL when the set is empty. Borrowed until the set changes. */
const char *tool_set_json(struct tool_set *);
void	tool_set_done(struct tool_set *);
/* Row i of the built-in table, NULL after the last. */
const struct tool *tool_at(size_t i);

/* ---- one call ---- */
/* NULL, with a sentence for the model in `why`, when the arguments do not fit. */
struct tool_call *tool_call_new(const struct tool *, const struct tool_place *, const char *args, size_t n,
	    struct buf *why);
void	tool_call_free(struct tool_call *);
/* -1: it failed, and result says why. */
int	tool_call_prepare(struct tool_call *);
void	tool_call_run(struct tool_call *);
/* Makes the call failed with this sentence for the model. */
void	tool_call_refuse(struct tool_call *, const char *sentence);

/* ---- for the tools themselves ---- */
/* Output, for the model and (as progress) for people. False: a flood, stop. */
bool	tool_put(struct tool_call *, const char *s, size_t n);
bool	tool_puts(struct tool_call *, const char *s);
const char *tool_arg(const struct tool_call *, const char *name, const char *otherwise);
int64_t	tool_arg_int(const struct tool_call *, const char *name, int64_t otherwise);
bool	tool_cancelled(const struct tool_call *);

#endif
