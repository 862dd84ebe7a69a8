/*
 * converse.h - a conversation to a Converse or ConverseStream request.
 *
 * Pure: values in, bytes out. Keeps the service's rules before sending (blank
 * text, alternation, tool results first and together, no trailing assistant
 * message …), so that no stored history can get a conversation stuck.
 */
#ifndef ADIT_MODEL_CONVERSE_H
#define ADIT_MODEL_CONVERSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/message.h"

enum effort {
	EFFORT_NONE,
	EFFORT_MINIMAL,
	EFFORT_LOW,
	EFFORT_MEDIUM,
	EFFORT_HIGH,
	EFFORT_XHIGH,
	EFFORT_MAX,
	EFFORTS
};
const char	*effort_name(enum effort);
int		 effort_named(const char *);    /* -1 = no such word */

/* A service tier: default, priority, flex, reserved. */
bool		 converse_is_tier(const char *);

enum cache_retention {
	CACHE_NONE,
	CACHE_SHORT,            /* five minutes */
	CACHE_LONG,             /* an hour, where the model has that */
	CACHE_USUAL,            /* nobody said: five minutes for families that are known to gain by it */
};

/* What a model does not take, learned from its answers; kept for the life of the process. */
struct model_quirks {
	bool	no_sampling, no_cache, no_thinking, adaptive_thinking, no_tools, no_system, no_tier;
	bool	no_stream;              /* ask it with Converse */
	bool	other_limit, no_usage;  /* OpenAI: the other name of the limit; no stream_options */
	bool	wants_thoughts;         /* OpenAI: those of a tool loop, as reasoning_content */
	long	max_tokens;             /* the most it gives out, 0 = not learned */
	long	context;                /* tokens its window really has, 0 = not learned */
};

struct converse_params {                /* zero = nothing asked for */
	long		 max_tokens;            /* 0 = leave out */
	double		 temperature, top_p;    /* negative = leave out */
	enum effort	 effort;
	enum cache_retention cache;
	const char	*service_tier;          /* NULL = leave out */
	const char	*guardrail_id, *guardrail_version, *guardrail_mode, *guardrail_trace;
	const char	*latency;               /* "optimized" */
	const char	*const *stop_sequences; /* NULL-terminated or NULL */
	const char	*const *metadata;       /* "key", "value", … NULL; what may not be in them is put right */
	bool		 tags;                  /* add which session and agent it is to the metadata */
	const char	*extra_fields;          /* the model's own: a JSON object's text */
};

struct converse_ask {
	const char			*model;         /* as it goes into the path */
	const char			*base_model;    /* behind a profile; NULL = see model */
	long				 max_output;    /* the most it gives out; 0 = see the table */
	const char			*system;        /* NULL or blank = none */
	const char			*tools;         /* [{"toolSpec":…}] as text or NULL */
	const struct conversation	*conversation;
	bool				 whole;         /* for Converse, not ConverseStream */
	struct converse_params		 params;
	const struct model_quirks	*quirks;        /* may be NULL */
};

/* Appends "/model/ID/converse-stream" or "/model/ID/converse", the id escaped. */
void	converse_path(struct buf *, const char *model, bool stream);
/* Appends the body. -1 with ERR_USAGE when there is nothing to send, ERR_CONFIG when tools or
 * extra_fields are not the JSON they should be. */
int	converse_body(struct buf *, const struct converse_ask *, struct err *);
/* The normalised conversation that would be sent (new references, added to *out); exposed for tests
 * and token counts. Reasoning is kept where base_model takes it, as when thinking is on. */
void	converse_normalise(struct conversation *out, const struct conversation *in,
    const char *base_model, bool has_tools);

#endif
