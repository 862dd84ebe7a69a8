/* file.c - see file.h. */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

const char *
file_home(void)
{
	const char *home = getenv("HOME");
	if (home != NULL && home[0] == '/')
		return home;
	const struct passwd *pw = getpwuid(getuid());
	return pw != NULL && pw->pw_dir != NULL ? pw->pw_dir : "/";
}

char *
file_path(enum file_place place, const char *name)
{
	static const struct {
		const char *variable, *fallback;
	} places[] = {
		[FILE_CONFIG] = { "XDG_CONFIG_HOME", ".config" },
		[FILE_DATA] = { "XDG_DATA_HOME", ".local/share" },
		[FILE_CACHE] = { "XDG_CACHE_HOME", ".cache" },
		[FILE_STATE] = { "XDG_STATE_HOME", ".local/state" },
	};
	const char *base = getenv(places[place].variable);
	const char *slash = name[0] != '\0' ? "/" : "";
	if (base != NULL && base[0] == '/')
		return mem_printf("%s/adit%s%s", base, slash, name);
	return mem_printf("%s/%s/adit%s%s", file_home(), places[place].fallback, slash, name);
}

char *
file_expand(const char *path)
{
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
		return mem_printf("%s%s", file_home(), path + 1);
	return mem_strdup(path);
}

int
file_read_fd(int fd, size_t max, struct buf *out, struct err *err)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_FAILED, "%s", strerror(errno));
		if (n == 0)
			return 0;
		if (out->len + (size_t)n > max)
			return err_set(err, ERR_DATA, _("more than %zu bytes"), max);
		buf_add(out, chunk, (size_t)n);
	}
}

int
file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_FAILED, _("Cannot read %s: %s."), path, strerror(errno));
	int rc = file_read_fd(fd, max, out, err);
	close(fd);
	if (rc < 0)
		err_wrap(err, _("Cannot read %s"), path);
	return rc;
}

bool
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int
file_write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, s, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

int
file_replace(const char *path, const void *bytes, size_t n, mode_t mode, struct err *err)
{
	char *tmp = mem_printf("%s.XXXXXX", path);
	int fd = mkostemp(tmp, O_CLOEXEC);
	int rc = -1;
	if (fd >= 0 && fchmod(fd, mode) == 0 && file_write_all(fd, bytes, n) == 0 && fsync(fd) == 0)
		rc = 0;
	int why = errno;
	if (fd >= 0 && close(fd) < 0 && rc == 0) {
		why = errno;
		rc = -1;
	}
	if (rc == 0 && rename(tmp, path) < 0) {
		why = errno;
		rc = -1;
	}
	if (rc < 0) {
		if (fd >= 0)
			unlink(tmp);
		err_set(err, ERR_FAILED, _("Cannot write %s: %s."), path, strerror(why));
	}
	free(tmp);
	return rc;
}

int
file_make_dir(const char *path, mode_t mode, struct err *err)
{
	char *p = mem_strdup(path);
	int rc = 0;
	for (char *at = p + 1; rc == 0; at++) {
		at = strchr(at, '/');
		if (at != NULL)
			*at = '\0';
		if (mkdir(p, mode) < 0 && errno != EEXIST)
			rc = err_set(err, ERR_FAILED, _("Cannot create the folder %s: %s."), p,
			    strerror(errno));
		if (at == NULL)
			break;
		*at = '/';
	}
	free(p);
	return rc;
}

struct file_stamp
file_stamp(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return (struct file_stamp){ 0 };
	return (struct file_stamp){ .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 +
		    st.st_mtim.tv_nsec,
		.size = st.st_size,
		.ino = st.st_ino };
}

bool
file_stamp_same(struct file_stamp a, struct file_stamp b)
{
	return a.mtime_ns == b.mtime_ns && a.size == b.size && a.ino == b.ino;
}
