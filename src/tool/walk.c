/* walk.c - see walk.h. */
#include "config.h"

#include "tool/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "tool/ignore.h"
#include "tool/path.h"

enum { IGNORE_FILE_MAX = 256 * 1024 };

struct item {
	char	*name;
	bool	 is_folder;
};
struct items VEC(struct item);

struct state {
	struct walk	*w;
	struct ignore	 ignore;
	struct buf	 path;          /* of the folder we are in, with a / unless empty */
	struct buf	 full;          /* the same from the top of the repository */
	char		**secrets;
	bool		 end;
};

static void
read_ignore(struct state *s, int folder, const char *name, size_t base)
{
	struct buf text = { 0 };
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    file_read_fd(fd, IGNORE_FILE_MAX, &text, NULL) == 0)
		ignore_add(&s->ignore, base, buf_str(&text), text.len);
	if (fd >= 0)
		close(fd);
	buf_done(&text);
}

/* The ignore files from the top of the repository down to where the walk begins. */
static bool
read_above(struct state *s)
{
	char *top = mem_strdup(s->w->root);
	for (;;) {
		char *git = mem_printf("%s/.git", str_same(top, "/") ? "" : top);
		bool found = file_exists(git);
		free(git);
		if (found)
			break;
		char *slash = strrchr(top, '/');
		if (slash == NULL || slash == top) {    /* no repository: only what lies below counts */
			free(top);
			return false;
		}
		*slash = '\0';
	}
	size_t n = str_same(top, "/") ? 1 : strlen(top) + 1, all = strlen(s->w->root);
	if (n <= all) {
		buf_puts(&s->full, s->w->root + n);
		buf_putc(&s->full, '/');
	}
	/* Each folder's file is about what is below it. */
	for (size_t at = n; at <= all + 1;) {
		char *folder = mem_strndup(s->w->root, at > 1 ? at - 1 : 1);
		int fd = path_open(folder, O_RDONLY | O_DIRECTORY, NULL);
		if (fd >= 0) {
			if (at == n)
				read_ignore(s, fd, ".git/info/exclude", 0);
			read_ignore(s, fd, ".gitignore", at - n);
			close(fd);
		}
		free(folder);
		at += at <= all ? strcspn(s->w->root + at, "/") + 1 : 1;
	}
	free(top);
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static bool
is_folder(int folder, const struct dirent *e)
{
	struct stat st;
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Keys are not for reading along with everything else. */
static bool
is_secret(struct state *s, const char *name)
{
	size_t n = str_same(s->w->root, "/") ? 0 : strlen(s->w->root);
	for (size_t i = 0; s->secrets[i] != NULL; i++) {
		const char *path = s->secrets[i];
		if (strncmp(path, s->w->root, n) == 0 && path[n] == '/' &&
		    strncmp(path + n + 1, buf_str(&s->path), s->path.len) == 0 &&
		    strcmp(path + n + 1 + s->path.len, name) == 0)
			return true;
	}
	return false;
}

static bool
is_wanted(struct state *s, const char *name, bool folder)
{
	if (str_same(name, ".") || str_same(name, "..") || str_same(name, ".git") || is_secret(s, name))
		return false;
	if (s->w->all)
		return true;
	size_t n = s->full.len;
	buf_puts(&s->full, name);
	bool ignored = ignore_matches(&s->ignore, buf_str(&s->full), folder);
	buf_truncate(&s->full, n);
	return !ignored;
}

static void
gather(struct state *s, DIR *d, struct items *out)
{
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (out->n >= WALK_MAX) {
			s->w->too_many = true;
			break;
		}
		bool folder = is_folder(dirfd(d), e);
		if (is_wanted(s, e->d_name, folder))
			vec_add(out, ((struct item){ mem_strdup(e->d_name), folder }));
	}
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, by_name);
}

static void enter(struct state *, int fd, int depth);

static void
visit(struct state *s, int folder, const struct item *it, int depth)
{
	struct walk *w = s->w;
	if (++w->seen > WALK_MAX)
		w->too_many = s->end = true;
	if (s->end || (w->cancel != NULL && atomic_load(w->cancel))) {
		s->end = true;
		return;
	}
	size_t n = s->path.len, k = s->full.len;
	buf_puts(&s->path, it->name);
	struct walk_entry e = { buf_str(&s->path), it->name, folder, it->is_folder };
	s->end = !w->each(w->arg, &e);
	if (it->is_folder && !s->end && depth < WALK_DEPTH && (w->depth == 0 || depth < w->depth)) {
		int fd = openat(folder, it->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		buf_putc(&s->path, '/');
		buf_printf(&s->full, "%s/", it->name);
		if (fd >= 0)
			enter(s, fd, depth + 1);
	}
	buf_truncate(&s->path, n);
	buf_truncate(&s->full, k);
}

/* Takes the descriptor. */
static void
enter(struct state *s, int fd, int depth)
{
	DIR *d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return;
	}
	size_t rules = s->ignore.rules.n;
	struct items items = { 0 };
	if (!s->w->all && depth > 1)
		read_ignore(s, fd, ".gitignore", s->full.len);
	gather(s, d, &items);
	for (size_t i = 0; i < items.n; i++) {
		visit(s, fd, &items.v[i], depth);
		free(items.v[i].name);
	}
	vec_done(&items);
	ignore_truncate(&s->ignore, rules);
	closedir(d);
}

int
walk_run(struct walk *w, struct err *err)
{
	struct state s = { .w = w };
	int fd = path_open(w->root, O_RDONLY | O_DIRECTORY, err);
	if (fd < 0)
		return -1;
	s.secrets = path_secrets();
	if (!w->all && !read_above(&s))
		read_ignore(&s, fd, ".gitignore", 0);
	enter(&s, fd, 1);
	for (size_t i = 0; s.secrets[i] != NULL; i++)
		free(s.secrets[i]);
	free(s.secrets);
	ignore_done(&s.ignore);
	buf_done(&s.path);
	buf_done(&s.full);
	return 0;
}
