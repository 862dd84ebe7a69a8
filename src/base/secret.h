/*
 * secret.h - strings that cannot be printed by accident and are wiped when freed.
 *
 * The type is opaque: formatting one does not compile usefully, and the only
 * way to the bytes is secret_reveal(), which is easy to find in a review.
 */
#ifndef ADIT_BASE_SECRET_H
#define ADIT_BASE_SECRET_H

#include <stddef.h>

struct secret;

struct secret	*secret_new(const char *s, size_t n);   /* copies */
struct secret	*secret_copy(const struct secret *);    /* NULL gives NULL */
void		 secret_free(struct secret *);          /* wipes; NULL is fine */
/* The bytes, NUL-terminated; borrowed. "" for NULL. */
const char	*secret_reveal(const struct secret *);
size_t		 secret_len(const struct secret *);

#endif
