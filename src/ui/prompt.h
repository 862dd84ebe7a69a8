/*
 * prompt.h - a question over the panes that is answered with a line of text; see
 * ui_prompt(). action.c gives it its keys.
 */
#ifndef ADIT_UI_PROMPT_H
#define ADIT_UI_PROMPT_H

#include <stdbool.h>

#include "text/rows.h"
#include "ui/field.h"
#include "ui/paint.h"
#include "ui/ui.h"

struct prompt {                 /* zero-initialise */
	bool		 open;
	char		*title, *markdown, *label;
	struct field	 field;
	struct rows	 rows;
	int		 width;         /* of the rows, 0 = not laid out */
	uint32_t	 theme;
	size_t		 top;
	int		 height;        /* rows of text seen */
	int		 cursor_y, cursor_x;
	void		(*answer)(void *arg, const char *text);
	void		*arg;
};

void	prompt_open(struct prompt *, const struct ui_prompt *);
void	prompt_done(struct prompt *);   /* calls nothing */
/* The text above, when there is more of it than fits. */
void	prompt_scroll(struct prompt *, long rows);
void	prompt_paint(struct prompt *, const struct rect *area);

#endif
