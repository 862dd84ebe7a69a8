/* agent-inside.h - what the files of an agent share (agent.c says which they are); nobody else includes it. */
#ifndef ADIT_AGENT_AGENT_INSIDE_H
#define ADIT_AGENT_AGENT_INSIDE_H

#include "agent/agent.h"
#include "agent/loop.h"
#include "agent/record.h"
#include "agent/spending.h"
#include "agent/turn.h"
#include "agent/warmth.h"
#include "model/family.h"
#include "model/reply.h"

struct queued {
	char		*text;
	char		*origin, *title;        /* of what no person said; NULL */
	struct message	*files;         /* what goes along; NULL */
	uint64_t	 block;         /* its block in the transcript */
};

struct agent_model {                    /* a fallback */
	char			*id;
	struct converse_params	 params;
};

struct agent {
	struct agent_env	 env;
	char			*label, *system, *model, *model_short;
	struct converse_params	 params;        /* a copy of our own */
	bool			 effort_chosen; /* by the user: other parameters leave it */
	struct VEC(struct agent_model) fallbacks;
	struct session		*session;
	struct transcript	 transcript;
	struct conversation	 conversation;
	struct VEC(struct queued) queue;
	struct VEC(struct agent_spawned) spawned;       /* restored: not answered yet */

	struct turn		*turn;          /* NULL = idle */
	size_t			 at;            /* whom the turn asks: 0 = model, i = fallbacks.v[i - 1] */
	char			*asked, *asked_short;   /* the same, also after the turn */
	char			*switched_from; /* … and who could not answer; NULL */
	const char		*switched_why;
	struct names_wait	*wait;          /* for the names of models: no turn runs; NULL = not */
	bool			 names_known;   /* … and that was this turn's only one */
	struct timer		 refuse_timer;  /* set: `refused` ends the turn, before or after it began */
	struct err		 refused;
	struct reply		 reply;         /* the message under construction */
	struct block		*text_block, *reasoning_block, *tool_block;     /* the open ones */
	struct record_pieces	 pieces;
	struct timer		 record_timer;
	bool			 hints;         /* see struct agent_options */
	bool			 held;          /* see agent_hold() */
	bool			 titled;        /* this reply's first block names the model */
	bool			 message_bad;   /* the last message was refused as invalid */
	size_t			 reply_bytes;
	int64_t			 started_ms, first_output_ms, ended_ms;

	struct usage		 usage;
	double			 cost, reply_cost;
	struct usage		 last_usage;    /* of the last reply */
	double			 last_cost;
	struct spending_reply	 running;
	struct spent_models	 spent;
	struct warmth		 warmth;
	struct timer		 cold_timer;    /* the cache is cold then */
	bool			 cost_unknown;
	int64_t			 context_used;
	struct err		 last_err;
	struct failure		 last_failure;
	char			*stop_reason;
	bool			 needs_login;
	struct agent_loop	 loop;          /* calls of tools: loop.c */

	void			(*on_event)(void *, struct agent *, enum agent_event, const char *, size_t);
	void			*event_arg;
};

/* ---- agent.c ---- */

/* From now on this session records what is said, and its troubles are told. NULL: none. */
void	agent_take_session(struct agent *, struct session *);
/* A turn, or calls of tools, or a command of the user's own run. */
bool	agent_is_at_work(const struct agent *);
void	agent_tell(struct agent *, enum agent_event, const char *text, size_t n);
void	agent_changed(struct agent *);
/* Stops whatever runs; what arrived is kept. `sentence` becomes a note and the last error. */
void	agent_halt(struct agent *, enum err_code, const char *sentence);

/* ---- say.c ---- */

/* What waits goes into the conversation, and nothing more; false when nothing did. */
bool	agent_take_queue(struct agent *);
/* What waits is sent, when the agent is idle and has a model. */
void	agent_send_next(struct agent *);
/* A message in the conversation and the record, shown already; starts nothing. */
void	agent_add_message(struct agent *, const char *origin, const char *text);
void	agent_queued_done(struct queued *);
/* Shows it and adds it to the conversation; starts nothing. */
void	agent_keep_announced(struct agent *, const char *origin, const char *title, const char *text);
/* One folded line that opens to what was announced. */
void	agent_show_announced(struct agent *, const char *title, const char *text, size_t n);

/* ---- asking.c ---- */

/* A turn with the conversation as it is. */
void	asking_begin(struct agent *);
/* The same behind calls of tools. goes_on: nobody has spoken since, so the model's name is not shown again. */
void	asking_again(struct agent *, bool goes_on);
/* Ends the turn, or the wait for a model's name, at once; what arrived is kept. */
void	asking_stop(struct agent *);
/* The budget is used up: no turn, or no more of it. For the timer `refuse_timer`. */
void	asking_on_refused(struct timer *);
/* The request parameters of whoever is asked. */
const struct converse_params *asking_params(const struct agent *);

/* ---- answer.c ---- */

void	answer_take(struct agent *, const struct reply_event *);
/* Moves what arrived into the conversation and the record. */
void	answer_keep(struct agent *, bool whole);
/* The turn's failure, with what to do. partial: a piece of the answer is there. */
void	answer_failure(struct agent *, const struct call_end *, bool partial);
/* Takes the detail, which may be NULL. */
void	answer_error(struct agent *, const char *text, char *detail);
/* What is refused once would be refused for ever: keeps the question out of what is sent next. */
void	answer_withdraw(struct agent *);
/* For the timer `record_timer`: what arrived goes into the record twice a second. */
void	answer_on_record(struct timer *);
/* Folds an ended reasoning block to "thought for 6 s". */
void	agent_fold_reasoning(struct transcript *, struct block *);

/* ---- effort.c ---- */

/* The family of a model, of an ARN that hides it too, once somebody knows. */
struct family agent_family(const char *model);

/* ---- account.c ---- */

/* What something cost, in the sums of the conversation. */
void	agent_add_cost(struct agent *, const char *model, const struct usage *, double cost);
/* Counts what a reply of a model used: now, or then (wall seconds). */
void	agent_count(struct agent *, const char *model, const struct usage *, double cost, int64_t at);
/* Counts and enters what the running reply used. */
void	account_reply(struct agent *, const struct usage *);
/* A large cache that has to be written again is worth a word; nothing waits for an answer. */
void	account_warn(struct agent *);
/* What the next message will have to write again. */
void	account_cold(const struct agent *, struct agent_status *);
/* For the timer `cold_timer`: the cache has gone cold, and the status line says so. */
void	account_on_cold(struct timer *);

#endif
