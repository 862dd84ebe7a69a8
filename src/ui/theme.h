/*
 * theme.h - what a role looks like on this terminal, and the marks.
 *
 * Text has the roles of text/rows.h; the frame around it has those below.
 * A theme is a table with one row a role; to change a look, change its row.
 */
#ifndef ADIT_UI_THEME_H
#define ADIT_UI_THEME_H

#include <curses.h>
#include <stdbool.h>
#include <stdint.h>

#include "text/rows.h"

enum ui_role {
	UI_BAR = ROLE_COUNT,    /* the auth bar */
	UI_BAR_ACTIVE, UI_BAR_OFF, UI_BAR_BROKEN, UI_BAR_WARN,
	UI_TITLE, UI_TITLE_FOCUS,
	UI_RULE,
	UI_STATUS, UI_STATUS_STRONG, UI_STATUS_WARN, UI_HINT, UI_ASK,
	UI_PROMPT, UI_INPUT, UI_PLACEHOLDER, UI_QUEUED,
	UI_HELD,                /* "42 new lines" */
	UI_CHOICE, UI_CHOICE_PICKED,
	UI_SELECTED, UI_CARET,  /* copy mode */
	UI_SHEET,
	UI_OK, UI_FAIL,
	UI_ROLES
};

enum ui_sign {
	SIGN_DOT, SIGN_CROSS, SIGN_IDLE, SIGN_BANG, SIGN_DOTS, /* the auth bar's five */
	SIGN_STEP,              /* between two sources */
	SIGN_FOLDED, SIGN_UNFOLDED, SIGN_DONE, SIGN_FAIL,
	SIGN_PROMPT, SIGN_PROMPT_VI, SIGN_SEPARATOR, SIGN_UP, SIGN_DOWN, SIGN_BULLET,
	SIGN_BAR_LEFT, SIGN_BAR_FULL, SIGN_BAR_EMPTY, SIGN_BAR_RIGHT,
	SIGN_HLINE, SIGN_VLINE, SIGN_TOP_LEFT, SIGN_TOP_RIGHT, SIGN_BOTTOM_LEFT, SIGN_BOTTOM_RIGHT,
	SIGN_MORE,
	UI_SIGNS
};

/* Chooses the looks: "dark", "light", "contrast"; anything else looks at the environment. After
 * curses started; NO_COLOR is heeded. */
void	 theme_init(const char *name, bool ascii);
/* The terminal's background would decide, and has not told yet. */
bool	 theme_would_ask(const char *name);
/* The name of the theme for a background that the terminal told ("11;rgb:ffff/ffff/ffff"), or NULL. */
const char *theme_for_background(const char *reply, size_t n);
/* Changes whenever theme_init() ran: what was laid out before may look different. */
uint32_t theme_version(void);
bool	 theme_is_ascii(void);

/* What a role with emphasis (STYLE_...) looks like. */
attr_t	 theme_attr(uint8_t role, uint8_t emphasis, short *pair);
/* Blanks of this look can be told from those of another: it has a background or a line under it. */
bool	 theme_shows_blanks(uint8_t role, uint8_t emphasis);
/* A mark in the terminal's characters: one cell each, SIGN_DOTS and SIGN_MORE up to three. */
const char *theme_sign(enum ui_sign);
/* The spinner's n-th picture, one cell. */
const char *theme_spinner(unsigned n);

#endif
