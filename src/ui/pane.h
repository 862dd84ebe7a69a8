/*
 * pane.h - a view on one agent: its title and its body.
 */
#ifndef ADIT_UI_PANE_H
#define ADIT_UI_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "ui/bar.h"
#include "ui/copymode.h"
#include "ui/paint.h"
#include "ui/view.h"

struct pane {
	struct agent	*agent;         /* borrowed */
	struct view	 view;
	struct copymode	*copy;          /* borrowed; NULL = not in copy mode */
	/* what the screen shows of it */
	uint64_t	 drawn_version;
	size_t		 drawn_bytes;
};

struct pane	*pane_new(struct agent *);
void		 pane_free(struct pane *);

/* The columns that a body so wide leaves free at each side of the text. */
int	pane_margin(int width);
/* Paints the body; `match` is marked where it stands (NULL: nothing); `tick` turns spinners. */
void	pane_paint(struct pane *, const struct rect *, const char *match, unsigned tick);
/* "1 scan-tests   sonnet-4-6   12s" */
void	pane_paint_title(struct pane *, const struct rect *, size_t number, bool focused,
    unsigned tick);
/* Adds "[1 scan-tests ✓]" to the tab strip; `away` tabs from the focused one. brief: "[1✓]", unless it is focused or main. */
void	pane_add_tab(struct pane *, struct bar *, size_t number, size_t away, bool brief, unsigned tick);
/* How many bytes and changes the screen is behind. */
bool	pane_is_stale(const struct pane *);
size_t	pane_bytes_behind(const struct pane *);

/* "12s", "3m 5s", "2h 4m" appended. */
void	pane_add_time(struct buf *, int64_t ms);

#endif
