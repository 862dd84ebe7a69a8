/*
 * aws.h - AWS as this process sees it, and the one way to a signed request.
 *
 * One `struct aws` for the whole program: it reads the environment and the
 * AWS files, owns the one credentials provider (aws/creds.h), resolves region
 * and endpoints, and signs. Chat, subagents, images, embeddings, discovery and
 * token counting all go through aws_prepare(); nothing else signs anything,
 * and nothing asks whether a key is set. Only src/aws/ reads AWS_* variables.
 *
 * All functions may be called from any thread; those marked "waits" may block
 * on files, children and the network and belong on a worker.
 */
#ifndef ADIT_AWS_AWS_H
#define ADIT_AWS_AWS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/kinds.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/engine.h"
#include "net/http.h"

struct aws;

/* IAM Roles Anywhere as adit's own configuration has it; a profile can say the same (source-rolesanywhere.c). */
enum aws_anywhere { ANYWHERE_CERTIFICATE, ANYWHERE_KEY, ANYWHERE_INTERMEDIATES, ANYWHERE_ANCHOR, ANYWHERE_PROFILE,
	ANYWHERE_ROLE, ANYWHERE_DURATION, ANYWHERE_SESSION, ANYWHERE_SETTINGS };

/* What the command line and adit's own configuration say; NULL = nothing said. Copied. */
struct aws_options {
	const char	*profile;       /* --profile: beats environment keys */
	const char	*region;        /* --region */
	const char	*endpoint;      /* endpoint for bedrock-runtime and bedrock ("baseUrl") */
	const char	*ca_bundle;
	const char	*access_key_id, *secret_access_key, *session_token;  /* for this run (demo, /login) */
	const char	*bearer;        /* for this run */
	const char	*anywhere[ANYWHERE_SETTINGS];   /* any of them set: only that is asked, unless one above is */
	long		 anywhere_seconds;      /* ANYWHERE_DURATION, as a number; 0 = as that says */
	bool		 nobodys;       /* the keys are made up (the demo): STS is not asked whose they are */
	bool		 insecure_ok;   /* plain http to hosts that are not loopback (never with a bearer token) */
	long		 process_timeout_ms; /* for credential_process; 0 = 60,000 */
	long		 answer_timeout_ms; /* for a whole answer of STS, SSO, sign-in ...; 0 = 10,000 */
};

struct aws	*aws_new(const struct aws_options *, struct engine *);
void		 aws_free(struct aws *);
/* Another profile, region ... while running; what was resolved is forgotten. */
void		 aws_set_options(struct aws *, const struct aws_options *);

/*
 * Who asks the user for what only they know (an MFA code, which is not shown
 * while it is typed). Runs on the credentials' thread and may wait; -1 when
 * the user does not answer. NULL: nobody asks, and such profiles fail.
 */
void		 aws_on_prompt(struct aws *, int (*prompt)(void *arg, const char *question, struct buf *answer,
		     const atomic_bool *cancel), void *arg);

/* One call, as the caller knows it. Everything borrowed. */
struct aws_call {
	enum aws_kind		 kind;          /* what is called, and for what: aws/kinds.h */
	const char		*method;
	const char		*path;          /* absolute, each segment already percent-encoded */
	const char		*query;         /* "a=b&c=d", percent-encoded, or NULL */
	const char		*content_type;  /* NULL without a body */
	const char		*accept;        /* NULL = application/json */
	const char		*const *headers;/* further "Name", "value", … NULL; signed. May be NULL */
	const char		*body;
	size_t			 body_len;
	const char		*model;         /* model id or ARN: an ARN's region decides; may be NULL */
	const char		*region;        /* asked there, whatever else is set; NULL = the one in force */
	bool			 stream;         /* no total time-out, long idle one: streams, and Converse without */
	const char		*invocation_id;  /* one UUID for all attempts of a call */
	int			 attempt, attempts; /* for amz-sdk-request; 0 = left out */
	bool			 once;           /* aws_fetch(): no retry after a pause: nobody waits for it */
	bool			 aside;          /* aws_fetch(): only worth knowing; a refusal is not held against the
						  * credentials, unless it says that they have expired */
	const atomic_bool	*cancel;        /* ends waiting for credentials; may be NULL */
};

/* What was used to make a request: kept beside it to judge the answer. */
struct aws_used {
	uint64_t	generation;     /* of the credentials; 0 = an unsigned call */
	bool		bearer;
	bool		kept;           /* a secret that adit itself stored */
	bool		fixed;          /* credentials that cannot change while adit runs: environment, given */
	char		label[96];      /* "environment keys", "profile dev: SSO …": for people */
	char		access_key[24]; /* first 4 and last 4 characters, for people */
	char		region[64];
	char		host[256];
};

/*
 * Waits. Resolves credentials, region and endpoint, and makes the request,
 * signed (or with the bearer token), ready for engine_submit(). -1 with
 * ERR_CREDENTIALS, ERR_CONFIG ... and one sentence that says what to do.
 */
int	aws_prepare(struct aws *, const struct aws_call *, struct http_request *, struct aws_used *, struct err *);

enum aws_verdict {
	AWS_FINE,               /* nothing about identity or clock in this answer */
	AWS_AGAIN,              /* credentials were forgotten or the clock corrected: prepare and send once more */
	AWS_REFUSED             /* an authentication failure that another try will not mend */
};
/*
 * Judges an answer: an expired token marks that generation as bad (so that
 * many failures cause one refresh), a skewed clock is corrected. `code` is the
 * error's short name, `message` its text (both may be NULL). Says AWS_AGAIN at
 * most where a second try makes sense; the caller tries once.
 * With AWS_REFUSED err gets the sentence for people.
 */
enum aws_verdict aws_judge(struct aws *, const struct aws_used *, int status, const struct http_headers *,
    const char *code, const char *message, struct err *);

/* Waits: prepare, send, judge, retry as the table says. 0 = a 2xx answer; else -1 with the service's
 * sentence; *reply holds the body either way. */
int	aws_fetch(struct aws *, const struct aws_call *, struct http_reply *, const atomic_bool *cancel, struct err *);

/*
 * Does not wait. An unsigned request (HEAD /) to where calls of that kind go, with their certificates and proxy:
 * whoever sends it learns whether the endpoint answers, and its clock. -1 with ERR_CONFIG.
 */
int	aws_knock(struct aws *, enum aws_kind, struct http_request *, struct err *);

/* The error's short name and text from an answer: header x-amzn-errortype, body __type/code/message.
 * Both are appended to the buffers (may stay empty). Understands JSON, XML and says so of HTML. */
void	aws_error_of(int status, const struct http_headers *, const char *body, size_t n, struct buf *code,
	    struct buf *message);

/* Appends a model id or ARN as one path segment (":" and "/" escaped). */
void	aws_path_segment(struct buf *, const char *);

/* The profile in force; "default" when nobody named one. May read the AWS files. Owned by the caller. */
char	*aws_profile(struct aws *);
/* Region in force and where it came from ("flag", "AWS_REGION", "profile dev", "model ARN", "default" …).
 * Never waits for the network. Owned by the caller. */
char	*aws_region(struct aws *, const char *model, char **from);
/* Waits. The same, but where nobody else named one the machine is asked (once) for its own. */
char	*aws_region_ask(struct aws *, const atomic_bool *cancel);
/* The endpoint URL of a service in that region, for display and warm-up; NULL and err when it is wrong. */
char	*aws_endpoint(struct aws *, enum aws_service, const char *region, char **from, struct err *);
/* The user's retry setting (AWS_MAX_ATTEMPTS / max_attempts), 0 = unset. */
int	aws_max_attempts(struct aws *);
/* Who sends its requests. */
struct engine *aws_engine(struct aws *);
/* Seconds the local clock is behind (+) or ahead (-) of AWS's, as last seen; 0 = fine. */
int64_t	aws_clock_skew(void);
/* Any AWS setting worth warning about (both keys and profile set, clock corrected, wrong values): one
 * sentence a line, appended. */
void	aws_warnings(struct aws *, struct buf *);

#endif
