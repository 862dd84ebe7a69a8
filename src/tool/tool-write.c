/*
 * tool-write.c - write_file and edit_file.
 *
 * What changes is worked out before anybody is asked: the diff that people see
 * is of the very bytes that are written afterwards, and when the file is no
 * longer what the diff was made from, nothing is written. The new file is
 * written beside the old one and put in its place in one step.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/diff.h"
#include "tool/encoding.h"
#include "tool/tools.h"

enum { FILE_MAX = 16 * 1024 * 1024, CONTEXT = 3 };

struct plan {
	struct path	 path;
	bool		 existed;
	mode_t		 mode;
	bool		 in_place;      /* other names or another owner: not replaced, but overwritten */
	struct buf	 before, after; /* the file's bytes */
	struct diff_count count;
};

/* Two agents of this program do not look and write between each other's looking and writing. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void
done(struct tool_call *c)
{
	struct plan *p = c->plan;
	path_done(&p->path);
	buf_done(&p->before);
	buf_done(&p->after);
	free(p);
}

/* ---- what is there ------------------------------------------------------------- */

/* 0 read, 1 there is none, -1. */
static int
read_at(int folder, const char *name, const struct path *path, struct stat *st, struct buf *out, struct err *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s.", path->shown,
		    errno == ELOOP ? "it is now a symbolic link" : strerror(errno));
	int rc = -1;
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))
		err_set(err, ERR_FAILED, "%s is not a regular file.", path->shown);
	else if (st->st_size > FILE_MAX)
		err_set(err, ERR_FAILED, "%s is too large to be changed this way (%lld bytes).", path->shown,
		    (long long)st->st_size);
	else
		rc = file_read_fd(fd, FILE_MAX, out, err);
	close(fd);
	return rc;
}

static int
look(struct plan *p, struct err *err)
{
	const char *name;
	struct stat st;
	p->mode = 0666;
	if (!p->path.exists)
		return 0;
	int folder = path_open_parent(p->path.real, false, &name, err);
	if (folder < 0)
		return -1;
	int rc = read_at(folder, name, &p->path, &st, &p->before, err);
	close(folder);
	if (rc == 0) {
		p->existed = true;
		p->mode = st.st_mode & 0777;
		p->in_place = st.st_nlink > 1 || st.st_uid != geteuid();
	}
	return rc < 0 ? -1 : 0;
}

/* ---- the preview ------------------------------------------------------------------ */

/* Both sides in the characters that people read. */
static void
add_text(struct buf *out, const struct buf *bytes)
{
	size_t bom;
	const char *encoding = encoding_of(buf_str(bytes), bytes->len, &bom);
	if (encoding != NULL)
		encoding_decode(out, encoding, buf_str(bytes) + bom, bytes->len - bom);
	else
		buf_printf(out, "(%zu bytes that are not text)\n", bytes->len);
}

static void
make_preview(struct tool_call *c, struct plan *p)
{
	struct buf a = { 0 }, b = { 0 };
	add_text(&a, &p->before);
	add_text(&b, &p->after);
	buf_printf(&c->preview, "--- %s\n+++ %s\n", p->existed ? p->path.shown : "/dev/null", p->path.shown);
	p->count = diff_unified(&c->preview, buf_str(&a), a.len, buf_str(&b), b.len, CONTEXT);
	c->is_diff = true;
	buf_done(&a);
	buf_done(&b);
}

static int
begin(struct tool_call *c, struct plan **out, struct err *err)
{
	struct plan *p = *out = c->plan = mem_alloc(sizeof *p);
	return tools_prepare_path(c, &p->path, true, err) < 0 ? -1 : look(p, err);
}

static int
prepare_write(struct tool_call *c, struct err *err)
{
	struct plan *p;
	if (begin(c, &p, err) < 0)
		return -1;
	const char *content = tool_arg(c, "content", "");
	if (strlen(content) > FILE_MAX)
		return err_set(err, ERR_FAILED, "The content is too long.");
	size_t bom;
	const char *encoding = p->existed ? encoding_of(buf_str(&p->before), p->before.len, &bom) : NULL;
	if (encoding != NULL && bom > 0)
		buf_add(&p->after, p->before.s, bom);
	/* A file of other characters keeps them; one that is new, or no text, becomes UTF-8. */
	if (encoding_encode(&p->after, encoding != NULL ? encoding : "UTF-8", content, strlen(content), err) < 0)
		return -1;
	make_preview(c, p);
	return 0;
}

/* ---- replacing a text --------------------------------------------------------------- */

static size_t
count(const struct buf *in, const char *what, size_t n)
{
	size_t found = 0;
	const char *s = buf_str(in), *end = s + in->len;
	while ((s = memmem(s, (size_t)(end - s), what, n)) != NULL) {
		found++;
		s += n;
	}
	return found;
}

static void
replace(struct buf *out, const struct buf *in, const char *what, size_t n, const char *with)
{
	const char *s = buf_str(in), *end = s + in->len, *at;
	while ((at = memmem(s, (size_t)(end - s), what, n)) != NULL) {
		buf_add(out, s, (size_t)(at - s));
		buf_puts(out, with);
		s = at + n;
	}
	buf_add(out, s, (size_t)(end - s));
}

/* The text with CR LF at its lines' ends. */
static char *
with_crlf(const char *s)
{
	struct buf b = { 0 };
	for (; *s != '\0'; s++) {
		if (*s == '\n' && (b.len == 0 || b.s[b.len - 1] != '\r'))
			buf_putc(&b, '\r');
		buf_putc(&b, *s);
	}
	return buf_take(&b, NULL);
}

static int
edit_text(struct tool_call *c, const struct buf *text, struct buf *out, struct err *err)
{
	struct plan *p = c->plan;
	char *old = mem_strdup(tool_arg(c, "old_text", "")), *new = mem_strdup(tool_arg(c, "new_text", ""));
	size_t found = count(text, old, strlen(old));
	if (found == 0 && memmem(buf_str(text), text->len, "\r\n", 2) != NULL) {
		char *a = with_crlf(old), *b = with_crlf(new);
		free(old);
		free(new);
		old = a;
		new = b;
		found = count(text, old, strlen(old));
	}
	int rc = 0;
	if (found == 0)
		rc = err_set(err, ERR_FAILED, "old_text is not in %s. It must be exactly what the file has, white space "
		    "included; read the file again.", p->path.shown);
	else if (found > 1 && !json_flag(c->args, "replace_all", false))
		rc = err_set(err, ERR_FAILED, "old_text is in %s %zu times. Add lines around it so that it is there once, "
		    "or set replace_all.", p->path.shown, found);
	else
		replace(out, text, old, strlen(old), new);
	free(old);
	free(new);
	return rc;
}

static int
prepare_edit(struct tool_call *c, struct err *err)
{
	struct plan *p;
	if (begin(c, &p, err) < 0)
		return -1;
	if (!p->existed)
		return err_set(err, ERR_FAILED, "There is no file %s. Use write_file to make one.", p->path.shown);
	if (*tool_arg(c, "old_text", "") == '\0')
		return err_set(err, ERR_FAILED, "old_text is empty. Use write_file to replace the whole file.");
	if (str_same(tool_arg(c, "old_text", ""), tool_arg(c, "new_text", "")))
		return err_set(err, ERR_FAILED, "old_text and new_text are the same.");
	size_t bom;
	const char *encoding = encoding_of(buf_str(&p->before), p->before.len, &bom);
	if (encoding == NULL)
		return err_set(err, ERR_FAILED, "%s is a binary file, not text.", p->path.shown);
	struct buf text = { 0 }, changed = { 0 };
	if (str_same(encoding, "UTF-8"))        /* as it is: bytes that are broken elsewhere stay */
		buf_add(&text, buf_str(&p->before) + bom, p->before.len - bom);
	else
		encoding_decode(&text, encoding, buf_str(&p->before) + bom, p->before.len - bom);
	int rc = edit_text(c, &text, &changed, err);
	if (rc == 0) {
		buf_add(&p->after, buf_str(&p->before), bom);
		rc = encoding_encode(&p->after, encoding, buf_str(&changed), changed.len, err);
	}
	if (rc == 0)
		make_preview(c, p);
	buf_done(&text);
	buf_done(&changed);
	return rc;
}

/* ---- writing --------------------------------------------------------------------------- */

/* Is it still what the diff was made from? */
static int
check_unchanged(const struct plan *p, int folder, const char *name, struct err *err)
{
	struct buf now = { 0 };
	struct stat st;
	int rc = read_at(folder, name, &p->path, &st, &now, err);
	bool same = rc == (p->existed ? 0 : 1) && now.len == p->before.len &&
	    (now.len == 0 || memcmp(now.s, p->before.s, now.len) == 0);
	buf_done(&now);
	if (rc < 0)
		return -1;
	return same ? 0 : err_set(err, ERR_FAILED, "%s was changed by somebody else after this change was worked out; "
	    "nothing was written. Read it again.", p->path.shown);
}

static int
write_new(const struct plan *p, int folder, const char *name, struct err *err)
{
	char id[37];
	str_uuid4(id);
	char *temporary = mem_printf(".%.40s.%.8s.tmp", name, id);
	int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    p->existed ? 0600 : p->mode);
	int rc = fd >= 0 ? 0 : -1;
	if (rc == 0 && file_write_all(fd, buf_str(&p->after), p->after.len) < 0)
		rc = -1;
	if (rc == 0 && p->existed && fchmod(fd, p->mode) < 0)
		rc = -1;
	if (rc == 0 && fsync(fd) < 0)
		rc = -1;
	/* A new file must not take the place of one that came meanwhile. */
	if (rc == 0)
		rc = p->existed ? renameat(folder, temporary, folder, name) : linkat(folder, temporary, folder, name, 0);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && (rc < 0 || !p->existed))
		unlinkat(folder, temporary, 0);
	/* File systems without links. */
	if (rc < 0 && !p->existed && (why == EPERM || why == EOPNOTSUPP)) {
		fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, p->mode);
		rc = fd >= 0 && file_write_all(fd, buf_str(&p->after), p->after.len) == 0 ? 0 : -1;
		why = errno;
		if (fd >= 0)
			close(fd);
	}
	free(temporary);
	return rc == 0 ? 0 : err_set(err, ERR_FAILED, "%s was not written: %s.", p->path.shown, strerror(why));
}

static int
write_over(const struct plan *p, int folder, const char *name, struct err *err)
{
	int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int rc = fd >= 0 && file_write_all(fd, buf_str(&p->after), p->after.len) == 0 &&
	    ftruncate(fd, (off_t)p->after.len) == 0 && fsync(fd) == 0 ? 0 : -1;
	int why = errno;
	if (fd >= 0)
		close(fd);
	return rc == 0 ? 0 : err_set(err, ERR_FAILED, "%s was not written: %s.", p->path.shown, strerror(why));
}

static int
write_it(const struct plan *p, struct err *err)
{
	const char *name;
	int folder = path_open_parent(p->path.real, true, &name, err);
	if (folder < 0)
		return -1;
	/* The names are looked up in this folder itself, which nobody can exchange any more. */
	pthread_mutex_lock(&one_at_a_time);
	int rc = check_unchanged(p, folder, name, err);
	if (rc == 0)
		rc = p->in_place ? write_over(p, folder, name, err) : write_new(p, folder, name, err);
	pthread_mutex_unlock(&one_at_a_time);
	close(folder);
	return rc;
}

static int
run(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan;
	if (write_it(p, err) < 0)
		return -1;
	char *told = mem_printf("%s %s: %zu lines added, %zu removed.", p->existed ? "Changed" : "Made", p->path.shown,
	    p->count.added, p->count.removed);
	tool_puts(c, told);
	free(told);
	c->diff = mem_strndup(buf_str(&c->preview), c->preview.len);
	c->outcome = mem_printf("+%zu -%zu", p->count.added, p->count.removed);
	return 0;
}

#define PATH_ARGUMENT "\"path\":{\"type\":\"string\",\"description\":" \
	"\"The file, relative to the working directory or absolute\"}"

const struct tool tool_write = {
	.name = "write_file",
	.title = N_("Write a file"),
	.description = "Writes a whole text file; makes it, and its folders, when they do not exist. Prefer edit_file "
	    "for changing parts of a file that exists.",
	.schema = "{\"type\":\"object\",\"properties\":{" PATH_ARGUMENT ","
	    "\"content\":{\"type\":\"string\",\"description\":\"All that the file shall contain\"}},"
	    "\"required\":[\"path\",\"content\"]}",
	.flags = TOOL_WRITES,
	.prepare = prepare_write,
	.run = run,
	.done = done,
};

const struct tool tool_edit = {
	.name = "edit_file",
	.title = N_("Change a file"),
	.description = "Replaces a text in a file by another one. old_text must be exactly what the file has, and be in "
	    "it once unless replace_all is true. Read the file first.",
	.schema = "{\"type\":\"object\",\"properties\":{" PATH_ARGUMENT ","
	    "\"old_text\":{\"type\":\"string\",\"description\":\"The text to replace, exactly as it stands in the file\"},"
	    "\"new_text\":{\"type\":\"string\",\"description\":\"What shall stand there instead\"},"
	    "\"replace_all\":{\"type\":\"boolean\",\"description\":\"Replace it wherever it stands\"}},"
	    "\"required\":[\"path\",\"old_text\",\"new_text\"]}",
	.flags = TOOL_WRITES,
	.prepare = prepare_edit,
	.run = run,
	.done = done,
};
