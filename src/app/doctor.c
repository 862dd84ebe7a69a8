/*
 * doctor.c - the checks of adit doctor: a table.
 *
 * To add a check, write a function that adds its line, and a row. They run in
 * order; a check that makes no sense after an earlier failure says so in its line.
 */
#include "config.h"

#include "app/doctor.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <dirent.h>
#include <unistd.h>

#include "app/policy.h"
#include "aws/creds.h"
#include "aws/identity.h"
#include "aws/profile.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "ui/term.h"

/* A knock at the door of one service. */
struct knock {
	enum aws_kind		 kind;
	char			*url, *from;    /* NULL = the setting is wrong: see err */
	bool			 answered;
	struct transfer_end	 end;
	struct err		 err;
	int64_t			 off;           /* seconds that our clock is behind theirs */
	bool			 told_time;
	int64_t			 ms;
};
enum { KNOCKS = 3 };

struct exam {
	const struct doctor_ask	*ask;
	struct doctor		*out;
	const char		*check;         /* whose line comes next */
	struct creds_report	*report;
	bool			 signed_in, reachable;
	struct knock		 knock[KNOCKS];
};

/* ---- lines -------------------------------------------------------------------------- */

static struct doctor_line *
add(struct exam *x, enum doctor_state state, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static struct doctor_line *
add(struct exam *x, enum doctor_state state, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	vec_add(&x->out->lines, ((struct doctor_line){ .check = x->check, .state = state,
	    .text = buf_take(&b, NULL), .ms = -1, .code = state == DOCTOR_FAIL ? ERR_FAILED : ERR_NONE }));
	return &x->out->lines.v[x->out->lines.n - 1];
}

static void
advise(struct doctor_line *line, const char *todo)
{
	line->todo = mem_strdup(todo);
}

/* ---- configuration and credentials ----------------------------------------------------- */

static void
check_configuration(struct exam *x)
{
	const struct err *e = x->ask->config;
	if (e == NULL || e->code == ERR_NONE) {
		add(x, DOCTOR_OK, _("The configuration can be read (%s)."),
		    x->ask->config_file != NULL ? x->ask->config_file : _("there is none"));
		return;
	}
	struct doctor_line *line = add(x, DOCTOR_FAIL, "%s", e->text);
	line->code = ERR_CONFIG;
	advise(line, _("See all of it with: adit config check"));
}

static void
add_notes(struct exam *x)
{
	struct buf b = { 0 };
	aws_warnings(x->ask->aws, &b);
	for (char *s = b.s, *end; s != NULL && (end = strchr(s, '\n')) != NULL; s = end + 1) {
		*end = '\0';
		add(x, DOCTOR_WARN, "%s", s);
	}
	buf_done(&b);
}

static void
check_credentials(struct exam *x)
{
	struct err err = { 0 };
	int64_t start = clock_ms();
	const struct creds *c = creds_get(x->ask->aws, x->ask->cancel, &err);
	x->signed_in = c != NULL;
	creds_report_free(x->report);
	x->report = creds_report(x->ask->aws);
	struct doctor_line *line;
	if (c == NULL) {
		line = add(x, DOCTOR_FAIL, "%s", err.text);
		line->code = err.code;
		advise(line, _("See where adit looked with: adit auth status. Sign in with /login."));
	} else if (c->expires != 0 && c->expires - clock_wall() < 5 * 60) {
		line = add(x, DOCTOR_WARN, _("%s: it ends in less than five minutes."), c->label);
		advise(line, _("adit renews it by itself where that can be done; else sign in again."));
	} else {
		line = add(x, DOCTOR_OK, "%s", c->label);
	}
	line->ms = clock_ms() - start;
	creds_unref(c);
	add_notes(x);
}

static void
check_region(struct exam *x)
{
	char *from, *region = aws_region(x->ask->aws, NULL, &from);
	if (strcmp(from, "default") == 0)
		advise(add(x, DOCTOR_WARN, _("Nobody says which region: %s is taken."), region),
		    _("Set AWS_REGION, or region in your profile, or use --region."));
	else
		add(x, DOCTOR_OK, _("%s, from %s"), region, from);
	free(region);
	free(from);
}

/* ---- the network -------------------------------------------------------------------------- */

static void
take_clock(struct knock *k, const struct http_reply *reply)
{
	const char *date = http_headers_get(&reply->headers, "Date");
	int64_t there = date != NULL ? clock_parse_http(date) : -1;
	k->told_time = there >= 0;
	k->off = there - clock_wall();
}

static void
knock(struct exam *x, struct knock *k, enum aws_kind kind)
{
	struct http_request req;
	struct http_reply reply;
	struct aws *aws = x->ask->aws;
	k->kind = kind;
	k->url = aws_endpoint(aws, aws_kind_row(kind)->service, NULL, &k->from, &k->err);
	if (k->url == NULL || aws_knock(aws, kind, &req, &k->err) < 0)
		return;
	http_reply_init(&reply, 64 * 1024);
	int64_t start = clock_ms();
	k->answered = fetch(aws_engine(aws), &req, &reply, x->ask->cancel, &k->end, &k->err) == 0;
	k->ms = clock_ms() - start;
	if (k->answered)
		take_clock(k, &reply);
	http_reply_done(&reply);
}

static void
check_endpoints(struct exam *x)
{
	static const enum aws_kind kinds[KNOCKS] = { AWS_CHAT, AWS_MODELS, AWS_IDENTITY };
	static const char *const names[KNOCKS] = { "bedrock-runtime", "bedrock", "sts" };
	for (int i = 0; i < KNOCKS; i++) {
		struct knock *k = &x->knock[i];
		knock(x, k, kinds[i]);
		if (k->answered) {
			add(x, DOCTOR_OK, _("%s: %s answers (set by: %s)."), names[i], k->url, k->from)->ms = k->ms;
			x->reachable = x->reachable || i == 0;
			continue;
		}
		/* Without STS only the account stays unknown. */
		bool vital = kinds[i] != AWS_IDENTITY;
		struct doctor_line *line = add(x, vital ? DOCTOR_FAIL : DOCTOR_WARN, "%s: %s", names[i],
		    k->err.text);
		line->code = vital ? k->err.code : ERR_NONE;
		line->ms = k->ms;
	}
}

/* The first of them of which this is true. */
static const struct knock *
first_with(const struct exam *x, bool (*is)(const struct knock *))
{
	for (int i = 0; i < KNOCKS; i++)
		if (is(&x->knock[i]))
			return &x->knock[i];
	return NULL;
}

static bool
has_no_name(const struct knock *k)
{
	return k->end.dns;
}

static bool
has_tls_trouble(const struct knock *k)
{
	return k->end.tls;
}

static bool
has_proxy_trouble(const struct knock *k)
{
	return k->end.proxy;
}

static bool
did_answer(const struct knock *k)
{
	return k->answered;
}

static bool
is_plain(const struct knock *k)
{
	return k->url != NULL && str_starts(k->url, "http://");
}

/* "https_proxy" or another, where one is set; *host gets it without a password. */
static const char *
proxy_setting(char **host)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);
		if (str_blank(value))
			continue;
		const char *at = strrchr(value, '@'), *scheme = strstr(value, "://");
		const char *from = at != NULL ? at + 1 : scheme != NULL ? scheme + 3 : value;
		*host = mem_strndup(from, strcspn(from, "/"));
		return names[i];
	}
	return NULL;
}

static void
check_names(struct exam *x)
{
	char *proxy = NULL;
	const struct knock *k = first_with(x, has_no_name);
	if (k != NULL) {
		struct doctor_line *line = add(x, DOCTOR_FAIL, "%s", k->err.text);
		line->code = ERR_NETWORK;
		advise(line, _("Check AWS_REGION and the network; where only a proxy reaches out, set HTTPS_PROXY."));
	} else if (proxy_setting(&proxy) != NULL) {
		add(x, DOCTOR_SKIP, _("Names are left to the proxy."));
	} else if (first_with(x, did_answer) != NULL) {
		add(x, DOCTOR_OK, _("The names of the endpoints resolve."));
	} else {
		add(x, DOCTOR_SKIP, _("No connection got far enough to tell."));
	}
	free(proxy);
}

static void
check_tls(struct exam *x)
{
	const struct knock *k = first_with(x, has_tls_trouble);
	if (k != NULL) {
		struct doctor_line *line = add(x, DOCTOR_FAIL, "%s", k->err.text);
		line->code = ERR_NETWORK;
		advise(line, _("Behind a proxy that inspects TLS, name its certificate file in AWS_CA_BUNDLE."));
	} else if (first_with(x, did_answer) == NULL) {
		add(x, DOCTOR_SKIP, _("No connection got far enough to tell."));
	} else if ((k = first_with(x, is_plain)) != NULL) {
		add(x, DOCTOR_WARN, _("%s is without TLS: fine on this machine, nowhere else."), k->url);
	} else {
		add(x, DOCTOR_OK, _("The certificates of the endpoints are good."));
	}
}

static void
check_proxy(struct exam *x)
{
	char *host = NULL;
	const char *name = proxy_setting(&host);
	const struct knock *k = first_with(x, has_proxy_trouble);
	if (k != NULL) {
		struct doctor_line *line = add(x, DOCTOR_FAIL, "%s", k->err.text);
		line->code = ERR_NETWORK;
		advise(line, _("Correct HTTPS_PROXY, or name hosts that need no proxy in NO_PROXY."));
	} else if (name != NULL) {
		add(x, DOCTOR_OK, _("%s, from %s; never for metadata and container addresses."), host, name);
	} else {
		add(x, DOCTOR_OK, _("None is set."));
	}
	free(host);
}

static bool
told_time(const struct knock *k)
{
	return k->told_time;
}

static void
check_clock(struct exam *x)
{
	enum { FINE_S = 60, LIMIT_S = 300 };    /* AWS refuses signatures that are five minutes off */
	const struct knock *k = first_with(x, told_time);
	if (k == NULL) {
		add(x, DOCTOR_SKIP, _("Nobody told the time."));
		return;
	}
	long long off = k->off < 0 ? -k->off : k->off;
	if (off <= FINE_S)
		add(x, DOCTOR_OK, _("The clock is right."));
	else
		advise(add(x, DOCTOR_WARN, off < LIMIT_S ? _("The clock is %lld seconds off.")
							 : _("The clock is %lld seconds off; adit corrects it for "
							     "signatures, other programs may not."), off),
		    _("Switch on time synchronisation: timedatectl set-ntp true"));
}

/* ---- identity and permissions ------------------------------------------------------------------ */

static void
check_account(struct exam *x)
{
	struct identity i;
	struct err err = { 0 };
	if (!x->signed_in) {
		add(x, DOCTOR_SKIP, _("Not asked: there are no credentials."));
	} else if (x->report->kind == CREDS_BEARER) {
		add(x, DOCTOR_SKIP, _("A bearer token does not say whose it is."));
	} else if (identity_get(x->ask->aws, 10000, &i, x->ask->cancel, &err) < 0) {
		advise(add(x, DOCTOR_WARN, "%s", err.text), _("Only the account stays unknown; nothing depends on it."));
	} else {
		add(x, DOCTOR_OK, _("%s, as %s"), i.account, i.arn != NULL ? i.arn : "?");
		identity_done(&i);
		creds_report_free(x->report);
		x->report = creds_report(x->ask->aws);
	}
}

/* Kinds whose permission is wanted in any case, without what costs more than a token. */
static bool
is_wanted(const struct exam *x, enum aws_kind kind)
{
	return x->ask->matrix || (aws_kind_row(kind)->action[0] != '\0' && kind != AWS_IMAGE && kind != AWS_EMBED);
}

static void
tell_of_call(struct exam *x, const struct probe *p)
{
	static const enum doctor_state states[] = { [PROBE_OK] = DOCTOR_OK,
		[PROBE_DENIED] = DOCTOR_FAIL,
		[PROBE_FAILED] = DOCTOR_FAIL,
		[PROBE_SKIPPED] = DOCTOR_SKIP };
	const struct aws_kind_row *row = aws_kind_row(p->kind);
	const char *what = row->action[0] != '\0' ? row->action : row->operation;
	struct doctor_line *line;
	if (p->kind == AWS_COUNT && p->state == PROBE_FAILED)   /* an estimate does as well */
		line = add(x, DOCTOR_WARN, "%s (%s): %s", what, _(row->purpose), p->said);
	else
		line = add(x, states[p->state], "%s (%s): %s", what, _(row->purpose), p->said);
	line->ms = p->ms;
	if (line->state == DOCTOR_FAIL)
		line->code = p->code;
	if (p->state != PROBE_DENIED)
		return;
	char *todo = mem_printf(_("Ask for %s; a policy to paste is below."), p->action);
	advise(line, todo);
	free(todo);
}

static void
check_permissions(struct exam *x)
{
	const struct doctor_ask *ask = x->ask;
	struct probe_env env = { .aws = ask->aws, .model = ask->model, .image_model = ask->image_model,
		.embed_model = ask->embed_model, .cancel = ask->cancel };
	if (!x->signed_in || !x->reachable) {
		add(x, DOCTOR_SKIP, x->signed_in ? _("Not asked: the endpoint does not answer.")
						 : _("Not asked: there are no credentials."));
		return;
	}
	for (int kind = AWS_NO_KIND + 1; kind < AWS_FIRST_SOURCE_KIND; kind++) {
		bool stopped = ask->cancel != NULL && atomic_load(ask->cancel);
		if (stopped || !is_wanted(x, (enum aws_kind)kind))
			continue;
		struct probe p;
		probe_run(&env, (enum aws_kind)kind, &p);
		vec_add(&x->out->calls, p);
		if (aws_kind_row(p.kind)->action[0] != '\0')
			tell_of_call(x, &p);
	}
	probe_env_done(&env);
	char *region = aws_region(ask->aws, NULL, NULL);
	x->out->policy = policy_missing(x->out->calls.v, x->out->calls.n, region, x->report->account);
	free(region);
}

static void
check_model(struct exam *x)
{
	const struct probe *chat = NULL;
	for (size_t i = 0; i < x->out->calls.n; i++)
		if (x->out->calls.v[i].kind == AWS_CHAT)
			chat = &x->out->calls.v[i];
	if (chat == NULL)
		add(x, DOCTOR_SKIP, _("Not asked."));
	else if (chat->state == PROBE_OK)
		add(x, DOCTOR_OK, "%s", chat->said);
	else if (chat->state == PROBE_SKIPPED)
		advise(add(x, DOCTOR_WARN, "%s", chat->said), _("See what there is with: adit models list"));
	else
		add(x, DOCTOR_FAIL, "%s", chat->said)->code = chat->code;
}

/* ---- the machine's own metadata service ----------------------------------------------------------- */

static void
check_imds(struct exam *x)
{
	const struct creds_tried *t = NULL;
	for (size_t i = 0; x->report != NULL && i < x->report->tried.n; i++)
		if (str_starts(x->report->tried.v[i].name, "imds"))
			t = &x->report->tried.v[i];
	if (t == NULL || t->state == TRIED_NOT_ASKED) {
		add(x, DOCTOR_SKIP, _("Not needed: the credentials come from elsewhere."));
	} else if (t->state == TRIED_FOUND) {
		add(x, DOCTOR_OK, _("It answers; the hop limit lets its answers through."))->ms = t->ms;
	} else if (t->state == TRIED_NOT_CONFIGURED) {
		add(x, DOCTOR_SKIP, "%s", t->detail != NULL ? t->detail : _("There is none here."));
	} else {
		struct doctor_line *line = add(x, DOCTOR_FAIL, "%s", t->detail);
		line->code = ERR_CREDENTIALS;
		advise(line, _("In a container the answer needs one hop more: aws ec2 modify-instance-metadata-options "
			       "--instance-id ID --http-put-response-hop-limit 2"));
	}
}

/* ---- terminal ---------------------------------------------------------------------------------------- */

void
doctor_look_at_terminal(struct doctor_terminal *t)
{
	const char *name = getenv("TERM"), *deep = getenv("COLORTERM");
	struct winsize size = { 0 };
	*t = (struct doctor_terminal){ .is_terminal = isatty(STDOUT_FILENO) == 1,
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.no_color = !str_blank(getenv("NO_COLOR")),
		.truecolor = str_same(deep, "truecolor") || str_same(deep, "24bit") };
	snprintf(t->name, sizeof t->name, "%s", name != NULL ? name : "");
	if (t->is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		t->rows = size.ws_row;
		t->columns = size.ws_col;
	}
	t->colours = t->name[0] != '\0' ? term_colours() : -1;
}

static void
check_terminal(struct exam *x)
{
	const struct doctor_terminal *t = &x->ask->terminal;
	if (!t->is_terminal) {
		add(x, DOCTOR_SKIP, _("Standard output is no terminal."));
		return;
	}
	if (t->colours < 0 || strcmp(t->name, "dumb") == 0)
		advise(add(x, DOCTOR_WARN, _("The terminal type “%s” is not known here, or too simple for the screen."),
			   t->name),
		    _("Set TERM to what your terminal is, xterm-256color for most; or use adit --plain."));
	else if (t->truecolor)
		add(x, DOCTOR_OK, _("%s, all colours, %d x %d"), t->name, t->columns, t->rows);
	else
		add(x, DOCTOR_OK, _("%s, %d colours, %d x %d"), t->name, t->colours, t->columns, t->rows);
	if (t->no_color)
		add(x, DOCTOR_OK, _("NO_COLOR is set: adit uses none."));
	if (!t->utf8)
		advise(add(x, DOCTOR_WARN, _("The locale is not UTF-8: marks and borders become plain letters.")),
		    _("Set LANG or LC_ALL to a UTF-8 locale, such as C.UTF-8."));
	if (t->columns > 0 && (t->columns < 40 || t->rows < 10))
		advise(add(x, DOCTOR_WARN, _("The terminal has only %d x %d; much is left out."), t->columns, t->rows),
		    _("Make it at least 40 x 10."));
}

/* ---- file modes ----------------------------------------------------------------------------------------- */

/* Complains of a path that others may do more with than they should; true when it is as it should be. */
static bool
mode_is_fine(struct exam *x, const char *path, mode_t not, enum doctor_state bad)
{
	struct stat st;
	if (stat(path, &st) < 0 || (st.st_mode & not) == 0)
		return true;
	bool reads = (st.st_mode & not & 044) != 0;
	struct doctor_line *line = add(x, bad, reads ? _("Other users can read %s (mode %04o).")
						     : _("Other users can change %s (mode %04o)."),
	    path, (unsigned)(st.st_mode & 07777));
	char *todo = mem_printf("chmod %s '%s'", S_ISDIR(st.st_mode) ? "700" : "600", path);
	advise(line, todo);
	free(todo);
	return false;
}

/* Every file of a folder. */
static bool
modes_are_fine(struct exam *x, const char *folder, enum doctor_state bad)
{
	enum { MOST = 200 };
	bool fine = true;
	DIR *d = opendir(folder);
	struct dirent *e;
	for (int n = 0; d != NULL && n < MOST && (e = readdir(d)) != NULL; n++) {
		char *path = mem_printf("%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			fine = mode_is_fine(x, path, 077, bad) && fine;
		free(path);
	}
	if (d != NULL)
		closedir(d);
	return fine;
}

static bool
aws_modes_are_fine(struct exam *x)
{
	const struct profiles *files = profiles_load(NULL);
	char *folder = file_expand("~/.aws"), *sso = file_expand("~/.aws/sso/cache"),
	     *login = file_expand("~/.aws/login/cache");
	bool fine = mode_is_fine(x, folder, 022, DOCTOR_WARN);
	fine = mode_is_fine(x, profiles_credentials_path(files), 077, DOCTOR_WARN) && fine;
	/* It may name programs to run. */
	fine = mode_is_fine(x, profiles_config_path(files), 022, DOCTOR_FAIL) && fine;
	fine = modes_are_fine(x, sso, DOCTOR_WARN) && fine;
	fine = modes_are_fine(x, login, DOCTOR_WARN) && fine;
	free(folder);
	free(sso);
	free(login);
	profiles_unref(files);
	return fine;
}

static bool
own_modes_are_fine(struct exam *x)
{
	static const struct {
		enum file_place		 place;
		const char		*name;
		mode_t			 not;
		enum doctor_state	 bad;
	} rows[] = {
		{ FILE_CONFIG, "", 022, DOCTOR_WARN },
		{ FILE_CONFIG, "adit.json5", 022, DOCTOR_FAIL },
		{ FILE_DATA, "", 077, DOCTOR_WARN },
		{ FILE_DATA, "sessions", 077, DOCTOR_WARN },
		{ FILE_DATA, "credentials.json", 077, DOCTOR_FAIL },
		{ FILE_STATE, "", 077, DOCTOR_WARN },
		{ FILE_CACHE, "", 022, DOCTOR_WARN },
	};
	bool fine = true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = file_path(rows[i].place, rows[i].name);
		fine = mode_is_fine(x, path, rows[i].not, rows[i].bad) && fine;
		free(path);
	}
	return fine;
}

static void
check_files(struct exam *x)
{
	bool fine = aws_modes_are_fine(x);
	fine = own_modes_are_fine(x) && fine;
	if (fine)
		add(x, DOCTOR_OK, _("Nobody else can read or change what is yours."));
}

/* ---- the table ------------------------------------------------------------------------------------------ */

static const struct {
	const char	*name;
	void		(*run)(struct exam *);
} checks[] = {
	{ "configuration", check_configuration },
	{ "credentials", check_credentials },
	{ "region", check_region },
	{ "endpoint", check_endpoints },
	{ "dns", check_names },
	{ "tls", check_tls },
	{ "proxy", check_proxy },
	{ "clock", check_clock },
	{ "account", check_account },
	{ "permission", check_permissions },
	{ "model", check_model },
	{ "imds", check_imds },
	{ "terminal", check_terminal },
	{ "files", check_files },
};

void
doctor_run(const struct doctor_ask *ask, struct doctor *out)
{
	struct exam x = { .ask = ask, .out = out };
	out->matrix = ask->matrix;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		x.check = checks[i].name;
		if (ask->cancel == NULL || !atomic_load(ask->cancel))
			checks[i].run(&x);
	}
	for (int i = 0; i < KNOCKS; i++) {
		free(x.knock[i].url);
		free(x.knock[i].from);
	}
	creds_report_free(x.report);
}

void
doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->lines.n; i++) {
		free(d->lines.v[i].text);
		free(d->lines.v[i].todo);
	}
	for (size_t i = 0; i < d->calls.n; i++)
		probe_done(&d->calls.v[i]);
	vec_done(&d->lines);
	vec_done(&d->calls);
	free(d->policy);
	d->policy = NULL;
}

int
doctor_status(const struct doctor *d)
{
	for (size_t i = 0; i < d->lines.n; i++)
		if (d->lines.v[i].state == DOCTOR_FAIL)
			return d->lines.v[i].code != ERR_NONE ? (int)d->lines.v[i].code : ERR_FAILED;
	return 0;
}
