/*
 * source-login.c - a profile that signs in with the console's sign-in (login_session, `aws login`).
 *
 * The session's file holds credentials for 15 minutes and what renews them. It
 * is read from the disk each time: a sign-in in another terminal counts at once,
 * and a refresh token that another program has used up is no reason to give in.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/local.h"
#include "aws/signin-token.h"
#include "aws/sts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	MAX_FILE = 64 * 1024,
	REFRESH_BEFORE = 5 * 60,
	LONGEST = 24 * 3600,            /* s: a token that is good for longer has a wrong date */
	OTHERS_MS = 1000,               /* so long for another program to write what it got */
	LOOK_MS = 50
};

struct session {
	const char		*arn;           /* borrowed */
	char			*path;
	struct json_object	*o;             /* the whole file: what we do not know is kept */
	struct creds		 creds;
};

static void
session_done(struct session *s)
{
	creds_clear(&s->creds);
	document_free(s->o);
	free(s->path);
	*s = (struct session){ 0 };
}

/* ---- the file --------------------------------------------------------------------- */

static int
read_credentials(struct session *s, struct err *err)
{
	static const struct document members = { .access_key_id = "accessKeyId",
		.secret_access_key = "secretAccessKey",
		.session_token = "sessionToken",
		.expiration = "expiresAt",
		.account = "accountId",
		.needs_token = true };
	struct json_object *token = json_get(s->o, "accessToken");
	struct err why = { 0 };
	creds_clear(&s->creds);
	if (document_text(token, "expiresAt", false) == NULL)
		return err_set(err, ERR_CREDENTIALS, _("its file %s has no %s"), s->path, "accessToken.expiresAt");
	if (document_read(token, &members, &s->creds, &why) < 0)
		return err_set(err, ERR_CREDENTIALS, _("its file %s is damaged: %s"), s->path, why.text);
	return 0;
}

/* Is it about this session, and made by whoever makes such files? */
static bool
is_of_session(const struct session *s)
{
	const char *client = document_text(s->o, "clientId", false);
	char *subject = signin_token_subject(document_text(s->o, "idToken", false));
	char *account = creds_account_of(s->arn);
	bool fine = (str_ends(client, "/same-device") || str_ends(client, "/cross-device")) &&
	    (subject == NULL || strcmp(subject, s->arn) == 0) &&
	    (account == NULL || s->creds.account == NULL || strcmp(account, s->creds.account) == 0);
	free(subject);
	free(account);
	return fine;
}

static int
check_members(const struct session *s, struct err *err)
{
	static const char *const needed[] = { "refreshToken", "clientId", "dpopKey" };
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (document_text(s->o, needed[i], false) == NULL)
			return err_set(err, ERR_CREDENTIALS, _("its file %s has no %s"), s->path, needed[i]);
	return 0;
}

static int
read_file(struct session *s, struct err *err)
{
	struct buf b;
	struct err why = { 0 };
	if (!file_exists(s->path))
		return err_set(err, ERR_CREDENTIALS, _("there is no file of it in the login cache"));
	buf_init(&b, 0);
	buf_room(&b, MAX_FILE);
	buf_grew(&b, 0);
	int rc = file_read(s->path, MAX_FILE, &b, &why);
	document_free(s->o);
	s->o = rc == 0 ? document_parse(b.s, b.len, &why) : NULL;
	buf_wipe(&b);
	if (rc < 0)
		return err_set(err, ERR_CREDENTIALS, "%s", why.text);
	if (s->o == NULL)
		return err_set(err, ERR_CREDENTIALS, _("its file %s is damaged or was cut off"), s->path);
	if (read_credentials(s, err) < 0 || check_members(s, err) < 0)
		return -1;
	if (!is_of_session(s))
		return err_set(err, ERR_CREDENTIALS, _("its file %s belongs to another session"), s->path);
	return 0;
}

/* ---- renewing ------------------------------------------------------------------------ */

static void
put_request(struct buf *b, const struct session *s)
{
	buf_init(b, 0);
	buf_room(b, MAX_FILE);
	buf_grew(b, 0);
	buf_putc(b, '{');
	json_put_member(b, "clientId", document_text(s->o, "clientId", false));
	json_put_member(b, "grantType", "refresh_token");
	json_put_member(b, "refreshToken", document_text(s->o, "refreshToken", false));
	buf_putc(b, '}');
}

static int
renew(struct aws *aws, const struct source_ask *ask, struct session *s, struct err *err)
{
	struct region region;
	struct dpop *key = dpop_read(document_text(s->o, "dpopKey", false), err);
	if (key == NULL)
		return -1;
	struct buf body;
	struct json_object *answer = NULL;
	put_request(&body, s);
	if (sts_region(ask->view, ask->profile, &region, err) == 0)
		answer = signin_token_request(aws,
		    &(struct signin_token_call){ ask->view, &region, key, &body, ask->cancel }, err);
	region_done(&region);
	buf_wipe(&body);
	dpop_free(key);
	if (answer == NULL)
		return -1;
	struct err why = { 0 };
	signin_token_take(s->o, answer, s->arn);
	document_free(answer);
	if (signin_token_write(s->path, s->o, &why) < 0)        /* they are good all the same */
		log_warn("login: %s", why.text);
	return read_credentials(s, err);
}

/*
 * A refresh token is good once. When ours is not any more, another program may
 * have been faster, and be about to write what it got.
 */
static bool
others_renewed(const struct source_ask *ask, struct session *s)
{
	char *used = mem_strdup(document_text(s->o, "refreshToken", false));
	bool found = false;
	for (int waited = 0; !found && waited <= OTHERS_MS; waited += LOOK_MS) {
		found = read_file(s, NULL) == 0 &&
		    strcmp(document_text(s->o, "refreshToken", false), used) != 0 &&
		    s->creds.expires > creds_now();
		if (!found && !local_pause(LOOK_MS, ask->cancel))
			break;
	}
	mem_wipe(used, strlen(used));
	free(used);
	return found;
}

static bool
was_refused(const struct source_ask *ask, const struct session *s)
{
	return str_same(ask->refused, s->creds.access_key_id);
}

/* Renews if need be; what is still good is good enough when that fails. */
static int
make_usable(struct aws *aws, const struct source_ask *ask, struct session *s, struct err *err)
{
	int64_t left = s->creds.expires - creds_now();
	bool usable = left > 0 && left <= LONGEST && !was_refused(ask, s);
	struct creds old = { 0 };
	struct err why = { 0 };
	if (usable && left >= REFRESH_BEFORE)
		return 0;
	if (usable) {
		old = s->creds;                 /* kept aside: reading the file again drops them */
		s->creds = (struct creds){ 0 };
	}
	int rc = renew(aws, ask, s, &why);
	if (rc < 0 && why.code == ERR_CREDENTIALS && others_renewed(ask, s))
		rc = 0;
	if (rc < 0 && usable && why.code != ERR_CANCELLED) {
		log_warn("login: %s", why.text);
		creds_clear(&s->creds);
		s->creds = old;
		return 0;
	}
	creds_clear(&old);
	if (rc < 0)
		*err = why;
	return rc;
}

/* ---- the source ---------------------------------------------------------------------- */

static enum answer
say_why(const struct source_ask *ask, const struct session *s, const struct err *why, struct err *err)
{
	switch (why->code) {
	case ERR_CREDENTIALS:
		err_set(err, ERR_CREDENTIALS,
		    _("Profile %s is not signed in (%.120s): %s. Sign in again with /login or “adit auth login”, or "
		      "run: aws login --profile %s"), ask->profile, s->arn, why->text, ask->profile);
		break;
	case ERR_DENIED:
	case ERR_UNAVAILABLE:
	case ERR_FAILED:
		err_set(err, ERR_CREDENTIALS, _("Profile %s could not renew its sign-in (%.120s): %s."), ask->profile,
		    s->arn, why->text);
		break;
	case ERR_NETWORK:
		*err = *why;
		err_wrap(err, _("Profile %s, renewing its sign-in"), ask->profile);
		break;
	default:
		*err = *why;
	}
	return ANSWER_FAILED;
}

static int
check_arn(const struct source_ask *ask, const char *arn, struct err *err)
{
	int line;
	const char *file = profile_where(ask->view->files, ask->profile, "login_session", &line);
	if (str_starts(arn, "arn:"))
		return 0;
	return err_set(err, ERR_CONFIG, _("%s, line %d: login_session must be the ARN of who signed in; sign in with "
					  "/login or “adit auth login”, which writes it."), file, line);
}

enum answer
source_login(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	const char *arn = profile_get(ask->view->files, ask->profile, "login_session");
	struct err why = { 0 };
	if (check_arn(ask, arn, err) < 0)
		return ANSWER_FAILED;
	struct session s = { .arn = arn, .path = signin_token_path(arn) };
	tried_looked(tried, "%s", s.path);
	int rc = read_file(&s, &why);
	if (rc == 0)
		rc = make_usable(aws, ask, &s, &why);
	enum answer a = ANSWER_FOUND;
	if (rc < 0) {
		a = say_why(ask, &s, &why, err);
	} else {
		char *profile = out->profile, *label = out->label;
		*out = s.creds;
		s.creds = (struct creds){ 0 };
		out->profile = profile;
		free(label);
		out->label = mem_printf(_("console sign-in %s"), arn);
	}
	out->kind = CREDS_LOGIN;
	session_done(&s);
	return a;
}
