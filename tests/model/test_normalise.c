#include "script.h"

#include "model/converse.h"
#include "model/normalise.h"

static const char opus[] = "anthropic.claude-opus-4-7";

/* One line a message: role, then its parts. */
static char *
told(const struct conversation *c)
{
	static const char *const kinds[] = { "text", "thought", "redacted", "use", "result",
	    "image", "document",
		"video", "audio", "cited" };
	struct buf b = { 0 };
	for (size_t i = 0; i < c->n; i++) {
		buf_printf(&b, "%s:", c->v[i]->role == MESSAGE_USER ? "user" : "assistant");
		for (size_t k = 0; k < c->v[i]->parts.n; k++) {
			const struct part *p = &c->v[i]->parts.v[k];
			buf_printf(&b, " %s", kinds[p->kind]);
			if (p->id != NULL)
				buf_printf(&b, "#%s", p->id);
			if (p->name != NULL)
				buf_printf(&b, "=%s", p->name);
			buf_printf(&b, "(%.*s)%s", (int)p->len, p->text, p->failed ? "!" : "");
		}
		buf_putc(&b, '\n');
	}
	return buf_take(&b, NULL);
}

static void
assert_normal_for(const char *model, bool has_tools, bool has_thinking, const char *want,
    struct conversation *in)
{
	struct conversation out = { 0 };
	struct normalise_rules rules = { .model = model, .has_tools = has_tools,
	    .has_thinking = has_thinking };
	normalise(&out, in, &rules);
	char *have = told(&out);
	assert_string_equal(have, want);
	free(have);
	/* What is normal stays as it is, and is shared rather than copied. */
	struct conversation again = { 0 };
	normalise(&again, &out, &rules);
	assert_int_equal(again.n, out.n);
	for (size_t i = 0; i < out.n && strstr(want, "thought") == NULL && strstr(want,
	    "redacted") == NULL; i++)
		assert_ptr_equal(again.v[i], out.v[i]);
	conversation_done(&again);
	conversation_done(&out);
	conversation_done(in);
}

#define NORMAL(want, ...)                                                                          \
	do {                                                                                       \
		struct conversation c = { 0 };                                                     \
		script_conversation(&c, __VA_ARGS__, NULL);                                        \
		assert_normal_for(opus, true, true, want, &c);                                     \
	} while (0)

#define U(parts) "{'role':'user','parts':[" parts "]}"
#define A(parts) "{'role':'assistant','model':'us.anthropic.claude-sonnet-4-6','parts':[" parts "]}"
#define T(s) "{'kind':'text','text':'" s "'}"
#define USE(id) "{'kind':'tool_use','id':'" id "','name':'zoom','text':'{}'}"
#define RESULT(id, s) "{'kind':'tool_result','id':'" id "','text':'" s "'}"
#define THOUGHT(s, sig) "{'kind':'reasoning','text':'" s "','signature':'" sig "'}"

static void
the_first_message_is_the_users(void **state)
{
	(void)state;
	NORMAL("user: text(hi)\n", A(T("hello")), U(T("hi")));
	NORMAL("", A(T("hello")));
	NORMAL("user: text(hi)\n", A(USE("a")), U(RESULT("a", "r")), A(T("x")), U(T("hi")));
}

static void
neighbours_of_one_role_are_merged(void **state)
{
	(void)state;
	NORMAL("user: text(a) text(b)\nassistant: text(c) text(d)\nuser: "
	    "text(e)\n", U(T("a")), U(T("b")), A(T("c")),
	    A(T("d")), U(T("e")));
}

static void
the_last_message_is_the_users(void **state)
{
	(void)state;
	NORMAL("user: text(a)\n", U(T("a")), A(T("b")));
	NORMAL("user: text(a)\n", U(T("a")), A(USE("x")));
}

static void
blank_text_is_dropped_and_empty_messages_with_it(void **state)
{
	(void)state;
	NORMAL("user: text(a) text(b)\n", U(T("a") "," T("") "," T(" ")), A(T("\\n\\t "
	    "")), U(T("\\u00a0\\u3000") "," T("b")));
	NORMAL("", U(T(" ")));
	NORMAL("", U(""));
}

static void
without_tools_in_the_request_old_calls_are_told_as_text(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, U(T("a")), A(USE("x")),
	    U("{'kind':'tool_result','id':'x','text':'r','failed':true}"),
	    A(USE("y")), U(RESULT("y", "") "," T("go on")), NULL);
	assert_normal_for(opus, false, true, "user: text(a)\nassistant: text([Called the tool zoom "
	    "with {}])\n"
		"user: text([The call failed: r])\nassistant: text([Called the tool zoom with "
		    "{}])\n"
		"user: text([Result of the call: (no output)]) text(go on)\n", &c);
}

static void
every_call_is_answered_in_the_next_message(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: use#x=zoom({}) use#y=zoom({})\n"
	       "user: result#x(The call was interrupted; there is no result.)! result#y(r) "
	       "text(b)\n",
	    U(T("a")), A(USE("x") "," USE("y")), U(T("b") "," RESULT("y", "r")));
	NORMAL("user: text(a)\nassistant: use#x=zoom({})\n"
	       "user: result#x(The call was interrupted; there is no result.)! text(b)\n",
	    U(T("a")), A(USE("x")), U(T("b")));
}

static void
results_that_nobody_asked_for_are_dropped(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: use#x=zoom({})\nuser: result#x(r)\n", U(T("a")),
	    A(USE("x")),
	    U(RESULT("x", "r") "," RESULT("x", "again") "," RESULT("z", "orphan")));
	NORMAL("user: text(a)\n", U(RESULT("z", "orphan") "," T("a")));
	/* A message of orphans vanishes, and its neighbours meet. */
	NORMAL("user: text(a)\nassistant: text(b) text(c)\nuser: text(d)\n", U(T("a")), A(T("b")),
	    U(RESULT("z", "r")),
	    A(T("c")), U(T("d")));
}

static void
results_come_together_and_first_in_the_order_of_the_calls(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: use#x=zoom({}) use#y=zoom({})\nuser: result#x(1) "
	    "result#y(2) image(iVBO) text(b)\n",
	    U(T("a")), A(USE("x") "," USE("y")),
	    U("{'kind':'image','format':'png','text':'iVBO'}," RESULT("y", "2")),
	    U(RESULT("x", "1") "," T("b")));
}

static void
ids_are_made_unique_and_fit_for_the_service(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: use#x=zoom({})\nuser: result#x(1)\nassistant: "
	    "use#x_2=zoom({}) use#x_3=zoom({})\n"
	       "user: result#x_2(2) result#x_3(3)\n",
	    U(T("a")), A(USE("x")), U(RESULT("x", "1")), A(USE("x") "," USE("x")), U(RESULT("x",
	    "2") "," RESULT("x", "3")));
	NORMAL("user: text(a)\nassistant: use#call_1_f=zoom({}) use#call_1_f_2=zoom({})\nuser: "
	    "result#call_1_f(1) result#call_1_f_2(2)\n",
	    U(T("a")), A(USE("call:1.f") "," USE("call.1:f")), U(RESULT("call.1:f",
	    "2") "," RESULT("call:1.f", "1")));
	NORMAL("user: text(a)\nassistant: "
	    "use#aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg=zoom({}) "
	       "use#aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg_2=zoom({})\n"
	       "user: result#aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg(1) "
	       "result#aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg_2(2)\n",
	    U(T("a")), A(USE("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggX") ","
		USE("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggY")),
	    U(RESULT("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggX", "1") ","
		RESULT("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggY", "2")));
	NORMAL("user: text(a)\nassistant: use#call=zo_m({})\nuser: result#call(1)\n", U(T("a")),
	    A("{'kind':'tool_use','id':'','name':'zo.m','text':'{}'}"), U(RESULT("", "1")));
}

static void
empty_results_say_so(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: use#x=zoom({}) use#y=zoom({})\nuser: result#x((no "
	    "output))! result#y((no output))\n",
	    U(T("a")), A(USE("x") "," USE("y")),
	    U("{'kind':'tool_result','id':'x','text':'','failed':true}," RESULT("y", " \\n")));
}

static void
signed_thinking_stays_for_claude_and_unsigned_goes(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: thought(t) thought() redacted(Zm9v) text(b)\nuser: "
	    "text(c)\n", U(T("a")),
	    A(THOUGHT("t", "s") "," THOUGHT("", "s2") ",{'kind':'reasoning','text':'cut off'},"
		"{'kind':'redacted','text':'Zm9v'}," T("b")), U(T("c")));
	/* What nothing came of cannot be the end of an answer. */
	NORMAL("user: text(a)\nassistant: text(b)\nuser: "
	    "text(c)\n", U(T("a")), A(T("b") "," THOUGHT("t", "s")), U(T("c")));
	NORMAL("user: text(a) text(c)\n", U(T("a")), A(THOUGHT("t", "s")), U(T("c")));
}

static void
thinking_of_or_for_another_family_is_dropped(void **state)
{
	(void)state;
	static const char foreign[] = "{'role':'assistant','model':'openai.gpt-oss-120b-1:0','parts':[" THOUGHT("t", "s") "," T("b") "]}";
	NORMAL("user: text(a)\nassistant: text(b)\nuser: text(c)\n", U(T("a")), foreign, U(T("c")));
	static const char *const others[] = { "amazon.nova-pro-v1:0", "openai.gpt-oss-120b-1:0",
		"anthropic.claude-3-haiku-20240307-v1:0",
		    "arn:aws:bedrock:us-east-1:1:application-inference-profile/x" };
	for (size_t i = 0; i < 4; i++) {
		struct conversation c = { 0 };
		script_conversation(&c, U(T("a")), A(THOUGHT("t", "s") "," T("b")), U(T("c")),
		    NULL);
		assert_normal_for(others[i], true, true, "user: text(a)\nassistant: text(b)\nuser: "
		    "text(c)\n", &c);
	}
	struct conversation c = { 0 };
	script_conversation(&c, U(T("a")), A(THOUGHT("t", "s") "," T("b")), U(T("c")), NULL);
	assert_normal_for(opus, true, false, "user: text(a)\nassistant: text(b)\nuser: "
	    "text(c)\n", &c);
	/* Behind an opaque id the same id is the same model. */
	static const char arn[] = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x";
	script_conversation(&c, U(T("a")),
	    "{'role':'assistant','model':'arn:aws:bedrock:us-east-1:1:application-inference-profile/x','parts':["
	    THOUGHT("t", "s") "," T("b") "]}", U(T("c")), NULL);
	assert_normal_for(arn, true, true, "user: text(a)\nassistant: thought(t) text(b)\nuser: "
	    "text(c)\n", &c);
}

static void
documents_get_a_text_and_neutral_unique_names(void **state)
{
	(void)state;
#define DOC(name) "{'kind':'document','format':'pdf','name':'" name "','text':'JVBE'}"
	NORMAL("user: document=a -b- (1)(JVBE) document=a -b- (1) (2)(JVBE) "
	    "document=document(JVBE) text(See the attached document.)\n",
	    U(DOC("a  _b. (1)") "," DOC(" a _b_ (1) ") "," DOC("")));
	NORMAL("user: text(read) document=r-sum-(JVBE)\n",
	    U(T("read") "," DOC("r\\u00e9sum\\u00e9")));
}

static void
withdrawn_messages_are_not_sent(void **state)
{
	(void)state;
	NORMAL("user: text(a) "
	    "text(c)\n", U(T("a")), "{'role':'assistant','withdrawn':true,'parts':[" T("b") "]}",
	    U(T("c")));
	NORMAL("user: text(c)\n", "{'role':'user','withdrawn':true,'parts':[" T("a") "]}",
	    A(T("b")), U(T("c")));
}

static void
parts_go_only_where_their_role_allows_them(void **state)
{
	(void)state;
	NORMAL("user: text(a)\nassistant: text(b)\nuser: image(i) "
	    "text(c)\n", U(T("a") "," USE("x") "," THOUGHT("t", "s")),
	    A("{'kind':'image','format':'png','text':'i'}," RESULT("q", "r") "," T("b")),
	    U("{'kind':'image','format':'png','text':'i'}," T("c")));
	NORMAL("user: text(a)\nassistant: text(cited) text(b)\nuser: text(c)\n", U(T("a")),
	    A("{'kind':'citations','name':'cited','text':'{}'},{'kind':'citations','name':' "
	    "','text':'{}'}," T("b")), U(T("c")));
}

static void
a_loop_without_thoughts_is_recognised(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, U(T("a")), NULL);
	assert_false(normalise_mid_loop_unthought(&c));
	conversation_add(&c, script_message(A(USE("x"))));
	conversation_add(&c, script_message(U(RESULT("x", "r"))));
	assert_true(normalise_mid_loop_unthought(&c));
	conversation_add(&c, script_message(A(T("done"))));
	conversation_add(&c, script_message(U(T("next"))));
	assert_false(normalise_mid_loop_unthought(&c));
	conversation_add(&c, script_message(A(THOUGHT("t", "s") "," USE("y"))));
	conversation_add(&c, script_message(U(RESULT("y", "r"))));
	assert_false(normalise_mid_loop_unthought(&c));
	conversation_add(&c, script_message(A(USE("z"))));
	conversation_add(&c, script_message(U(RESULT("z", "r"))));
	assert_false(normalise_mid_loop_unthought(&c));
	conversation_done(&c);
}

static void
bytes_of_tool_results_are_kept_whole(void **state)
{
	(void)state;
	struct conversation in = { 0 }, out = { 0 };
	script_conversation(&in, U(T("a")), A(USE("x")), U(RESULT("x", "a\\u0000b")), NULL);
	converse_normalise(&out, &in, opus, false);
	static const char want[] = "[Result of the call: a\0b]";
	assert_int_equal(out.v[2]->parts.v[0].len, sizeof want - 1);
	assert_memory_equal(out.v[2]->parts.v[0].text, want, sizeof want - 1);
	conversation_done(&in);
	conversation_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_message_is_the_users),
		cmocka_unit_test(neighbours_of_one_role_are_merged),
		cmocka_unit_test(the_last_message_is_the_users),
		cmocka_unit_test(blank_text_is_dropped_and_empty_messages_with_it),
		cmocka_unit_test(without_tools_in_the_request_old_calls_are_told_as_text),
		cmocka_unit_test(every_call_is_answered_in_the_next_message),
		cmocka_unit_test(results_that_nobody_asked_for_are_dropped),
		cmocka_unit_test(results_come_together_and_first_in_the_order_of_the_calls),
		cmocka_unit_test(ids_are_made_unique_and_fit_for_the_service),
		cmocka_unit_test(empty_results_say_so),
		cmocka_unit_test(signed_thinking_stays_for_claude_and_unsigned_goes),
		cmocka_unit_test(thinking_of_or_for_another_family_is_dropped),
		cmocka_unit_test(documents_get_a_text_and_neutral_unique_names),
		cmocka_unit_test(withdrawn_messages_are_not_sent),
		cmocka_unit_test(parts_go_only_where_their_role_allows_them),
		cmocka_unit_test(a_loop_without_thoughts_is_recognised),
		cmocka_unit_test(bytes_of_tool_results_are_kept_whole),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
