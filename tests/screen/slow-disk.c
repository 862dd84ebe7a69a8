/*
 * slow-disk.c - a disk that hangs, for tests: preloaded into adit (LD_PRELOAD), it makes whatever looks at a path that
 * begins with $SLOW_DISK wait until somebody opens the FIFO $SLOW_DISK_GATE for writing. With $SLOW_SYNC (any value) that
 * is whatever waits for a sync instead.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
real_open(const char *path, int flags, mode_t mode)
{
	static int (*next)(int, const char *, int, ...);
	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "openat");
	return next(AT_FDCWD, path, flags, mode);
}

static void
wait_at_gate(void)
{
	const char *gate = getenv("SLOW_DISK_GATE");
	int fd = gate != NULL ? real_open(gate, O_RDONLY | O_CLOEXEC, 0) : -1;  /* waits for whoever writes */
	if (fd >= 0)
		close(fd);
}

static void
wait_for(const char *path)
{
	const char *slow = getenv("SLOW_DISK");
	if (slow != NULL && strncmp(path, slow, strlen(slow)) == 0)
		wait_at_gate();
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	wait_for(path);
	return real_open(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	wait_for(path);
	return real_open(path, flags | O_LARGEFILE, mode);
}

#define NEXT(type, name, params, args)                                                             \
	type name params                                                                           \
	{                                                                                          \
		static type (*next) params;                                                        \
		if (next == NULL)                                                                  \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                 \
		wait_for(path);                                                                    \
		return next args;                                                                  \
	}

NEXT(int, access, (const char *path, int mode), (path, mode))
NEXT(int, stat, (const char *restrict path, struct stat *restrict st), (path, st))
NEXT(int, stat64, (const char *restrict path, struct stat64 *restrict st), (path, st))
NEXT(DIR *, opendir, (const char *path), (path))
NEXT(int, glob, (const char *restrict path, int flags, int (*e)(const char *, int), glob_t *restrict g), (path, flags, e, g))
NEXT(int, glob64, (const char *restrict path, int flags, int (*e)(const char *, int), glob64_t *restrict g), (path, flags, e, g))

#define NEXT_SYNC(name)                                                                            \
	int name(int fd)                                                                           \
	{                                                                                          \
		static int (*next)(int);                                                           \
		if (next == NULL)                                                                  \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                 \
		if (getenv("SLOW_SYNC") != NULL)                                                   \
			wait_at_gate();                                                            \
		return next(fd);                                                                   \
	}

NEXT_SYNC(fsync)
NEXT_SYNC(fdatasync)
