/* errors.c - see errors.h. */
#include "config.h"

#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const struct error_type types[] = {
	{ "ValidationException", 400, false, "The provided request is not valid" },
	{ "SerializationException", 400, true, "The request could not be read as JSON." },
	{ "ServiceQuotaExceededException", 400, false,
	    "Your request exceeds the service quota for your account." },
	{ "AccessDeniedException", 403, false,
	    "You don't have access to the model with the specified model ID." },
	{ "UnrecognizedClientException", 403, true,
	    "The security token included in the request is invalid." },
	{ "ExpiredTokenException", 403, true,
	    "The security token included in the request is expired" },
	{ "InvalidSignatureException", 403, true,
	    "The request signature we calculated does not match the signature you provided. Check "
	    "your AWS Secret Access Key and signing method. Consult the service documentation for "
	    "details." },
	{ "MissingAuthenticationTokenException", 403, true, "Missing Authentication Token" },
	{ "IncompleteSignatureException", 403, true,
	    "The request signature does not conform to AWS standards." },
	{ "RequestTimeTooSkewed", 403, true,
	    "The difference between the request time and the current time is too large." },
	{ "ResourceNotFoundException", 404, false, "Could not resolve the foundation model." },
	{ "UnknownOperationException", 404, true, NULL },
	{ "ModelTimeoutException", 408, false,
	    "The model took too long to answer. Try your request again." },
	{ "RequestEntityTooLargeException", 413, true, "Request body is too large" },
	{ "ModelErrorException", 424, false,
	    "The system encountered an unexpected error during processing. Try your request "
	    "again." },
	{ "ModelStreamErrorException", 424, false,
	    "The system encountered an unexpected error during processing. Try your request "
	    "again." },
	{ "ThrottlingException", 429, false,
	    "Too many requests, please wait before trying again." },
	{ "ModelNotReadyException", 429, false,
	    "Model is not ready for inference. Wait and try your request again." },
	{ "InternalServerException", 500, false,
	    "The system encountered an unexpected error during processing. Try your request "
	    "again." },
	{ "ServiceUnavailableException", 503, false, "Bedrock is unable to process your request." },
};

const struct error_type *
error_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcasecmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

void
error_type_header(struct bytes *b, const char *name)
{
	const struct error_type *t = error_type_find(name);
	bytes_printf(b, "%s:http://internal.amazon.com/coral/%s/", name,
	    t != NULL && t->front ? "com.amazon.coral.service" : "com.amazon.bedrock");
}

static int __attribute__((format(printf, 4, 0)))
vrefuse(struct refusal *r, const char *type, const char *before, const char *fmt, va_list ap)
{
	char *text = NULL;
	if (vasprintf(&text, fmt, ap) < 0)
		sim_die("out of memory");
	r->type = error_type_find(type);
	bytes_reset(&r->message);
	bytes_printf(&r->message, "%s%s", before, text);
	free(text);
	return -1;
}

int
refuse(struct refusal *r, const char *type, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vrefuse(r, type, "", fmt, ap);
	va_end(ap);
	return -1;
}

int
refuse_by_model(struct refusal *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vrefuse(r, "ValidationException", "The model returned the following errors: ", fmt, ap);
	va_end(ap);
	return -1;
}

void
refusal_free(struct refusal *r)
{
	bytes_free(&r->message);
	r->type = NULL;
}
