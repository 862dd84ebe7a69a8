/*
 * record.h - a conversation's lines in its session: writing them, reading them back.
 *
 * Kinds ("t"): message (a whole one), piece (of a reply that streams), note,
 * error, queued (typed while a reply ran), model, effort, withdraw. A reply
 * is written twice: in pieces as it arrives, so that a kill loses at most two
 * seconds, and whole at its end, so that the file can be searched with grep.
 * Replies over 256 KiB stay in pieces and end with an "end" line.
 */
#ifndef ADIT_AGENT_RECORD_H
#define ADIT_AGENT_RECORD_H

#include <stdbool.h>

#include "agent/agent.h"
#include "model/message.h"
#include "model/reply.h"
#include "model/usage.h"

/* The pieces of the running reply that are not on their way to the disk yet. */
struct record_pieces {                  /* zero-initialise */
	enum reply_kind	 kind;
	int		 block;
	struct buf	 text;
	char		*name;
	bool		 any;
};

/* All take a NULL session (--no-session) and do nothing then. */
void	record_message(struct session *, const struct message *, const struct usage *, const char *stop, double cost);
void	record_end(struct session *, const struct message *, const struct usage *, const char *stop, double cost);
/* A note with what opening it shows. */
void	record_note(struct session *, const char *kind, const char *text, const char *detail);
/* A step to another model. */
void	record_switch(struct session *, const char *from, const char *to, const char *reason);
void	record_text(struct session *, const char *type, const char *kind, const char *text);
/* What was asked of a model beside the conversation, and cost. */
void	record_charge(struct session *, const char *model, const struct usage *, double cost);
/* What no person said, while it waits for the turn to end; and a subagent that was started (session may be NULL). */
void	record_announced(struct session *, const char *origin, const char *title, const char *text);
void	record_spawn(struct session *, const char *id, const char *label, const char *session);
/* Adds an event; writes what was collected when another kind or block begins. */
void	record_piece(struct session *, struct record_pieces *, const struct reply_event *);
/* What people saw of a call of a tool and its result does not say: each may be NULL. */
void	record_shown(struct session *, const char *id, const char *summary, const char *outcome, const char *diff);
void	record_flush(struct session *, struct record_pieces *);
void	record_pieces_done(struct record_pieces *);
/* A "piece" record as the event that it was; false when it is none. Borrows from the object. */
bool	record_piece_parse(struct json_object *, struct reply_event *);
/* Replies larger than this are not written a second time. */
enum { RECORD_WHOLE_MAX = 256 * 1024 };

#endif
