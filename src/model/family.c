/* family.c - see family.h. Rules: the public documentation of Claude on Bedrock, August 2026. */
#include "config.h"

#include "model/family.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* ---- ids ---- */

static const char *const prefixes[] = { "us.", "eu.", "apac.", "ap.", "au.", "jp.", "ca.", "sa.",
	"global.", "us-gov." };

static const char *const vendors[] = { "amazon", "anthropic", "meta", "mistral", "deepseek", "qwen",
	"openai", "cohere", "ai21", "writer", "twelvelabs", "stability", "google", "nvidia",
	"minimax", "moonshot", "moonshotai", "luma", "zai", "xai" };

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
begins_with_vendor(const char *s)
{
	for (size_t i = 0; i < N(vendors); i++) {
		size_t n = strlen(vendors[i]);
		if (strncmp(s, vendors[i], n) == 0 && s[n] == '.')
			return true;
	}
	return false;
}

/* Two to six letters, perhaps a dash and more letters, and a dot: what a new region's prefix would
 * look like. */
static size_t
prefix_shape(const char *id)
{
	size_t n = 0;
	while (is_lower(id[n]))
		n++;
	if (n < 2 || n > 6)
		return 0;
	if (id[n] == '-' && is_lower(id[n + 1])) {
		n++;
		while (is_lower(id[n]))
			n++;
	}
	return id[n] == '.' ? n + 1 : 0;
}

size_t
family_prefix(const char *id)
{
	for (size_t i = 0; i < N(prefixes); i++)
		if (str_starts(id, prefixes[i]) && strchr(id + strlen(prefixes[i]), '.') != NULL)
			return strlen(prefixes[i]);
	size_t n = prefix_shape(id);
	return n > 0 && !begins_with_vendor(id) && begins_with_vendor(id + n) ? n : 0;
}

const char *
family_id(const char *model)
{
	static const char *const open[] = { ":foundation-model/", ":inference-profile/" };
	if (!str_starts(model, "arn:"))
		return model;
	for (size_t i = 0; i < N(open); i++) {
		const char *at = strstr(model, open[i]);
		if (at != NULL)
			return at + strlen(open[i]);
	}
	return NULL;
}

void
family_vendor(struct buf *out, const char *model)
{
	const char *id = family_id(model);
	if (id == NULL)
		return;
	id += family_prefix(id);
	const char *dot = strchr(id, '.');
	if (dot != NULL)
		buf_add(out, id, (size_t)(dot - id));
}

/* ---- which family ---- */

static const struct {
	const char		*begins;
	enum family_kind	 kind;
} rows[] = {
	{ "anthropic.claude", FAMILY_CLAUDE },
	{ "amazon.nova-2-", FAMILY_NOVA_2 },
	{ "amazon.nova-", FAMILY_NOVA },
	{ "amazon.titan-", FAMILY_TITAN },
	{ "openai.gpt-oss", FAMILY_GPT_OSS },
	{ "openai.gpt-5", FAMILY_GPT },
	{ "deepseek.r1", FAMILY_DEEPSEEK_R1 },
	{ "mistral.mistral-7b", FAMILY_MISTRAL_OLD },
	{ "mistral.mixtral", FAMILY_MISTRAL_OLD },
};

static const char *const lines[] = { [CLAUDE_OPUS] = "opus", [CLAUDE_SONNET] = "sonnet",
	[CLAUDE_HAIKU] = "haiku", [CLAUDE_FABLE] = "fable", [CLAUDE_MYTHOS] = "mythos" };

/* A word of the id at *s, with what ends it; moves past both. */
static enum claude_line
take_line(const char **s)
{
	for (enum claude_line l = CLAUDE_OPUS; l <= CLAUDE_MYTHOS; l++) {
		size_t n = strlen(lines[l]);
		if (strncmp(*s, lines[l], n) == 0 && ((*s)[n] == '-' || (*s)[n] == '\0')) {
			*s += n + ((*s)[n] == '-');
			return l;
		}
	}
	return CLAUDE_NONE;
}

/* One or two digits that a separator follows: a longer run is a date, not a version. */
static int
take_number(const char **s)
{
	size_t n = 0;
	while (is_digit((*s)[n]))
		n++;
	if (n == 0 || n > 2 || ((*s)[n] != '\0' && strchr("-.:", (*s)[n]) == NULL))
		return -1;
	int v = atoi(*s);
	*s += n;
	return v;
}

static void
take_version(struct family *f, const char **s)
{
	f->major = take_number(s);
	if (f->major < 0 || (**s != '-' && **s != '.'))
		return;
	const char *rest = *s + 1;
	int minor = take_number(&rest);
	if (minor < 0)
		return;
	f->minor = minor;
	*s = rest;
}

/* After "anthropic.claude": "-opus-4-7", "-3-5-sonnet-20241022-v2:0", "-v2:1". */
static void
parse_claude(struct family *f, const char *s)
{
	s += *s == '-';
	f->line = take_line(&s);
	if (*s == 'v' && f->line == CLAUDE_NONE)
		s++;
	take_version(f, &s);
	if (f->line == CLAUDE_NONE && *s == '-') {
		s++;
		f->line = take_line(&s);
	}
	if (f->line == CLAUDE_MYTHOS && f->major < 0)
		f->major = 5;           /* the preview has no number */
}

struct family
family_of(const char *model)
{
	struct family f = { .kind = FAMILY_UNKNOWN, .major = -1 };
	const char *id = model != NULL ? family_id(model) : NULL;
	if (id == NULL)
		return f;
	id += family_prefix(id);
	if (strchr(id, '.') != NULL)
		f.kind = FAMILY_OTHER;
	for (size_t i = 0; i < N(rows); i++)
		if (str_starts(id, rows[i].begins)) {
			f.kind = rows[i].kind;
			break;
		}
	if (f.kind == FAMILY_CLAUDE)
		parse_claude(&f, id + strlen("anthropic.claude"));
	return f;
}

/* ---- what it takes ---- */

static bool
is_claude(const struct family *f, int major, int minor)
{
	return f->kind == FAMILY_CLAUDE && f->major >= 0 &&
	    (f->major > major || (f->major == major && f->minor >= minor));
}

/* A Claude whose version cannot be read is most likely one that is newer than this program. */
static bool
is_unknown_claude(const struct family *f)
{
	return f->kind == FAMILY_CLAUDE && f->major < 0;
}

bool
family_always_thinks(const struct family *f)
{
	return f->line == CLAUDE_FABLE || f->line == CLAUDE_MYTHOS || is_claude(f, 5, 0);
}

enum sampling
family_sampling(const struct family *f)
{
	if (f->kind == FAMILY_GPT || f->line == CLAUDE_FABLE || f->line == CLAUDE_MYTHOS)
		return SAMPLING_NONE;
	if (is_claude(f, 5, 0) || (f->line == CLAUDE_OPUS && is_claude(f, 4, 7)))
		return SAMPLING_NONE;
	if (is_claude(f, 4, 1) || is_unknown_claude(f) || f->kind == FAMILY_UNKNOWN)
		return SAMPLING_ONE;
	return SAMPLING_ANY;
}

enum thinking
family_thinking(const struct family *f)
{
	switch (f->kind) {
	case FAMILY_CLAUDE:
		if (is_claude(f, 4, 6) || is_unknown_claude(f))
			return THINKING_ADAPTIVE;
		return is_claude(f, 3, 7) ? THINKING_BUDGET : THINKING_NONE;
	case FAMILY_NOVA_2:
		return THINKING_NOVA;
	case FAMILY_GPT_OSS:
		return THINKING_GPT_OSS;
	default:
		return THINKING_NONE;
	}
}

/* The levels of a form of thinking beyond none, as bits of enum effort. */
#define LEVEL(e) (1u << EFFORT_##e)
static unsigned
level_bits(const struct family *f)
{
	unsigned common = LEVEL(NONE) | LEVEL(LOW) | LEVEL(MEDIUM) | LEVEL(HIGH);
	switch (family_thinking(f)) {
	case THINKING_BUDGET:
		return common | LEVEL(MINIMAL);
	case THINKING_ADAPTIVE:
		if (f->line == CLAUDE_FABLE || f->line == CLAUDE_MYTHOS)
			common &= ~LEVEL(NONE);         /* always on */
		return common | (is_claude(f, 4, 7) ? LEVEL(XHIGH) : 0) |
		    (is_claude(f, 4, 6) ? LEVEL(MAX) : 0);
	case THINKING_NOVA:
	case THINKING_GPT_OSS:
		return common;
	case THINKING_NONE:
		break;
	}
	return LEVEL(NONE);
}

size_t
family_levels(const struct family *f, enum effort levels[EFFORTS])
{
	unsigned bits = level_bits(f);
	size_t n = 0;
	for (int e = 0; e < EFFORTS; e++)
		if (bits & 1u << e)
			levels[n++] = (enum effort)e;
	return n;
}

enum effort
family_level(const struct family *f, enum effort wish)
{
	unsigned bits = level_bits(f) & ~LEVEL(NONE);
	if (wish == EFFORT_NONE || bits == 0)
		return EFFORT_NONE;
	for (int e = (int)wish; e > EFFORT_NONE; e--)
		if (bits & 1u << e)
			return (enum effort)e;
	int lowest = EFFORT_NONE + 1;
	while ((bits & 1u << lowest) == 0)
		lowest++;
	return (enum effort)lowest;
}

long
family_budget(enum effort e)
{
	static const long budgets[EFFORTS] = { [EFFORT_MINIMAL] = 1024, [EFFORT_LOW] = 2048,
		[EFFORT_MEDIUM] = 8192, [EFFORT_HIGH] = 16384, [EFFORT_XHIGH] = 16384,
		[EFFORT_MAX] = 16384 };
	return budgets[e];
}

const char *
family_effort(const struct family *f, enum effort e)
{
	static const char *const words[EFFORTS] = { NULL, "low", "low", "medium", "high", "high",
		"high" };
	/* "xhigh" came with Opus 4.7, "max" with 4.6; an unknown Claude gets what all have. */
	if (e == EFFORT_XHIGH && is_claude(f, 4, 7))
		return "xhigh";
	if (e == EFFORT_MAX && is_claude(f, 4, 6))
		return "max";
	return words[e];
}

unsigned
family_cache(const struct family *f, enum cache_retention wish)
{
	bool claude = is_claude(f, 3, 7) || is_unknown_claude(f) ||
	    (f->line == CLAUDE_HAIKU && is_claude(f, 3, 5));
	bool nova = f->kind == FAMILY_NOVA || f->kind == FAMILY_NOVA_2;
	if (wish == CACHE_NONE)
		return 0;
	if (claude)
		return FAMILY_CACHE_TOOLS | FAMILY_CACHE_SYSTEM | FAMILY_CACHE_MESSAGES |
		    FAMILY_CACHE_RESULTS;
	/* Nova caches by itself; a point after tools or their results is an error. */
	return nova && wish != CACHE_USUAL ? FAMILY_CACHE_SYSTEM | FAMILY_CACHE_MESSAGES : 0;
}

bool
family_takes_cache(const struct family *f)
{
	return family_cache(f, CACHE_USUAL) != 0;
}

bool
family_takes_long_cache(const struct family *f)
{
	return is_claude(f, 4, 0);
}

bool
family_takes_status(const struct family *f)
{
	return f->kind == FAMILY_CLAUDE || f->kind == FAMILY_NOVA || f->kind == FAMILY_NOVA_2;
}

bool
family_takes_system(const struct family *f)
{
	return f->kind != FAMILY_TITAN && f->kind != FAMILY_MISTRAL_OLD;
}

bool
family_takes_tools(const struct family *f)
{
	return f->kind != FAMILY_TITAN && f->kind != FAMILY_MISTRAL_OLD &&
	       f->kind != FAMILY_DEEPSEEK_R1 &&
	       !(f->kind == FAMILY_CLAUDE && f->major >= 0 && f->major < 3);
}

bool
family_takes_reasoning(const struct family *f)
{
	return f->kind == FAMILY_CLAUDE && family_thinking(f) != THINKING_NONE;
}
