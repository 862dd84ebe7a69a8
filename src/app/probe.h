/*
 * probe.h - each kind of call to AWS (aws/kinds.h), made once: what doctor wants to know.
 *
 * Waits; for workers and shell commands. The calls are as small as they can be
 * (one token of an answer, an image of eight pixels), but those to models are billed.
 */
#ifndef ADIT_APP_PROBE_H
#define ADIT_APP_PROBE_H

#include <stdatomic.h>

#include "aws/aws.h"
#include "base/err.h"
#include "model/catalogue.h"
#include "model/discover.h"

struct probe_env {                      /* strings borrowed; probe_env_done() for the rest */
	struct aws		*aws;
	const char		*model, *image_model, *embed_model;     /* NULL = chosen from what there is */
	const atomic_bool	*cancel;        /* may be NULL */
	struct model_list	 list;          /* what the probes of the lists found */
	struct discover_into	 into;          /* … with what is not for chat */
};
void	probe_env_done(struct probe_env *);

enum probe_state { PROBE_OK, PROBE_DENIED, PROBE_FAILED, PROBE_SKIPPED };

struct probe {
	enum aws_kind	 kind;
	enum probe_state state;
	char		*said;          /* what came of it, or why not: one sentence */
	char		 action[96];    /* PROBE_DENIED: the missing IAM action */
	char		 key[24];       /* who signed, masked; "" = a bearer token, or nobody */
	enum err_code	 code;
	int64_t		 ms;
};
/* The lists come before what needs a model of them: in the order of the kinds. */
void	probe_run(struct probe_env *, enum aws_kind, struct probe *);
void	probe_done(struct probe *);
/* The model that chat was, or would be, asked of; NULL = none. Borrowed. */
const char *probe_model(const struct probe_env *);

#endif
