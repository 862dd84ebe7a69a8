/*
 * tool-search.c - search_files: lines that a regular expression fits.
 *
 * ripgrep does it when it is installed, else adit by itself; both give
 * "path:line:text".
 */
#include "config.h"

#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"
#include "text/utf8.h"
#include "tool/encoding.h"
#include "tool/ignore.h"
#include "tool/tools.h"
#include "tool/walk.h"

enum {
	FILE_MAX = 8 * 1024 * 1024,
	MATCHES = 500,
	LINE_SHOWN = 300,
	LINE_MAX_BYTES = 16 * 1024,
	RG_OUTPUT = 8 * 1024 * 1024,
	RG_MS = 60 * 1000,
};

struct plan {
	struct path	 path;
	regex_t		 regex;
	bool		 compiled;
	const char	*glob;
	size_t		 found, left_out;
	struct tool_call *call;
};

static int
compile(struct plan *p, const struct tool_call *c, struct err *err)
{
	char why[120];
	int flags = REG_EXTENDED | REG_NOSUB | (json_flag(c->args, "ignore_case", false) ? REG_ICASE : 0);
	int rc = regcomp(&p->regex, tool_arg(c, "pattern", ""), flags);
	if (rc == 0) {
		p->compiled = true;
		return 0;
	}
	regerror(rc, &p->regex, why, sizeof why);
	return err_set(err, ERR_FAILED, "The pattern is not a regular expression (%s). Escape what is meant literally "
	    "with a backslash.", why);
}

static int
prepare(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan = mem_alloc(sizeof *p);
	p->call = c;
	p->glob = tool_arg(c, "glob", NULL);
	if (tools_prepare_path(c, &p->path, false, err) < 0)
		return -1;
	free(c->summary);
	c->summary = str_same(p->path.shown, ".") ? mem_strdup(tool_arg(c, "pattern", "")) :
	    mem_printf("%s  %s", tool_arg(c, "pattern", ""), p->path.shown);
	return 0;
}

static void
done(struct tool_call *c)
{
	struct plan *p = c->plan;
	if (p->compiled)
		regfree(&p->regex);
	path_done(&p->path);
	free(p);
}

/* One line that was found; s need not be text. */
static void
put_match(struct plan *p, const char *path, size_t line, const char *s, size_t n)
{
	if (p->found >= MATCHES) {
		p->left_out++;
		return;
	}
	p->found++;
	bool cut = n > LINE_SHOWN;
	if (cut)
		n = utf8_whole(s, LINE_SHOWN);
	struct buf b = { 0 };
	if (!str_same(p->path.shown, "."))
		buf_printf(&b, "%s%s", p->path.shown, *path != '\0' ? "/" : "");
	buf_printf(&b, "%s:%zu:", path, line);
	utf8_repair(&b, s, n);
	buf_puts(&b, cut ? " [cut]\n" : "\n");
	tool_puts(p->call, buf_str(&b));
	buf_done(&b);
}

/* ---- by itself ----------------------------------------------------------------- */

static void
search_text(struct plan *p, const char *path, char *s, size_t n)
{
	char *end = s + n;
	for (size_t line = 1; s < end; line++) {
		char *nl = memchr(s, '\n', (size_t)(end - s));
		char *stop = nl != NULL ? nl : end;
		size_t k = (size_t)(stop - s);
		if (k > 0 && s[k - 1] == '\r')
			k--;
		/* regexec() wants a text that ends; the newline's place is ours to lend. */
		char was = s[k];
		s[k] = '\0';
		if (k <= LINE_MAX_BYTES && regexec(&p->regex, s, 0, NULL, 0) == 0)
			put_match(p, path, line, s, k);
		s[k] = was;
		s = stop + 1;
		if (line % 256 == 0 && tool_cancelled(p->call))
			return;
	}
}

static void
search_fd(struct plan *p, const char *path, int fd)
{
	struct buf raw = { 0 }, text = { 0 };
	struct stat st;
	size_t bom;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX &&
	    file_read_fd(fd, FILE_MAX, &raw, NULL) == 0) {
		const char *encoding = encoding_of(buf_str(&raw), raw.len, &bom);
		if (encoding != NULL)
			encoding_decode(&text, encoding, buf_str(&raw) + bom, raw.len - bom);
		if (text.len > 0)
			search_text(p, path, text.s, text.len);
	}
	buf_done(&raw);
	buf_done(&text);
}

static bool
glob_fits(const struct plan *p, const char *path, const char *name)
{
	return p->glob == NULL || ignore_glob(p->glob, strchr(p->glob, '/') != NULL ? path : name);
}

static bool
search_one(void *arg, const struct walk_entry *e)
{
	struct plan *p = arg;
	if (e->is_folder || !glob_fits(p, e->path, e->name))
		return true;
	int fd = openat(e->folder, e->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		search_fd(p, e->path, fd);
		close(fd);
	}
	return p->left_out < MATCHES;
}

static int
search_ourselves(struct plan *p, struct err *err)
{
	struct stat st;
	int fd = path_open(p->path.real, O_RDONLY, err);
	if (fd < 0)
		return -1;
	bool folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	if (!folder)
		search_fd(p, "", fd);
	close(fd);
	if (!folder)
		return 0;
	struct walk w = { .root = p->path.real, .all = json_flag(p->call->args, "ignored", false),
		.cancel = &p->call->cancel, .each = search_one, .arg = p };
	return walk_run(&w, err);
}

/* ---- with ripgrep --------------------------------------------------------------------- */

/* "path\0line:text\n": a path may have colons in it. */
static void
take_rg(struct plan *p, const char *s, const char *end)
{
	size_t root = strlen(p->path.real);
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl != NULL ? nl : end, *nul = memchr(s, '\0', (size_t)(stop - s));
		const char *colon = nul != NULL ? memchr(nul, ':', (size_t)(stop - nul)) : NULL;
		if (colon != NULL) {
			const char *path = strncmp(s, p->path.real, root) == 0 ? s + root : s;
			put_match(p, path + strspn(path, "/"), strtoul(nul + 1, NULL, 10), colon + 1,
			    (size_t)(stop - colon - 1));
		}
		s = stop + 1;
	}
}

/* 0 done, 1 there is no ripgrep, or it would not: look ourselves. */
static int
search_with_rg(struct plan *p)
{
	const struct tool_call *c = p->call;
	if (path_holds_secrets(p->path.real))
		return 1;               /* ripgrep would read them */
	const char *argv[20] = { "rg", "--no-config", "--color=never", "--no-heading", "--with-filename",
		"--line-number", "--null", "--sort=path", "--hidden", "--glob=!.git" };
	size_t n = 10;
	char *glob = p->glob != NULL ? mem_printf("--glob=%s", p->glob) : NULL;
	if (json_flag(c->args, "ignore_case", false))
		argv[n++] = "--ignore-case";
	if (json_flag(c->args, "ignored", false))
		argv[n++] = "--no-ignore";
	if (glob != NULL)
		argv[n++] = glob;
	argv[n++] = "--regexp";
	argv[n++] = tool_arg(c, "pattern", "");
	argv[n++] = "--";
	argv[n++] = p->path.real;
	static const char *const without[] = { "AWS_*", "RIPGREP_CONFIG_PATH", NULL };
	struct spawn s = { .argv = argv, .cwd = c->place->root, .without = without, .out_max = RG_OUTPUT,
		.err_tail = 1024, .timeout_ms = RG_MS, .cancel = &c->cancel };
	struct spawn_end end;
	int rc = 1;
	if (spawn_run(&s, &end, NULL) == 0) {
		bool fine = (end.why == SPAWN_EXITED && end.status <= 1) || end.why == SPAWN_FLOODED;
		if (fine)
			take_rg(p, buf_str(&end.out), buf_str(&end.out) + end.out.len);
		rc = fine ? 0 : 1;
	}
	spawn_end_done(&end);
	free(glob);
	return rc;
}

static int
run(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan;
	if (search_with_rg(p) != 0 && !tool_cancelled(c) &&
	    (compile(p, c, err) < 0 || search_ourselves(p, err) < 0))
		return -1;
	if (p->found == 0)
		tool_puts(c, "(nothing was found)");
	if (p->left_out > 0) {
		char *s = mem_printf("\n[%s%zu more lines are left out; ask more precisely]",
		    p->left_out >= MATCHES ? "at least " : "", p->left_out);
		tool_puts(c, s);
		free(s);
	}
	c->outcome = mem_printf(ngettext("%zu match", "%zu matches", p->found + p->left_out), p->found + p->left_out);
	return 0;
}

const struct tool tool_search = {
	.name = "search_files",
	.title = N_("Search in files"),
	.description = "Searches files for a regular expression and returns path:line:text. What .gitignore names and "
	    "binary files are left out.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"pattern\":{\"type\":\"string\",\"description\":\"The regular expression (extended)\"},"
	    "\"path\":{\"type\":\"string\",\"description\":\"A folder or file; the working directory when left out\"},"
	    "\"glob\":{\"type\":\"string\",\"description\":\"Only files like this: *.c\"},"
	    "\"ignore_case\":{\"type\":\"boolean\"},"
	    "\"ignored\":{\"type\":\"boolean\",\"description\":\"Also look at what .gitignore names\"}},"
	    "\"required\":[\"pattern\"]}",
	.flags = TOOL_READS | TOOL_PARALLEL,
	.prepare = prepare,
	.run = run,
	.done = done,
};
