/*
 * agent.h - one conversation that thinks: main, or a subagent.
 *
 * Every change of state happens here, on the UI thread. An agent owns its
 * transcript, its conversation, its session and at most one turn at a time.
 */
#ifndef ADIT_AGENT_AGENT_H
#define ADIT_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/transcript.h"
#include "base/err.h"
#include "base/mailbox.h"
#include "base/timer.h"
#include "base/worker.h"
#include "model/converse.h"
#include "model/failure.h"
#include "model/message.h"
#include "model/usage.h"
#include "store/session.h"

struct aws;
struct engine;
struct tool_set;
struct tooling_env;
struct providers;
struct spending;
struct spent_models;

/* What models turned out not to take, by model id, for the life of the process. Zero-initialise. */
struct agent_quirks {
	struct VEC(struct agent_quirk *) models;
};
struct model_quirks *agent_quirks_of(struct agent_quirks *, const char *model);
/* A model that failed and is left alone for a while; see failover.h. */
struct agent_rest {
	int64_t		 until;         /* clock_ms(), 0 = not */
	const char	*reason;
};
struct agent_rest *agent_rest_of(struct agent_quirks *, const char *model);
void		 agent_quirks_done(struct agent_quirks *);

/*
 * Models may be called by names ("haiku") that only the list of models explains, and the app has that. A name is looked
 * up when the model is about to be asked, so that nobody waits for a list that is not needed.
 */
struct agent_names {
	/* Whether this is a name that nobody has looked up yet. */
	bool	(*is_open)(void *arg, const char *model);
	/* Begins to look names up: agent_set_model() and agent_set_fallbacks() follow for what was found, then
	 * agent_names_known() for every agent, found or not. */
	void	(*look_up)(void *arg);
	void	*arg;
};

/* What all agents share; owned by the app, outlives them. */
struct agent_env {
	struct aws	*aws;
	struct engine	*engine;
	struct worker	*worker;        /* for credentials and signing */
	struct worker	*disk;
	struct mailbox	*mailbox;
	struct timers	*timers;
	struct agent_quirks *quirks;
	const struct providers *providers;      /* endpoints beside Bedrock; may be NULL */
	struct spending	*spending;      /* what all agents spend; NULL = not counted */
	const struct agent_names *names;        /* NULL: every model is given by its id */
};

enum agent_state {
	AGENT_IDLE,
	AGENT_SIGNING,          /* credentials, request */
	AGENT_WAITING,          /* sent, nothing came yet */
	AGENT_THINKING,         /* reasoning arrives */
	AGENT_STREAMING,        /* text arrives */
	AGENT_RETRYING,         /* waits for the next attempt */
	AGENT_WORKING,          /* calls of tools run */
	AGENT_ASKING,           /* … and one waits for a person */
};

struct agent_status {
	enum agent_state state;
	const char	*model;         /* full id; NULL = none chosen yet */
	const char	*model_short;   /* while it answers: of the model that does */
	const char	*provider;      /* whose model it is; NULL = Amazon Bedrock's */
	enum effort	 effort;        /* as the model has it: none when it cannot be asked */
	long		 context_used, context_window; /* tokens; window 0 = unknown */
	int64_t		 tokens_in, tokens_out;        /* of the conversation */
	double		 cost;          /* USD so far; negative = unknown */
	double		 running;       /* USD of the reply that streams, by estimate; not in cost yet */
	double		 rate;          /* tokens per second of the running reply, 0 = not streaming */
	const char	*retry_reason;  /* AGENT_RETRYING: "Throttled by Bedrock (tokens per minute)" */
	int64_t		 retry_in_ms;
	int		 attempt, attempts;
	size_t		 queued;        /* messages that wait */
	int64_t		 cold_tokens;   /* of a prompt cache that has expired: the next message writes them again */
	double		 cold_cost;     /* USD of that; negative = unknown */
	int64_t		 elapsed_ms;    /* of the running turn, or the last one */
	bool		 needs_login;   /* the last turn failed for want of credentials and waits */
};

struct agent;

/* A model to go on with when the one before it cannot answer (failover.h), with its own parameters. */
struct agent_fallback {                 /* borrowed */
	const char	*model;
	struct converse_params params;
};

struct agent_options {
	const char	*label;         /* "main", "scan-tests" */
	const char	*model;         /* NULL: chosen later with agent_set_model() */
	const char	*system;
	struct converse_params params;
	struct session	*session;       /* taken; NULL = not recorded */
	const struct tooling_env *tooling;      /* tooling.h; NULL = no tools. Borrowed, as tools is */
	struct tool_set	*tools;         /* those of this agent; NULL = all of the env's */
	const struct conversation *begin_with;  /* what it knows from the start (not shown); copied. NULL = nothing */
	const struct agent_fallback *fallbacks; /* see agent_set_fallbacks() */
	size_t		 n_fallbacks;
	bool		 hints;         /* errors say which command goes on: for modes that have commands */
};

struct agent	*agent_new(const struct agent_env *, const struct agent_options *);
void		 agent_free(struct agent *);    /* stops, records what is there */

/* Sends a message, or queues it while a turn runs. Text is copied. */
void		 agent_say(struct agent *, const char *text);
/* The same with files (model/attach.h): the parts of `files`, which is borrowed; NULL = none. */
void		 agent_say_with(struct agent *, const char *text, const struct message *files);
/*
 * Something that no person said becomes a message: what a subagent answered. origin ("subagent:ID") is recorded with
 * it; the transcript shows one line, `title`, that opens. While a turn runs it is queued like a user's message; else
 * it starts a turn when `wake` is set, and is otherwise sent along with what is said next.
 */
void		 agent_announce(struct agent *, const char *origin, const char *title, const char *text, bool wake);
/* The turn that failed (credentials, network, throttled) is tried again with its message. */
void		 agent_retry(struct agent *);
/* Stops the turn; what arrived is kept, marked partial. */
void		 agent_stop(struct agent *);
/* Sends what is queued now: stops the running reply (kept as far as it came). False when nothing is queued. */
bool		 agent_send_queued(struct agent *);
/* Takes the last queued message back for editing; NULL when none. Caller frees. */
char		*agent_unqueue(struct agent *);
/* Runs a command of the user's own; with `tell` it becomes part of the conversation, output and all. Nothing without tooling. */
void		 agent_run_own(struct agent *, const char *command, bool tell);
/* While held, it only queues what is said; released, it sends that. */
void		 agent_hold(struct agent *, bool);
/* All queued messages are dropped: whoever they were for will not speak again. */
void		 agent_drop_queue(struct agent *);
/* A note in the transcript (not sent to the model, recorded). */
void		 agent_note(struct agent *, enum block_kind, const char *text);
/* NULL: none for now; what is said is queued. */
void		 agent_set_model(struct agent *, const char *model);
/* The system text from the next request on; copied. NULL: none. */
void		 agent_set_system(struct agent *, const char *system);
/* The request parameters from now on; copied. An effort that the user chose stays. */
void		 agent_set_params(struct agent *, const struct converse_params *);
void		 agent_set_effort(struct agent *, enum effort);
/* The models after the first, in order; copied. A reply may be under way. */
void		 agent_set_fallbacks(struct agent *, const struct agent_fallback *, size_t n);
/* The names that agent_env.names was asked for have been looked up: a turn that waited for that goes on. */
void		 agent_names_known(struct agent *);
/* The levels of effort that its model has, rising; the number of them. */
size_t		 agent_efforts(const struct agent *, enum effort levels[EFFORTS]);
/* Of those, the one in force; and the level that was wished for, which another model may have. */
enum effort	 agent_effort(const struct agent *);
enum effort	 agent_wish(const struct agent *);
/* Forgets the conversation and begins a new session (taken; may be NULL). */
void		 agent_renew(struct agent *, struct session *);
/* One record of a stored session: rebuilds transcript and conversation. For session_resume(). */
int		 agent_restore(struct agent *, const char *json, size_t n);
/* After the last record: takes the session, marks a reply that was cut off, says what was repaired. */
void		 agent_restored(struct agent *, struct session *, size_t torn_bytes, size_t bad_lines);

/* A subagent was started for this one; recorded, so that its answer is not lost when adit ends before it came. */
void		 agent_record_spawn(struct agent *, const char *id, const char *label, const char *session);
/* A subagent that was started in a stored session and never answered. */
struct agent_spawned {
	char	*id, *label, *session;
};
/* Takes one of those, false when there are none (left). The caller frees the strings. */
bool		 agent_take_spawned(struct agent *, struct agent_spawned *);

/* The transcript's block that shows the ended call with this id, for whoever knows how that goes on: from now on the
 * agent leaves it alone. 0 when there is none. */
uint64_t	 agent_take_call_block(struct agent *, const char *id);
/* Something else was asked of a model for this agent (an image looked at): it costs, and is entered, like a reply, but
 * is no part of the conversation. what: the ledger's word for it. */
void		 agent_charge(struct agent *, const char *what, const char *model, const char *tier, const struct usage *);
bool		 agent_busy(const struct agent *);
const char	*agent_system(const struct agent *);    /* or NULL */
bool		 agent_has_hints(const struct agent *);
const char	*agent_label(const struct agent *);
const struct transcript *agent_transcript(const struct agent *);
struct transcript *agent_transcript_edit(struct agent *);       /* the UI folds and unfolds */
const struct conversation *agent_conversation(const struct agent *);
void		 agent_status(const struct agent *, struct agent_status *);
const struct usage *agent_usage(const struct agent *);
/* What the last reply used and cost (negative: unknown); .known is false when there was none. */
const struct usage *agent_last_usage(const struct agent *, double *cost);
/* The conversation by model. */
const struct spent_models *agent_spent(const struct agent *);
/* The last step to another model; AGENT_EV_FALLBACK has the sentence. */
struct agent_switch {
	const char	*from, *to, *reason;
};
struct agent_switch agent_last_switch(const struct agent *);
/* The model that was asked last: the agent's own, or a fallback. NULL: none yet. Borrowed. */
const char	*agent_asked(const struct agent *);
struct session	*agent_session(struct agent *);
/* How the last turn ended: ERR_NONE, or the failure. Stop reason of the last reply, NULL. */
const struct err *agent_last_error(const struct agent *);
/* The same in full: what would help. All zero when there was no answer of the service. */
const struct failure *agent_last_failure(const struct agent *);
const char	*agent_stop_reason(const struct agent *);

/* What a turn tells while it runs, for the screen, -p and stream-json. UI thread. */
enum agent_event { AGENT_CHANGED /* anything: redraw */, AGENT_EV_TEXT, AGENT_EV_REASONING, AGENT_EV_TOOL,
	AGENT_EV_RETRY, AGENT_EV_FALLBACK, AGENT_EV_USAGE, AGENT_EV_ERROR, AGENT_EV_END,
	/* The text of these two: the members of a JSON object, without its braces: "id", "name" and "input"; "id", "name",
	 * "status" ("success" or "error") and "text". */
	AGENT_EV_TOOL_USE, AGENT_EV_TOOL_RESULT };
void		 agent_on_event(struct agent *, void (*on_event)(void *arg, struct agent *, enum agent_event,
		    const char *text, size_t n), void *arg);

#endif
