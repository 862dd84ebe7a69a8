/*
 * family.h - which family a model is of, and what that family takes.
 *
 * Pure: read from the id alone, by hand, so that a date is never taken for a
 * version. An id that says nothing (an application profile's ARN) is
 * FAMILY_UNKNOWN and gets only what every model takes.
 */
#ifndef ADIT_MODEL_FAMILY_H
#define ADIT_MODEL_FAMILY_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/converse.h"

enum family_kind {
	FAMILY_UNKNOWN,         /* the id does not say */
	FAMILY_CLAUDE,
	FAMILY_NOVA,            /* the first generation */
	FAMILY_NOVA_2,
	FAMILY_TITAN,
	FAMILY_GPT,             /* GPT-5 */
	FAMILY_GPT_OSS,
	FAMILY_DEEPSEEK_R1,
	FAMILY_MISTRAL_OLD,     /* Mistral 7B, Mixtral: no system prompt, no tools */
	FAMILY_OTHER,           /* known by its id, takes nothing special */
};

enum claude_line {
	CLAUDE_NONE,
	CLAUDE_OPUS,
	CLAUDE_SONNET,
	CLAUDE_HAIKU,
	CLAUDE_FABLE,
	CLAUDE_MYTHOS
};

struct family {
	enum family_kind	 kind;
	enum claude_line	 line;          /* Claude only */
	int			 major, minor;  /* Claude only; major -1 = not known */
};

/* From any id form: bare, with prefix or suffixes, ARN of a foundation model or of a system
 * profile. */
struct family	 family_of(const char *model);

/* How many of temperature and top_p may be sent. */
enum sampling { SAMPLING_NONE, SAMPLING_ONE, SAMPLING_ANY };
enum sampling	 family_sampling(const struct family *);

/* How thinking is asked for. */
enum thinking {
	THINKING_NONE,          /* cannot, or cannot be told */
	THINKING_BUDGET,        /* {"type":"enabled","budget_tokens":N} */
	THINKING_ADAPTIVE,      /* {"type":"adaptive"} and an effort */
	THINKING_NOVA,          /* reasoningConfig */
	THINKING_GPT_OSS,       /* reasoning_effort */
};
enum thinking	 family_thinking(const struct family *);
/* It thinks even when nobody asks, so that its reasoning belongs into the history whatever the
 * effort. */
bool		 family_always_thinks(const struct family *);
/* The levels that it makes sense to choose from, rising; at least one. EFFORT_NONE is among them
 * where nothing need be asked for. The number of them. */
size_t		 family_levels(const struct family *, enum effort levels[EFFORTS]);
/* Of those, the one that a wish comes to: itself, the next lower one, or the lowest. EFFORT_NONE stays. */
enum effort	 family_level(const struct family *, enum effort wish);
/* budget_tokens for a level; 0 for EFFORT_NONE. */
long		 family_budget(enum effort);
/* The word the family has for a level (Claude adaptive, Nova 2, gpt-oss); NULL for EFFORT_NONE. */
const char	*family_effort(const struct family *, enum effort);

/* Where explicit cache points may stand; 0 = nowhere. CACHE_USUAL leaves out families whose own,
 * automatic cache is as good. */
enum {
	FAMILY_CACHE_TOOLS = 1,
	FAMILY_CACHE_SYSTEM = 2,
	FAMILY_CACHE_MESSAGES = 4,      /* at the end of a user's message … */
	FAMILY_CACHE_RESULTS = 8,       /* … also when it brings results of tools */
};
unsigned	 family_cache(const struct family *, enum cache_retention);
bool		 family_takes_cache(const struct family *);             /* any, when nobody said */
bool		 family_takes_long_cache(const struct family *);        /* for an hour */
bool		 family_takes_status(const struct family *);            /* toolResult.status */
bool		 family_takes_system(const struct family *);
bool		 family_takes_tools(const struct family *);             /* as far as is known */
/* Reasoning with its signature may be sent back (Claude). */
bool		 family_takes_reasoning(const struct family *);

/* ---- ids ---- */

/* Length of a region prefix ("us.", "us-gov.", "global." …) at the start of an id, 0 = none. */
size_t		 family_prefix(const char *id);
/* The id inside an ARN of a foundation model or system profile, or the id itself; NULL when an ARN
 * hides it. Borrowed. */
const char	*family_id(const char *model);
/* Appends the provider's part of an id: "anthropic". */
void		 family_vendor(struct buf *, const char *model);

#endif
