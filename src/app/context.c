/* context.c - see context.h. */
#include "config.h"

#include "app/context.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/utf8.h"

enum { FILE_MAX = 64 * 1024, ALL_MAX = 256 * 1024, PROMPT_MAX = 256 * 1024, PROMPTS = 200 };

/* Reads a regular file that is the user's own, or the system's. */
static bool
read_own(const char *path, size_t max, struct buf *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool fine = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_uid == getuid() || st.st_uid == 0) &&
	    (size_t)st.st_size <= max && file_read_fd(fd, max, out, NULL) == 0;
	close(fd);
	return fine;
}

/* ---- AGENTS.md ------------------------------------------------------------------------ */

static char *
for_people(const char *path)
{
	const char *home = file_home();
	size_t n = strlen(home);
	if (n > 1 && strncmp(path, home, n) == 0 && path[n] == '/')
		return mem_printf("~%s", path + n);
	return mem_strdup(path);
}

/* CLAUDE.md is often a link to AGENTS.md, or the same text: once is enough. */
static void
add_folder(const char *folder, struct buf *text, struct context_files *files)
{
	static const char *const names[] = { "AGENTS.md", "CLAUDE.md" };
	struct buf last = { 0 };
	for (size_t i = 0; i < 2; i++) {
		struct buf one = { 0 };
		char *path = mem_printf("%s/%s", str_same(folder, "/") ? "" : folder, names[i]);
		bool wanted = read_own(path, FILE_MAX, &one) && !str_blank(buf_str(&one)) &&
		    text->len + one.len <= ALL_MAX && !(last.len == one.len && memcmp(last.s, one.s, one.len) == 0);
		if (wanted) {
			buf_printf(text, "%s# From %s\n\n", text->len > 0 ? "\n\n" : "", path);
			utf8_repair(text, one.s, one.len);
			vec_add(files, for_people(path));
		}
		buf_swap(&last, &one);
		buf_done(&one);
		free(path);
	}
	buf_done(&last);
}

void
context_read(const char *cwd, struct buf *text, struct context_files *files)
{
	char *user = file_path(FILE_CONFIG, "");
	add_folder(user, text, files);
	free(user);
	if (cwd == NULL || cwd[0] != '/')
		return;
	for (size_t n = 1;; n++) {
		n += strcspn(cwd + n, "/");
		char *folder = mem_strndup(cwd, n > 1 ? n : 1);
		if (n > 1 || cwd[1] == '\0')
			add_folder(folder, text, files);
		free(folder);
		if (cwd[n] == '\0')
			break;
	}
}

/* ---- prompts ----------------------------------------------------------------------------- */

static bool
is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", s[i]) == NULL)
			return false;
	return n > 0 && n <= 40;
}

static void
prompt_done(struct context_prompt *p)
{
	free(p->name);
	free(p->help);
	free(p->args);
	free(p->path);
}

/* A line of the front matter: "description: x" gives x without quotes. */
static char *
front_value(const char *line, size_t n, const char *key)
{
	size_t k = strlen(key);
	if (n <= k || strncmp(line, key, k) != 0 || line[k] != ':')
		return NULL;
	char *cut = mem_strndup(line + k + 1, n - k - 1), *s = str_trim(cut);
	free(cut);
	size_t len = strlen(s);
	if (len >= 2 && (s[0] == '"' || s[0] == '\'') && s[len - 1] == s[0]) {
		char *bare = mem_strndup(s + 1, len - 2);
		free(s);
		return bare;
	}
	return s;
}

/* Where the text begins behind the front matter ("---" lines); fills in what it says. */
static const char *
read_front(const char *s, struct context_prompt *p)
{
	if (!str_starts(s, "---\n") && !str_starts(s, "---\r\n"))
		return s;
	const char *at = strchr(s, '\n') + 1;
	while (*at != '\0') {
		size_t n = strcspn(at, "\n");
		const char *next = at + n + (at[n] == '\n');
		if (str_starts(at, "---") && strspn(at + 3, "\r \t") + 3 >= n)
			return next;
		char *help = p != NULL ? front_value(at, n, "description") : NULL;
		char *args = p != NULL ? front_value(at, n, "argument-hint") : NULL;
		if (help != NULL && p->help == NULL)
			p->help = help;
		else
			free(help);
		if (args != NULL && p->args == NULL)
			p->args = args;
		else
			free(args);
		at = next;
	}
	return s;
}

static void
add_prompt(struct context_prompts *out, const char *folder, const char *file)
{
	size_t n = strlen(file);
	if (n < 4 || strcmp(file + n - 3, ".md") != 0 || !is_name(file, n - 3) || out->n >= PROMPTS)
		return;
	struct context_prompt p = { .name = mem_strndup(file, n - 3), .path = mem_printf("%s/%s", folder, file) };
	struct buf text = { 0 };
	bool fine = read_own(p.path, PROMPT_MAX, &text);
	const char *body = fine ? read_front(buf_str(&text), &p) : "";
	body += strspn(body, " \t\r\n#");
	if (p.help == NULL)
		p.help = mem_strndup(body, strcspn(body, "\r\n"));
	if (p.args == NULL)
		p.args = mem_strdup("");
	buf_done(&text);
	if (!fine) {
		prompt_done(&p);
		return;
	}
	for (size_t i = 0; i < out->n; i++)
		if (str_same(out->v[i].name, p.name)) {
			prompt_done(&out->v[i]);
			out->v[i] = p;
			return;
		}
	vec_add(out, p);
}

static void
add_prompts(struct context_prompts *out, char *folder)
{
	DIR *d = opendir(folder);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		add_prompt(out, folder, e->d_name);
	if (d != NULL)
		closedir(d);
	free(folder);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct context_prompt *)a)->name, ((const struct context_prompt *)b)->name);
}

void
context_prompts(const char *cwd, struct context_prompts *out)
{
	add_prompts(out, file_path(FILE_CONFIG, "prompts"));
	if (cwd != NULL)
		add_prompts(out, mem_printf("%s/.adit/prompts", cwd));
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, by_name);
}

void
context_prompts_done(struct context_prompts *p)
{
	for (size_t i = 0; i < p->n; i++)
		prompt_done(&p->v[i]);
	vec_done(p);
}

/* The next word of the arguments, quotes taken off; false at their end. */
static bool
next_word(const char **s, struct buf *word)
{
	buf_reset(word);
	*s += strspn(*s, " \t\n");
	if (**s == '\0')
		return false;
	char quote = '\0';
	for (; **s != '\0' && (quote != '\0' || strchr(" \t\n", **s) == NULL); (*s)++) {
		if (quote == '\0' && (**s == '"' || **s == '\''))
			quote = **s;
		else if (**s == quote)
			quote = '\0';
		else
			buf_putc(word, **s);
	}
	return true;
}

static void
put_word(struct buf *out, const char *args, int which)
{
	struct buf word = { 0 };
	while (next_word(&args, &word))
		if (--which == 0)
			buf_add(out, buf_str(&word), word.len);
	buf_done(&word);
}

void
context_fill_in(struct buf *out, const char *text, const char *args)
{
	bool used = false;
	for (const char *s = text; *s != '\0'; s++) {
		if (str_starts(s, "$ARGUMENTS")) {
			buf_puts(out, args);
			s += strlen("$ARGUMENTS") - 1;
		} else if (s[0] == '$' && s[1] == '@') {
			buf_puts(out, args);
			s++;
		} else if (s[0] == '$' && s[1] >= '1' && s[1] <= '9' && !(s[2] >= '0' && s[2] <= '9')) {
			put_word(out, args, s[1] - '0');
			s++;
		} else {
			buf_putc(out, *s);
			continue;
		}
		used = true;
	}
	if (!used && !str_blank(args))
		buf_printf(out, "\n\n%s", args);
}

char *
context_prompt_text(const struct context_prompt *p, const char *args, struct err *err)
{
	struct buf text = { 0 }, out = { 0 };
	if (!read_own(p->path, PROMPT_MAX, &text)) {
		buf_done(&text);
		err_set(err, ERR_FAILED, _("The prompt %s cannot be read."), p->path);
		return NULL;
	}
	context_fill_in(&out, read_front(buf_str(&text), NULL), args);
	buf_done(&text);
	char *whole = buf_take(&out, NULL), *s = str_trim(whole);
	free(whole);
	return s;
}
