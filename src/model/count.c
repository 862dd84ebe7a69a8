/* count.c - see count.h. */
#include "config.h"

#include "model/count.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "model/catalogue.h"
#include "model/picture.h"
#include "text/utf8.h"

enum { ANSWER_MAX = 64 * 1024, IMAGE_TOKENS = 1600 /* of one whose size is not known */ };

/* ---- models that cannot be counted ------------------------------------------------ */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct VEC(char *) uncountable;

static bool
is_uncountable(const char *id)
{
	bool is = false;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < uncountable.n; i++)
		is = is || strcmp(uncountable.v[i], id) == 0;
	pthread_mutex_unlock(&lock);
	return is;
}

static void
remember(const char *id)
{
	pthread_mutex_lock(&lock);
	vec_add(&uncountable, mem_strdup(id));
	pthread_mutex_unlock(&lock);
}

/* ---- the question -------------------------------------------------------------------- */

/* What Converse would be sent, without what it would do with it. */
int
count_body(struct buf *out, const struct converse_ask *ask, struct err *err)
{
	static const char *const members[] = { "messages", "system", "toolConfig", "additionalModelRequestFields" };
	struct buf body = { 0 };
	int rc = converse_body(&body, ask, err);
	struct json_object *o = rc == 0 ? json_parse(buf_str(&body), body.len, err) : NULL;
	buf_done(&body);
	if (o == NULL)
		return -1;
	buf_puts(out, "{\"input\":{\"converse\":{");
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		struct json_object *v = json_get(o, members[i]);
		if (v == NULL)
			continue;
		json_put_key(out, members[i]);
		buf_puts(out, json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
	}
	buf_puts(out, "}}}");
	json_free(o);
	return 0;
}

static long
read_count(const struct http_reply *reply, struct err *err)
{
	struct json_object *o = json_parse(buf_str(&reply->body), reply->body.len, NULL);
	int64_t n = json_int(o, "inputTokens", -1);
	json_free(o);
	if (n < 0 || n > INT32_MAX)
		return err_set(err, ERR_DATA, _("The service did not say how many tokens it counted."));
	return (long)n;
}

static long
ask_service(struct aws *aws, const char *id, const struct converse_ask *ask, const atomic_bool *cancel,
    struct err *err)
{
	struct buf path = { 0 }, body = { 0 };
	struct http_reply reply;
	long n = -1;
	buf_puts(&path, "/model/");
	aws_path_segment(&path, id);
	buf_puts(&path, "/count-tokens");
	http_reply_init(&reply, ANSWER_MAX);
	if (count_body(&body, ask, err) == 0) {
		const struct aws_call call = { .kind = AWS_COUNT,
			.method = "POST",
			.path = buf_str(&path),
			.content_type = "application/json",
			.body = buf_str(&body),
			.body_len = body.len,
			.model = ask->model };
		if (aws_fetch(aws, &call, &reply, cancel, err) == 0)
			n = read_count(&reply, err);
		else if (reply.status == 400)
			remember(id);
	}
	http_reply_done(&reply);
	buf_done(&path);
	buf_done(&body);
	return n;
}

long
count_tokens(struct aws *aws, const struct converse_ask *ask, const atomic_bool *cancel, struct err *err)
{
	char *id = ask->base_model != NULL ? mem_strdup(ask->base_model) : catalogue_base(ask->model);
	long n = -1;
	if (is_uncountable(id))
		err_set(err, ERR_DENIED, _("The service does not count tokens for %s."), id);
	else
		n = ask_service(aws, id, ask, cancel, err);
	free(id);
	return n;
}

/* ---- the estimate ----------------------------------------------------------------------- */

/* Scripts without spaces between words take about a token a character. */
static bool
is_dense(uint32_t cp)
{
	return (cp >= 0x2e80 && cp <= 0x9fff) || (cp >= 0xac00 && cp <= 0xd7af) || (cp >= 0xf900 && cp <= 0xfaff) ||
	    (cp >= 0x20000 && cp <= 0x3ffff);
}

static long
tokens_of(const char *s, size_t n)
{
	size_t bytes = 0, dense = 0;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t used = utf8_decode(s + i, n - i, &cp);
		if (is_dense(cp))
			dense++;
		else
			bytes += used;
		i += used;
	}
	return (long)(dense + (bytes + 3) / 4);
}

/* Claude's rule: width x height / 750. */
static long
tokens_of_image(const struct part *part)
{
	struct buf b = { 0 };
	struct picture p = { 0 };
	if (str_unbase64(&b, part->text, part->len) == 0)
		p = picture_of(b.s, b.len);
	buf_done(&b);
	bool known = p.width > 0 && p.height > 0 && p.width <= PICTURE_MAX_SIDE && p.height <= PICTURE_MAX_SIDE;
	return known ? p.width * p.height / 750 + 1 : IMAGE_TOKENS;
}

static long
tokens_of_part(const struct part *p)
{
	if (p->kind == PART_IMAGE)
		return tokens_of_image(p);
	return p->text != NULL ? tokens_of(p->text, p->len) : 0;
}

long
count_estimate(const struct converse_ask *ask)
{
	long n = ask->system != NULL ? tokens_of(ask->system, strlen(ask->system)) : 0;
	n += ask->tools != NULL ? (long)strlen(ask->tools) / 3 : 0;
	for (size_t i = 0; i < ask->conversation->n; i++) {
		const struct message *m = ask->conversation->v[i];
		n += 4;                                 /* who speaks, and the seams */
		for (size_t k = 0; k < m->parts.n; k++)
			n += tokens_of_part(&m->parts.v[k]);
	}
	return n;
}
