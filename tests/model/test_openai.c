/* Chat completions: the request, what servers really stream, and what their errors mean. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "model/openai.h"
#include "model/provider.h"
#include "model/script.h"

/* ---- the request ---------------------------------------------------------------- */

static char *
body_of(const struct converse_ask *ask)
{
	struct buf b = { 0 };
	struct err err = { 0 };
	if (openai_body(&b, ask, "max_tokens", &err) < 0)
		fail_msg("%s", err.text);
	return buf_take(&b, NULL);
}

#define NOTHING .params = { .temperature = -1, .top_p = -1 }

static void
text_and_system_are_plain_strings(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Hi'}]}",
	    "{'role':'assistant','model':'p/m','parts':[{'kind':'reasoning','text':'hm','signature':'s'},"
	    "{'kind':'text','text':'Hello.'}]}",
	    "{'role':'user','parts':[{'kind':'text','text':'One'},{'kind':'text','text':'Two'}]}", NULL);
	struct converse_ask ask = { .model = "m", .system = "Be brief.", .conversation = &c, NOTHING };
	char *body = body_of(&ask);
	assert_same_json(body, "{'model':'m','messages':[{'role':'system','content':'Be brief.'},"
	    "{'role':'user','content':'Hi'},{'role':'assistant','content':'Hello.'},"
	    "{'role':'user','content':'One\\n\\nTwo'}],'stream':true,"
	    "'stream_options':{'include_usage':true}}");
	free(body);
	conversation_done(&c);
}

static void
images_and_files_are_data_urls_beside_the_text(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Look'},"
	    "{'kind':'image','format':'jpg','text':'aGk='},{'kind':'text','text':'and read'},"
	    "{'kind':'document','format':'pdf','name':'paper','text':'cGRm'},"
	    "{'kind':'document','format':'txt','name':'note','text':'d29yZHM='},"
	    "{'kind':'document','format':'xlsx','name':'table','text':'eA=='}]}", NULL);
	struct converse_ask ask = { .model = "m", .conversation = &c, .whole = true, NOTHING };
	char *body = body_of(&ask);
	assert_same_json(body, "{'model':'m','messages':[{'role':'user','content':["
	    "{'type':'text','text':'Look'},"
	    "{'type':'image_url','image_url':{'url':'data:image/jpeg;base64,aGk='}},"
	    "{'type':'text','text':'and read'},"
	    "{'type':'file','file':{'filename':'paper.pdf',"
	    "'file_data':'data:application/pdf;base64,cGRm'}},"
	    "{'type':'text','text':'[Document: note.txt]\\nwords\\n\\n[A document named table of the "
	    "format \\'xlsx\\' was attached here. It cannot be sent this way.]'}]}]}");
	free(body);
	conversation_done(&c);
}

static void
calls_and_results_are_paired_by_id_and_a_failure_is_told_in_words(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Go'}]}",
	    "{'role':'assistant','parts':[{'kind':'tool_use','id':'a','name':'read','text':'{\\'p\\':1}'},"
	    "{'kind':'tool_use','id':'b','name':'read','text':'{}'}]}",
	    "{'role':'user','parts':[{'kind':'tool_result','id':'b','text':'gone','failed':true},"
	    "{'kind':'tool_result','id':'a','text':'one'},{'kind':'text','text':'Then?'}]}", NULL);
	struct converse_ask ask = { .model = "m", .conversation = &c, .whole = true, NOTHING,
		.tools = "[{\"toolSpec\":{\"name\":\"read\",\"description\":\"Reads.\",\"inputSchema\":"
			 "{\"json\":{\"type\":\"object\"}}}},{\"cachePoint\":{\"type\":\"default\"}}]" };
	char *body = body_of(&ask), *at;
	/* Quotes inside of strings are the shorthand's own trouble. */
	while ((at = strstr(body, "{\\\"p\\\":1}")) != NULL)
		memcpy(at, "{^p^:1}  ", 9);
	assert_same_json(body, "{'model':'m','messages':[{'role':'user','content':'Go'},"
	    "{'role':'assistant','content':null,'tool_calls':["
	    "{'id':'a','type':'function','function':{'name':'read','arguments':'{^p^:1}  '}},"
	    "{'id':'b','type':'function','function':{'name':'read','arguments':'{}'}}]},"
	    "{'role':'tool','tool_call_id':'a','content':'one'},"
	    "{'role':'tool','tool_call_id':'b','content':'Error: gone'},"
	    "{'role':'user','content':'Then?'}],"
	    "'tools':[{'type':'function','function':{'name':'read','description':'Reads.',"
	    "'parameters':{'type':'object'}}}]}");
	free(body);
	conversation_done(&c);
}

static void
parameters_go_out_as_asked_and_not_where_they_were_refused(void **state)
{
	(void)state;
	static const char *const stops[] = { "END", NULL };
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Hi'}]}", NULL);
	struct converse_ask ask = { .model = "m", .conversation = &c, .system = "S",
		.params = { .max_tokens = 900, .temperature = 0.5, .top_p = 0.25, .effort = EFFORT_MAX,
		    .service_tier = "flex", .stop_sequences = stops,
		    .extra_fields = "{\"top_k\":5,\"model\":\"other\",\"temperature\":1}" } };
	char *body = body_of(&ask);
	assert_same_json(body, "{'model':'m','messages':[{'role':'system','content':'S'},"
	    "{'role':'user','content':'Hi'}],'max_tokens':900,'temperature':1,'top_p':0.25,"
	    "'reasoning_effort':'high','service_tier':'flex','stop':['END'],'stream':true,"
	    "'stream_options':{'include_usage':true},'top_k':5}");
	free(body);
	struct model_quirks q = { .no_sampling = true, .no_thinking = true, .no_tier = true,
		.no_usage = true, .no_system = true, .max_tokens = 100 };
	ask.quirks = &q;
	ask.params.extra_fields = NULL;
	body = body_of(&ask);
	assert_same_json(body, "{'model':'m','messages':[{'role':'user','content':'S\\n\\nHi'}],"
	    "'max_tokens':100,'stop':['END'],'stream':true}");
	free(body);
	conversation_done(&c);
}

static void
the_address_keeps_its_query(void **state)
{
	(void)state;
	static const char *const urls[][2] = {
		{ "http://h/v1", "http://h/v1/chat/completions" },
		{ "http://h/v1/", "http://h/v1/chat/completions" },
		{ "https://h/openai/d?api-version=2024", "https://h/openai/d/chat/completions?api-version=2024" },
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct buf b = { 0 };
		openai_url(&b, urls[i][0]);
		assert_string_equal(buf_str(&b), urls[i][1]);
		buf_done(&b);
	}
}

/* ---- the answer ------------------------------------------------------------------ */

/* Events as text: "start T0:Hel T0:lo end0 stop:end_turn use:1/2/3/4". Pieces of a block that follow
 * each other are joined, so that every split gives the same. */
struct notes {
	struct buf	out;
	enum reply_kind	last;
	int		block;
};

static void
note(void *arg, const struct reply_event *ev)
{
	static const char *const names[] = { [REPLY_START] = "start", [REPLY_TEXT] = "T",
		[REPLY_REASONING] = "R", [REPLY_TOOL] = "call", [REPLY_TOOL_INPUT] = "I",
		[REPLY_BLOCK_END] = "end", [REPLY_STOP] = "stop", [REPLY_METADATA] = "use",
		[REPLY_EXCEPTION] = "error" };
	struct notes *n = arg;
	bool goes_on = n->out.len > 0 && n->last == ev->kind && n->block == ev->block &&
	    (ev->kind == REPLY_TEXT || ev->kind == REPLY_REASONING || ev->kind == REPLY_TOOL_INPUT);
	if (!goes_on)
		buf_printf(&n->out, "%s%s%d", n->out.len > 0 ? " " : "", names[ev->kind], ev->block);
	if (!goes_on && (ev->len > 0 || ev->name != NULL))
		buf_putc(&n->out, ':');
	if (ev->name != NULL)
		buf_printf(&n->out, "%s/", ev->name);
	buf_add(&n->out, ev->text, ev->len);
	if (ev->kind == REPLY_METADATA && ev->usage.known)
		buf_printf(&n->out, ":%lld/%lld/%lld/%lld", (long long)ev->usage.input,
		    (long long)ev->usage.output, (long long)ev->usage.cache_read,
		    (long long)ev->usage.cache_write);
	n->last = ev->kind;
	n->block = ev->block;
}

#define C(delta) "data: {\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n\n"
#define STOP(reason) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\n"
#define DONE "data: [DONE]\n\n"
#define CALL(i, id, name, args) "{\"tool_calls\":[{\"index\":" i ",\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" args "\"}}]}"
#define ARGS(i, args) "{\"tool_calls\":[{\"index\":" i ",\"function\":{\"arguments\":\"" args "\"}}]}"

static const struct {
	const char	*stream, *events;
	enum err_code	 err;           /* at the end */
} streams[] = {
	/* as the reference has it: a role alone, text, the reason, figures, the end */
	{ C("{\"role\":\"assistant\",\"content\":\"\"}") C("{\"content\":\"Hel\"}") C("{\"content\":\"lo\"}")
	    STOP("stop") USAGE DONE, "start0 T0:Hello end0 stop0:end_turn use0:7/4/2/0", ERR_NONE },
	/* no [DONE]; figures in the chunk with the reason */
	{ C("{\"content\":\"x\"}") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":"
	    "{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n",
	    "start0 T0:x end0 stop0:max_tokens use0:3/1/0/0", ERR_NONE },
	/* figures in every chunk: the last ones count, once */
	{ "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n"
	  STOP("stop") "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n" DONE,
	    "start0 T0:x end0 stop0:end_turn use0:3/2/0/0", ERR_NONE },
	/* no reason but [DONE]; nobody says what was used */
	{ C("{\"content\":\"x\"}") DONE, "start0 T0:x end0 stop0:end_turn use0", ERR_NONE },
	/* an empty list of choices first (Azure), nulls, keep-alives, another choice */
	{ ": ping\n\ndata: {\"choices\":[],\"prompt_filter_results\":[{}]}\n\n"
	  "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":null,\"tool_calls\":null},\"finish_reason\":null}],\"usage\":null,\"error\":null}\n\n"
	  "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n" C("{\"content\":\"yes\"}")
	  STOP("content_filter") DONE, "start0 T0:yes end0 stop0:content_filtered use0", ERR_NONE },
	/* reasoning under each of its names, and under two at once */
	{ C("{\"reasoning_content\":\"a\"}") C("{\"reasoning\":\"b\",\"reasoning_content\":\"b\"}")
	  C("{\"reasoning\":\"c\",\"content\":\"\"}") C("{\"content\":\"d\"}") STOP("stop") DONE,
	    "start0 R0:abc end0 T1:d end1 stop0:end_turn use0", ERR_NONE },
	/* content as a list (Mistral) */
	{ C("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"a\"}]}]}")
	  C("{\"content\":[{\"type\":\"text\",\"text\":\"b\"}]}") STOP("stop") DONE,
	    "start0 R0:a end0 T1:b end1 stop0:end_turn use0", ERR_NONE },
	/* two calls, in pieces that take turns */
	{ C("{\"content\":\"Hm\"}") C(CALL("0", "c1", "read", "")) C(ARGS("0", "{\\\"p\\\""))
	  C(CALL("1", "c2", "find", "")) C(ARGS("0", ":1}")) C(ARGS("1", "{}")) STOP("tool_calls") DONE,
	    "start0 T0:Hm end0 call1:read/c1 I1:{\"p\" call2:find/c2 I1::1} I2:{} stop0:tool_use use0", ERR_NONE },
	/* every call is number 0; the ids tell them apart; it is called a stop */
	{ C(CALL("0", "c1", "read", "{}")) C(CALL("0", "c2", "find", "{}")) STOP("stop") DONE,
	    "start0 call0:read/c1 I0:{} call1:find/c2 I1:{} stop0:tool_use use0", ERR_NONE },
	/* no index and no id; arguments as an object; the name again with each piece */
	{ C("{\"tool_calls\":[{\"function\":{\"name\":\"read\",\"arguments\":{\"p\":1}}}]}")
	  C("{\"tool_calls\":[{\"function\":{\"name\":\"find\",\"arguments\":\"{\"}}]}")
	  C("{\"tool_calls\":[{\"function\":{\"arguments\":\"}\"}}]}") STOP("tool_calls") DONE,
	    "start0 call0:read/call_0 I0:{\"p\":1} call1:find/call_1 I1:{} stop0:tool_use use0", ERR_NONE },
	{ C(CALL("0", "c1", "read", "{")) C(CALL("0", "", "read", "}")) STOP("tool_calls") DONE,
	    "start0 call0:read/c1 I0:{} stop0:tool_use use0", ERR_NONE },
	/* arguments before the name */
	{ C(ARGS("0", "{\\\"a\\\":")) C(CALL("0", "c1", "read", "1}")) STOP("tool_calls") DONE,
	    "start0 call0:read/c1 I0:{\"a\":1} stop0:tool_use use0", ERR_NONE },
	/* the way it was before there were tools */
	{ C("{\"function_call\":{\"name\":\"read\",\"arguments\":\"{\"}}") C("{\"function_call\":{\"arguments\":\"}\"}}")
	  STOP("function_call") DONE, "start0 call0:read/call_0 I0:{} stop0:tool_use use0", ERR_NONE },
	/* LiteLLM's, Groq's, llama.cpp's figures */
	{ C("{\"content\":\"x\"}") STOP("stop") "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":4,"
	  "\"cache_read_input_tokens\":60,\"cache_creation_input_tokens\":30}}\n\n" DONE,
	    "start0 T0:x end0 stop0:end_turn use0:10/4/60/30", ERR_NONE },
	{ C("{\"content\":\"x\"}") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}}\n\n"
	  DONE, "start0 T0:x end0 stop0:end_turn use0:5/6/0/0", ERR_NONE },
	{ C("{\"content\":\"x\"}") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"timings\":{\"prompt_n\":5,\"predicted_n\":6,\"cache_n\":7}}\n\n"
	  DONE, "start0 T0:x end0 stop0:end_turn use0:5/6/7/0", ERR_NONE },
	/* errors in the stream, of several shapes; what follows is not read */
	{ C("{\"content\":\"x\"}") "data: {\"error\":{\"message\":\"No.\",\"code\":429}}\n\n" C("{\"content\":\"y\"}"),
	    "start0 T0:x error0:429/No.", ERR_NONE },
	{ "event: error\ndata: {\"error\":\"went wrong\"}\n\n", "error0:error/went wrong", ERR_NONE },
	{ "data: {\"object\":\"error\",\"message\":\"bad\",\"type\":\"BadRequestError\",\"code\":400}\n\n",
	    "error0:400/bad", ERR_NONE },
	/* cut: before anything, in the middle, and in the middle of a line */
	{ "", "", ERR_NETWORK },
	{ C("{\"content\":\"x\"}"), "start0 T0:x", ERR_NETWORK },
	{ C("{\"content\":\"x\"}") "data: {\"choi", "start0 T0:x", ERR_NETWORK },
	{ "data: {\"choices\":\n\n", "", ERR_DATA },
	{ "data: 7\n\ndata: \"x\"\n\ndata: []\n\n" C("{\"content\":\"x\"}") DONE, "start0 T0:x end0 stop0:end_turn use0", ERR_NONE },
};
enum { STREAMS = sizeof streams / sizeof *streams };

static enum err_code
decode(const char *stream, size_t cut, struct notes *n)
{
	struct openai_decoder d = { 0 };
	struct err err = { 0 };
	size_t len = strlen(stream);
	char *a = mem_dup(stream, cut), *b = mem_dup(stream + cut, len - cut);
	int rc = openai_feed(&d, a, cut, note, n, &err);
	if (rc == 0)
		rc = openai_feed(&d, b, len - cut, note, n, &err);
	if (rc == 0)
		rc = openai_end(&d, note, n, &err);
	assert_int_equal(rc < 0, err.code != ERR_NONE);
	free(a);
	free(b);
	openai_decoder_done(&d);
	return err.code;
}

static void
what_servers_stream_is_understood_at_every_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < STREAMS; i++)
		for (size_t cut = 0; cut <= strlen(streams[i].stream); cut++) {
			struct notes n = { 0 };
			enum err_code err = decode(streams[i].stream, cut, &n);
			if (strcmp(buf_str(&n.out), streams[i].events) != 0 || err != streams[i].err)
				fail_msg("%s\ngives: %s, %d\nwants: %s, %d", streams[i].stream,
				    buf_str(&n.out), err, streams[i].events, streams[i].err);
			buf_done(&n.out);
		}
}

static void
a_whole_answer_gives_the_same_events(void **state)
{
	(void)state;
	static const char answer[] = "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\","
	    "\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"read\","
	    "\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}";
	struct notes n = { 0 };
	struct err err = { 0 };
	assert_int_equal(openai_whole(answer, sizeof answer - 1, note, &n, &err), 0);
	assert_string_equal(buf_str(&n.out), "start0 R0:hm end0 T1:Hello end1 call2:read/c1 I2:{} stop0:tool_use use0:9/4/0/0");
	buf_done(&n.out);
}

static void
what_is_no_answer_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "<html>", "{}", "[]", "{\"choices\":[]}", "{\"choices\":7}", "null" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct notes n = { 0 };
		struct err err = { 0 };
		assert_int_equal(openai_whole(wrong[i], strlen(wrong[i]), note, &n, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		buf_done(&n.out);
	}
}

/* ---- errors ------------------------------------------------------------------------- */

static const struct {
	int			 status;
	const char		*body;
	enum err_code		 err;
	enum retry_class	 retry;
	enum failure_fix	 fix;
	char			 flags[3];      /* o overflow, m another model */
	const char		*says;
} refusals[] = {
	{ 401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-abc\",\"code\":\"invalid_api_key\"}}",
	    ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "", "refused the API key" },
	{ 403, "{\"error\":{\"message\":\"Project has no access\"}}", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m",
	    "does not allow it: Project has no access" },
	{ 404, "{\"error\":{\"message\":\"The model `x` does not exist\",\"code\":\"model_not_found\"}}", ERR_DENIED,
	    RETRY_NEVER, FIX_NONE, "m", "has no model" },
	{ 404, "{\"error\":\"model 'x' not found, try pulling it first\"}", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m",
	    "has no model" },
	{ 400, "{\"error\":{\"message\":\"Invalid model name passed in model=x. Call `/v1/models`\",\"code\":\"400\"}}",
	    ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "has no model" },
	{ 404, "<html>nginx</html>", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "/v1" },
	{ 404, "{\"detail\":\"Not Found\"}", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "/v1" },
	{ 429, "{\"error\":{\"message\":\"Rate limit reached\",\"code\":\"rate_limit_exceeded\"}}", ERR_UNAVAILABLE,
	    RETRY_THROTTLED, FIX_NONE, "m", "takes no more requests" },
	{ 429, "{\"error\":{\"message\":\"You exceeded your current quota\",\"code\":\"insufficient_quota\"}}",
	    ERR_UNAVAILABLE, RETRY_NEVER, FIX_NONE, "m", "used up" },
	{ 402, "{\"error\":{\"message\":\"Pay\"}}", ERR_UNAVAILABLE, RETRY_NEVER, FIX_NONE, "m", "used up" },
	{ 500, "{\"error\":{\"message\":\"oops\"}}", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "oops" },
	{ 502, "<html>Bad Gateway</html>", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "web page" },
	{ 503, "{\"error\":{\"message\":\"Loading model\",\"code\":503}}", ERR_UNAVAILABLE, RETRY_NOT_READY, FIX_NONE,
	    "m", "is loading" },
	{ 529, "{\"error\":{\"message\":\"Overloaded\"}}", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "overloaded" },
	{ 307, "", ERR_NETWORK, RETRY_NEVER, FIX_NONE, "", "does not follow" },
	{ 422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m",
	    "field required" },
	{ 418, "short and stout", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m", "short and stout" },
	/* the window */
	{ 400, "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. However, your messages "
	       "resulted in 9000 tokens.\",\"code\":\"context_length_exceeded\"}}", ERR_FAILED, RETRY_NEVER, FIX_NONE, "o",
	    "too long" },
	{ 400, "{\"error\":{\"message\":\"the request exceeds the available context size. try increasing the context "
	       "size\",\"type\":\"exceed_context_size_error\"}}", ERR_FAILED, RETRY_NEVER, FIX_NONE, "o", "too long" },
	{ 400, "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens. However, you "
	       "requested 5000 tokens (1000 in the messages, 4000 in the completion).\"}", ERR_FAILED, RETRY_NEVER,
	    FIX_MAX_TOKENS, "", "together" },
	/* what can be mended */
	{ 400, "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not supported with this model. Use "
	       "'max_completion_tokens' instead.\"}}", ERR_FAILED, RETRY_NEVER, FIX_LIMIT_NAME, "m", "output limit" },
	{ 400, "{\"error\":{\"message\":\"max_tokens is too large: 99999. This model supports at most 16384 completion "
	       "tokens\"}}", ERR_FAILED, RETRY_NEVER, FIX_MAX_TOKENS, "m", "16384" },
	{ 400, "{\"error\":{\"message\":\"Unsupported value: 'temperature' does not support 0.5 with this model.\"}}",
	    ERR_FAILED, RETRY_NEVER, FIX_SAMPLING, "m", "temperature" },
	{ 400, "{\"error\":{\"message\":\"Unrecognized request argument supplied: stream_options\"}}", ERR_FAILED,
	    RETRY_NEVER, FIX_USAGE, "m", "stream_options" },
	{ 400, "{\"error\":{\"message\":\"Unrecognized request argument supplied: reasoning_effort\"}}", ERR_FAILED,
	    RETRY_NEVER, FIX_THINKING, "m", "think" },
	{ 400, "{\"error\":\"registry/x does not support tools\"}", ERR_FAILED, RETRY_NEVER, FIX_TOOLS, "m", "tools" },
};

/* Words that belong to AWS, or to signing in there. */
static void
assert_no_aws(const char *s)
{
	static const char *const words[] = { "AWS", "aws", "Bedrock", "bedrock", "/login", "IAM", "Service Quotas",
		"profile", "region", "credential" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(s, words[i]) != NULL)
			fail_msg("speaks of %s: %s", words[i], s);
}

static struct provider *
endpoint(void)
{
	struct provider_options o = { .name = "my-proxy", .url = "http://127.0.0.1:4000/v1", .key = "sk-abc" };
	struct provider *p = provider_new(&o);
	assert_int_equal(p->wrong.code, ERR_NONE);
	return p;
}

static struct failure
judge(const struct provider *p, int status, const char *body, const char *exception, struct model_quirks *q)
{
	struct http_headers headers = { 0 };
	struct aws_used used = { 0 };
	struct transfer_end end = { 0 };
	struct err none = { 0 };
	struct failure out = { 0 };
	bool again = false;
	struct provider_failed f = { .endpoint = p, .used = &used, .model = "x", .status = status,
		.headers = &headers, .body = exception != NULL ? "" : body,
		.body_len = exception != NULL ? 0 : strlen(body), .exception = exception,
		.exception_text = body, .end = &end, .decode_err = &none };
	p->api->judge(&f, &out, &again, q);
	assert_false(again);
	assert_false(out.credentials);
	assert_no_aws(out.err.text);
	assert_no_aws(out.advice);
	return out;
}

static void
each_refusal_is_one_sentence_that_names_the_endpoint(void **state)
{
	(void)state;
	struct provider *p = endpoint();
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct model_quirks q = { 0 };
		struct failure f = judge(p, refusals[i].status, refusals[i].body, NULL, &q);
		char flags[3] = "";
		if (f.overflow)
			strcat(flags, "o");
		if (f.try_other_model)
			strcat(flags, "m");
		if (f.err.code != refusals[i].err || f.retry != refusals[i].retry || f.fix != refusals[i].fix ||
		    strcmp(flags, refusals[i].flags) != 0 ||
		    (strstr(f.err.text, refusals[i].says) == NULL && strstr(f.advice, refusals[i].says) == NULL))
			fail_msg("%d %s\nerr %d, retry %d, fix %d, flags %s: %s %s", refusals[i].status,
			    refusals[i].body, f.err.code, f.retry, f.fix, flags, f.err.text, f.advice);
		bool of_the_model = f.fix != FIX_NONE || f.overflow;
		if (!of_the_model && (strstr(f.err.text, "my-proxy") == NULL || strstr(f.err.text, "127.0.0.1:4000") == NULL))
			fail_msg("names no endpoint: %s", f.err.text);
	}
	provider_unref(p);
}

static void
an_error_in_the_stream_means_what_its_code_says(void **state)
{
	(void)state;
	struct provider *p = endpoint();
	assert_int_equal(judge(p, 200, "slow down", "429", NULL).retry, RETRY_THROTTLED);
	assert_int_equal(judge(p, 200, "slow down", "rate_limit_exceeded", NULL).retry, RETRY_THROTTLED);
	assert_int_equal(judge(p, 200, "no", "401", NULL).err.code, ERR_CREDENTIALS);
	assert_int_equal(judge(p, 200, "oops", "server_error", NULL).retry, RETRY_TRANSIENT);
	assert_int_equal(judge(p, 200, "oops", "error", NULL).retry, RETRY_TRANSIENT);
	assert_int_equal(judge(p, 200, "busy", "overloaded_error", NULL).retry, RETRY_TRANSIENT);
	assert_int_equal(judge(p, 200, "bad", "400", NULL).retry, RETRY_NEVER);
	provider_unref(p);
}

/* Some want them in a tool loop and say so; nobody wants those from before it. */
static void
thoughts_go_back_in_a_tool_loop_where_they_are_wanted(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Hi'}]}",
	    "{'role':'assistant','parts':[{'kind':'reasoning','text':'Old.'},{'kind':'text','text':'Hello.'}]}",
	    "{'role':'user','parts':[{'kind':'text','text':'Go'}]}",
	    "{'role':'assistant','parts':[{'kind':'reasoning','text':'I look.'},{'kind':'tool_use','id':'a','name':'read','text':'{}'}]}",
	    "{'role':'user','parts':[{'kind':'tool_result','id':'a','text':'one'}]}", NULL);
	struct model_quirks q = { 0 };
	struct converse_ask ask = { .model = "m", .conversation = &c, .whole = true, NOTHING, .quirks = &q,
		.tools = "[{\"toolSpec\":{\"name\":\"read\",\"inputSchema\":{\"json\":{\"type\":\"object\"}}}}]" };
	char *body = body_of(&ask);
	assert_null(strstr(body, "reasoning_content"));
	free(body);
	struct provider *p = endpoint();
	struct failure f = judge(p, 400, "{\"error\":{\"message\":\"Missing `reasoning_content` field in the assistant message "
	    "at message index 3.\"}}", NULL, &q);
	assert_int_equal(f.fix, FIX_THOUGHTS);
	assert_true(q.wants_thoughts);
	body = body_of(&ask);
	assert_non_null(strstr(body, "\"reasoning_content\":\"I look.\""));
	assert_null(strstr(body, "Old."));
	free(body);
	f = judge(p, 400, "{\"error\":{\"message\":\"Missing `reasoning_content` field\"}}", NULL, &q);
	assert_int_equal(f.fix, FIX_NONE);              /* once is enough */
	provider_unref(p);
	conversation_done(&c);
}

static void
what_an_answer_taught_is_kept(void **state)
{
	(void)state;
	struct provider *p = endpoint();
	struct model_quirks q = { 0 };
	judge(p, 400, "{\"error\":{\"message\":\"Use 'max_completion_tokens' instead\"}}", NULL, &q);
	assert_true(q.other_limit);
	struct failure f = judge(p, 400, "{\"message\":\"maximum context length is 4096 tokens. However, you requested 5000 "
	    "tokens (1000 in the messages, 4000 in the completion).\"}", NULL, &q);
	assert_int_equal(q.context, 4096);
	assert_in_range(f.max_tokens, 3000, 3096);
	judge(p, 400, "{\"error\":{\"message\":\"max_tokens: this model supports at most 16,384 tokens\"}}", NULL, &q);
	assert_int_equal(q.max_tokens, 16384);
	provider_unref(p);
}

/* ---- endpoints ------------------------------------------------------------------------- */

static void
a_key_that_comes_back_is_not_shown(void **state)
{
	(void)state;
	struct http_headers headers = { 0 };
	http_headers_add(&headers, "X-Team", "team-secret-1");
	struct provider_options o = { .name = "p", .url = "https://h/v1", .key = " sk-a-long-secret\n",
		.headers = &headers };
	struct provider *p = provider_new(&o);
	struct failure f = judge(p, 400, "{\"error\":{\"message\":\"key sk-a-long-secret and team-secret-1 of "
	    "sk-a-long-secret\"}}", NULL, NULL);
	assert_null(strstr(f.err.text, "long-secret"));
	assert_null(strstr(f.err.text, "team-secret"));
	assert_non_null(strstr(f.err.text, "key (the key) and (the key) of (the key)"));
	struct buf b = { 0 };
	buf_puts(&b, "nothing here");
	provider_redact(p, &b);
	assert_string_equal(b.s, "nothing here");
	buf_done(&b);
	http_headers_done(&headers);
	provider_unref(p);
}

static const struct {
	const char	*url, *api, *key;
	bool		 insecure;
	const char	*says;          /* NULL: it can be used */
} endpoints[] = {
	{ "http://127.0.0.1:4000/v1", NULL, NULL, false, NULL },
	{ "http://localhost/v1", "openai-completions", "k", false, NULL },
	{ "http://[::1]:8080/v1", NULL, "k", false, NULL },
	{ "https://api.example.com/v1", NULL, "k", false, NULL },
	{ "http://api.example.com/v1", NULL, "k", false, "insecureHttp" },
	{ "http://127.0.0.1.example.com/v1", NULL, "k", false, "insecureHttp" },
	{ "http://10.0.0.1/v1", NULL, "k", false, "insecureHttp" },
	{ "http://10.0.0.1/v1", NULL, "k", true, NULL },
	{ "http://user:pass@127.0.0.1/v1", NULL, NULL, false, "without a user name" },
	{ "https://127.0.0.1@evil.example/v1", NULL, NULL, false, "without a user name" },
	{ "ftp://h/v1", NULL, NULL, false, "https://host/v1" },
	{ "h/v1", NULL, NULL, false, "https://host/v1" },
	{ "", NULL, NULL, false, "has no address" },
	{ NULL, NULL, NULL, false, "has no address" },
	{ "https://h/v1", "anthropic-messages", NULL, false, "does not speak anthropic-messages" },
	{ "https://h/v1", NULL, "two\r\nlines", false, "apiKey" },
};

static void
an_endpoint_that_cannot_be_used_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
		struct provider_options o = { .name = "p", .url = endpoints[i].url, .api = endpoints[i].api,
			.key = endpoints[i].key, .insecure_ok = endpoints[i].insecure };
		struct provider *p = provider_new(&o);
		if (endpoints[i].says == NULL ? p->wrong.code != ERR_NONE :
		    p->wrong.code != ERR_CONFIG || strstr(p->wrong.text, endpoints[i].says) == NULL)
			fail_msg("%s: %s", endpoints[i].url, p->wrong.text);
		struct http_request req = { 0 };
		struct aws_used used;
		struct err err = { 0 };
		struct conversation c = { 0 };
		script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Hi'}]}", NULL);
		struct provider_request r = { .endpoint = p, .ask = { .model = "m", .conversation = &c, NOTHING } };
		assert_int_equal(p->api->prepare(&r, &req, &used, &err), endpoints[i].says == NULL ? 0 : -1);
		if (endpoints[i].says == NULL)
			http_request_done(&req);
		conversation_done(&c);
		provider_unref(p);
	}
}

/* What goes out for one question; http_request_done() it. */
static void
prepare(const char *url, const char *key, const struct model_quirks *q, struct http_request *req)
{
	struct provider_options o = { .name = "p", .url = url, .key = key };
	struct provider *p = provider_new(&o);
	struct aws_used used;
	struct err err = { 0 };
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'Hi'}]}", NULL);
	struct provider_request r = { .endpoint = p, .stream = true,
		.ask = { .model = "m", .conversation = &c, .quirks = q,
		    .params = { .max_tokens = 5, .temperature = -1, .top_p = -1 } } };
	assert_int_equal(p->api->prepare(&r, req, &used, &err), 0);
	assert_int_equal(used.generation, 0);
	assert_string_equal(used.label, "p");
	conversation_done(&c);
	provider_unref(p);
}

static void
the_key_goes_out_as_each_server_takes_it_and_no_key_as_none(void **state)
{
	(void)state;
	struct http_request req;
	prepare("https://api.example.com/v1", "sk-1", NULL, &req);
	assert_string_equal(http_headers_get(&req.headers, "authorization"), "Bearer sk-1");
	assert_null(http_headers_get(&req.headers, "api-key"));
	http_request_done(&req);
	prepare("https://team.openai.azure.com/openai/v1", "az-1", NULL, &req);
	assert_string_equal(http_headers_get(&req.headers, "api-key"), "az-1");
	assert_null(http_headers_get(&req.headers, "authorization"));
	http_request_done(&req);
	prepare("http://127.0.0.1:8080/v1", NULL, NULL, &req);
	assert_null(http_headers_get(&req.headers, "authorization"));
	for (size_t i = 0; i < req.headers.n; i++)
		assert_true(strncmp(req.headers.v[i].name, "X-Amz", 5) != 0 && strncmp(req.headers.v[i].name, "amz", 3) != 0);
	http_request_done(&req);
}

static void
the_output_limit_has_the_name_that_the_server_knows(void **state)
{
	(void)state;
	static const struct model_quirks other = { .other_limit = true };
	struct http_request req;
	prepare("https://api.example.com/v1", NULL, NULL, &req);
	assert_non_null(strstr(req.body.s, "\"max_tokens\":5"));
	http_request_done(&req);
	prepare("https://api.example.com/v1", NULL, &other, &req);
	assert_non_null(strstr(req.body.s, "\"max_completion_tokens\":5"));
	http_request_done(&req);
	prepare("https://api.openai.com/v1", NULL, NULL, &req);
	assert_non_null(strstr(req.body.s, "\"max_completion_tokens\":5"));
	http_request_done(&req);
}

static void
the_first_part_of_a_name_says_whose_model_it_is(void **state)
{
	(void)state;
	struct providers all = { 0 };
	struct provider_options a = { .name = "my", .url = "https://h" }, b = { .name = "my-proxy", .url = "https://h" };
	providers_add(&all, provider_new(&a));
	providers_add(&all, provider_new(&b));
	const char *id;
	assert_string_equal(providers_of(&all, "my-proxy/vendor/m", &id)->name, "my-proxy");
	assert_string_equal(id, "vendor/m");
	assert_string_equal(providers_of(&all, "my/m", &id)->name, "my");
	static const char *const bedrock[] = { "us.anthropic.claude-opus-4-6-v1", "my-proxy", "my-proxy/", "other/m",
		"arn:aws:bedrock:us-east-1:1:inference-profile/us.x" };
	for (size_t i = 0; i < sizeof bedrock / sizeof *bedrock; i++) {
		assert_null(providers_of(&all, bedrock[i], &id));
		assert_string_equal(id, bedrock[i]);
	}
	assert_null(providers_of(NULL, "my/m", &id));
	providers_done(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_system_are_plain_strings),
		cmocka_unit_test(images_and_files_are_data_urls_beside_the_text),
		cmocka_unit_test(calls_and_results_are_paired_by_id_and_a_failure_is_told_in_words),
		cmocka_unit_test(thoughts_go_back_in_a_tool_loop_where_they_are_wanted),
		cmocka_unit_test(parameters_go_out_as_asked_and_not_where_they_were_refused),
		cmocka_unit_test(the_address_keeps_its_query),
		cmocka_unit_test(what_servers_stream_is_understood_at_every_split),
		cmocka_unit_test(a_whole_answer_gives_the_same_events),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(each_refusal_is_one_sentence_that_names_the_endpoint),
		cmocka_unit_test(an_error_in_the_stream_means_what_its_code_says),
		cmocka_unit_test(what_an_answer_taught_is_kept),
		cmocka_unit_test(a_key_that_comes_back_is_not_shown),
		cmocka_unit_test(an_endpoint_that_cannot_be_used_says_why),
		cmocka_unit_test(the_key_goes_out_as_each_server_takes_it_and_no_key_as_none),
		cmocka_unit_test(the_output_limit_has_the_name_that_the_server_knows),
		cmocka_unit_test(the_first_part_of_a_name_says_whose_model_it_is),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
