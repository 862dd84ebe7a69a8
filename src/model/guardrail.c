/*
 * guardrail.c - see guardrail.h.
 *
 * An assessment is a set of policies, each with lists of findings: one row of
 * the table says where a list is and how a finding of it reads.
 */
#include "config.h"

#include "model/guardrail.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json.h"

enum { FINDINGS_MAX = 200, NAMED_MAX = 5, TEXT_MAX = 200 };

typedef void put_fn(struct buf *, struct json_object *finding);
static put_fn put_name, put_filter, put_word, put_pii, put_regex, put_score, put_reasoning;

static const struct policy {
	const char	*path;          /* of the list in an assessment */
	const char	*what;          /* marked N_() */
	put_fn		*put;
} policies[] = {
	{ "topicPolicy.topics", N_("topic"), put_name },
	{ "contentPolicy.filters", N_("content"), put_filter },
	{ "wordPolicy.customWords", N_("word"), put_word },
	{ "wordPolicy.managedWordLists", N_("word list"), put_word },
	{ "sensitiveInformationPolicy.piiEntities", N_("personal data"), put_pii },
	{ "sensitiveInformationPolicy.regexes", N_("pattern"), put_regex },
	{ "contextualGroundingPolicy.filters", N_("grounding"), put_score },
	{ "automatedReasoningPolicy.findings", N_("reasoning"), put_reasoning },
};
enum { N_POLICIES = sizeof policies / sizeof *policies };

struct report {
	struct buf	*detail;
	struct buf	 named;         /* the first findings that were acted on, with commas */
	int		 findings, acted;
};

/* ---- findings ---------------------------------------------------------------- */

static void
put_cut(struct buf *b, const char *s)
{
	size_t n = strnlen(s, TEXT_MAX);
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	buf_add(b, s, n);
}

static void
put_quoted(struct buf *b, const char *s)
{
	buf_puts(b, " \"");
	put_cut(b, s);
	buf_putc(b, '"');
}

static void
put_name(struct buf *b, struct json_object *f)
{
	put_quoted(b, json_str(f, "name", "?"));
}

static void
put_filter(struct buf *b, struct json_object *f)
{
	buf_putc(b, ' ');
	put_cut(b, json_str(f, "type", "?"));
	buf_printf(b, _(" (confidence %.16s, filter %.16s)"), json_str(f, "confidence", "?"),
	    json_str(f, "filterStrength", "?"));
}

static void
put_word(struct buf *b, struct json_object *f)
{
	put_quoted(b, json_str(f, "match", "?"));
	const char *type = json_str(f, "type", NULL);
	if (type != NULL)
		buf_printf(b, " (%.32s)", type);
}

static void
put_pii(struct buf *b, struct json_object *f)
{
	buf_putc(b, ' ');
	put_cut(b, json_str(f, "type", "?"));
	put_quoted(b, json_str(f, "match", "?"));
}

static void
put_regex(struct buf *b, struct json_object *f)
{
	put_name(b, f);
	buf_putc(b, ':');
	put_quoted(b, json_str(f, "match", "?"));
}

static void
put_score(struct buf *b, struct json_object *f)
{
	buf_putc(b, ' ');
	put_cut(b, json_str(f, "type", "?"));
	buf_printf(b, _(" (score %.2f, at least %.2f wanted)"), json_num(f, "score", 0),
	    json_num(f, "threshold", 0));
}

static void
put_reasoning(struct buf *b, struct json_object *f)
{
	buf_putc(b, ' ');
	if (!json_object_is_type(f, json_type_object))
		return;
	json_object_object_foreach(f, key, value) {
		(void)value;
		put_cut(b, key);        /* the finding's kind is the name of its only member */
		break;
	}
}

/* ---- assessments -------------------------------------------------------------- */

static bool
is_acted(const char *action)
{
	return *action != '\0' && strcmp(action, "NONE") != 0;
}

static const char *
action_word(const char *action)
{
	if (strcmp(action, "BLOCKED") == 0)
		return _("blocked");
	if (strcmp(action, "ANONYMIZED") == 0)
		return _("masked");
	return is_acted(action) ? action : _("only noted");
}

static void
take_finding(struct report *r, const struct policy *p, struct json_object *f)
{
	const char *action = json_str(f, "action", "");
	if (++r->findings > FINDINGS_MAX)
		return;
	struct buf text = { 0 };
	buf_puts(&text, _(p->what));
	p->put(&text, f);
	buf_printf(r->detail, "  %s: %.32s\n", buf_str(&text), action_word(action));
	if (is_acted(action) && ++r->acted <= NAMED_MAX)
		buf_printf(&r->named, "%s%s", r->named.len > 0 ? ", " : "", buf_str(&text));
	buf_done(&text);
}

static void
put_metrics(struct buf *b, struct json_object *a)
{
	struct json_object *chars = json_at(a, "invocationMetrics.guardrailCoverage.textCharacters");
	int64_t ms = json_int(json_get(a, "invocationMetrics"), "guardrailProcessingLatency", -1);
	if (chars != NULL)
		buf_printf(b, _("  %lld of %lld characters checked\n"), (long long)json_int(chars, "guarded", 0),
		    (long long)json_int(chars, "total", 0));
	if (ms >= 0)
		buf_printf(b, _("  took %lld ms\n"), (long long)ms);
}

static void
take_assessment(struct report *r, const char *side, const char *id, struct json_object *a)
{
	int before = r->findings;
	buf_printf(r->detail, "%s (%.80s", side, id);
	const char *version = json_str(json_get(a, "appliedGuardrailDetails"), "guardrailVersion", NULL);
	if (version != NULL)
		buf_printf(r->detail, ", %.16s", version);
	buf_puts(r->detail, ")\n");
	for (size_t i = 0; i < N_POLICIES; i++) {
		struct json_object *list = json_at(a, policies[i].path);
		for (size_t k = 0; k < json_len(list); k++)
			take_finding(r, &policies[i], json_item(list, k));
	}
	if (r->findings == before)
		buf_printf(r->detail, "  %s\n", _("nothing found"));
	put_metrics(r->detail, a);
}

/* {"ID": assessment} or {"ID": [assessment, …]}. */
static void
take_side(struct report *r, const char *side, struct json_object *by_id)
{
	if (!json_object_is_type(by_id, json_type_object))
		return;
	json_object_object_foreach(by_id, id, a) {
		if (!json_object_is_type(a, json_type_array))
			take_assessment(r, side, id, a);
		for (size_t i = 0; i < json_len(a); i++)
			take_assessment(r, side, id, json_item(a, i));
	}
}

static void
put_sentence(struct buf *b, const struct report *r)
{
	if (r->acted > NAMED_MAX)
		buf_printf(b, ngettext("The guardrail acted on: %s, and %d more.", "The guardrail acted on: %s, and %d more.",
		    (unsigned long)(r->acted - NAMED_MAX)), buf_str(&r->named), r->acted - NAMED_MAX);
	else if (r->acted > 0)
		buf_printf(b, _("The guardrail acted on: %s."), buf_str(&r->named));
	else if (r->findings > 0)
		buf_puts(b, _("The guardrail noted something and let it pass."));
	else
		buf_puts(b, _("The guardrail found nothing."));
}

bool
guardrail_explain(const char *trace, size_t n, struct buf *sentence, struct buf *detail)
{
	struct json_object *o = json_parse(trace, n, NULL), *g = json_get(o, "guardrail");
	bool any = json_object_is_type(g, json_type_object);
	if (any) {
		struct report r = { .detail = detail };
		take_side(&r, _("input"), json_get(g, "inputAssessment"));
		take_side(&r, _("output"), json_get(g, "outputAssessments"));
		const char *reason = json_str(g, "actionReason", NULL);
		if (reason != NULL) {
			put_cut(detail, reason);
			buf_putc(detail, '\n');
		}
		put_sentence(sentence, &r);
		buf_done(&r.named);
	}
	json_free(o);
	return any;
}
