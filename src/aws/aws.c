/*
 * aws.c - the one `struct aws`: its options, its files, its settings.
 *
 * Settings come from the environment or from the profile in force; this file
 * and the sources of credentials are the only code that reads AWS_* variables.
 */
#include "config.h"

#include "aws/aws.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "aws/state.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- options ---------------------------------------------------------------- */

static char *
copy_set(const char *s)
{
	return str_blank(s) ? NULL : str_trim(s);
}

static struct secret *
secret_set(const char *s)
{
	if (str_blank(s))
		return NULL;
	char *trimmed = str_trim(s);
	size_t n = strlen(trimmed);
	struct secret *secret = secret_new(trimmed, n);
	mem_wipe(trimmed, n);
	free(trimmed);
	return secret;
}

static struct options *
options_copy(const struct aws_options *from)
{
	static const struct aws_options none;
	from = from != NULL ? from : &none;
	struct options *o = mem_alloc(sizeof *o);
	o->refs = 1;
	o->profile = copy_set(from->profile);
	o->region = copy_set(from->region);
	o->endpoint = copy_set(from->endpoint);
	o->ca_bundle = copy_set(from->ca_bundle);
	o->access_key_id = copy_set(from->access_key_id);
	o->secret_access_key = secret_set(from->secret_access_key);
	o->session_token = secret_set(from->session_token);
	o->bearer = secret_set(from->bearer);
	for (int i = 0; i < ANYWHERE_SETTINGS; i++)
		o->anywhere[i] = copy_set(from->anywhere[i]);
	if (from->anywhere_seconds > 0) {
		free(o->anywhere[ANYWHERE_DURATION]);
		o->anywhere[ANYWHERE_DURATION] = mem_printf("%ld", from->anywhere_seconds);
	}
	o->insecure_ok = from->insecure_ok;
	o->nobodys = from->nobodys;
	o->process_timeout_ms = from->process_timeout_ms;
	o->answer_timeout_ms = from->answer_timeout_ms;
	return o;
}

static void
options_unref(struct options *o)
{
	if (o == NULL || atomic_fetch_sub(&o->refs, 1) > 1)
		return;
	free(o->profile);
	free(o->region);
	free(o->endpoint);
	free(o->ca_bundle);
	free(o->access_key_id);
	secret_free(o->secret_access_key);
	secret_free(o->session_token);
	secret_free(o->bearer);
	for (int i = 0; i < ANYWHERE_SETTINGS; i++)
		free(o->anywhere[i]);
	free(o);
}

/* ---- life ------------------------------------------------------------------- */

struct aws *
aws_new(const struct aws_options *options, struct engine *engine)
{
	struct aws *aws = mem_alloc(sizeof *aws);
	aws->engine = engine;
	pthread_mutex_init(&aws->lock, NULL);
	aws->options = options_copy(options);
	aws->stored = stored_load(NULL);        /* the bar must not say otherwise before the first call */
	aws->creds = creds_cache_new(aws);
	aws->identity = identity_book_new(aws);
	return aws;
}

void
aws_free(struct aws *aws)
{
	if (aws == NULL)
		return;
	identity_book_free(aws->identity);
	creds_cache_free(aws->creds);
	imds_memory_free(aws->imds);
	options_unref(aws->options);
	profiles_unref(aws->files);
	stored_unref(aws->stored);
	pthread_mutex_destroy(&aws->lock);
	free(aws);
}

void
aws_set_options(struct aws *aws, const struct aws_options *options)
{
	struct options *fresh = options_copy(options);
	pthread_mutex_lock(&aws->lock);
	struct options *old = aws->options;
	aws->options = fresh;
	pthread_mutex_unlock(&aws->lock);
	options_unref(old);
	creds_forget(aws);
}

void
aws_on_prompt(struct aws *aws, int (*prompt)(void *arg, const char *question, struct buf *answer,
    const atomic_bool *cancel), void *arg)
{
	pthread_mutex_lock(&aws->lock);
	aws->prompt = prompt;
	aws->prompt_arg = arg;
	pthread_mutex_unlock(&aws->lock);
}

int
aws_prompt(struct aws *aws, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	pthread_mutex_lock(&aws->lock);
	int (*prompt)(void *, const char *, struct buf *, const atomic_bool *) = aws->prompt;
	void *arg = aws->prompt_arg;
	pthread_mutex_unlock(&aws->lock);
	if (prompt == NULL)
		return -1;
	return prompt(arg, question, answer, cancel) == 0 && !str_blank(buf_str(answer)) ? 0 : -2;
}

/* ---- views ------------------------------------------------------------------ */

/* With the lock held. */
static struct view
take_view(struct aws *aws)
{
	struct view v = { .options = aws->options, .files = profiles_ref(aws->files),
		.stored = stored_ref(aws->stored) };
	atomic_fetch_add(&v.options->refs, 1);
	memcpy(v.machine_region, aws->machine_region, sizeof v.machine_region);
	return v;
}

struct view
aws_view(struct aws *aws)
{
	pthread_mutex_lock(&aws->lock);
	aws->files = profiles_load(aws->files);
	aws->stored = stored_load(aws->stored);
	struct view v = take_view(aws);
	pthread_mutex_unlock(&aws->lock);
	return v;
}

struct view
aws_view_peek(struct aws *aws)
{
	pthread_mutex_lock(&aws->lock);
	struct view v = take_view(aws);
	pthread_mutex_unlock(&aws->lock);
	return v;
}

void
aws_view_done(struct view *v)
{
	options_unref(v->options);
	profiles_unref(v->files);
	stored_unref(v->stored);
	*v = (struct view){ 0 };
}

/* ---- settings --------------------------------------------------------------- */

bool
aws_env_is_set(const char *name)
{
	return !str_blank(getenv(name));
}

char *
aws_env(const char *name)
{
	return copy_set(getenv(name));
}

struct secret *
aws_env_secret(const char *name)
{
	return secret_set(getenv(name));
}

char *
aws_profile_name(const struct view *v, const char **from)
{
	static const char *const variables[] = { "AWS_PROFILE", "AWS_DEFAULT_PROFILE" };
	*from = "--profile";
	if (v->options->profile != NULL)
		return mem_strdup(v->options->profile);
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		*from = variables[i];
		char *name = aws_env(variables[i]);
		if (name != NULL)
			return name;
	}
	*from = NULL;
	return mem_strdup("default");
}

char *
aws_profile(struct aws *aws)
{
	const char *from;
	struct view v = aws_view(aws);
	char *name = aws_profile_name(&v, &from);
	aws_view_done(&v);
	return name;
}

char *
aws_setting(const struct view *v, const char *variable, const char *key, char **from)
{
	char *set = variable != NULL ? aws_env(variable) : NULL;
	if (set != NULL && from != NULL)
		*from = mem_strdup(variable);
	if (set != NULL || key == NULL || v->files == NULL)
		return set;
	const char *named;
	char *profile = aws_profile_name(v, &named);
	const char *value = profile_get(v->files, profile, key);
	if (value != NULL) {
		set = str_trim(value);
		if (from != NULL)
			*from = mem_printf("profile %s", profile);
	}
	free(profile);
	return set;
}

bool
aws_switch(const struct view *v, const char *variable, const char *key, char **from)
{
	char *where = NULL;
	char *set = aws_setting(v, variable, key, &where);
	bool on = set != NULL && str_same_nocase(set, "true");
	free(set);
	if (from != NULL && on)
		*from = where;
	else
		free(where);
	return on;
}

int
aws_max_attempts(struct aws *aws)
{
	struct view v = aws_view(aws);
	char *set = aws_setting(&v, "AWS_MAX_ATTEMPTS", "max_attempts", NULL);
	long n = set != NULL ? strtol(set, NULL, 10) : 0;
	free(set);
	aws_view_done(&v);
	return n >= 1 && n <= 100 ? (int)n : 0;
}

struct engine *
aws_engine(struct aws *aws)
{
	return aws->engine;
}

/* ---- region and endpoint for display ----------------------------------------- */

char *
aws_region(struct aws *aws, const char *model, char **from)
{
	struct view v = aws_view(aws);
	struct region r;
	region_resolve(&v, model, &r, NULL);
	if (from != NULL)
		*from = mem_strdup(r.from);
	char *value = mem_strdup(r.value);
	region_done(&r);
	aws_view_done(&v);
	return value;
}

char *
aws_endpoint(struct aws *aws, enum aws_service service, const char *region, char **from,
    struct err *err)
{
	struct view v = aws_view(aws);
	struct region r;
	struct endpoint e;
	char *url = NULL;
	int rc = region != NULL ? region_named(region, "", &r, err) : region_resolve(&v, NULL, &r, err);
	if (rc == 0 && endpoint_resolve(&v, service, &r, &e, err) == 0) {
		url = mem_printf("%s://%s%s", e.scheme, e.host, e.base);
		if (from != NULL)
			*from = mem_strdup(e.from);
		endpoint_done(&e);
	}
	region_done(&r);
	aws_view_done(&v);
	return url;
}

/* ---- warnings ---------------------------------------------------------------- */

/* Switches and words with a fixed set of values. */
static void
warn_of_values(const struct view *v, struct buf *out)
{
	static const struct {
		const char	*variable, *key;
		const char	*fine[4];
	} rows[] = {
		{ "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", { "true", "false" } },
		{ "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", { "true", "false" } },
		{ "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls",
		    { "true", "false" } },
		{ "AWS_EC2_METADATA_DISABLED", NULL, { "true", "false" } },
		{ "AWS_RETRY_MODE", "retry_mode", { "legacy", "standard", "adaptive" } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *from = NULL;
		char *set = aws_setting(v, rows[i].variable, rows[i].key, &from);
		bool fine = set == NULL;
		for (size_t k = 0; !fine && rows[i].fine[k] != NULL; k++)
			fine = str_same_nocase(set, rows[i].fine[k]);
		if (!fine) {
			buf_printf(out, _("%s has the value “%s” in %s; it is ignored: say %s or %s."),
			    rows[i].key != NULL ? rows[i].key : rows[i].variable, set, from,
			    rows[i].fine[0], rows[i].fine[1]);
			buf_putc(out, '\n');
		}
		free(set);
		free(from);
	}
}

/* What adit stored never comes first in silence, nor is it passed over so. True: it is in force. */
static bool
warn_of_stored(const struct view *v, const char *shadowed, struct buf *out)
{
	const struct options *o = v->options;
	if (!stored_is_there(v->stored))
		return false;
	if (chain_chosen(v) == CHOSEN_BEARER && o->bearer == NULL) {
		if (shadowed != NULL)
			buf_printf(out, _("The API key that adit stored is used, not %s; forget it with /logout or “adit auth "
					  "logout”.\n"), shadowed);
		return true;
	}
	if (o->bearer != NULL || o->access_key_id != NULL)
		buf_puts(out, _("The API key that adit stored is not used: what was given for this run comes first.\n"));
	else if (o->profile != NULL)
		buf_printf(out, _("The API key that adit stored is not used: profile %s, which the command line or adit's "
				  "configuration names, comes first.\n"), o->profile);
	else
		buf_puts(out, _("The API key that adit stored is not used: the certificate of adit's configuration comes "
				"first.\n"));
	return false;
}

static void
warn_of_identity(const struct view *v, struct buf *out)
{
	bool keys = aws_env_is_set("AWS_ACCESS_KEY_ID");
	bool bearer = aws_env_is_set("AWS_BEARER_TOKEN_BEDROCK");
	const char *from;
	char *profile = aws_profile_name(v, &from);
	if (warn_of_stored(v, bearer ? "AWS_BEARER_TOKEN_BEDROCK" : keys ? "AWS_ACCESS_KEY_ID" : from, out)) {
		free(profile);
		return;
	}
	if (v->options->profile != NULL && (keys || bearer))
		buf_printf(out, _("--profile %s is used; the credentials in the environment (%s) are not, "
				  "because a profile given on the command line comes first.\n"), profile,
		    bearer ? "AWS_BEARER_TOKEN_BEDROCK" : "AWS_ACCESS_KEY_ID");
	else if (bearer && (keys || from != NULL))
		buf_printf(out, _("AWS_BEARER_TOKEN_BEDROCK is used for Bedrock; %s is not, because a "
				  "bearer token comes first.\n"), keys ? "AWS_ACCESS_KEY_ID" : from);
	else if (keys && from != NULL)
		buf_printf(out, _("The keys in AWS_ACCESS_KEY_ID are used, not profile %s (%s), because "
				  "keys in the environment come first; unset them to use the profile.\n"),
		    profile, from);
	free(profile);
}

void
aws_warnings(struct aws *aws, struct buf *out)
{
	struct view v = aws_view(aws);
	warn_of_identity(&v, out);
	warn_of_values(&v, out);
	profiles_warnings(v.files, out);
	int64_t skew = aws_clock_skew();
	if (skew != 0) {
		long long minutes = (skew < 0 ? -skew : skew) / 60;
		buf_printf(out, ngettext("The local clock is %lld minute off; corrected for signing.",
				    "The local clock is %lld minutes off; corrected for signing.",
				    (unsigned long)minutes), minutes);
		buf_putc(out, '\n');
	}
	aws_view_done(&v);
}
