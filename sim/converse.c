/* converse.c - see converse.h. */
#include "config.h"

#include "converse.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "bytes.h"

#define IMAGE_TOKENS 1500

struct json_object *
member_of(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &v);
	return v;
}

const char *
string_of(struct json_object *o, const char *name)
{
	struct json_object *v = member_of(o, name);
	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static size_t
length_of(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static char *
joined_texts(struct json_object *blocks)
{
	struct bytes b = { 0 };
	for (size_t i = 0; i < length_of(blocks); i++) {
		const char *text = string_of(json_object_array_get_idx(blocks, i), "text");
		if (text == NULL)
			continue;
		if (b.len != 0)
			bytes_putc(&b, '\n');
		bytes_puts(&b, text);
	}
	return b.s;
}

char *
converse_user_text(struct json_object *body)
{
	struct json_object *messages = member_of(body, "messages");
	for (size_t i = length_of(messages); i-- > 0;) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		const char *role = string_of(m, "role");
		if (role == NULL || strcmp(role, "user") != 0)
			continue;
		/* Anthropic's own form, as InvokeModel takes it, may have plain text here. */
		const char *plain = string_of(m, "content");
		char *text = plain != NULL ? sim_strdup(plain) :
		    joined_texts(member_of(m, "content"));
		if (text != NULL)
			return text;
	}
	return NULL;
}

/* Chat completions have it as the first message. */
char *
converse_system_text(struct json_object *body)
{
	struct json_object *messages = member_of(body, "messages");
	struct json_object *first = length_of(messages) != 0 ?
	    json_object_array_get_idx(messages, 0) : NULL;
	const char *role = string_of(first, "role");
	if (role != NULL && strcmp(role, "system") == 0)
		return sim_strdup(string_of(first, "content"));
	return joined_texts(member_of(body, "system"));
}

bool
converse_ends_with_tool_result(struct json_object *body)
{
	struct json_object *messages = member_of(body, "messages");
	size_t n = length_of(messages);
	if (n == 0)
		return false;
	struct json_object *last = json_object_array_get_idx(messages, n - 1);
	struct json_object *content = member_of(last, "content");
	const char *role = string_of(last, "role");
	if (role != NULL && strcmp(role, "tool") == 0)          /* of chat completions */
		return true;
	for (size_t i = 0; i < length_of(content); i++)
		if (member_of(json_object_array_get_idx(content, i), "toolResult") != NULL)
			return true;
	return false;
}

/* Counts the strings and names below o; blobs ("bytes") count as one image. */
static long
count(struct json_object *o)
{
	long bytes = 0;
	switch (json_object_get_type(o)) {
	case json_type_object: {
		json_object_object_foreach(o, name, value) {
			if (strcmp(name, "bytes") == 0)
				bytes += IMAGE_TOKENS * 4L;
			else
				bytes += (long)strlen(name) / 2 + count(value);
		}
		return bytes;
	}
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(o); i++)
			bytes += count(json_object_array_get_idx(o, i));
		return bytes;
	case json_type_string:
		if (strncmp(json_object_get_string(o), "data:", 5) == 0)
			return IMAGE_TOKENS * 4L;
		return json_object_get_string_len(o);
	default:
		return 4;
	}
}

long
converse_tokens(struct json_object *body)
{
	static const char *const parts[] = { "messages", "system", "toolConfig", "tools" };
	long bytes = 0;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (member_of(body, parts[i]) != NULL)
			bytes += count(member_of(body, parts[i]));
	return bytes / 4 + 8;
}
