/*
 * theme.c - roles to curses attributes.
 *
 * Colours are palette numbers below 256: what every terminal of the last
 * twenty years has. What streams uses the first 16, which people choose
 * themselves, and which cost half the bytes to switch to. With 16 or 8 colours
 * the second column is used; with none
 * (vt100, NO_COLOR) only bold, dim, underline and reverse are left, which is
 * why no row tells things apart by colour alone.
 */
#include "config.h"

#include "ui/theme.h"

#include <stdlib.h>
#include <string.h>

struct look {
	int16_t	fg, bg;         /* of 256, -1 = the terminal's own */
	int8_t	fg16, bg16;     /* of 16 */
	attr_t	attr;           /* always */
	attr_t	mono;           /* and without colours */
};

#define PLAIN	  { -1, -1, -1, -1, 0, 0 }
#define FG(c, c16) { c, -1, c16, -1, 0, 0 }

static const struct look dark[UI_ROLES] = {
	[ROLE_TEXT] = PLAIN,
	[ROLE_HEADING] = { 14, -1, 14, -1, A_BOLD, 0 },
	[ROLE_CODE] = FG(6, 6),
	[ROLE_CODE_KEYWORD] = { 13, -1, 13, -1, 0, A_BOLD },
	[ROLE_CODE_STRING] = FG(2, 2),
	[ROLE_CODE_COMMENT] = { 245, -1, 8, -1, 0, A_DIM },
	[ROLE_CODE_NUMBER] = FG(3, 3),
	[ROLE_CODE_TYPE] = FG(12, 12),
	[ROLE_CODE_FUNCTION] = FG(14, 14),
	[ROLE_CODE_PUNCT] = FG(6, 6),
	[ROLE_CODE_LANGUAGE] = { 243, -1, 8, -1, 0, A_DIM },
	[ROLE_QUOTE] = { 250, -1, 7, -1, 0, A_DIM },
	[ROLE_LINK] = { 12, -1, 12, -1, A_UNDERLINE, 0 },
	[ROLE_BULLET] = FG(12, 12),
	[ROLE_RULE] = { 240, -1, 8, -1, 0, A_DIM },
	[ROLE_TABLE] = { 240, -1, 8, -1, 0, A_DIM },
	[ROLE_DIFF_ADD] = FG(2, 2),
	[ROLE_DIFF_DEL] = FG(9, 1),
	[ROLE_DIFF_META] = { 6, -1, 6, -1, 0, A_DIM },
	[ROLE_DIM] = { 245, -1, 8, -1, 0, A_DIM },
	[ROLE_USER] = { 11, -1, 11, -1, 0, A_BOLD },
	[ROLE_ERROR] = { 9, -1, 9, -1, 0, A_BOLD },
	[ROLE_NOTE] = { 245, -1, 8, -1, 0, A_DIM },
	[ROLE_MATCH] = { 16, 221, 0, 3, 0, A_REVERSE },
	[UI_BAR] = { 250, 236, 7, -1, 0, 0 },
	[UI_BAR_ACTIVE] = { 114, 236, 10, -1, A_BOLD, 0 },
	[UI_BAR_OFF] = { 243, 236, 8, -1, 0, A_DIM },
	[UI_BAR_BROKEN] = { 203, 236, 9, -1, A_BOLD, 0 },
	[UI_BAR_WARN] = { 221, 236, 11, -1, A_BOLD, 0 },
	[UI_TITLE] = { 250, 236, 7, -1, 0, A_UNDERLINE },
	[UI_TITLE_FOCUS] = { 231, 24, 15, 4, A_BOLD, A_REVERSE },
	[UI_RULE] = { 240, -1, 8, -1, 0, A_DIM },
	[UI_STATUS] = { 247, -1, 7, -1, 0, 0 },
	[UI_STATUS_STRONG] = { 117, -1, 14, -1, A_BOLD, 0 },
	[UI_STATUS_WARN] = { 221, -1, 11, -1, 0, A_BOLD },
	[UI_HINT] = { 243, -1, 8, -1, 0, A_DIM },
	[UI_ASK] = { 221, -1, 11, -1, A_BOLD, 0 },
	[UI_PROMPT] = { 75, -1, 12, -1, A_BOLD, 0 },
	[UI_INPUT] = PLAIN,
	[UI_PLACEHOLDER] = { 240, -1, 8, -1, 0, A_DIM },
	[UI_QUEUED] = { 180, -1, 3, -1, 0, A_DIM },
	[UI_HELD] = { 16, 221, 0, 3, 0, A_REVERSE },
	[UI_CHOICE] = { 250, 236, 7, -1, 0, 0 },
	[UI_CHOICE_PICKED] = { 231, 24, 15, 4, A_BOLD, A_REVERSE },
	[UI_SELECTED] = { 231, 24, 15, 4, 0, A_REVERSE },
	[UI_CARET] = { -1, -1, -1, -1, A_REVERSE, A_UNDERLINE },
	[UI_SHEET] = { 75, -1, 12, -1, 0, 0 },
	[UI_OK] = FG(114, 10),
	[UI_FAIL] = { 203, -1, 9, -1, 0, A_BOLD },
};

static const struct look light[UI_ROLES] = {
	[ROLE_TEXT] = PLAIN,
	[ROLE_HEADING] = { 4, -1, 4, -1, A_BOLD, 0 },
	[ROLE_CODE] = FG(6, 6),
	[ROLE_CODE_KEYWORD] = { 5, -1, 5, -1, 0, A_BOLD },
	[ROLE_CODE_STRING] = FG(2, 2),
	[ROLE_CODE_COMMENT] = { 244, -1, 8, -1, 0, A_DIM },
	[ROLE_CODE_NUMBER] = FG(1, 1),
	[ROLE_CODE_TYPE] = FG(4, 4),
	[ROLE_CODE_FUNCTION] = FG(4, 4),
	[ROLE_CODE_PUNCT] = FG(6, 6),
	[ROLE_CODE_LANGUAGE] = { 245, -1, 8, -1, 0, A_DIM },
	[ROLE_QUOTE] = { 240, -1, 8, -1, 0, A_DIM },
	[ROLE_LINK] = { 4, -1, 4, -1, A_UNDERLINE, 0 },
	[ROLE_BULLET] = FG(4, 4),
	[ROLE_RULE] = { 250, -1, 8, -1, 0, A_DIM },
	[ROLE_TABLE] = { 248, -1, 8, -1, 0, A_DIM },
	[ROLE_DIFF_ADD] = FG(2, 2),
	[ROLE_DIFF_DEL] = FG(1, 1),
	[ROLE_DIFF_META] = { 6, -1, 6, -1, 0, A_DIM },
	[ROLE_DIM] = { 243, -1, 8, -1, 0, A_DIM },
	[ROLE_USER] = { 94, -1, 3, -1, 0, A_BOLD },
	[ROLE_ERROR] = { 1, -1, 1, -1, 0, A_BOLD },
	[ROLE_NOTE] = { 243, -1, 8, -1, 0, A_DIM },
	[ROLE_MATCH] = { 16, 221, 0, 3, 0, A_REVERSE },
	[UI_BAR] = { 238, 254, 0, -1, 0, 0 },
	[UI_BAR_ACTIVE] = { 28, 254, 2, -1, A_BOLD, 0 },
	[UI_BAR_OFF] = { 246, 254, 8, -1, 0, A_DIM },
	[UI_BAR_BROKEN] = { 124, 254, 1, -1, A_BOLD, 0 },
	[UI_BAR_WARN] = { 130, 254, 3, -1, A_BOLD, 0 },
	[UI_TITLE] = { 238, 254, 0, -1, 0, A_UNDERLINE },
	[UI_TITLE_FOCUS] = { 231, 25, 15, 4, A_BOLD, A_REVERSE },
	[UI_RULE] = { 250, -1, 8, -1, 0, A_DIM },
	[UI_STATUS] = { 240, -1, 8, -1, 0, 0 },
	[UI_STATUS_STRONG] = { 25, -1, 4, -1, A_BOLD, 0 },
	[UI_STATUS_WARN] = { 130, -1, 3, -1, 0, A_BOLD },
	[UI_HINT] = { 246, -1, 8, -1, 0, A_DIM },
	[UI_ASK] = { 130, -1, 3, -1, A_BOLD, 0 },
	[UI_PROMPT] = { 26, -1, 4, -1, A_BOLD, 0 },
	[UI_INPUT] = PLAIN,
	[UI_PLACEHOLDER] = { 248, -1, 8, -1, 0, A_DIM },
	[UI_QUEUED] = { 94, -1, 3, -1, 0, A_DIM },
	[UI_HELD] = { 16, 221, 0, 3, 0, A_REVERSE },
	[UI_CHOICE] = { 238, 254, 0, -1, 0, 0 },
	[UI_CHOICE_PICKED] = { 231, 25, 15, 4, A_BOLD, A_REVERSE },
	[UI_SELECTED] = { 231, 25, 15, 4, 0, A_REVERSE },
	[UI_CARET] = { -1, -1, -1, -1, A_REVERSE, A_UNDERLINE },
	[UI_SHEET] = { 26, -1, 4, -1, 0, 0 },
	[UI_OK] = FG(28, 2),
	[UI_FAIL] = { 124, -1, 1, -1, 0, A_BOLD },
};

/* High contrast: the terminal's own two colours, bold, underline and reverse, and little else. */
static const struct look contrast[UI_ROLES] = {
	[ROLE_TEXT] = PLAIN,
	[ROLE_HEADING] = { -1, -1, -1, -1, A_BOLD | A_UNDERLINE, 0 },
	[ROLE_CODE] = { -1, -1, -1, -1, A_BOLD, 0 },
	[ROLE_CODE_KEYWORD] = { -1, -1, -1, -1, A_BOLD, 0 },
	[ROLE_CODE_STRING] = PLAIN,
	[ROLE_CODE_COMMENT] = PLAIN,
	[ROLE_CODE_NUMBER] = PLAIN,
	[ROLE_CODE_TYPE] = PLAIN,
	[ROLE_CODE_FUNCTION] = PLAIN,
	[ROLE_CODE_PUNCT] = PLAIN,
	[ROLE_CODE_LANGUAGE] = { -1, -1, -1, -1, A_UNDERLINE, 0 },
	[ROLE_QUOTE] = PLAIN,
	[ROLE_LINK] = { -1, -1, -1, -1, A_UNDERLINE, 0 },
	[ROLE_BULLET] = { -1, -1, -1, -1, A_BOLD, 0 },
	[ROLE_RULE] = PLAIN,
	[ROLE_TABLE] = PLAIN,
	[ROLE_DIFF_ADD] = { -1, -1, -1, -1, A_BOLD, 0 },
	[ROLE_DIFF_DEL] = { -1, -1, -1, -1, A_UNDERLINE, 0 },
	[ROLE_DIFF_META] = PLAIN,
	[ROLE_DIM] = PLAIN,
	[ROLE_USER] = { -1, -1, -1, -1, A_BOLD, 0 },
	[ROLE_ERROR] = { -1, -1, -1, -1, A_BOLD | A_REVERSE, 0 },
	[ROLE_NOTE] = PLAIN,
	[ROLE_MATCH] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_BAR] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_BAR_ACTIVE] = { -1, -1, -1, -1, A_REVERSE | A_BOLD, 0 },
	[UI_BAR_OFF] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_BAR_BROKEN] = { -1, -1, -1, -1, A_REVERSE | A_BOLD, 0 },
	[UI_BAR_WARN] = { -1, -1, -1, -1, A_REVERSE | A_BOLD, 0 },
	[UI_TITLE] = { -1, -1, -1, -1, A_UNDERLINE, 0 },
	[UI_TITLE_FOCUS] = { -1, -1, -1, -1, A_REVERSE | A_BOLD, 0 },
	[UI_RULE] = PLAIN,
	[UI_STATUS] = PLAIN,
	[UI_STATUS_STRONG] = { -1, -1, -1, -1, A_BOLD, 0 },
	[UI_STATUS_WARN] = { -1, -1, -1, -1, A_BOLD, 0 },
	[UI_HINT] = PLAIN,
	[UI_ASK] = { -1, -1, -1, -1, A_REVERSE | A_BOLD, 0 },
	[UI_PROMPT] = { -1, -1, -1, -1, A_BOLD, 0 },
	[UI_INPUT] = PLAIN,
	[UI_PLACEHOLDER] = PLAIN,
	[UI_QUEUED] = { -1, -1, -1, -1, A_UNDERLINE, 0 },
	[UI_HELD] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_CHOICE] = PLAIN,
	[UI_CHOICE_PICKED] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_SELECTED] = { -1, -1, -1, -1, A_REVERSE, 0 },
	[UI_CARET] = { -1, -1, -1, -1, A_REVERSE | A_BOLD | A_UNDERLINE, 0 },
	[UI_SHEET] = { -1, -1, -1, -1, A_BOLD, 0 },
	[UI_OK] = { -1, -1, -1, -1, A_BOLD, 0 },
	[UI_FAIL] = { -1, -1, -1, -1, A_BOLD | A_REVERSE, 0 },
};

static const struct {
	const char	*name;
	const struct look *looks;
} themes[] = { { "dark", dark }, { "light", light }, { "contrast", contrast } };

static const char *const signs[UI_SIGNS][2] = {
	[SIGN_DOT] = { "●", "*" },
	[SIGN_CROSS] = { "✗", "x" },
	[SIGN_IDLE] = { "·", "." },
	[SIGN_BANG] = { "!", "!" },
	[SIGN_DOTS] = { "…", "..." },
	[SIGN_STEP] = { "›", ">" },
	[SIGN_FOLDED] = { "▸", ">" },
	[SIGN_UNFOLDED] = { "▾", "v" },
	[SIGN_DONE] = { "✓", "ok" },
	[SIGN_FAIL] = { "✗", "x" },
	[SIGN_PROMPT] = { "❯", ">" },
	[SIGN_PROMPT_VI] = { "❮", "<" },
	[SIGN_SEPARATOR] = { "·", "-" },
	[SIGN_UP] = { "↑", "in " },
	[SIGN_DOWN] = { "↓", "out " },
	[SIGN_BULLET] = { "•", "*" },
	[SIGN_BAR_LEFT] = { "▕", "[" },
	[SIGN_BAR_FULL] = { "█", "#" },
	[SIGN_BAR_EMPTY] = { "░", "-" },
	[SIGN_BAR_RIGHT] = { "▏", "]" },
	[SIGN_HLINE] = { "─", "-" },
	[SIGN_VLINE] = { "│", "|" },
	[SIGN_TOP_LEFT] = { "┌", "+" },
	[SIGN_TOP_RIGHT] = { "┐", "+" },
	[SIGN_BOTTOM_LEFT] = { "└", "+" },
	[SIGN_BOTTOM_RIGHT] = { "┘", "+" },
	[SIGN_MORE] = { "…", "..." },
};

static const char *const spinner[][2] = {
	{ "⠋", "|" }, { "⠹", "/" }, { "⠼", "-" }, { "⠦", "\\" }, { "⠇", "|" }, { "⠏", "/" },
};

/* One terminal, one theme. */
static struct {
	const struct look *looks;
	int		colors;         /* 0, 8, 16, 256 or more */
	bool		ascii;
	uint32_t	version;
	short		pairs[UI_ROLES];        /* curses' pair of each role, 0 = the terminal's own */
} theme;

/* rxvt's way of telling, which others took over: "fg;bg" as palette numbers. */
static bool
background_is_light(void)
{
	const char *s = getenv("COLORFGBG");
	const char *last = s != NULL ? strrchr(s, ';') : NULL;
	if (last == NULL || last[1] == '\0')
		return false;
	int bg = atoi(last + 1);
	return bg == 7 || (bg >= 9 && bg <= 15);
}

static const struct look *
looks_named(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof themes / sizeof *themes; i++)
		if (strcmp(themes[i].name, name) == 0)
			return themes[i].looks;
	return background_is_light() ? light : dark;
}

bool
theme_would_ask(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof themes / sizeof *themes; i++)
		if (strcmp(themes[i].name, name) == 0)
			return false;
	return theme.colors > 0 && getenv("COLORFGBG") == NULL;
}

/* One to four hexadecimal digits as a share of the most they can be, in thousandths; -1 = not that. */
static int
component(const char **s)
{
	char *end;
	long v = strtol(*s, &end, 16);
	long most = (1L << 4 * (end - *s)) - 1;
	if (end == *s || end - *s > 4 || v < 0)
		return -1;
	*s = end + (*end == '/');
	return (int)(v * 1000 / most);
}

const char *
theme_for_background(const char *reply, size_t n)
{
	static const char begin[] = "11;rgb:";
	if (n < sizeof begin || strncmp(reply, begin, sizeof begin - 1) != 0)
		return NULL;
	const char *s = reply + sizeof begin - 1;
	int r = component(&s), g = component(&s), b = component(&s);
	if (r < 0 || g < 0 || b < 0)
		return NULL;
	return r * 30 + g * 59 + b * 11 > 50000 ? "light" : "dark";     /* as the eye weighs them */
}

static int
usable_colors(void)
{
	const char *no = getenv("NO_COLOR");
	if ((no != NULL && *no != '\0') || !has_colors() || start_color() != OK)
		return 0;
	use_default_colors();
	return COLORS;
}

/* A palette number as the 0xRRGGBB that "direct" terminals want (xterm's cube and greys). */
static int
palette_rgb(int n)
{
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	if (n < 16)
		return n;
	if (n >= 232) {
		int grey = 8 + (n - 232) * 10;
		return grey << 16 | grey << 8 | grey;
	}
	n -= 16;
	return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static int
color_of(int wide, int narrow)
{
	if (theme.colors > 256)
		return wide < 0 ? -1 : palette_rgb(wide);
	if (theme.colors == 256)
		return wide;
	if (theme.colors < 16 && narrow >= 8)
		return narrow == 8 ? -1 : narrow - 8;
	return narrow;
}

/* Roles of the same colours share a pair: curses sends a change of pair even where it is none. */
static void
make_pairs(void)
{
	for (short i = 0; i < UI_ROLES; i++) {
		const struct look *l = &theme.looks[i];
		short same = 0;
		while (theme.looks[same].fg != l->fg || theme.looks[same].bg != l->bg ||
		    theme.looks[same].fg16 != l->fg16 || theme.looks[same].bg16 != l->bg16)
			same++;
		bool plain = l->fg < 0 && l->bg < 0;
		theme.pairs[i] = plain ? 0 : (short)(same + 1);
		if (same == i)
			init_extended_pair(i + 1, color_of(l->fg, l->fg16), color_of(l->bg, l->bg16));
	}
}

void
theme_init(const char *name, bool ascii)
{
	theme.looks = looks_named(name);
	theme.colors = usable_colors();
	theme.ascii = ascii;
	theme.version++;
	if (theme.colors > 0)
		make_pairs();
}

uint32_t
theme_version(void)
{
	return theme.version;
}

bool
theme_is_ascii(void)
{
	return theme.ascii;
}

attr_t
theme_attr(uint8_t role, uint8_t emphasis, short *pair)
{
	if (role >= UI_ROLES)
		role = ROLE_TEXT;
	const struct look *l = &theme.looks[role];
	*pair = theme.colors > 0 ? theme.pairs[role] : 0;
	attr_t a = l->attr;
	if (theme.colors == 0)
		a |= l->mono;
	else if (theme.colors < 16 && l->fg16 == 8)
		a |= l->mono;
	if (emphasis & STYLE_BOLD)
		a |= A_BOLD;
	if (emphasis & STYLE_ITALIC)
		a |= A_ITALIC;
	if (emphasis & STYLE_UNDERLINE)
		a |= A_UNDERLINE;
	if (emphasis & STYLE_STRIKE)
		a |= A_DIM;
	return a;
}

bool
theme_shows_blanks(uint8_t role, uint8_t emphasis)
{
	short pair;
	attr_t a = theme_attr(role, emphasis, &pair);
	return (theme.colors > 0 && theme.looks[role].bg >= 0) ||
	    (a & (A_UNDERLINE | A_REVERSE | A_STANDOUT)) != 0;
}

const char *
theme_sign(enum ui_sign m)
{
	return signs[m][theme.ascii];
}

const char *
theme_spinner(unsigned n)
{
	return spinner[n % (sizeof spinner / sizeof *spinner)][theme.ascii];
}
