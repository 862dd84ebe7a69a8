/* test_attach.c - what files become, and which are refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "model/shrink.h"
#include "store/temp.h"

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0";

static void
put_be32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (char)(v >> shift & 0xff));
}

static void
put_chunk(struct buf *b, const char *type, const void *data, size_t n)
{
	put_be32(b, (uint32_t)n);
	size_t start = b->len;
	buf_add(b, type, 4);
	buf_add(b, data, n);
	put_be32(b, (uint32_t)crc32(0, (const unsigned char *)b->s + start, (unsigned)(b->len - start)));
}

/* A grey PNG (RFC 2083) of w x h pixels. */
static void
wide_png(struct buf *b, uint32_t w, uint32_t h)
{
	size_t raw_n = (size_t)h * (w + 1);
	unsigned char *raw = mem_alloc(raw_n);
	uLongf n = compressBound(raw_n);
	unsigned char *z = mem_alloc(n);
	assert_int_equal(compress(z, &n, raw, raw_n), Z_OK);
	struct buf head = { 0 };
	put_be32(&head, w);
	put_be32(&head, h);
	buf_add(&head, "\x08\0\0\0\0", 5);
	buf_add(b, "\x89PNG\r\n\x1a\n", 8);
	put_chunk(b, "IHDR", head.s, head.len);
	put_chunk(b, "IDAT", z, n);
	put_chunk(b, "IEND", "", 0);
	buf_done(&head);
	free(raw);
	free(z);
}

static struct message *
new_message(void)
{
	return message_new(MESSAGE_USER);
}

static void
an_image_is_told_by_its_bytes_not_by_its_name(void **state)
{
	(void)state;
	struct message *m = new_message();
	struct err err = { 0 };
	assert_int_equal(attach_bytes(m, "/a/b/picture.txt", png, sizeof png, &err), 0);
	assert_int_equal(m->parts.v[0].kind, PART_IMAGE);
	assert_string_equal(m->parts.v[0].format, "png");
	assert_string_equal(m->parts.v[0].name, "picture.txt");
	struct buf what = { 0 };
	attach_describe(&m->parts.v[0], &what);
	assert_string_equal(what.s, "picture.txt: png, 32 \xc3\x97 16, 30 B");
	buf_done(&what);
	message_unref(m);
}

static void
what_calls_itself_an_image_and_is_none_is_refused(void **state)
{
	(void)state;
	struct message *m = new_message();
	struct err err = { 0 };
	assert_int_equal(attach_bytes(m, "photo.png", "hello", 5, &err), -1);
	assert_non_null(strstr(err.text, "photo.png"));
	assert_int_equal(m->parts.n, 0);
	message_unref(m);
}

static void
text_goes_in_as_text_between_fences_it_does_not_contain(void **state)
{
	(void)state;
	struct message *m = new_message();
	struct err err = { 0 };
	static const char text[] = "\xef\xbb\xbf" "a\n```\nb";
	assert_int_equal(attach_bytes(m, "dir/notes.md", text, strlen(text), &err), 0);
	assert_int_equal(m->parts.v[0].kind, PART_TEXT);
	assert_string_equal(m->parts.v[0].text, "File notes.md:\n````\na\n```\nb\n````");
	assert_true(attach_is(&m->parts.v[0]));
	message_unref(m);
}

static void
documents_audio_and_video_keep_their_bytes(void **state)
{
	(void)state;
	static const struct {
		const char	*name;
		enum part_kind	 kind;
		const char	*format;
	} rows[] = {
		{ "report.PDF", PART_DOCUMENT, "pdf" },
		{ "table.xlsx", PART_DOCUMENT, "xlsx" },
		{ "talk.mp3", PART_AUDIO, "mp3" },
		{ "clip.3gp", PART_VIDEO, "three_gp" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message *m = new_message();
		struct err err = { 0 };
		assert_int_equal(attach_bytes(m, rows[i].name, "\0\1\2", 3, &err), 0);
		assert_int_equal(m->parts.v[0].kind, rows[i].kind);
		assert_string_equal(m->parts.v[0].format, rows[i].format);
		assert_string_equal(m->parts.v[0].text, "AAEC");
		message_unref(m);
	}
}

static void
too_many_and_too_large_ones_are_refused_with_the_figures(void **state)
{
	(void)state;
	struct message *m = new_message();
	struct err err = { 0 };
	for (int i = 0; i < 5; i++)
		assert_int_equal(attach_bytes(m, "a.pdf", "x", 1, &err), 0);
	assert_int_equal(attach_bytes(m, "a.pdf", "x", 1, &err), -1);
	assert_non_null(strstr(err.text, "at most 5 documents"));
	assert_int_equal(m->parts.n, 5);
	char *large = mem_alloc(ATTACH_DOCUMENT_MAX + 1);
	assert_int_equal(attach_bytes(m, "b.docx", large, ATTACH_DOCUMENT_MAX + 1, &err), -1);
	message_unref(m);
	m = new_message();
	assert_int_equal(attach_bytes(m, "b.docx", large, ATTACH_DOCUMENT_MAX + 1, &err), -1);
	assert_non_null(strstr(err.text, "4500001"));
	assert_non_null(strstr(err.text, "4500000"));
	free(large);
	message_unref(m);
}

/* A PNG of one colour with 9000 x 20 pixels: too wide for a model. */
static void
an_image_that_is_too_large_is_scaled_down_where_libgd_is_there(void **state)
{
	(void)state;
	struct buf big = { 0 };
	struct message *m = new_message();
	struct err err = { 0 };
	wide_png(&big, 9000, 20);
	int rc = attach_bytes(m, "wide.png", big.s, big.len, &err);
	if (shrink_is_possible()) {
		assert_int_equal(rc, 0);
		struct buf what = { 0 };
		attach_describe(&m->parts.v[0], &what);
		assert_non_null(strstr(what.s, "wide.png: png, 1568 \xc3\x97 3, "));
		buf_done(&what);
	} else {
		assert_int_equal(rc, -1);
		assert_non_null(strstr(err.text, "9000 x 20"));
	}
	buf_done(&big);
	message_unref(m);
}

static void
bytes_that_are_no_text_and_nothing_known_are_refused(void **state)
{
	(void)state;
	struct message *m = new_message();
	struct err err = { 0 };
	assert_int_equal(attach_bytes(m, "core", "\x7f" "ELF\0\1", 6, &err), -1);
	assert_int_equal(attach_bytes(m, "latin.txt", "caf\xe9", 4, &err), -1);
	assert_non_null(strstr(err.text, "latin.txt"));
	assert_int_equal(attach_bytes(m, "empty.txt", "", 0, &err), -1);
	message_unref(m);
}

static void
pipes_folders_and_missing_files_are_refused_at_once(void **state)
{
	struct message *m = new_message();
	struct err err = { 0 };
	char *fifo = mem_printf("%s/fifo.txt", (const char *)*state);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(attach_file(m, fifo, &err), -1);
	assert_int_equal(attach_file(m, *state, &err), -1);
	assert_non_null(strstr(err.text, "folder"));
	assert_int_equal(attach_file(m, "/nowhere/at/all.png", &err), -1);
	assert_int_equal(m->parts.n, 0);
	free(fifo);
	message_unref(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_is_told_by_its_bytes_not_by_its_name),
		cmocka_unit_test(what_calls_itself_an_image_and_is_none_is_refused),
		cmocka_unit_test(text_goes_in_as_text_between_fences_it_does_not_contain),
		cmocka_unit_test(documents_audio_and_video_keep_their_bytes),
		cmocka_unit_test(too_many_and_too_large_ones_are_refused_with_the_figures),
		cmocka_unit_test(an_image_that_is_too_large_is_scaled_down_where_libgd_is_there),
		cmocka_unit_test(bytes_that_are_no_text_and_nothing_known_are_refused),
		cmocka_unit_test_setup_teardown(pipes_folders_and_missing_files_are_refused_at_once, temp_setup, temp_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
