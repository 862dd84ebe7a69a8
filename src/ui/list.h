/*
 * list.h - a list over the panes that typing filters; see ui_list_open().
 *
 * Knows nothing of keys or the line editor: action.c calls it. Texts are copied
 * and cleaned when rows come, so that painting touches only what is seen.
 */
#ifndef ADIT_UI_LIST_H
#define ADIT_UI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "ui/field.h"
#include "ui/paint.h"
#include "ui/ui.h"

struct list_cell {
	uint32_t	off;            /* in list_row.text */
	uint16_t	len, width;     /* bytes, cells */
};

struct list_row {
	char		*text;          /* everything in one piece */
	uint32_t	 key, words, detail;
	struct list_cell cell[UI_LIST_COLUMNS];
	bool		 marked, dim, separator, folded, parent /* folded ones follow */, open;
	unsigned char	 depth;
};

struct list_column {
	char		*title;
	int		 least, width;  /* as asked for; as the rows want it */
	bool		 right, gives;
	unsigned char	 goes;
};

struct list {                   /* zero-initialise */
	bool		 open;
	char		*title, *corner, *empty, *note;
	char		*wanted;        /* the row to begin at, until it comes or the user moves; NULL */
	struct VEC(struct list_column) columns;
	struct VEC(char *) keys;
	struct VEC(struct list_row) rows;
	struct VEC(uint32_t) shown;     /* indexes of rows that the filter leaves, in order */
	size_t		 cursor, top;   /* in shown */
	int		 height;        /* rows seen, as painted last */
	struct rect	 body;          /* where they are */
	struct field	 filter;
	int		 cursor_y, cursor_x;
	void		(*chosen)(void *arg, const char *row);
	void		(*closed)(void *arg);
	void		(*key)(void *arg, const char *key, const char *row);
	void		*arg;
};

void	list_open(struct list *, const struct ui_list *, const struct ui_list_row *, size_t n);
void	list_done(struct list *);       /* calls nothing */
void	list_set_rows(struct list *, const struct ui_list_row *, size_t n);
void	list_set_title(struct list *, const char *title, const char *corner);

/* The key of the cursor's row, NULL = none. Borrowed until the rows change. */
const char *list_row(const struct list *);
/* By rows, far values go to the ends. Separators are passed over. */
void	list_move(struct list *, long rows);
/* To the row that was painted at this line of the screen. */
void	list_click(struct list *, int y);
/* Opens or folds what is under the cursor's row. */
void	list_unfold(struct list *, bool open);
/* The filter changed: the best match is at the top. */
void	list_refilter(struct list *);

void	list_paint(struct list *, const struct rect *area);

#endif
