/* chain.c - see chain.h. The two tables are the point of this file. */
#include "config.h"

#include "aws/chain.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

/* In the order in which they are asked. */
static const struct source sources[] = {
	{ N_("bearer token"), SOURCE_BEARER, CHOSEN_BEARER, source_bearer_is_set, source_bearer },
	{ N_("environment keys"), SOURCE_KEYS, CHOSEN_KEYS, source_env_is_set, source_env },
	{ N_("profile"), SOURCE_PROFILE, CHOSEN_PROFILE, source_profile_is_set, source_profile },
	{ "IAM Roles Anywhere", SOURCE_CHAIN, CHOSEN_ANYWHERE, source_rolesanywhere_is_set, source_rolesanywhere },
	{ N_("web identity"), SOURCE_CHAIN, CHOSEN_NOTHING, source_web_is_set, source_web },
	{ N_("container"), SOURCE_CHAIN, CHOSEN_NOTHING, source_container_is_set, source_container },
	{ "imds", SOURCE_CHAIN, CHOSEN_NOTHING, source_imds_is_set, source_imds },
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

static bool
has(const struct source_ask *ask, const char *key)
{
	return profile_get(ask->view->files, ask->profile, key) != NULL;
}

static bool
assumes_a_role(const struct source_ask *ask)
{
	return has(ask, "role_arn") && !has(ask, "web_identity_token_file");
}

static bool
has_web_identity(const struct source_ask *ask)
{
	return has(ask, "web_identity_token_file");
}

static bool
has_sso(const struct source_ask *ask)
{
	return has(ask, "sso_role_name") || has(ask, "sso_account_id");
}

static bool
has_static_keys(const struct source_ask *ask)
{
	return has(ask, "aws_access_key_id") || has(ask, "aws_secret_access_key");
}

static bool
has_login(const struct source_ask *ask)
{
	return has(ask, "login_session");
}

static bool
has_process(const struct source_ask *ask)
{
	return has(ask, "credential_process");
}

/* What a profile selects: the first row that applies. */
static const struct style styles[] = {
	{ N_("an assumed role (role_arn)"), assumes_a_role, source_role },
	{ N_("a web identity token"), has_web_identity, source_web_profile },
	{ N_("SSO (IAM Identity Center)"), has_sso, source_sso },
	{ N_("static keys"), has_static_keys, source_static },
	{ N_("console sign-in (login_session)"), has_login, source_login },
	{ "credential_process", has_process, source_process },
	{ "IAM Roles Anywhere", source_rolesanywhere_applies, source_rolesanywhere },
};

const struct style *
chain_style(const struct source_ask *ask)
{
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		if (styles[i].applies(ask))
			return &styles[i];
	return NULL;
}

/* ---- asking ------------------------------------------------------------------ */

enum chosen
chain_chosen(const struct view *v)
{
	const struct options *o = v->options;
	if (o->bearer != NULL)
		return CHOSEN_BEARER;
	if (o->access_key_id != NULL)
		return CHOSEN_KEYS;
	if (o->profile != NULL)
		return CHOSEN_PROFILE;
	for (int i = 0; i < ANYWHERE_SETTINGS; i++)
		if (o->anywhere[i] != NULL)
			return CHOSEN_ANYWHERE;
	return stored_is_there(v->stored) ? CHOSEN_BEARER : CHOSEN_NOTHING;
}

char *
chain_ask(const struct view *v, bool bearer_ok, struct source_ask *ask)
{
	*ask = (struct source_ask){ .view = v, .bearer_ok = bearer_ok, .chosen = chain_chosen(v) };
	char *profile = aws_profile_name(v, &ask->profile_from);
	ask->profile = profile;
	return profile;
}

/* A profile that nobody named is a part of the default chain. */
static enum creds_source
bar_of(const struct source *s, const struct source_ask *ask)
{
	return s->bar == SOURCE_PROFILE && ask->profile_from == NULL ? SOURCE_CHAIN : s->bar;
}

/* Not a word about it where nobody configured it: no AWS tool has it in its chain. */
static bool
is_offered(const struct source *s, const struct source_ask *ask)
{
	return s->serves != CHOSEN_ANYWHERE || ask->chosen == CHOSEN_ANYWHERE;
}

static bool
may_ask(const struct source *s, const struct source_ask *ask)
{
	return ask->chosen == CHOSEN_NOTHING || ask->chosen == s->serves;
}

static void
peek(const struct source *s, const struct source_ask *ask, struct step *step)
{
	*step = (struct step){ .bar = bar_of(s, ask),
		.tried = { .name = mem_strdup(_(s->name)), .state = TRIED_NOT_ASKED, .ms = -1 } };
	step->is_set = s->is_set(ask, &step->tried.detail);
}

void
chain_peek(const struct source_ask *ask, struct steps *steps)
{
	for (size_t i = 0; i < N_SOURCES; i++) {
		struct step step;
		if (!is_offered(&sources[i], ask))
			continue;
		peek(&sources[i], ask, &step);
		vec_add(steps, step);
	}
}

/* Credentials become header values: nothing in them may end a header or be cut off on the way. */
static bool
is_header_safe(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return true;
}

static bool
is_sound(const struct creds *c)
{
	const char *id = c->access_key_id != NULL ? c->access_key_id : "";
	return is_header_safe(id, strlen(id)) &&
	    is_header_safe(secret_reveal(c->session_token), secret_len(c->session_token)) &&
	    is_header_safe(secret_reveal(c->bearer), secret_len(c->bearer));
}

enum answer
chain_check(const struct creds *c, const struct creds_tried *tried, struct err *err)
{
	if (!is_sound(c)) {
		err_set(err, ERR_CREDENTIALS,
		    _("%s: a key or token has a space, a line break or another character that cannot be in "
		      "one; copy it again."), tried->name);
		return ANSWER_FAILED;
	}
	if (c->expires != 0 && c->expires <= creds_now()) {
		char when[32];
		clock_iso8601(c->expires, when);
		err_set(err, ERR_CREDENTIALS, _("The credentials from “%s” expired before they came, at %s: whoever gives "
						"them must renew them, or the clock here is wrong."), tried->name, when);
		return ANSWER_FAILED;
	}
	return ANSWER_FOUND;
}

static enum answer
ask_source(struct aws *aws, const struct source *s, const struct source_ask *ask,
    struct creds *out, struct step *step, struct err *err)
{
	static const int states[] = { [ANSWER_FOUND] = TRIED_FOUND,
		[ANSWER_NOT_CONFIGURED] = TRIED_NOT_CONFIGURED,
		[ANSWER_FAILED] = TRIED_FAILED };
	struct err why = { 0 };
	int64_t start = clock_ms();
	peek(s, ask, step);
	*out = (struct creds){ 0 };
	enum answer a = s->fetch(aws, ask, out, &step->tried, &why);
	if (a == ANSWER_FOUND)
		a = chain_check(out, &step->tried, &why);
	step->tried.ms = clock_ms() - start;
	step->tried.state = states[a];
	if (a == ANSWER_FAILED) {
		bool is_general = why.code == ERR_NONE || why.code == ERR_FAILED || why.code == ERR_DATA;
		tried_says(&step->tried, "%s", why.text);
		err_set(err, is_general ? ERR_CREDENTIALS : why.code, "%s", why.text);
	}
	if (a != ANSWER_FOUND)
		creds_clear(out);
	log_debug("credentials: %s: %s after %lld ms", s->name,
	    a == ANSWER_FOUND ? "found" : a == ANSWER_FAILED ? "failed" : "not configured",
	    (long long)step->tried.ms);
	return a;
}

/* Where the metadata service's token does not come back, unless somebody raised its hop limit. */
static bool
is_in_container(void)
{
	return getenv("KUBERNETES_SERVICE_HOST") != NULL || getenv("container") != NULL ||
	    file_exists("/.dockerenv") || file_exists("/run/.containerenv");
}

/* Everybody was asked and nobody is configured. */
static void
say_nothing_found(const struct steps *steps, struct err *err)
{
	struct buf b;
	buf_init(&b, 280);              /* what to do must fit behind it; auth status has the rest */
	for (size_t i = 0; i < steps->n; i++) {
		const struct creds_tried *t = &steps->v[i].tried;
		if (t->state == TRIED_NOT_CONFIGURED)
			buf_printf(&b, "%s%.120s", b.len > 0 ? "; " : "", t->detail != NULL ? t->detail : t->name);
	}
	err_set(err, ERR_CREDENTIALS,
	    _("No AWS credentials. Tried: %s. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
	      "AWS_BEARER_TOKEN_BEDROCK, or use --profile.%s"), buf_str(&b),
	    is_in_container() ? _(" In this container, IMDS may need a higher hop limit.") : "");
	buf_done(&b);
}

enum answer
chain_walk(struct aws *aws, const struct source_ask *ask, struct creds *out, struct steps *steps,
    struct err *err)
{
	enum answer a = ANSWER_NOT_CONFIGURED;
	for (size_t i = 0; i < N_SOURCES; i++) {
		struct step step;
		if (!is_offered(&sources[i], ask))
			continue;
		if (a == ANSWER_NOT_CONFIGURED && may_ask(&sources[i], ask))
			a = ask_source(aws, &sources[i], ask, out, &step, err);
		else
			peek(&sources[i], ask, &step);
		vec_add(steps, step);
	}
	if (a == ANSWER_NOT_CONFIGURED)
		say_nothing_found(steps, err);
	return a;
}

void
steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		struct creds_tried *t = &steps->v[i].tried;
		for (size_t k = 0; k < t->looked_at.n; k++)
			free(t->looked_at.v[k]);
		vec_done(&t->looked_at);
		free(t->name);
		free(t->detail);
	}
	vec_done(steps);
}

/* ---- for the sources ---------------------------------------------------------- */

static char * __attribute__((format(printf, 1, 0)))
vprint(const char *fmt, va_list ap)
{
	struct buf b;
	buf_init(&b, 0);
	buf_vprintf(&b, fmt, ap);
	return buf_take(&b, NULL);
}

void
tried_looked(struct creds_tried *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vec_add(&t->looked_at, vprint(fmt, ap));
	va_end(ap);
}

void
tried_says(struct creds_tried *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = vprint(fmt, ap);
	va_end(ap);
	free(t->detail);
	t->detail = s;
}

void
tried_named(struct creds_tried *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = vprint(fmt, ap);
	va_end(ap);
	free(t->name);
	t->name = s;
}

void
creds_clear(struct creds *c)
{
	free(c->access_key_id);
	secret_free(c->secret_access_key);
	secret_free(c->session_token);
	secret_free(c->bearer);
	free(c->account);
	free(c->profile);
	free(c->label);
	*c = (struct creds){ 0 };
}

/* The fifth field. */
char *
creds_account_of(const char *arn)
{
	for (int i = 0; arn != NULL && i < 4; i++) {
		arn = strchr(arn, ':');
		arn = arn != NULL ? arn + 1 : NULL;
	}
	size_t n = arn != NULL ? strcspn(arn, ":") : 0;
	return n > 0 ? mem_strndup(arn, n) : NULL;
}

int64_t
creds_now(void)
{
	return clock_wall() + aws_clock_skew();
}
