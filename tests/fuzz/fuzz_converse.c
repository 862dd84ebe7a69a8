/*
 * fuzz_converse.c - whatever was recorded, what is sent keeps the service's rules.
 *
 * The bytes are a conversation: the first picks model and wishes, then each
 * group of bytes is a part (kind and role, id, length of the text, the text).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/blank.h"
#include "model/converse.h"
#include "model/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(int truth)
{
	if (!truth)
		abort();
}

static const char *const models[] = { "us.anthropic.claude-opus-4-7",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
	"amazon.nova-pro-v1:0", "openai.gpt-oss-120b-1:0",
	    "arn:aws:bedrock:us-east-1:1:application-inference-profile/x" };

/* One part; a new message begins when the third bit says so. */
static size_t
take_part(struct conversation *c, const uint8_t *s, size_t n)
{
	static const char *const ids[] = { "a", "b", "a:b", "a.b", "",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	if (n < 3)
		return n;
	size_t len = s[2] % 16;
	if (len > n - 3)
		len = n - 3;
	enum message_role role = s[1] & 1 ? MESSAGE_ASSISTANT : MESSAGE_USER;
	if (c->n == 0 || c->v[c->n - 1]->role != role || s[1] & 4) {
		struct message *m = message_new(role);
		m->withdrawn = (s[1] & 0x70) == 0x70;
		m->model = s[1] & 8 ? mem_strdup(models[s[0] % 5]) : NULL;
		conversation_add(c, m);
	}
	struct part *p = message_add(c->v[c->n - 1], (enum part_kind)(s[0] % (PART_CITATIONS + 1)),
	    (const char *)s + 3, len);
	p->id = s[1] & 0x80 ? NULL : mem_strdup(ids[s[2] / 16 % 6]);
	p->name = s[1] & 0x40 ? mem_strndup((const char *)s + 3, len) : NULL;
	p->signature = s[1] & 0x10 ? mem_strdup("sig") : NULL;
	p->format = s[1] & 0x20 ? mem_strdup("png") : NULL;
	p->failed = s[1] & 2;
	return 3 + len;
}

/* ---- the rules, read independently of the code that keeps them ------------------ */

static void
check_part(const struct part *p, enum message_role role, bool has_tools)
{
	bool tool = p->kind == PART_TOOL_USE || p->kind == PART_TOOL_RESULT;
	check(p->kind != PART_CITATIONS && (has_tools || !tool));
	check(p->kind != PART_TEXT || !blank_text(p->text, p->len));
	check(p->kind != PART_TOOL_RESULT || !blank_text(p->text, p->len));
	check(p->kind != PART_TOOL_USE || (role == MESSAGE_ASSISTANT && *p->name != '\0' &&
	    strlen(p->name) <= 64));
	if (tool)
		check(*p->id != '\0' && strlen(p->id) <= 64 && strspn(p->id,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == strlen(p->id));
	check(p->kind != PART_DOCUMENT || (*p->name != '\0' && strlen(p->name) <= 200));
	if (p->kind == PART_IMAGE || p->kind == PART_DOCUMENT || p->kind == PART_TOOL_RESULT)
		check(role == MESSAGE_USER);
}

static size_t
count(const struct message *m, enum part_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < m->parts.n; i++)
		n += m->parts.v[i].kind == kind;
	return n;
}

/* The calls of one message are answered by exactly as many results at the head of the next, with
 * their ids. */
static void
check_pairs(const struct message *asked, const struct message *reply)
{
	size_t calls = asked != NULL ? count(asked, PART_TOOL_USE) : 0;
	check(count(reply, PART_TOOL_RESULT) == calls);
	for (size_t i = 0, k = 0; asked != NULL && i < asked->parts.n; i++) {
		if (asked->parts.v[i].kind != PART_TOOL_USE)
			continue;
		check(reply->parts.v[k].kind == PART_TOOL_RESULT);
		check(strcmp(reply->parts.v[k++].id, asked->parts.v[i].id) == 0);
	}
}

static void
check_unique_ids(const struct conversation *c)
{
	struct VEC(const char *) seen = { 0 };
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->v[i]->parts.n; k++) {
			const struct part *p = &c->v[i]->parts.v[k];
			if (p->kind != PART_TOOL_USE)
				continue;
			for (size_t s = 0; s < seen.n; s++)
				check(strcmp(seen.v[s], p->id) != 0);
			vec_add(&seen, p->id);
		}
	vec_done(&seen);
}

static void
check_rules(const struct conversation *c, bool has_tools)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct message *m = c->v[i];
		check(m->parts.n > 0);
		check(m->role == (i % 2 == 0 ? MESSAGE_USER : MESSAGE_ASSISTANT));
		for (size_t k = 0; k < m->parts.n; k++)
			check_part(&m->parts.v[k], m->role, has_tools);
		if (m->role == MESSAGE_USER)
			check_pairs(i > 0 ? c->v[i - 1] : NULL, m);
		check(count(m, PART_DOCUMENT) == 0 || count(m, PART_TEXT) > 0);
	}
	check(c->n % 2 == 1 || c->n == 0);
	check_unique_ids(c);
}

static void
check_body(const struct conversation *c, uint8_t wishes)
{
	struct converse_ask ask = { .model = models[wishes % 5], .system = wishes & 8 ? "S" : NULL,
		.tools = wishes & 16 ?
		    "[{\"toolSpec\":{\"name\":\"t\",\"inputSchema\":{\"json\":{}}}}]" : NULL,
		.conversation = c, .params = { .temperature = 0.5, .top_p = -1,
		    .cache = wishes & 32 ? CACHE_LONG : CACHE_NONE,
		    .effort = wishes & 64 ? EFFORT_HIGH : EFFORT_NONE } };
	struct buf b = { 0 };
	struct err err = { 0 };
	if (converse_body(&b, &ask, &err) == 0) {
		struct json_object *o = json_parse(b.s, b.len, &err);
		check(o != NULL && json_len(json_get(o, "messages")) % 2 == 1);
		json_free(o);
	} else {
		check(err.code == ERR_USAGE);
	}
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0 || n > 4096)
		return 0;
	struct conversation in = { 0 }, out = { 0 };
	for (size_t i = 1; i < n;)
		i += take_part(&in, data + i, n - i);
	struct normalise_rules rules = { .model = models[data[0] % 5],
	    .has_tools = (data[0] & 16) != 0,
		.has_thinking = (data[0] & 64) != 0 };
	normalise(&out, &in, &rules);
	check_rules(&out, rules.has_tools);
	check_body(&in, data[0]);
	conversation_done(&in);
	conversation_done(&out);
	return 0;
}
