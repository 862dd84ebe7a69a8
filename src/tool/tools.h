/* tools.h - the rows' functions, one file a tool. Only tool.c and those files include it. */
#ifndef ADIT_TOOL_TOOLS_H
#define ADIT_TOOL_TOOLS_H

#include "tool/path.h"
#include "tool/tool.h"

extern const struct tool tool_read, tool_write, tool_edit, tool_list, tool_find, tool_search, tool_shell,
    tool_fetch;

/*
 * For tools that name one path: resolves the argument ("." when it is not given), sets subject, summary
 * and beyond. Reading asks nothing inside the working directory and in the folder of long outputs.
 */
int	tools_prepare_path(struct tool_call *, struct path *, bool writes, struct err *);

#endif
