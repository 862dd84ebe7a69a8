/*
 * codes.h - authorization codes with PKCE, as oidc.c and signin.c both know them.
 */
#ifndef SIM_CODES_H
#define SIM_CODES_H

#include "identity.h"

struct json_object;

/*
 * The page where somebody would sign in. Nobody has to: it sends the browser
 * on to the redirect_uri with a code and the state. `method` is the only
 * code_challenge_method, `scope` the name of the parameter with the scopes.
 */
int	 codes_authorize(struct request *, struct reply *, struct denial *, const char *method,
	    const char *scope);

/* Uses up the code of a token request if client, redirect URI and verifier go with it; else -1. */
int	 codes_redeem(struct json_object *body);

#endif
