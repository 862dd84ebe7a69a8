/* tool-read.c - read_file: a range of a text file's lines. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/utf8.h"
#include "tool/encoding.h"
#include "tool/tools.h"

enum {
	FILE_MAX = 64 * 1024 * 1024,
	LINES = 2000,                   /* unless asked for fewer */
	BYTES = 28 * 1024,              /* of text in one answer */
	LINE_MAX_BYTES = 4 * 1024,      /* of one line */
};

struct plan {
	struct path path;
};

static int
prepare(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan = mem_alloc(sizeof *p);
	return tools_prepare_path(c, &p->path, false, err);
}

static void
done(struct tool_call *c)
{
	struct plan *p = c->plan;
	path_done(&p->path);
	free(p);
}

/* Whole, and only a file: a pipe or a device would never end. */
static int
read_whole(const struct path *path, struct buf *out, struct err *err)
{
	int fd = path_open(path->real, O_RDONLY, err);
	struct stat st;
	if (fd < 0)
		return -1;
	int rc = -1;
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
		err_set(err, ERR_FAILED, "%s is a folder. Use list_files.", path->shown);
	else if (!S_ISREG(st.st_mode))
		err_set(err, ERR_FAILED, "%s is not a regular file.", path->shown);
	else if (st.st_size > FILE_MAX)
		err_set(err, ERR_FAILED, "%s is too large (%lld bytes; the most is %d). Use search_files, or shell "
		    "with head, tail or sed.", path->shown, (long long)st.st_size, FILE_MAX);
	else
		rc = file_read_fd(fd, FILE_MAX, out, err);
	close(fd);
	return rc;
}

static const char *
line_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));
	return nl != NULL ? nl + 1 : end;
}

static size_t
count_lines(const char *s, const char *end)
{
	size_t n = 0;
	for (; s < end; s = line_end(s, end))
		n++;
	return n;
}

/* One line with its newline; what is too long is cut, and says so. */
static void
put_line(struct buf *out, const char *s, const char *end)
{
	size_t n = (size_t)(end - s);
	if (n <= LINE_MAX_BYTES) {
		buf_add(out, s, n);
		return;
	}
	size_t keep = utf8_whole(s, LINE_MAX_BYTES);
	buf_add(out, s, keep);
	buf_printf(out, " [%zu more bytes of this line are left out]\n", n - keep);
}

static void
put_range(struct tool_call *c, const char *s, const char *end, size_t first, size_t limit)
{
	struct buf out = { 0 };
	size_t all = count_lines(s, end), line = 1;
	for (; line < first && s < end; line++)
		s = line_end(s, end);
	size_t shown = 0;
	for (; s < end && shown < limit && out.len < BYTES; shown++) {
		const char *next = line_end(s, end);
		put_line(&out, s, next);
		s = next;
	}
	if (all == 0)
		buf_puts(&out, "(the file is empty)");
	else if (shown == 0)
		buf_printf(&out, "(the file has only %zu lines)", all);
	else if (shown < all)
		buf_printf(&out, "\n[lines %zu to %zu of %zu%s]", first, first + shown - 1, all,
		    s < end ? "; go on with offset" : "");
	tool_puts(c, buf_str(&out));
	buf_done(&out);
	c->outcome = mem_printf(ngettext("%zu line", "%zu lines", shown), shown);
}

static int
run(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan;
	struct buf raw = { 0 }, text = { 0 };
	size_t bom;
	int rc = read_whole(&p->path, &raw, err);
	const char *encoding = rc == 0 ? encoding_of(buf_str(&raw), raw.len, &bom) : NULL;
	if (rc == 0 && encoding == NULL) {
		rc = err_set(err, ERR_FAILED, "%s is a binary file (%zu bytes), not text.", p->path.shown, raw.len);
	} else if (rc == 0) {
		encoding_decode(&text, encoding, buf_str(&raw) + bom, raw.len - bom);
		if (!str_same(encoding, "UTF-8")) {
			char *note = mem_printf("[the file is written in %s]\n", encoding);
			tool_puts(c, note);
			free(note);
		}
		put_range(c, buf_str(&text), buf_str(&text) + text.len, (size_t)tool_arg_int(c, "offset", 1),
		    (size_t)tool_arg_int(c, "limit", LINES));
	}
	buf_done(&raw);
	buf_done(&text);
	return rc;
}

const struct tool tool_read = {
	.name = "read_file",
	.title = N_("Read a file"),
	.description = "Reads a text file and returns its lines, at most 2000 at a time. Use offset and limit for "
	    "parts of a longer file. Binary files are refused.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"path\":{\"type\":\"string\",\"description\":\"The file, relative to the working directory or absolute\"},"
	    "\"offset\":{\"type\":\"integer\",\"minimum\":1,\"description\":\"The first line to read, counted from 1\"},"
	    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":2000,\"description\":\"How many lines\"}},"
	    "\"required\":[\"path\"]}",
	.flags = TOOL_READS | TOOL_PARALLEL,
	.prepare = prepare,
	.run = run,
	.done = done,
};
