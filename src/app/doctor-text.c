/* doctor-text.c - what doctor found, as lines, as Markdown and as JSON; see doctor.h. */
#include "config.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "app/doctor.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "text/clean.h"
#include "text/rows.h"
#include "text/width.h"

static const struct {
	const char	*name;          /* for machines */
	const char	*word;
	const char	*sign;
} states[] = {
	[DOCTOR_OK] = { "ok", N_("ok"), "✓" },
	[DOCTOR_WARN] = { "warn", N_("warn"), "!" },
	[DOCTOR_FAIL] = { "fail", N_("FAIL"), "✗" },
	[DOCTOR_SKIP] = { "skip", N_("skip"), "·" },
};

static const struct {
	const char	*name, *word;
} results[] = {
	[PROBE_OK] = { "ok", N_("ok") },
	[PROBE_DENIED] = { "denied", N_("denied") },
	[PROBE_FAILED] = { "failed", N_("failed") },
	[PROBE_SKIPPED] = { "skipped", N_("skipped") },
};

/* ---- for a terminal ---------------------------------------------------------------- */

/* In a column of so many cells. */
static void
put_cell(struct buf *b, const char *s, int cells)
{
	char *clean = clean_line(s);
	buf_puts(b, clean);
	for (int w = width_of(clean, strlen(clean)); w < cells; w++)
		buf_putc(b, ' ');
	free(clean);
}

static void
put_line(struct buf *b, const struct doctor_line *line)
{
	put_cell(b, _(states[line->state].word), 6);
	put_cell(b, line->check, 14);
	put_cell(b, line->text, 0);
	if (line->ms >= 0)
		buf_printf(b, _(" (%lld ms)"), (long long)line->ms);
	if (line->todo != NULL) {
		buf_puts(b, strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? " → " : " -> ");
		put_cell(b, line->todo, 0);
	}
	buf_putc(b, '\n');
}

static void
put_call(struct buf *b, const struct probe *p)
{
	const struct aws_kind_row *row = aws_kind_row(p->kind);
	put_cell(b, row->name, 13);
	put_cell(b, row->operation, 23);
	put_cell(b, row->action, 39);
	put_cell(b, _(results[p->state].word), 9);
	put_cell(b, p->key, 12);
	buf_printf(b, "%7lld\n", (long long)p->ms);
}

static void
put_grid(struct buf *b, const struct doctor *d)
{
	buf_putc(b, '\n');
	put_cell(b, _("call"), 13);
	put_cell(b, _("operation"), 23);
	put_cell(b, _("permission"), 39);
	put_cell(b, _("result"), 9);
	put_cell(b, _("key"), 12);
	buf_puts(b, "     ms\n");
	for (size_t i = 0; i < d->calls.n; i++)
		put_call(b, &d->calls.v[i]);
}

void
doctor_put_text(struct buf *b, const struct doctor *d)
{
	for (size_t i = 0; i < d->lines.n; i++)
		put_line(b, &d->lines.v[i]);
	if (d->matrix && d->calls.n > 0)
		put_grid(b, d);
	if (d->policy != NULL)
		buf_printf(b, "\n%s\n%s", _("A policy with what is missing, for whoever manages this identity:"),
		    d->policy);
}

/* ---- for the sheet -------------------------------------------------------------------- */

/* Narrow terminals fold cells: what can be told from the others has none of its own. */
static void
put_table(struct buf *b, const struct doctor *d)
{
	buf_printf(b, "\n| %s | %s | %s | %s | ms |\n|---|---|---|---|--:|\n", _("call"), _("permission"), _("result"),
	    _("key"));
	for (size_t i = 0; i < d->calls.n; i++) {
		const struct probe *p = &d->calls.v[i];
		const struct aws_kind_row *row = aws_kind_row(p->kind);
		buf_printf(b, "| %s | ", row->name);
		rows_put_words(b, row->action != NULL ? row->action : "");
		buf_printf(b, " | %s | ", _(results[p->state].word));
		rows_put_words(b, p->key);
		buf_printf(b, " | %lld |\n", (long long)p->ms);
	}
}

void
doctor_put_markdown(struct buf *b, const struct doctor *d)
{
	bool ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	for (size_t i = 0; i < d->lines.n; i++) {
		const struct doctor_line *line = &d->lines.v[i];
		buf_printf(b, "- %s **%s** ", ascii ? _(states[line->state].word) : states[line->state].sign, line->check);
		rows_put_words(b, line->text);
		if (line->todo != NULL) {
			buf_puts(b, ascii ? "  \n  -> *" : "  \n  → *");
			rows_put_words(b, line->todo);
			buf_putc(b, '*');
		}
		buf_putc(b, '\n');
	}
	if (d->matrix && d->calls.n > 0)
		put_table(b, d);
	if (d->policy != NULL)
		buf_printf(b, "\n%s\n\n```json\n%s```\n", _("A policy with what is missing, for whoever manages this identity:"),
		    d->policy);
}

/* ---- for machines ------------------------------------------------------------------------ */

static void
put_text_or_null(struct buf *b, const char *key, const char *s)
{
	if (s != NULL && *s != '\0')
		json_put_member(b, key, s);
	else
		json_put_null(b, key);
}

static void
put_check_json(struct buf *b, const struct doctor_line *line)
{
	json_put_comma(b);
	buf_putc(b, '{');
	json_put_member(b, "check", line->check);
	json_put_member(b, "state", states[line->state].name);
	json_put_member(b, "text", line->text);
	put_text_or_null(b, "advice", line->todo);
	if (line->ms >= 0)
		json_put_int(b, "ms", line->ms);
	else
		json_put_null(b, "ms");
	buf_putc(b, '}');
}

static void
put_call_json(struct buf *b, const struct probe *p)
{
	const struct aws_kind_row *row = aws_kind_row(p->kind);
	json_put_comma(b);
	buf_putc(b, '{');
	json_put_member(b, "call", row->name);
	json_put_member(b, "operation", row->operation);
	put_text_or_null(b, "permission", row->action);
	json_put_member(b, "result", results[p->state].name);
	put_text_or_null(b, "missing", p->action);
	put_text_or_null(b, "text", p->said);
	put_text_or_null(b, "accessKeyId", p->key);
	json_put_int(b, "ms", p->ms);
	buf_putc(b, '}');
}

void
doctor_put_json(struct buf *b, const struct doctor *d)
{
	buf_puts(b, "{\"checks\":[");
	for (size_t i = 0; i < d->lines.n; i++)
		put_check_json(b, &d->lines.v[i]);
	buf_puts(b, "],\"calls\":[");
	for (size_t i = 0; i < d->calls.n; i++)
		put_call_json(b, &d->calls.v[i]);
	buf_puts(b, "]");
	if (d->policy != NULL) {
		json_put_key(b, "policy");
		buf_puts(b, d->policy);
	} else {
		json_put_null(b, "policy");
	}
	buf_puts(b, "}\n");
}
