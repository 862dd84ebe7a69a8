/*
 * authbar.c - four sources with their marks; region and account at the right.
 *
 * In a narrow terminal only the source that matters is left: the one in use,
 * else the one that is broken, else the first that was not asked yet.
 */
#include "config.h"

#include "ui/authbar.h"

#include <ctype.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/bar.h"
#include "ui/theme.h"

#define LAST_MINUTES (5 * 60)   /* seconds in which the time left is counted down */
#define WHOLE_FROM   80         /* columns from which all four sources are shown */

static const char *const names[SOURCES] = {
	[SOURCE_BEARER] = N_("bearer"), [SOURCE_KEYS] = N_("keys"),
	[SOURCE_PROFILE] = N_("profile"), [SOURCE_CHAIN] = N_("chain"),
};

static const struct {
	enum ui_sign	sign;
	uint8_t		role;
} looks[] = {
	[MARK_ACTIVE] = { SIGN_DOT, UI_BAR_ACTIVE },
	[MARK_UNSET] = { SIGN_CROSS, UI_BAR_OFF },
	[MARK_UNASKED] = { SIGN_IDLE, UI_BAR_OFF },
	[MARK_BROKEN] = { SIGN_BANG, UI_BAR_BROKEN },
	[MARK_UNKNOWN] = { SIGN_DOTS, UI_BAR_OFF },
};

static enum creds_mark
mark_of(const struct creds_report *r, int source)
{
	return r != NULL ? r->order[source].mark : MARK_UNKNOWN;
}

/* The time left, as words; returns after how many ms they change. */
static int
add_left(struct bar *bar, int64_t left, bool narrow)
{
	uint8_t role = left <= LAST_MINUTES ? UI_BAR_WARN : UI_BAR_ACTIVE;
	const char *sep = theme_sign(SIGN_SEPARATOR);
	if (left <= 0) {
		bar_add(bar, UI_BAR_BROKEN, 0, " %s %s", sep, _("expired"));
		return -1;
	}
	char time[32];
	int change = 1000;
	if (left <= LAST_MINUTES) {
		snprintf(time, sizeof time, "%d:%02d", (int)(left / 60), (int)(left % 60));
	} else if (left < 3600) {
		snprintf(time, sizeof time, "%dm", (int)(left / 60));
		change = (int)(left % 60 + 1) * 1000;
	} else {
		snprintf(time, sizeof time, "%dh", (int)(left / 3600));
		change = (int)(left % 3600 + 1) * 1000;
	}
	if (narrow) {
		bar_add(bar, role, 0, " %s %s", sep, time);
	} else {
		bar_add(bar, role, 0, " %s ", sep);
		bar_add(bar, role, 0, _("%s left"), time);
	}
	return change;
}

/* A first answer is waited for, a helper's perhaps: of the sources that are not known yet the first is asked first. */
static bool
is_asked_now(const struct creds_report *r, int source)
{
	if (r == NULL || !r->refreshing || r->order[source].mark != MARK_UNKNOWN)
		return false;
	for (int i = 0; i < source; i++)
		if (r->order[i].mark == MARK_UNKNOWN)
			return false;
	return true;
}

static int
add_source(struct bar *bar, const struct creds_report *r, int i, int64_t now, bool narrow)
{
	enum creds_mark mark = mark_of(r, i);
	uint8_t role = looks[mark].role;
	const char *detail = r != NULL ? r->order[i].detail : NULL;
	bool says = mark == MARK_ACTIVE && detail != NULL;
	bar_add(bar, role, 0, "%s %s", theme_sign(looks[mark].sign), says ? detail : _(names[i]));
	if (is_asked_now(r, i))
		bar_add(bar, UI_BAR_WARN, 0, " %s %s", theme_sign(SIGN_SEPARATOR), _("asking"));
	if (mark != MARK_ACTIVE)
		return -1;
	int change = -1;
	if (r->expires > 0)
		change = add_left(bar, r->expires - now, narrow);
	if (r->refreshing) {
		bar_add(bar, UI_BAR_WARN, 0, " %s ", theme_sign(SIGN_SEPARATOR));
		bar_add(bar, UI_BAR_WARN, 0, "%s", _("refreshing"));
	}
	return change;
}

static int
important(const struct creds_report *r)
{
	static const enum creds_mark order[] = { MARK_ACTIVE, MARK_BROKEN, MARK_UNKNOWN };
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (int i = 0; i < SOURCES; i++)
			if (mark_of(r, i) == order[k])
				return i;
	return -1;
}

static int
add_sources(struct bar *bar, const struct creds_report *r, int64_t now, bool narrow)
{
	bar_add(bar, UI_BAR, 0, " ");
	if (narrow) {
		int only = important(r);
		if (only >= 0)
			return add_source(bar, r, only, now, true);
		bar_add(bar, UI_BAR_OFF, 0, "%s ", theme_sign(SIGN_CROSS));
		bar_add(bar, UI_BAR_OFF, 0, "%s", _("not signed in"));
		return -1;
	}
	int change = -1;
	for (int i = 0; i < SOURCES; i++) {
		if (i > 0)
			bar_add(bar, UI_BAR_OFF, 0, " %s ", theme_sign(SIGN_STEP));
		int ms = add_source(bar, r, i, now, false);
		change = ms >= 0 ? ms : change;
	}
	return change;
}

/* An account id in groups of four, as people read it. */
static void
add_account(struct bar *bar, const char *account)
{
	size_t n = strlen(account);
	if (n == 12 && strspn(account, "0123456789") == n)
		bar_add(bar, UI_BAR, 2, "  %.4s-%.4s-%.4s", account, account + 4, account + 8);
	else
		bar_add(bar, UI_BAR, 2, "  %.40s", account);
}

static void
add_place(struct bar *bar, const struct creds_report *r)
{
	bar_right(bar);
	if (r != NULL && r->region != NULL)
		bar_add(bar, UI_BAR, 1, "  %.40s", r->region);
	if (r != NULL && r->account != NULL && *r->account != '\0')
		add_account(bar, r->account);
	bar_add(bar, UI_BAR, 3, " ");
}

int
authbar_paint(const struct creds_report *r, const struct rect *at, int64_t now)
{
	if (at->h < 1)
		return -1;
	struct bar bar;
	bool narrow = at->w < WHOLE_FROM;
	bar_init(&bar);
	int change = add_sources(&bar, r, now, narrow);
	if (!narrow && bar_cells(&bar) + (r != NULL && r->region != NULL ? 16 : 0) > at->w) {
		bar_done(&bar);
		bar_init(&bar);
		change = add_sources(&bar, r, now, true);
	}
	add_place(&bar, r);
	bar_paint(&bar, at->y, at->x, at->w, UI_BAR);
	bar_done(&bar);
	return change;
}

int
authbar_paint_provider(const char *name, const struct rect *at)
{
	if (at->h < 1)
		return -1;
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_BAR, 0, " ");
	bar_add(&bar, UI_BAR_ACTIVE, 0, "%s ", theme_sign(SIGN_DOT));
	bar_add(&bar, UI_BAR_ACTIVE, 0, _("provider %.40s"), name);
	bar_add(&bar, UI_BAR_OFF, 1, " %s ", theme_sign(SIGN_SEPARATOR));
	bar_add(&bar, UI_BAR_OFF, 1, "%s", _("not Amazon Bedrock"));
	bar_paint(&bar, at->y, at->x, at->w, UI_BAR);
	bar_done(&bar);
	return -1;
}
