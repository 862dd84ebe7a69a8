/* settings.c - see settings.h. */
#include "config.h"

#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "bytes.h"
#include "converse.h"
#include "faults.h"
#include "scenario.h"

#define TEXTS(...)                                                                             \
	{ .s = (const char *[]){ __VA_ARGS__ },                                                \
	    .n = sizeof(const char *[]){ __VA_ARGS__ } / sizeof(const char *) }

static struct account usual_accounts[] = {
	{ "123456789012", "Sandbox", "sandbox@example.com", TEXTS("Dev", "Admin") },
	{ "210987654321", "Production", "production@example.com", TEXTS("ReadOnly") },
};

static struct settings now = {
	.account = "123456789012",
	.region = "us-east-1",
	.imds = { .role = "sim-instance-role", .tokens = "required", .token_status = 404,
	    .token_lifetime = 21600, .lifetime = 21600, .instance_id = "i-0123456789abcdef0" },
	.ecs = { .lifetime = 21600, .role_arn = "arn:aws:iam::123456789012:role/sim-task-role" },
	.sts = { .mfa_code = "123456" },
	.sso = { .tokens = TEXTS("sim-sso-token"), .lifetime = 3600, .page_size = 100,
	    .accounts = usual_accounts, .n_accounts = 2 },
	.oidc = { .client_id = "sim-client", .client_secret = "sim-client-secret",
	    .refresh_tokens = TEXTS("sim-sso-refresh"), .registration_lifetime = 7776000,
	    .answers = TEXTS("authorization_pending"), .device_lifetime = 600, .interval = 1,
	    .token_lifetime = 3600, .session_lifetime = 28800, .refresh_reply = "new" },
	.signin = { .refresh_tokens = TEXTS("sim-login-refresh"), .lifetime = 900,
	    .login_session = "arn:aws:iam::123456789012:user/sim", .session_lifetime = 43200 },
};

/* What settings_load() allocated, to be freed at the end. */
struct allocation {
	struct allocation *next;
	max_align_t	 data[];
};

static struct allocation *allocations;

static void *
keep(size_t n)
{
	struct allocation *a = sim_alloc(sizeof *a + n);
	a->next = allocations;
	allocations = a;
	return a->data;
}

/* ---- the values --------------------------------------------------------- */

enum kind { NUMBER, FLAG, TEXT, TEXT_LIST, ROLE_LIST, ACCOUNT_LIST };

struct setting {
	const char	*section, *name;
	enum kind	 kind;
	void		*to;
	const char	*choices;       /* of a text: "|one|other|" */
};

static const struct setting table[] = {
	{ NULL, "account", TEXT, &now.account, NULL },
	{ NULL, "region", TEXT, &now.region, NULL },
	{ "imds", "role", TEXT, &now.imds.role, NULL },
	{ "imds", "tokens", TEXT, &now.imds.tokens, "|required|optional|none|" },
	{ "imds", "token_status", NUMBER, &now.imds.token_status, NULL },
	{ "imds", "token_lifetime", NUMBER, &now.imds.token_lifetime, NULL },
	{ "imds", "lifetime", NUMBER, &now.imds.lifetime, NULL },
	{ "imds", "instance_id", TEXT, &now.imds.instance_id, NULL },
	{ "ecs", "token", TEXT_LIST, &now.ecs.token, NULL },
	{ "ecs", "lifetime", NUMBER, &now.ecs.lifetime, NULL },
	{ "ecs", "role_arn", TEXT, &now.ecs.role_arn, NULL },
	{ "sts", "lifetime", NUMBER, &now.sts.lifetime, NULL },
	{ "sts", "mfa_code", TEXT, &now.sts.mfa_code, NULL },
	{ "sts", "web_identity_token", TEXT_LIST, &now.sts.web_identity_token, NULL },
	{ "sts", "roles", ROLE_LIST, NULL, NULL },
	{ "sso", "tokens", TEXT_LIST, &now.sso.tokens, NULL },
	{ "sso", "lifetime", NUMBER, &now.sso.lifetime, NULL },
	{ "sso", "page_size", NUMBER, &now.sso.page_size, NULL },
	{ "sso", "accounts", ACCOUNT_LIST, NULL, NULL },
	{ "oidc", "client_id", TEXT, &now.oidc.client_id, NULL },
	{ "oidc", "client_secret", TEXT, &now.oidc.client_secret, NULL },
	{ "oidc", "start_url", TEXT, &now.oidc.start_url, NULL },
	{ "oidc", "refresh_tokens", TEXT_LIST, &now.oidc.refresh_tokens, NULL },
	{ "oidc", "answers", TEXT_LIST, &now.oidc.answers, NULL },
	{ "oidc", "registration_lifetime", NUMBER, &now.oidc.registration_lifetime, NULL },
	{ "oidc", "device_lifetime", NUMBER, &now.oidc.device_lifetime, NULL },
	{ "oidc", "interval", NUMBER, &now.oidc.interval, NULL },
	{ "oidc", "token_lifetime", NUMBER, &now.oidc.token_lifetime, NULL },
	{ "oidc", "session_lifetime", NUMBER, &now.oidc.session_lifetime, NULL },
	{ "oidc", "refresh_reply", TEXT, &now.oidc.refresh_reply, "|new|same|none|" },
	{ "oidc", "browser", FLAG, &now.oidc.browser, NULL },
	{ "signin", "refresh_tokens", TEXT_LIST, &now.signin.refresh_tokens, NULL },
	{ "signin", "login_session", TEXT, &now.signin.login_session, NULL },
	{ "signin", "lifetime", NUMBER, &now.signin.lifetime, NULL },
	{ "signin", "session_lifetime", NUMBER, &now.signin.session_lifetime, NULL },
	{ "rolesanywhere", "lifetime", NUMBER, &now.rolesanywhere.lifetime, NULL },
	{ "rolesanywhere", "ca", TEXT, &now.rolesanywhere.ca, NULL },
};

static const struct setting *
find(const char *section, const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if ((table[i].section == NULL) == (section == NULL) &&
		    (section == NULL || strcmp(table[i].section, section) == 0) &&
		    strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static bool
is_section(const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].section != NULL && strcmp(table[i].section, name) == 0)
			return true;
	return false;
}

static const char *
read_text(const char *path, const char *name, struct json_object *v)
{
	if (v != NULL && !json_object_is_type(v, json_type_string))
		sim_die("%s: \"%s\" must be a text", path, name);
	return v != NULL ? json_object_get_string(v) : NULL;
}

static long
read_number(const char *path, const char *name, struct json_object *v)
{
	if (!json_object_is_type(v, json_type_int) || json_object_get_int64(v) < 0)
		sim_die("%s: \"%s\" must be a whole number, 0 or more", path, name);
	return (long)json_object_get_int64(v);
}

/* One text, a list of them, or null for none. */
static struct texts
read_texts(const char *path, const char *name, struct json_object *v)
{
	struct texts t = { 0 };
	if (v == NULL)
		return t;
	bool list = json_object_is_type(v, json_type_array);
	t.n = list ? json_object_array_length(v) : 1;
	t.s = keep(t.n * sizeof *t.s);
	for (size_t i = 0; i < t.n; i++) {
		t.s[i] = read_text(path, name, list ? json_object_array_get_idx(v, i) : v);
		if (t.s[i] == NULL)
			sim_die("%s: \"%s\" must be texts", path, name);
	}
	return t;
}

static size_t
list_length(const char *path, const char *name, struct json_object *v)
{
	if (!json_object_is_type(v, json_type_array))
		sim_die("%s: \"%s\" must be a list", path, name);
	return json_object_array_length(v);
}

static void
read_roles(const char *path, struct json_object *v)
{
	static const char *const members[] = { "arn", "trusts", "external_id", "mfa",
		"max_duration", "comment", NULL };
	now.sts.n_roles = list_length(path, "roles", v);
	now.sts.roles = keep(now.sts.n_roles * sizeof *now.sts.roles);
	for (size_t i = 0; i < now.sts.n_roles; i++) {
		struct json_object *o = json_object_array_get_idx(v, i);
		struct json_object *longest = member_of(o, "max_duration");
		scenario_check_members(path, o, members);
		now.sts.roles[i] = (struct role){ .arn = string_of(o, "arn"),
			.trusts = string_of(o, "trusts"),
			.external_id = string_of(o, "external_id"),
			.mfa = json_object_get_boolean(member_of(o, "mfa")),
			.max_duration = longest != NULL ?
			    read_number(path, "max_duration", longest) : 43200 };
		if (now.sts.roles[i].arn == NULL)
			sim_die("%s: a role needs \"arn\"", path);
	}
}

static void
read_accounts(const char *path, struct json_object *v)
{
	static const char *const members[] = { "id", "name", "email", "roles", "comment", NULL };
	now.sso.n_accounts = list_length(path, "accounts", v);
	now.sso.accounts = keep(now.sso.n_accounts * sizeof *now.sso.accounts);
	for (size_t i = 0; i < now.sso.n_accounts; i++) {
		struct json_object *o = json_object_array_get_idx(v, i);
		scenario_check_members(path, o, members);
		now.sso.accounts[i] = (struct account){ .id = string_of(o, "id"),
			.name = string_of(o, "name"), .email = string_of(o, "email"),
			.roles = read_texts(path, "roles", member_of(o, "roles")) };
		if (now.sso.accounts[i].id == NULL)
			sim_die("%s: an account needs \"id\"", path);
	}
}

static void
check_choice(const char *path, const struct setting *s, const char *value)
{
	struct bytes b = { 0 };
	bytes_printf(&b, "|%s|", value != NULL ? value : "");
	if (strstr(s->choices, b.s) == NULL)
		sim_die("%s: \"%s\" must be one of %s", path, s->name, s->choices);
	bytes_free(&b);
}

static void
set(const char *path, const struct setting *s, struct json_object *v)
{
	switch (s->kind) {
	case NUMBER:
		*(long *)s->to = read_number(path, s->name, v);
		break;
	case FLAG:
		*(bool *)s->to = json_object_get_boolean(v);
		break;
	case TEXT:
		*(const char **)s->to = read_text(path, s->name, v);
		break;
	case TEXT_LIST:
		*(struct texts *)s->to = read_texts(path, s->name, v);
		break;
	case ROLE_LIST:
		read_roles(path, v);
		break;
	case ACCOUNT_LIST:
		read_accounts(path, v);
		break;
	}
	if (s->choices != NULL)
		check_choice(path, s, *(const char **)s->to);
}

/* ---- the member --------------------------------------------------------- */

static void
load_section(const char *path, const char *section, struct json_object *o)
{
	if (!json_object_is_type(o, json_type_object))
		sim_die("%s: \"%s\" must be an object", path, section);
	json_object_object_foreach(o, name, value) {
		const struct setting *s = find(section, name);
		if (s != NULL)
			set(path, s, value);
		else if (strcmp(name, "comment") != 0)
			sim_die("%s: unknown setting \"%s\" of \"%s\"", path, name, section);
	}
}

void
settings_load(const char *path, struct json_object *identity)
{
	if (!json_object_is_type(identity, json_type_object))
		sim_die("%s: \"identity\" must be an object", path);
	json_object_object_foreach(identity, name, value) {
		const struct setting *s = find(NULL, name);
		if (s != NULL)
			set(path, s, value);
		else if (is_section(name))
			load_section(path, name, value);
		else if (strcmp(name, "faults") == 0)
			faults_load(path, value);
		else if (strcmp(name, "comment") != 0)
			sim_die("%s: unknown member \"%s\" of \"identity\"", path, name);
	}
}

void
settings_free(void)
{
	faults_free();
	while (allocations != NULL) {
		struct allocation *a = allocations;
		allocations = a->next;
		free(a);
	}
}

const struct settings *
settings(void)
{
	return &now;
}

const char *
texts_at(const struct texts *t, size_t n)
{
	if (t->n == 0)
		return NULL;
	return t->s[n < t->n ? n : t->n - 1];
}
