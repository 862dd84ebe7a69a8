/*
 * err.h - what went wrong, as a value.
 *
 * A code and one translated sentence for people; copied between threads.
 * Functions that can fail take a `struct err *` last and return -1 (or NULL);
 * passing NULL is fine where nobody wants the sentence. A code exists only
 * for what a caller treats differently; those below 256 are also exit statuses.
 */
#ifndef ADIT_BASE_ERR_H
#define ADIT_BASE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_FAILED = 1,         /* a reason that has no code of its own */
	ERR_USAGE = 2,          /* wrong usage of the command line */
	ERR_CREDENTIALS = 3,    /* none found, expired, refused */
	ERR_DENIED = 4,         /* not allowed, or the model cannot be called here */
	ERR_UNAVAILABLE = 5,    /* throttled or unavailable after all retries */
	ERR_NETWORK = 6,        /* network, proxy, TLS */
	ERR_DATA = 65,          /* malformed input (EX_DATAERR) */
	ERR_CONFIG = 78,        /* malformed configuration (EX_CONFIG) */
	ERR_CANCELLED = 130,    /* the user stopped it */
	ERR_BUDGET = 256,       /* what may be spent is spent */
};

struct err {
	enum err_code	code;
	char		text[480];      /* UTF-8, one sentence, cut at a character */
};

/* Fills *e and returns -1. */
int err_set(struct err *e, enum err_code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "what we were doing: " before the sentence that is there; returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The stable name of a code for JSON output: "credentials", "network", ... */
const char *err_name(enum err_code);
/* The exit status that programs rely on: the code itself, or 1 where it has none of its own. */
int err_status(enum err_code);

#endif
