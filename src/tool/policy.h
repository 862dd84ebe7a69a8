/*
 * policy.h - which calls of tools may go on, which ask first, which may not.
 *
 * A rule is "tool" or "tool(pattern)"; tool may be "*". Patterns:
 *
 *	files     relative to the working directory, or absolute, or ~/…; * and ? stay within a
 *	          part of the path, ** goes over parts: edit_file(src**.c)
 *	shell     the command; * stands for words, never for an operator (; & | < > $ ` ( ) or a new
 *	          line), so that shell(git log *) does not allow "git log; rm x". In deny and ask
 *	          rules * stands for anything
 *	fetch     a host, or an address in which ** stands for anything: fetch_url(docs.example.com),
 *	          fetch_url(https://example.com/docs**)
 *
 * \ before a character takes it as it is. A rule without a pattern does not reach beyond the
 * working directory, nor places that a general rule should not (tool_call.beyond).
 * deny wins over ask, ask over allow; a nearer rule does not undo a denial. UI thread only.
 */
#ifndef ADIT_TOOL_POLICY_H
#define ADIT_TOOL_POLICY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "tool/tool.h"

enum policy_action { POLICY_ASK, POLICY_ALLOW, POLICY_DENY };
enum policy_source { POLICY_SESSION, POLICY_PROJECT, POLICY_USER };

struct policy_rule {
	enum policy_action	 action;
	enum policy_source	 source;
	char			*tool, *pattern;        /* pattern NULL = none was given */
};

struct policy {                         /* zero-initialise */
	struct VEC(struct policy_rule) rules;
};

/* Adds a rule. -1 with ERR_USAGE when it is none, or names no tool of the set. */
int	policy_add(struct policy *, enum policy_action, enum policy_source, const char *rule,
	    const struct tool_set *, struct err *);
void	policy_drop(struct policy *, enum policy_source);       /* all of one source */
void	policy_done(struct policy *);

/* For a prepared call. *because: the rule that decided, NULL = none did (borrowed). */
enum policy_action policy_decide(const struct policy *, const struct tool_call *,
	    const struct policy_rule **because);
/* Appends the rule as it is written. */
void	policy_put(struct buf *, const struct policy_rule *);
/* Appends the rule that would have allowed this call: what `always' adds, and what -p advises. */
void	policy_suggest(struct buf *, const struct tool_call *);

/* Whether a pattern covers a text; `stops`: characters that * and ? do not stand for. Exposed for tests. */
bool	policy_glob(const char *pattern, const char *text, const char *stops);

#endif
