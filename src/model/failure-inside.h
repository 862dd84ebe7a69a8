/* failure-inside.h - what failure.c and openai-failure.c share: how a table of failures is written. */
#ifndef ADIT_MODEL_FAILURE_INSIDE_H
#define ADIT_MODEL_FAILURE_INSIDE_H

#include "model/failure.h"

struct failure_case {                   /* what the table is asked about */
	const struct failure_facts *given;
	int		 status;        /* that of an in-stream exception is known by its name */
	char		*text;          /* unwrapped, one line, plain apostrophes */
	enum retry_class retry;
};

typedef void failure_learn_fn(const struct failure_case *, struct failure *, struct model_quirks *);

enum {                                  /* flags of a row */
	OTHER = 1,      /* another model may do */
	LOGIN = 2,      /* signing in would help */
	OVERFLOWS = 4,
	PROFILE = 8,
	UNKNOWN = 16,   /* there is no such model */
};
enum { ANY = -1, AS_CLASSIFIED = -1 };
enum who { ANYONE, BEARER, TIER };      /* only calls with a bearer token, with a service tier */

/*
 * A row fits when all that it names does. `codes` are short names between
 * bars. `texts` are alternatives between bars; an alternative is fragments
 * with & between, all of which must be there. Sentences may hold {model},
 * {region}, {text}, {action}, {resource}, {profiles}, {status}, {provider},
 * {host}. The first row that fits explains the failure; the last fits all.
 */
struct failure_row {
	const char	*codes;         /* NULL = any */
	int		 status;        /* 0 = any */
	const char	*texts;         /* NULL = any */
	int		 class;         /* ANY, or the enum retry_class that it was found to be */
	enum who	 who;

	const char	*sentence, *advice;
	enum err_code	 err;
	int		 retry;         /* AS_CLASSIFIED, or an enum retry_class */
	unsigned	 flags;
	enum failure_fix fix;
	failure_learn_fn *learn;
};

#define ROW .class = ANY, .retry = AS_CLASSIFIED
#define STOP .class = ANY, .retry = RETRY_NEVER

/* failure_explain() by another table. */
void	failure_explain_by(const struct failure_row *rows, struct failure *out,
    const struct failure_facts *, struct model_quirks *quirks);
/* The first number after `mark`, 0 = none. Thousands may be set apart by commas. */
long	failure_number_after(const char *text, const char *mark);

#endif
