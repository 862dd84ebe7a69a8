/*
 * source-web.c - a role for a web identity token in a file: Kubernetes (IRSA), CI systems.
 *
 * Named by the environment or by a profile. The file is read for each
 * resolution, since whoever writes it rotates it.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/sts.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_TOKEN = 20000 };

struct web_identity {                       /* owned */
	char	*token_file, *role_arn, *session_name;
};

static void
web_identity_done(struct web_identity *w)
{
	free(w->token_file);
	free(w->role_arn);
	free(w->session_name);
}

/* Appends the token without white space at its end. */
static int
read_token(const char *path, struct buf *token, struct err *err)
{
	char *expanded = file_expand(path);
	int rc = file_read(expanded, MAX_TOKEN + 1024, token, err);
	free(expanded);
	while (token->len > 0 && strchr(" \t\r\n", token->s[token->len - 1]) != NULL)
		buf_truncate(token, token->len - 1);
	if (rc == 0 && (token->len < 4 || token->len > MAX_TOKEN))
		rc = err_set(err, ERR_CREDENTIALS, _("The web identity token in %s has %zu bytes; it should have "
						     "4 to 20000."), path, token->len);
	return rc;
}

static int
assume(struct aws *aws, const struct source_ask *ask, const struct web_identity *w,
    const struct region *region, struct creds *out, char code[64], struct err *err)
{
	struct buf token, form;
	buf_init(&token, 0);
	buf_init(&form, 0);
	buf_room(&token, MAX_TOKEN);
	buf_grew(&token, 0);
	code[0] = '\0';
	int rc = read_token(w->token_file, &token, err);
	if (rc == 0) {
		char *name = sts_session_name(w->session_name);
		buf_room(&form, 3 * token.len + 4096);
		sts_put(&form, "RoleArn", w->role_arn);
		sts_put(&form, "RoleSessionName", name);
		sts_put(&form, "WebIdentityToken", buf_str(&token));
		free(name);
		rc = sts_assume(aws,
		    &(struct sts_call){ .view = ask->view, .region = region, .kind = AWS_WEB_IDENTITY,
			.form = &form, .cancel = ask->cancel }, out, code, err);
	}
	buf_wipe(&token);
	buf_wipe(&form);
	return rc;
}

static enum answer
fetch_identity(struct aws *aws, const struct source_ask *ask, const char *profile,
    const struct web_identity *w, struct creds *out, struct creds_tried *tried, struct err *err)
{
	struct region region;
	struct err why = { 0 };
	char code[64] = "";
	out->kind = CREDS_WEB_IDENTITY;
	tried_looked(tried, "%s", w->token_file);
	int rc = sts_region(ask->view, profile, &region, &why);
	if (rc == 0)
		rc = assume(aws, ask, w, &region, out, code, &why);
	if (rc < 0 && strcmp(code, "ExpiredTokenException") == 0)      /* perhaps just rotated: once more */
		rc = assume(aws, ask, w, &region, out, code, &why);
	region_done(&region);
	if (rc == 0)
		return ANSWER_FOUND;
	if (code[0] != '\0')
		err_set(err, ERR_CREDENTIALS,
		    _("Role %s could not be assumed with the web identity token in %s: %s"), w->role_arn,
		    w->token_file, why.text);
	else
		*err = why;
	if (code[0] == '\0' && (why.code == ERR_NETWORK || why.code == ERR_CREDENTIALS))
		err_wrap(err, _("Assuming %s by STS with the web identity token in %s"), w->role_arn, w->token_file);
	return ANSWER_FAILED;
}

/* ---- from the environment ------------------------------------------------------------ */

bool
source_web_is_set(const struct source_ask *ask, char **detail)
{
	(void)ask;
	bool set = aws_env_is_set("AWS_WEB_IDENTITY_TOKEN_FILE");
	*detail = set ? mem_strdup("AWS_WEB_IDENTITY_TOKEN_FILE")
		      : mem_printf(_("%s is not set"), "AWS_WEB_IDENTITY_TOKEN_FILE");
	return set;
}

enum answer
source_web(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	enum answer a = ANSWER_FAILED;
	tried_looked(tried, "AWS_WEB_IDENTITY_TOKEN_FILE");
	if (!aws_env_is_set("AWS_WEB_IDENTITY_TOKEN_FILE"))
		return ANSWER_NOT_CONFIGURED;
	tried_looked(tried, "AWS_ROLE_ARN");
	struct web_identity w = { aws_env("AWS_WEB_IDENTITY_TOKEN_FILE"), aws_env("AWS_ROLE_ARN"),
		aws_env("AWS_ROLE_SESSION_NAME") };
	if (w.role_arn == NULL)
		err_set(err, ERR_CREDENTIALS,
		    _("AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not: set both, or neither."));
	else
		a = fetch_identity(aws, ask, NULL, &w, out, tried, err);
	out->label = mem_strdup(_("web identity role of the environment"));
	web_identity_done(&w);
	return a;
}

/* ---- from a profile -------------------------------------------------------------------- */

enum answer
source_web_profile(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	const struct profiles *files = ask->view->files;
	enum answer a = ANSWER_FAILED;
	struct web_identity w = { mem_strdup(profile_get(files, ask->profile, "web_identity_token_file")),
		mem_strdup(profile_get(files, ask->profile, "role_arn")),
		mem_strdup(profile_get(files, ask->profile, "role_session_name")) };
	if (w.role_arn == NULL)
		err_set(err, ERR_CREDENTIALS,
		    _("Profile %s has web_identity_token_file but no role_arn: add it."), ask->profile);
	else
		a = fetch_identity(aws, ask, ask->profile, &w, out, tried, err);
	web_identity_done(&w);
	return a;
}
