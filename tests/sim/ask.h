/*
 * ask.h - requests to the simulator's identity services, signed where they must be.
 *
 * libcurl signs: its SigV4 is right for the plain paths and queries that are
 * used here, and no code of adit's or of the simulator's makes these signatures.
 */
#ifndef TESTS_SIM_ASK_H
#define TESTS_SIM_ASK_H

#include "client.h"

#define FORM "Content-Type: application/x-www-form-urlencoded; charset=utf-8"
#define JSON "Content-Type: application/json"

struct cred {
	char	 id[64], secret[64], token[512];        /* token "": none */
};

/* The long-lived key that the simulator knows from the start. */
extern const struct cred demo_key;

/* Starts a simulator with this scenario's text ("identity" and all); NULL: none. */
void	 ask_start(struct sim *, const char *scenario, const char *const *more);

struct asked {
	const char	*method;        /* NULL: GET, or POST if there is a body */
	const char	*path;
	const char	*headers[5];
	const char	*body;
	const struct cred *signer;      /* NULL: not signed */
	const char	*service;       /* that the signature is for; "sts" if NULL */
	long		 timeout_ms;    /* 0: a minute */
};

/* Sends it; the answer's status. */
long	 ask(const struct sim *, struct got *, const struct asked *);
/* The same, when only the status and the JSON of the answer matter; NULL if it is not JSON. */
struct json_object *ask_json(const struct sim *, const struct asked *, long *status);

/* The credentials in a JSON object, by either spelling; the test fails if it has none. */
void	 cred_read(struct cred *, struct json_object *);
/* The same from the XML of STS. */
void	 cred_read_xml(struct cred *, const char *xml);
/* The text of the first element of that name; "" if there is none. */
void	 xml_text(const char *xml, const char *name, char *to, size_t size);
/* The status of a call to Bedrock that is signed with them, and its body. */
long	 bedrock_takes(const struct sim *, const struct cred *, struct got *);
/* Asserts that Bedrock takes them. */
void	 assert_good(const struct sim *, const struct cred *);
/* Asks again and again until the answer has this status; the test fails if it never has. */
void	 ask_until(const struct sim *, const struct asked *, long status);

struct json_object *member(struct json_object *, const char *name);

#endif
