/*
 * validate.c - see validate.h.
 *
 * Three kinds of checks, in the service's order: the shape (members, ranges),
 * the conversation (roles, tools, blanks), the model (parameters, features).
 * A check returns 0, or -1 with the refusal filled in.
 */
#include "config.h"

#include "validate.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "steps.h"

#define N(a) (sizeof(a) / sizeof *(a))

struct check {
	struct json_object *body, *messages;
	size_t		 n_messages;
	const struct model *model;
	bool		 streaming;
	struct refusal	*why;
};

static const char V[] = "ValidationException";

static size_t
length_of(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static struct json_object *
message(const struct check *c, size_t i)
{
	return json_object_array_get_idx(c->messages, i);
}

static struct json_object *
content(const struct check *c, size_t i)
{
	return member_of(message(c, i), "content");
}

static struct json_object *
block(const struct check *c, size_t i, size_t k)
{
	return json_object_array_get_idx(content(c, i), k);
}

static bool
is_user(const struct check *c, size_t i)
{
	return strcmp(string_of(message(c, i), "role"), "user") == 0;
}

static bool
is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n\f\v")] == '\0';
}

/* ---- the shape ---------------------------------------------------------- */

static bool
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* `where` is a JSON pointer such as "#/messages/0"; `names` ends with NULL. */
static int
known_members(const struct check *c, struct json_object *o, const char *where,
    const char *const *names)
{
	if (!json_object_is_type(o, json_type_object))
		return 0;
	json_object_object_foreach(o, name, value) {
		(void)value;
		if (!is_one_of(name, names))
			return refuse(c->why, V,
			    "Malformed input request: %s: extraneous key [%s] is not "
			    "permitted, please reformat your input and try again.",
			    where, name);
	}
	return 0;
}

static int
constraint(const struct check *c, const char *value, const char *at, const char *rule)
{
	return refuse(c->why, V,
	    "1 validation error detected: Value '%s' at '%s' failed to satisfy "
	    "constraint: Member must %s",
	    value, at, rule);
}

static const char *const top_members[] = { "messages", "system", "inferenceConfig", "toolConfig",
	"guardrailConfig", "additionalModelRequestFields", "additionalModelResponseFieldPaths",
	"promptVariables", "requestMetadata", "performanceConfig", "serviceTier", "outputConfig",
	NULL };
static const char *const block_members[] = { "text", "image", "document", "video", "audio",
	"toolUse", "toolResult", "guardContent", "cachePoint", "reasoningContent",
	"citationsContent", "searchResult", "toolAddition", "toolRemoval", NULL };
static const char *const message_members[] = { "role", "content", NULL };
static const char *const system_members[] = { "text", "guardContent", "cachePoint", NULL };
static const char *const inference_members[] = { "maxTokens", "temperature", "topP",
	"stopSequences", NULL };
static const char *const tool_config_members[] = { "tools", "toolChoice", NULL };
static const char *const tool_members[] = { "toolSpec", "systemTool", "cachePoint", NULL };

/* A union has exactly one of its members. */
static int
one_member(const struct check *c, struct json_object *o, const char *where,
    const char *const *names)
{
	if (!json_object_is_type(o, json_type_object))
		return refuse(c->why, "SerializationException", "%s: expected an object", where);
	if (known_members(c, o, where, names) != 0)
		return -1;
	if (json_object_object_length(o) == 0)
		return refuse(c->why, V, "Malformed input request: %s: one member must be set, "
		    "please reformat your input and try again.", where);
	if (json_object_object_length(o) > 1)
		return refuse(c->why, V, "Malformed input request: %s: only one member may be set, "
		    "please reformat your input and try again.", where);
	return 0;
}

static int
check_unions(const struct check *c, struct json_object *list, const char *where,
    const char *const *names)
{
	for (size_t i = 0; i < length_of(list); i++) {
		struct bytes at = { 0 };
		bytes_printf(&at, "%s/%zu", where, i);
		int result = one_member(c, json_object_array_get_idx(list, i), at.s, names);
		bytes_free(&at);
		if (result != 0)
			return -1;
	}
	return 0;
}

static int
check_message_shape(const struct check *c, size_t i)
{
	struct bytes at = { 0 };
	int result = -1;
	const char *role = string_of(message(c, i), "role");
	bytes_printf(&at, "#/messages/%zu", i);
	if (known_members(c, message(c, i), at.s, message_members) != 0)
		goto out;
	if (role == NULL || (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0)) {
		bytes_reset(&at);
		bytes_printf(&at, "messages.%zu.member.role", i + 1);
		constraint(c, role != NULL ? role : "null", at.s,
		    "satisfy enum value set: [user, assistant]");
		goto out;
	}
	if (length_of(content(c, i)) == 0) {
		refuse(c->why, V,
		    "The content field in the Message object at messages.%zu is empty. Add "
		    "a ContentBlock object to the content field and try again.",
		    i);
		goto out;
	}
	bytes_puts(&at, "/content");
	result = check_unions(c, content(c, i), at.s, block_members);
out:
	bytes_free(&at);
	return result;
}

static int
check_shape(const struct check *c)
{
	if (known_members(c, c->body, "#", top_members) != 0)
		return -1;
	if (c->n_messages == 0)
		return refuse(c->why, V,
		    "A conversation must start with a user message. Try again with a "
		    "conversation that starts with a user message.");
	for (size_t i = 0; i < c->n_messages; i++)
		if (check_message_shape(c, i) != 0)
			return -1;
	return check_unions(c, member_of(c->body, "system"), "#/system", system_members);
}

static int
check_inference_config(const struct check *c)
{
	static const struct {
		const char *name;
		double low, high;
		const char *rule;
	} ranges[] = {
		{ "maxTokens", 1, 1e9, "have value greater than or equal to 1" },
		{ "temperature", 0, 1, "have value between 0 and 1" },
		{ "topP", 0, 1, "have value between 0 and 1" },
	};
	struct json_object *config = member_of(c->body, "inferenceConfig");
	if (known_members(c, config, "#/inferenceConfig", inference_members) != 0)
		return -1;
	for (size_t i = 0; i < N(ranges); i++) {
		struct json_object *v = member_of(config, ranges[i].name);
		if (v == NULL)
			continue;
		double d = json_object_get_double(v);
		struct bytes at = { 0 };
		bytes_printf(&at, "inferenceConfig.%s", ranges[i].name);
		int result = d < ranges[i].low || d > ranges[i].high ?
		    constraint(c, json_object_get_string(v), at.s, ranges[i].rule) : 0;
		bytes_free(&at);
		if (result != 0)
			return -1;
	}
	return 0;
}

static int
check_system(const struct check *c)
{
	struct json_object *system = member_of(c->body, "system");
	for (size_t i = 0; i < length_of(system); i++) {
		const char *text = string_of(json_object_array_get_idx(system, i), "text");
		if (text != NULL && is_blank(text)) {
			struct bytes at = { 0 };
			bytes_printf(&at, "system.%zu.member.text", i + 1);
			constraint(c, text, at.s, "have length greater than or equal to 1");
			bytes_free(&at);
			return -1;
		}
	}
	return 0;
}

static int
check_metadata(const struct check *c)
{
	struct json_object *m = member_of(c->body, "requestMetadata");
	if (m != NULL && (json_object_object_length(m) < 1 || json_object_object_length(m) > 16))
		return constraint(c, json_object_get_string(m), "requestMetadata",
		    "have length between 1 and 16");
	return 0;
}

/* ---- tools -------------------------------------------------------------- */

static bool
is_name(const char *s, size_t most)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	return n >= 1 && n <= most && s[n] == '\0';
}

static int
check_tool(const struct check *c, struct json_object *tool, size_t i)
{
	struct json_object *spec = member_of(tool, "toolSpec");
	if (spec == NULL)
		return 0;
	const char *name = string_of(spec, "name"), *description = string_of(spec, "description");
	struct json_object *schema = member_of(member_of(spec, "inputSchema"), "json");
	const char *type = string_of(schema, "type");
	struct bytes at = { 0 };
	int result = 0;
	bytes_printf(&at, "toolConfig.tools.%zu.member.toolSpec", i + 1);
	if (name == NULL || !is_name(name, 64)) {
		bytes_puts(&at, ".name");
		result = constraint(c, name != NULL ? name : "null", at.s,
		    "satisfy regular expression pattern: [a-zA-Z0-9_-]{1,64}");
	} else if (description != NULL && description[0] == '\0') {
		bytes_puts(&at, ".description");
		result = constraint(c, "", at.s, "have length greater than or equal to 1");
	} else if (type == NULL || strcmp(type, "object") != 0) {
		result = refuse(c->why, V,
		    "The value at toolConfig.tools.%zu.toolSpec.inputSchema.json.type "
		    "must be one of the following: object.",
		    i);
	}
	bytes_free(&at);
	return result;
}

static int
check_tool_config(const struct check *c)
{
	struct json_object *config = member_of(c->body, "toolConfig");
	struct json_object *tools = member_of(config, "tools");
	if (config == NULL)
		return 0;
	if (length_of(tools) == 0)
		return refuse(c->why, V, "The provided request is not valid");
	if (known_members(c, config, "#/toolConfig", tool_config_members) != 0 ||
	    check_unions(c, tools, "#/toolConfig/tools", tool_members) != 0)
		return -1;
	for (size_t i = 0; i < length_of(tools); i++)
		if (check_tool(c, json_object_array_get_idx(tools, i), i) != 0)
			return -1;
	return 0;
}

static bool
has_block(const struct check *c, size_t i, const char *kind)
{
	for (size_t k = 0; k < length_of(content(c, i)); k++)
		if (member_of(block(c, i, k), kind) != NULL)
			return true;
	return false;
}

static int
check_tool_config_present(const struct check *c)
{
	if (member_of(c->body, "toolConfig") != NULL)
		return 0;
	for (size_t i = 0; i < c->n_messages; i++)
		if (has_block(c, i, "toolUse") || has_block(c, i, "toolResult"))
			return refuse(c->why, V,
			    "The toolConfig field must be defined when using toolUse and "
			    "toolResult content blocks.");
	return 0;
}

/* How many blocks of the kind message i has; with id: only those for this tool use. */
static size_t
count_tools(const struct check *c, size_t i, const char *kind, const char *id)
{
	size_t n = 0;
	for (size_t k = 0; i < c->n_messages && k < length_of(content(c, i)); k++) {
		struct json_object *o = member_of(block(c, i, k), kind);
		const char *its = string_of(o, "toolUseId");
		if (o != NULL && (id == NULL || (its != NULL && strcmp(its, id) == 0)))
			n++;
	}
	return n;
}

/* Every tool use of message i must be answered in the next one. */
static int
check_answered(const struct check *c, size_t i)
{
	struct bytes missing = { 0 };
	for (size_t k = 0; k < length_of(content(c, i)); k++) {
		const char *id = string_of(member_of(block(c, i, k), "toolUse"), "toolUseId");
		if (id != NULL && count_tools(c, i + 1, "toolResult", id) == 0)
			bytes_printf(&missing, "%s%s", missing.len != 0 ? ", " : "", id);
	}
	int result = 0;
	if (missing.len != 0)
		result = refuse(c->why, V,
		    "Expected toolResult blocks at messages.%zu.content for the "
		    "following Ids: %s",
		    i + 1, missing.s);
	bytes_free(&missing);
	return result;
}

static int
check_results(const struct check *c, size_t i)
{
	size_t uses = i > 0 ? count_tools(c, i - 1, "toolUse", NULL) : 0;
	bool other = false;
	if (count_tools(c, i, "toolResult", NULL) > uses)
		return refuse(c->why, V,
		    "The number of toolResult blocks at messages.%zu.content exceeds "
		    "the number of toolUse blocks of previous turn.",
		    i);
	for (size_t k = 0; k < length_of(content(c, i)); k++) {
		struct json_object *r = member_of(block(c, i, k), "toolResult");
		if (r == NULL) {
			other = true;
			continue;
		}
		if (other && model_is_claude(c->model))
			return refuse_by_model(c->why,
			    "messages.%zu: `tool_use` ids were found without `tool_result` blocks "
			    "immediately after: tool_result blocks must come first in the message.",
			    i);
		const char *id = string_of(r, "toolUseId"), *status = string_of(r, "status");
		if (id == NULL || count_tools(c, i - 1, "toolUse", id) == 0)
			return refuse_by_model(c->why,
			    "messages.%zu.content.%zu: unexpected `tool_use_id` found in "
			    "`tool_result` blocks: %s. Each `tool_result` block must have a "
			    "corresponding `tool_use` block in the previous message.",
			    i, k, id != NULL ? id : "null");
		if (length_of(member_of(r, "content")) == 0 && status != NULL &&
		    strcmp(status, "error") == 0)
			return refuse(c->why, V,
			    "The content field at messages.%zu.content.%zu.toolResult "
			    "cannot be empty when status value is error.",
			    i, k);
	}
	return 0;
}

static int
check_tool_use(const struct check *c, size_t i, size_t k)
{
	struct json_object *use = member_of(block(c, i, k), "toolUse");
	const char *id = string_of(use, "toolUseId"), *name = string_of(use, "name");
	if (use == NULL)
		return 0;
	if (id == NULL || id[0] == '\0' || strlen(id) > 64 ||
	    (model_is_claude(c->model) && !is_name(id, 64)))
		return constraint(c, id != NULL ? id : "null",
		    "messages.member.content.member.toolUse."
		    "toolUseId",
		    "satisfy regular expression pattern: [a-zA-Z0-9_-]{1,64}");
	if (name == NULL || !is_name(name, 64))
		return constraint(c, name != NULL ? name : "null", "messages.member.content.member."
		    "toolUse.name", "satisfy regular expression pattern: [a-zA-Z0-9_-]{1,64}");
	if (!json_object_is_type(member_of(use, "input"), json_type_object))
		return refuse(c->why, V,
		    "The format of the value at messages.%zu.content.%zu.toolUse.input "
		    "is invalid. Provide a json object for the field and try again.",
		    i, k);
	size_t same = 0;
	for (size_t j = 0; j < c->n_messages; j++)
		same += count_tools(c, j, "toolUse", id);
	if (same > 1)
		return refuse_by_model(
		    c->why, "messages.%zu.content.%zu: `tool_use` ids must be unique", i, k);
	return 0;
}

static int
check_tool_pairs(const struct check *c)
{
	for (size_t i = 0; i < c->n_messages; i++) {
		for (size_t k = 0; k < length_of(content(c, i)); k++)
			if (check_tool_use(c, i, k) != 0)
				return -1;
		if (check_answered(c, i) != 0 || check_results(c, i) != 0)
			return -1;
	}
	return 0;
}

/* ---- the conversation --------------------------------------------------- */

static int
check_roles(const struct check *c)
{
	if (!is_user(c, 0))
		return refuse(c->why, V,
		    "A conversation must start with a user message. Try again with a "
		    "conversation that starts with a user message.");
	for (size_t i = 1; i < c->n_messages; i++)
		if (is_user(c, i) == is_user(c, i - 1))
			return refuse_by_model(c->why,
			    "messages: roles must alternate between \"user\" and "
			    "\"assistant\", but found multiple \"%s\" roles in a row",
			    is_user(c, i) ? "user" : "assistant");
	if (is_user(c, c->n_messages - 1) || (c->model->flags & M_PREFILL))
		return 0;
	return refuse_by_model(c->why, "This model does not support assistant message prefill. The "
	    "conversation must end with a user message.");
}

static int
check_texts(const struct check *c)
{
	for (size_t i = 0; i < c->n_messages; i++)
		for (size_t k = 0; k < length_of(content(c, i)); k++) {
			const char *text = string_of(block(c, i, k), "text");
			if (text != NULL && is_blank(text))
				return refuse(c->why, V,
				    "The text field in the ContentBlock object at "
				    "messages.%zu.content.%zu is blank. Add text to the text "
				    "field, and try again.",
				    i, k);
		}
	return 0;
}

static int
check_image(const struct check *c, struct json_object *image)
{
	static const char *const formats[] = { "png", "jpeg", "gif", "webp", NULL };
	const char *format = string_of(image, "format");
	const char *data = string_of(member_of(image, "source"), "bytes");
	if (strstr(c->model->inputs, "IMAGE") == NULL)
		return refuse(c->why, V,
		    "This model doesn't support the image field. Remove image and try "
		    "again.");
	if (format == NULL || !is_one_of(format, formats))
		return constraint(c, format != NULL ? format : "null",
		    "messages.member.content.member.image.format",
		    "satisfy enum value set: [png, jpeg, gif, webp]");
	struct bytes raw = { 0 };
	int result = 0;
	if (data != NULL && (bytes_unbase64(&raw, data) != 0 || raw.len == 0))
		result = refuse_by_model(c->why, "Could not process image");
	else if (raw.len > 3932160)
		result = refuse_by_model(c->why,
		    "messages.0.content.0.image.source.base64: image exceeds "
		    "5 MB maximum: %zu bytes > 5242880 bytes",
		    raw.len * 4 / 3);
	bytes_free(&raw);
	return result;
}

static int
check_document(const struct check *c, struct json_object *document, size_t i)
{
	static const char *const formats[] = { "pdf", "csv", "doc", "docx", "xls", "xlsx", "html",
		"txt", "md", NULL };
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t\n-()[]";
	const char *name = string_of(document, "name"), *format = string_of(document, "format");
	if (format == NULL || !is_one_of(format, formats))
		return constraint(c, format != NULL ? format : "null",
		    "messages.member.content.member.document.format",
		    "satisfy enum value set: [pdf, csv, doc, docx, xls, xlsx, html, txt, md]");
	if (name == NULL || name[0] == '\0' || strlen(name) > 200 ||
	    name[strspn(name, allowed)] != '\0' || strstr(name, "  ") != NULL)
		return refuse(c->why, V,
		    "The provided file name contains invalid characters. File names can only "
		    "contain: alphanumeric characters, whitespace characters (no more than one in "
		    "a row), hyphens, parentheses, and square brackets.");
	for (size_t k = 0; k < length_of(content(c, i)); k++)
		if (member_of(block(c, i, k), "text") != NULL)
			return 0;
	return refuse(c->why, V, "messages.%zu: a text block must accompany a document block.", i);
}

static int
check_attachments(const struct check *c)
{
	for (size_t i = 0; i < c->n_messages; i++) {
		size_t images = 0, documents = 0;
		for (size_t k = 0; k < length_of(content(c, i)); k++) {
			struct json_object *image = member_of(block(c, i, k), "image");
			struct json_object *document = member_of(block(c, i, k), "document");
			if ((image != NULL || document != NULL) && !is_user(c, i))
				return refuse(c->why, V,
				    "The %s field at messages.%zu.content.%zu is only "
				    "allowed in the user role.",
				    image != NULL ? "image" : "document", i, k);
			if (image != NULL && (images++, check_image(c, image) != 0))
				return -1;
			if (document != NULL && (documents++, check_document(c, document, i) != 0))
				return -1;
		}
		if (images > 20)
			return refuse_by_model(c->why, "too many images: %zu > 20", images);
		if (documents > 5)
			return refuse_by_model(c->why, "too many documents: %zu > 5", documents);
	}
	return 0;
}

/* ---- reasoning ---------------------------------------------------------- */

static int
check_reasoning_block(const struct check *c, struct json_object *r, size_t i, size_t k)
{
	struct json_object *text = member_of(r, "reasoningText");
	const char *signature = string_of(text, "signature"), *words = string_of(text, "text");
	if (r == NULL || text == NULL)
		return 0;
	if (!model_is_claude(c->model))
		return 0;
	if (is_user(c, i))
		return refuse_by_model(c->why,
		    "messages.%zu.content.%zu: thinking blocks may only be in "
		    "assistant messages",
		    i, k);
	if (signature == NULL || signature[0] == '\0')
		return refuse_by_model(
		    c->why, "messages.%zu.content.%zu.thinking.signature: Field required", i, k);
	if (!steps_signature_fits(signature, words != NULL ? words : ""))
		return refuse_by_model(c->why,
		    "messages.%zu.content.%zu: Invalid `signature` in `thinking` "
		    "block",
		    i, k);
	return 0;
}

static struct json_object *
extra(const struct check *c, const char *name)
{
	return member_of(member_of(c->body, "additionalModelRequestFields"), name);
}

static bool
thinks(const struct check *c)
{
	const char *type = string_of(extra(c, "thinking"), "type");
	if (c->model->thinking == THINKING_ALWAYS)
		return true;
	return type != NULL && strcmp(type, "disabled") != 0;
}

/* With thinking on, an assistant message in a running tool loop must begin with its thinking. */
static int
check_tool_loop_thinking(const struct check *c)
{
	size_t last = c->n_messages - 1;
	if (!model_is_claude(c->model) || c->model->thinking != THINKING_BUDGET || !thinks(c) ||
	    last == 0 || !has_block(c, last, "toolResult") ||
	    has_block(c, last - 1, "reasoningContent"))
		return 0;
	return refuse_by_model(c->why,
	    "messages.%zu.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
	    "`tool_use`. When `thinking` is enabled, a final `assistant` message must start with a "
	    "thinking block.",
	    last - 1);
}

static int
check_reasoning(const struct check *c)
{
	for (size_t i = 0; i < c->n_messages; i++)
		for (size_t k = 0; k < length_of(content(c, i)); k++)
			if (check_reasoning_block(
				c, member_of(block(c, i, k), "reasoningContent"), i, k) != 0)
				return -1;
	return check_tool_loop_thinking(c);
}

/* ---- cache points ------------------------------------------------------- */

struct cache_points {
	size_t	 n;
	bool	 short_seen;    /* a 5 m point came already */
};

static int
check_cache_point(const struct check *c, struct json_object *o, struct cache_points *seen,
    const char *where)
{
	struct json_object *point = member_of(o, "cachePoint");
	const char *ttl = string_of(point, "ttl");
	if (point == NULL)
		return 0;
	if (!(c->model->flags & M_CACHE))
		return refuse(c->why, "AccessDeniedException",
		    "You invoked an unsupported model or your "
		    "request did not allow prompt caching. See the documentation for more "
		    "information.");
	if (++seen->n > 4)
		return refuse_by_model(c->why,
		    "A maximum of 4 blocks with cache_control may be provided. Found %zu.",
		    seen->n);
	bool is_long = ttl != NULL && strcmp(ttl, "1h") == 0;
	if (is_long && seen->short_seen)
		return refuse_by_model(c->why,
		    "%s.cache_control.ttl: a ttl='1h' cache_control block must "
		    "not come after a ttl='5m' cache_control block.",
		    where);
	seen->short_seen |= !is_long;
	return 0;
}

static int
check_cache_list(const struct check *c, struct json_object *list, struct cache_points *seen,
    const char *where)
{
	bool after_result = false;
	for (size_t k = 0; k < length_of(list); k++) {
		struct json_object *o = json_object_array_get_idx(list, k);
		if (check_cache_point(c, o, seen, where) != 0)
			return -1;
		if (member_of(o, "cachePoint") != NULL && after_result &&
		    !model_is_claude(c->model))
			return refuse(c->why, V,
			    "Malformed input request: #/%s/%zu: extraneous key "
			    "[cachePoint] is not permitted, please reformat your input and try "
			    "again.",
			    where, k);
		after_result |= member_of(o, "toolResult") != NULL;
	}
	return 0;
}

static int
check_cache(const struct check *c)
{
	struct cache_points seen = { 0 };
	struct json_object *tools = member_of(member_of(c->body, "toolConfig"), "tools");
	if (check_cache_list(c, tools, &seen, "tools") != 0 ||
	    check_cache_list(c, member_of(c->body, "system"), &seen, "system") != 0)
		return -1;
	for (size_t i = 0; i < c->n_messages; i++) {
		struct bytes where = { 0 };
		bytes_printf(&where, "messages/%zu/content", i);
		int result = check_cache_list(c, content(c, i), &seen, where.s);
		bytes_free(&where);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* ---- the model ---------------------------------------------------------- */

static int
check_features(const struct check *c)
{
	if (c->model->flags & M_EMBEDS)
		return refuse(c->why, V,
		    "This action doesn't support the model that you provided. Try again "
		    "with a supported text or chat model.");
	if (c->streaming && !(c->model->flags & M_STREAM))
		return refuse(c->why, V, "The model is not supported for streaming.");
	if (length_of(member_of(c->body, "system")) != 0 && !(c->model->flags & M_SYSTEM))
		return refuse(c->why, V,
		    "This model doesn't support system messages. Try again without a "
		    "system message or use a model that supports system messages.");
	if (member_of(c->body, "toolConfig") != NULL && !(c->model->flags & M_TOOLS))
		return refuse(c->why, V, "This model doesn't support tool use%s.",
		    c->streaming ? " in streaming mode" : "");
	return 0;
}

/* The sampling parameters: where Converse has them, and what the model calls them. */
static bool
sends(const struct check *c, const char *converse, const char *native)
{
	return (converse != NULL &&
	    member_of(member_of(c->body, "inferenceConfig"), converse) != NULL) ||
	    extra(c, native) != NULL;
}

static int
check_sampling(const struct check *c)
{
	static const char *const names[][2] = {
		{ "temperature", "temperature" }, { "topP", "top_p" }, { NULL, "top_k" },
	};
	if (!model_is_claude(c->model))
		return 0;
	for (size_t i = 0; i < N(names) && c->model->sampling == SAMPLING_NONE; i++)
		if (sends(c, names[i][0], names[i][1]))
			return refuse_by_model(
			    c->why, "`%s` is deprecated for this model.", names[i][1]);
	if (c->model->sampling == SAMPLING_ONE && sends(c, "temperature", "temperature") &&
	    sends(c, "topP", "top_p"))
		return refuse_by_model(c->why,
		    "`temperature` and `top_p` cannot both be specified for this "
		    "model. Please use only one.");
	return 0;
}

static int
check_thinking_limits(const struct check *c)
{
	struct json_object *temperature =
	    member_of(member_of(c->body, "inferenceConfig"), "temperature");
	struct json_object *choice = member_of(member_of(c->body, "toolConfig"), "toolChoice");
	if (temperature != NULL && json_object_get_double(temperature) < 1)
		return refuse_by_model(c->why,
		    "`temperature` may only be set to 1 when thinking is enabled "
		    "or in adaptive mode.");
	if (extra(c, "top_k") != NULL)
		return refuse_by_model(c->why,
		    "`top_k` must be unset when thinking is enabled or in "
		    "adaptive mode.");
	if (member_of(choice, "any") != NULL || member_of(choice, "tool") != NULL)
		return refuse_by_model(c->why,
		    "Thinking may not be enabled when tool_choice forces tool "
		    "use.");
	if (!is_user(c, c->n_messages - 1))
		return refuse_by_model(c->why,
		    "When thinking is enabled, a final assistant message is not "
		    "allowed.");
	return 0;
}

static int
check_budget(const struct check *c)
{
	struct json_object *max = member_of(member_of(c->body, "inferenceConfig"), "maxTokens");
	struct json_object *budget = member_of(extra(c, "thinking"), "budget_tokens");
	if (budget == NULL)
		return refuse_by_model(c->why, "thinking.enabled.budget_tokens: Field required");
	if (json_object_get_int64(budget) < 1024)
		return refuse_by_model(c->why,
		    "thinking.enabled.budget_tokens: Input should be greater than "
		    "or equal to 1024");
	if (max != NULL && json_object_get_int64(budget) >= json_object_get_int64(max) &&
	    extra(c, "anthropic_beta") == NULL)
		return refuse_by_model(c->why,
		    "`max_tokens` must be greater than `thinking.budget_tokens`. "
		    "max_tokens must be greater than thinking budget");
	return 0;
}

static int
check_thinking(const struct check *c)
{
	const char *type = string_of(extra(c, "thinking"), "type");
	enum thinking can = c->model->thinking;
	if (!model_is_claude(c->model) || type == NULL)
		return 0;
	if (can == THINKING_NONE)
		return refuse_by_model(c->why, "thinking: Extra inputs are not permitted");
	if (strcmp(type, "disabled") == 0)
		return can != THINKING_ALWAYS ? 0 : refuse_by_model(c->why,
		    "\"thinking.type.disabled\" is not supported for this model.");
	bool adaptive = strcmp(type, "adaptive") == 0;
	if (!adaptive && strcmp(type, "enabled") != 0)
		return refuse_by_model(c->why,
		    "thinking: Input tag '%s' found using 'type' does not match "
		    "any of the expected tags: 'disabled', 'enabled', 'adaptive'",
		    type);
	if (adaptive && can == THINKING_BUDGET)
		return refuse_by_model(c->why, "adaptive thinking is not supported on this model");
	if (!adaptive && (can == THINKING_ADAPTIVE || can == THINKING_ALWAYS))
		return refuse_by_model(c->why,
		    "\"thinking.type.enabled\" is not supported for this model. Use "
		    "\"thinking.type.adaptive\" and \"output_config.effort\" to control thinking "
		    "behavior.");
	if (!adaptive && check_budget(c) != 0)
		return -1;
	return check_thinking_limits(c);
}

static int
check_lengths(const struct check *c)
{
	struct json_object *max = member_of(member_of(c->body, "inferenceConfig"), "maxTokens");
	long in = converse_tokens(c->body),
	     out = max != NULL ? (long)json_object_get_int64(max) : 0;
	const struct model *m = c->model;
	if (out > m->max_output)
		return refuse(c->why, V,
		    "The maximum tokens you requested exceed the model limit of %ld. Try "
		    "again with a maximum tokens value lower than %ld.",
		    m->max_output, m->max_output);
	if (in > m->context && model_is_claude(m))
		return refuse_by_model(c->why, "prompt is too long: %ld tokens > %ld maximum", in,
		    m->context);
	if (in > m->context)
		return refuse(c->why, V, "Input is too long for requested model.");
	if (in + out > m->context)
		return refuse_by_model(c->why,
		    "input length and `max_tokens` exceed context limit: "
		    "%ld + %ld > %ld, decrease input length or `max_tokens` and try again",
		    in, out, m->context);
	return 0;
}

int
validate_converse(struct json_object *body, const struct model *m, bool streaming,
    struct refusal *why)
{
	static int (*const checks[])(const struct check *) = {
		check_shape, check_inference_config, check_system, check_metadata, check_features,
		check_tool_config, check_tool_config_present, check_roles, check_texts,
		check_tool_pairs, check_attachments, check_cache, check_reasoning, check_sampling,
		check_thinking, check_lengths,
	};
	struct check c = { .body = body, .model = m, .streaming = streaming, .why = why };
	if (!json_object_is_type(body, json_type_object))
		return refuse(why, "SerializationException", "%s",
		    error_type_find("SerializationException")->message);
	c.messages = member_of(body, "messages");
	c.n_messages = length_of(c.messages);
	for (size_t i = 0; i < N(checks); i++)
		if (checks[i](&c) != 0)
			return -1;
	return 0;
}
