/*
 * converse.h - reads the bodies of Converse requests, and of chat completions where they are
 * alike. NULL or odd JSON is fine everywhere.
 */
#ifndef SIM_CONVERSE_H
#define SIM_CONVERSE_H

#include <stdbool.h>

struct json_object;

/* The text blocks of the newest user message that has any, joined by newlines; free() it. */
char	*converse_user_text(struct json_object *body);
/* The system texts joined by newlines; free() it. */
char	*converse_system_text(struct json_object *body);
/* Whether the last message brings tool results. */
bool	 converse_ends_with_tool_result(struct json_object *body);
/* A rough count of input tokens: four bytes each, images at a flat price. */
long	 converse_tokens(struct json_object *body);

/* The member, or NULL (also when o is not an object). */
struct json_object *member_of(struct json_object *o, const char *name);
/* The same for members that must be strings; NULL if it is not one. */
const char *string_of(struct json_object *o, const char *name);

#endif
