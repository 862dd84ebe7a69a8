/*
 * source-role.c - a profile with role_arn: a role assumed with the credentials of another source.
 *
 * The source is another profile (which may itself assume a role, and so on),
 * or the environment, the container or the instance. Everything that is
 * missing, contradicts itself or goes round in a circle is an error.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/sts.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

static const char *
setting(const struct source_ask *ask, const char *key)
{
	return profile_get(ask->view->files, ask->profile, key);
}

static bool
has_static_keys(const struct source_ask *ask, const char *profile)
{
	return profile_get(ask->view->files, profile, "aws_access_key_id") != NULL;
}

/* ---- the credentials to assume it with ------------------------------------------------ */

/* "a -> b -> c", from the profile that was asked for to this one. */
static void
put_path(struct buf *out, const struct source_ask *ask)
{
	if (ask->outer != NULL) {
		put_path(out, ask->outer);
		buf_puts(out, " → ");
	}
	buf_puts(out, ask->profile);
}

static int
refuse_loop(const struct source_ask *ask, const char *again, struct err *err)
{
	struct buf path;
	buf_init(&path, 0);
	put_path(&path, ask);
	err_set(err, ERR_CONFIG, _("The profiles take their credentials from each other in an infinite loop: "
				   "%s → %s."), buf_str(&path), again);
	buf_done(&path);
	return -1;
}

enum { MAX_HOPS = 16 };                 /* nobody's chain is longer, and each is a frame on the stack */

static int
refuse_length(const struct source_ask *ask, struct err *err)
{
	return err_set(err, ERR_CONFIG, _("Profile %s takes its credentials from a chain of more than %d "
					  "profiles."), ask->profile, MAX_HOPS);
}

static int
hops(const struct source_ask *ask)
{
	int n = 0;
	for (; ask != NULL; ask = ask->outer)
		n++;
	return n;
}

static bool
was_met(const struct source_ask *ask, const char *profile)
{
	for (; ask != NULL; ask = ask->outer)
		if (strcmp(ask->profile, profile) == 0)
			return true;
	return false;
}

static enum answer
from_profile(struct aws *aws, const struct source_ask *ask, const char *source, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	struct source_ask inner = *ask;
	inner.profile = source;
	inner.profile_from = "source_profile";
	inner.outer = ask;
	inner.chosen = CHOSEN_PROFILE;
	bool itself = ask->outer == NULL && strcmp(source, ask->profile) == 0;
	if (!profile_exists(ask->view->files, source)) {
		profile_unknown(ask->view->files, source, "source_profile", err);
		return ANSWER_FAILED;
	}
	if (has_static_keys(ask, source) && (itself || !was_met(ask, source)))
		return source_static(aws, &inner, out, tried, err);     /* a role_arn beside them is ignored */
	if (was_met(ask, source)) {
		refuse_loop(ask, source, err);
		return ANSWER_FAILED;
	}
	if (hops(ask) >= MAX_HOPS) {
		refuse_length(ask, err);
		return ANSWER_FAILED;
	}
	return source_profile(aws, &inner, out, tried, err);
}

static enum answer
from_named_source(struct aws *aws, const struct source_ask *ask, const char *name, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	static const struct {
		const char	*name;
		source_fetch	*fetch;
	} rows[] = { { "Environment", source_env }, { "Ec2InstanceMetadata", source_imds },
		{ "EcsContainer", source_container } };
	struct source_ask inner = *ask;
	inner.chosen = CHOSEN_PROFILE;          /* by this profile: more patience than the chain's last resort has */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_same_nocase(name, rows[i].name))
			continue;
		enum answer a = rows[i].fetch(aws, &inner, out, tried, err);
		if (a != ANSWER_NOT_CONFIGURED)
			return a;
		err_set(err, ERR_CREDENTIALS, _("Profile %s takes its credentials from credential_source = %s, "
						"but there are none."), ask->profile, name);
		return ANSWER_FAILED;
	}
	err_set(err, ERR_CONFIG, _("Profile %s: credential_source is “%.60s”; it may be Environment, "
				   "Ec2InstanceMetadata or EcsContainer."), ask->profile, name);
	return ANSWER_FAILED;
}

static enum answer
find_signer(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	const char *profile = setting(ask, "source_profile"), *source = setting(ask, "credential_source");
	if (profile != NULL && source != NULL)
		err_set(err, ERR_CONFIG, _("Profile %s has both source_profile and credential_source: only one of "
					   "them can be meant."), ask->profile);
	else if (profile == NULL && source == NULL)
		err_set(err, ERR_CONFIG, _("Profile %s has role_arn but neither source_profile nor "
					   "credential_source: say whose credentials assume the role."),
		    ask->profile);
	else
		return profile != NULL ? from_profile(aws, ask, profile, out, tried, err)
				       : from_named_source(aws, ask, source, out, tried, err);
	return ANSWER_FAILED;
}

/* ---- the role ---------------------------------------------------------------------------- */

static int
put_mfa(struct aws *aws, const struct source_ask *ask, struct buf *form, struct err *err)
{
	const char *serial = setting(ask, "mfa_serial");
	if (serial == NULL)
		return 0;
	struct buf code;
	buf_init(&code, 64);
	char *question = mem_printf(_("Enter MFA code for %s: "), serial);
	int rc = aws_prompt(aws, question, &code, ask->cancel);
	free(question);
	if (rc == -2)
		err_set(err, ERR_CREDENTIALS, _("Profile %s needs an MFA code for %s, and none was entered."),
		    ask->profile, serial);
	else if (rc < 0)
		err_set(err, ERR_CREDENTIALS, _("Profile %s needs an MFA code for %s, and there is nobody here to "
						"ask: run adit in a terminal."), ask->profile, serial);
	sts_put(form, "SerialNumber", serial);
	sts_put(form, "TokenCode", buf_str(&code));
	buf_wipe(&code);
	return rc < 0 ? -1 : 0;
}

static void
put_duration(const struct source_ask *ask, struct buf *form)
{
	const char *set = setting(ask, "duration_seconds");
	if (set == NULL)
		return;
	if (strspn(set, "0123456789") == strlen(set))
		sts_put(form, "DurationSeconds", set);
	else
		log_warn("duration_seconds of profile %s is not a number; passed over", ask->profile);
}

/* No answer of STS, or none that could be read. */
static void
say_where(const struct source_ask *ask, const struct err *why, struct err *err)
{
	*err = *why;
	if (why->code == ERR_NETWORK || why->code == ERR_CREDENTIALS)
		err_wrap(err, _("Profile %s, assuming %s by STS"), ask->profile, setting(ask, "role_arn"));
}

static int
assume(struct aws *aws, const struct source_ask *ask, const struct creds *signer, struct creds *out,
    struct err *err)
{
	struct buf form;
	struct region region;
	struct err why = { 0 };
	char code[64] = "", *name = sts_session_name(setting(ask, "role_session_name"));
	buf_init(&form, 0);
	sts_put(&form, "RoleArn", setting(ask, "role_arn"));
	sts_put(&form, "RoleSessionName", name);
	sts_put(&form, "ExternalId", setting(ask, "external_id"));
	put_duration(ask, &form);
	int rc = sts_region(ask->view, ask->profile, &region, &why);
	bool told = rc == 0 && put_mfa(aws, ask, &form, &why) < 0;      /* by us: it names the profile */
	rc = told ? -1 : rc;
	if (rc == 0)
		rc = sts_assume(aws,
		    &(struct sts_call){ ask->view, &region, AWS_ASSUME_ROLE, &form, signer, ask->cancel }, out, code,
		    &why);
	if (rc < 0 && code[0] != '\0')
		err_set(err, ERR_CREDENTIALS,
		    _("Role %s could not be assumed with %s: %s. Check the trust policy and sts:AssumeRole."),
		    setting(ask, "role_arn"), signer->label, why.text);
	else if (told)
		*err = why;
	else if (rc < 0)
		say_where(ask, &why, err);
	region_done(&region);
	buf_wipe(&form);
	free(name);
	return rc;
}

enum answer
source_role(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	struct creds signer = { 0 };
	tried_looked(tried, "%s", setting(ask, "role_arn"));
	enum answer a = find_signer(aws, ask, &signer, tried, err);
	if (a == ANSWER_FOUND && signer.label == NULL)
		signer.label = mem_printf(_("profile %s"), setting(ask, "source_profile"));
	if (a == ANSWER_FOUND)
		a = chain_check(&signer, tried, err);
	if (a == ANSWER_FOUND && assume(aws, ask, &signer, out, err) < 0)
		a = ANSWER_FAILED;
	out->kind = CREDS_ASSUME_ROLE;
	tried_named(tried, _("profile %s: %s"), ask->profile, _("an assumed role (role_arn)"));
	creds_clear(&signer);
	return a == ANSWER_FOUND ? a : ANSWER_FAILED;
}
