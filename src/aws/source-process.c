/*
 * source-process.c - credential_process: a program of the user's prints credentials.
 *
 * It is run without a shell unless its text needs one, in a group of its own,
 * for a minute at most; what it prints on stderr is shown when it fails and
 * never logged. A program that calls adit, which calls the program, is stopped
 * by a variable in its environment.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"

#define GUARD "ADIT_CREDENTIAL_PROCESS"

enum { TIMEOUT_MS = 60 * 1000, MAX_OUTPUT = 64 * 1024, STDERR_TAIL = 4096, SHOWN_TAIL = 200 };

struct words VEC(char *);

/* ---- the command line ------------------------------------------------------------ */

static void
words_done(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	vec_done(w);
}

/* A character outside quotes that only a shell understands. */
static bool
is_for_shell(char c)
{
	return c != '\0' && strchr("$`|&;<>*", c) != NULL;
}

struct splitter {
	const char	*at;
	struct buf	 word;
	bool		 in_word;
	bool		 needs_shell;
};

/* From an opening quote to behind the closing one; -1 when there is none. */
static int
take_quoted(struct splitter *s)
{
	char quote = *s->at++;
	s->in_word = true;
	for (; *s->at != quote; s->at++) {
		if (*s->at == '\0')
			return -1;
		/* POSIX: in double quotes a backslash escapes only these. */
		if (quote == '"' && *s->at == '\\' && s->at[1] != '\0' && strchr("$`\"\\", s->at[1]) != NULL)
			s->at++;
		buf_putc(&s->word, *s->at);
	}
	s->at++;
	return 0;
}

static void
take_plain(struct splitter *s)
{
	s->needs_shell = s->needs_shell || is_for_shell(*s->at);
	if (*s->at == '\\' && s->at[1] != '\0')
		s->at++;
	buf_putc(&s->word, *s->at++);
	s->in_word = true;
}

/* Words as a POSIX shell would have them; -1 when a quote is left open. */
static int
split_words(const char *text, struct words *out, bool *needs_shell)
{
	struct splitter s = { .at = text, .needs_shell = text[0] == '~' };
	buf_init(&s.word, 0);
	int rc = 0;
	for (;;) {
		bool ends = *s.at == '\0' || strchr(" \t\r\n", *s.at) != NULL;
		if (ends && s.in_word) {
			vec_add(out, buf_take(&s.word, NULL));
			s.in_word = false;
		}
		if (*s.at == '\0')
			break;
		if (ends)
			s.at++;
		else if (*s.at == '"' || *s.at == '\'')
			rc = take_quoted(&s);
		else
			take_plain(&s);
		if (rc < 0)
			break;
	}
	buf_done(&s.word);
	*needs_shell = s.needs_shell;
	return rc;
}

/* ---- running it -------------------------------------------------------------------- */

/*
 * What the helper is not given: a bearer token is of no use to it, and keys in
 * the environment belong to somebody else whenever a profile is asked.
 */
static const char *const not_for_helpers[] = { "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	NULL };
static const char *const guard[] = { GUARD "=1", NULL };

/* The end of what it said on stderr, on one line, without control characters. */
static void
add_tail(struct buf *out, const struct buf *said)
{
	size_t start = said->len > SHOWN_TAIL ? said->len - SHOWN_TAIL : 0;
	while (start > 0 && start < said->len && ((unsigned char)said->s[start] & 0xc0) == 0x80)
		start++;
	for (size_t i = start; i < said->len; i++) {
		char c = said->s[i];
		bool blank = (unsigned char)c <= ' ' || c == 0x7f;
		if (!blank)
			buf_putc(out, c);
		else if (out->len > 0 && out->s[out->len - 1] != ' ')
			buf_putc(out, ' ');
	}
	while (out->len > 0 && out->s[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
}

static int
say_how_it_ended(const char *name, const char *profile, const struct spawn_end *end, long seconds,
    struct err *err)
{
	struct buf tail;
	buf_init(&tail, 0);
	add_tail(&tail, &end->err);
	const char *said = tail.len > 0 ? tail.s : _("it said nothing on stderr");
	switch (end->why) {
	case SPAWN_EXITED:
		err_set(err, ERR_CREDENTIALS, _("credential_process %s of profile %s exited with %d: %s"),
		    name, profile, end->status, said);
		break;
	case SPAWN_SIGNALLED:
		err_set(err, ERR_CREDENTIALS,
		    _("credential_process %s of profile %s was ended by signal %d: %s"), name, profile,
		    end->status, said);
		break;
	case SPAWN_TIMED_OUT:
		err_set(err, ERR_CREDENTIALS,
		    _("credential_process %s of profile %s did not end within %ld seconds and was stopped: %s"),
		    name, profile, seconds, said);
		break;
	case SPAWN_FLOODED:
		err_set(err, ERR_CREDENTIALS,
		    _("credential_process %s of profile %s printed more than %d KiB and was stopped."), name,
		    profile, MAX_OUTPUT / 1024);
		break;
	case SPAWN_CANCELLED:
		err_set(err, ERR_CANCELLED, _("Stopped while credential_process %s was running."), name);
		break;
	}
	buf_done(&tail);
	return -1;
}

static int
run(const char *const *argv, const char *name, const struct source_ask *ask, struct spawn_end *end,
    struct err *err)
{
	long ms = ask->view->options->process_timeout_ms > 0 ? ask->view->options->process_timeout_ms
							      : TIMEOUT_MS;
	const struct spawn spawn = { .argv = argv,
		.without = not_for_helpers,
		.with = guard,
		.out_max = MAX_OUTPUT,
		.err_tail = STDERR_TAIL,
		.timeout_ms = ms,
		.cancel = ask->cancel };
	struct err why = { 0 };
	if (spawn_run(&spawn, end, &why) < 0)
		return err_set(err, ERR_CREDENTIALS, _("credential_process of profile %s: %s"), ask->profile,
		    why.text);
	if (end->why == SPAWN_EXITED && end->status == 0)
		return 0;
	return say_how_it_ended(name, ask->profile, end, (ms + 999) / 1000, err);
}

/* ---- what it printed ---------------------------------------------------------------- */

static int
read_answer(struct json_object *o, struct creds *out, struct err *err)
{
	static const struct document members = { .access_key_id = "AccessKeyId",
		.secret_access_key = "SecretAccessKey",
		.session_token = "SessionToken",
		.expiration = "Expiration",
		.account = "AccountId",
		.any_case = true };
	int64_t version = json_int(o, "Version", json_int(o, "version", -1));
	if (version != 1)
		return err_set(err, ERR_CREDENTIALS, _("the answer's Version is not 1"));
	if (document_read(o, &members, out, err) < 0)
		return -1;
	if (out->expires != 0 && out->expires <= creds_now())
		return err_set(err, ERR_CREDENTIALS, _("the credentials it printed have already expired"));
	return 0;
}

static int
read_output(const struct buf *printed, const char *name, const struct source_ask *ask,
    struct creds *out, struct err *err)
{
	struct err why = { 0 };
	struct json_object *o = document_parse(buf_str(printed), printed->len, &why);
	int rc = o != NULL ? read_answer(o, out, &why) : -1;
	document_free(o);
	if (rc < 0)
		return err_set(err, ERR_CREDENTIALS, _("credential_process %s of profile %s: %s."), name,
		    ask->profile, why.text);
	const char *account = profile_get(ask->view->files, ask->profile, "aws_account_id");
	if (out->account == NULL)
		out->account = mem_strdup(account);
	return 0;
}

/* ---- the source ---------------------------------------------------------------------- */

static int
run_and_read(const char *command, const struct words *words, bool needs_shell,
    const struct source_ask *ask, struct creds *out, struct err *err)
{
	const char *const shell[] = { "/bin/sh", "-c", command, NULL };
	struct spawn_end end;
	const char *name = words->v[0];         /* arguments may be secrets: they are not repeated */
	int rc = run(needs_shell ? shell : (const char *const *)words->v, name, ask, &end, err);
	if (rc == 0)
		rc = read_output(&end.out, name, ask, out, err);
	spawn_end_done(&end);
	return rc;
}

static int
refuse_recursion(const struct source_ask *ask, struct err *err)
{
	return err_set(err, ERR_CREDENTIALS,
	    _("Profile %s runs a credential_process, but adit itself was started by one: they would call "
	      "each other for ever. Let that program use another profile."), ask->profile);
}

enum answer
source_process(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	(void)aws;
	const char *command = profile_get(ask->view->files, ask->profile, "credential_process");
	struct words words = { 0 };
	bool needs_shell;
	int line, rc;
	const char *file = profile_where(ask->view->files, ask->profile, "credential_process", &line);
	out->kind = CREDS_PROCESS;
	if (getenv(GUARD) != NULL)
		rc = refuse_recursion(ask, err);
	else if (split_words(command, &words, &needs_shell) < 0 || words.n == 0)
		rc = err_set(err, ERR_CONFIG, _("%s, line %d: credential_process has a quote without its end."),
		    file, line);
	else {
		tried_looked(tried, "credential_process %s", words.v[0]);
		vec_add(&words, NULL);
		rc = run_and_read(command, &words, needs_shell, ask, out, err);
	}
	words_done(&words);
	return rc < 0 ? ANSWER_FAILED : ANSWER_FOUND;
}
