/*
 * cli-auth.c - `adit auth`: where credentials come from, and handing them on.
 *
 * `status` is the auth bar in words, from the same report; no secrets. `export`
 * prints secrets: it is for other programs, and says so only to them.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/auth-text.h"
#include "app/cli.h"
#include "app/tty.h"
#include "aws/creds.h"
#include "aws/identity.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

static const char *const source_names[SOURCES] = { [SOURCE_BEARER] = "bearer",
	[SOURCE_KEYS] = "keys",
	[SOURCE_PROFILE] = "profile",
	[SOURCE_CHAIN] = "chain" };

/* ---- status as JSON ------------------------------------------------------------ */

static void
put_text_or_null(struct buf *b, const char *key, const char *s)
{
	if (s != NULL)
		json_put_member(b, key, s);
	else
		json_put_null(b, key);
}

static void
put_order(struct buf *b, const struct creds_report *r)
{
	static const char *const states[] = { [MARK_ACTIVE] = "active",
		[MARK_UNSET] = "unset",
		[MARK_UNASKED] = "unasked",
		[MARK_BROKEN] = "broken",
		[MARK_UNKNOWN] = "unasked" };
	json_put_key(b, "order");
	buf_putc(b, '[');
	for (int i = 0; i < SOURCES; i++) {
		json_put_comma(b);
		buf_putc(b, '{');
		json_put_member(b, "source", source_names[i]);
		json_put_member(b, "state", states[r->order[i].mark]);
		json_put_bool(b, "shadowed", r->order[i].shadowed);
		put_text_or_null(b, "detail", r->order[i].detail);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void
put_active(struct buf *b, const struct creds_report *r)
{
	char when[32];
	json_put_key(b, "active");
	if (r->active < 0) {
		buf_puts(b, "null");
		return;
	}
	clock_iso8601(r->expires, when);
	buf_putc(b, '{');
	json_put_member(b, "source", source_names[r->active]);
	json_put_member(b, "kind", creds_kind_name(r->kind));
	put_text_or_null(b, "profile", r->profile);
	put_text_or_null(b, "accessKeyId", r->access_key);
	put_text_or_null(b, "expires", r->expires != 0 ? when : NULL);
	put_text_or_null(b, "label", r->label);
	buf_putc(b, '}');
}

static void
put_provider(struct buf *b, const struct creds_tried *t)
{
	static const char *const states[] = { [TRIED_FOUND] = "found",
		[TRIED_NOT_CONFIGURED] = "not-configured",
		[TRIED_FAILED] = "failed",
		[TRIED_NOT_ASKED] = "not-asked" };
	json_put_comma(b);
	buf_putc(b, '{');
	json_put_member(b, "name", t->name);
	json_put_member(b, "state", states[t->state]);
	json_put_key(b, "looked_at");
	buf_putc(b, '[');
	for (size_t i = 0; i < t->looked_at.n; i++) {
		json_put_comma(b);
		json_put_string(b, t->looked_at.v[i], strlen(t->looked_at.v[i]));
	}
	buf_putc(b, ']');
	put_text_or_null(b, "detail", t->detail);
	if (t->ms >= 0)
		json_put_int(b, "ms", t->ms);
	else
		json_put_null(b, "ms");
	buf_putc(b, '}');
}

static void
print_json(const struct creds_report *r, const char *region, const char *region_from,
    const struct err *err)
{
	struct buf b;
	buf_init(&b, 0);
	buf_putc(&b, '{');
	put_order(&b, r);
	put_active(&b, r);
	json_put_key(&b, "providers");
	buf_putc(&b, '[');
	for (size_t i = 0; i < r->tried.n; i++)
		put_provider(&b, &r->tried.v[i]);
	buf_putc(&b, ']');
	json_put_key(&b, "region");
	buf_putc(&b, '{');
	put_text_or_null(&b, "value", region);
	put_text_or_null(&b, "from", region_from);
	buf_putc(&b, '}');
	put_text_or_null(&b, "account", r->account);
	put_text_or_null(&b, "arn", r->arn);
	put_text_or_null(&b, "error", err->code != ERR_NONE ? err->text : NULL);
	buf_puts(&b, "}\n");
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
}

/* ---- status for people ------------------------------------------------------------ */

static void
print_words(struct aws *aws, const struct creds_report *r)
{
	struct buf b = { 0 };
	auth_text_plain(&b, aws, r);
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
}

/* What the source did not say: whose the keys are. STS is not waited for longer than this. */
static void
learn_account(struct aws *aws, const struct creds *c)
{
	enum { PATIENCE_MS = 2000 };
	struct identity ignored;
	if (c == NULL || c->account != NULL)
		return;
	if (identity_get(aws, PATIENCE_MS, &ignored, NULL, NULL) == 0)
		identity_done(&ignored);
}

static int
auth_status(struct aws *aws, int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
	if (argc > 2 || (argc > 1 && !json && !help) || help) {
		fputs(_("Usage: adit auth status [--json]\n"), help ? stdout : stderr);
		return help ? 0 : ERR_USAGE;
	}
	struct err err = { 0 };
	tty_answers(aws);
	const struct creds *c = creds_get(aws, NULL, &err);
	learn_account(aws, c);
	struct creds_report *r = creds_report(aws);
	char *from, *region = aws_region(aws, NULL, &from);
	if (json)
		print_json(r, region, from, &err);
	else
		print_words(aws, r);
	free(region);
	free(from);
	creds_report_free(r);
	bool usable = c != NULL;
	creds_unref(c);
	return usable ? 0 : ERR_CREDENTIALS;
}

/* ---- export -------------------------------------------------------------------------- */

static void
put_process(struct buf *b, const struct creds *c)
{
	char when[32];
	buf_putc(b, '{');
	json_put_int(b, "Version", 1);
	json_put_member(b, "AccessKeyId", c->access_key_id);
	json_put_member(b, "SecretAccessKey", secret_reveal(c->secret_access_key));
	if (c->session_token != NULL)
		json_put_member(b, "SessionToken", secret_reveal(c->session_token));
	if (c->expires != 0) {
		clock_iso8601(c->expires, when);
		json_put_member(b, "Expiration", when);
	}
	if (c->account != NULL)
		json_put_member(b, "AccountId", c->account);
	buf_puts(b, "}\n");
}

/* A shell takes it back as it was, whatever is in it. */
static void
put_export(struct buf *b, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_printf(b, "export %s='", name);
	for (; *value != '\0'; value++) {
		if (*value == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *value);
	}
	buf_puts(b, "'\n");
}

static void
put_env(struct buf *b, const struct creds *c)
{
	char when[32];
	clock_iso8601(c->expires, when);
	put_export(b, "AWS_BEARER_TOKEN_BEDROCK", secret_reveal(c->bearer));
	put_export(b, "AWS_ACCESS_KEY_ID", c->access_key_id);
	put_export(b, "AWS_SECRET_ACCESS_KEY", secret_reveal(c->secret_access_key));
	put_export(b, "AWS_SESSION_TOKEN", secret_reveal(c->session_token));
	put_export(b, "AWS_CREDENTIAL_EXPIRATION", c->expires != 0 ? when : NULL);
	put_export(b, "AWS_ACCOUNT_ID", c->account);
}

/* Past stdio, whose buffer nobody wipes. */
static int
write_out(const struct buf *b, struct err *err)
{
	for (size_t at = 0; at < b->len;) {
		ssize_t n = write(STDOUT_FILENO, b->s + at, b->len - at);
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_FAILED, _("Cannot write to standard output: %m"));
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static const char *
export_format(int argc, char **argv)
{
	const char *format = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
			format = argv[++i];
		else if (str_starts(argv[i], "--format="))
			format = argv[i] + strlen("--format=");
		else
			return NULL;
	}
	return format;
}

static int
auth_export(struct aws *aws, int argc, char **argv)
{
	static const struct {
		const char	*name;
		void		(*put)(struct buf *, const struct creds *);
		bool		 takes_bearer;
	} formats[] = { { "process", put_process, false }, { "env", put_env, true } };
	const char *wanted = export_format(argc, argv);
	size_t i = 0, n = sizeof formats / sizeof *formats;
	while (i < n && !str_same(formats[i].name, wanted))
		i++;
	if (i == n) {
		bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
		fputs(_("Usage: adit auth export --format process|env\n"), help ? stdout : stderr);
		return help ? 0 : ERR_USAGE;
	}
	struct err err = { 0 };
	tty_answers(aws);
	const struct creds *c = creds_get(aws, NULL, &err);
	if (c == NULL)
		return cli_complain(&err);
	struct buf b;
	buf_init(&b, 0);
	buf_room(&b, 16384);            /* secrets: it should not move */
	buf_grew(&b, 0);
	int rc = 0;
	if (c->kind == CREDS_BEARER && !formats[i].takes_bearer)
		rc = err_set(&err, ERR_CREDENTIALS,
		    _("A bearer token is in use, which a credential_process cannot hand on; unset "
		      "AWS_BEARER_TOKEN_BEDROCK to export keys, or use --format env."));
	else
		formats[i].put(&b, c);
	if (rc == 0)
		rc = write_out(&b, &err);
	buf_wipe(&b);
	creds_unref(c);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- the family ------------------------------------------------------------------------ */

int
cli_auth(struct aws *aws, int argc, char **argv)
{
	static const struct {
		const char	*name;
		int		(*run)(struct aws *, int argc, char **argv);
	} rows[] = { { "status", auth_status }, { "login", cli_login }, { "logout", cli_logout },
		{ "export", auth_export } };
	for (size_t i = 0; argc > 1 && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(argv[1], rows[i].name) == 0)
			return rows[i].run(aws, argc - 1, argv + 1);
	bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
	fputs(_("Usage: adit auth status [--json]\n"
		"       adit auth login [METHOD]\n"
		"       adit auth logout [--sso]\n"
		"       adit auth export --format process|env\n"), help ? stdout : stderr);
	return help ? 0 : ERR_USAGE;
}
