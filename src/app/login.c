/* login.c - see login.h. The table is the point of this file. */
#include "config.h"

#include "app/login.h"

#include <string.h>
#include <time.h>

#include "app/demo.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_HOPS = 16 };

static const struct login_method methods[LOGIN_WAYS] = {
	[LOGIN_SSO] = { "sso", N_("[SESSION|PROFILE]"), N_("sign in to an SSO session of the AWS files") },
	[LOGIN_CONSOLE] = { "console", N_("[PROFILE]"), N_("sign in as for the AWS console, in a browser") },
	[LOGIN_PROCESS] = { "process", N_("[PROFILE]"), N_("run a profile's credential_process again") },
	[LOGIN_PROFILE] = { "profile", N_("[NAME]"), N_("see whether a profile signs in, and how to use it") },
	[LOGIN_API_KEY] = { "api-key", "", N_("store a Bedrock API key") },
	[LOGIN_SSO_NEW] = { "sso-new", "", N_("set up a new SSO session and a profile for it") },
	[LOGIN_KEYS] = { "keys", "", N_("access keys, for one run") },
	[LOGIN_DEMO] = { "demo", "", N_("the demo: no AWS account needed") },
};

const struct login_method *
login_method(enum login_way way)
{
	return &methods[way];
}

int
login_way_named(const char *name)
{
	for (int i = 0; i < LOGIN_WAYS; i++)
		if (strcmp(methods[i].name, name) == 0)
			return i;
	return -1;
}

/* ---- profiles ---------------------------------------------------------------------- */

char *
login_root(const struct profiles *files, const char *profile)
{
	for (int hops = 0; hops < MAX_HOPS; hops++) {
		const char *source = profile_get(files, profile, "role_arn") != NULL ?
		    profile_get(files, profile, "source_profile") : NULL;
		if (source == NULL || strcmp(source, profile) == 0)
			break;
		profile = source;
	}
	return mem_strdup(profile);
}

void
login_profiles_of(const struct profiles *files, const struct sso_target *target, struct profile_names *out)
{
	struct profile_names all = { 0 };
	profiles_names(files, &all);
	for (size_t i = 0; i < all.n; i++)
		if (profile_get(files, all.v[i], "sso_account_id") != NULL &&
		    profile_get(files, all.v[i], "sso_role_name") != NULL && sso_target_serves(target, files, all.v[i]))
			vec_add(out, mem_strdup(all.v[i]));
	profile_names_done(&all);
}

/* ---- names and addresses -------------------------------------------------------------- */

char *
login_session_name(const char *url)
{
	const char *host = strstr(url, "://");
	host = host != NULL ? host + 3 : url;
	size_t n = strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
	return n > 0 ? mem_strndup(host, n) : mem_strdup("sso");
}

int
login_check_start_url(const char *url, struct err *err)
{
	size_t n = strcspn(url, " \t\"'<>");
	if (!str_starts(url, "https://") || url[n] != '\0' || strchr(url + strlen("https://"), '.') == NULL)
		return err_set(err, ERR_USAGE, _("That is not a start URL: it begins with https://, like "
						 "https://d-1234567890.awsapps.com/start. Your administrator or the AWS "
						 "access portal's address bar has it."));
	return 0;
}

/* ---- choices ----------------------------------------------------------------------------- */

static struct login_choice *
add(struct login_choices *out, enum login_way way, const char *what, char *text, char *detail)
{
	struct login_choice c = { .way = way, .text = text, .detail = detail,
		.key = what != NULL ? mem_printf("%s %s", methods[way].name, what) : mem_strdup(methods[way].name) };
	vec_add(out, c);
	return &out->v[out->n - 1];
}

static char *
join(const struct profile_names *names, size_t most)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < names->n && i < most; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", names->v[i]);
	if (names->n > most)
		buf_puts(&b, ", …");
	return buf_take(&b, NULL);
}

static char *
local_time(int64_t t)
{
	char out[64];
	struct tm tm;
	time_t when = (time_t)t;
	localtime_r(&when, &tm);
	strftime(out, sizeof out, "%Y-%m-%d %H:%M", &tm);
	return mem_strdup(out);
}

/* The address, whether one is signed in there, and for whom it is. */
static char *
sso_detail(const struct profiles *files, const struct sso_target *t)
{
	struct profile_names names = { 0 };
	int64_t until = sso_signed_in_until(t);
	struct buf b = { 0 };
	login_profiles_of(files, t, &names);
	buf_printf(&b, "%s (%s)\n", t->start_url, t->region);
	if (until != 0) {
		char *when = local_time(until);
		buf_printf(&b, _("Signed in until %s."), when);
		buf_putc(&b, '\n');
		free(when);
	}
	if (names.n > 0) {
		char *list = join(&names, 6);
		buf_printf(&b, ngettext("For profile %s.", "For the profiles %s.", names.n), list);
		free(list);
	} else {
		buf_puts(&b, _("No profile uses it yet: one is made from the account and role that you choose."));
	}
	profile_names_done(&names);
	return buf_take(&b, NULL);
}

/* Takes the target. */
static void
add_sso(struct login_choices *out, const struct profiles *files, struct sso_target *t, const char *profile)
{
	char *text = profile != NULL
	    ? mem_printf(_("Sign in to SSO: %s, for profile %s"), sso_target_name(t), profile)
	    : mem_printf(_("Sign in to SSO: %s"), sso_target_name(t));
	struct login_choice *c = add(out, LOGIN_SSO, sso_target_name(t), text, sso_detail(files, t));
	c->target = *t;
	c->profile = mem_strdup(profile);
}

/* What would mend the profile in force, by what it signs in with. */
static void
add_mender(struct login_choices *out, const struct profiles *files, const char *profile)
{
	struct sso_target t;
	char *root = login_root(files, profile);
	bool is_sso = profile_get(files, root, "sso_account_id") != NULL ||
	    profile_get(files, root, "sso_role_name") != NULL;
	if (is_sso && sso_target_of_profile(files, root, &t, NULL) == 0)
		add_sso(out, files, &t, profile);
	else if (profile_get(files, root, "login_session") != NULL)
		add(out, LOGIN_CONSOLE, root, mem_printf(_("Sign in again in a browser, for profile %s"), root),
		    mem_strdup(profile_get(files, root, "login_session")))->profile = mem_strdup(root);
	else if (profile_get(files, root, "credential_process") != NULL)
		add(out, LOGIN_PROCESS, root, mem_printf(_("Run the credential_process of profile %s again"), root),
		    NULL)->profile = mem_strdup(root);
	else if (profile_get(files, profile, "mfa_serial") != NULL)
		add(out, LOGIN_PROCESS, profile, mem_printf(_("Use profile %s again, with a new MFA code"), profile),
		    mem_strdup(profile_get(files, profile, "mfa_serial")))->profile = mem_strdup(profile);
	free(root);
}

static bool
has_target(const struct login_choices *out, const struct sso_target *t)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].way == LOGIN_SSO && str_same(sso_target_name(&out->v[i].target), sso_target_name(t)))
			return true;
	return false;
}

static void
add_sessions(struct login_choices *out, const struct profiles *files)
{
	struct sso_targets all = { 0 };
	sso_targets(files, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (has_target(out, &all.v[i]))
			continue;
		struct sso_target t;
		sso_target_copy(&t, &all.v[i]);
		add_sso(out, files, &t, NULL);
	}
	sso_targets_done(&all);
}

static void
add_profiles(struct login_choices *out, const struct profiles *files)
{
	struct profile_names names = { 0 };
	profiles_names(files, &names);
	if (names.n > 0)
		add(out, LOGIN_PROFILE, NULL, mem_strdup(_("Use another profile of the AWS files")), join(&names, 12));
	profile_names_done(&names);
}

static bool
has_way(const struct login_choices *out, enum login_way way)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].way == way)
			return true;
	return false;
}

void
login_choices(struct aws *aws, struct login_choices *out)
{
	static const struct {
		enum login_way	 way;
		const char	*text, *detail;
	} always[] = {
		{ LOGIN_API_KEY, N_("Paste a Bedrock API key"),
		    N_("It begins with ABSK or bedrock-api-key-. For this run, or stored in a file that only you can read.") },
		{ LOGIN_CONSOLE, N_("Sign in as for the AWS console, in a browser"),
		    N_("With whatever opens the AWS console: a user and password, or your company's page. Lasts up to 12 hours.") },
		{ LOGIN_SSO_NEW, N_("Set up a new SSO session and profile"),
		    N_("You need the start URL of your access portal. Writes both into the AWS config file.") },
		{ LOGIN_KEYS, N_("Paste access keys for this run"),
		    N_("An access key id, its secret, and the session token if there is one. They are kept in memory only.") },
		{ LOGIN_DEMO, N_("Look at the demo instead"),
		    N_("A simulator on this machine answers: no account, no network, free of charge.") },
	};
	const struct profiles *files = profiles_load(NULL);
	char *profile = aws_profile(aws);
	add_mender(out, files, profile);
	add_sessions(out, files);
	add_profiles(out, files);
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if ((always[i].way != LOGIN_CONSOLE || !has_way(out, LOGIN_CONSOLE)) &&
		    (always[i].way != LOGIN_DEMO || demo_available()))
			add(out, always[i].way, NULL, mem_strdup(_(always[i].text)), mem_strdup(_(always[i].detail)));
	free(profile);
	profiles_unref(files);
}

void
login_choices_done(struct login_choices *choices)
{
	for (size_t i = 0; i < choices->n; i++) {
		struct login_choice *c = &choices->v[i];
		free(c->key);
		free(c->text);
		free(c->detail);
		free(c->profile);
		sso_target_done(&c->target);
	}
	vec_done(choices);
}

const struct login_choice *
login_choice_of(const struct login_choices *choices, const char *key)
{
	for (size_t i = 0; i < choices->n; i++)
		if (strcmp(choices->v[i].key, key) == 0)
			return &choices->v[i];
	return NULL;
}

const struct login_choice *
login_mender(const struct login_choices *choices)
{
	return choices->n > 0 && choices->v[0].profile != NULL ? &choices->v[0] : NULL;
}

/* ---- for this run ------------------------------------------------------------------------- */

void
login_given_done(struct login_given *g)
{
	secret_free(g->bearer);
	secret_free(g->secret_access_key);
	secret_free(g->session_token);
	free(g->access_key_id);
	*g = (struct login_given){ 0 };
}
