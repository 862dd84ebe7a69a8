/* config-table.c - the settings; see config-table.h. */
#include "config.h"

#include "app/config-table.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/fuzzy.h"

#define BEDROCK "plugins.entries.amazon-bedrock."
#define MEMORY "agents.defaults.memorySearch."

static const struct config_row rows[] = {
	/* ---- models */
	{ "agents.defaults.model", CONFIG_TEXT, .member = "primary",
	    .help = N_("the model that answers: PROVIDER/ID, an alias, or an id") },
	{ "agents.defaults.model.primary", CONFIG_TEXT,
	    .help = N_("the model that answers: PROVIDER/ID, an alias, or an id") },
	{ "agents.defaults.model.fallbacks", CONFIG_TEXTS,
	    .help = N_("the models to go on with when the first cannot answer") },
	{ "agents.defaults.imageModel", CONFIG_TEXT, .member = "primary",
	    .help = N_("the model for adit image") },
	{ "agents.defaults.imageModel.primary", CONFIG_TEXT,
	    .help = N_("the model for adit image") },
	{ "agents.defaults.imageModel.fallbacks", CONFIG_TEXTS,
	    .help = N_("the image models to go on with") },
	{ "agents.defaults.models.*.alias", CONFIG_TEXT,
	    .help = N_("a short name for the model") },
	{ "agents.defaults.maxBudgetUsd", CONFIG_NUMBER, .min = 0.0001, .max = 1e6,
	    .help = N_("the most that one run may cost, by estimate, in US dollars") },
	{ "agents.defaults.thinkingDefault", CONFIG_WORD,
	    .words = "off|none|minimal|low|medium|high|xhigh|max|adaptive",
	    .help = N_("how much models think unless asked otherwise") },

	/* ---- request parameters: for all models, and for one */
	{ "@params.maxTokens", CONFIG_INT, .min = 1, .max = 10000000,
	    .help = N_("the most tokens that an answer may have") },
	{ "@params.temperature", CONFIG_NUMBER, .min = 0, .max = 1,
	    .help = N_("how freely the model chooses its words, where it takes it") },
	{ "@params.topP", CONFIG_NUMBER, .min = 0, .max = 1,
	    .help = N_("the share of likely words that the model chooses from, where it takes "
		"it") },
	{ "@params.effort", CONFIG_WORD, .words = "none|minimal|low|medium|high|xhigh|max",
	    .help = N_("how much the model thinks") },
	{ "@params.cacheRetention", CONFIG_WORD, .words = "none|short|long",
	    .help = N_("how long the service keeps the prompt: not, 5 minutes, 1 hour") },
	{ "@params.serviceTier", CONFIG_WORD, .words = "default|priority|flex|reserved",
	    .help = N_("how urgent requests are, and what they cost") },
	{ "@params.latency", CONFIG_WORD, .words = "standard|optimized",
	    .help = N_("answers with less delay, where the model has it") },
	{ "@params.stopSequences", CONFIG_TEXTS,
	    .help = N_("texts that end an answer") },
	{ "@params.requestMetadata", CONFIG_OBJECT,
	    .help = N_("tags for the invocation log of the account") },
	{ "@params.additionalModelRequestFields", CONFIG_OBJECT,
	    .help = N_("members that go to the model as they are") },

	/* ---- subagents */
	{ "agents.defaults.subagents.model", CONFIG_TEXT, .member = "primary",
	    .help = N_("the model of subagents; without it the main one") },
	{ "agents.defaults.subagents.model.primary", CONFIG_TEXT,
	    .help = N_("the model of subagents; without it the main one") },
	{ "agents.defaults.subagents.model.fallbacks", CONFIG_TEXTS,
	    .help = N_("the models that subagents go on with") },
	{ "agents.defaults.subagents.maxConcurrent", CONFIG_INT,
	    .fallback = "8", .min = 1, .max = 256,
	    .help = N_("how many subagents may run at once") },
	{ "agents.defaults.subagents.maxChildrenPerAgent", CONFIG_INT,
	    .fallback = "5", .min = 1, .max = 256,
	    .help = N_("how many subagents one agent may have at work") },
	{ "agents.defaults.subagents.thinking", CONFIG_TEXT,
	    .help = N_("how much subagents think; without it as much as main") },
	{ "agents.defaults.subagents.maxSpawnDepth", CONFIG_INT,
	    .fallback = "1", .min = 0, .max = 8,
	    .help = N_("how deep subagents may start subagents") },
	{ "agents.defaults.subagents.runTimeoutSeconds", CONFIG_INT,
	    .fallback = "900", .min = 0, .max = 604800,
	    .help = N_("how long a subagent may run; 0 = without end") },

	/* ---- tools */
	{ "agents.defaults.projectContext", CONFIG_FLAG, .fallback = "true",
	    .help = N_("read AGENTS.md and CLAUDE.md for the model") },
	{ "tools.enabled", CONFIG_FLAG, .fallback = "true",
	    .help = N_("may the model use tools?") },
	{ "tools.rules.allow", CONFIG_TEXTS, .marks = CONFIG_TRUSTED,
	    .help = N_("calls of tools that need no asking: TOOL or TOOL(PATTERN)") },
	{ "tools.rules.ask", CONFIG_TEXTS, .marks = CONFIG_TRUSTED,
	    .help = N_("calls that ask in any case") },
	{ "tools.rules.deny", CONFIG_TEXTS, .marks = CONFIG_TRUSTED,
	    .help = N_("calls that are refused") },
	{ "tools.shell.confine", CONFIG_FLAG, .fallback = "true", .marks = CONFIG_TRUSTED,
	    .help = N_("keep commands from writing outside the working directory, where the kernel can") },
	{ "tools.shell.aws", CONFIG_FLAG, .fallback = "false", .marks = CONFIG_TRUSTED,
	    .help = N_("let commands have the AWS_ variables") },
	{ "tools.limits.requests", CONFIG_INT, .fallback = "200", .min = 1, .max = 1000000,
	    .help = N_("the most requests for one message") },
	{ "tools.limits.seconds", CONFIG_INT, .fallback = "0", .min = 0, .max = 604800,
	    .help = N_("how long one message may take; 0 = without end") },
	{ "tools.limits.tokens", CONFIG_INT, .fallback = "0", .min = 0, .max = 1000000000,
	    .help = N_("the most tokens for one message; 0 = without end") },
	{ "messages.queue.mode", CONFIG_WORD, .fallback = "\"steer\"", .words = "steer|followup",
	    .help = N_("what is typed while tools run: said with their results, or after the last answer") },

	/* ---- memory search */
	{ MEMORY "enabled", CONFIG_FLAG, .fallback = "true",
	    .help = N_("search memory files and conversations") },
	{ MEMORY "provider", CONFIG_TEXT,
	    .help = N_("who makes the vectors: bedrock") },
	{ MEMORY "model", CONFIG_TEXT,
	    .help = N_("the embedding model") },
	{ MEMORY "outputDimensionality", CONFIG_INT, .min = 1, .max = 65536,
	    .help = N_("the length of a vector, of those that the model has") },
	{ MEMORY "extraPaths", CONFIG_TEXTS, .marks = CONFIG_TRUSTED,
	    .help = N_("more files and folders to search") },
	{ MEMORY "chunking.tokens", CONFIG_INT, .fallback = "400", .min = 16, .max = 8192,
	    .help = N_("the length of a piece of text, in tokens") },
	{ MEMORY "chunking.overlap", CONFIG_INT, .fallback = "80", .min = 0, .max = 4096,
	    .help = N_("how much two neighbouring pieces share") },
	{ MEMORY "query.maxResults", CONFIG_INT, .fallback = "6", .min = 1, .max = 200,
	    .help = N_("how many results a search gives") },
	{ MEMORY "query.minScore", CONFIG_NUMBER, .fallback = "0.35", .min = 0, .max = 1,
	    .help = N_("how good a result must be") },
	{ MEMORY "query.hybrid.enabled", CONFIG_FLAG, .fallback = "true",
	    .help = N_("search by words as well as by meaning") },
	{ MEMORY "query.hybrid.vectorWeight", CONFIG_NUMBER, .fallback = "0.7", .min = 0, .max = 1,
	    .help = N_("the weight of meaning") },
	{ MEMORY "query.hybrid.textWeight", CONFIG_NUMBER, .fallback = "0.3", .min = 0, .max = 1,
	    .help = N_("the weight of words") },
	{ MEMORY "query.hybrid.candidateMultiplier", CONFIG_INT,
	    .fallback = "4", .min = 1, .max = 20,
	    .help = N_("how many candidates are ranked for each result") },
	{ MEMORY "query.hybrid.mmr.enabled", CONFIG_FLAG, .fallback = "false",
	    .help = N_("prefer results that differ from each other") },
	{ MEMORY "query.hybrid.mmr.lambda", CONFIG_NUMBER, .fallback = "0.7", .min = 0, .max = 1,
	    .help = N_("1 = only the score counts, 0 = only the difference") },
	{ MEMORY "query.hybrid.temporalDecay.enabled", CONFIG_FLAG, .fallback = "false",
	    .help = N_("let older results count less") },
	{ MEMORY "query.hybrid.temporalDecay.halfLifeDays", CONFIG_NUMBER,
	    .fallback = "30", .min = 0.01, .max = 36500,
	    .help = N_("after how many days a result counts half") },
	{ MEMORY "cache.maxEntries", CONFIG_INT, .fallback = "50000", .min = 0, .max = 10000000,
	    .help = N_("how many vectors are kept") },

	/* ---- providers */
	{ "models.mode", CONFIG_WORD, .fallback = "\"merge\"", .words = "merge|replace",
	    .help = N_("are the models below added to those that were discovered, or the only "
		"ones?") },
	{ "models.providers.*.baseUrl", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("where requests go") },
	{ "models.providers.*.api", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("how the provider is spoken to: bedrock-converse-stream or "
		"openai-completions") },
	{ "models.providers.*.auth", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("how requests are signed: aws-sdk or api-key") },
	{ "models.providers.*.apiKey", CONFIG_TEXT | CONFIG_OBJECT,
	    .marks = CONFIG_TRUSTED | CONFIG_SECRET,
	    .help = N_("the key, best as ${VARIABLE}") },
	{ "models.providers.*.headers", CONFIG_OBJECT, .marks = CONFIG_TRUSTED | CONFIG_SECRET,
	    .help = N_("more header lines for each request") },
	{ "models.providers.*.caBundle", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("a file with the certificates to trust at this address") },
	{ "models.providers.*.insecureHttp", CONFIG_FLAG, .fallback = "false",
	    .marks = CONFIG_TRUSTED,
	    .help = N_("send the conversation and the key over plain http to another machine") },
	{ "models.providers.*.models.[].id", CONFIG_TEXT,
	    .help = N_("the model's id") },
	{ "models.providers.*.models.[].name", CONFIG_TEXT,
	    .help = N_("the model's name for people") },
	{ "models.providers.*.models.[].api", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("how this model is spoken to, if not like the others") },
	{ "models.providers.*.models.[].headers", CONFIG_OBJECT,
	    .marks = CONFIG_TRUSTED | CONFIG_SECRET,
	    .help = N_("more header lines for this model") },
	{ "models.providers.*.models.[].reasoning", CONFIG_FLAG,
	    .help = N_("whether it can think before it answers") },
	{ "models.providers.*.models.[].input", CONFIG_TEXTS,
	    .help = N_("what it takes: text, image") },
	{ "models.providers.*.models.[].contextWindow", CONFIG_NUMBER, .min = 1, .max = 1e9,
	    .help = N_("how many tokens a conversation may have") },
	{ "models.providers.*.models.[].maxTokens", CONFIG_NUMBER, .min = 1, .max = 1e9,
	    .help = N_("how many tokens an answer may have") },
	{ "models.providers.*.models.[].cost.input", CONFIG_NUMBER, .min = 0, .max = 1e6,
	    .help = N_("US dollars for a million tokens sent; 0 = unknown") },
	{ "models.providers.*.models.[].cost.output", CONFIG_NUMBER, .min = 0, .max = 1e6,
	    .help = N_("US dollars for a million tokens answered; 0 = unknown") },
	{ "models.providers.*.models.[].cost.cacheRead", CONFIG_NUMBER, .min = 0, .max = 1e6,
	    .help = N_("US dollars for a million tokens read from the cache") },
	{ "models.providers.*.models.[].cost.cacheWrite", CONFIG_NUMBER, .min = 0, .max = 1e6,
	    .help = N_("US dollars for a million tokens written to the cache") },

	/* ---- Amazon Bedrock */
	{ BEDROCK "enabled", CONFIG_FLAG, .fallback = "true",
	    .help = N_("use Amazon Bedrock") },
	{ BEDROCK "config.region", CONFIG_TEXT,
	    .help = N_("the AWS region") },
	{ BEDROCK "config.profile", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the AWS profile to sign in with") },
	{ BEDROCK "config.rolesAnywhere.certificate", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the certificate to sign in with IAM Roles Anywhere: a file") },
	{ BEDROCK "config.rolesAnywhere.privateKey", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the file with its private key") },
	{ BEDROCK "config.rolesAnywhere.intermediates", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("a file of the certificates between it and the trust anchor") },
	{ BEDROCK "config.rolesAnywhere.trustAnchorArn", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the ARN of the trust anchor") },
	{ BEDROCK "config.rolesAnywhere.profileArn", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the ARN of the Roles Anywhere profile") },
	{ BEDROCK "config.rolesAnywhere.roleArn", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the ARN of the role to take on") },
	{ BEDROCK "config.rolesAnywhere.roleSessionName", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the name of the session") },
	{ BEDROCK "config.rolesAnywhere.sessionDuration", CONFIG_INT, .min = 900, .max = 43200,
	    .marks = CONFIG_TRUSTED, .help = N_("how many seconds its credentials last, 900 to 43200") },
	{ BEDROCK "config.caBundle", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("a file with the certificates to trust") },
	{ BEDROCK "config.proxy", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the proxy for all requests") },
	{ BEDROCK "config.processTimeoutSeconds", CONFIG_INT,
	    .fallback = "60", .min = 1, .max = 3600, .marks = CONFIG_TRUSTED,
	    .help = N_("how long a credential_process may take") },
	{ BEDROCK "config.discovery.enabled", CONFIG_FLAG | CONFIG_WORD,
	    .fallback = "\"auto\"", .words = "auto",
	    .help = N_("ask AWS which models there are") },
	{ BEDROCK "config.discovery.region", CONFIG_TEXT,
	    .help = N_("the region whose models are listed") },
	{ BEDROCK "config.discovery.providerFilter", CONFIG_TEXTS,
	    .help = N_("list the models of these makers only") },
	{ BEDROCK "config.discovery.refreshInterval", CONFIG_NUMBER, .fallback = "3600",
	    .help = N_("for how many seconds a list stays fresh; 0 = not at all") },
	{ BEDROCK "config.discovery.defaultContextWindow", CONFIG_NUMBER, .fallback = "32000",
	    .help = N_("the context window of a model that nothing is known about") },
	{ BEDROCK "config.discovery.defaultMaxTokens", CONFIG_NUMBER, .fallback = "4096",
	    .help = N_("the longest answer of a model that nothing is known about") },
	{ BEDROCK "config.pricing.geography", CONFIG_NUMBER, .fallback = "1.1", .min = 1, .max = 10,
	    .help = N_("the factor on the prices of what is not a global profile, from Claude 4.5 on") },
	{ BEDROCK "config.pricing.flex", CONFIG_NUMBER, .fallback = "0.5", .min = 0, .max = 100,
	    .help = N_("the factor of the service tier flex") },
	{ BEDROCK "config.pricing.priority", CONFIG_NUMBER, .min = 0, .max = 100,
	    .help = N_("the factor of the service tier priority; without it what that costs is unknown") },
	{ BEDROCK "config.requestTags", CONFIG_FLAG, .fallback = "true",
	    .help = N_("note session and agent in the request metadata, which shows in the account's "
		"invocation log") },
	{ BEDROCK "config.guardrail.guardrailIdentifier", CONFIG_TEXT, .marks = CONFIG_TRUSTED,
	    .help = N_("the guardrail for every conversation: id or ARN") },
	{ BEDROCK "config.guardrail.guardrailVersion", CONFIG_TEXT | CONFIG_INT,
	    .marks = CONFIG_TRUSTED,
	    .help = N_("its version: a number, or DRAFT") },
	{ BEDROCK "config.guardrail.streamProcessingMode", CONFIG_WORD,
	    .fallback = "\"sync\"", .words = "sync|async", .marks = CONFIG_TRUSTED,
	    .help = N_("show text after it was checked (sync) or before (async)") },
	{ BEDROCK "config.guardrail.trace", CONFIG_WORD,
	    .fallback = "\"disabled\"", .words = "enabled|disabled|enabled_full", .marks = CONFIG_TRUSTED,
	    .help = N_("say what the guardrail found") },

	/* ---- the screen */
	{ "tui.theme", CONFIG_WORD,
	    .fallback = "\"auto\"", .words = "auto|dark|light|high-contrast",
	    .help = N_("the colours") },
	{ "tui.mouse", CONFIG_FLAG, .fallback = "false",
	    .help = N_("let the wheel scroll; the terminal's own selection then needs Shift") },
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const char *const params_places[] = { "agents.defaults.params", "agents.defaults.models.*.params" };

const struct config_row *
config_row_at(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

/* ---- matching ----------------------------------------------------------- */

/* A walk along a pattern, which may be in two pieces. */
struct pattern {
	const char	*at, *next;     /* the part, and the piece after this one */
	size_t		 len;           /* of the part; at == NULL: the end */
};

static void
set_part(struct pattern *p, const char *at)
{
	p->at = at;
	p->len = at != NULL ? strcspn(at, ".") : 0;
}

static void
next_part(struct pattern *p)
{
	const char *end = p->at + p->len;
	if (*end == '.') {
		set_part(p, end + 1);
		return;
	}
	set_part(p, p->next);
	p->next = NULL;
}

/* The ways to read a row's path: pattern number `way`, false when there are no more. */
static bool
start_pattern(struct pattern *p, const struct config_row *row, size_t way)
{
	static const char params[] = "@params.";
	bool two = str_starts(row->path, params);
	if (way >= (two ? sizeof params_places / sizeof *params_places : 1))
		return false;
	p->next = two ? row->path + strlen(params) : NULL;
	set_part(p, two ? params_places[way] : row->path);
	return true;
}

static bool
part_is(const struct pattern *p, const char *word)
{
	return p->at != NULL && strlen(word) == p->len && memcmp(p->at, word, p->len) == 0;
}

static bool
part_fits(const struct pattern *p, const char *part)
{
	if (part_is(p, "*"))
		return true;
	if (part_is(p, "[]"))
		return part[0] != '\0' && part[strspn(part, "0123456789")] == '\0';
	return part_is(p, part);
}

/* Goes along the pattern as far as the path does; false when they part. */
static bool
follow(struct pattern *p, char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p->at == NULL || !part_fits(p, parts[i]))
			return false;
		next_part(p);
	}
	return true;
}

struct config_match
config_match(char *const *parts, size_t n)
{
	struct config_match m = { 0 };
	struct pattern p;
	for (size_t i = 0; i < N_ROWS; i++)
		for (size_t way = 0; start_pattern(&p, &rows[i], way); way++) {
			if (!follow(&p, parts, n))
				continue;
			if (p.at == NULL)
				m.row = &rows[i];
			m.inner |= p.at != NULL;
			m.list |= part_is(&p, "[]");
		}
	return m;
}

char *
config_nearest(char *const *parts, size_t n)
{
	struct VEC(char *) names = { 0 };
	struct pattern p;
	for (size_t i = 0; i < N_ROWS; i++)
		for (size_t way = 0; start_pattern(&p, &rows[i], way); way++)
			if (follow(&p, parts, n - 1) && p.at != NULL && p.at[0] != '*' && p.at[0] != '[')
				vec_add(&names, mem_strndup(p.at, p.len));
	const char *near = fuzzy_nearest(parts[n - 1], (const char *const *)names.v, names.n);
	char *copy = mem_strdup(near);
	for (size_t i = 0; i < names.n; i++)
		free(names.v[i]);
	vec_done(&names);
	return copy;
}

/* ---- older names -------------------------------------------------------- */

static bool
begins(const struct json5_path *path, const char *first, const char *second)
{
	return path->n >= 2 && strcmp(path->v[0], first) == 0 && strcmp(path->v[1], second) == 0;
}

static void
replace_part(struct json5_path *path, size_t i, char *part)
{
	free(path->v[i]);
	path->v[i] = part;
}

static void
move_discovery(struct json5_path *path)
{
	static const char *const place[] = { "plugins", "entries", "amazon-bedrock", "config", "discovery" };
	enum { N = sizeof place / sizeof *place };
	struct json5_path moved = { 0 };
	for (size_t i = 0; i < N; i++)
		vec_add(&moved, mem_strdup(place[i]));
	for (size_t i = 2; i < path->n; i++)
		vec_add(&moved, mem_strdup(path->v[i]));
	json5_path_done(path);
	*path = moved;
}

bool
config_canon(struct json5_path *path)
{
	static const char old_name[] = "bedrock", prefix[] = "bedrock/";
	if (begins(path, "models", "bedrockDiscovery")) {
		move_discovery(path);
		return true;
	}
	if (path->n >= 3 && (begins(path, "models", "providers") || begins(path, "plugins", "entries")) &&
	    strcmp(path->v[2], old_name) == 0)
		replace_part(path, 2, mem_strdup("amazon-bedrock"));
	if (path->n >= 4 && begins(path, "agents", "defaults") && strcmp(path->v[2], "models") == 0 &&
	    str_starts(path->v[3], prefix))
		replace_part(path, 3, mem_printf("amazon-%s", path->v[3]));
	return false;
}

/* ---- values ------------------------------------------------------------- */

static bool
is_word(const char *words, const char *s)
{
	size_t n = strlen(s);
	for (const char *w = words; w != NULL; w = strchr(w, '|') != NULL ? strchr(w, '|') + 1 : NULL)
		if (n == strcspn(w, "|") && memcmp(w, s, n) == 0)
			return true;
	return false;
}

static bool
holds_texts(const struct json5 *v)
{
	for (size_t i = 0; i < v->in.n; i++)
		if (v->in.v[i].value->type != JSON5_STRING)
			return false;
	return true;
}

static bool
fits(const struct config_row *row, const struct json5 *v)
{
	switch (v->type) {
	case JSON5_BOOL:
		return row->types & CONFIG_FLAG;
	case JSON5_NUMBER:
		return (row->types & CONFIG_NUMBER) || ((row->types & CONFIG_INT) && v->whole);
	case JSON5_STRING:
		return (row->types & CONFIG_TEXT) || ((row->types & CONFIG_WORD) && is_word(row->words, v->s));
	case JSON5_ARRAY:
		return (row->types & CONFIG_TEXTS) && holds_texts(v);
	case JSON5_OBJECT:
		return row->types & CONFIG_OBJECT;
	case JSON5_NULL:
		return true;            /* the same as not set */
	}
	return false;
}

static bool
has_range(const struct config_row *row)
{
	return row->min < row->max;
}

static void
put_words(const struct config_row *row, struct buf *b)
{
	for (const char *w = row->words; *w != '\0'; w++) {
		if (*w == '|')
			buf_puts(b, ", ");
		else
			buf_putc(b, *w);
	}
}

void
config_row_takes(const struct config_row *row, struct buf *b)
{
	static const struct {
		unsigned	 type;
		const char	*text;
	} names[] = {
		{ CONFIG_FLAG, N_("true or false") },
		{ CONFIG_INT, N_("a whole number") },
		{ CONFIG_NUMBER, N_("a number") },
		{ CONFIG_TEXT, N_("a text") },
		{ CONFIG_TEXTS, N_("a list of texts") },
		{ CONFIG_OBJECT, N_("an object") },
	};
	size_t from = b->len;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(row->types & names[i].type))
			continue;
		if (b->len > from)
			buf_puts(b, ", ");
		if (has_range(row) && names[i].type & (CONFIG_INT | CONFIG_NUMBER))
			buf_printf(b, names[i].type == CONFIG_INT ? _("a whole number from %.10g to %.10g") :
			    _("a number from %.10g to %.10g"), row->min, row->max);
		else
			buf_puts(b, _(names[i].text));
	}
	if (row->types & CONFIG_WORD) {
		if (b->len > from)
			buf_puts(b, ", ");
		put_words(row, b);
	}
}

int
config_row_check(const struct config_row *row, const char *path, const struct json5 *v, struct err *err)
{
	bool in_range = v->type != JSON5_NUMBER || !has_range(row) ||
	    (v->number >= row->min && v->number <= row->max);
	if (fits(row, v) && in_range)
		return 0;
	struct buf takes;
	buf_init(&takes, 0);
	config_row_takes(row, &takes);
	if (v->type == JSON5_STRING)
		err_set(err, ERR_CONFIG, _("%s takes: %s. It cannot be \"%.80s\"."), path, buf_str(&takes), v->s);
	else if (v->type == JSON5_NUMBER)
		err_set(err, ERR_CONFIG, _("%s takes: %s. It cannot be %.10g."), path, buf_str(&takes), v->number);
	else
		err_set(err, ERR_CONFIG, _("%s takes: %s. It cannot be %s."), path, buf_str(&takes),
		    json5_type_name(v->type));
	buf_done(&takes);
	return -1;
}
