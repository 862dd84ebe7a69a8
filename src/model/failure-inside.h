/* failure-inside.h - what failure.c and openai-failure.c share: how a table of failures is written. */
#ifndef ADIT_MODEL_FAILURE_INSIDE_H
#define ADIT_MODEL_FAILURE_INSIDE_H

#include <stddef.h>

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
	enum failure_kind kind; /* what a fallback is chosen by */
	size_t		 teaches;       /* TEACHES(): the flag of struct model_quirks that is true from now on */
	failure_learn_fn *learn;        /* what is more than a flag */
};

#define ROW .class = ANY, .retry = AS_CLASSIFIED
#define STOP .class = ANY, .retry = RETRY_NEVER
/* Only of a bool; 0 = nothing. */
#define TEACHES(flag) .teaches = offsetof(struct model_quirks, flag) + \
	_Generic(((struct model_quirks *)0)->flag, bool: 1)

/* failure_explain() by another table. */
void	failure_explain_by(const struct failure_row *rows, struct failure *out,
    const struct failure_facts *, struct model_quirks *quirks);
/* The first number after `mark`, 0 = none. Thousands may be set apart by commas. */
long	failure_number_after(const char *text, const char *mark);

struct failure_room {                   /* tokens */
	long	margin;         /* counted otherwise by the service than by what it said */
	long	worth;          /* an answer shorter than this is not worth asking for */
};
/* The input and the answer did not fit the window together: once more with what the input leaves for the answer;
 * where that is too little, or not known (input 0), the conversation is too long. */
void	failure_leave_room(struct failure *, struct model_quirks *, long window, long input, struct failure_room);

#endif
