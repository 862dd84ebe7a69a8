#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "model/count.h"
#include "model/picture.h"

#define BYTES(s) s, sizeof(s) - 1

#define PNG(w, h) "\x89PNG\r\n\x1a\n\0\0\0\rIHDR" w h "\b\2\0\0\0"
#define JPEG(h, w)                                                                                 \
	"\xff\xd8\xff\xe0\0\20JFIF\0\1\1\0\0\1\0\1\0\0\xff\xff\xdb\0\4\0\0\xff\xc2\0\21\b" h w "\3"

static void
the_bytes_say_what_it_is_and_how_large(void **state)
{
	(void)state;
	static const struct {
		const char	*bytes;
		size_t		 n;
		const char	*format;
		long		 width, height;
	} rows[] = {
		{ BYTES(PNG("\0\0\1\2", "\0\0\0\3")), "png", 258, 3 },
		{ BYTES("GIF89a\x40\1\xf0\0"), "gif", 320, 240 },
		{ BYTES("GIF87a\1\0\2\0"), "gif", 1, 2 },
		{ BYTES(JPEG("\0\x10", "\1\0")), "jpeg", 256, 16 },
		{ BYTES("RIFF\0\0\0\0WEBPVP8X\12\0\0\0\0\0\0\0\x3f\1\0\xef\0\0"), "webp", 320, 240 },
		{ BYTES("RIFF\0\0\0\0WEBPVP8L\5\0\0\0\x2f\x3f\xc1\x3b\0"), "webp", 320, 240 },
		{ BYTES("RIFF\0\0\0\0WEBPVP8 \5\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\x00"), "webp", 320, 240 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct picture p = picture_of(rows[i].bytes, rows[i].n);
		assert_non_null(p.format);
		assert_string_equal(p.format, rows[i].format);
		assert_int_equal(p.width, rows[i].width);
		assert_int_equal(p.height, rows[i].height);
	}
}

static void
a_part_of_any_image_is_never_read_past_its_end(void **state)
{
	(void)state;
	static const char jpeg[] = JPEG("\0\x10", "\1\0");
	for (size_t n = 0; n < sizeof jpeg; n++) {
		char *exact = mem_dup(jpeg, n + 1);     /* so that a sanitizer sees one byte too much */
		picture_of(exact, n);
		free(exact);
	}
	assert_null(picture_of("", 0).format);
	assert_null(picture_of(BYTES("%PDF-1.7")).format);
}

static int
add(const char *bytes, size_t n, struct err *err)
{
	struct message *m = message_new(MESSAGE_USER);
	int rc = picture_add(m, "x.png", bytes, n, err);
	if (rc == 0) {
		assert_int_equal(m->parts.n, 1);
		assert_int_equal(m->parts.v[0].kind, PART_IMAGE);
		assert_string_equal(m->parts.v[0].format, "png");
	}
	message_unref(m);
	return rc;
}

static void
what_a_model_cannot_be_sent_is_refused_with_the_limit(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_int_equal(add(BYTES(PNG("\0\0\x1f\x40", "\0\0\0\1")), &err), 0);
	assert_int_equal(add(BYTES(PNG("\0\0\x1f\x41", "\0\0\0\1")), &err), -1);
	assert_non_null(strstr(err.text, "8000"));
	assert_int_equal(add(BYTES("hello"), &err), -1);
	assert_int_equal(add(BYTES("\x89PNG\r\n\x1a\n"), &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	char *large = mem_alloc(PICTURE_MAX_BYTES + 1);
	memcpy(large, PNG("\0\0\0\1", "\0\0\0\1"), sizeof PNG("\0\0\0\1", "\0\0\0\1"));
	assert_int_equal(add(large, PICTURE_MAX_BYTES, &err), 0);
	assert_int_equal(add(large, PICTURE_MAX_BYTES + 1, &err), -1);
	assert_non_null(strstr(err.text, "3750000"));
	free(large);
}

/* ---- counting ---- */

static void
an_estimate_weighs_scripts_and_images(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	struct message *m = message_new(MESSAGE_USER);
	struct converse_ask ask = { .model = "anthropic.claude-opus-4-6-v1", .conversation = &c };
	message_add(m, PART_TEXT, "12345678", 8);
	conversation_add(&c, m);
	assert_int_equal(count_estimate(&ask), 4 + 2);
	m = message_new(MESSAGE_USER);
	message_add(m, PART_TEXT, "漢字", 6);
	assert_int_equal(picture_add(m, "x", BYTES(PNG("\0\0\2\xee", "\0\0\0\x64")), NULL), 0);      /* 750 x 100 */
	conversation_add(&c, m);
	assert_int_equal(count_estimate(&ask), 4 + 2 + 4 + 2 + 101);
	conversation_done(&c);
}

static void
what_is_counted_is_what_would_be_sent_and_no_more(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	struct message *m = message_new(MESSAGE_USER);
	struct buf b = { 0 };
	message_add(m, PART_TEXT, "Hi", 2);
	conversation_add(&c, m);
	struct converse_ask ask = { .model = "anthropic.claude-3-haiku-20240307-v1:0", .system = "Be brief.", .conversation = &c,
		.params = { .max_tokens = 5, .temperature = -1, .top_p = -1 } };
	assert_int_equal(count_body(&b, &ask, NULL), 0);
	assert_string_equal(buf_str(&b), "{\"input\":{\"converse\":{\"messages\":[{\"role\":\"user\",\"content\":"
					 "[{\"text\":\"Hi\"}]}],\"system\":[{\"text\":\"Be brief.\"}]}}}");
	buf_done(&b);
	conversation_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_say_what_it_is_and_how_large),
		cmocka_unit_test(a_part_of_any_image_is_never_read_past_its_end),
		cmocka_unit_test(what_a_model_cannot_be_sent_is_refused_with_the_limit),
		cmocka_unit_test(an_estimate_weighs_scripts_and_images),
		cmocka_unit_test(what_is_counted_is_what_would_be_sent_and_no_more),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
