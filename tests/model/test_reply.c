#include "script.h"

#include <time.h>

#include "model/reply.h"

/* ---- events as a text: one line each --------------------------------------- */

static const char *const kinds[] = { "start", "text", "reasoning", "signature", "redacted", "tool",
    "input",
	"citation", "end", "stop", "metadata", "exception" };

static void
log_event(void *arg, const struct reply_event *ev)
{
	struct buf *out = arg;
	assert_non_null(ev->text);
	buf_printf(out, "%s %d ", kinds[ev->kind], ev->block);
	buf_add(out, ev->text, ev->len);
	if (ev->name != NULL)
		buf_printf(out, " (%s)", ev->name);
	if (ev->kind == REPLY_METADATA)
		buf_printf(out, " known=%d in=%lld out=%lld read=%lld write=%lld 1h=%lld "
		    "ms=%lld", ev->usage.known,
		    (long long)ev->usage.input, (long long)ev->usage.output,
		    (long long)ev->usage.cache_read,
		    (long long)ev->usage.cache_write, (long long)ev->usage.cache_write_1h,
		    (long long)ev->usage.latency_ms);
	buf_putc(out, '\n');
}

/* Feeds in pieces of `step` bytes; returns what came. The caller frees. */
static char *
decode(const struct buf *bytes, size_t step, bool slow, int *rc, struct err *err)
{
	struct reply_decoder d = { .slow = slow };
	struct buf out = { 0 };
	*rc = 0;
	for (size_t i = 0; i < bytes->len && *rc == 0; i += step)
		*rc = reply_feed(&d, bytes->s + i, bytes->len - i < step ? bytes->len - i : step,
		    log_event, &out, err);
	if (*rc == 0)
		*rc = reply_end(&d, err);
	reply_decoder_done(&d);
	return buf_take(&out, NULL);
}

/* Every split and both roads give these events. */
static void
assert_decodes(const struct buf *bytes, const char *want)
{
	static const size_t steps[] = { 1, 7, 1000, 1 << 20 };
	for (size_t i = 0; i < 8; i++) {
		struct err err = { 0 };
		int rc;
		char *have = decode(bytes, steps[i / 2], i % 2, &rc, &err);
		assert_string_equal(have, want);
		assert_string_equal(err.text, "");
		assert_int_equal(rc, 0);
		free(have);
	}
}

/* ---- the accumulated message ------------------------------------------------ */

static void
apply_event(void *arg, const struct reply_event *ev)
{
	reply_apply(arg, ev);
}

static void
accumulate(struct reply *r, const struct buf *bytes, size_t step)
{
	struct reply_decoder d = { 0 };
	for (size_t i = 0; i < bytes->len; i += step)
		assert_int_equal(reply_feed(&d, bytes->s + i, bytes->len - i < step ?
		    bytes->len - i : step,
			apply_event, r, NULL), 0);
	reply_decoder_done(&d);
}

/* The message of these frames as its record; single quotes in `want`. */
static void
assert_message(const struct buf *bytes, bool whole, const char *want)
{
	struct reply r = { 0 };
	accumulate(&r, bytes, 1);
	struct message *m = reply_message(&r, "m", whole, NULL);
	if (want == NULL) {
		assert_null(m);
	} else {
		struct buf b = { 0 };
		assert_non_null(m);
		buf_putc(&b, '{');
		message_put(&b, m);
		buf_putc(&b, '}');
		assert_same_json(b.s, want);
		buf_done(&b);
	}
	message_unref(m);
	reply_done(&r);
}

#define DELTA "contentBlockDelta"
#define STOP "contentBlockStop"

static void
worked_example(struct buf *b)
{
	script_event(b, "messageStart", "{\"role\":\"assistant\",\"p\":\"abc\"}");
	script_event(b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"Look "
	    "\"}},\"p\":\"a\"}");
	script_event(b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"first.\"}}}");
	script_event(b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"EqQB\"}}}");
	script_event(b, STOP, "{\"contentBlockIndex\":0}");
	script_event(b, DELTA, "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"Let me "
	    "\"},\"p\":\"abcdefgh\"}");
	script_event(b, DELTA, "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"check.\"}}");
	script_event(b, STOP, "{\"contentBlockIndex\":1}");
	script_event(b, "contentBlockStart",
	    "{\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"tooluse_A\",\"name\":\"zoom\"}}}");
	script_event(b, DELTA,
	    "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\"{\\\"x\\\"\"}}}");
	script_event(b, DELTA, "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\": "
	    "2}\"}}}");
	script_event(b, STOP, "{\"contentBlockIndex\":2}");
	script_event(b, "messageStop", "{\"stopReason\":\"tool_use\"}");
	script_event(b, "metadata",
	    "{\"usage\":{\"inputTokens\":40,\"outputTokens\":21,\"totalTokens\":1085,"
		"\"cacheReadInputTokens\":1024,\"cacheWriteInputTokens\":0},\"metrics\":{\"latencyMs\":1500}}");
}

static void
the_worked_example_gives_its_events_at_every_split(void **state)
{
	(void)state;
	struct buf b = { 0 };
	worked_example(&b);
	assert_decodes(&b, "start 0 \nreasoning 0 Look \nreasoning 0 first.\nsignature 0 EqQB\nend "
	    "0 \n"
		"text 1 Let me \ntext 1 check.\nend 1 \ntool 2 tooluse_A (zoom)\ninput 2 "
		    "{\"x\"\ninput 2 : 2}\nend 2 \n"
		"stop 0 tool_use\nmetadata 0  known=1 in=40 out=21 read=1024 write=0 1h=0 "
		    "ms=1500\n");
	buf_done(&b);
}

static void
the_worked_example_adds_up_to_its_message(void **state)
{
	(void)state;
	struct buf b = { 0 };
	worked_example(&b);
	assert_message(&b, true, "{'role':'assistant','model':'m','parts':["
		"{'kind':'reasoning','text':'Look "
		    "first.','signature':'EqQB'},{'kind':'text','text':'Let me check.'},"
		"{'kind':'tool_use','text':'{\\\"x\\\": 2}','id':'tooluse_A','name':'zoom'}]}");
	struct reply r = { 0 };
	accumulate(&r, &b, 3);
	assert_string_equal(r.stop_reason, "tool_use");
	assert_true(r.usage.known);
	assert_int_equal(usage_context(&r.usage), 1085);
	reply_done(&r);
	buf_done(&b);
}

static void
odd_strings_mean_the_same_on_both_roads(void **state)
{
	(void)state;
	struct buf b = { 0 };
	static const char *const payloads[] = {
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"},\"p\":\"ab\"}",
		"{\"contentBlockIndex\":12,\"delta\":{\"text\":\"\\u00e9\\u0041\"}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\\ud83d\\ude00 \\ud83d \\ude00 "
		    "\\ud83dx\"}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"},\"p\":\"\"}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\"}}",
		"{\"p\":\"x\",\"delta\":{\"text\":\"late\"},\"contentBlockIndex\":3}",
		" {\"contentBlockIndex\" : 0, \"delta\":{\"text\":\"spaced\"}} ",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"more\",\"unknown\":[1]},\"unknown\":{}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"nul\\u0000here\"}}",
		"{\"contentBlockIndex\":-4,\"delta\":{\"text\":\"neg\"}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":7}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"hologram\":\"x\"}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"pad\"},\"p\":\"\\u0041\"}",
	};
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
		script_event(&b, DELTA, payloads[i]);
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	int rc;
	char *fast = decode(&b, 5, false, &rc, NULL), *slow = decode(&b, 5, true, &rc, NULL);
	assert_string_equal(fast, slow);
	static const char begin[] = "text 0 a\"b\\c/d\b\f\n\r\t\ntext 12 \xc3\xa9" "A\ntext 0 "
	    "\xf0\x9f\x98\x80 \xef\xbf\xbd "
		"\xef\xbf\xbd \xef\xbf\xbdx\ntext 0 \xe4\xbd\xa0\xe5\xa5\xbd\ntext 0 \ntext 3 "
		    "late\ntext 0 spaced\n"
		"text 0 more\ntext 0 nul";
	assert_memory_equal(fast, begin, sizeof begin - 1);
	free(fast);
	free(slow);
	buf_done(&b);
}

static void
unknown_events_and_starts_of_other_blocks_are_ignored(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, "weather", "not even JSON");
	script_event(&b, "contentBlockStart",
	    "{\"contentBlockIndex\":0,\"start\":{\"image\":{\"format\":\"png\"}}}");
	script_event(&b, "contentBlockStart",
	    "{\"contentBlockIndex\":0,\"start\":{\"toolResult\":{\"toolUseId\":\"a\"}}}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"image\":{\"source\":{}}}}");
	script_event(&b, "messageStop",
	    "{\"stopReason\":\"end_turn\",\"additionalModelResponseFields\":{}}");
	assert_decodes(&b, "stop 0 end_turn\n");
	buf_done(&b);
}

static void
a_payload_that_is_no_json_is_corrupt(void **state)
{
	(void)state;
	static const char *const payloads[] = { "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"cut", "",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"more\"}}x",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"more\"},\"p\":\"a\"}}",
		"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\\x\"}}" };
	struct buf b = { 0 };
	struct err err = { 0 };
	char *have;
	int rc;
	for (size_t i = 0; i < 10; i++) {
		buf_reset(&b);
		script_event(&b, DELTA, payloads[i / 2]);
		have = decode(&b, 3, i % 2, &rc, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(have, "");
		free(have);
	}
	buf_reset(&b);
	buf_puts(&b, "<html><body>Please sign in</body></html>");
	have = decode(&b, 3, false, &rc, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_DATA);
	free(have);
	buf_done(&b);
}

static void
an_end_before_the_stop_is_an_error_and_what_came_is_kept(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"hm\"}}}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"Half an ans\"}}");
	script_event(&b, "contentBlockStart",
	    "{\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"a\",\"name\":\"done\"}}}");
	script_event(&b, STOP, "{\"contentBlockIndex\":2}");
	script_event(&b, "contentBlockStart",
	    "{\"contentBlockIndex\":3,\"start\":{\"toolUse\":{\"toolUseId\":\"b\",\"name\":\"open\"}}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":3,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}");
	struct err err = { 0 };
	int rc;
	free(decode(&b, 1, false, &rc, &err));
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_NETWORK);
	assert_message(&b, false, "{'role':'assistant','model':'m','partial':true,'parts':["
		"{'kind':'reasoning','text':'hm'},{'kind':'text','text':'Half an ans'},"
		"{'kind':'tool_use','text':'{}','id':'a','name':'done'}]}");
	b.len -= 9;     /* and inside a frame */
	free(decode(&b, 1, false, &rc, &err));
	assert_int_equal(rc, -1);
	buf_done(&b);
}

static void
an_exception_is_the_last_event(void **state)
{
	(void)state;
	static const char payload[] = "{\"message\":\"Wrapped\",\"originalStatusCode\":500,\"originalMessage\":\"Inner\"}";
	struct buf b = { 0 };
	script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Half\"}}");
	script_frame_n(&b, "exception", "modelStreamErrorException", payload, strlen(payload));
	script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"never\"}}");
	assert_decodes(&b, "text 0 Half\nexception 0 Inner (modelStreamErrorException)\n");
	struct reply r = { 0 };
	accumulate(&r, &b, 1);
	assert_string_equal(r.exception, "modelStreamErrorException");
	assert_string_equal(r.exception_text, "Inner");
	reply_done(&r);
	buf_reset(&b);
	script_frame_n(&b, "exception", "throttlingException", "not JSON", 8);
	assert_decodes(&b, "exception 0  (throttlingException)\n");
	buf_reset(&b);
	script_frame_n(&b, "error", "InternalError", "", 0);
	assert_decodes(&b, "exception 0  (InternalError)\n");
	buf_done(&b);
}

static void
blocks_are_ordered_by_index_and_a_missing_stop_is_made_up_for(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, DELTA, "{\"contentBlockIndex\":9,\"delta\":{\"text\":\"last\"}}");
	script_event(&b, "contentBlockStart",
	    "{\"contentBlockIndex\":4,\"start\":{\"toolUse\":{\"toolUseId\":\"a\",\"name\":\"t\"}}}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":2,\"delta\":{\"text\":\"first\"}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":2,\"delta\":{\"reasoningContent\":{\"text\":\"mixed\"}}}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":2,\"delta\":{\"text\":\"!\"}}");
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	assert_message(&b, true,
	    "{'role':'assistant','model':'m','parts':[{'kind':'text','text':'first!'},"
		"{'kind':'reasoning','text':'mixed'},{'kind':'tool_use','text':'{}','id':'a','name':'t'},"
		"{'kind':'text','text':'last'}]}");
	struct reply r = { 0 };
	accumulate(&r, &b, 1);
	assert_false(r.usage.known);    /* no metadata: unknown, not zero */
	reply_done(&r);
	buf_done(&b);
}

static void
tool_input_that_is_no_object_is_reported_and_kept_empty(void **state)
{
	(void)state;
	static const char *const inputs[] = { "", "[1]", "{\\\"a\\\":", "{\\\"a\\\":1}" };
	struct buf b = { 0 };
	for (int i = 0; i < 4; i++) {
		char s[200];
		snprintf(s, sizeof s,
		    "{\"contentBlockIndex\":%d,\"start\":{\"toolUse\":{\"toolUseId\":\"id%d\",\"name\":\"t\"}}}", i, i);
		script_event(&b, "contentBlockStart", s);
		snprintf(s, sizeof s,
		    "{\"contentBlockIndex\":%d,\"delta\":{\"toolUse\":{\"input\":\"%s\"}}}", i,
		    inputs[i]);
		script_event(&b, DELTA, s);
	}
	script_event(&b, "messageStop", "{\"stopReason\":\"tool_use\"}");
	struct reply r = { 0 };
	accumulate(&r, &b, 11);
	struct reply_ids bad = { 0 };
	struct message *m = reply_message(&r, "m", true, &bad);
	assert_int_equal(m->parts.n, 4);
	for (int i = 0; i < 3; i++)
		assert_string_equal(m->parts.v[i].text, "{}");
	assert_string_equal(m->parts.v[3].text, "{\"a\":1}");
	assert_int_equal(bad.n, 2);
	assert_string_equal(bad.v[0], "id1");
	assert_string_equal(bad.v[1], "id2");
	free(bad.v[0]);
	free(bad.v[1]);
	vec_done(&bad);
	message_unref(m);
	reply_done(&r);
	buf_done(&b);
}

static void
withheld_thinking_keeps_its_signature_and_redacted_pieces_are_joined(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"Eq\"}}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"QB\"}}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":1,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"Zg==\"}}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":1,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"b28=\"}}}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":2,\"delta\":{\"text\":\" \\n\"}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":3,\"delta\":{\"reasoningContent\":{\"text\":\"\"}}}");
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	assert_message(&b, true, "{'role':'assistant','model':'m','parts':["
		"{'kind':'reasoning','text':'','signature':'EqQB'},{'kind':'redacted','text':'Zm9v'}]}");
	buf_done(&b);
}

static void
nothing_but_blanks_is_no_message(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, "messageStart", "{\"role\":\"assistant\"}");
	script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" "
	    "\\u00a0\\u3000\"}}");
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	assert_message(&b, true, NULL);
	buf_done(&b);
}

static void
cited_text_keeps_its_citations(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"The sky\"}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"citation\":{\"title\":\"A/b\"}}}");
	script_event(&b, DELTA,
	    "{\"contentBlockIndex\":0,\"delta\":{\"citation\":{\"title\":\"C\"}}}");
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	assert_message(&b, true,
	    "{'role':'assistant','model':'m','parts':[{'kind':'citations','name':'The sky',"
		"'text':'{\\\"content\\\":[{\\\"text\\\":\\\"The "
		    "sky\\\"}],\\\"citations\\\":[{\\\"title\\\":\\\"A/b\\\"},{\\\"title\\\":\\\"C\\\"}]}'}]}");
	buf_done(&b);
}

static void
an_answer_that_was_taken_back_is_marked(void **state)
{
	(void)state;
	static const char *const reasons[] = { "guardrail_intervened", "refusal" };
	for (size_t i = 0; i < 2; i++) {
		struct buf b = { 0 };
		char s[64];
		snprintf(s, sizeof s, "{\"stopReason\":\"%s\"}", reasons[i]);
		script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"No.\"}}");
		script_event(&b, "messageStop", s);
		assert_message(&b, true,
		    "{'role':'assistant','model':'m','withdrawn':true,'parts':[{'kind':'text','text':'No.'}]}");
		buf_done(&b);
	}
}

static void
metadata_brings_the_trace_the_router_and_hour_long_writes(void **state)
{
	(void)state;
	struct buf b = { 0 };
	script_event(&b, "messageStop", "{\"stopReason\":\"end_turn\"}");
	script_event(&b, "metadata",
	    "{\"usage\":{\"inputTokens\":1,\"outputTokens\":-3,\"cacheWriteInputTokens\":70,"
		"\"cacheDetails\":[{\"ttl\":\"5m\",\"inputTokens\":20},{\"ttl\":\"1h\",\"inputTokens\":50}]},"
		"\"trace\":{\"promptRouter\":{\"invokedModelId\":\"arn:x\"}}}");
	struct reply r = { 0 };
	accumulate(&r, &b, 1);
	assert_int_equal(r.usage.cache_write, 70);
	assert_int_equal(r.usage.cache_write_1h, 50);
	assert_int_equal(r.usage.output, 0);
	assert_string_equal(r.routed_to, "arn:x");
	assert_non_null(strstr(r.trace, "promptRouter"));
	reply_done(&r);
	buf_done(&b);
}

static void
a_whole_answer_gives_the_same_message(void **state)
{
	(void)state;
	static const char answer[] = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":["
		"{\"reasoningContent\":{\"reasoningText\":{\"text\":\"Look "
		    "first.\",\"signature\":\"EqQB\"}}},"
		"{\"reasoningContent\":{\"redactedContent\":\"Zm9v\"}},{\"text\":\"Let me "
		    "check.\"},"
		"{\"citationsContent\":{\"content\":[{\"text\":\"cited\"}],\"citations\":[{\"title\":\"T\"}]}},"
		"{\"toolUse\":{\"toolUseId\":\"tooluse_A\",\"name\":\"zoom\",\"input\":{\"x\":2}}}]}},"
		"\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":12,\"outputTokens\":5},\"metrics\":{\"latencyMs\":812}}";
	struct reply r = { 0 };
	struct err err = { 0 };
	assert_int_equal(reply_from_converse(answer, sizeof answer - 1, apply_event, &r, &err), 0);
	struct message *m = reply_message(&r, "m", true, NULL);
	struct buf b = { 0 };
	buf_putc(&b, '{');
	message_put(&b, m);
	buf_putc(&b, '}');
	assert_same_json(b.s, "{'role':'assistant','model':'m','parts':["
		"{'kind':'reasoning','text':'Look "
		    "first.','signature':'EqQB'},{'kind':'redacted','text':'Zm9v'},"
		"{'kind':'text','text':'Let me check.'},{'kind':'citations','name':'cited','text':"
		"'{\\\"content\\\":[{\\\"text\\\":\\\"cited\\\"}],\\\"citations\\\":[{\\\"title\\\":\\\"T\\\"}]}'},"
		"{'kind':'tool_use','text':'{\\\"x\\\":2}','id':'tooluse_A','name':'zoom'}]}");
	assert_string_equal(r.stop_reason, "tool_use");
	assert_int_equal(r.usage.latency_ms, 812);
	buf_done(&b);
	message_unref(m);
	reply_done(&r);
	static const char *const bad[] = { "<html>", "{}", "[]",
	    "{\"output\":{\"message\":{\"content\":7}}}" };
	for (size_t i = 0; i < 4; i++) {
		err = (struct err){ 0 };
		assert_int_equal(reply_from_converse(bad[i], strlen(bad[i]), apply_event, &r, &err),
		    -1);
		assert_int_equal(err.code, ERR_DATA);
	}
	reply_done(&r);
}

static void
a_reply_has_a_ceiling(void **state)
{
	(void)state;
	struct buf payload = { 0 }, frame = { 0 };
	buf_puts(&payload, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"");
	for (int i = 0; i < 1024 * 1024; i++)
		buf_putc(&payload, 'x');
	buf_puts(&payload, "\"}}");
	script_event(&frame, DELTA, payload.s);
	struct reply_decoder d = { 0 };
	struct buf ignored = { 0 };
	struct err err = { 0 };
	int rc = 0, n = 0;
	for (; rc == 0 && n < 100; n++) {
		rc = reply_feed(&d, frame.s, frame.len, log_event, &ignored, &err);
		buf_reset(&ignored);
	}
	assert_int_equal(rc, -1);
	assert_int_equal(n, 65);
	assert_int_equal(err.code, ERR_DATA);
	reply_decoder_done(&d);
	buf_done(&ignored);
	buf_done(&payload);
	buf_done(&frame);
}

static void
more_blocks_than_the_ceiling_are_dropped(void **state)
{
	(void)state;
	struct reply r = { 0 };
	for (int i = 0; i < REPLY_MAX_BLOCKS + 100; i++)
		reply_apply(&r, &(struct reply_event){ .kind = REPLY_TEXT, .block = 100000 - i,
		    .text = "x", .len = 1 });
	assert_int_equal(r.blocks.n, REPLY_MAX_BLOCKS);
	reply_done(&r);
}

static void
count_event(void *arg, const struct reply_event *ev)
{
	*(size_t *)arg += ev->len;
}

/* Not a benchmark: it only must not be slow by an order of magnitude, on any machine, with
 * sanitizers on. */
static void
two_hundred_thousand_deltas_are_decoded_in_a_moment(void **state)
{
	(void)state;
	struct buf b = { 0 };
	for (int i = 0; i < 1000; i++)
		script_event(&b, DELTA, "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"word "
		    "\\n12345678\"},\"p\":\"abcdefghijkl\"}");
	struct reply_decoder d = { 0 };
	size_t bytes = 0;
	clock_t start = clock();                /* its own time: others may use the machine, too */
	for (int i = 0; i < 200; i++)
		for (size_t at = 0; at < b.len; at += 16384)
			assert_int_equal(reply_feed(&d, b.s + at, b.len - at < 16384 ? b.len - at :
			    16384, count_event,
				&bytes, NULL), 0);
	int64_t us = (int64_t)(clock() - start) * 1000000 / CLOCKS_PER_SEC;
	print_message("200,000 deltas of %zu bytes in %lld "
	    "ms\n", b.len / 1000, (long long)us / 1000);
	assert_int_equal(bytes, 200000 * 14);
	assert_true(us < 5000000);
	reply_decoder_done(&d);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_gives_its_events_at_every_split),
		cmocka_unit_test(the_worked_example_adds_up_to_its_message),
		cmocka_unit_test(odd_strings_mean_the_same_on_both_roads),
		cmocka_unit_test(unknown_events_and_starts_of_other_blocks_are_ignored),
		cmocka_unit_test(a_payload_that_is_no_json_is_corrupt),
		cmocka_unit_test(an_end_before_the_stop_is_an_error_and_what_came_is_kept),
		cmocka_unit_test(an_exception_is_the_last_event),
		cmocka_unit_test(blocks_are_ordered_by_index_and_a_missing_stop_is_made_up_for),
		cmocka_unit_test(tool_input_that_is_no_object_is_reported_and_kept_empty),
		cmocka_unit_test(withheld_thinking_keeps_its_signature_and_redacted_pieces_are_joined),
		cmocka_unit_test(nothing_but_blanks_is_no_message),
		cmocka_unit_test(cited_text_keeps_its_citations),
		cmocka_unit_test(an_answer_that_was_taken_back_is_marked),
		cmocka_unit_test(metadata_brings_the_trace_the_router_and_hour_long_writes),
		cmocka_unit_test(a_whole_answer_gives_the_same_message),
		cmocka_unit_test(a_reply_has_a_ceiling),
		cmocka_unit_test(more_blocks_than_the_ceiling_are_dropped),
		cmocka_unit_test(two_hundred_thousand_deltas_are_decoded_in_a_moment),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
