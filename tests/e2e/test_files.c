/*
 * test_files.c - files on their way to a model: --image, --file, @FILE, /image, /attach, and back from a session.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0";
static struct sim sim;
static char *image, *notes, *spaced;

static char *
made(const char *name, const void *bytes, size_t n)
{
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	assert_int_equal(file_replace(path, bytes, n, 0600, NULL), 0);
	return path;
}

static int
setup(void **state)
{
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	sim_start(&sim, NULL);
	run_env(&sim);
	image = made("photo.png", png, sizeof png);
	notes = made("notes.txt", "mellon\n", 7);
	spaced = made("two words.txt", "aiya\n", 5);
	*state = &sim;
	return 0;
}

static int
teardown(void **state)
{
	free(image);
	free(notes);
	free(spaced);
	sim_stop(*state);
	return 0;
}

/* The content of the newest message of request n. */
static struct json_object *
content(struct json_object *line)
{
	struct json_object *messages = json_at(line, "body.messages");
	return json_get(json_item(messages, json_len(messages) - 1), "content");
}

/* How many parts it has; where the prompt cache may end is none. */
static size_t
count(struct json_object *parts)
{
	size_t n = 0;
	for (size_t i = 0; i < json_len(parts); i++)
		n += json_get(json_item(parts, i), "cachePoint") == NULL;
	return n;
}

static void
assert_image(struct json_object *part)
{
	struct buf b = { 0 };
	str_base64(&b, png, sizeof png);
	assert_string_equal(json_str(json_get(part, "image"), "format", ""), "png");
	assert_string_equal(json_str(json_get(json_get(part, "image"), "source"), "bytes", ""), b.s);
	buf_done(&b);
}

static void
an_image_and_a_file_go_along_with_a_prompt(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--image", image, "--file", notes, "what is this?", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = question_line(&sim, 1, false), *c = content(line);
	assert_int_equal(count(c), 3);
	assert_string_equal(json_str(json_item(c, 0), "text", ""), "what is this?");
	assert_image(json_item(c, 1));
	assert_non_null(strstr(json_str(json_item(c, 2), "text", ""), "File notes.txt:\n```\nmellon\n```"));
	json_free(line);
	run_done(&r);
}

static void
a_file_that_is_none_sends_nothing_and_says_why(void **state)
{
	(void)state;
	struct run r;
	run_adit(&r, NULL, (const char *[]){ "-p", "-m", A_MODEL, "--image", "/nowhere.png", "what?", NULL });
	assert_int_not_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.err), "/nowhere.png"));
	run_done(&r);
}

static void
a_file_named_in_the_text_goes_along(void **state)
{
	(void)state;
	struct run r;
	char *text = mem_printf("see @%s, and @\"%s\"; not @nobody or me@home\n", notes, spaced);
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	run_adit(&r, text, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = question_line(&sim, 1, false), *c = content(line);
	assert_int_equal(count(c), 3);
	assert_non_null(strstr(json_str(json_item(c, 1), "text", ""), "mellon"));
	assert_non_null(strstr(json_str(json_item(c, 2), "text", ""), "aiya"));
	json_free(line);
	run_done(&r);
	free(text);
}

static void
what_is_attached_goes_along_once_and_can_be_dropped(void **state)
{
	(void)state;
	struct run r;
	char *text = mem_printf("/attach %s\nfirst\nsecond\n/attach %s\n/attach\nthird\n/image %s what is it\n", notes, notes, image);
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	run_adit(&r, text, args);
	assert_int_equal(r.status, 0);
	static const size_t parts[] = { 2, 1, 1, 2 };
	for (int i = 0; i < 4; i++) {
		struct json_object *line = question_line(&sim, i + 1, false);
		assert_int_equal(count(content(line)), parts[i]);
		if (i == 3)
			assert_image(json_item(content(line), 1));
		json_free(line);
	}
	run_done(&r);
	free(text);
}

static void
a_session_keeps_the_files(void **state)
{
	(void)state;
	struct run r;
	const char *first[] = { "-p", "-m", A_MODEL, "--image", image, "what is this?", NULL };
	run_adit(&r, NULL, first);
	run_done(&r);
	const char *again[] = { "-p", "-c", "and now?", NULL };
	run_adit(&r, NULL, again);
	assert_int_equal(r.status, 0);
	struct json_object *line = question_line(&sim, 2, false);
	struct json_object *old = json_get(json_item(json_at(line, "body.messages"), 0), "content");
	assert_int_equal(count(old), 2);
	assert_image(json_item(old, 1));
	json_free(line);
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(an_image_and_a_file_go_along_with_a_prompt),
		scene(a_file_that_is_none_sends_nothing_and_says_why),
		scene(a_file_named_in_the_text_goes_along),
		scene(what_is_attached_goes_along_once_and_can_be_dropped),
		scene(a_session_keeps_the_files),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
