/* What adit-sim streams: content, endings, and every fault of the test scenario. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client.h"

static struct sim sim;
static int asked;       /* requests so far: the number of the last one */

static int
start(void **state)
{
	(void)state;
	sim_start_scenario(&sim, "data/scenarios/test.json");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	sim_stop(&sim);
	return 0;
}

static void
ask(struct got *g, const char *text)
{
	sim_ask(&sim, g, "converse-stream", text);
	asked++;
}

static void
assert_done(const char *how)
{
	struct json_object *line = log_line(&sim, asked, true);
	assert_string_equal(json_text(line, "done"), how);
	json_object_put(line);
}

/* ---- whole answers ------------------------------------------------------ */

static void
an_answer_has_its_frames_in_order_and_its_figures(void **state)
{
	(void)state;
	struct got g;
	struct buf names = { 0 }, text = { 0 };
	size_t deltas;
	ask(&g, "echo of my words");
	assert_int_equal(g.status, 200);
	assert_non_null(strstr(buf_str(&g.headers), "application/vnd.amazon.eventstream"));
	event_names(&g.body, &names);
	assert_string_equal(buf_str(&names), "messageStart contentBlockDelta+ contentBlockStop "
	    "messageStop metadata");
	joined_text(&g.body, &text, &deltas);
	assert_string_equal(buf_str(&text), "echo of my words");
	assert_int_equal(deltas, 2);
	assert_done("complete");
	buf_done(&names);
	buf_done(&text);
	got_free(&g);
}

/* The n-th frame's payload as text, "" if there is none; free() nothing, it is static. */
static const char *
payload(const struct buf *stream, const char *type, int n)
{
	static char text[1000];
	struct frame f;
	size_t at = 0;
	text[0] = '\0';
	while (next_frame(stream, &at, &f) == 1) {
		if (strcmp(f.type, type) == 0 && n-- == 0) {
			json_object_object_del(f.payload, "p");
			snprintf(text, sizeof text, "%s", json_object_to_json_string_ext(f.payload,
			    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		}
		frame_free(&f);
	}
	return text;
}

static void
every_payload_is_padded_to_hide_its_length(void **state)
{
	(void)state;
	struct got g;
	struct frame f;
	size_t at = 0, lengths = 0, last = 0;
	ask(&g, "markdown");
	while (next_frame(&g.body, &at, &f) == 1) {
		assert_non_null(json_text(f.payload, "p"));
		size_t n = strlen(json_text(f.payload, "p"));
		lengths += n != last;
		last = n;
		frame_free(&f);
	}
	assert_true(lengths > 5);
	got_free(&g);
}

static void
reasoning_and_tools_have_blocks_of_their_own(void **state)
{
	(void)state;
	struct got g;
	struct buf names = { 0 };
	ask(&g, "tools-reason");
	event_names(&g.body, &names);
	assert_string_equal(buf_str(&names), "messageStart contentBlockDelta+ contentBlockStop "
	    "contentBlockDelta+ contentBlockStop contentBlockStart contentBlockDelta+ "
	    "contentBlockStop messageStop metadata");
	assert_string_equal(payload(&g.body, "contentBlockDelta", 0),
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"The file\"}}}");
	assert_non_null(strstr(payload(&g.body, "contentBlockDelta", 4),
	    "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"c2lt"));
	assert_non_null(strstr(payload(&g.body, "contentBlockStart", 0),
	    "{\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"tooluse_"));
	assert_string_equal(payload(&g.body, "contentBlockDelta", 7),
	    "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\"{\\\"path\\\":\"}}}");
	assert_string_equal(payload(&g.body, "messageStop", 0), "{\"stopReason\":\"tool_use\"}");
	buf_done(&names);
	got_free(&g);
}

static void
special_content_arrives_as_written(void **state)
{
	(void)state;
	static const struct {
		const char *word, *type;
		int n;
		const char *part;
	} cases[] = {
		{ "reason-redacted", "contentBlockDelta", 0,
		    "\"reasoningContent\":{\"redactedContent\":\"c2VjcmV0IHRob3VnaHRz\"}" },
		{ "cite", "contentBlockDelta", 4,
		    "\"delta\":{\"citation\":{\"title\":\"Physics\"" },
		{ "usage-cache", "metadata", 0,
		    "\"totalTokens\":1085,\"cacheReadInputTokens\":1000" },
		{ "stop guardrail", "metadata", 0, "\"trace\":{\"guardrail\":{" },
		{ "stop guardrail", "messageStop", 0, "guardrail_intervened" },
		{ "stop max_tokens", "messageStop", 0, "max_tokens" },
		{ "stop refusal", "messageStop", 0, "refusal" },
		{ "fault exception-model", "modelStreamErrorException", 0,
		    "\"originalStatusCode\":500,\"originalMessage\":\"overloaded\"" },
		{ "fault exception-throttling", "throttlingException", 0, "Too many requests" },
		{ "two-blocks", "contentBlockStop", 1, "{\"contentBlockIndex\":1}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		ask(&g, cases[i].word);
		const char *text = payload(&g.body, cases[i].type, cases[i].n);
		if (strstr(text, cases[i].part) == NULL)
			fail_msg("%s: %s", cases[i].word, text);
		got_free(&g);
	}
}

static void
characters_are_never_cut_in_two(void **state)
{
	(void)state;
	struct got g;
	struct frame f;
	size_t at = 0;
	ask(&g, "unicode");     /* in pieces of three bytes */
	while (next_frame(&g.body, &at, &f) == 1) {
		assert_non_null(f.payload);
		struct json_object *d;
		if (json_object_object_get_ex(f.payload, "delta", &d))
			assert_int_not_equal((unsigned char)json_text(d, "text")[0] & 0xc0, 0x80);
		frame_free(&f);
	}
	got_free(&g);
}

/* ---- faults in the stream ----------------------------------------------- */

static void
faulty_streams_show_the_frames_before_the_fault(void **state)
{
	(void)state;
	static const struct {
		const char *word, *names;
	} cases[] = {
		{ "fault corrupt-prelude", "messageStart contentBlockDelta+ BAD" },
		{ "fault corrupt-message", "messageStart contentBlockDelta+ BAD" },
		{ "fault corrupt-length", "messageStart contentBlockDelta+ BAD" },
		{ "fault corrupt-headers", "messageStart contentBlockDelta+ BAD" },
		{ "fault corrupt-headertype", "messageStart contentBlockDelta+ BAD" },
		{ "fault garbage", " BAD" },
		{ "fault cut", "messageStart contentBlockDelta+ BAD" },
		{ "fault cut-start", "messageStart BAD" },
		{ "fault end", "messageStart contentBlockDelta" },
		{ "fault end-start", "" },
		{ "fault empty", "" },
		{ "fault empty-answer", "messageStart messageStop metadata" },
		{ "fault no-metadata",
		    "messageStart contentBlockDelta+ contentBlockStop messageStop" },
		{ "fault no-block-stop", "messageStart contentBlockDelta+ messageStop metadata" },
		{ "fault exception-internal", "internalServerException" },
		{ "fault exception-validation-late",
		    "messageStart contentBlockDelta+ validationException" },
		{ "fault error-frame", "InternalFailure" },
		{ "fault unknown-event",
		    "messageStart contentBlockDelta+ somethingNew "
		    "contentBlockDelta+ contentBlockStop messageStop metadata" },
		{ "fault surrogate",
		    "messageStart contentBlockDelta+ contentBlockStop messageStop" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		struct buf names = { 0 };
		ask(&g, cases[i].word);
		event_names(&g.body, &names);
		/* how often the last event came is of no interest */
		if (names.len != 0 && names.s[names.len - 1] == '+')
			buf_truncate(&names, names.len - 1);
		if (strcmp(buf_str(&names), cases[i].names) != 0)
			fail_msg("%s: %s", cases[i].word, buf_str(&names));
		buf_done(&names);
		got_free(&g);
	}
}

static void
a_cut_closes_the_connection_in_the_middle_of_a_frame(void **state)
{
	(void)state;
	struct got g;
	ask(&g, "fault cut");
	assert_true(g.code == CURLE_PARTIAL_FILE || g.code == CURLE_RECV_ERROR);
	assert_done("cut");
	got_free(&g);
	ask(&g, "fault end");   /* the other early end is a clean one */
	assert_int_equal(g.code, CURLE_OK);
	assert_done("complete");
	got_free(&g);
}

static void
corrupt_frames_are_wrong_in_just_the_one_way(void **state)
{
	(void)state;
	struct got good, bad;
	struct frame f;
	struct buf text = { 0 };
	size_t at = 0, deltas;
	ask(&good, "fault corrupt-duplicate");  /* sound as far as checksums go */
	joined_text(&good.body, &text, &deltas);
	assert_string_equal(buf_str(&text),
	    "Some text before the fault. never shownafter the fault");
	buf_done(&text);
	got_free(&good);

	ask(&bad, "fault corrupt-headertype");
	while (next_frame(&bad.body, &at, &f) == 1)
		frame_free(&f);
	assert_non_null(memmem(bad.body.s + at, bad.body.len - at, "\003odd\012", 5));
	got_free(&bad);
}

static void
a_hang_sends_nothing_and_ends_with_the_client(void **state)
{
	(void)state;
	static const char *const headers[] = { BEARER, NULL };
	struct got g;
	char *body = question("fault hang");
	sim_call_and_leave(&sim, &g, "/model/" MODEL "/converse-stream", headers, body, ++asked, 0, 150);
	assert_int_equal(g.code, CURLE_OPERATION_TIMEDOUT);
	assert_int_equal(g.headers.len, 0);
	assert_done("client-closed");
	free(body);
	got_free(&g);
}

static void
a_client_that_leaves_a_stall_is_noticed_at_once(void **state)
{
	(void)state;
	static const char *const headers[] = { BEARER, NULL };
	struct got g;
	char *body = question("fault stall");   /* ten minutes, if nobody looks */
	sim_call_and_leave(&sim, &g, "/model/" MODEL "/converse-stream", headers, body, ++asked, 1, 0);
	assert_int_equal(g.status, 200);
	assert_int_equal(g.code, CURLE_OPERATION_TIMEDOUT);
	assert_done("client-closed");           /* does not wait for ten minutes */
	free(body);
	got_free(&g);
}

/* ---- answers instead of a stream ---------------------------------------- */

static void
refusals_look_like_those_of_the_service(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		long status;
		const char *header, *body;
	} cases[] = {
		{ "fault throttle", 429, "x-amzn-errortype: ThrottlingException:http://internal.",
		    "{\"message\":\"Too many requests, please wait before trying again.\"}" },
		{ "fault throttle-tokens", 429, "ThrottlingException",
		    "Too many tokens, please wait" },
		{ "fault throttle-retry-after", 429, "Retry-After: 2", "Too many requests" },
		{ "fault 500", 500, "InternalServerException", "unexpected error" },
		{ "fault 503", 503, "ServiceUnavailableException", "unable to process" },
		{ "fault 502-html", 502, "Content-Type: text/html", "<h1>502 Bad Gateway</h1>" },
		{ "fault html", 200, "Content-Type: text/html", "guest network" },
		{ "fault redirect", 307, "Location: http://127.0.0.1:9/elsewhere", "" },
		{ "fault on-demand", 400, "ValidationException", "isn\u2019t supported" },
		{ "fault denied-scp", 403, "AccessDeniedException", "explicit deny" },
		{ "fault use-case", 404, "ResourceNotFoundException", "use case details" },
		{ "fault model-error", 424, "ModelErrorException", "\"originalStatusCode\":500" },
		{ "fault timeout", 408, "ModelTimeoutException", "took too long" },
		{ "fault empty-error", 500, "InternalServerException", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		ask(&g, cases[i].word);
		if (g.status != cases[i].status ||
		    strstr(buf_str(&g.headers), cases[i].header) == NULL ||
		    strstr(buf_str(&g.headers), "x-amzn-requestid: ") == NULL ||
		    strstr(buf_str(&g.body), cases[i].body) == NULL)
			fail_msg("%s: %ld\n%s%s", cases[i].word, g.status, buf_str(&g.headers),
			    buf_str(&g.body));
		got_free(&g);
	}
}

static void
two_throttles_then_an_answer_and_all_over_again(void **state)
{
	(void)state;
	static const long expected[] = { 429, 429, 200, 429, 429, 200 };
	for (size_t i = 0; i < 6; i++) {
		struct got g;
		ask(&g, "fault throttle-twice");
		assert_int_equal(g.status, expected[i]);
		got_free(&g);
	}
}

/* ---- many pieces, many connections -------------------------------------- */

static size_t
count_trace_lines(void)
{
	char path[96], line[64];
	size_t n = 0;
	long long last = 0;
	snprintf(path, sizeof path, "%s/trace", sim.dir);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		char *rest;
		unsigned long number = strtoul(line, &rest, 10);
		long long t = strtoll(rest, NULL, 10);
		if (number == 1) {      /* a new stream */
			n = 0;
			last = 0;
		}
		assert_int_equal(number, ++n);
		assert_true(t >= last);
		last = t;
	}
	fclose(f);
	return n;
}

static void
a_megabyte_in_fifty_thousand_pieces_is_complete(void **state)
{
	(void)state;
	struct got g;
	struct buf text = { 0 };
	size_t deltas;
	if (asked > 0)          /* the trace names no stream: the one before must have written its own */
		json_object_put(log_line(&sim, asked, true));
	ask(&g, "flood 1mb");
	joined_text(&g.body, &text, &deltas);
	assert_int_equal(text.len, 1000000);
	assert_int_equal(deltas, 50000);
	struct json_object *line = log_line(&sim, asked, true);
	assert_int_equal(json_number(line, "pieces"), 50000);
	assert_int_equal(count_trace_lines(), 50000);
	json_object_put(line);
	buf_done(&text);
	got_free(&g);
}

/* Steps the transfers until all have ended; returns how many gave 200. */
static int
perform_all(CURLM *m, int n)
{
	int running = n, good = 0, left;
	while (running > 0) {
		assert_int_equal(curl_multi_perform(m, &running), CURLM_OK);
		curl_multi_poll(m, NULL, 0, 100, NULL);
		CURLMsg *msg;
		while ((msg = curl_multi_info_read(m, &left)) != NULL) {
			long status = 0;
			curl_easy_getinfo(msg->easy_handle, CURLINFO_RESPONSE_CODE, &status);
			good += msg->data.result == CURLE_OK && status == 200;
		}
	}
	return good;
}

static void
sixty_four_streams_run_side_by_side(void **state)
{
	(void)state;
	enum { N = 64 };
	struct got g[N];
	CURL *handles[N];
	CURLM *m = curl_multi_init();
	struct curl_slist *headers = curl_slist_append(NULL, BEARER);
	char *body = question("slow-start");    /* two seconds: 128 s one after the other */
	for (int i = 0; i < N; i++) {
		handles[i] =
		    sim_handle(&sim, &g[i], "/model/" MODEL "/converse-stream", headers, body);
		curl_multi_add_handle(m, handles[i]);
	}
	assert_int_equal(perform_all(m, N), N);
	asked += N;
	for (int i = 0; i < N; i++) {
		struct buf text = { 0 };
		size_t deltas;
		joined_text(&g[i].body, &text, &deltas);
		assert_string_equal(buf_str(&text), "This took two seconds to begin.");
		buf_done(&text);
		curl_multi_remove_handle(m, handles[i]);
		curl_easy_cleanup(handles[i]);
		got_free(&g[i]);
	}
	curl_multi_cleanup(m);
	curl_slist_free_all(headers);
	free(body);
}

static size_t
refuse_bytes(char *p, size_t size, size_t n, void *count)
{
	(void)p;
	*(int *)count += 1;
	return *(int *)count > 2 ? 0 : size * n;
}

static void
clients_that_leave_a_flood_do_no_harm(void **state)
{
	(void)state;
	struct curl_slist *headers = curl_slist_append(NULL, BEARER);
	char *body = question("flood 10mb");
	for (int i = 0; i < 8; i++) {
		struct got g;
		int count = 0;
		CURL *c = sim_handle(&sim, &g, "/model/" MODEL "/converse-stream", headers, body);
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, refuse_bytes);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, &count);
		assert_int_equal(curl_easy_perform(c), CURLE_WRITE_ERROR);
		curl_easy_cleanup(c);
		asked++;
		assert_done("client-closed");
		got_free(&g);
	}
	curl_slist_free_all(headers);
	free(body);
	struct got g;
	ask(&g, "echo");
	assert_int_equal(g.status, 200);
	got_free(&g);
}

static void
a_connection_serves_one_request_after_the_other(void **state)
{
	(void)state;
	struct got g;
	struct curl_slist *headers = curl_slist_append(NULL, BEARER);
	char *body = question("echo");
	CURL *c = sim_handle(&sim, &g, "/model/" MODEL "/converse-stream", headers, body);
	for (int i = 0; i < 5; i++) {
		long connects = -1;
		assert_int_equal(curl_easy_perform(c), CURLE_OK);
		curl_easy_getinfo(c, CURLINFO_NUM_CONNECTS, &connects);
		assert_int_equal(connects, i == 0 ? 1 : 0);
		asked++;
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	free(body);
	got_free(&g);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		/* First: the trace of an earlier stream may still be on its way to the file. */
		cmocka_unit_test(a_megabyte_in_fifty_thousand_pieces_is_complete),
		cmocka_unit_test(an_answer_has_its_frames_in_order_and_its_figures),
		cmocka_unit_test(every_payload_is_padded_to_hide_its_length),
		cmocka_unit_test(reasoning_and_tools_have_blocks_of_their_own),
		cmocka_unit_test(special_content_arrives_as_written),
		cmocka_unit_test(characters_are_never_cut_in_two),
		cmocka_unit_test(faulty_streams_show_the_frames_before_the_fault),
		cmocka_unit_test(a_cut_closes_the_connection_in_the_middle_of_a_frame),
		cmocka_unit_test(corrupt_frames_are_wrong_in_just_the_one_way),
		cmocka_unit_test(a_hang_sends_nothing_and_ends_with_the_client),
		cmocka_unit_test(a_client_that_leaves_a_stall_is_noticed_at_once),
		cmocka_unit_test(refusals_look_like_those_of_the_service),
		cmocka_unit_test(two_throttles_then_an_answer_and_all_over_again),
		cmocka_unit_test(sixty_four_streams_run_side_by_side),
		cmocka_unit_test(clients_that_leave_a_flood_do_no_harm),
		cmocka_unit_test(a_connection_serves_one_request_after_the_other),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
