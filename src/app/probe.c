/*
 * probe.c - see probe.h.
 *
 * One function a kind; the table is made from the list of kinds, so that a new
 * one without its probe does not compile.
 */
#include "config.h"

#include "app/probe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/creds.h"
#include "aws/identity.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/count.h"
#include "model/embed.h"
#include "model/picture.h"
#include "model/whole.h"

enum { ANSWER_MAX = 16 * 1024 * 1024, IDENTITY_MS = 10000 };

/* 0 and what came in *said; -1 and err; 1 = there is nothing to ask, why in *said. */
typedef int probe_ask(struct probe_env *, char **said, struct err *);

/* ---- identity and lists -------------------------------------------------------------- */

static int
ask_AWS_IDENTITY(struct probe_env *env, char **said, struct err *err)
{
	struct identity i;
	const struct creds *c = creds_peek(env->aws);
	bool bearer = c != NULL && c->kind == CREDS_BEARER;
	creds_unref(c);
	if (bearer) {
		*said = mem_strdup(_("A bearer token does not say whose it is."));
		return 1;
	}
	if (identity_get(env->aws, IDENTITY_MS, &i, env->cancel, err) < 0)
		return -1;
	*said = mem_strdup(i.arn != NULL ? i.arn : i.account);
	identity_done(&i);
	return 0;
}

static int
fetch(struct probe_env *env, enum aws_kind kind, const char *path, const char *query, struct http_reply *reply,
    struct err *err)
{
	const struct aws_call call = { .kind = kind, .method = "GET", .path = path, .query = query };
	http_reply_init(reply, ANSWER_MAX);
	return aws_fetch(env->aws, &call, reply, env->cancel, err);
}

/* One page of a list into env->list; how many models it brought, or -1. */
static int
list_page(struct probe_env *env, enum aws_kind call, enum discover_kind kind, const char *path,
    const char *query, struct err *err)
{
	struct http_reply r;
	size_t before = env->list.models.n;
	struct json_object *page = NULL;
	env->into.list = &env->list;
	if (env->list.region == NULL)
		env->list.region = aws_region(env->aws, NULL, NULL);
	if (fetch(env, call, path, query, &r, err) == 0)
		page = discover_read(kind, buf_str(&r.body), r.body.len, err);
	if (page != NULL)
		discover_add(kind, page, &env->into);
	int n = page != NULL ? (int)(env->list.models.n - before) : -1;
	json_free(page);
	http_reply_done(&r);
	return n;
}

static int
ask_AWS_MODELS(struct probe_env *env, char **said, struct err *err)
{
	int n = list_page(env, AWS_MODELS, DISCOVER_MODELS, "/foundation-models", NULL, err);
	if (n >= 0)
		*said = mem_printf(ngettext("%d model", "%d models", (unsigned long)n), n);
	return n >= 0 ? 0 : -1;
}

static int
ask_AWS_PROFILES(struct probe_env *env, char **said, struct err *err)
{
	int n = list_page(env, AWS_PROFILES, DISCOVER_PROFILES, "/inference-profiles", "maxResults=1000", err);
	if (n >= 0)
		*said = mem_printf(ngettext("%d profile", "%d profiles", (unsigned long)n), n);
	return n >= 0 ? 0 : -1;
}

static const struct model *
any_profile(const struct probe_env *env)
{
	for (size_t i = 0; i < env->list.models.n; i++)
		if (env->list.models.v[i].kind == MODEL_PROFILE)
			return &env->list.models.v[i];
	return NULL;
}

static int
ask_AWS_PROFILE(struct probe_env *env, char **said, struct err *err)
{
	const struct model *m = any_profile(env);
	if (m == NULL) {
		*said = mem_strdup(_("There is no inference profile to look at."));
		return 1;
	}
	struct http_reply r;
	struct buf path = { 0 };
	buf_puts(&path, "/inference-profiles/");
	aws_path_segment(&path, m->id);
	int rc = fetch(env, AWS_PROFILE, buf_str(&path), NULL, &r, err);
	if (rc == 0)
		*said = mem_strdup(m->id);
	http_reply_done(&r);
	buf_done(&path);
	return rc;
}

/* ---- models ---------------------------------------------------------------------------- */

const char *
probe_model(const struct probe_env *env)
{
	const struct model *m = env->model == NULL ? catalogue_default(&env->list) : NULL;
	return m != NULL ? m->id : env->model;
}

static int
no_model(char **said)
{
	*said = mem_strdup(_("There is no model to ask: name one with -m."));
	return 1;
}

/* A question that is answered with as little as there is. The message is the caller's to fill. */
static void
make_question(struct converse_ask *ask, struct conversation *c, const char *model)
{
	struct message *m = message_new(MESSAGE_USER);
	conversation_add(c, m);
	*ask = (struct converse_ask){ .model = model, .conversation = c,
		.params = { .max_tokens = 1, .temperature = -1, .top_p = -1 } };
}

static int
ask_model(struct probe_env *env, enum aws_kind kind, const char *model, const char *png, size_t n, char **said,
    struct err *err)
{
	struct conversation c = { 0 };
	struct converse_ask ask;
	struct whole answer = { 0 };
	if (model == NULL)
		return no_model(said);
	make_question(&ask, &c, model);
	int rc = png != NULL ? picture_add(c.v[0], "", png, n, err) : 0;
	message_add(c.v[0], PART_TEXT, "Hi", 2);
	if (rc == 0)
		rc = whole_ask(env->aws, kind, &ask, NULL, &answer, env->cancel, err);
	if (rc == 0)
		*said = mem_printf(_("%s answered"), model);
	whole_done(&answer);
	conversation_done(&c);
	return rc;
}

static int
ask_AWS_CHAT(struct probe_env *env, char **said, struct err *err)
{
	return ask_model(env, AWS_CHAT, probe_model(env), NULL, 0, said, err);
}

static int
ask_AWS_CHAT_WHOLE(struct probe_env *env, char **said, struct err *err)
{
	return ask_model(env, AWS_CHAT_WHOLE, probe_model(env), NULL, 0, said, err);
}

static int
ask_AWS_IMAGE(struct probe_env *env, char **said, struct err *err)
{
	/* A grey square of 8 x 8 pixels, as PNG. */
	static const char square[] = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR42mNogAIGyhgAgIQgARDo"
				     "ahcAAAAASUVORK5CYII=";
	struct buf png = { 0 };
	str_unbase64(&png, square, sizeof square - 1);
	const char *model = env->image_model != NULL ? env->image_model : probe_model(env);
	int rc = ask_model(env, AWS_IMAGE, model, png.s, png.len, said, err);
	buf_done(&png);
	return rc;
}

static int
ask_AWS_EMBED(struct probe_env *env, char **said, struct err *err)
{
	static const char *const text[] = { "adit" };
	const struct embed_ask ask = { .model = env->embed_model, .texts = text, .n = 1 };
	struct vectors vectors = { 0 };
	int rc = embed(env->aws, &ask, &vectors, env->cancel, err);
	if (rc == 0)
		*said = mem_printf(_("%s gave %zu numbers"), env->embed_model != NULL ? env->embed_model : EMBED_MODEL,
		    vectors.v[0].n);
	vectors_done(&vectors);
	return rc;
}

static int
ask_AWS_COUNT(struct probe_env *env, char **said, struct err *err)
{
	struct conversation c = { 0 };
	struct converse_ask ask;
	const char *model = probe_model(env);
	if (model == NULL)
		return no_model(said);
	make_question(&ask, &c, model);
	message_add(c.v[0], PART_TEXT, "Hi", 2);
	long n = count_tokens(env->aws, &ask, env->cancel, err);
	conversation_done(&c);
	if (n >= 0)
		*said = mem_printf(ngettext("%ld token", "%ld tokens", (unsigned long)n), n);
	return n >= 0 ? 0 : -1;
}

/* ---- the table ------------------------------------------------------------------------------ */

#define PROBE(kind, ...) [kind] = ask_##kind,
static probe_ask *const probes[AWS_KINDS] = { AWS_KINDS_OF_CALLS(PROBE) };
#undef PROBE

/* The IAM action that a refusal names, "bedrock:InvokeModel"; false when it names none. */
static bool
find_action(const char *text, char *out, size_t size)
{
	static const char *const services[] = { "bedrock:", "aws-marketplace:", "sts:" };
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		size_t n = strlen(services[i]);
		for (const char *p = strstr(text, services[i]); p != NULL; p = strstr(p + 1, services[i])) {
			size_t letters = 0;
			while (isalpha((unsigned char)p[n + letters]))
				letters++;
			if (letters > 2 && isupper((unsigned char)p[n]) && n + letters < size) {
				snprintf(out, size, "%.*s", (int)(n + letters), p);
				return true;
			}
		}
	}
	return false;
}

static void
note_key(struct probe_env *env, struct probe *p)
{
	struct creds_report *r = creds_report(env->aws);
	if (r->access_key != NULL)
		snprintf(p->key, sizeof p->key, "%s", r->access_key);
	creds_report_free(r);
}

void
probe_run(struct probe_env *env, enum aws_kind kind, struct probe *p)
{
	struct err err = { 0 };
	*p = (struct probe){ .kind = kind };
	int64_t start = clock_ms();
	int rc = probes[kind](env, &p->said, &err);
	p->ms = clock_ms() - start;
	p->state = rc == 0 ? PROBE_OK : rc > 0 ? PROBE_SKIPPED : PROBE_FAILED;
	note_key(env, p);
	if (rc >= 0)
		return;
	p->code = err.code;
	p->said = mem_strdup(err.text);
	if (err.code == ERR_DENIED && find_action(err.text, p->action, sizeof p->action))
		p->state = PROBE_DENIED;
}

void
probe_done(struct probe *p)
{
	free(p->said);
	*p = (struct probe){ 0 };
}

void
probe_env_done(struct probe_env *env)
{
	model_list_done(&env->list);
	discover_into_done(&env->into);
	*env = (struct probe_env){ 0 };
}
