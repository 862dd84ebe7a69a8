/* attach.c - see attach.h. The limits are those of the Converse operation (Amazon Bedrock user guide). */
#include "config.h"

#include "model/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/picture.h"
#include "model/shrink.h"
#include "text/utf8.h"

/* What the name's ending says. Images are told by their bytes. */
static const struct ending {
	const char	*ending;
	enum part_kind	 kind;
	const char	*format;
} endings[] = {
	{ "png", PART_IMAGE, "png" },
	{ "jpg", PART_IMAGE, "jpeg" },
	{ "jpeg", PART_IMAGE, "jpeg" },
	{ "gif", PART_IMAGE, "gif" },
	{ "webp", PART_IMAGE, "webp" },
	{ "pdf", PART_DOCUMENT, "pdf" },
	{ "doc", PART_DOCUMENT, "doc" },
	{ "docx", PART_DOCUMENT, "docx" },
	{ "xls", PART_DOCUMENT, "xls" },
	{ "xlsx", PART_DOCUMENT, "xlsx" },
	{ "mkv", PART_VIDEO, "mkv" },
	{ "mov", PART_VIDEO, "mov" },
	{ "mp4", PART_VIDEO, "mp4" },
	{ "webm", PART_VIDEO, "webm" },
	{ "flv", PART_VIDEO, "flv" },
	{ "mpeg", PART_VIDEO, "mpeg" },
	{ "mpg", PART_VIDEO, "mpg" },
	{ "wmv", PART_VIDEO, "wmv" },
	{ "3gp", PART_VIDEO, "three_gp" },
	{ "mp3", PART_AUDIO, "mp3" },
	{ "opus", PART_AUDIO, "opus" },
	{ "wav", PART_AUDIO, "wav" },
	{ "aac", PART_AUDIO, "aac" },
	{ "flac", PART_AUDIO, "flac" },
	{ "ogg", PART_AUDIO, "ogg" },
	{ "mka", PART_AUDIO, "mka" },
	{ "m4a", PART_AUDIO, "m4a" },
};

/* How much of a kind a message may hold, and what one is called in a sentence. */
static const struct limit {
	enum part_kind	 kind;
	size_t		 bytes;
	size_t		 count;
	const char	*too_many;
} limits[] = {
	{ PART_IMAGE, ATTACH_STREAM_MAX, PICTURES_MAX, N_("A model takes at most 20 images in a message.") },
	{ PART_DOCUMENT, ATTACH_DOCUMENT_MAX, ATTACH_DOCUMENTS_MAX, N_("A model takes at most 5 documents in a message.") },
	{ PART_VIDEO, ATTACH_STREAM_MAX, ATTACH_STREAMS_MAX, N_("A model takes only one video in a message.") },
	{ PART_AUDIO, ATTACH_STREAM_MAX, ATTACH_STREAMS_MAX, N_("A model takes only one recording in a message.") },
	{ PART_TEXT, ATTACH_TEXT_MAX, 100, N_("At most 100 files of text go into a message.") },
};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static const struct ending *
ending_of(const char *path)
{
	const char *dot = strrchr(base_name(path), '.');
	for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot + 1, endings[i].ending) == 0)
			return &endings[i];
	return NULL;
}

static const struct limit *
limit_of(enum part_kind kind)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (limits[i].kind == kind)
			return &limits[i];
	return NULL;
}

bool
attach_is_media(const char *path)
{
	return ending_of(path) != NULL;
}

bool
attach_is(const struct part *p)
{
	return p->name != NULL && limit_of(p->kind) != NULL;
}

static int
check_count(const struct message *m, const struct limit *l, struct err *err)
{
	size_t n = 0;
	for (size_t i = 0; i < m->parts.n; i++)
		n += m->parts.v[i].kind == l->kind && attach_is(&m->parts.v[i]);
	if (n >= l->count)
		return err_set(err, ERR_DATA, "%s", gettext(l->too_many));
	return 0;
}

static int
check_size(const struct limit *l, const char *name, size_t n, struct err *err)
{
	if (n == 0)
		return err_set(err, ERR_DATA, _("%s is empty; there is nothing to send."), name);
	if (n > l->bytes)
		return err_set(err, ERR_DATA, _("%s has %zu bytes; the most that a model takes is %zu."), name, n, l->bytes);
	return 0;
}

/* "File NAME:" and the text between fences that it does not contain itself. */
static int
add_text(struct message *m, const char *name, const char *s, size_t n, struct err *err)
{
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	if (memchr(s, '\0', n) != NULL || !utf8_is_valid(s, n))
		return err_set(err, ERR_DATA, _("%s is neither text in UTF-8 nor a kind of file that models take: images (PNG, JPEG, "
		    "GIF, WebP), documents (PDF, Word, Excel), audio, video."), name);
	struct buf b = { 0 };
	const char *fence = "```";
	char longer[64];
	for (size_t k = 4; memmem(s, n, fence, strlen(fence)) != NULL && k < sizeof longer; k++) {
		memset(longer, '`', k);
		longer[k] = '\0';
		fence = longer;
	}
	buf_printf(&b, "File %s:\n%s\n", name, fence);
	buf_add(&b, s, n);
	buf_printf(&b, "%s%s", n > 0 && s[n - 1] != '\n' ? "\n" : "", fence);
	message_add(m, PART_TEXT, buf_str(&b), b.len)->name = mem_strdup(name);
	buf_done(&b);
	return 0;
}

static void
add_media(struct message *m, const struct ending *e, const char *name, const void *bytes, size_t n)
{
	struct buf b = { 0 };
	str_base64(&b, bytes, n);
	struct part *p = message_add(m, e->kind, buf_str(&b), b.len);
	p->format = mem_strdup(e->format);
	p->name = mem_strdup(name);
	buf_done(&b);
}

static int
add_picture(struct message *m, const char *name, const void *bytes, size_t n, struct err *err)
{
	struct picture p = picture_of(bytes, n);
	struct buf smaller = { 0 };
	bool large = n > PICTURE_MAX_BYTES || p.width > PICTURE_MAX_SIDE || p.height > PICTURE_MAX_SIDE;
	int rc = large && shrink_image(bytes, n, PICTURE_MAX_BYTES, &smaller) ?
	    picture_add(m, name, buf_str(&smaller), smaller.len, err) : picture_add(m, name, bytes, n, err);
	buf_done(&smaller);
	if (rc < 0)
		return -1;
	m->parts.v[m->parts.n - 1].name = mem_strdup(name);
	return 0;
}

int
attach_image(struct message *m, const char *path, const void *bytes, size_t n, struct err *err)
{
	const struct limit *l = limit_of(PART_IMAGE);
	const char *name = base_name(path);
	if (check_count(m, l, err) < 0 || check_size(l, name, n, err) < 0)
		return -1;
	return add_picture(m, name, bytes, n, err);
}

int
attach_bytes(struct message *m, const char *path, const void *bytes, size_t n, struct err *err)
{
	const char *name = base_name(path);
	const struct ending *e = ending_of(path);
	bool picture = picture_of(bytes, n).format != NULL || (e != NULL && e->kind == PART_IMAGE);
	enum part_kind kind = e != NULL ? e->kind : PART_TEXT;
	const struct limit *l = limit_of(kind);
	if (picture)
		return attach_image(m, path, bytes, n, err);
	if (check_count(m, l, err) < 0 || check_size(l, name, n, err) < 0)
		return -1;
	if (kind == PART_TEXT)
		return add_text(m, name, bytes, n, err);
	add_media(m, e, name, bytes, n);
	return 0;
}

/* A pipe or a device would be read for ever, or hold everything up. */
static int
check_regular(const char *path, struct err *err)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return err_set(err, ERR_DATA, _("Cannot attach %s: %s."), path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_DATA, _("%s is a folder; attach the files in it one by one."), path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DATA, _("%s is no ordinary file."), path);
	if (st.st_size > ATTACH_STREAM_MAX)
		return err_set(err, ERR_DATA, _("%s has %lld bytes; the most that a model takes is %d."), path,
		    (long long)st.st_size, ATTACH_STREAM_MAX);
	return 0;
}

int
attach_file(struct message *m, const char *path, struct err *err)
{
	struct buf b = { 0 };
	char *whole = file_expand(path);
	int rc = check_regular(whole, err);
	if (rc == 0)
		rc = file_read(whole, ATTACH_STREAM_MAX, &b, err);
	if (rc == 0)
		rc = attach_bytes(m, whole, buf_str(&b), b.len, err);
	buf_done(&b);
	free(whole);
	return rc;
}

static void
put_size(struct buf *out, size_t n)
{
	if (n < 1000)
		buf_printf(out, "%zu B", n);
	else if (n < 1000000)
		buf_printf(out, "%zu KB", (n + 500) / 1000);
	else
		buf_printf(out, "%.1f MB", (double)n / 1000000);
}

void
attach_describe(const struct part *p, struct buf *out)
{
	buf_printf(out, "%s: ", p->name);
	if (p->kind == PART_TEXT) {
		put_size(out, p->len);
		return;
	}
	buf_printf(out, "%s, ", p->format != NULL ? p->format : "");
	if (p->kind == PART_IMAGE) {
		struct buf head = { 0 };
		/* The size stands near the beginning; of a JPEG it may come late. */
		size_t some = p->len < 256 * 1024 ? p->len : 256 * 1024;
		struct picture pic = { 0 };
		if (str_unbase64(&head, p->text, some / 4 * 4) == 0)
			pic = picture_of(head.s, head.len);
		if (pic.width > 0)
			buf_printf(out, "%ld \xc3\x97 %ld, ", pic.width, pic.height);
		buf_done(&head);
	}
	size_t padding = p->len >= 2 ? (p->text[p->len - 1] == '=') + (p->text[p->len - 2] == '=') : 0;
	put_size(out, p->len / 4 * 3 - padding);
}
