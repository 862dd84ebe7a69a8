/*
 * image-tool.h - the tool `image`: a model looks at a file for another model.
 *
 * With agents.defaults.imageModel (and its fallbacks) where that is set, else with the agent's own model when it takes
 * images, else with one of the account's that does. Signed like chat, by the same credentials.
 */
#ifndef ADIT_APP_IMAGE_TOOL_H
#define ADIT_APP_IMAGE_TOOL_H

#include "agent/tooling.h"
#include "app/app.h"

struct image_tool;

/* Adds the tool to the set; the set outlives it. */
struct image_tool *image_tool_new(struct app *, const struct tooling_env *);
/* Takes it away again. What is still being asked ends by itself. NULL is fine. */
void		 image_tool_free(struct image_tool *);

#endif
