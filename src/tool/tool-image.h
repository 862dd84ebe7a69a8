/*
 * tool-image.h - the tool `image`: what is the tool layer's of it.
 *
 * Path and rules are handled like those of any tool that reads. Asking a model is for whoever knows models: the app
 * adds the row (app/image-tool.c).
 */
#ifndef ADIT_TOOL_TOOL_IMAGE_H
#define ADIT_TOOL_TOOL_IMAGE_H

#include "model/message.h"
#include "tool/tool.h"

/* The row's members that are the same for everybody: name, texts, schema, prepare, done. run is NULL. */
extern const struct tool tool_image;

/* After prepare. The file that was named, and the question. Borrowed from the call. */
const char	*tool_image_file(const struct tool_call *);     /* real path */
const char	*tool_image_question(const struct tool_call *);
/* Waits: reads the file that path_resolve() found and makes a message of it and the question. -1 and a sentence for
 * the model. */
int		 tool_image_message(const char *real, const char *question, struct message *, struct err *);

#endif
