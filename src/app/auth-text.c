/* auth-text.c - see auth-text.h. */
#include "config.h"

#include "app/auth-text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/clean.h"
#include "text/rows.h"
#include "text/width.h"

struct fact {
	const char	*label;
	char		*value;
};
struct facts VEC(struct fact);

/* ---- what is said ------------------------------------------------------------------ */

const char *
auth_mark(enum creds_mark m)
{
	static const char *const signs[][2] = { [MARK_ACTIVE] = { "●", "*" },
		[MARK_UNSET] = { "✗", "x" },
		[MARK_UNASKED] = { "·", "." },
		[MARK_BROKEN] = { "!", "!" },
		[MARK_UNKNOWN] = { "…", "?" } };
	return signs[m][strcmp(nl_langinfo(CODESET), "UTF-8") != 0];
}

static enum creds_mark
mark_of(const struct creds_tried *t)
{
	static const enum creds_mark marks[] = { [TRIED_FOUND] = MARK_ACTIVE,
		[TRIED_NOT_CONFIGURED] = MARK_UNSET,
		[TRIED_FAILED] = MARK_BROKEN,
		[TRIED_NOT_ASKED] = MARK_UNASKED };
	return marks[t->state];
}

/* "found", "not asked: AWS_PROFILE is not set". Caller frees. */
static char *
answer_of(const struct creds_tried *t)
{
	static const char *const states[] = { [TRIED_FOUND] = N_("found"),
		[TRIED_NOT_CONFIGURED] = N_("not configured"),
		[TRIED_FAILED] = N_("failed"),
		[TRIED_NOT_ASKED] = N_("not asked") };
	const char *state = _(states[t->state]);
	return t->detail != NULL ? mem_printf("%s: %s", state, t->detail) : mem_strdup(state);
}

static char *
looked_at(const struct creds_tried *t)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < t->looked_at.n; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", t->looked_at.v[i]);
	return buf_take(&b, NULL);
}

/* Takes the value. */
static void
add(struct facts *facts, const char *label, char *value)
{
	if (value != NULL)
		vec_add(facts, ((struct fact){ label, value }));
}

static char *
expiry_of(const struct creds_report *r)
{
	char when[32];
	if (r->expires == 0)
		return mem_strdup(r->kind == CREDS_BEARER ? _("not known") : _("no date known"));
	clock_iso8601(r->expires, when);
	long long minutes = (r->expires - clock_wall()) / 60;
	if (minutes < 0)
		return mem_printf(_("%s: they have expired"), when);
	return mem_printf(ngettext("%s, in %lld minute", "%s, in %lld minutes", (unsigned long)minutes), when,
	    minutes);
}

static void
add_active(struct facts *facts, const struct creds_report *r)
{
	if (r->active < 0) {
		add(facts, N_("In use:"), mem_strdup(r->resolved ? _("nothing") : _("nothing was asked yet")));
		add(facts, N_("Because:"), mem_strdup(r->error));
		return;
	}
	add(facts, N_("In use:"), r->access_key != NULL ? mem_printf("%s · %s", r->label, r->access_key)
							: mem_strdup(r->label));
	add(facts, N_("Expires:"), expiry_of(r));
	if (r->refreshing)
		add(facts, N_("Now:"), mem_strdup(_("they are being refreshed")));
	add(facts, N_("Failed:"), mem_strdup(r->error));
}

static void
add_place(struct facts *facts, struct aws *aws, const struct creds_report *r)
{
	char *from, *region = aws_region(aws, NULL, &from);
	add(facts, N_("Region:"), mem_printf(_("%s (from %s)"), region, from));
	if (r->account == NULL && r->no_account != NULL)
		add(facts, N_("Account:"), mem_printf(_("not known. STS was asked whose keys these are: %s"), r->no_account));
	else
		add(facts, N_("Account:"), mem_strdup(r->account != NULL ? r->account : _("not known")));
	add(facts, N_("Identity:"), mem_strdup(r->arn));
	free(region);
	free(from);
}

static void
add_notes(struct facts *facts, struct aws *aws)
{
	struct buf b = { 0 };
	aws_warnings(aws, &b);
	for (char *line = b.s, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
		add(facts, N_("Note:"), mem_strndup(line, (size_t)(end - line)));
	buf_done(&b);
}

static void
gather(struct facts *facts, struct aws *aws, const struct creds_report *r)
{
	add_active(facts, r);
	add_place(facts, aws, r);
	for (int i = 0; i < SOURCES; i++)
		if (r->order[i].shadowed)
			add(facts, N_("Shadowed:"), mem_strdup(r->order[i].detail));
	add_notes(facts, aws);
}

static void
facts_done(struct facts *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		free(facts->v[i].value);
	vec_done(facts);
}

static void
put_order(struct buf *b, const struct creds_report *r)
{
	static const char *const labels[SOURCES] = { [SOURCE_BEARER] = N_("bearer token"),
		[SOURCE_KEYS] = N_("access keys"),
		[SOURCE_PROFILE] = N_("profile"),
		[SOURCE_CHAIN] = N_("the rest of the chain") };
	for (int i = 0; i < SOURCES; i++)
		buf_printf(b, "%s%s %s", i > 0 ? "   " : "", auth_mark(r->order[i].mark), _(labels[i]));
	buf_puts(b, "\n\n");
}

/* ---- for a terminal ------------------------------------------------------------------- */

static void
put_clean(struct buf *b, const char *s)
{
	char *clean = clean_line(s);
	buf_puts(b, clean);
	free(clean);
}

static void
put_fact(struct buf *b, const struct fact *f, int width)
{
	const char *label = _(f->label);
	buf_printf(b, "%s%*s ", label, width - width_of(label, strlen(label)), "");
	put_clean(b, f->value);
	buf_putc(b, '\n');
}

static void
put_provider(struct buf *b, const struct creds_tried *t)
{
	char *answer = answer_of(t), *looked = looked_at(t);
	buf_printf(b, "%s ", auth_mark(mark_of(t)));
	put_clean(b, t->name);
	buf_puts(b, " - ");
	put_clean(b, answer);
	if (t->ms >= 0)
		buf_printf(b, _(" (%lld ms)"), (long long)t->ms);
	buf_putc(b, '\n');
	if (t->looked_at.n > 0) {
		buf_printf(b, "    %s ", _("looked at:"));
		put_clean(b, looked);
		buf_putc(b, '\n');
	}
	free(answer);
	free(looked);
}

void
auth_text_plain(struct buf *b, struct aws *aws, const struct creds_report *r)
{
	struct facts facts = { 0 };
	int width = 10;
	gather(&facts, aws, r);
	for (size_t i = 0; i < facts.n; i++) {
		int w = width_of(_(facts.v[i].label), strlen(_(facts.v[i].label)));
		width = w > width ? w : width;
	}
	put_order(b, r);
	for (size_t i = 0; i < facts.n; i++)
		put_fact(b, &facts.v[i], width);
	buf_printf(b, "\n%s\n", _("The chain, in the order in which it is asked:"));
	for (size_t i = 0; i < r->tried.n; i++)
		put_provider(b, &r->tried.v[i]);
	facts_done(&facts);
}

/* ---- for the panel ---------------------------------------------------------------------- */

static void
put_item(struct buf *b, const struct creds_tried *t)
{
	char *answer = answer_of(t), *looked = looked_at(t);
	buf_printf(b, "- %s **", auth_mark(mark_of(t)));
	rows_put_words(b, t->name);
	buf_puts(b, "** ");
	rows_put_words(b, answer);
	if (t->ms >= 0)
		buf_printf(b, _(" (%lld ms)"), (long long)t->ms);
	if (t->looked_at.n > 0) {
		buf_printf(b, "  \n  *%s* ", _("looked at:"));
		rows_put_words(b, looked);
	}
	buf_putc(b, '\n');
	free(answer);
	free(looked);
}

void
auth_text_markdown(struct buf *b, struct aws *aws, const struct creds_report *r)
{
	struct facts facts = { 0 };
	gather(&facts, aws, r);
	put_order(b, r);
	for (size_t i = 0; i < facts.n; i++) {
		buf_printf(b, "**%s** ", _(facts.v[i].label));
		rows_put_words(b, facts.v[i].value);
		buf_puts(b, "  \n");
	}
	buf_printf(b, "\n%s\n\n", _("The chain, in the order in which it is asked:"));
	for (size_t i = 0; i < r->tried.n; i++)
		put_item(b, &r->tried.v[i]);
	facts_done(&facts);
}
