/* output.c - see output.h. */
#include "config.h"

#include "tool/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/utf8.h"

enum { KEEP_S = 7 * 24 * 3600 };

static void
open_file(struct output *o, const char *folder)
{
	char id[37];
	o->no_file = true;
	if (folder == NULL || file_make_dir(folder, 0700, NULL) < 0)
		return;
	str_uuid4(id);
	char *path = mem_printf("%s/%s.txt", folder, id);
	o->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (o->fd < 0 || file_write_all(o->fd, buf_str(&o->head), o->head.len) < 0 ||
	    file_write_all(o->fd, buf_str(&o->tail), o->tail.len) < 0) {
		if (o->fd >= 0)
			close(o->fd);
		free(path);
		return;
	}
	o->file = path;
	o->no_file = false;
}

static void
keep_tail(struct output *o, const char *s, size_t n)
{
	if (n > OUTPUT_TAIL) {
		s += n - OUTPUT_TAIL;
		n = OUTPUT_TAIL;
	}
	if (o->tail.len + n > OUTPUT_TAIL)
		buf_cut_front(&o->tail, o->tail.len + n - OUTPUT_TAIL);
	buf_add(&o->tail, s, n);
}

bool
output_add(struct output *o, const char *folder, const char *s, size_t n)
{
	if (o->total + n > OUTPUT_MAX)
		return false;
	o->total += n;
	/* The file begins with the byte that would push another one out. */
	if (o->total > OUTPUT_HEAD + OUTPUT_TAIL && o->file == NULL && !o->no_file)
		open_file(o, folder);
	if (o->file != NULL && file_write_all(o->fd, s, n) < 0) {
		close(o->fd);
		unlink(o->file);
		free(o->file);
		o->file = NULL;
		o->no_file = true;
	}
	size_t room = OUTPUT_HEAD - o->head.len, first = n < room ? n : room;
	buf_add(&o->head, s, first);
	keep_tail(o, s + first, n - first);
	return true;
}

static size_t
count_lines(const struct buf *b)
{
	size_t lines = 0;
	for (size_t i = 0; i < b->len; i++)
		lines += b->s[i] == '\n';
	return lines;
}

void
output_tell(struct output *o, struct buf *out)
{
	size_t left = o->total - o->head.len - o->tail.len, head = o->head.len, skip = 0;
	if (left > 0) {
		head = utf8_whole(o->head.s, head);
		while (skip < 4 && skip < o->tail.len && ((unsigned char)o->tail.s[skip] & 0xc0) == 0x80)
			skip++;
	}
	utf8_repair(out, buf_str(&o->head), head);
	if (left > 0) {
		buf_printf(out, "\n\n[%zu bytes are left out here, after line %zu. ", left, count_lines(&o->head));
		if (o->file != NULL)
			buf_printf(out, "The whole output (%zu bytes) is in %s: use read_file with offset and "
			    "limit, or search_files.]\n\n", o->total, o->file);
		else
			buf_puts(out, "They could not be kept in a file.]\n\n");
	}
	utf8_repair(out, buf_str(&o->tail) + skip, o->tail.len - skip);
}

void
output_done(struct output *o)
{
	buf_done(&o->head);
	buf_done(&o->tail);
	if (o->file != NULL)
		close(o->fd);
	free(o->file);
	*o = (struct output){ 0 };
}

void
output_clean_up(const char *folder)
{
	DIR *d = opendir(folder);
	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct stat st;
		if (str_ends(e->d_name, ".txt") && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < clock_wall() - KEEP_S)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}
