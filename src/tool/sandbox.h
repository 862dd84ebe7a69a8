/*
 * sandbox.h - how children of tools are started: adit as their launcher.
 *
 * The launcher is adit itself with a hidden first argument. It confines itself
 * (Landlock: writes only in the working directory and temporary folders, the
 * user's keys hidden, no signals to outside; seccomp: a few system calls that
 * reach out of it), starts the command, and stays as its keeper: whatever the
 * command leaves behind, also in a session of its own, is killed when the
 * command ends, when it is told to (SIGTERM), or when adit dies.
 */
#ifndef ADIT_TOOL_SANDBOX_H
#define ADIT_TOOL_SANDBOX_H

#include <stdbool.h>

#include "base/vec.h"
#include "tool/tool.h"

#define SANDBOX_WORD "--tool-launcher"  /* the first argument that makes adit a launcher */

enum { SANDBOX_REFUSED = 125 };         /* exit status: it could not be confined, nothing was run */

struct sandbox_argv VEC(const char *);

/* Can this kernel confine? Landlock's version, 0 = no. */
int	sandbox_version(void);
/* Puts the launcher's words before the command's own; borrowed strings but for pid, which the caller keeps. */
void	sandbox_begin(struct sandbox_argv *, const struct tool_place *, const char *pid);
/* Whether a command will be confined, as a sentence for people. The caller frees. */
char	*sandbox_note(const struct tool_place *);
/* What main() does when its first argument is SANDBOX_WORD. Returns the exit status. */
int	sandbox_main(int argc, char **argv);

#endif
