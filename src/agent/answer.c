/*
 * answer.c - the reply that arrives: its events grow the transcript, the message under construction (model/reply.h)
 * and the session's record, in step; and how it ends, whole, cut off or failed.
 */
#include "config.h"

#include "agent/agent-inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/guardrail.h"

enum { RECORD_EVERY_MS = 500 };

/* ---- the reply that arrives ---------------------------------------------- */

static void
close_block(struct agent *a, struct block **b, enum block_state state)
{
	if (*b == NULL)
		return;
	transcript_end(&a->transcript, *b, state);
	*b = NULL;
}

static void
close_reasoning(struct agent *a)
{
	struct block *b = a->reasoning_block;
	if (b == NULL)
		return;
	close_block(a, &a->reasoning_block, BLOCK_DONE);
	agent_fold_reasoning(&a->transcript, b);
}

void
agent_fold_reasoning(struct transcript *t, struct block *b)
{
	long s = (long)((b->ended_ms - b->started_ms + 999) / 1000);
	free(b->summary);
	if (b->started_ms == 0)
		b->summary = mem_strdup(_("thought"));
	else
		b->summary = mem_printf(ngettext("thought for %ld s", "thought for %ld s", (unsigned long)s), s);
	b->folded = true;
	transcript_touch(t, b);
}

static void
show_text(struct agent *a, const struct reply_event *ev)
{
	close_reasoning(a);
	if (a->text_block == NULL) {
		a->text_block = transcript_add(&a->transcript, BLOCK_TEXT, NULL, 0);
		if (!a->titled)
			a->text_block->title = mem_strdup(a->asked_short);
		a->titled = true;
		transcript_touch(&a->transcript, a->text_block);
	}
	transcript_grow(&a->transcript, a->text_block, ev->text, ev->len);
	agent_tell(a, AGENT_EV_TEXT, ev->text, ev->len);
}

static void
show_reasoning(struct agent *a, const struct reply_event *ev)
{
	close_block(a, &a->text_block, BLOCK_DONE);
	if (a->reasoning_block == NULL)
		a->reasoning_block = transcript_add(&a->transcript, BLOCK_REASONING, NULL, 0);
	transcript_grow(&a->transcript, a->reasoning_block, ev->text, ev->len);
	agent_tell(a, AGENT_EV_REASONING, ev->text, ev->len);
}

static void
show_tool(struct agent *a, const struct reply_event *ev)
{
	close_reasoning(a);
	close_block(a, &a->text_block, BLOCK_DONE);
	if (ev->kind == REPLY_TOOL) {
		close_block(a, &a->tool_block, BLOCK_RUNNING);
		a->tool_block = transcript_add(&a->transcript, BLOCK_TOOL, NULL, 0);
		a->tool_block->title = mem_strdup(ev->name != NULL ? ev->name : "");
		transcript_touch(&a->transcript, a->tool_block);
		loop_shown(a, ev->text, ev->len, a->tool_block);
		agent_tell(a, AGENT_EV_TOOL, a->tool_block->title, strlen(a->tool_block->title));
	}
	/* The arguments are shown once they are whole. */
}

void
answer_on_record(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, record_timer));
	record_flush(a->session, &a->pieces);
}

void
answer_take(struct agent *a, const struct reply_event *ev)
{
	reply_apply(&a->reply, ev);
	record_piece(a->session, &a->pieces, ev);
	if (a->session != NULL && !a->record_timer.set)
		timer_set(a->env.timers, &a->record_timer, RECORD_EVERY_MS);
	switch (ev->kind) {
	case REPLY_TEXT:
		a->reply_bytes += ev->len;
		show_text(a, ev);
		break;
	case REPLY_REASONING:
		a->reply_bytes += ev->len;
		show_reasoning(a, ev);
		break;
	case REPLY_TOOL:
	case REPLY_TOOL_INPUT:
		a->reply_bytes += ev->len;
		show_tool(a, ev);
		break;
	case REPLY_METADATA:
		account_reply(a, &ev->usage);
		break;
	default:
		break;
	}
	if (a->first_output_ms == 0 && a->reply_bytes > 0)
		a->first_output_ms = clock_ms();
	if (!a->refuse_timer.set && spending_grow(a->env.spending, &a->running, a->reply_bytes, &a->refused) < 0)
		timer_set(a->env.timers, &a->refuse_timer, 0);
	loop_watch(a);
	agent_changed(a);
}

/* ---- how a reply ends ----------------------------------------------------- */

/* With something that opens. */
static void
note_with_detail(struct agent *a, const char *text, const char *detail)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_NOTE, text, strlen(text));
	b->detail = mem_strdup(detail);
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_DONE);
	record_note(a->session, "note", text, detail);
	agent_changed(a);
}

/* What a stop reason means to the reader: one row each; others need no words. */
static const struct {
	const char *reason, *sentence;
} stop_sentences[] = {
	{ "max_tokens", N_("The answer was cut off at the output limit. Say \"go on\", or raise it with --max-tokens.") },
	{ "content_filtered", N_("The model provider's content filter stopped the answer.") },
	{ "malformed_model_output", N_("The model's output could not be read. Type /retry to ask again.") },
	{ "malformed_tool_use", N_("The model's tool call could not be read. Type /retry to ask again.") },
	{ "model_context_window_exceeded", N_("The conversation fills the model's window. Start a new one with /new.") },
	{ "refusal", N_("The model declined to go on; its answer is withdrawn and will not be sent back.") },
};

static void
note_stop_reason(struct agent *a, const char *reason)
{
	for (size_t i = 0; reason != NULL && i < sizeof stop_sentences / sizeof *stop_sentences; i++)
		if (strcmp(stop_sentences[i].reason, reason) == 0)
			agent_note(a, BLOCK_NOTE, gettext(stop_sentences[i].sentence));
}

/* What the guardrail said about this reply, as a note that opens. */
static void
note_guardrail(struct agent *a)
{
	struct buf s = { 0 }, detail = { 0 };
	const char *trace = a->reply.trace;
	bool stepped_in = str_same(a->reply.stop_reason, "guardrail_intervened");
	if (stepped_in)
		buf_puts(&s, _("The guardrail stepped in; the text above is its message."));
	size_t before = s.len;
	if (before > 0)
		buf_putc(&s, ' ');
	if (trace != NULL && guardrail_explain(trace, strlen(trace), &s, &detail)) {
		note_with_detail(a, buf_str(&s), buf_str(&detail));
	} else if (stepped_in) {
		buf_truncate(&s, before);
		if (a->hints)
			buf_printf(&s, " %s", _("/guardrail trace on lets it say why."));
		agent_note(a, BLOCK_NOTE, buf_str(&s));
	}
	buf_done(&s);
	buf_done(&detail);
}

static bool
must_not_be_sent_again(const char *reason)
{
	return reason != NULL && (strcmp(reason, "guardrail_intervened") == 0 || strcmp(reason, "refusal") == 0);
}

void
answer_withdraw(struct agent *a)
{
	for (size_t i = a->conversation.n; i-- > 0;)
		if (a->conversation.v[i]->role == MESSAGE_USER) {
			a->conversation.v[i]->withdrawn = true;
			record_text(a->session, "withdraw", NULL, "");
			return;
		}
}

void
answer_keep(struct agent *a, bool whole)
{
	record_flush(a->session, &a->pieces);
	timer_cancel(a->env.timers, &a->record_timer);
	close_reasoning(a);
	close_block(a, &a->text_block, whole ? BLOCK_DONE : BLOCK_FAILED);
	close_block(a, &a->tool_block, BLOCK_RUNNING);
	struct message *m = reply_message(&a->reply, a->asked, whole, NULL);
	if (m != NULL) {
		m->withdrawn = must_not_be_sent_again(a->reply.stop_reason);
		record_end(a->session, m, &a->reply.usage, a->reply.stop_reason, a->reply_cost);
		conversation_add(&a->conversation, m);
		loop_gather(a, m, whole);
	}
	loop_fail_rest(a);
	free(a->stop_reason);
	a->stop_reason = mem_strdup(a->reply.stop_reason);
	if (whole && m == NULL)
		agent_note(a, BLOCK_NOTE, _("The model gave no answer. Type /retry to ask again."));
	if (whole)
		note_stop_reason(a, a->stop_reason);
	note_guardrail(a);
	if (str_same(a->stop_reason, "guardrail_intervened"))
		answer_withdraw(a);   /* it would be blocked again and again */
	reply_done(&a->reply);
	a->reply = (struct reply){ 0 };
	a->ended_ms = clock_ms();
}

/* ---- how it fails --------------------------------------------------------------- */

/* What the service sent, for whoever opens the error. */
static char *
error_detail(const struct call_end *end)
{
	struct buf b = { 0 };
	if (end->status != 0)
		buf_printf(&b, "HTTP %d\n", end->status);
	if (end->used.host[0] != '\0')
		buf_printf(&b, "host: %s\n", end->used.host);
	if (end->request_id != NULL)
		buf_printf(&b, "request id: %s\n", end->request_id);
	buf_puts(&b, end->raw != NULL ? end->raw : "");
	return buf_take(&b, NULL);
}

/* How to go on from here; NULL when the failure itself has said all. */
static const char *
way_on(const struct agent *a, const struct call_end *end, bool partial)
{
	if (!a->hints)
		return NULL;
	if (partial)
		return _("What arrived is kept; type /retry to ask again.");
	if (end->bedrock && (end->failure.credentials || end->err.code == ERR_CREDENTIALS))
		return _("Press Enter to sign in again; your message is kept.");
	return a->message_bad ? NULL : _("Your message is kept; type /retry to send it again.");
}

void
answer_error(struct agent *a, const char *text, char *detail)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_ERROR, text, strlen(text));
	b->detail = detail;
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_FAILED);
	record_text(a->session, "note", "error", text);
	agent_tell(a, AGENT_EV_ERROR, text, strlen(text));
}

void
answer_failure(struct agent *a, const struct call_end *end, bool partial)
{
	struct buf s = { 0 };
	const char *on = way_on(a, end, partial);
	buf_puts(&s, end->err.text);
	if (end->failure.advice[0] != '\0')
		buf_printf(&s, " %s", end->failure.advice);
	if (on != NULL)
		buf_printf(&s, " %s", on);
	answer_error(a, buf_str(&s), error_detail(end));
	buf_done(&s);
}
