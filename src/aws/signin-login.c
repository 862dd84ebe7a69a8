/* signin-login.c - see signin-login.h. */
#include "config.h"

#include "aws/signin-login.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/endpoint.h"
#include "aws/pkce.h"
#include "aws/profile-edit.h"
#include "aws/signin-token.h"
#include "aws/sts.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/redirect.h"

#define CALLBACK "/oauth/callback"
#define CLIENT "arn:aws:signin:::devtools/"

enum { WAIT_MS = 10 * 60 * 1000, MAX_CODE = 16 * 1024, MAX_ARN = 2048 };

struct flow {
	struct aws			*aws;
	const struct signin_login	*how;
	const atomic_bool		*cancel;
	struct view			 view;
	char				*profile;
	struct region			 region;
	char				*base;          /* "https://eu-west-1.signin.aws.amazon.com" */
	char				*redirect;
	struct redirect			*listener;      /* NULL when remote */
	struct dpop			*key;
	char				 state[37], verifier[PKCE_VERIFIER + 1];
	struct buf			 code;
};

static const char *
client(const struct flow *f)
{
	return f->how->remote ? CLIENT "cross-device" : CLIENT "same-device";
}

/* ---- before anybody is asked ------------------------------------------------------ */

/* Would the profile use what we are about to write? Another kind that it has may come first. */
static int
check_profile(const struct flow *f, struct err *err)
{
	const struct source_ask ask = { .view = &f->view, .profile = f->profile };
	const struct style *style = chain_style(&ask);
	if (profiles_usable(f->view.files, err) < 0)
		return -1;
	if (style == NULL || style->fetch == source_login)
		return 0;
	return err_set(err, ERR_CONFIG,
	    _("Profile %s already signs in with something else, %s: give the console sign-in a profile of its own."),
	    f->profile, _(style->name));
}

static int
find_region(struct flow *f, struct err *err)
{
	const char *own = profile_get(f->view.files, f->profile, "region");
	if (f->how->region == NULL)
		return sts_region(&f->view, f->profile, &f->region, err);
	if (own != NULL && strcmp(own, f->how->region) != 0)
		return err_set(err, ERR_CONFIG, _("Profile %s is of the region %s, so it cannot sign in in %s: name "
						  "another profile, or change its region."),
		    f->profile, own, f->how->region);
	return region_named(f->how->region, _("the region to sign in"), &f->region, err);
}

static int
find_base(struct flow *f, struct err *err)
{
	struct endpoint e;
	if (endpoint_resolve(&f->view, AWS_SIGNIN, &f->region, &e, err) < 0)
		return -1;
	f->base = mem_printf("%s://%s%s", e.scheme, e.host, e.base);
	endpoint_done(&e);
	return 0;
}

static int
open_redirect(struct flow *f, struct err *err)
{
	if (f->how->remote) {
		f->redirect = mem_printf("%s/v1/sessions/confirmation", f->base);
		return 0;
	}
	f->listener = redirect_listen(err);
	if (f->listener == NULL)
		return -1;
	f->redirect = mem_printf("http://127.0.0.1:%d" CALLBACK, redirect_port(f->listener));
	return 0;
}

static int
prepare(struct flow *f, struct err *err)
{
	const char *from;
	f->view = aws_view(f->aws);
	f->profile = f->how->profile != NULL ? mem_strdup(f->how->profile) : aws_profile_name(&f->view, &from);
	if (check_profile(f, err) < 0 || find_region(f, err) < 0 || find_base(f, err) < 0)
		return -1;
	str_uuid4(f->state);
	pkce_verifier(f->verifier);
	f->key = dpop_new();
	return open_redirect(f, err);
}

static void
flow_done(struct flow *f)
{
	redirect_free(f->listener);
	dpop_free(f->key);
	buf_wipe(&f->code);
	mem_wipe(f->verifier, sizeof f->verifier);
	region_done(&f->region);
	free(f->redirect);
	free(f->base);
	free(f->profile);
	aws_view_done(&f->view);
}

/* ---- the page --------------------------------------------------------------------------- */

static void
put_parameter(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "&%s=", name);
	str_percent(b, value, strlen(value), "");
}

static void
show_page(const struct flow *f)
{
	struct buf b, challenge;
	buf_init(&b, 0);
	buf_init(&challenge, 0);
	pkce_challenge(&challenge, f->verifier);
	buf_printf(&b, "%s/v1/authorize?response_type=code", f->base);
	put_parameter(&b, "client_id", client(f));
	put_parameter(&b, "state", f->state);
	put_parameter(&b, "code_challenge_method", "SHA-256");
	put_parameter(&b, "scope", "openid");
	put_parameter(&b, "redirect_uri", f->redirect);
	put_parameter(&b, "code_challenge", buf_str(&challenge));
	f->how->show(f->how->arg, buf_str(&b));
	buf_done(&challenge);
	buf_done(&b);
}

/* What the user copied: base64 of "code=…&state=…". */
static int
read_copied(struct flow *f, const struct buf *copied, struct err *err)
{
	struct buf text, state;
	buf_init(&text, MAX_CODE);
	buf_init(&state, MAX_CODE);
	char *trimmed = str_trim(buf_str(copied));
	bool whole = str_unbase64(&text, trimmed, strlen(trimmed)) == 0 &&
	    redirect_parameter(buf_str(&text), text.len, "code", &f->code) &&
	    redirect_parameter(buf_str(&text), text.len, "state", &state);
	int rc = 0;
	if (!whole)
		rc = err_set(err, ERR_CREDENTIALS, _("That is not the whole code which the page shows: copy all of it, "
						     "and sign in once more."));
	else if (strcmp(buf_str(&state), f->state) != 0)
		rc = err_set(err, ERR_CREDENTIALS, _("That code is from another sign-in: open the address that is shown "
						     "now, and copy the code from there."));
	mem_wipe(trimmed, strlen(trimmed));
	free(trimmed);
	buf_wipe(&text);
	buf_done(&state);
	return rc;
}

static int
ask_for_code(struct flow *f, struct err *err)
{
	struct buf copied;
	buf_init(&copied, MAX_CODE);
	buf_room(&copied, MAX_CODE);
	buf_grew(&copied, 0);
	int rc = f->how->ask(f->how->arg, _("Enter the code that the page shows: "), &copied, f->cancel);
	if (rc < 0)
		err_set(err, ERR_CANCELLED, _("Signing in was given up."));
	else
		rc = read_copied(f, &copied, err);
	buf_wipe(&copied);
	return rc;
}

static int
get_code(struct flow *f, struct err *err)
{
	buf_init(&f->code, MAX_CODE);
	buf_room(&f->code, MAX_CODE);
	buf_grew(&f->code, 0);
	show_page(f);
	if (f->how->remote)
		return ask_for_code(f, err);
	return redirect_wait(f->listener,
	    &(struct redirect_wanted){ CALLBACK, f->state, WAIT_MS, f->cancel }, &f->code, err);
}

/* ---- the token --------------------------------------------------------------------------- */

static struct json_object *
redeem(struct flow *f, struct err *err)
{
	struct buf body;
	struct err why = { 0 };
	buf_init(&body, 0);
	buf_room(&body, 2 * MAX_CODE);
	buf_grew(&body, 0);
	buf_putc(&body, '{');
	json_put_member(&body, "clientId", client(f));
	json_put_member(&body, "grantType", "authorization_code");
	json_put_member(&body, "code", buf_str(&f->code));
	json_put_member(&body, "codeVerifier", f->verifier);
	json_put_member(&body, "redirectUri", f->redirect);
	buf_putc(&body, '}');
	struct json_object *answer = signin_token_request(f->aws,
	    &(struct signin_token_call){ &f->view, &f->region, f->key, &body, f->cancel }, &why);
	buf_wipe(&body);
	if (answer == NULL && (why.code == ERR_NETWORK || why.code == ERR_CANCELLED || why.code == ERR_CONFIG))
		*err = why;
	else if (answer == NULL)
		err_set(err, why.code == ERR_FAILED ? ERR_CREDENTIALS : why.code,
		    _("Signing in did not succeed: %s. Start again."), why.text);
	return answer;
}

/* It becomes a line of a file and the name of another. */
static bool
is_session_arn(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return n > 0 && n <= MAX_ARN && str_starts(s, "arn:");
}

static int
write_cache(const struct flow *f, struct json_object *answer, struct signin_result *done, struct err *err)
{
	struct buf pem;
	struct json_object *file = json_object_new_object();
	buf_init(&pem, 0);
	buf_room(&pem, 1024);
	buf_grew(&pem, 0);
	dpop_write(f->key, &pem);
	json_object_object_add(file, "clientId", json_object_new_string(client(f)));
	json_object_object_add(file, "dpopKey", json_object_new_string(buf_str(&pem)));
	buf_wipe(&pem);
	signin_token_take(file, answer, done->session);
	done->account = mem_strdup(json_str(json_get(file, "accessToken"), "accountId", NULL));
	done->cache = signin_token_path(done->session);
	int rc = signin_token_write(done->cache, file, err);
	document_free(file);
	return rc;
}

/* The profile gets its session, and the region where it was made if it has none: there it is renewed. */
static int
write_profile(const struct flow *f, const struct signin_result *done, struct err *err)
{
	bool has_region = profile_get(f->view.files, f->profile, "region") != NULL;
	const struct profile_setting settings[] = { { "login_session", done->session },
		{ "region", f->region.value } };
	return profiles_put_section(profiles_config_path(f->view.files),
	    &(struct profile_edit){ "profile", f->profile, settings, has_region ? 1 : 2, true }, err);
}

static int
settle(struct flow *f, struct json_object *answer, struct signin_result *done, struct err *err)
{
	done->session = signin_token_subject(document_text(answer, "idToken", false));
	if (!is_session_arn(done->session))
		return err_set(err, ERR_CREDENTIALS, _("Signing in did not succeed: AWS did not say who signed in."));
	const char *before = profile_get(f->view.files, f->profile, "login_session");
	if (before != NULL && strcmp(before, done->session) != 0)
		done->before = mem_strdup(before);
	done->profile = mem_strdup(f->profile);
	if (write_cache(f, answer, done, err) < 0)
		return -1;
	return write_profile(f, done, err);
}

int
signin_login(struct aws *aws, const struct signin_login *how, struct signin_result *done,
    const atomic_bool *cancel, struct err *err)
{
	struct flow f = { .aws = aws, .how = how, .cancel = cancel };
	*done = (struct signin_result){ 0 };
	int rc = prepare(&f, err);
	if (rc == 0)
		rc = get_code(&f, err);
	struct json_object *answer = rc == 0 ? redeem(&f, err) : NULL;
	rc = answer != NULL ? settle(&f, answer, done, err) : -1;
	document_free(answer);
	flow_done(&f);
	if (rc == 0)
		creds_forget(aws);
	else
		signin_result_done(done);
	return rc;
}

void
signin_result_done(struct signin_result *r)
{
	free(r->profile);
	free(r->session);
	free(r->account);
	free(r->before);
	free(r->cache);
	*r = (struct signin_result){ 0 };
}
