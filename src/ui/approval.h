/*
 * approval.h - "may it do this?": the dialog that shows exactly what, and takes the answer.
 *
 * Nothing is out of sight when it is allowed: long lines are wrapped, hidden characters are marks
 * that one sees, and while rows below have not been on the screen the keys that allow do nothing.
 * What is being typed when the question comes is not taken for an answer: the keys are the
 * dialog's once the line is empty.
 */
#ifndef ADIT_UI_APPROVAL_H
#define ADIT_UI_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "text/rows.h"
#include "ui/paint.h"
#include "ui/ui.h"

struct approval {                       /* zero-initialise */
	bool		 open, reasoning;       /* reasoning: no was said, and why is being typed */
	char		*title, *text, *note, *rule;
	size_t		 n;                     /* of text */
	bool		 is_diff;
	struct agent	*agent;                /* who asks */
	void		(*answer)(void *arg, enum ui_verdict, const char *reason);
	void		*arg;
	struct rows	 rows;
	int		 width;                 /* of the rows, 0 = not laid out */
	uint32_t	 theme;
	size_t		 top, seen;             /* rows that have been on the screen */
	int		 height;
};

void	approval_open(struct approval *, const struct ui_approval *);
/* Without an answer. */
void	approval_close(struct approval *);
/* The keys belong to the line still: `typing` says so in the frame. */
void	approval_paint(struct approval *, const struct rect *, bool typing);
void	approval_scroll(struct approval *, long rows);
/* Was all of it on the screen? */
bool	approval_was_seen(const struct approval *);
/* Closes it and gives the answer. */
void	approval_give(struct approval *, enum ui_verdict, const char *reason);

#endif
