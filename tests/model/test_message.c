#include "script.h"

#include "model/usage.h"

static struct message *
round_trip(const struct message *m)
{
	struct buf b = { 0 };
	buf_putc(&b, '{');
	message_put(&b, m);
	buf_putc(&b, '}');
	struct err err = { 0 };
	struct json_object *o = json_parse(b.s, b.len, &err);
	assert_non_null(o);
	struct message *back = message_parse(o);
	json_free(o);
	buf_done(&b);
	assert_non_null(back);
	return back;
}

static void
assert_same_part(const struct part *a, const struct part *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->text, b->text, a->len);
	const char *const x[] = { a->signature, a->id, a->name, a->format };
	const char *const y[] = { b->signature, b->id, b->name, b->format };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(x[i] == NULL, y[i] == NULL);
		if (x[i] != NULL)
			assert_string_equal(x[i], y[i]);
	}
	assert_int_equal(a->failed, b->failed);
}

static void
a_message_of_every_kind_of_part_survives_its_record(void **state)
{
	(void)state;
	struct message *m = message_new(MESSAGE_ASSISTANT);
	m->model = mem_strdup("us.anthropic.claude-opus-4-7");
	m->partial = true;
	m->withdrawn = true;
	for (int k = PART_TEXT; k <= PART_CITATIONS; k++) {
		struct part *p = message_add(m, (enum part_kind)k, "bytes\0\n\"\\\xc3\xa9\x01", 12);
		p->signature = k % 2 ? mem_strdup("sig") : NULL;
		p->id = k % 3 ? mem_strdup("id-1") : NULL;
		p->name = mem_strdup("a \"name\"");
		p->format = k == PART_IMAGE ? mem_strdup("png") : NULL;
		p->failed = k == PART_TOOL_RESULT;
	}
	struct message *back = round_trip(m);
	assert_int_equal(back->role, MESSAGE_ASSISTANT);
	assert_string_equal(back->model, m->model);
	assert_true(back->partial);
	assert_true(back->withdrawn);
	assert_int_equal(back->parts.n, m->parts.n);
	for (size_t i = 0; i < m->parts.n; i++)
		assert_same_part(&m->parts.v[i], &back->parts.v[i]);
	message_unref(m);
	message_unref(back);
}

static void
bytes_that_are_no_utf8_become_the_replacement_character_once(void **state)
{
	(void)state;
	struct message *m = message_new(MESSAGE_USER);
	message_add(m, PART_TEXT, "a\xff\0b\xe2\x82", 6);
	struct message *once = round_trip(m), *twice = round_trip(once);
	static const char want[] = "a\xef\xbf\xbd\0b\xef\xbf\xbd\xef\xbf\xbd";
	assert_int_equal(once->parts.v[0].len, sizeof want - 1);
	assert_memory_equal(once->parts.v[0].text, want, sizeof want - 1);
	assert_same_part(&once->parts.v[0], &twice->parts.v[0]);
	assert_false(once->partial);
	assert_null(once->model);
	message_unref(m);
	message_unref(once);
	message_unref(twice);
}

static void
a_record_without_role_or_parts_is_refused_and_unknown_parts_are_left_out(void **state)
{
	(void)state;
	static const char *const bad[] = { "{}", "[]", "{\"role\":\"system\",\"parts\":[]}",
		"{\"role\":\"user\"}", "{\"role\":\"user\",\"parts\":{}}",
		    "{\"role\":1,\"parts\":[]}" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json_object *o = json_parse(bad[i], strlen(bad[i]), NULL);
		assert_null(message_parse(o));
		json_free(o);
	}
	assert_null(message_parse(NULL));
	struct message *m = script_message("{'role':'user','parts':[{'kind':'hologram','text':'x'},7,"
		"{'kind':'text','text':5},{'kind':'text','text':'y'}]}");
	assert_int_equal(m->parts.n, 2);
	assert_string_equal(m->parts.v[0].text, "");
	assert_string_equal(m->parts.v[1].text, "y");
	message_unref(m);
}

static void
the_text_of_a_message_joins_paragraphs_and_cited_passages(void **state)
{
	(void)state;
	struct message *m = script_message("{'role':'assistant','parts':[{'kind':'reasoning','text':'hm'},"
		"{'kind':'text','text':'One'},{'kind':'text','text':'Two "
		    "'},{'kind':'citations','text':'{}','name':'cited'},"
		"{'kind':'text','text':' end.'}]}");
	struct buf b = { 0 };
	message_text(m, &b);
	assert_string_equal(b.s, "One\n\nTwo cited end.");
	buf_done(&b);
	message_unref(m);
}

static void
a_snapshot_shares_its_messages(void **state)
{
	(void)state;
	struct conversation a = { 0 }, b = { 0 };
	conversation_add(&a, message_new(MESSAGE_USER));
	conversation_copy(&b, &a);
	assert_ptr_equal(a.v[0], b.v[0]);
	conversation_done(&a);
	assert_int_equal(b.v[0]->role, MESSAGE_USER);
	conversation_done(&b);
	message_unref(NULL);
}

static void
usage_adds_up_and_what_is_unknown_adds_nothing(void **state)
{
	(void)state;
	struct usage sum = { 0 }, unknown = { .input = 5 };
	usage_add(&sum, &unknown);
	assert_false(sum.known);
	struct usage u = { .known = true, .input = 10, .output = 20, .cache_read = 30,
	    .cache_write = 40,
		.cache_write_1h = 15 };
	usage_add(&sum, &u);
	usage_add(&sum, &u);
	assert_true(sum.known);
	assert_int_equal(usage_context(&sum), 200);
	assert_int_equal(sum.cache_write_1h, 30);
}

static void
cost_is_the_sum_of_what_was_used_or_unknown(void **state)
{
	(void)state;
	struct prices p = { 5, 25, 0.5, 6.25 };
	struct usage u = { .known = true, .input = 1000000, .output = 100000, .cache_read = 2000000,
		.cache_write = 300000, .cache_write_1h = 100000 };
	/* 5 + 2.5 + 1 + 0.2 * 6.25 + 0.1 * 10 */
	assert_float_equal(usage_cost(&u, &p), 10.75, 1e-9);
	p.cache_write = -1;
	assert_true(usage_cost(&u, &p) < 0);
	u.cache_write = u.cache_write_1h = 0;
	assert_float_equal(usage_cost(&u, &p), 8.5, 1e-9);
	struct usage unknown = { 0 };
	assert_true(usage_cost(&unknown, &p) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_of_every_kind_of_part_survives_its_record),
		cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement_character_once),
		cmocka_unit_test(a_record_without_role_or_parts_is_refused_and_unknown_parts_are_left_out),
		cmocka_unit_test(the_text_of_a_message_joins_paragraphs_and_cited_passages),
		cmocka_unit_test(a_snapshot_shares_its_messages),
		cmocka_unit_test(usage_adds_up_and_what_is_unknown_adds_nothing),
		cmocka_unit_test(cost_is_the_sum_of_what_was_used_or_unknown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
