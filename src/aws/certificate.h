/*
 * certificate.h - a certificate, what stands behind it, and its private key: who we are to IAM Roles Anywhere.
 *
 * PEM or DER. Keys are RSA or EC, as PKCS#8, PKCS#1 or SEC1; an encrypted one
 * needs a password, which is asked for.
 */
#ifndef ADIT_AWS_CERTIFICATE_H
#define ADIT_AWS_CERTIFICATE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct certificate;

struct certificate_files {              /* borrowed */
	const char	*certificate;   /* what follows the first one in it counts as intermediate */
	const char	*key;
	const char	*intermediates; /* may be NULL */
	/* Asks for the password of the key; -1 when nobody can. May wait. */
	int		(*password)(void *arg, const char *path, struct buf *answer);
	void		*arg;
};

/*
 * Waits for files, and for who types. NULL and ERR_CONFIG or ERR_CREDENTIALS
 * naming the file: not there, not one, encrypted, another kind of key, or a key
 * that belongs to another certificate.
 */
struct certificate *certificate_read(const struct certificate_files *, struct err *);
void	certificate_free(struct certificate *);         /* wipes; NULL is fine */
/* -1 and ERR_CREDENTIALS when it is over, or not valid yet, at `now`. */
int	certificate_is_in_time(const struct certificate *, int64_t now, struct err *);

/* All borrowed; NULL = there is no chain. */
const char *certificate_algorithm(const struct certificate *);  /* "AWS4-X509-RSA-SHA256" … */
const char *certificate_text(const struct certificate *);       /* base64 of the DER */
const char *certificate_chain(const struct certificate *);
const char *certificate_serial(const struct certificate *);     /* decimal */

/* Appends the signature's bytes. -1 and ERR_CREDENTIALS when the key cannot do that. */
int	certificate_sign(const struct certificate *, const void *bytes, size_t n, struct buf *, struct err *);

#endif
