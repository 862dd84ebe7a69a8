/*
 * failure.h - a service's error to a sentence, advice, and what to do about it: a table.
 */
#ifndef ADIT_MODEL_FAILURE_H
#define ADIT_MODEL_FAILURE_H

#include <stdbool.h>

#include "base/err.h"
#include "model/converse.h"
#include "net/retry.h"

/* What one more try can mend by itself, once. */
enum failure_fix {
	FIX_NONE,
	FIX_SAMPLING,           /* leave temperature, top_p, top_k out */
	FIX_MAX_TOKENS,         /* fewer tokens: see failure.max_tokens */
	FIX_CACHE,              /* leave cache points out */
	FIX_THINKING,           /* the other thinking form, or none: quirks say which */
	FIX_REASONING,          /* strip reasoning blocks from history (signature refused) */
	FIX_TOOLS,              /* leave tools out */
	FIX_SYSTEM,             /* fold the system prompt into the first user message */
	FIX_NOT_STREAMING,      /* use Converse */
	FIX_TIER,               /* leave the service tier out */
	FIX_LIMIT_NAME,         /* OpenAI: name the output limit the other way */
	FIX_USAGE,              /* OpenAI: do not ask for usage in the stream */
	FIX_THOUGHTS,           /* OpenAI: give the thoughts of a tool loop back */
};

/* What kind of failure it is, for whoever looks for another model (agent/failover.h). */
enum failure_kind {
	FAILURE_OTHER,          /* of the request, the identity, the network: the same everywhere */
	FAILURE_THROTTLED,      /* or a quota used up */
	FAILURE_UNAVAILABLE,    /* out of capacity, broken, loading, too slow */
	FAILURE_ACCESS,         /* this identity may not use this model */
	FAILURE_NOT_FOUND,      /* not there, not in this region, not by this id */
	FAILURE_END_OF_LIFE,
};

struct failure_facts {                  /* what is known about the call; any may be NULL */
	int		 status;        /* 0 = in-stream or none */
	const char	*code, *message;/* short name; text (model wrappers are unwrapped here) */
	const char	*model, *region, *account;
	const char	*provider, *host; /* an endpoint of the configuration: its name, where it is */
	bool		 bearer;        /* with a bearer token or an API key */
	bool		 tier;          /* a service tier was asked for */
	const char	*request_id;
};

struct failure {
	struct err		 err;           /* the sentence and its exit code */
	char			 advice[sizeof ((struct err *)0)->text];   /* what to do; may be empty */
	enum retry_class	 retry;
	enum failure_fix	 fix;
	enum failure_kind	 kind;
	long			 max_tokens;    /* FIX_MAX_TOKENS: so many fit this once; 0 = as
						 * quirks.max_tokens, the model's limit, says */
	bool			 overflow;      /* the conversation is too long: compact */
	bool			 credentials;   /* signing in would help */
	bool			 try_other_model; /* a fallback may be tried */
	bool			 unknown_model; /* the service does not know the id */
	bool			 needs_profile; /* "on-demand throughput isn't supported" */
};

/* Fills *out. Updates *quirks (may be NULL) with what the answer taught. Throttling is told from
 * overflow before anything else, and an answer of 429 is never an overflow. */
void	failure_explain(struct failure *out, const struct failure_facts *,
    struct model_quirks *quirks);

#endif
