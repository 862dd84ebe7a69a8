/* embed.c - see embed.h. */
#include "config.h"

#include "embed.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/sha.h>

#include "converse.h"

static const char V[] = "ValidationException";

/* ---- vectors ------------------------------------------------------------ */

static uint64_t
next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	uint64_t z = *state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void
add_word(double *v, size_t dims, const char *word, size_t n)
{
	uint8_t hash[32];
	uint64_t state;
	SHA256((const unsigned char *)word, n, hash);
	memcpy(&state, hash, sizeof state);
	for (size_t i = 0; i < dims; i++)
		v[i] += (double)(int64_t)next_random(&state) / 9223372036854775808.0;
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Fills v; a text without a word counts as one word. */
static void
make_vector(double *v, size_t dims, const char *text, bool normalise)
{
	char *lower = sim_strdup(text);
	size_t words = 0;
	memset(v, 0, dims * sizeof *v);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (const char *p = lower; *p != '\0';) {
		size_t n = 0;
		while (in_word(p[n]))
			n++;
		if (n != 0 && ++words != 0)
			add_word(v, dims, p, n);
		p += n != 0 ? n : 1;
	}
	if (words == 0)
		add_word(v, dims, lower, strlen(lower));
	double sum = 0;
	for (size_t i = 0; i < dims; i++)
		sum += v[i] * v[i];
	for (size_t i = 0; i < dims && normalise; i++)
		v[i] /= sqrt(sum);
	free(lower);
}

static void
write_vector(struct bytes *b, const char *text, size_t dims, bool normalise)
{
	double *v = sim_alloc(dims * sizeof *v);
	make_vector(v, dims, text, normalise);
	bytes_putc(b, '[');
	for (size_t i = 0; i < dims; i++)
		bytes_printf(b, "%s%.8g", i != 0 ? "," : "", v[i]);
	bytes_putc(b, ']');
	free(v);
}

/* ---- families ----------------------------------------------------------- */

static size_t
tokens(const char *text)
{
	return strlen(text) / 4 + 1;
}

static int
extraneous(const char *name, struct refusal *why)
{
	return refuse(why, V,
	    "Malformed input request: #: extraneous key [%s] is not permitted, please "
	    "reformat your input and try again.",
	    name);
}

static int
check_dims(int64_t dims, const int *allowed, struct refusal *why)
{
	for (size_t i = 0; allowed[i] != 0; i++)
		if (allowed[i] == dims)
			return 0;
	return refuse(why, V,
	    "Malformed input request: #/dimensions: %lld is not a valid enum value, "
	    "please reformat your input and try again.",
	    (long long)dims);
}

static const char *
input_text(struct json_object *body, struct refusal *why)
{
	const char *text = string_of(body, "inputText");
	if (text == NULL)
		refuse(why, V,
		    "Malformed input request: #: required key [inputText] not found, please "
		    "reformat your input and try again.");
	else if (text[0] == '\0')
		refuse(why, V,
		    "Malformed input request: expected minLength: 1, actual: 0, please reformat "
		    "your input and try again.");
	else if (tokens(text) > 8192)
		refuse(why, V, "Too many input tokens. Max input tokens: 8192, request input token "
		    "count: %zu", tokens(text));
	else
		return text;
	return NULL;
}

static int
titan_v1(struct json_object *body, struct bytes *b, struct refusal *why)
{
	const char *text = input_text(body, why);
	if (text == NULL)
		return -1;
	json_object_object_foreach(body, name, value) {
		(void)value;
		if (strcmp(name, "inputText") != 0)
			return extraneous(name, why);
	}
	bytes_puts(b, "{\"embedding\":");
	write_vector(b, text, 1536, true);
	bytes_printf(b, ",\"inputTextTokenCount\":%zu}", tokens(text));
	return 0;
}

static bool
wants(struct json_object *types, const char *type)
{
	if (types == NULL)
		return strcmp(type, "float") == 0;
	for (size_t i = 0; i < json_object_array_length(types); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(types, i)), type) == 0)
			return true;
	return false;
}

static void
write_binary(struct bytes *b, const char *text, size_t dims)
{
	double *v = sim_alloc(dims * sizeof *v);
	make_vector(v, dims, text, false);
	bytes_putc(b, '[');
	for (size_t i = 0; i < dims; i++)
		bytes_printf(b, "%s%d", i != 0 ? "," : "", v[i] >= 0);
	bytes_putc(b, ']');
	free(v);
}

static int
titan_v2(struct json_object *body, struct bytes *b, struct refusal *why)
{
	static const char *const members[] = { "inputText", "dimensions", "normalize",
		"embeddingTypes" };
	static const int allowed[] = { 256, 512, 1024, 0 };
	const char *text = input_text(body, why);
	struct json_object *d = member_of(body, "dimensions"), *n = member_of(body, "normalize");
	struct json_object *types = member_of(body, "embeddingTypes");
	int64_t dims = d != NULL ? json_object_get_int64(d) : 1024;
	if (text == NULL || check_dims(dims, allowed, why) != 0)
		return -1;
	json_object_object_foreach(body, name, value) {
		(void)value;
		size_t i = 0;
		while (i < 4 && strcmp(members[i], name) != 0)
			i++;
		if (i == 4)
			return extraneous(name, why);
	}
	bool normalise = n == NULL || json_object_get_boolean(n);
	bytes_printf(b, "{\"inputTextTokenCount\":%zu", tokens(text));
	if (wants(types, "float")) {
		bytes_puts(b, ",\"embedding\":");
		write_vector(b, text, (size_t)dims, normalise);
	}
	bytes_puts(b, ",\"embeddingsByType\":{");
	if (wants(types, "float")) {
		bytes_puts(b, "\"float\":");
		write_vector(b, text, (size_t)dims, normalise);
	}
	if (wants(types, "binary")) {
		bytes_puts(b, wants(types, "float") ? ",\"binary\":" : "\"binary\":");
		write_binary(b, text, (size_t)dims);
	}
	bytes_puts(b, "}}");
	return 0;
}

static int
cohere(const struct model *m, struct json_object *body, struct bytes *b, struct refusal *why)
{
	static const int allowed[] = { 256, 512, 1024, 1536, 0 };
	bool v4 = strstr(m->id, "embed-v4") != NULL;
	struct json_object *texts = member_of(body, "texts");
	struct json_object *d = member_of(body, "output_dimension");
	struct json_object *types = member_of(body, "embedding_types");
	int64_t dims = d != NULL ? json_object_get_int64(d) : v4 ? 1536 : 1024;
	size_t n = texts != NULL ? json_object_array_length(texts) : 0;
	if (string_of(body, "input_type") == NULL)
		return refuse(why, V,
		    "Malformed input request: #: required key [input_type] not found, "
		    "please reformat your input and try again.");
	if (n > 96)
		return refuse(why, V,
		    "Malformed input request: #/texts: expected maximum item count: 96, "
		    "found: %zu, please reformat your input and try again.",
		    n);
	if (!v4 && d != NULL)
		return extraneous("output_dimension", why);
	if (v4 && check_dims(dims, allowed, why) != 0)
		return -1;
	bytes_printf(b, "{\"id\":\"sim\",\"response_type\":\"%s\",\"embeddings\":%s[",
	    types != NULL ? "embeddings_by_type" : "embeddings_floats",
	    types != NULL ? "{\"float\":" : "");
	for (size_t i = 0; i < n; i++) {
		bytes_puts(b, i != 0 ? "," : "");
		write_vector(b, json_object_get_string(json_object_array_get_idx(texts, i)),
		    (size_t)dims, true);
	}
	bytes_printf(b, "]%s,\"texts\":%s}", types != NULL ? "}" : "",
	    texts != NULL ? json_object_to_json_string_ext(texts, JSON_C_TO_STRING_PLAIN) : "[]");
	return 0;
}

static int
nova(struct json_object *body, struct bytes *b, struct refusal *why)
{
	static const int allowed[] = { 256, 384, 1024, 3072, 0 };
	struct json_object *params = member_of(body, "singleEmbeddingParams");
	struct json_object *d = member_of(params, "embeddingDimension");
	const char *text = string_of(member_of(params, "text"), "value");
	int64_t dims = d != NULL ? json_object_get_int64(d) : 3072;
	if (string_of(params, "embeddingPurpose") == NULL || text == NULL || text[0] == '\0')
		return refuse(why, V,
		    "Malformed input request: #/singleEmbeddingParams: a required key was "
		    "not found, please reformat your input and try again.");
	if (check_dims(dims, allowed, why) != 0)
		return -1;
	bytes_puts(b, "{\"embeddings\":[{\"embeddingType\":\"TEXT\",\"embedding\":");
	write_vector(b, text, (size_t)dims, true);
	bytes_puts(b, "}]}");
	return 0;
}

int
embed_answer(const struct model *m, struct json_object *body, struct bytes *b, struct refusal *why)
{
	if (strcmp(m->id, "amazon.titan-embed-text-v2:0") == 0)
		return titan_v2(body, b, why);
	if (strncmp(m->id, "cohere.", 7) == 0)
		return cohere(m, body, b, why);
	if (strncmp(m->id, "amazon.nova", 11) == 0)
		return nova(body, b, why);
	return titan_v1(body, b, why);
}
