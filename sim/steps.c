/* steps.c - see steps.h. */
#include "config.h"

#include "steps.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/sha.h>

#include "converse.h"

static const char made_here[] = "c2lt";         /* base64 of "sim" */

void
steps_fill_in(struct bytes *b, const char *text, const struct request *q)
{
	static const char mark[] = "${user}";
	const char *at;
	while ((at = strstr(text, mark)) != NULL) {
		bytes_add(b, text, (size_t)(at - text));
		bytes_puts(b, q->user_text != NULL ? q->user_text : "");
		text = at + sizeof mark - 1;
	}
	bytes_puts(b, text);
}

void
steps_number(struct bytes *b, const char *text, unsigned long n)
{
	const char *at = strstr(text, "{n}");
	if (at == NULL)
		bytes_puts(b, text);
	else
		bytes_printf(b, "%.*s%lu%s", (int)(at - text), text, n, at + 3);
}

static void
make_signature(const char *text, char made[STEPS_SIGNATURE_SIZE])
{
	uint8_t hash[32];
	SHA256((const unsigned char *)text, strlen(text), hash);
	struct bytes b = { 0 };
	bytes_puts(&b, made_here);
	bytes_base64(&b, hash, sizeof hash);
	snprintf(made, STEPS_SIGNATURE_SIZE, "%s", b.s);
	bytes_free(&b);
}

const char *
steps_signature(struct json_object *step, const char *text, char made[STEPS_SIGNATURE_SIZE])
{
	struct json_object *given = member_of(step, "signature");
	if (json_object_is_type(given, json_type_string))
		return json_object_get_string(given);
	if (given != NULL)
		return NULL;
	make_signature(text, made);
	return made;
}

bool
steps_signature_fits(const char *signature, const char *text)
{
	char made[STEPS_SIGNATURE_SIZE];
	if (strncmp(signature, made_here, sizeof made_here - 1) != 0)
		return true;
	make_signature(text, made);
	return strcmp(made, signature) == 0;
}

const char *
steps_tool_id(struct json_object *tool, const struct request *q, int block,
    char made[STEPS_TOOL_ID_SIZE])
{
	const char *given = string_of(tool, "id");
	if (given != NULL)
		return given;
	snprintf(made, STEPS_TOOL_ID_SIZE, "tooluse_%.8s%.4s_%d", q->id, q->id + 9, block);
	return made;
}

const char *
steps_tool_input(struct json_object *tool)
{
	struct json_object *input = member_of(tool, "input");
	if (input == NULL)
		return "{}";
	if (json_object_is_type(input, json_type_string))
		return json_object_get_string(input);
	return json_object_to_json_string_ext(input,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static int64_t
figure(struct json_object *given, const char *name, int64_t otherwise)
{
	struct json_object *v = member_of(given, name);
	return v != NULL ? json_object_get_int64(v) : otherwise;
}

void
steps_usage(struct bytes *b, struct json_object *given, struct json_object *request,
    size_t output_bytes)
{
	int64_t in = figure(given, "inputTokens", converse_tokens(request));
	int64_t out = figure(given, "outputTokens", (int64_t)(output_bytes + 3) / 4);
	int64_t read = figure(given, "cacheReadInputTokens", 0);
	int64_t wrote = figure(given, "cacheWriteInputTokens", 0);
	bytes_printf(b, "{\"inputTokens\":%lld,\"outputTokens\":%lld,\"totalTokens\":%lld,"
	    "\"cacheReadInputTokens\":%lld,\"cacheWriteInputTokens\":%lld", (long long)in,
	    (long long)out, (long long)figure(given, "totalTokens", in + out + read + wrote),
	    (long long)read, (long long)wrote);
	struct json_object *details = member_of(given, "cacheDetails");
	if (details != NULL)
		bytes_printf(b, ",\"cacheDetails\":%s", json_object_to_json_string(details));
	bytes_putc(b, '}');
}
