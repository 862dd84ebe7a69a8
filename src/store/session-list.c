/*
 * session-list.c - the folder of stored conversations: find, list, delete. See session.h.
 *
 * A list must come at once with a thousand sessions, so of each file only its
 * head (header, first question) and the end of its last line (how many
 * messages) are read.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/session.h"

enum {
	PIECE = 4096,           /* bytes read from the head and from the tail of a file */
	TITLE_CHARS = 80,
	DEPTH = 64,             /* of JSON that is looked into */
};

static const char suffix[] = ".jsonl";

/* ---- the folder --------------------------------------------------------- */

struct names VEC(char *);       /* ids */

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	vec_done(names);
}

static int
read_folder(const char *folder, struct names *ids, struct err *err)
{
	DIR *dir = opendir(folder);
	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL)
		return err_set(err, ERR_FAILED, _("Cannot read %s: %s."), folder, strerror(errno));
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
		if (e->d_name[0] != '.' && str_ends(e->d_name, suffix))
			vec_add(ids, mem_strndup(e->d_name, strlen(e->d_name) - strlen(suffix)));
	closedir(dir);
	return 0;
}

static char *
join(const char *folder, const char *id)
{
	return mem_printf("%s/%s%s", folder, id, suffix);
}

/* The id that is this prefix, else the only one that starts with it. */
static const char *
pick(const struct names *ids, const char *prefix, struct err *err)
{
	const char *found = NULL, *other = NULL;
	for (size_t i = 0; i < ids->n; i++) {
		if (strcmp(ids->v[i], prefix) == 0)
			return ids->v[i];
		if (!str_starts(ids->v[i], prefix))
			continue;
		other = found;
		found = ids->v[i];
	}
	if (found == NULL || prefix[0] == '\0') {
		err_set(err, ERR_FAILED,
		    _("There is no stored session whose id starts with \"%s\"."), prefix);
		return NULL;
	}
	if (other != NULL) {
		err_set(err, ERR_FAILED,
		    _("More than one stored session starts with \"%s\" (%s, %s): give more of the "
		      "id."),
		    prefix, other, found);
		return NULL;
	}
	return found;
}

char *
session_find(const char *id_prefix, char **id, struct err *err)
{
	struct names ids = { 0 };
	char *folder = file_path(FILE_DATA, "sessions"), *path = NULL;
	const char *found = read_folder(folder, &ids, err) == 0 ? pick(&ids, id_prefix, err) : NULL;
	if (found != NULL) {
		path = join(folder, found);
		if (id != NULL)
			*id = mem_strdup(found);
	}
	free_names(&ids);
	free(folder);
	return path;
}

/* ---- looking into a record ---------------------------------------------- */

/* Where the scan of a cut record stands at its end. */
struct cut {
	char	closers[DEPTH];         /* of what is open */
	size_t	depth;
	bool	in_string, escaped;
	size_t	escape, before;         /* where the last two escapes begin */
};

static void
scan_char(struct cut *cut, char c, size_t at)
{
	if (cut->escaped) {
		cut->escaped = false;
	} else if (cut->in_string && c == '\\') {
		cut->escaped = true;
		cut->before = cut->escape;
		cut->escape = at;
	} else if (c == '"') {
		cut->in_string = !cut->in_string;
	} else if (!cut->in_string && (c == '{' || c == '[')) {
		cut->closers[cut->depth++] = c == '{' ? '}' : ']';
	} else if (!cut->in_string && (c == '}' || c == ']') && cut->depth > 0) {
		cut->depth--;
	}
}

/* Takes half characters off the end of a string: of UTF-8, of \uXXXX, of a surrogate pair. */
static void
drop_half_char(struct buf *b, struct cut *cut)
{
	while (b->len > 0 && (unsigned char)b->s[b->len - 1] >= 0x80)
		buf_truncate(b, b->len - 1);
	if (cut->escape > 0 && b->len - cut->escape < 6) {
		buf_truncate(b, cut->escape);
		cut->escape = cut->before;
	}
	const char *last = b->s + cut->escape;
	if (cut->escape > 0 && b->len - cut->escape == 6 && last[1] == 'u' &&
	    strchr("dD", last[2]) != NULL && strchr("89abAB", last[3]) != NULL)
		buf_truncate(b, cut->escape);
}

/*
 * A record of which only the beginning was read, made into JSON: the open
 * string, arrays and objects are closed. What was cut between two tokens may
 * still not parse; then the record has nothing to tell.
 */
static void
close_cut_json(struct buf *b)
{
	struct cut cut = { 0 };
	for (size_t i = 0; i < b->len && cut.depth < DEPTH; i++)
		scan_char(&cut, b->s[i], i);
	if (cut.in_string) {
		drop_half_char(b, &cut);
		buf_putc(b, '"');
	}
	while (cut.depth > 0)
		buf_putc(b, cut.closers[--cut.depth]);
}

static struct json_object *
parse_record(const char *s, size_t n, bool cut)
{
	struct buf b;
	buf_init(&b, 0);
	buf_add(&b, s, n);
	if (cut)
		close_cut_json(&b);
	struct json_object *o = json_parse(buf_str(&b), b.len, NULL);
	buf_done(&b);
	return o;
}

/* The next character of UTF-8 text: its bytes, 1 for what is none. */
static size_t
char_len(const char *s)
{
	size_t n = 1;
	if ((unsigned char)s[0] >= 0xc0)
		while (((unsigned char)s[n] & 0xc0) == 0x80)
			n++;
	return n;
}

/* The first words in one line: white space and control characters become single spaces. */
static char *
make_title(const char *text)
{
	struct buf b;
	buf_init(&b, 0);
	bool gap = false;
	for (size_t chars = 0; *text != '\0' && chars < TITLE_CHARS; chars++) {
		size_t n = char_len(text);
		if ((unsigned char)*text <= ' ' || *text == 0x7f) {
			gap = b.len > 0;
		} else {
			if (gap)
				buf_putc(&b, ' ');
			gap = false;
			buf_add(&b, text, n);
		}
		text += n;
	}
	char *title = b.len > 0 ? mem_strdup(b.s) : NULL;
	buf_done(&b);
	return title;
}

static char *
title_of(struct json_object *record)
{
	if (strcmp(json_str(record, "t", ""), "message") != 0 ||
	    strcmp(json_str(record, "role", ""), "user") != 0)
		return NULL;
	return make_title(json_str(record, "text", ""));
}

/* ---- one file ----------------------------------------------------------- */

static bool
take_header(struct session_info *info, const char *line, size_t n)
{
	struct json_object *o = parse_record(line, n, false);
	bool is_header = strcmp(json_str(o, "t", ""), "session") == 0;
	if (is_header) {
		info->cwd = mem_strdup(json_str(o, "cwd", NULL));
		info->parent = mem_strdup(json_str(o, "parent", NULL));
		info->created = clock_parse_iso8601(json_str(o, "created", ""));
		if (info->created < 0)
			info->created = info->changed;
	}
	json_free(o);
	return is_header;
}

/* Header and title from the first piece of the file. False: not a session. */
static bool
take_head(struct session_info *info, const char *s, size_t n, bool all)
{
	const char *end = s + n, *nl = memchr(s, '\n', n);
	size_t json_n;
	if (nl == NULL || !journal_line_ok(s, (size_t)(nl - s), &json_n) ||
	    !take_header(info, s, (size_t)(nl - s)))
		return false;
	for (const char *at = nl + 1; at < end && info->title == NULL;) {
		nl = memchr(at, '\n', (size_t)(end - at));
		const char *stop = nl != NULL ? nl : end;
		struct json_object *o = parse_record(at, (size_t)(stop - at), nl == NULL && !all);
		info->title = title_of(o);
		json_free(o);
		at = stop + 1;
	}
	return true;
}

/* `"msgs":N` as it stands just before the checksum of a whole line; -1 when it is not there. */
static int
take_msgs(const char *json, size_t n, size_t *messages)
{
	static const char key[] = ",\"msgs\":";
	const char *at = memrchr(json, ',', n);
	if (at == NULL || (size_t)(json + n - at) <= sizeof key - 1 ||
	    memcmp(at, key, sizeof key - 1) != 0)
		return -1;
	size_t value = 0;
	for (const char *p = at + sizeof key - 1; p < json + n; p++) {
		if (*p < '0' || *p > '9')
			return -1;
		value = value * 10 + (size_t)(*p - '0');
	}
	*messages = value;
	return 0;
}

static int
count_record(void *arg, const char *json, size_t n)
{
	(void)take_msgs(json, n - 1, arg);      /* without its closing brace */
	return 0;
}

/*
 * The count stands at the end of the last line, however long that is. Its
 * checksum cannot be verified without the whole line, but a line that ends in
 * the form of one was written whole.
 */
static void
take_tail(struct session_info *info, const char *s, size_t n)
{
	static const char crc[] = ",\"crc\":\"01234567\"}\n";
	size_t seal = sizeof crc - 1;
	if (n > seal && s[n - 1] == '\n' && memcmp(s + n - seal, crc, 8) == 0 &&
	    take_msgs(s, n - seal, &info->messages) == 0)
		return;
	journal_read(info->path, count_record, &info->messages, NULL, NULL);
}

static bool
read_info(struct session_info *info, int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	info->bytes = (size_t)st.st_size;
	info->changed = st.st_mtim.tv_sec;
	info->changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	char piece[PIECE];
	ssize_t n = pread(fd, piece, sizeof piece, 0);
	if (n <= 0 || !take_head(info, piece, (size_t)n, n == st.st_size))
		return false;
	if (st.st_size > PIECE)
		n = pread(fd, piece, sizeof piece, st.st_size - PIECE);
	if (n > 0)
		take_tail(info, piece, (size_t)n);
	return true;
}

static void
free_info(struct session_info *info)
{
	free(info->id);
	free(info->path);
	free(info->cwd);
	free(info->parent);
	free(info->title);
}

static void
add_info(struct session_list *list, const char *folder, const char *id)
{
	struct session_info info = { .id = mem_strdup(id), .path = join(folder, id) };
	int fd = open(info.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok = fd >= 0 && read_info(&info, fd);
	if (fd >= 0)
		close(fd);
	if (ok)
		vec_add(list, info);
	else
		free_info(&info);
}

/* ---- all of them -------------------------------------------------------- */

static int
newest_first(const void *a, const void *b)
{
	const struct session_info *x = a, *y = b;
	if (x->changed_ns != y->changed_ns)
		return x->changed_ns < y->changed_ns ? 1 : -1;
	return strcmp(x->id, y->id);
}

int
session_list(struct session_list *list, struct err *err)
{
	struct names ids = { 0 };
	char *folder = file_path(FILE_DATA, "sessions");
	*list = (struct session_list){ 0 };
	int rc = read_folder(folder, &ids, err);
	for (size_t i = 0; i < ids.n; i++)
		add_info(list, folder, ids.v[i]);
	if (list->n > 0)
		qsort(list->v, list->n, sizeof *list->v, newest_first);
	free_names(&ids);
	free(folder);
	return rc;
}

void
session_list_done(struct session_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_info(&list->v[i]);
	vec_done(list);
}

char *
session_latest(const char *cwd)
{
	struct session_list list;
	char *id = NULL;
	session_list(&list, NULL);
	for (size_t i = 0; i < list.n && id == NULL; i++)
		if (list.v[i].parent == NULL && (cwd == NULL || str_same(list.v[i].cwd, cwd)))
			id = mem_strdup(list.v[i].id);
	session_list_done(&list);
	return id;
}

int
session_delete(const char *id_prefix, struct err *err)
{
	char *path = session_find(id_prefix, NULL, err);
	if (path == NULL)
		return -1;
	int rc = journal_remove(path, err);
	free(path);
	return rc;
}
