/*
 * dialog.h - a sheet of text over the panes, and a yes/no question.
 *
 * Neither stops anything: what is under a sheet goes on.
 */
#ifndef ADIT_UI_DIALOG_H
#define ADIT_UI_DIALOG_H

#include <stdbool.h>

#include "text/rows.h"
#include "ui/paint.h"

struct sheet {                  /* zero-initialise */
	bool		 open;
	char		*title, *markdown;
	struct rows	 rows;
	int		 width;         /* of the rows, 0 = not laid out */
	uint32_t	 theme;
	size_t		 top;
	int		 height;        /* rows seen */
};

void	sheet_open(struct sheet *, const char *title, const char *markdown);
void	sheet_close(struct sheet *);
/* Other text at the same place. False when it is the same, or none is open. */
bool	sheet_change(struct sheet *, const char *markdown);
/* Paints it over `area` and leaves a margin where there is room. */
void	sheet_paint(struct sheet *, const struct rect *area);
/* By rows, down is positive; far values go to the ends. */
void	sheet_scroll(struct sheet *, long rows);

struct ask {                    /* zero-initialise */
	char	*question;      /* NULL = none */
	void	(*answer)(void *arg, bool yes);
	void	*arg;
};

/* A question that was not answered yet is answered with no. */
void	ask_open(struct ask *, const char *question, void (*answer)(void *arg, bool yes), void *arg);
void	ask_answer(struct ask *, bool yes);
void	ask_paint(const struct ask *, const struct rect *);

#endif
