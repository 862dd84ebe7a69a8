/* options.c - see options.h. */
#include "config.h"

#include "app/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/str.h"
#include "model/converse.h"

/* Where a row's value goes; -1 with a sentence when it makes no sense. */
typedef int option_take(struct options *, const char *name, const char *value, struct err *);

static option_take take_model, take_profile, take_region, take_system, take_append, take_tier, take_effort,
    take_max_tokens, take_temperature, take_budget, take_output, take_resume, take_flag, take_log_file, take_log_level,
    take_config, take_allow, take_file;

enum { SHARED = 1 };

static const struct option_row {
	const char	*name;
	char		 letter;        /* 0 = none */
	const char	*value;         /* what the value is called; NULL = a flag; "[X]" = may be left out */
	const char	*help;
	option_take	*take;
	int		 flags;
} rows[] = {
	{ "print", 'p', NULL, N_("answer once on standard output, without a screen"), take_flag, 0 },
	{ "model", 'm', N_("REF"), N_("the model: an id, an ARN, or amazon-bedrock/ID"), take_model, 0 },
	{ "profile", 0, N_("NAME"), N_("sign in with this AWS profile, before any environment key"), take_profile, SHARED },
	{ "region", 0, N_("NAME"), N_("the AWS region"), take_region, SHARED },
	{ "system", 0, N_("TEXT"), N_("the system prompt"), take_system, 0 },
	{ "append-system", 0, N_("TEXT"), N_("more text after the system prompt"), take_append, 0 },
	{ "effort", 0, N_("LEVEL"), N_("how much the model thinks: none, minimal, low, medium, high, xhigh, max"), take_effort, 0 },
	{ "max-tokens", 0, "N", N_("the most tokens an answer may have"), take_max_tokens, 0 },
	{ "temperature", 0, "X", N_("0 to 1, for models that take it"), take_temperature, 0 },
	{ "service-tier", 0, N_("TIER"), N_("default, priority, flex or reserved"), take_tier, 0 },
	{ "max-budget-usd", 0, "X", N_("the most that this run may cost, by estimate, in US dollars"), take_budget, 0 },
	{ "image", 0, N_("FILE"), N_("an image for the prompt; may be given more than once"), take_file, 0 },
	{ "file", 0, N_("FILE"), N_("a file for the prompt: text, PDF, Word, Excel, image, audio, video; may be given more than once"), take_file, 0 },
	{ "continue", 'c', NULL, N_("go on with the newest session of this folder"), take_flag, 0 },
	{ "resume", 'r', N_("[ID]"), N_("go on with a stored session; without an ID, list them"), take_resume, 0 },
	{ "no-session", 0, NULL, N_("keep no record of the conversation"), take_flag, 0 },
	{ "no-tools", 0, NULL, N_("the model may use no tools"), take_flag, 0 },
	{ "allow", 0, N_("RULE"), N_("a call of a tool that needs no asking, as in shell(git log *); may be repeated"), take_allow, 0 },
	{ "output-format", 0, N_("FORMAT"), N_("with -p: text, json or stream-json"), take_output, 0 },
	{ "plain", 0, NULL, N_("line by line, without a screen: for screen readers and simple terminals"), take_flag, 0 },
	{ "demo", 0, NULL, N_("a guided tour against a simulator on this machine"), take_flag, 0 },
	{ "config", 0, N_("FILE"), N_("read this configuration instead of your own"), take_config, 0 },
	{ "log-file", 0, N_("FILE"), N_("write the log there"), take_log_file, SHARED },
	{ "log-level", 0, N_("LEVEL"), N_("off, error, warn, info, debug or trace"), take_log_level, SHARED },
	{ "help", 'h', NULL, N_("print this help"), take_flag, 0 },
	{ "version", 'V', NULL, N_("print the version"), take_flag, 0 },
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* ---- the values ---------------------------------------------------------- */

#define TAKE_STRING(function, member)                                                              \
	static int function(struct options *o, const char *name, const char *value, struct err *err) \
	{                                                                                          \
		(void)name;                                                                        \
		(void)err;                                                                         \
		o->member = value;                                                                 \
		return 0;                                                                          \
	}
TAKE_STRING(take_model, model)
TAKE_STRING(take_profile, profile)
TAKE_STRING(take_region, region)
TAKE_STRING(take_system, system)
TAKE_STRING(take_append, append_system)
TAKE_STRING(take_log_file, log_file)
TAKE_STRING(take_config, config)

static int
bad_value(const char *name, const char *value, struct err *err)
{
	return err_set(err, ERR_USAGE, _("--%s does not take \"%s\". See adit --help."), name, value);
}

static int
take_log_level(struct options *o, const char *name, const char *value, struct err *err)
{
	if (log_level_named(value) < 0)
		return bad_value(name, value, err);
	o->log_level = value;
	return 0;
}

static int
take_effort(struct options *o, const char *name, const char *value, struct err *err)
{
	o->effort = effort_named(value);
	return o->effort < 0 ? bad_value(name, value, err) : 0;
}

static int
take_file(struct options *o, const char *name, const char *value, struct err *err)
{
	(void)name;
	if (o->n_files == sizeof o->files / sizeof *o->files)
		return err_set(err, ERR_USAGE, _("At most %zu files go along with a prompt."), o->n_files);
	o->files[o->n_files++] = value;
	return 0;
}

static int
take_tier(struct options *o, const char *name, const char *value, struct err *err)
{
	if (!converse_is_tier(value))
		return bad_value(name, value, err);
	o->service_tier = value;
	return 0;
}

static int
take_budget(struct options *o, const char *name, const char *value, struct err *err)
{
	char *end;
	o->max_budget = strtod(value, &end);
	return *end != '\0' || end == value || !(o->max_budget > 0 && o->max_budget <= 1e6) ?
	    bad_value(name, value, err) : 0;
}

static int
take_max_tokens(struct options *o, const char *name, const char *value, struct err *err)
{
	char *end;
	o->max_tokens = strtol(value, &end, 10);
	return *end != '\0' || o->max_tokens < 1 || o->max_tokens > 100000000 ? bad_value(name, value, err) : 0;
}

static int
take_temperature(struct options *o, const char *name, const char *value, struct err *err)
{
	char *end;
	o->temperature = strtod(value, &end);
	return *end != '\0' || end == value || !(o->temperature >= 0 && o->temperature <= 1) ?
	    bad_value(name, value, err) : 0;
}

static int
take_output(struct options *o, const char *name, const char *value, struct err *err)
{
	static const char *const formats[] = { "text", "json", "stream-json" };
	for (int i = 0; i < 3; i++)
		if (strcmp(formats[i], value) == 0) {
			o->output = (enum output_format)i;
			return 0;
		}
	return bad_value(name, value, err);
}

static int
take_resume(struct options *o, const char *name, const char *value, struct err *err)
{
	(void)name;
	(void)err;
	o->resume_asked = true;
	o->resume = value;
	return 0;
}

static int
take_allow(struct options *o, const char *name, const char *value, struct err *err)
{
	(void)name;
	(void)err;
	vec_add(&o->allow, value);
	return 0;
}

static int
take_flag(struct options *o, const char *name, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	const struct {
		const char *name;
		bool *flag;
	} flags[] = { { "print", &o->print }, { "continue", &o->continue_last },
		{ "no-session", &o->no_session }, { "no-tools", &o->no_tools }, { "plain", &o->plain }, { "demo", &o->demo },
		{ "help", &o->help }, { "version", &o->version } };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i].name, name) == 0)
			*flags[i].flag = true;
	return 0;
}

/* ---- parsing --------------------------------------------------------------- */

void
options_init(struct options *o)
{
	*o = (struct options){ .temperature = -1, .effort = -1, .max_budget = -1 };
}

void
options_done(struct options *o)
{
	vec_done(&o->allow);
}

/* getopt's tables from ours. */
static void
make_tables(struct option *longs, char *shorts)
{
	size_t at = 0;
	shorts[at++] = ':';
	for (int i = 0; i < N_ROWS; i++) {
		bool optional = rows[i].value != NULL && rows[i].value[0] == '[';
		int arg = rows[i].value == NULL ? no_argument : optional ? optional_argument : required_argument;
		longs[i] = (struct option){ rows[i].name, arg, NULL, 256 + i };
		if (rows[i].letter == 0)
			continue;
		shorts[at++] = rows[i].letter;
		if (arg != no_argument)
			shorts[at++] = ':';
		if (arg == optional_argument)
			shorts[at++] = ':';
	}
	longs[N_ROWS] = (struct option){ 0 };
	shorts[at] = '\0';
}

static int
row_of(int got)
{
	if (got >= 256)
		return got - 256;
	for (int i = 0; i < N_ROWS; i++)
		if (rows[i].letter == got)
			return i;
	return -1;
}

int
options_parse(struct options *o, int argc, char **argv, bool stop, int *first, struct err *err)
{
	struct option longs[N_ROWS + 1];
	char shorts[3 * N_ROWS + 4];
	shorts[0] = '+';
	make_tables(longs, shorts + (stop ? 1 : 0));
	optind = 0;
	opterr = 0;
	for (;;) {
		int at = optind > 0 ? optind : 1;
		int got = getopt_long(argc, argv, shorts, longs, NULL);
		if (got == -1)
			break;
		const char *word = at < argc ? argv[at] : "";
		if (got == ':')
			return err_set(err, ERR_USAGE, _("%s needs a value. See adit --help."), argv[optind - 1]);
		int i = got == '?' ? -1 : row_of(got);
		if (i < 0)
			return err_set(err, ERR_USAGE, _("There is no option %s. See adit --help."), word);
		/* "--resume ID" with a space is what people type: take a word that looks like an id. */
		const char *value = optarg;
		if (value == NULL && rows[i].value != NULL && optind < argc &&
		    strlen(argv[optind]) >= 4 && argv[optind][strspn(argv[optind], "0123456789abcdef")] == '\0')
			value = argv[optind++];
		if (rows[i].take(o, rows[i].name, value, err) < 0)
			return -1;
	}
	*first = optind;
	return 0;
}

static const struct option_row *
shared_row(const char *word, const char **value)
{
	if (!str_starts(word, "--"))
		return NULL;
	size_t n = strcspn(word + 2, "=");
	for (int i = 0; i < N_ROWS; i++) {
		if ((rows[i].flags & SHARED) == 0 || strlen(rows[i].name) != n ||
		    strncmp(rows[i].name, word + 2, n) != 0)
			continue;
		*value = word[2 + n] == '=' ? word + 3 + n : NULL;
		return &rows[i];
	}
	return NULL;
}

void
options_take_common(struct options *o, int *argc, char **argv)
{
	int to = 0;
	for (int i = 0; i < *argc; i++) {
		const char *value;
		const struct option_row *row = shared_row(argv[i], &value);
		if (row != NULL && (value != NULL || i + 1 < *argc))
			row->take(o, row->name, value != NULL ? value : argv[++i], NULL);
		else
			argv[to++] = argv[i];
	}
	argv[to] = NULL;
	*argc = to;
}

void
options_help(FILE *f)
{
	for (int i = 0; i < N_ROWS; i++) {
		char left[64];
		const char *value = rows[i].value != NULL ? _(rows[i].value) : "";
		snprintf(left, sizeof left, "%c%c%c --%s%s%s", rows[i].letter != 0 ? '-' : ' ',
		    rows[i].letter != 0 ? rows[i].letter : ' ', rows[i].letter != 0 ? ',' : ' ',
		    rows[i].name, *value != '\0' ? " " : "", value);
		fprintf(f, "  %-28s %s\n", left, _(rows[i].help));
	}
}
