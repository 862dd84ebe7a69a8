/* path.c - see path.h. */
#include "config.h"

#include "tool/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

/* ---- what is special about a place ----------------------------------------- */

/* Is `path` the folder or below it? */
static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	while (n > 0 && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

char **
path_secrets(void)
{
	static const char *const at_home[] = { ".aws", ".ssh", ".gnupg", ".netrc", ".git-credentials",
		".docker/config.json", ".config/gh", ".kube", ".password-store", ".local/share/keyrings" };
	struct VEC(char *) list = { 0 };
	for (size_t i = 0; i < sizeof at_home / sizeof *at_home; i++)
		vec_add(&list, mem_printf("%s/%s", file_home(), at_home[i]));
	vec_add(&list, file_path(FILE_DATA, "credentials.json"));
	for (size_t i = 0; i < list.n; i++) {
		char *real = realpath(list.v[i], NULL);
		if (real != NULL) {
			free(list.v[i]);
			list.v[i] = real;
		}
	}
	vec_add(&list, NULL);
	return list.v;
}

static bool
is_secret(const char *real)
{
	if (str_starts(real, "/proc/") && strcspn(real + 6, "0123456789") == 0)
		return true;    /* another process's environment and memory, or ours */
	char **list = path_secrets();
	bool found = false;
	for (size_t i = 0; list[i] != NULL; i++) {
		found = found || is_below(real, list[i]);
		free(list[i]);
	}
	free(list);
	return found;
}

bool
path_holds_secrets(const char *real)
{
	char **list = path_secrets();
	bool found = false;
	for (size_t i = 0; list[i] != NULL; i++) {
		found = found || str_same(real, "/") || is_below(list[i], real);
		free(list[i]);
	}
	free(list);
	return found;
}

/* A part of the path with one of these names: what is written there is run, or obeyed, by others. */
static bool
is_trap(const char *real)
{
	static const char *const parts[] = { ".git", ".adit", ".bashrc", ".bash_profile", ".profile",
		".zshrc", ".zshenv", ".zprofile", ".inputrc", ".gitconfig", ".envrc", ".vscode", ".idea",
		".husky" };
	for (const char *p = real; *p != '\0';) {
		p += strspn(p, "/");
		size_t n = strcspn(p, "/");
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			if (strlen(parts[i]) == n && strncasecmp(p, parts[i], n) == 0)
				return true;
		p += n;
	}
	char *ours = file_path(FILE_CONFIG, "");
	bool config = is_below(real, ours);
	free(ours);
	return config;
}

/* ---- resolving -------------------------------------------------------------- */

static char *
make_absolute(const char *root, const char *given)
{
	if (given[0] == '/')
		return mem_strdup(given);
	if (given[0] == '~' && (given[1] == '/' || given[1] == '\0'))
		return file_expand(given);
	return mem_printf("%s/%s", str_same(root, "/") ? "" : root, given);
}

/* The part of `path` up to its last component, which is cut off and given; "/" has none. */
static char *
cut_last(char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	char *slash = strrchr(path, '/');
	char *last = mem_strdup(slash + 1);
	if (slash == path)
		slash++;
	*slash = '\0';
	return last;
}

/* The real path of what exists of it, and the rest as it stands. */
static int
resolve(char *path, char **out, bool *exists, struct err *err)
{
	struct buf rest = { 0 };
	*exists = true;
	char *real;
	while ((real = realpath(path, NULL)) == NULL) {
		struct stat st;
		int why = errno;
		if (why != ENOENT) {
			buf_done(&rest);
			return err_set(err, ERR_FAILED, "%s: %s.", path, strerror(why));
		}
		if (lstat(path, &st) == 0) {
			buf_done(&rest);
			return err_set(err, ERR_FAILED, "%s is a symbolic link that leads nowhere.", path);
		}
		*exists = false;
		char *last = cut_last(path);
		if (str_same(last, "..") || strlen(path) == 0) {
			free(last);
			buf_done(&rest);
			return err_set(err, ERR_FAILED, "%s: a folder before \"..\" does not exist.", path);
		}
		if (*last != '\0' && !str_same(last, ".")) {
			char *longer = mem_printf("/%s%s", last, buf_str(&rest));
			buf_reset(&rest);
			buf_puts(&rest, longer);
			free(longer);
		}
		free(last);
	}
	*out = mem_printf("%s%s", str_same(real, "/") && rest.len > 0 ? "" : real, buf_str(&rest));
	free(real);
	buf_done(&rest);
	return 0;
}

int
path_resolve(struct path *p, const char *root, const char *given, struct err *err)
{
	*p = (struct path){ 0 };
	if (given[0] == '\0')
		return err_set(err, ERR_FAILED, "The path is empty.");
	if (strlen(given) >= PATH_MAX)
		return err_set(err, ERR_FAILED, "The path is too long.");
	char *path = make_absolute(root, given);
	int rc = resolve(path, &p->real, &p->exists, err);
	free(path);
	if (rc < 0)
		return -1;
	p->inside = str_same(root, "/") || is_below(p->real, root);
	size_t n = str_same(root, "/") ? 0 : strlen(root);
	p->shown = mem_strdup(!p->inside ? p->real : p->real[n] == '\0' ? "." : p->real + n + 1);
	p->secret = is_secret(p->real);
	p->trap = is_trap(p->real);
	return 0;
}

void
path_done(struct path *p)
{
	free(p->real);
	free(p->shown);
	*p = (struct path){ 0 };
}

/* ---- opening ------------------------------------------------------------------ */

static int
refuse(const char *real, int why, struct err *err)
{
	if (why == ELOOP || why == ENOTDIR)
		return err_set(err, ERR_FAILED,
		    "%s was not opened: something on the way is now a symbolic link, or not a folder.", real);
	return err_set(err, ERR_FAILED, "%s: %s.", real, strerror(why));
}

/* One folder further; -1 and errno. Takes the descriptor. */
static int
step(int at, const char *name, bool make)
{
	int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int next = openat(at, name, flags);
	if (next < 0 && errno == ENOENT && make && (mkdirat(at, name, 0777) == 0 || errno == EEXIST))
		next = openat(at, name, flags);
	int why = errno;
	close(at);
	errno = why;
	return next;
}

int
path_open_parent(const char *real, bool make, const char **name, struct err *err)
{
	int at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *p = real + strspn(real, "/");
	for (size_t n; at >= 0 && p[n = strcspn(p, "/")] != '\0'; p += n + 1) {
		char *part = mem_strndup(p, n);
		at = step(at, part, make);
		int why = errno;
		free(part);
		errno = why;
	}
	*name = *p != '\0' ? p : ".";
	return at >= 0 ? at : refuse(real, errno, err);
}

int
path_open(const char *real, int flags, struct err *err)
{
	const char *name;
	int at = path_open_parent(real, false, &name, err);
	if (at < 0)
		return -1;
	int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int why = errno;
	close(at);
	return fd >= 0 ? fd : refuse(real, why, err);
}
