/*
 * context.h - what a project says to models: AGENTS.md and CLAUDE.md; and prompts that are kept as files.
 */
#ifndef ADIT_APP_CONTEXT_H
#define ADIT_APP_CONTEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

/*
 * Appends the AGENTS.md and CLAUDE.md of the user's configuration folder, then those of every folder
 * from / down to cwd, each under its path; `files` gets the paths for people ("~/…"), owned by the
 * caller. Files that belong to other users are left out.
 */
struct context_files VEC(char *);
void	context_read(const char *cwd, struct buf *text, struct context_files *files);

/* ---- prompts: $XDG_CONFIG_HOME/adit/prompts/NAME.md, .adit/prompts/NAME.md of cwd (the nearer wins) ---- */

struct context_prompt {
	char	*name;          /* of the file: letters, digits, - and _ */
	char	*help;          /* "description" of its front matter, or its first line */
	char	*args;          /* "argument-hint", or "" */
	char	*path;
};
struct context_prompts VEC(struct context_prompt);

void	context_prompts(const char *cwd, struct context_prompts *);
void	context_prompts_done(struct context_prompts *);
/*
 * The text of a prompt with its arguments put in: $ARGUMENTS and $@ for all, $1 … $9 for single ones
 * (quotes keep words together); when it names none, they are added at its end. NULL and a sentence.
 */
char	*context_prompt_text(const struct context_prompt *, const char *args, struct err *);
/* The same on text; exposed for tests. */
void	context_fill_in(struct buf *out, const char *text, const char *args);

#endif
