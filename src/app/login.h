/*
 * login.h - what can be done to sign in: one table for /login and for `adit auth login`.
 *
 * A method is a row of the table in login.c; a choice is a method with what
 * it would be done with here: this SSO session, that profile. The screen
 * (login-screen.c; login-inside.h says what its files are) and the shell
 * (cli-login.c) show the same choices in the same order and do them each in
 * their own way.
 */
#ifndef ADIT_APP_LOGIN_H
#define ADIT_APP_LOGIN_H

#include <stdbool.h>

#include "app/app.h"
#include "aws/aws.h"
#include "aws/profile.h"
#include "aws/sso-login.h"
#include "base/secret.h"
#include "base/vec.h"

enum login_way { LOGIN_SSO, LOGIN_CONSOLE, LOGIN_PROCESS, LOGIN_PROFILE, LOGIN_API_KEY, LOGIN_SSO_NEW, LOGIN_KEYS,
	LOGIN_DEMO, LOGIN_WAYS };

struct login_method {
	const char	*name;          /* the shell's word: "sso" */
	const char	*args;          /* what may follow it there: "[SESSION|PROFILE]"; "" = nothing */
	const char	*help;          /* marked N_() */
};
const struct login_method *login_method(enum login_way);
/* The way of that name, -1 for another word. */
int	login_way_named(const char *);

struct login_choice {
	enum login_way	 way;
	char		*key;           /* not twice among them: "sso my-sso" */
	char		*text, *detail; /* for people; the detail may be NULL */
	struct sso_target target;       /* LOGIN_SSO */
	char		*profile;       /* what it is for; NULL = none yet */
};
struct login_choices VEC(struct login_choice);

/* What can be done here, the likeliest first. Reads the AWS files. */
void	login_choices(struct aws *, struct login_choices *);
void	login_choices_done(struct login_choices *);
const struct login_choice *login_choice_of(const struct login_choices *, const char *key);
/* The one that mends what is in force (its session ended, its process must run again): NULL = there is none such. */
const struct login_choice *login_mender(const struct login_choices *);

/* The profile whose own sign-in counts: behind role_arn and source_profile. Owned by the caller. */
char	*login_root(const struct profiles *, const char *profile);
/* The profiles that sign in there, and that have an account and a role. */
void	login_profiles_of(const struct profiles *, const struct sso_target *, struct profile_names *);
/* "https://d-1234567890.awsapps.com/start" makes "d-1234567890": a name for a new session. Owned by the caller. */
char	*login_session_name(const char *start_url);
/* -1 and a sentence when it cannot be a start URL. */
int	login_check_start_url(const char *, struct err *);

/* What was given for this run (given->... are copies; NULL where nothing was). */
struct login_given {
	struct secret	*bearer, *secret_access_key, *session_token;
	char		*access_key_id;
};
void	login_given_done(struct login_given *);

/* ---- in a running program (login-use.c); UI thread ---- */

/* What to use from now on; login_goes_on() makes it so. The given is taken. */
void	login_use_profile(struct app *, const char *name);
void	login_use_given(struct app *, struct login_given *);
/* Nothing that was named at /login: what comes of the command line, the configuration, the rest. */
void	login_use_nothing(struct app *);
/* Forgets what was resolved, says the sentence (may be NULL), and lets go on what waited for credentials. */
void	login_goes_on(struct app *, const char *sentence);

/* ---- on the screen (login-screen.c, logout-screen.c) ---- */

/* /login: one dialog with what can be done here. */
void	login_open(struct app *);
/* The same, at once with the first choice of that way; nothing of the kind here: the list. */
void	login_open_way(struct app *, enum login_way);
/* Enter after a failure for want of credentials: signs in where that mends it, else tries again or offers all. */
void	login_mend(struct app *, struct agent *);
/* /logout. */
void	logout_open(struct app *);
/* Ends what is under way, and waits for it (some 50 ms). */
void	login_stop(struct app *);

/* ---- in lines (login-plain.c) ---- */
void	login_in_lines(struct app *, const char *args);
void	logout_in_lines(struct app *);

/*
 * Signing in without a screen (cli-login.c): questions go to the terminal, what is to be read to standard
 * output. Waits, for minutes where a person must act.
 */
struct login_shell {
	struct aws		*aws;
	const atomic_bool	*cancel;        /* may be NULL */
	bool			 inside;        /* of a run that goes on (--plain), which takes the rest then */
	struct login_given	 given;         /* for this run */
	char			*profile;       /* to be used from now on; NULL = as before */
	bool			 demo;
};
/* argv[0] is "login"; a method and its words may follow. The exit status; what went wrong was said. */
int	login_shell_run(struct login_shell *, int argc, char **argv);
/* argv[0] is "logout". */
int	logout_shell_run(struct login_shell *, int argc, char **argv);
void	login_shell_done(struct login_shell *);

#endif
