/*
 * doctor.h - is everything in order? One line a check, with what to do.
 *
 * `adit doctor` and /doctor say the same: doctor_run() waits (files, names, the
 * network) and belongs on a worker or into a shell command; it asks the one
 * provider and makes real calls of each kind that chat needs.
 */
#ifndef ADIT_APP_DOCTOR_H
#define ADIT_APP_DOCTOR_H

#include <stdatomic.h>
#include <stdbool.h>

#include "app/probe.h"
#include "aws/aws.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

struct doctor_terminal {                /* gathered by the UI's thread: doctor_look_at_terminal() */
	bool	is_terminal, utf8, no_color;
	char	name[64];               /* $TERM, "" = not set */
	int	rows, columns;          /* 0 = not known */
	int	colours;                /* -1 = the type is not known */
	bool	truecolor;
};
void	doctor_look_at_terminal(struct doctor_terminal *);

struct doctor_ask {                     /* borrowed until doctor_run() returns */
	struct aws		*aws;
	const char		*model, *image_model, *embed_model;     /* the configured ones; NULL = none */
	const struct err	*config;        /* why the configuration cannot be used; ERR_NONE = it can */
	const char		*config_file;
	bool			 matrix;        /* make each kind of call */
	struct doctor_terminal	 terminal;
	const atomic_bool	*cancel;        /* may be NULL */
};

enum doctor_state { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL, DOCTOR_SKIP };

struct doctor_line {
	const char		*check;         /* "credentials": for machines */
	enum doctor_state	 state;
	char			*text, *todo;   /* todo NULL = nothing to do */
	int64_t			 ms;            /* -1 = took no time worth telling */
	enum err_code		 code;          /* of a failure: the exit status */
};
struct doctor {                         /* zero-initialise; doctor_done() */
	struct VEC(struct doctor_line) lines;
	struct VEC(struct probe)       calls;   /* those that were made */
	bool			 matrix;
	char			*policy;        /* JSON with the missing permissions; NULL = none is missing */
};
void	doctor_run(const struct doctor_ask *, struct doctor *);
void	doctor_done(struct doctor *);

/* 0 when nothing failed, else the code of the first failure. */
int	doctor_status(const struct doctor *);
/* Lines for a terminal; the same for the sheet; one JSON document. Appended. */
void	doctor_put_text(struct buf *, const struct doctor *);
void	doctor_put_markdown(struct buf *, const struct doctor *);
void	doctor_put_json(struct buf *, const struct doctor *);

#endif
