/*
 * file.h - where adit's files are (XDG), reading with a ceiling, atomic replacement.
 */
#ifndef ADIT_BASE_FILE_H
#define ADIT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum file_place { FILE_CONFIG, FILE_DATA, FILE_CACHE, FILE_STATE };

/* The home directory: $HOME, else the password database. Borrowed, never NULL ("/" at worst). */
const char *file_home(void);
/* "$XDG_..._HOME/adit/NAME" (name may be ""). Owned by the caller. */
char	*file_path(enum file_place, const char *name);
/* A leading ~ or ~/ becomes the home directory. Owned by the caller. */
char	*file_expand(const char *path);

/* Reads a whole file of at most max bytes. ERR_FAILED with path and reason; a missing file
 * is an error too: ask file_exists() first where missing is fine. */
int	 file_read(const char *path, size_t max, struct buf *out, struct err *);
/* Reads all of an open descriptor (for standard input). */
int	 file_read_fd(int fd, size_t max, struct buf *out, struct err *);
bool	 file_exists(const char *path);
/* Writes beside the file, fsync, rename: readers see the old or the new, never half. */
int	 file_replace(const char *path, const void *bytes, size_t n, mode_t, struct err *);
/* Writes all of it, however often the kernel takes only a part. 0, or -1 and errno. */
int	 file_write_all(int fd, const char *bytes, size_t n);
/* mkdir -p with this mode for what it creates. */
int	 file_make_dir(const char *path, mode_t, struct err *);

/* What tells whether a file changed: compare with file_stamp_same(). All zero = missing. */
struct file_stamp {
	int64_t	mtime_ns, size;
	ino_t	ino;
};
struct file_stamp file_stamp(const char *path);
bool	 file_stamp_same(struct file_stamp, struct file_stamp);

#endif
