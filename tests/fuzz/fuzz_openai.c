/*
 * fuzz_openai.c - the bytes of a chat completion, cut anywhere, give the same reply; and the same
 * bytes as a whole answer or as an error break nothing.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/openai.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
apply(void *arg, const struct reply_event *ev)
{
	reply_apply(arg, ev);
}

/* The reply as its record, with how it ended. Pieces as in fuzz_sse.c. Owned by the caller. */
static char *
decode(const uint8_t *bytes, size_t n, size_t fixed)
{
	struct openai_decoder d = { 0 };
	struct reply r = { 0 };
	struct buf out = { 0 };
	int rc = 0;
	for (size_t at = 0; at < n && rc == 0;) {
		size_t piece = fixed != 0 ? fixed : bytes[at] % 61u + 1u;
		piece = piece < n - at ? piece : n - at;
		char *own = mem_dup(bytes + at, piece);
		rc = openai_feed(&d, own, piece, apply, &r, NULL);
		free(own);
		at += piece;
	}
	if (rc == 0)
		rc = openai_end(&d, apply, &r, NULL);
	struct message *m = reply_message(&r, "p/m", rc == 0, NULL);
	buf_printf(&out, "%d %s %s ", rc, r.stop_reason != NULL ? r.stop_reason : "-",
	    r.exception != NULL ? r.exception : "-");
	if (m != NULL)
		message_put(&out, m);
	message_unref(m);
	reply_done(&r);
	openai_decoder_done(&d);
	return buf_take(&out, NULL);
}

static void
read_otherwise(const uint8_t *bytes, size_t n)
{
	struct reply r = { 0 };
	struct buf code = { 0 }, message = { 0 };
	char *own = mem_strndup((const char *)bytes, n);
	openai_whole(own, strlen(own), apply, &r, NULL);
	struct json_object *o = json_parse(own, strlen(own), NULL);
	openai_error_of(o, &code, &message);
	struct failure_facts facts = { .status = (int)(n % 600), .code = code.len > 0 ? code.s : NULL,
		.message = buf_str(&message), .model = "m", .provider = "p", .host = "h" };
	struct failure out;
	openai_failure(&out, &facts, NULL);
	if (out.err.text[0] == '\0')
		abort();
	json_free(o);
	buf_done(&code);
	buf_done(&message);
	reply_done(&r);
	free(own);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const size_t pieces[] = { 0, 1, 13 };
	if (n == 0 || n > 60000)
		return 0;
	char *whole = decode(bytes, n, SIZE_MAX);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char *cut = decode(bytes, n, pieces[i]);
		if (strcmp(whole, cut) != 0)
			abort();
		free(cut);
	}
	free(whole);
	read_otherwise(bytes, n);
	return 0;
}
