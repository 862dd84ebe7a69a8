/*
 * dpop.h - checks proofs of possession (RFC 9449): a JWT that its own key signed.
 */
#ifndef SIM_DPOP_H
#define SIM_DPOP_H

#include "bytes.h"
#include "request.h"

/*
 * Checks the DPoP header of the request: ES256 over a P-256 key, for this
 * method and URL, of now, and not seen before. Adds the key, as a text that is
 * the same for the same key. NULL, or what is wrong with it.
 */
const char *dpop_check(const struct request *, struct bytes *key);

#endif
