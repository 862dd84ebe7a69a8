/*
 * journal.c - see journal.h.
 *
 * A line is written with one write(); what can be broken is therefore the end
 * of the file and nothing before it. `end` is where the last whole line stops,
 * `synced` how much of that the disk has promised to keep.
 */
#include "config.h"

#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	CHUNK = 64 << 10,
	SEAL = sizeof ",\"crc\":\"01234567\"}" - 1,     /* what a line has after its record */
};

struct journal {
	int		 fd;
	char		*path;
	off_t		 end, synced;
	bool		 ragged;        /* bytes after `end` are still to be cut off */
	bool		 fresh;         /* the folder does not know of the file for good yet */
	struct buf	 line;          /* the line being written; kept for its memory */
};

/* ---- errors ------------------------------------------------------------- */

/* strerror() with what to do, where there is something to do. */
static const char *
reason(int why)
{
	static const struct {
		int		 why;
		const char	*text;
	} rows[] = {
		{ ENOSPC, N_("the disk is full; free some space") },
		{ EDQUOT, N_("your disk quota is used up; free some space") },
		{ EFBIG, N_("it has reached the largest size allowed for a file (see ulimit -f)") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].why == why)
			return _(rows[i].text);
	return strerror(why);
}

static int
say_why(struct err *err, const char *path, int why)
{
	return err_set(err, ERR_FAILED, _("Cannot write %s: %s."), path, reason(why));
}

static void
say_locked(struct err *err, const char *path)
{
	char *copy = mem_strdup(path);
	char *name = basename(copy);
	if (str_ends(name, ".jsonl"))
		name[strlen(name) - strlen(".jsonl")] = '\0';
	err_set(err, ERR_FAILED, _("Session %s is open in another adit."), name);
	free(copy);
}

/* ---- lines -------------------------------------------------------------- */

static void
put_seal(struct buf *line)
{
	uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)line->s, line->len);
	buf_printf(line, ",\"crc\":\"%08" PRIx32 "\"}", crc);
}

bool
journal_line_ok(const char *line, size_t n, size_t *json_n)
{
	if (n <= SEAL || n > JOURNAL_RECORD_MAX + SEAL || line[0] != '{')
		return false;
	char seal[SEAL + 1];
	uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)line, n - SEAL);
	snprintf(seal, sizeof seal, ",\"crc\":\"%08" PRIx32 "\"}", crc);
	if (memcmp(line + n - SEAL, seal, SEAL) != 0)
		return false;
	*json_n = n - SEAL;
	return true;
}

/* ---- repair ------------------------------------------------------------- */

/* Where the last line begins that has no newline; `size` when all have one, -1 on a read error. */
static off_t
unfinished_from(int fd, off_t size)
{
	char chunk[CHUNK];
	for (off_t at = size; at > 0;) {
		size_t want = at < CHUNK ? (size_t)at : CHUNK;
		ssize_t n = pread(fd, chunk, want, at - (off_t)want);
		if (n != (ssize_t)want)
			return -1;
		const char *nl = memrchr(chunk, '\n', want);
		at -= (off_t)want;
		if (nl != NULL)
			return at + (nl - chunk) + 1;
	}
	return 0;
}

/* A line that is whole but for its newline lost nothing. */
static bool
lacks_only_newline(int fd, off_t from, off_t size)
{
	size_t n = (size_t)(size - from), json_n;
	if (size - from > JOURNAL_RECORD_MAX + SEAL)
		return false;
	char *line = mem_alloc(n);
	bool whole = pread(fd, line, n, from) == (ssize_t)n && journal_line_ok(line, n, &json_n);
	free(line);
	return whole;
}

static int
copy_range(int from, off_t at, off_t end, int to)
{
	char chunk[CHUNK];
	while (at < end) {
		size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = pread(from, chunk, want, at);
		if (n <= 0 || file_write_all(to, chunk, (size_t)n) < 0)
			return -1;
		at += n;
	}
	return file_write_all(to, "\n", 1);
}

static int
set_aside(const char *path, int fd, off_t from, off_t size, struct err *err)
{
	char *torn = mem_printf("%s.torn", path);
	int to = open(torn, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int rc = 0;
	if (to < 0 || copy_range(fd, from, size, to) < 0 || fsync(to) < 0)
		rc = say_why(err, torn, errno);
	if (to >= 0)
		close(to);
	free(torn);
	return rc;
}

/* Sets j->end, having made sure that a whole line ends there. */
static int
repair(struct journal *j, size_t *torn, struct err *err)
{
	struct stat st;
	off_t from = fstat(j->fd, &st) < 0 ? -1 : unfinished_from(j->fd, st.st_size);
	if (from < 0)
		return err_set(err, ERR_FAILED, _("Cannot read %s: %s."), j->path, strerror(errno));
	j->end = from;
	if (from == st.st_size)
		return 0;
	if (lacks_only_newline(j->fd, from, st.st_size)) {
		if (file_write_all(j->fd, "\n", 1) < 0)
			return say_why(err, j->path, errno);
		j->end = st.st_size + 1;
		return 0;
	}
	if (set_aside(j->path, j->fd, from, st.st_size, err) < 0)
		return -1;
	if (ftruncate(j->fd, from) < 0)
		return say_why(err, j->path, errno);
	*torn = (size_t)(st.st_size - from);
	log_warn("journal %s: %zu torn bytes set aside", j->path, *torn);
	return 0;
}

/* ---- opening ------------------------------------------------------------ */

/* A new file is there after a power cut only when its folder is on the disk, too. */
static void
sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(copy);
}

/* A file system without locks (some network ones) is no reason to record nothing. */
static int
take_lock(int fd, const char *path, struct err *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK) {
		say_locked(err, path);
		return -1;
	}
	log_warn("journal %s: no lock: %s", path, strerror(errno));
	return 0;
}

/*
 * Between open and lock another adit may have deleted the file: then we hold a file without a
 * name.
 */
static bool
still_there(int fd, const char *path)
{
	struct stat mine, named;
	return fstat(fd, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino &&
	    mine.st_dev == named.st_dev;
}

static int
open_locked(const char *path, bool *fresh, struct err *err)
{
	for (int tries = 0; tries < 8; tries++) {
		*fresh = access(path, F_OK) < 0;
		int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0)
			return say_why(err, path, errno);
		if (take_lock(fd, path, err) < 0) {
			close(fd);
			return -1;
		}
		if (still_there(fd, path)) {
			(void)fchmod(fd, 0600);
			return fd;
		}
		close(fd);
	}
	return say_why(err, path, ENOENT);
}

struct journal *
journal_open(const char *path, size_t *torn, struct err *err)
{
	size_t aside = 0;
	bool fresh;
	int fd = open_locked(path, &fresh, err);
	if (fd < 0)
		return NULL;
	struct journal *j = mem_alloc(sizeof *j);
	j->fd = fd;
	j->fresh = fresh;
	j->path = mem_strdup(path);
	buf_init(&j->line, 0);
	if (repair(j, &aside, err) < 0) {
		journal_close(j);
		return NULL;
	}
	j->synced = j->end;     /* what was there before us is never cut off */
	if (torn != NULL)
		*torn = aside;
	return j;
}

/* ---- writing ------------------------------------------------------------ */

/*
 * Takes the file back to its last `keep` bytes; what cannot be cut now is cut before the next
 * line.
 */
static void
cut_back(struct journal *j, off_t keep)
{
	j->end = keep;
	j->ragged = ftruncate(j->fd, keep) < 0;
}

static void
spaces_for_line_breaks(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\n' || s[i] == '\r')
			s[i] = ' ';
}

static bool
is_object(const char *json, size_t n)
{
	return n > 2 && n <= JOURNAL_RECORD_MAX && json[0] == '{' && json[n - 1] == '}';
}

int
journal_append(struct journal *j, const char *json, size_t n, struct err *err)
{
	if (!is_object(json, n))
		return err_set(err, ERR_DATA, _("A record of %zu bytes cannot be kept in %s."), n,
		    j->path);
	if (j->ragged) {
		cut_back(j, j->end);
		if (j->ragged)
			return say_why(err, j->path, errno);
	}
	buf_reset(&j->line);
	buf_add(&j->line, json, n - 1);
	spaces_for_line_breaks(j->line.s, j->line.len);
	put_seal(&j->line);
	buf_putc(&j->line, '\n');
	int rc = file_write_all(j->fd, j->line.s, j->line.len);
	if (rc < 0) {
		say_why(err, j->path, errno);
		cut_back(j, j->end);
	} else {
		j->end += (off_t)j->line.len;
	}
	if (j->line.cap > CHUNK)
		buf_done(&j->line);
	return rc;
}

void
journal_sync_begin(struct journal *j, struct journal_sync *sync)
{
	bool news = j->synced != j->end;
	*sync = (struct journal_sync){ .fd = news ? j->fd : -1, .fresh = news && j->fresh ? j->path : NULL,
		.end = j->end };
}

void
journal_sync_wait(struct journal_sync *sync)
{
	if (sync->fd >= 0 && fdatasync(sync->fd) < 0)
		sync->why = errno;
	else if (sync->fresh != NULL)   /* not when opening: the first line must not wait for that */
		sync_folder(sync->fresh);
}

int
journal_sync_end(struct journal *j, const struct journal_sync *sync, struct err *err)
{
	if (sync->why != 0) {
		say_why(err, j->path, sync->why);
		cut_back(j, j->synced);
		return -1;
	}
	j->synced = (off_t)sync->end;
	j->fresh &= sync->fresh == NULL;
	return 0;
}

int
journal_sync(struct journal *j, struct err *err)
{
	struct journal_sync sync;
	journal_sync_begin(j, &sync);
	journal_sync_wait(&sync);
	return journal_sync_end(j, &sync, err);
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	struct err err;
	if (j->ragged)
		cut_back(j, j->end);
	if (journal_sync(j, &err) < 0)
		log_warn("journal: %s", err.text);
	close(j->fd);
	buf_done(&j->line);
	free(j->path);
	free(j);
}

int
journal_remove(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc = -1;
	if (fd < 0)
		return err_set(err, ERR_FAILED, _("Cannot delete %s: %s."), path, strerror(errno));
	if (take_lock(fd, path, err) == 0)
		rc = unlink(path) == 0 ? 0 :
		    err_set(err, ERR_FAILED, _("Cannot delete %s: %s."), path, strerror(errno));
	close(fd);
	if (rc == 0) {
		char *torn = mem_printf("%s.torn", path);
		(void)unlink(torn);
		free(torn);
	}
	return rc;
}

/* ---- reading ------------------------------------------------------------ */

struct reader {
	int		(*on_record)(void *arg, const char *json, size_t n);
	void		*arg;
	struct buf	 b;             /* what is read and not yet given away */
	size_t		 seen;          /* bytes of it known to hold no newline */
	bool		 skipping;      /* in a line longer than any record */
	size_t		 bad;
};

static int
take_line(struct reader *r, char *line, size_t n)
{
	size_t json_n;
	if (r->skipping || !journal_line_ok(line, n, &json_n)) {
		r->bad++;
		return 0;
	}
	line[json_n] = '}';
	line[json_n + 1] = '\0';
	return r->on_record(r->arg, line, json_n + 1);
}

static int
take_lines(struct reader *r)
{
	size_t from = 0;
	int stopped = 0;
	while (!stopped) {
		char *nl = memchr(r->b.s + r->seen, '\n', r->b.len - r->seen);
		if (nl == NULL)
			break;
		size_t next = (size_t)(nl - r->b.s) + 1;
		stopped = take_line(r, r->b.s + from, next - 1 - from);
		r->skipping = false;
		from = r->seen = next;
	}
	buf_cut_front(&r->b, from);
	r->seen = r->b.len;
	if (r->b.len > JOURNAL_RECORD_MAX + SEAL) {
		r->skipping = true;
		buf_reset(&r->b);
		r->seen = 0;
	}
	return stopped;
}

static int
read_all(struct reader *r, int fd)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(&r->b, CHUNK), CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		buf_grew(&r->b, (size_t)n);
		if (take_lines(r))
			return 1;
	}
	/* Whole but for its newline: the next open completes it. */
	size_t json_n;
	if (!r->skipping && r->b.len > 0 && journal_line_ok(r->b.s, r->b.len, &json_n))
		return take_line(r, r->b.s, r->b.len) != 0;
	return 0;
}

int
journal_read(const char *path, int (*on_record)(void *arg, const char *json, size_t n), void *arg,
    size_t *bad_lines, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_FAILED, _("Cannot read %s: %s."), path, strerror(errno));
	struct reader r = { .on_record = on_record, .arg = arg };
	buf_init(&r.b, 0);
	int rc = read_all(&r, fd);
	if (rc < 0)
		err_set(err, ERR_FAILED, _("Cannot read %s: %s."), path, strerror(errno));
	close(fd);
	buf_done(&r.b);
	if (bad_lines != NULL)
		*bad_lines = r.bad;
	return rc;
}
