/*
 * compose.h - the input area: what is being typed, what is queued, what it
 * could be completed to.
 *
 * The text belongs to readline (ui/line.h); this lays it out. A long paste is
 * shown as "[paste: 214 lines]" and becomes itself again when it is sent.
 */
#ifndef ADIT_UI_COMPOSE_H
#define ADIT_UI_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/agent.h"
#include "base/vec.h"
#include "text/wrap.h"
#include "ui/paint.h"
#include "ui/ui.h"

#define COMPOSE_FOLD_LINES 8    /* a paste with more lines than this is folded */
#define COMPOSE_FOLD_BYTES 2000
#define COMPOSE_CHOICES	   7    /* rows of choices at most */
#define COMPOSE_QUEUE	   3    /* queued messages shown at most */

struct compose_paste {
	char	*label, *text;
};

struct compose {
	struct VEC(struct compose_paste) pastes;
	/* laid out */
	struct buf	shown;          /* clean */
	struct VEC(struct wrap_line) lines;
	int		width;
	size_t		cursor_line;
	int		cursor_column;
	size_t		top;            /* the first line seen */
	/* choices */
	struct ui_completions choices;
	size_t		start;          /* where in the line they go */
	size_t		picked;         /* SIZE_MAX = none yet */
	bool		taking;         /* this key put a choice into the line: it is no typing */
};

void	compose_init(struct compose *);
void	compose_done(struct compose *);

/* Lays out the line at this width. Returns the rows that it wants. */
int	compose_lay_out(struct compose *, int width);
/* Paints it; `placeholder` while it is empty. Puts the cursor where it belongs. */
void	compose_paint(struct compose *, const struct rect *, const char *placeholder);
/* Puts the cursor only. */
void	compose_cursor(const struct compose *, const struct rect *);

/* A paste: into the line, folded when it is long. */
void	compose_paste(struct compose *, const char *text, size_t n);
/* The text as it is sent: pastes unfolded. The caller frees it. */
char	*compose_expand(const struct compose *, const char *text);
/* The line was sent or thrown away: its pastes are forgotten. */
void	compose_forget(struct compose *);

/* Queued messages of an agent, one a row. */
int	compose_queue_rows(const struct transcript *);
void	compose_paint_queue(const struct transcript *, const struct rect *);

/* Tab: completes as far as it is clear, else lists; again: the next choice (step -1: the one
 * before). False when nothing fits. */
bool	compose_complete(struct compose *, const struct ui_hooks *, int step);
/* The choices that hooks.complete() did not know at once, for the word from `start` to the cursor; taken. */
bool	compose_completed(struct compose *, size_t start, struct ui_completions *);
void	compose_forget_choices(struct ui_completions *);
/* After the line changed: lists commands while one is being typed, else closes the list. */
void	compose_follow(struct compose *, const struct ui_hooks *);
/* There are other names of commands now: what is listed is listed anew. */
void	compose_names_changed(struct compose *, const struct ui_hooks *);
bool	compose_is_choosing(const struct compose *);
void	compose_close_choices(struct compose *);
int	compose_choice_rows(const struct compose *);
void	compose_paint_choices(const struct compose *, const struct rect *);

#endif
