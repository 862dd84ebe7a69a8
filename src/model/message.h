/*
 * message.h - a conversation as values.
 *
 * A message is immutable once it is part of a conversation and is shared by
 * counting references, so a snapshot for another thread costs an array of
 * pointers, whatever the length of the conversation.
 */
#ifndef ADIT_MODEL_MESSAGE_H
#define ADIT_MODEL_MESSAGE_H

#include <json-c/json.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/vec.h"

enum message_role { MESSAGE_USER, MESSAGE_ASSISTANT };

enum part_kind {
	PART_TEXT,              /* text */
	PART_REASONING,         /* text (may be empty), signature (NULL = none) */
	PART_REDACTED,          /* text = base64 */
	PART_TOOL_USE,          /* id, name, text = arguments as a JSON object's text */
	PART_TOOL_RESULT,       /* id, text, failed */
	PART_IMAGE,             /* format, text = base64 */
	PART_DOCUMENT,          /* format, name, text = base64 */
	PART_VIDEO, PART_AUDIO, /* format, text = base64 */
	PART_CITATIONS,         /* text = the citationsContent object's JSON; name = its plain text */
};

struct part {
	enum part_kind	 kind;
	char		*text;
	size_t		 len;
	char		*signature, *id, *name, *format;
	bool		 failed;
};

struct message {
	atomic_int		 refs;
	enum message_role	 role;
	struct VEC(struct part)	 parts;
	char			*model;         /* who wrote it: full model id; NULL for the user's */
	char			*origin;        /* of a message that no person wrote: "subagent:ID"; NULL */
	bool			 partial;       /* cut off: cancelled, connection lost */
	bool			 withdrawn;     /* refused or blocked afterwards: shown, never sent */
};

struct conversation VEC(struct message *);

struct message	*message_new(enum message_role);
struct message	*message_ref(struct message *);
void		 message_unref(struct message *);       /* NULL is fine */
/* Adds a part; the bytes are copied. Only before the message is shared. */
struct part	*message_add(struct message *, enum part_kind, const char *text, size_t n);
/* Adds a copy of a part of another message. */
struct part	*message_copy_part(struct message *, const struct part *);
/* All text parts joined (for titles, exports, -p). Appended. */
void		 message_text(const struct message *, struct buf *out);

/* The record kept in a session: members of one JSON object, without its braces:
 * "role":…,"model":…,"parts":[…]. And back; NULL when it makes no sense. */
void		 message_put(struct buf *, const struct message *);
struct message	*message_parse(struct json_object *);

void		 conversation_add(struct conversation *, struct message *);     /* takes the reference */
void		 conversation_copy(struct conversation *to, const struct conversation *from);
void		 conversation_done(struct conversation *);

#endif
