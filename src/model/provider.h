/*
 * provider.h - who answers: Amazon Bedrock, or an endpoint of the configuration.
 *
 * A model's name says which: "my-proxy/ID" is the model ID of the endpoint
 * my-proxy, everything else is Bedrock's. What must be done for a provider is a
 * row of functions (struct provider_api): Bedrock's Converse is one
 * (bedrock.c), OpenAI-compatible chat completions the other (openai.c).
 * model/call.c knows no more than these rows.
 *
 * The two share nothing that is secret: an endpoint's key is in its struct
 * provider and goes to its address alone, AWS credentials are src/aws's and go
 * to AWS alone.
 */
#ifndef ADIT_MODEL_PROVIDER_H
#define ADIT_MODEL_PROVIDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "aws/aws.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/vec.h"
#include "model/converse.h"
#include "model/failure.h"
#include "model/openai.h"
#include "model/reply.h"
#include "net/engine.h"
#include "net/http.h"

/* ---- endpoints of the configuration ---- */

/* One of models.providers. Immutable once it is in a list, shared by counting references; any
 * thread. */
struct provider {
	atomic_int		 refs;
	char			*name;          /* "my-proxy" */
	char			*url;           /* without a slash at its end */
	char			*host;          /* of the URL, with its port: for people */
	const struct provider_api *api;
	struct secret		*key;           /* NULL = none */
	struct http_headers	 headers;       /* the user's own; may hold secrets */
	char			*ca_bundle;     /* NULL = the system's */
	bool			 insecure_ok;   /* plain http to another machine */
	struct err		 wrong;         /* why it cannot be used; ERR_NONE: it can */
};

struct provider_options {               /* borrowed; all but the name may be NULL */
	const char			*name, *url;
	const char			*api;           /* NULL = openai-completions */
	const char			*key;
	const struct http_headers	*headers;
	const char			*ca_bundle;
	bool				 insecure_ok;
};

/* Settings that cannot be used make an endpoint that says so, in `wrong`, when it is: a
 * configuration may have providers that adit does not speak to. */
struct provider	*provider_new(const struct provider_options *);
struct provider	*provider_ref(const struct provider *);         /* NULL gives NULL */
void		 provider_unref(const struct provider *);       /* wipes with the last one; NULL is fine */
/* Puts "(the key)" in the place of its key and of its headers' values, wherever they stand in a
 * text that an endpoint sent back. */
void		 provider_redact(const struct provider *, struct buf *);

/* The endpoints that there are. The UI thread's; zero-initialise. */
struct providers {
	struct VEC(struct provider *) v;
};
void		 providers_add(struct providers *, struct provider *);  /* takes the reference */
void		 providers_done(struct providers *);
/* Whose model this is; *id (may be NULL) becomes what the provider calls it. NULL: Bedrock's, and
 * *id is the whole name. providers may be NULL. Borrowed. */
const struct provider *providers_of(const struct providers *, const char *model, const char **id);

/* ---- what a provider does ---- */

struct provider_request {               /* one attempt; borrowed */
	struct aws			*aws;
	const struct provider		*endpoint;      /* NULL: Bedrock */
	struct converse_ask		 ask;           /* the model as the provider calls it */
	bool				 stream;
	const char			*invocation_id; /* one UUID for all attempts */
	int				 attempt, attempts;
	const atomic_bool		*cancel;        /* ends waiting; may be NULL */
};

union provider_decoder {                /* zero-initialise */
	struct reply_decoder	bedrock;
	struct openai_decoder	openai;
};

enum provider_form { FORM_OTHER, FORM_STREAM, FORM_WHOLE };

/* An attempt that failed, as far as it came. */
struct provider_failed {
	struct aws			*aws;
	const struct provider		*endpoint;
	const struct aws_used		*used;
	const char			*model;         /* as the provider calls it */
	int				 status;        /* 0 = no answer came */
	const struct http_headers	*headers;
	const char			*body;          /* of an answer that is no success */
	size_t				 body_len;
	const char			*exception, *exception_text;    /* said in the stream; NULL = none */
	bool				 tier;          /* a service tier was asked for */
	const struct transfer_end	*end;
	const struct err		*decode_err;    /* why the answer cannot be read; ERR_NONE */
	const char			*request_id;
};

typedef void reply_fn(void *arg, const struct reply_event *);

struct provider_api {
	const char	*name;          /* as in the configuration: "openai-completions" */
	/* On the credentials' worker; may wait. Makes the request ready to be submitted and notes
	 * what was used. -1 with a sentence. */
	int	(*prepare)(const struct provider_request *, struct http_request *, struct aws_used *,
		    struct err *);

	/* On the engine's thread. What the body of a success is, given whether a stream was asked
	 * for; then its bytes as events. */
	enum provider_form (*form)(const struct http_headers *, bool stream);
	int	(*feed)(union provider_decoder *, const char *bytes, size_t n, reply_fn *, void *arg,
		    struct err *);
	int	(*end)(union provider_decoder *, reply_fn *, void *arg, struct err *);
	int	(*whole)(const char *json, size_t n, reply_fn *, void *arg, struct err *);
	void	(*done)(union provider_decoder *);

	/* On the UI thread; each of them fills *out. judge: the provider said no, with a status or
	 * in its stream; *again when what was wrong has been mended. odd: a success whose body is
	 * no reply. broken: the connection, or bytes that cannot be read. */
	void	(*judge)(const struct provider_failed *, struct failure *out, bool *again,
		    struct model_quirks *);
	void	(*odd)(const struct provider_failed *, struct failure *out);
	void	(*broken)(const struct provider_failed *, struct failure *out);
};

extern const struct provider_api bedrock_api, openai_api;

#endif
