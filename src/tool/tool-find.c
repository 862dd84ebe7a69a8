/* tool-find.c - list_files and find_files. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "tool/ignore.h"
#include "tool/tools.h"
#include "tool/walk.h"

enum { ENTRIES = 1000 };

struct plan {
	struct path	 path;
	size_t		 found, left_out;
	const char	*pattern;
	struct tool_call *call;
};

static int
prepare(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan = mem_alloc(sizeof *p);
	if (tools_prepare_path(c, &p->path, false, err) < 0)
		return -1;
	p->pattern = tool_arg(c, "pattern", NULL);
	if (p->pattern != NULL) {
		free(c->summary);
		c->summary = str_same(p->path.shown, ".") ? mem_strdup(p->pattern) :
		    mem_printf("%s  %s", p->pattern, p->path.shown);
	}
	return 0;
}

static void
done(struct tool_call *c)
{
	struct plan *p = c->plan;
	path_done(&p->path);
	free(p);
}

static void
say_rest(struct plan *p, const struct walk *w)
{
	char *s = NULL;
	if (p->found == 0)
		s = mem_strdup("(nothing)");
	else if (p->left_out > 0 || w->too_many)
		s = mem_printf("\n[%zu more are left out%s]", p->left_out, w->too_many ? ", and there are too many to look at" : "");
	if (s != NULL)
		tool_puts(p->call, s);
	free(s);
	p->call->outcome = mem_printf(ngettext("%zu file", "%zu files", p->found + p->left_out), p->found + p->left_out);
}

static bool
list_one(void *arg, const struct walk_entry *e)
{
	struct plan *p = arg;
	struct stat st;
	if (p->found >= ENTRIES) {
		p->left_out++;
		return true;
	}
	p->found++;
	bool known = fstatat(e->folder, e->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	char *line = e->is_folder ? mem_printf("%s/\n", e->path) :
	    known && S_ISLNK(st.st_mode) ? mem_printf("%s -> (symbolic link)\n", e->path) :
	    mem_printf("%s  %lld\n", e->path, known ? (long long)st.st_size : 0LL);
	tool_puts(p->call, line);
	free(line);
	return true;
}

static int
run_list(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan;
	p->call = c;
	struct walk w = { .root = p->path.real, .all = true, .depth = (int)tool_arg_int(c, "depth", 1),
		.cancel = &c->cancel, .each = list_one, .arg = p };
	if (walk_run(&w, err) < 0)
		return -1;
	say_rest(p, &w);
	return 0;
}

/* A pattern without a / is about the name, wherever the file is. */
static bool
find_one(void *arg, const struct walk_entry *e)
{
	struct plan *p = arg;
	bool whole = strchr(p->pattern, '/') != NULL;
	const char *pattern = str_starts(p->pattern, "./") ? p->pattern + 2 : p->pattern;
	if (e->is_folder || !ignore_glob(pattern, whole ? e->path : e->name))
		return true;
	if (p->found >= ENTRIES) {
		p->left_out++;
		return true;
	}
	p->found++;
	char *line = str_same(p->path.shown, ".") ? mem_printf("%s\n", e->path) :
	    mem_printf("%s/%s\n", p->path.shown, e->path);
	tool_puts(p->call, line);
	free(line);
	return true;
}

static int
run_find(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan;
	p->call = c;
	struct walk w = { .root = p->path.real, .all = json_flag(c->args, "ignored", false), .cancel = &c->cancel,
		.each = find_one, .arg = p };
	if (walk_run(&w, err) < 0)
		return -1;
	say_rest(p, &w);
	return 0;
}

const struct tool tool_list = {
	.name = "list_files",
	.title = N_("List a folder"),
	.description = "Lists the files of a folder with their sizes in bytes; folders end with a slash.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"path\":{\"type\":\"string\",\"description\":\"The folder; the working directory when left out\"},"
	    "\"depth\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5,\"description\":\"How many levels; 1 when left out\"}}}",
	.flags = TOOL_READS | TOOL_PARALLEL,
	.prepare = prepare,
	.run = run_list,
	.done = done,
};

const struct tool tool_find = {
	.name = "find_files",
	.title = N_("Find files by name"),
	.description = "Finds files by a glob: *.c, src/**/*.h. A pattern without a slash is compared with the name, "
	    "one with a slash with the path. What .gitignore names is left out.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"pattern\":{\"type\":\"string\",\"description\":\"The glob\"},"
	    "\"path\":{\"type\":\"string\",\"description\":\"The folder to look in; the working directory when left out\"},"
	    "\"ignored\":{\"type\":\"boolean\",\"description\":\"Also look at what .gitignore names\"}},"
	    "\"required\":[\"pattern\"]}",
	.flags = TOOL_READS | TOOL_PARALLEL,
	.prepare = prepare,
	.run = run_find,
	.done = done,
};
