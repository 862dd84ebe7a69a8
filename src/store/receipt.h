/*
 * receipt.h - word that something has been written, for whoever must not go on before.
 *
 * The disk worker signs it, others wait for it. Counted, because the one who
 * waits (a request about to leave) and the one who signs (a session) may each
 * be gone before the other.
 */
#ifndef ADIT_STORE_RECEIPT_H
#define ADIT_STORE_RECEIPT_H

#include <stdbool.h>

struct receipt;

/* Not signed yet, with one reference. */
struct receipt	*receipt_new(void);
/* Any thread. NULL is fine for both. */
struct receipt	*receipt_ref(struct receipt *);
void		 receipt_unref(struct receipt *);

/* Any thread; signing twice changes nothing, and what was said first stands. written: false when it could not
 * be done. NULL is fine. */
void		 receipt_sign(struct receipt *, bool written);
/* Waits until it is signed, at most `ms`. True when it was signed as written. NULL: true at once. */
bool		 receipt_wait(struct receipt *, int ms);

#endif
