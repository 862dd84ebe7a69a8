/*
 * cli-login.c - `adit auth login` and `adit auth logout`: the methods of /login without a screen.
 *
 * Also what /login does in --plain, where a run goes on afterwards.
 */
#include "config.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/browser.h"
#include "app/cli.h"
#include "app/login.h"
#include "app/poster.h"
#include "app/tty.h"
#include "aws/api-key.h"
#include "aws/creds.h"
#include "aws/signin-login.h"
#include "aws/sso-login.h"
#include "aws/stored.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/clean.h"

enum { MAX_ANSWER = 4096, MAX_SECRET = 16 * 1024 };

/* A sentence that may hold words of others. */
static void
say(const char *s)
{
	char *clean = clean_line(s);
	puts(clean);
	fflush(stdout);
	free(clean);
}

static bool
is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* ---- asking ------------------------------------------------------------------------------ */

static int
no_terminal(struct err *err)
{
	return err_set(err, ERR_USAGE, _("This asks questions, and there is no terminal to ask them on. Run it in a "
					 "terminal, or name everything on the command line: adit auth login --help"));
}

/* One line; blank takes `usual` where there is one. Owned by the caller; NULL and err: gave up, or nobody is there. */
static char *
ask(const struct login_shell *l, const char *question, const char *usual, struct err *err)
{
	struct buf b;
	if (!tty_is_there()) {
		no_terminal(err);
		return NULL;
	}
	char *whole = usual != NULL ? mem_printf("%s [%s]", question, usual) : mem_strdup(question);
	buf_init(&b, MAX_ANSWER);
	int rc = tty_ask(whole, false, &b, l->cancel);
	free(whole);
	char *answer = str_trim(buf_str(&b));
	buf_done(&b);
	if (rc == 0 && str_blank(answer) && usual != NULL) {
		free(answer);
		return mem_strdup(usual);
	}
	if (rc == 0 && !str_blank(answer))
		return answer;
	free(answer);
	err_set(err, ERR_CANCELLED, _("Signing in was given up."));
	return NULL;
}

/* Which of n; their texts are numbered. -1 and err: none. */
static int
choose(const struct login_shell *l, const char *question, const char *const *texts, size_t n, struct err *err)
{
	if (n == 1)
		return 0;
	if (!tty_is_there())
		return no_terminal(err);
	for (size_t i = 0; i < n; i++) {
		char *line = mem_printf("%3zu  %s", i + 1, texts[i]);
		say(line);
		free(line);
	}
	for (;;) {
		char *answer = ask(l, question, "1", err);
		if (answer == NULL)
			return -1;
		char *end;
		long v = strtol(answer, &end, 10);
		bool good = *end == '\0' && v >= 1 && (size_t)v <= n;
		free(answer);
		if (good)
			return (int)v - 1;
	}
}

/* A secret without echo, or from a pipe. NULL and err. */
static struct secret *
ask_secret(const struct login_shell *l, const char *question, struct err *err)
{
	struct buf b;
	int rc = 0;
	buf_init(&b, MAX_SECRET);
	buf_room(&b, MAX_SECRET);       /* it must not move */
	buf_grew(&b, 0);
	if (!isatty(STDIN_FILENO) && !l->inside)
		rc = file_read_fd(STDIN_FILENO, MAX_SECRET, &b, err);
	else if (!tty_is_there())
		rc = no_terminal(err);
	else if (tty_ask(question, true, &b, l->cancel) < 0)
		rc = err_set(err, ERR_CANCELLED, _("Signing in was given up."));
	char *trimmed = str_trim(buf_str(&b));
	size_t n = strlen(trimmed);
	struct secret *s = rc == 0 ? secret_new(trimmed, n) : NULL;
	mem_wipe(trimmed, n);
	free(trimmed);
	buf_wipe(&b);
	return s;
}

/* ---- does it work? -------------------------------------------------------------------------- */

/* Resolves anew and says who one is now. */
static int
try_out(const struct login_shell *l, const char *profile, struct err *err)
{
	if (profile != NULL && !l->inside)
		aws_set_options(l->aws, &(struct aws_options){ .profile = profile });
	else
		creds_forget(l->aws);
	if (l->inside)
		return 0;                       /* the turn that goes on shows it */
	const struct creds *c = creds_get(l->aws, l->cancel, err);
	if (c == NULL)
		return -1;
	char *s = c->account != NULL ? mem_printf(_("In use: %s, account %s."), c->label, c->account)
				     : mem_printf(_("In use: %s."), c->label);
	say(s);
	free(s);
	creds_unref(c);
	return 0;
}

/* A profile signs in now: how the next command uses it. */
static int
end_with_profile(struct login_shell *l, const char *profile, struct err *err)
{
	char *in_force = aws_profile(l->aws);
	if (l->inside) {
		free(l->profile);
		l->profile = mem_strdup(profile);
	} else if (strcmp(in_force, profile) != 0) {
		char *s = mem_printf(_("Use it with: adit --profile %s"), profile);
		say(s);
		free(s);
	}
	free(in_force);
	return try_out(l, profile, err);
}

/* ---- SSO ---------------------------------------------------------------------------------------- */

static int
terminal_size(int *lines)
{
	struct winsize w = { 0 };
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return 0;
	*lines = w.ws_row;
	return w.ws_col;
}

static void
show_qr(const char *url)
{
	struct buf b = { 0 };
	int lines = 0, columns = terminal_size(&lines);
	if (is_utf8() && poster_qr(&b, url, columns, lines - 10))
		printf("\n%s\n", b.s);
	buf_done(&b);
}

static void
show_code(void *arg, const struct sso_code *c)
{
	(void)arg;
	long long minutes = (c->until - clock_ms() + 59999) / 60000;
	struct buf b = { 0 };
	say(browser_open(c->full_url)
		? _("Your browser should show this page. If it does not, open it, on this machine or any other:")
		: _("Open this address in a browser, on this machine or any other:"));
	buf_printf(&b, "\n    %s\n\n", c->full_url);
	fputs(buf_str(&b), stdout);
	buf_reset(&b);
	char *s = mem_printf(_("and see that it shows this code: %s"), c->code);
	say(s);
	free(s);
	if (is_utf8() && isatty(STDOUT_FILENO)) {
		poster_letters(&b, c->code);
		printf("\n%s", b.s);
	}
	show_qr(c->full_url);
	s = mem_printf(ngettext("Waiting for you there, %lld minute at most. Ctrl-C gives up.",
			   "Waiting for you there, %lld minutes at most. Ctrl-C gives up.", (unsigned long)minutes),
	    minutes);
	say(s);
	free(s);
	buf_done(&b);
}

static int
choose_account(const struct login_shell *l, const struct sso_target *t, char **id, struct err *err)
{
	struct sso_accounts all = { 0 };
	struct VEC(const char *) texts = { 0 };
	int rc = sso_accounts(l->aws, t, &all, l->cancel, err);
	for (size_t i = 0; i < all.n; i++)
		vec_add(&texts, mem_printf("%s  %s  %s", all.v[i].id, all.v[i].name, all.v[i].email));
	if (rc == 0 && all.n == 0)
		rc = err_set(err, ERR_CREDENTIALS, _("You are signed in, but no account is assigned to you there: ask your "
						     "administrator."));
	if (rc == 0)
		rc = choose(l, _("Which account?"), texts.v, texts.n, err);
	if (rc >= 0)
		*id = mem_strdup(all.v[rc].id);
	for (size_t i = 0; i < texts.n; i++)
		free((char *)(uintptr_t)texts.v[i]);
	vec_done(&texts);
	sso_accounts_done(&all);
	return rc < 0 ? -1 : 0;
}

static int
choose_role(const struct login_shell *l, const struct sso_target *t, const char *account, char **role,
    struct err *err)
{
	struct sso_roles all = { 0 };
	int rc = sso_roles(l->aws, t, account, &all, l->cancel, err);
	if (rc == 0 && all.n == 0)
		rc = err_set(err, ERR_CREDENTIALS, _("No role of account %s is assigned to you: ask your administrator."),
		    account);
	if (rc == 0)
		rc = choose(l, _("Which role?"), (const char *const *)all.v, all.n, err);
	if (rc >= 0)
		*role = mem_strdup(all.v[rc]);
	sso_roles_done(&all);
	return rc < 0 ? -1 : 0;
}

/* Account, role and a name become a profile. */
static int
make_profile(struct login_shell *l, const struct sso_target *t, struct err *err)
{
	char *account = NULL, *role = NULL, *name = NULL;
	int rc = choose_account(l, t, &account, err);
	if (rc == 0)
		rc = choose_role(l, t, account, &role, err);
	if (rc == 0) {
		const struct profiles *files = profiles_load(NULL);
		char *usual = sso_profile_name(files, account, role);
		profiles_unref(files);
		name = ask(l, _("A name for the profile:"), usual, err);
		free(usual);
		rc = name != NULL ? 0 : -1;
	}
	if (rc == 0)
		rc = sso_profile_write(&(struct sso_profile){ t, name, account, role, NULL }, err);
	if (rc == 0)
		rc = end_with_profile(l, name, err);
	free(account);
	free(role);
	free(name);
	return rc;
}

/* Signed in there: as which profile? */
static int
after_sso(struct login_shell *l, const struct sso_target *t, const char *profile, struct err *err)
{
	struct profile_names names = { 0 };
	const struct profiles *files = profiles_load(NULL);
	login_profiles_of(files, t, &names);
	int rc;
	if (profile != NULL) {
		rc = end_with_profile(l, profile, err);
	} else if (names.n == 0) {
		rc = make_profile(l, t, err);
	} else if (names.n > 1 && !tty_is_there()) {
		say(_("Use it with one of these profiles (--profile NAME):"));
		for (size_t i = 0; i < names.n; i++)
			say(names.v[i]);
		rc = 0;
	} else {
		rc = choose(l, _("Which profile?"), (const char *const *)names.v, names.n, err);
		rc = rc >= 0 ? end_with_profile(l, names.v[rc], err) : -1;
	}
	profile_names_done(&names);
	profiles_unref(files);
	return rc;
}

static int
sign_in_sso(struct login_shell *l, const struct sso_target *t, const char *profile, struct err *err)
{
	if (sso_login(l->aws, t, show_code, l, l->cancel, err) < 0)
		return -1;
	char *s = mem_printf(_("Signed in to %s."), sso_target_name(t));
	say(s);
	free(s);
	return after_sso(l, t, profile, err);
}

/* By its own name, or by a profile's. */
static int
find_target(const char *word, struct sso_target *t, char **profile, struct err *err)
{
	const struct profiles *files = profiles_load(NULL);
	int rc = profiles_usable(files, err);
	if (rc == 0 && sso_session_exists(files, word)) {
		rc = sso_target_of_session(files, word, t, err);
	} else if (rc == 0 && profile_exists(files, word)) {
		char *root = login_root(files, word);
		rc = sso_target_of_profile(files, root, t, err);
		free(root);
		*profile = mem_strdup(word);
	} else if (rc == 0) {
		rc = err_set(err, ERR_USAGE, _("There is neither an SSO session nor a profile %s in %s."), word,
		    profiles_config_path(files));
	}
	profiles_unref(files);
	return rc;
}

/* The profile in force, if it signs in so; else the only session, or the one that is chosen. */
static int
guess_target(struct login_shell *l, struct sso_target *t, char **profile, struct err *err)
{
	struct login_choices all = { 0 };
	struct VEC(const char *) texts = { 0 };
	struct VEC(const struct login_choice *) rows = { 0 };
	login_choices(l->aws, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].way == LOGIN_SSO) {
			vec_add(&rows, &all.v[i]);
			vec_add(&texts, all.v[i].text);
		}
	int rc = 0;
	if (rows.n == 0)
		rc = err_set(err, ERR_USAGE, _("No SSO session is set up in the AWS files. Set one up with: adit auth login "
					       "sso-new"));
	else if (rows.v[0]->profile == NULL)
		rc = choose(l, _("Which one?"), texts.v, texts.n, err);
	if (rc >= 0) {
		sso_target_copy(t, &rows.v[rc]->target);
		*profile = mem_strdup(rows.v[rc]->profile);
	}
	vec_done(&rows);
	vec_done(&texts);
	login_choices_done(&all);
	return rc < 0 ? -1 : 0;
}

static int
run_sso(struct login_shell *l, const char *word, struct err *err)
{
	struct sso_target t = { 0 };
	char *profile = NULL;
	int rc = word != NULL ? find_target(word, &t, &profile, err) : guess_target(l, &t, &profile, err);
	if (rc == 0)
		rc = sign_in_sso(l, &t, profile, err);
	sso_target_done(&t);
	free(profile);
	return rc;
}

static int
ask_target(struct login_shell *l, struct sso_target *t, struct err *err)
{
	char *here = aws_region(l->aws, NULL, NULL);
	t->start_url = ask(l, _("Start URL of your access portal:"), NULL, err);
	int rc = t->start_url != NULL ? login_check_start_url(t->start_url, err) : -1;
	if (rc == 0)
		t->region = ask(l, _("Region of the portal (not of Bedrock):"), here, err);
	if (rc == 0 && t->region != NULL)
		rc = sso_check_region(t->region, err);
	if (rc == 0 && t->region != NULL) {
		char *usual = login_session_name(t->start_url);
		t->session = ask(l, _("A name for the session:"), usual, err);
		free(usual);
	}
	free(here);
	return rc == 0 && t->session != NULL ? 0 : -1;
}

static int
run_sso_new(struct login_shell *l, const char *word, struct err *err)
{
	(void)word;
	struct sso_target t = { 0 };
	int rc = ask_target(l, &t, err);
	if (rc == 0)
		rc = sso_check_new(&t, err);
	if (rc == 0)
		rc = sso_login(l->aws, &t, show_code, l, l->cancel, err);
	if (rc == 0)
		rc = make_profile(l, &t, err);
	sso_target_done(&t);
	return rc;
}

/* ---- the console ------------------------------------------------------------------------------------ */

static void
show_page(void *arg, const char *address)
{
	(void)arg;
	say(browser_open(address) ? _("Your browser should show this page. If it does not, open it:")
							      : _("Open this address in a browser:"));
	printf("\n    %s\n\n", address);
	fflush(stdout);
}

static int
ask_code(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	(void)arg;
	return tty_ask(question, false, answer, cancel);
}

static int
run_console(struct login_shell *l, const char *word, struct err *err)
{
	struct signin_result done = { 0 };
	const struct signin_login how = { .profile = word, .remote = browser_is_elsewhere(), .show = show_page,
		.ask = ask_code, .arg = l };
	if (how.remote && !tty_is_there())
		return no_terminal(err);
	int rc = signin_login(l->aws, &how, &done, l->cancel, err);
	if (rc == 0) {
		char *s = mem_printf(_("Signed in as %s."), done.session);
		say(s);
		free(s);
		rc = end_with_profile(l, done.profile, err);
	}
	signin_result_done(&done);
	return rc;
}

/* ---- the others --------------------------------------------------------------------------------------- */

static int
run_profile(struct login_shell *l, const char *word, struct err *err)
{
	struct profile_names names = { 0 };
	const struct profiles *files = profiles_load(NULL);
	profiles_names(files, &names);
	int rc = 0;
	if (word != NULL)
		rc = profile_exists(files, word) ? 0 : profile_unknown(files, word, "auth login", err);
	else if (names.n == 0)
		rc = err_set(err, ERR_USAGE, _("There is no profile in %s."), profiles_config_path(files));
	else
		rc = choose(l, _("Which profile?"), (const char *const *)names.v, names.n, err);
	char *name = rc < 0 ? NULL : mem_strdup(word != NULL ? word : names.v[rc]);
	profile_names_done(&names);
	profiles_unref(files);
	if (name == NULL)
		return -1;
	if (!l->inside)
		say(_("For good: adit config set plugins.entries.amazon-bedrock.config.profile NAME"));
	rc = end_with_profile(l, name, err);
	free(name);
	return rc;
}

static int
run_process(struct login_shell *l, const char *word, struct err *err)
{
	char *profile = word != NULL ? mem_strdup(word) : aws_profile(l->aws);
	const struct profiles *files = profiles_load(NULL);
	char *root = login_root(files, profile);
	int rc = 0;
	if (profile_get(files, root, "credential_process") == NULL && profile_get(files, profile, "mfa_serial") == NULL)
		rc = err_set(err, ERR_USAGE, _("Profile %s has no credential_process."), root);
	profiles_unref(files);
	if (rc == 0)
		rc = end_with_profile(l, profile, err);
	free(root);
	free(profile);
	return rc;
}

static int
run_api_key(struct login_shell *l, const char *word, struct err *err)
{
	(void)word;
	struct secret *key = ask_secret(l, _("Bedrock API key (it is not shown):"), err);
	int rc = key != NULL ? api_key_check(secret_reveal(key), err) : -1;
	if (rc == 0)
		rc = stored_keep_api_key(key, err);
	if (rc == 0) {
		char *path = stored_path(), *s = mem_printf(_("Stored in %s, which only you can read. adit uses it from now on, "
							      "before the environment and the AWS files; adit auth logout "
							      "forgets it."), path);
		say(s);
		if (api_key_is_short(secret_reveal(key)))
			say(_("It is a short-term key, which lasts 12 hours at most."));
		free(s);
		free(path);
		creds_forget(l->aws);
		struct buf b = { 0 };
		aws_warnings(l->aws, &b);
		fputs(buf_str(&b), stdout);
		buf_done(&b);
	}
	secret_free(key);
	return rc;
}

static int
run_keys(struct login_shell *l, const char *word, struct err *err)
{
	(void)word;
	if (!l->inside)
		return err_set(err, ERR_USAGE,
		    _("Access keys are taken for one run only, and this run ends here. Put them in a profile (aws configure), "
		      "export them (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), or paste them at /login "
		      "inside adit."));
	l->given.access_key_id = ask(l, _("Access key id:"), NULL, err);
	if (l->given.access_key_id != NULL)
		l->given.secret_access_key = ask_secret(l, _("Secret access key (it is not shown):"), err);
	if (l->given.secret_access_key != NULL)
		l->given.session_token = ask_secret(l, _("Session token, if there is one (it is not shown):"), err);
	return l->given.session_token != NULL ? 0 : -1;
}

static int
run_demo(struct login_shell *l, const char *word, struct err *err)
{
	(void)word;
	(void)err;
	l->demo = true;
	if (!l->inside)
		say(_("The demo needs no sign-in: adit --demo"));
	return 0;
}

static int (*const runs[LOGIN_WAYS])(struct login_shell *, const char *word, struct err *) = {
	[LOGIN_SSO] = run_sso,
	[LOGIN_CONSOLE] = run_console,
	[LOGIN_PROCESS] = run_process,
	[LOGIN_PROFILE] = run_profile,
	[LOGIN_API_KEY] = run_api_key,
	[LOGIN_SSO_NEW] = run_sso_new,
	[LOGIN_KEYS] = run_keys,
	[LOGIN_DEMO] = run_demo,
};

/* ---- which one ---------------------------------------------------------------------------------------------- */

static int
run_choice(struct login_shell *l, const struct login_choice *c, struct err *err)
{
	if (c->way == LOGIN_SSO)
		return sign_in_sso(l, &c->target, c->profile, err);
	return runs[c->way](l, c->profile, err);
}

/* No method was named: all that can be done here. */
static int
run_any(struct login_shell *l, struct err *err)
{
	struct login_choices all = { 0 };
	struct VEC(const char *) texts = { 0 };
	login_choices(l->aws, &all);
	for (size_t i = 0; i < all.n; i++)
		vec_add(&texts, all.v[i].text);
	int rc = choose(l, _("Which one?"), texts.v, texts.n, err);
	if (rc >= 0)
		rc = run_choice(l, &all.v[rc], err);
	vec_done(&texts);
	login_choices_done(&all);
	return rc;
}

static int
usage(bool asked)
{
	FILE *f = asked ? stdout : stderr;
	fputs(_("Usage: adit auth login [METHOD]\n\n"), f);
	for (int i = 0; i < LOGIN_WAYS; i++) {
		const struct login_method *m = login_method((enum login_way)i);
		char *left = mem_printf("%s %s", m->name, *m->args != '\0' ? _(m->args) : "");
		fprintf(f, "  %-26s %s\n", left, _(m->help));
		free(left);
	}
	return asked ? 0 : ERR_USAGE;
}

int
login_shell_run(struct login_shell *l, int argc, char **argv)
{
	struct err err = { 0 };
	int way = argc > 1 ? login_way_named(argv[1]) : -1;
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(true);
	if (argc > 3 || (argc > 1 && way < 0) ||
	    (argc == 3 && (argv[2][0] == '-' || *login_method((enum login_way)way)->args == '\0')))
		return usage(false);
	if (!l->inside)
		tty_answers(l->aws);
	int rc = way >= 0 ? runs[way](l, argc == 3 ? argv[2] : NULL, &err) : run_any(l, &err);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- signing out ------------------------------------------------------------------------------------------------ */

/* The SSO session of the profile in force, if one is signed in to it. */
static bool
session_in_use(struct aws *aws, struct sso_target *t)
{
	const struct profiles *files = profiles_load(NULL);
	char *profile = aws_profile(aws), *root = login_root(files, profile);
	bool in_use = sso_target_of_profile(files, root, t, NULL) == 0 && sso_signed_in_until(t) != 0;
	free(profile);
	free(root);
	profiles_unref(files);
	return in_use;
}

static bool
agrees(const struct login_shell *l, const struct sso_target *t)
{
	struct err err = { 0 };
	if (!tty_is_there())
		return false;
	char *question = mem_printf(_("Sign out of the SSO session %s too, for every program here? (y/n)"), sso_target_name(t));
	char *answer = ask(l, question, "n", &err);
	bool yes = answer != NULL && (answer[0] == 'y' || answer[0] == 'Y');
	free(answer);
	free(question);
	return yes;
}

static int
sign_out_sso(const struct login_shell *l, bool wanted, struct err *err)
{
	struct sso_target t = { 0 };
	int rc = 0;
	if (session_in_use(l->aws, &t) && (wanted || agrees(l, &t))) {
		rc = sso_logout(l->aws, &t, l->cancel, err);
		char *s = mem_printf(_("Signed out of %s."), sso_target_name(&t));
		if (rc == 0)
			say(s);
		free(s);
	} else if (wanted) {
		say(_("The profile in use is not signed in to SSO."));
	}
	sso_target_done(&t);
	return rc;
}

int
logout_shell_run(struct login_shell *l, int argc, char **argv)
{
	struct err err = { 0 };
	bool was_there = false, sso = argc == 2 && strcmp(argv[1], "--sso") == 0;
	if (argc > 1 && !sso) {
		bool help = strcmp(argv[1], "--help") == 0;
		fputs(_("Usage: adit auth logout [--sso]\n"), help ? stdout : stderr);
		return help ? 0 : ERR_USAGE;
	}
	int rc = stored_forget(&was_there, &err);
	if (rc == 0)
		say(was_there ? _("The API key that adit stored is forgotten.") : _("adit had stored nothing."));
	if (rc == 0)
		rc = sign_out_sso(l, sso, &err);
	creds_forget(l->aws);
	return rc < 0 ? cli_complain(&err) : 0;
}

void
login_shell_done(struct login_shell *l)
{
	login_given_done(&l->given);
	free(l->profile);
	l->profile = NULL;
}

int
cli_login(struct aws *aws, int argc, char **argv)
{
	struct login_shell l = { .aws = aws };
	int status = login_shell_run(&l, argc, argv);
	login_shell_done(&l);
	return status;
}

int
cli_logout(struct aws *aws, int argc, char **argv)
{
	struct login_shell l = { .aws = aws };
	int status = logout_shell_run(&l, argc, argv);
	login_shell_done(&l);
	return status;
}
