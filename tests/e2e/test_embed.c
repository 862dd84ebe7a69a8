/*
 * test_embed.c - adit embed and adit image against the simulator: batches, order, limits, credentials that end
 * in the middle.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
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

#define COHERE "cohere.embed-english-v3"
#define TITAN  "amazon.titan-embed-text-v2:0"

static struct sim sim;

static int
start(const char *scenario)
{
	run_rules(&sim, scenario);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	return start("{\"rules\":[{\"match\":{\"operation\":\"Converse\"},\"answer\":[{\"text\":\"A square.\"}]}]}");
}

static int
setup_revoked_once(void **state)
{
	(void)state;
	return start("{\"rules\":[],\"identity\":{\"faults\":[{\"service\":\"ecs\",\"fault\":\"revoked\",\"nth\":1}]}}");
}

static int
setup_denied(void **state)
{
	(void)state;
	return start("{\"rules\":[{\"match\":{\"model\":\"*opus-4-6*\"},\"answer\":[{\"http\":{\"type\":"
		     "\"AccessDeniedException\",\"message\":\"You don't have access to the model with the specified model "
		     "ID.\"}}]},{\"match\":{\"model\":\"*opus-4-7*\"},\"answer\":[{\"http\":{\"status\":400,\"type\":"
		     "\"ValidationException\",\"message\":\"The picture is wrong.\"}}]},{\"match\":{},\"answer\":[{\"text\":\"A square.\"}]}]}");
}

static int
teardown(void **state)
{
	(void)state;
	sim_stop(&sim);
	return 0;
}

static struct json_object *
embed(struct run *r, const char *model, const char *input)
{
	const char *args[] = { "embed", "--model", model, NULL };
	run_adit(r, input, args);
	if (r->status != 0)
		fail_msg("status %d: %s", r->status, buf_str(&r->err));
	struct json_object *o = json_parse(buf_str(&r->out), r->out.len, NULL);
	assert_non_null(o);
	return o;
}

static char *
many_lines(int n)
{
	struct buf b = { 0 };
	for (int i = 0; i < n; i++)
		buf_printf(&b, "text number %d\n", i);
	return buf_take(&b, NULL);
}

static double
cosine(struct json_object *a, struct json_object *b)
{
	double sum = 0;
	for (size_t i = 0; i < json_len(a); i++)
		sum += json_object_get_double(json_item(a, i)) * json_object_get_double(json_item(b, i));
	return sum;
}

/* ---- embeddings ---------------------------------------------------------------------------- */

static void
texts_go_out_in_batches_where_the_model_takes_them_and_keep_their_order(void **state)
{
	(void)state;
	struct run r, one;
	char *input = many_lines(200);
	struct json_object *o = embed(&r, COHERE, input), *vectors = json_get(o, "vectors");
	assert_int_equal(json_len(vectors), 200);
	assert_int_equal(sim_count(&sim, "InvokeModel"), 3);
	struct json_object *alone = embed(&one, COHERE, "text number 150\n");
	assert_float_equal(cosine(json_item(vectors, 150), json_item(json_get(alone, "vectors"), 0)), 1, 1e-4);
	assert_true(cosine(json_item(vectors, 149), json_item(json_get(alone, "vectors"), 0)) < 0.999);
	json_free(alone);
	json_free(o);
	run_done(&one);
	run_done(&r);
	free(input);
}

static void
texts_go_out_one_by_one_where_it_does_not(void **state)
{
	(void)state;
	struct run r, one;
	char *input = many_lines(50);
	struct json_object *o = embed(&r, TITAN, input), *vectors = json_get(o, "vectors");
	assert_int_equal(json_len(vectors), 50);
	assert_int_equal(sim_count(&sim, "InvokeModel"), 50);
	struct json_object *alone = embed(&one, TITAN, "text number 37\n");
	assert_float_equal(cosine(json_item(vectors, 37), json_item(json_get(alone, "vectors"), 0)), 1, 1e-4);
	assert_int_equal(json_int(o, "dimension", 0), 1024);
	json_free(alone);
	json_free(o);
	run_done(&one);
	run_done(&r);
	free(input);
}

static void
blank_texts_are_not_sent_and_have_empty_vectors(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = embed(&r, TITAN, "a\n \nb\n"), *vectors = json_get(o, "vectors");
	assert_int_equal(json_len(vectors), 3);
	assert_int_equal(json_len(json_item(vectors, 1)), 0);
	assert_int_equal(json_len(json_item(vectors, 2)), 1024);
	assert_int_equal(sim_count(&sim, "InvokeModel"), 2);
	json_free(o);
	run_done(&r);
}

static void
credentials_that_are_refused_in_a_batch_are_renewed_once(void **state)
{
	(void)state;
	struct run r;
	char *input = many_lines(40), *url = mem_printf("http://127.0.0.1:%u/v2/credentials/task", sim.port);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	struct json_object *o = embed(&r, TITAN, input);
	assert_int_equal(json_len(json_get(o, "vectors")), 40);
	assert_int_equal(sim_logged(&sim, "\"issued\":\"ASIASIMECS"), 2);
	assert_in_range(sim_logged(&sim, "\"status\":403"), 1, 4);
	json_free(o);
	run_done(&r);
	free(input);
	free(url);
}

static void
the_services_own_words_come_through(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "embed", "--model", "cohere.embed-v4:0", "x", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 4);
	assert_non_null(strstr(buf_str(&r.err), "inference profile"));
	assert_string_equal(buf_str(&r.out), "");
	run_done(&r);
}

/* ---- images ------------------------------------------------------------------------------------ */

static char *
square(void)
{
	char *path = mem_printf("%s/i.gif", getenv("HOME"));
	assert_int_equal(file_replace(path, "GIF89a\1\1\1\1\1", 11, 0600, NULL), 0);
	return path;
}

static void
an_image_goes_out_with_its_question(void **state)
{
	(void)state;
	struct run r;
	char *path = square();
	const char *args[] = { "image", path, path, "-p", "what is it?", "-m", "us.anthropic.claude-opus-4-6-v1", NULL };
	run_adit(&r, NULL, args);
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "A square.\n");
	struct json_object *line = log_line(&sim, 1, false);
	struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 0), "content");
	assert_int_equal(json_len(content), 3);
	assert_string_equal(json_str(json_at(json_item(content, 1), "image"), "format", ""), "gif");
	assert_string_equal(json_str(json_item(content, 2), "text", ""), "what is it?");
	json_free(line);
	run_done(&r);
	free(path);
}

static void
a_budget_holds_for_images_too(void **state)
{
	(void)state;
	struct run r;
	char *path = square();
	const char *args[] = { "--max-budget-usd", "0.0001", "image", path, "-m", "us.anthropic.claude-opus-4-6-v1", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "The question alone would cost about"));
	assert_int_equal(sim_count(&sim, "Converse"), 0);
	run_done(&r);
	free(path);
}

static void
a_model_that_is_not_allowed_is_followed_by_its_fallback(void **state)
{
	(void)state;
	struct run r;
	char *path = square(), *folder = mem_printf("%s/.config/adit", getenv("HOME")),
	     *config = mem_printf("%s/adit.json5", folder);
	static const char text[] = "{agents:{defaults:{imageModel:{primary:\"bedrock/us.anthropic.claude-opus-4-6-v1\","
				   "fallbacks:[\"bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0\"]}}}}";
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(config, text, sizeof text - 1, 0600, NULL), 0);
	const char *args[] = { "--log-level", "info", "image", path, NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "A square.\n");
	assert_non_null(strstr(buf_str(&r.err), "claude-haiku-4-5"));
	run_done(&r);
	struct buf lines = { 0 };
	char *log = file_path(FILE_STATE, "adit.log");          /* decided by the table of conversations */
	assert_int_equal(file_read(log, 1 << 20, &lines, NULL), 0);
	assert_non_null(strstr(buf_str(&lines), "{\"stage\":\"request\",\"reason\":\"no-access\""));
	buf_done(&lines);
	free(log);
	/* What it used is in the ledger. */
	run_adit(&r, "/usage\n", (const char *const[]){ "--plain", "-m", "us.amazon.nova-lite-v1:0", NULL });
	assert_non_null(strstr(buf_str(&r.out), "haiku-4-5"));
	run_done(&r);
	/* A name means what is listed here. */
	run_adit(&r, NULL, (const char *const[]){ "image", path, "-m", "haiku", NULL });
	assert_string_equal(buf_str(&r.out), "A square.\n");
	assert_int_equal(r.status, 0);
	run_done(&r);
	free(path);
	free(folder);
	free(config);
}

static void
a_question_that_is_wrong_is_not_asked_of_others(void **state)
{
	(void)state;
	struct run r;
	char *path = square(), *folder = mem_printf("%s/.config/adit", getenv("HOME")),
	     *config = mem_printf("%s/adit.json5", folder);
	static const char text[] = "{agents:{defaults:{imageModel:{primary:\"bedrock/us.anthropic.claude-opus-4-7\","
				   "fallbacks:[\"bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0\"]}}}}";
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(config, text, sizeof text - 1, 0600, NULL), 0);
	run_adit(&r, NULL, (const char *const[]){ "image", path, NULL });
	assert_int_not_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.err), "The picture is wrong."));
	assert_null(strstr(buf_str(&r.err), "haiku"));
	run_done(&r);
	free(path);
	free(folder);
	free(config);
}

static void
what_is_no_image_is_not_sent(void **state)
{
	(void)state;
	struct run r;
	char *path = mem_printf("%s/rules.json", sim.dir);
	const char *args[] = { "image", path, NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 65);
	assert_non_null(strstr(buf_str(&r.err), "PNG"));
	run_done(&r);
	free(path);
}

int
main(void)
{
#define FRESH(test, set) cmocka_unit_test_setup_teardown(test, set, teardown)
	const struct CMUnitTest tests[] = {
		FRESH(texts_go_out_in_batches_where_the_model_takes_them_and_keep_their_order, setup),
		FRESH(texts_go_out_one_by_one_where_it_does_not, setup),
		FRESH(blank_texts_are_not_sent_and_have_empty_vectors, setup),
		FRESH(credentials_that_are_refused_in_a_batch_are_renewed_once, setup_revoked_once),
		FRESH(the_services_own_words_come_through, setup),
		FRESH(an_image_goes_out_with_its_question, setup),
		FRESH(a_budget_holds_for_images_too, setup),
		FRESH(a_model_that_is_not_allowed_is_followed_by_its_fallback, setup_denied),
		FRESH(a_question_that_is_wrong_is_not_asked_of_others, setup_denied),
		FRESH(what_is_no_image_is_not_sent, setup),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
