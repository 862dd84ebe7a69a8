/*
 * auth.h - who is asking, and may they: the front door of the service.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "errors.h"
#include "request.h"
#include "sigv4.h"

/*
 * Checks the signature or the bearer token and fills the request's auth
 * fields. 0, or -1 with the refusal that the service would give.
 * The service of the request says what a signature must be scoped to.
 */
int	 auth_check(struct request *, struct refusal *);

/*
 * The part of it that is the same for keys and for certificates: the time, the
 * scope, the headers that must be signed. Fills the canonical request.
 */
int	 auth_check_form(struct request *, const struct sigv4_claim *, struct refusal *);

#endif
