/*
 * embed.c - see embed.h.
 *
 * Batches of models that take only one text at a time go out four at a time;
 * each is a call of its own, so that credentials that expire in the middle are
 * renewed once and the rest goes on.
 */
#include "config.h"

#include "model/embed.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"
#include "model/whole.h"
#include "text/utf8.h"

enum { IN_FLIGHT = 4, ANSWER_MAX = 32 * 1024 * 1024, BYTES_A_TOKEN = 3 };

typedef void put_body(struct buf *, const char *const *texts, size_t n, long dimension, bool query);

struct embed_family {
	const char	*begins;        /* ids that begin so, without prefix of a region */
	const char	*name;
	long		 dimensions[6]; /* the first is the default; 0 ends them */
	size_t		 max_bytes;     /* of a text; a safe estimate where the limit is in tokens */
	size_t		 batch;
	put_body	*put;
};

/* ---- bodies --------------------------------------------------------------------- */

static void
put_titan_v1(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	(void)dimension;
	(void)query;
	buf_putc(b, '{');
	json_put_member(b, "inputText", texts[0]);
	buf_putc(b, '}');
}

static void
put_titan_v2(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	(void)query;
	buf_putc(b, '{');
	json_put_member(b, "inputText", texts[0]);
	json_put_int(b, "dimensions", dimension);
	json_put_bool(b, "normalize", true);
	buf_puts(b, ",\"embeddingTypes\":[\"float\"]}");
}

static void
put_titan_image(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	(void)query;
	buf_putc(b, '{');
	json_put_member(b, "inputText", texts[0]);
	buf_printf(b, ",\"embeddingConfig\":{\"outputEmbeddingLength\":%ld}}", dimension);
}

static void
put_texts(struct buf *b, const char *const *texts, size_t n)
{
	json_put_key(b, "texts");
	buf_putc(b, '[');
	for (size_t i = 0; i < n; i++) {
		json_put_comma(b);
		json_put_string(b, texts[i], strlen(texts[i]));
	}
	buf_putc(b, ']');
}

static void
put_cohere_v3(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)dimension;
	buf_putc(b, '{');
	put_texts(b, texts, n);
	json_put_member(b, "input_type", query ? "search_query" : "search_document");
	json_put_member(b, "truncate", "END");
	buf_puts(b, ",\"embedding_types\":[\"float\"]}");
}

static void
put_cohere_v4(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	buf_putc(b, '{');
	json_put_member(b, "input_type", query ? "search_query" : "search_document");
	put_texts(b, texts, n);
	buf_puts(b, ",\"embedding_types\":[\"float\"]");
	json_put_int(b, "output_dimension", dimension);
	buf_putc(b, '}');
}

static void
put_nova(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	buf_puts(b, "{\"schemaVersion\":\"nova-multimodal-embed-v1\",\"taskType\":\"SINGLE_EMBEDDING\","
		    "\"singleEmbeddingParams\":{");
	json_put_member(b, "embeddingPurpose", query ? "TEXT_RETRIEVAL" : "GENERIC_INDEX");
	json_put_int(b, "embeddingDimension", dimension);
	buf_puts(b, ",\"text\":{\"truncationMode\":\"END\",\"value\":");
	json_put_string(b, texts[0], strlen(texts[0]));
	buf_puts(b, "}}}");
}

static void
put_marengo_2(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	(void)dimension;
	(void)query;
	buf_putc(b, '{');
	json_put_member(b, "inputType", "text");
	json_put_member(b, "inputText", texts[0]);
	json_put_member(b, "textTruncate", "end");
	buf_putc(b, '}');
}

static void
put_marengo_3(struct buf *b, const char *const *texts, size_t n, long dimension, bool query)
{
	(void)n;
	(void)dimension;
	(void)query;
	buf_puts(b, "{\"inputType\":\"text\",\"text\":{\"inputText\":");
	json_put_string(b, texts[0], strlen(texts[0]));
	buf_puts(b, "}}");
}

/* ---- families ------------------------------------------------------------------------ */

/* The first that fits; the last fits everything. Figures: AWS's pages of model parameters, 2026. */
static const struct embed_family families[] = {
	{ "amazon.titan-embed-text-v2", "titan-v2", { 1024, 512, 256 }, 8192 * BYTES_A_TOKEN, 1, put_titan_v2 },
	{ "amazon.titan-embed-image", "titan-image", { 1024, 384, 256 }, 128 * BYTES_A_TOKEN, 1, put_titan_image },
	{ "amazon.nova-2-multimodal", "nova", { 3072, 1024, 384, 256 }, 8192, 1, put_nova },
	{ "cohere.embed-v4", "cohere-v4", { 1536, 1024, 512, 256 }, 128000L * BYTES_A_TOKEN, 96, put_cohere_v4 },
	{ "cohere.embed", "cohere-v3", { 1024 }, 2048, 96, put_cohere_v3 },
	{ "twelvelabs.marengo-embed-3", "marengo-3.0", { 512 }, 500 * BYTES_A_TOKEN, 1, put_marengo_3 },
	{ "twelvelabs.marengo", "marengo-2.7", { 1024 }, 77 * BYTES_A_TOKEN, 1, put_marengo_2 },
	{ "", "titan-v1", { 1536 }, 8000 * BYTES_A_TOKEN, 1, put_titan_v1 },
};

static const char *
without_provider(const char *model)
{
	static const char *const providers[] = { "amazon-bedrock/", "bedrock/", "aws/" };
	for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
		if (str_starts(model, providers[i]))
			return model + strlen(providers[i]);
	return model;
}

/* An ARN's last part; an id without the prefix of a region. */
static const char *
bare(const char *model)
{
	static const char *const prefixes[] = { "us-gov.", "global.", "apac.", "us.", "eu.", "ap.", "au.", "jp.", "ca." };
	const char *slash = strrchr(model, '/');
	model = slash != NULL ? slash + 1 : model;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (str_starts(model, prefixes[i]))
			return model + strlen(prefixes[i]);
	return model;
}

const struct embed_family *
embed_family(const char *model)
{
	const struct embed_family *f = families;
	const char *id = bare(model);
	while (!str_starts(id, f->begins))
		f++;
	return f;
}

const char *
embed_family_name(const struct embed_family *f)
{
	return f->name;
}

size_t
embed_batch(const struct embed_family *f)
{
	return f->batch;
}

long
embed_dimension(const struct embed_family *f, const char *model, long asked, struct err *err)
{
	struct buf known = { 0 };
	if (asked == 0)
		return f->dimensions[0];
	for (size_t i = 0; f->dimensions[i] != 0; i++) {
		if (f->dimensions[i] == asked) {
			buf_done(&known);
			return asked;
		}
		buf_printf(&known, "%s%ld", i > 0 ? ", " : "", f->dimensions[i]);
	}
	err_set(err, ERR_CONFIG, _("%s has no vectors with %ld numbers; it has: %s."), model, asked, buf_str(&known));
	buf_done(&known);
	return -1;
}

/* ---- answers --------------------------------------------------------------------------- */

void
vectors_done(struct vectors *out)
{
	for (size_t i = 0; i < out->n; i++)
		free(out->v[i].v);
	vec_done(out);
}

void
embed_clean(float *v, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		v[i] = isfinite(v[i]) ? v[i] : 0;
		sum += (double)v[i] * (double)v[i];
	}
	double length = sqrt(sum);
	for (size_t i = 0; i < n && length >= 1e-10; i++)
		v[i] = (float)((double)v[i] / length);
}

/* Adds an array of numbers as a vector; false when it is none, or too long to be one. */
static bool
add_vector(struct vectors *out, struct json_object *numbers)
{
	enum { LONGEST = 16384 };
	size_t n = json_len(numbers);
	if (n == 0 || n > LONGEST || !json_object_is_type(numbers, json_type_array))
		return false;
	struct vector x = { mem_resize_array(NULL, n, sizeof(float)), n };
	for (size_t i = 0; i < n; i++)
		x.v[i] = (float)json_object_get_double(json_item(numbers, i));
	embed_clean(x.v, n);
	vec_add(out, x);
	return true;
}

/* [[…],[…]], or a list of objects with an "embedding". */
static void
add_list(struct vectors *out, struct json_object *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct json_object *item = json_item(list, i);
		add_vector(out, json_object_is_type(item, json_type_array) ? item : json_get(item, "embedding"));
	}
}

/* Every form that one of the models is known to answer with. */
static void
add_all(struct vectors *out, struct json_object *o)
{
	struct json_object *embeddings = json_get(o, "embeddings"), *data = json_get(o, "data");
	if (json_get(embeddings, "float") != NULL)
		add_list(out, json_get(embeddings, "float"));
	else if (embeddings != NULL)
		add_list(out, embeddings);
	else if (json_object_is_type(data, json_type_array))
		add_list(out, data);
	else if (data != NULL)
		add_vector(out, json_get(data, "embedding"));
	else if (!add_vector(out, json_get(o, "embedding")))
		add_vector(out, json_at(o, "embeddingsByType.float"));
}

int
embed_parse(const char *json, size_t len, const char *model, size_t n, long dimension, struct vectors *out,
    struct err *err)
{
	struct json_object *o = json_parse(json, len, err);
	struct vectors got = { 0 };
	int rc = o != NULL ? 0 : -1;
	const char *said = json_str(o, "message", NULL);
	if (o != NULL)
		add_all(&got, o);
	if (rc == 0 && got.n == 0 && said != NULL)
		rc = err_set(err, ERR_DATA, "%s: %s", model, said);
	else if (rc == 0 && got.n != n)
		rc = err_set(err, ERR_DATA, _("%s gave %zu vectors for %zu texts."), model, got.n, n);
	for (size_t i = 0; rc == 0 && i < got.n; i++)
		if (got.v[i].n != (size_t)dimension)
			rc = err_set(err, ERR_DATA, _("%s gave a vector of %zu numbers where %ld were asked for."), model,
			    got.v[i].n, dimension);
	for (size_t i = 0; rc == 0 && i < got.n; i++)
		vec_add(out, got.v[i]);
	if (rc == 0)
		got.n = 0;
	vectors_done(&got);
	json_free(o);
	return rc;
}

void
embed_body(struct buf *b, const struct embed_family *f, const char *const *texts, size_t n, long dimension,
    bool query)
{
	f->put(b, texts, n, dimension, query);
}

/* ---- asking -------------------------------------------------------------------------------- */

/* The texts of one call, and what came. */
struct batch {
	struct VEC(const char *) texts;
	struct VEC(size_t) at;          /* their places among those that were asked for */
	struct vectors	 vectors;
	struct err	 err;
};

struct work {
	struct aws			*aws;
	const char			*model;
	const struct embed_family	*family;
	long				 dimension;
	bool				 query;
	const atomic_bool		*cancel;
	struct VEC(struct batch)	 batches;
	atomic_size_t			 next;
	atomic_bool			 failed;        /* one is enough: the rest is not begun */
};

static int
ask(const struct work *w, struct batch *b)
{
	struct buf path = { 0 }, body = { 0 };
	struct http_reply reply;
	buf_puts(&path, "/model/");
	aws_path_segment(&path, w->model);
	buf_puts(&path, "/invoke");
	embed_body(&body, w->family, b->texts.v, b->texts.n, w->dimension, w->query);
	http_reply_init(&reply, ANSWER_MAX);
	const struct aws_call call = { .kind = AWS_EMBED,
		.method = "POST",
		.path = buf_str(&path),
		.content_type = "application/json",
		.body = buf_str(&body),
		.body_len = body.len,
		.model = w->model };
	int rc = aws_fetch(w->aws, &call, &reply, w->cancel, &b->err);
	if (rc == 0)
		rc = embed_parse(buf_str(&reply.body), reply.body.len, w->model, b->texts.n, w->dimension, &b->vectors,
		    &b->err);
	else
		whole_explain(w->model, &reply, &b->err);
	http_reply_done(&reply);
	buf_done(&path);
	buf_done(&body);
	return rc;
}

static void *
work_main(void *arg)
{
	struct work *w = arg;
	for (;;) {
		size_t i = atomic_fetch_add(&w->next, 1);
		if (i >= w->batches.n || atomic_load(&w->failed))
			return NULL;
		if (ask(w, &w->batches.v[i]) < 0)
			atomic_store(&w->failed, true);
	}
}

/* This thread and up to three more. */
static void
run(struct work *w)
{
	pthread_t threads[IN_FLIGHT - 1];
	size_t n = 0;
	while (n < IN_FLIGHT - 1 && n + 1 < w->batches.n && pthread_create(&threads[n], NULL, work_main, w) == 0)
		n++;
	work_main(w);
	while (n > 0)
		pthread_join(threads[--n], NULL);
}

/* The text as it is sent: what is too long is cut at a character. Caller frees. */
static char *
cut(const struct work *w, const char *text)
{
	size_t n = strlen(text);
	if (n <= w->family->max_bytes)
		return mem_strdup(text);
	log_warn("embed: a text of %zu bytes was cut to %zu for %s", n, w->family->max_bytes, w->model);
	return mem_strndup(text, utf8_whole(text, w->family->max_bytes));
}

static void
deal(struct work *w, const struct embed_ask *asked)
{
	for (size_t i = 0; i < asked->n; i++) {
		if (str_blank(asked->texts[i]))
			continue;
		if (w->batches.n == 0 || w->batches.v[w->batches.n - 1].texts.n >= w->family->batch)
			vec_add(&w->batches, (struct batch){ 0 });
		struct batch *b = &w->batches.v[w->batches.n - 1];
		vec_add(&b->texts, cut(w, asked->texts[i]));
		vec_add(&b->at, i);
	}
}

static int
gather(struct work *w, size_t n, struct vectors *out, struct err *err)
{
	for (size_t i = 0; i < w->batches.n; i++)
		if (w->batches.v[i].err.code != ERR_NONE)
			return err_set(err, w->batches.v[i].err.code, "%s", w->batches.v[i].err.text);
	for (size_t i = 0; i < n; i++)
		vec_add(out, (struct vector){ 0 });
	for (size_t i = 0; i < w->batches.n; i++) {
		struct batch *b = &w->batches.v[i];
		for (size_t k = 0; k < b->vectors.n; k++)
			out->v[b->at.v[k]] = b->vectors.v[k];
		b->vectors.n = 0;
	}
	return 0;
}

static void
work_done(struct work *w)
{
	for (size_t i = 0; i < w->batches.n; i++) {
		struct batch *b = &w->batches.v[i];
		for (size_t k = 0; k < b->texts.n; k++)
			free((char *)(uintptr_t)b->texts.v[k]);
		vec_done(&b->texts);
		vec_done(&b->at);
		vectors_done(&b->vectors);
	}
	vec_done(&w->batches);
}

/* The family of a profile that somebody made is that of the model behind it. */
static const struct embed_family *
family_behind(struct aws *aws, const char *model, const atomic_bool *cancel)
{
	if (strstr(model, ":application-inference-profile/") == NULL)
		return embed_family(model);
	char *base = known_ask(aws, model, cancel, NULL);
	const struct embed_family *f = embed_family(base != NULL ? base : model);
	free(base);
	return f;
}

int
embed(struct aws *aws, const struct embed_ask *asked, struct vectors *out, const atomic_bool *cancel,
    struct err *err)
{
	struct work w = { .aws = aws, .query = asked->query, .cancel = cancel };
	w.model = without_provider(!str_blank(asked->model) ? asked->model : EMBED_MODEL);
	w.family = family_behind(aws, w.model, cancel);
	w.dimension = embed_dimension(w.family, w.model, asked->dimension, err);
	*out = (struct vectors){ 0 };
	if (w.dimension < 0)
		return -1;
	deal(&w, asked);
	run(&w);
	int rc = gather(&w, asked->n, out, err);
	work_done(&w);
	return rc;
}
