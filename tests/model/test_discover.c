#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "model/discover.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* JSON in single quotes. */
static char *
json(const char *s)
{
	char *out = mem_strdup(s);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	return out;
}

static struct discover_into into;       /* of the test that runs */

static int
forget(void **state)
{
	(void)state;
	discover_into_done(&into);
	into = (struct discover_into){ 0 };
	return 0;
}

static const char *const lists[] = { "modelSummaries", "inferenceProfileSummaries", "modelSummaries",
	"provisionedModelSummaries", "modelDeploymentSummaries", "promptRouterSummaries" };

static void
add(enum discover_kind kind, struct model_list *l, const struct discover_options *o, const char *rows)
{
	char *inner = json(rows), *all = mem_printf("{\"%s\":[%s]}", lists[kind], inner);
	struct err err = { 0 };
	if (l->region == NULL)
		l->region = mem_strdup("us-east-1");
	into.options = o;
	into.list = l;
	struct json_object *page = discover_read(kind, all, strlen(all), &err);
	assert_non_null(page);
	assert_null(discover_next(page));
	discover_add(kind, page, &into);
	json_free(page);
	free(inner);
	free(all);
}

static void
models(struct model_list *l, const struct discover_options *o, const char *rows)
{
	add(DISCOVER_MODELS, l, o, rows);
}

static void
profiles(struct model_list *l, const struct discover_options *o, const char *rows)
{
	add(DISCOVER_PROFILES, l, o, rows);
}

static const struct model *
find(const struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (strcmp(l->models.v[i].id, id) == 0)
			return &l->models.v[i];
	fail_msg("%s is not listed", id);
	return NULL;
}

#define MODEL(id, more) "{'modelArn':'arn:aws:bedrock:us-east-1::foundation-model/" id "','modelId':'" id "'," more "}"
#define GOOD "'providerName':'Anthropic','inputModalities':['TEXT','IMAGE'],'outputModalities':['TEXT']," \
	"'responseStreamingSupported':true,'inferenceTypesSupported':['ON_DEMAND'],'modelLifecycle':{'status':'ACTIVE'}"
#define OPUS MODEL("anthropic.claude-opus-4-6-v1", "'modelName':'Claude Opus 4.6','providerName':'Anthropic'," \
	"'inputModalities':['TEXT','IMAGE'],'outputModalities':['TEXT'],'responseStreamingSupported':true," \
	"'inferenceTypesSupported':['INFERENCE_PROFILE'],'modelLifecycle':{'status':'ACTIVE'}")
#define DEST(region, id) "{'modelArn':'arn:aws:bedrock:" region "::foundation-model/" id "'}"
#define PROFILE(id, type, dest) "{'inferenceProfileName':'N " id "','inferenceProfileArn':'arn:aws:bedrock:us-east-1:1:p/" id \
	"','inferenceProfileId':'" id "','status':'ACTIVE','type':'" type "','models':[" dest "]}"

/* ---- the filter ------------------------------------------------------------------- */

static void
a_model_that_fails_one_check_is_left_out(void **state)
{
	(void)state;
	static const char *const out[] = {
		"{'modelId':' ','responseStreamingSupported':true,'outputModalities':['TEXT'],'modelLifecycle':{'status':'ACTIVE'}}",
		"{'responseStreamingSupported':true,'outputModalities':['TEXT'],'modelLifecycle':{'status':'ACTIVE'}}",
		MODEL("a.no-stream",
		    "'outputModalities':['TEXT'],'responseStreamingSupported':false,'modelLifecycle':{'status':'ACTIVE'}"),
		MODEL("a.absent-stream",
		    "'outputModalities':['TEXT'],'modelLifecycle':{'status':'ACTIVE'}"),
		MODEL("a.embeds", "'outputModalities':['EMBEDDING'],'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}"),
		MODEL("a.no-output",
		    "'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}"),
		MODEL("a.legacy", "'outputModalities':['TEXT'],'responseStreamingSupported':true,'modelLifecycle':{'status':'LEGACY'}"),
		MODEL("a.no-lifecycle",
		    "'outputModalities':['TEXT'],'responseStreamingSupported':true"),
		MODEL("anthropic.claude-mythos-preview", GOOD),
		MODEL("amazon.nova-micro-v1:0:24k",
		    "'outputModalities':['TEXT'],'responseStreamingSupported':true,"
			"'inferenceTypesSupported':['PROVISIONED'],'modelLifecycle':{'status':'ACTIVE'}"),
		"7", "null", "{'modelId':5}",
	};
	struct model_list l = { 0 };
	for (size_t i = 0; i < N(out); i++) {
		models(&l, NULL, out[i]);
		if (l.models.n > 0)
			fail_msg("%s was kept", l.models.v[0].id);
	}
	models(&l, NULL, MODEL("a.b",
	    "'outputModalities':['IMAGE','text'],'responseStreamingSupported':true,'modelLifecycle':{'status':'active'}"));
	assert_int_equal(l.models.n, 1);
	assert_string_equal(l.models.v[0].name, "a.b");
	assert_string_equal(l.models.v[0].vendor, "a");
	assert_true(l.models.v[0].available);
	model_list_done(&l);
}

static void
the_provider_filter_takes_either_name(void **state)
{
	(void)state;
	static const char *const anthropic[] = { " Anthropic "
	    "", "", NULL }, *const mistral[] = { "mistral ai", NULL },
	    *const part[] = { "mistral", NULL }, *const blank[] = { " ", NULL },
	    *const none[] = { NULL };
	static const struct {
		const char	*const *filter;
		size_t		 n;
	} rows[] = { { anthropic, 1 }, { mistral, 1 }, { part, 2 }, { blank, 3 }, { none, 3 },
	    { NULL, 3 } };
#define REST "'outputModalities':['TEXT'],'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}"
	for (size_t i = 0; i < N(rows); i++) {
		struct discover_options o = { .providers = rows[i].filter };
		struct model_list l = { 0 };
		models(&l, &o, MODEL("anthropic.x", "'providerName':'Anthropic'," REST) ","
			MODEL("mistral.x", "'providerName':'Mistral "
			    "AI'," REST) "," MODEL("mistral.y", REST));
		if (l.models.n != rows[i].n)
			fail_msg("row %zu: %zu models", i, l.models.n);
		model_list_done(&l);
	}
	struct discover_options o = { .providers = anthropic };
	struct model_list l = { 0 };
	profiles(&l, &o, PROFILE("us.anthropic.x", "SYSTEM_DEFINED", DEST("us-east-1",
	    "anthropic.x")) ","
		PROFILE("us.meta.x", "SYSTEM_DEFINED", DEST("us-east-1", "meta.x")) ","
		PROFILE("abc", "APPLICATION", DEST("us-east-1", "anthropic.x")));
	assert_int_equal(l.models.n, 2);
	model_list_done(&l);
}

/* ---- what is known ------------------------------------------------------------------- */

static void
facts_come_from_the_table_then_from_the_defaults(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	struct discover_options o = { .default_context = 50000, .default_max_output = 2000 };
	models(&l, &o, OPUS "," MODEL("newco.great-reasoning-1",
	    "'outputModalities':['TEXT'],'inputModalities':['TEXT'],"
		"'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}") ","
		MODEL("anthropic.claude-sonnet-7", GOOD));
	const struct model *opus = find(&l, "anthropic.claude-opus-4-6-v1");
	assert_int_equal(opus->context, 1000000);
	assert_int_equal(opus->max_output, 128000);
	assert_true(opus->text && opus->images && opus->reasoning && opus->tools && opus->cache);
	assert_false(opus->available);
	assert_non_null(strstr(opus->reason, "inference profile"));
	assert_string_equal(opus->regions.v[0], "us-east-1");
	assert_int_equal(opus->kind, MODEL_FOUNDATION);
	assert_null(opus->base);
	const struct model *newco = find(&l, "newco.great-reasoning-1");
	assert_int_equal(newco->context, 50000);
	assert_int_equal(newco->max_output, 2000);
	assert_true(newco->reasoning);
	assert_false(newco->images);
	assert_false(newco->cache);
	assert_true(newco->prices.input < 0);
	const struct model *sonnet = find(&l, "anthropic.claude-sonnet-7");
	assert_true(sonnet->reasoning && sonnet->cache && sonnet->tools && sonnet->images);
	model_list_done(&l);
	models(&l, NULL, MODEL("newco.x",
	    "'outputModalities':['TEXT'],'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}"));
	assert_int_equal(l.models.v[0].context, 32000);
	assert_int_equal(l.models.v[0].max_output, 4096);
	model_list_done(&l);
}

static void
profiles_lead_to_their_model_and_inherit_from_it(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, OPUS);
	profiles(&l, NULL, PROFILE("us.anthropic.claude-opus-4-6-v1", "SYSTEM_DEFINED",
		DEST("us-east-1", "anthropic.claude-opus-4-6-v1") "," DEST("us-west-2",
		    "anthropic.claude-opus-4-6-v1") ","
		DEST("us-east-1", "anthropic.claude-opus-4-6-v1")) ","
		PROFILE("global.anthropic.claude-opus-4-6-v1", "SYSTEM_DEFINED", DEST("",
		    "unlisted.model") ","
		DEST("us-east-1", "anthropic.claude-opus-4-6-v1")) ","
		PROFILE("a1b2c3d4e5f6", "APPLICATION", DEST("us-east-1",
		    "anthropic.claude-opus-4-6-v1")) ","
		PROFILE("us.anthropic.claude-opus-5", "SYSTEM_DEFINED", DEST("us-east-1",
		    "anthropic.claude-opus-5")) ","
		PROFILE("us.anthropic.claude-opus-4-8", "SYSTEM_DEFINED", "") "," PROFILE("zzz",
		    "APPLICATION", ""));
	const struct model *us = find(&l, "us.anthropic.claude-opus-4-6-v1"),
	    *global = find(&l, "global.anthropic.claude-opus-4-6-v1"), *application = find(&l,
	    "arn:aws:bedrock:us-east-1:1:p/a1b2c3d4e5f6"),
	    *unlisted = find(&l, "us.anthropic.claude-opus-5"), *empty = find(&l,
	    "us.anthropic.claude-opus-4-8"),
	    *opaque = find(&l, "arn:aws:bedrock:us-east-1:1:p/zzz");
	const struct model *known[] = { us, global, application };
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(known[i]->base, "anthropic.claude-opus-4-6-v1");
		assert_string_equal(known[i]->vendor, "Anthropic");
		assert_int_equal(known[i]->context, 1000000);
		assert_true(known[i]->available && known[i]->images && known[i]->text);
	}
	assert_int_equal(us->kind, MODEL_PROFILE);
	assert_int_equal(application->kind, MODEL_APPLICATION_PROFILE);
	assert_int_equal(us->regions.n, 2);
	assert_string_equal(us->regions.v[1], "us-west-2");
	assert_int_equal(global->regions.n, 1);
	assert_float_equal(us->prices.input, 5.5, 1e-9);
	assert_float_equal(global->prices.input, 5, 1e-9);
	assert_string_equal(unlisted->base, "anthropic.claude-opus-5");
	assert_int_equal(unlisted->context, 1000000);
	assert_string_equal(unlisted->vendor, "anthropic");
	assert_string_equal(empty->base, "anthropic.claude-opus-4-8");
	assert_null(opaque->base);
	assert_int_equal(opaque->context, 32000);
	assert_false(opaque->cache);
	model_list_done(&l);
}

static void
profiles_of_models_that_cannot_chat_are_left_out(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, MODEL("cohere.embed-v4:0",
	    "'outputModalities':['EMBEDDING'],'modelLifecycle':{'status':'ACTIVE'}") ","
		MODEL("anthropic.claude-mythos-preview", GOOD) "," MODEL("anthropic.claude-old",
		    "'providerName':'Anthropic',"
		"'outputModalities':['TEXT'],'responseStreamingSupported':true,'modelLifecycle':{'status':'LEGACY'}"));
	assert_int_equal(l.models.n, 0);
	profiles(&l, NULL, PROFILE("us.cohere.embed-v4:0", "SYSTEM_DEFINED", DEST("us-east-1",
	    "cohere.embed-v4:0")) ","
		PROFILE("us.anthropic.claude-mythos-preview", "SYSTEM_DEFINED", DEST("us-east-1",
		    "anthropic.claude-mythos-preview")) ","
		PROFILE("us.anthropic.claude-old", "SYSTEM_DEFINED", DEST("us-east-1",
		    "anthropic.claude-old")));
	assert_int_equal(l.models.n, 1);        /* an old one can still be called */
	assert_string_equal(l.models.v[0].id, "us.anthropic.claude-old");
	model_list_done(&l);
}

static void
inactive_and_nameless_profiles_are_left_out(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	profiles(&l, NULL, "{'inferenceProfileId':'us.a.b','status':'CREATING','type':'SYSTEM_DEFINED','models':[]},"
		"{'inferenceProfileId':'','status':'ACTIVE'},{'status':'ACTIVE'},{'inferenceProfileId':'us.a.b'},3");
	assert_int_equal(l.models.n, 0);
	model_list_done(&l);
}

/* ---- what accounts have of their own ---------------------------------------------------- */

#define ARN(kind, id) "arn:aws:bedrock:us-east-1:123456789012:" kind "/" id
#define NOVA MODEL("amazon.nova-micro-v1:0", "'modelName':'Nova Micro','providerName':'Amazon','inputModalities':['TEXT']," \
	"'outputModalities':['TEXT'],'responseStreamingSupported':true,'modelLifecycle':{'status':'ACTIVE'}")

static void
imported_models_are_called_by_their_arn_and_cost_nobody_knows_what(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	add(DISCOVER_IMPORTED, &l, NULL, "{'modelArn':'" ARN("imported-model", "abc") "','modelName':'mine','instructSupported':true,"
		"'modelArchitecture':'llama3'},"
		"{'modelArn':'" ARN("imported-model", "def") "','instructSupported':false},"
		"{'modelName':'no ARN'},{'modelArn':''},{'modelArn':7},null,[],'x'");
	assert_int_equal(l.models.n, 2);
	const struct model *mine = find(&l, ARN("imported-model", "abc")), *plain = find(&l,
	    ARN("imported-model", "def"));
	assert_int_equal(mine->kind, MODEL_IMPORTED);
	assert_string_equal(mine->name, "mine");
	assert_string_equal(mine->vendor, "llama3");
	assert_true(mine->available && mine->text);
	assert_null(mine->base);
	assert_null(mine->reason);
	assert_true(mine->prices.input < 0);
	assert_int_equal(mine->context, 32000);
	assert_string_equal(mine->regions.v[0], "us-east-1");
	assert_true(plain->available);          /* it may answer; but the user is told */
	assert_non_null(plain->reason);
	model_list_done(&l);
}

static void
provisioned_throughput_inherits_but_is_not_paid_by_the_token(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, NOVA);
	add(DISCOVER_PROVISIONED, &l, NULL, "{'provisionedModelName':'hourly','provisionedModelArn':'" ARN("provisioned-model", "p1")
		"','foundationModelArn':'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:24k','status':'InService'},"
		"{'provisionedModelArn':'" ARN("provisioned-model", "p2") "','status':'Creating'},{'status':'InService'}");
	const struct model *hourly = find(&l, ARN("provisioned-model", "p1")), *other = find(&l,
	    ARN("provisioned-model", "p2"));
	assert_int_equal(l.models.n, 3);
	assert_int_equal(hourly->kind, MODEL_PROVISIONED);
	assert_string_equal(hourly->base, "amazon.nova-micro-v1:0");
	assert_string_equal(hourly->vendor, "Amazon");
	assert_int_equal(hourly->context, 24000);       /* what was bought */
	assert_true(hourly->available && hourly->tools && hourly->cache);
	assert_true(hourly->prices.input < 0 && hourly->prices.output < 0);
	assert_false(other->available);
	assert_non_null(strstr(other->reason, "Creating"));
	assert_null(other->base);
	model_list_done(&l);
}

static void
a_deployment_leads_to_the_base_of_its_custom_model(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, NOVA);
	add(DISCOVER_DEPLOYMENTS, &l, NULL, "{'customModelDeploymentName':'d','customModelDeploymentArn':'" ARN("custom-model-deployment", "d1")
		"','modelArn':'" ARN("custom-model", "amazon.nova-micro-v1:0:128k/c1") "','status':'Active'},"
		"{'customModelDeploymentArn':'" ARN("custom-model-deployment", "d2") "','modelArn':'" ARN("custom-model", "imported/c2") "','status':'Failed'}");
	const struct model *d1 = find(&l, ARN("custom-model-deployment", "d1")), *d2 = find(&l,
	    ARN("custom-model-deployment", "d2"));
	assert_int_equal(d1->kind, MODEL_DEPLOYMENT);
	assert_string_equal(d1->base, "amazon.nova-micro-v1:0");
	assert_int_equal(d1->context, 128000);
	assert_true(d1->available);
	assert_true(d1->prices.input < 0);
	assert_null(d2->base);
	assert_false(d2->available);
	model_list_done(&l);
}

static void
a_router_can_do_what_all_its_models_can(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	add(DISCOVER_ROUTERS, &l, NULL, "{'promptRouterName':'r','promptRouterArn':'" ARN("default-prompt-router", "anthropic.claude:1") "',"
		"'models':[{'modelArn':'" ARN("inference-profile", "us.anthropic.claude-opus-4-7") "'},"
		"{'modelArn':'arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0'}],"
		"'fallbackModel':{'modelArn':'" ARN("inference-profile", "us.anthropic.claude-opus-4-7") "'},'status':'AVAILABLE'},"
		"{'promptRouterArn':'" ARN("prompt-router", "bare") "'}");
	const struct model *r = find(&l, ARN("default-prompt-router", "anthropic.claude:1")),
	    *bare = find(&l, ARN("prompt-router", "bare"));
	assert_int_equal(r->kind, MODEL_ROUTER);
	assert_string_equal(r->base, "anthropic.claude-opus-4-7");
	assert_int_equal(r->context, 200000);
	assert_int_equal(r->max_output, 4096);
	assert_true(r->images && r->tools);
	assert_false(r->reasoning);
	assert_false(r->cache);
	assert_true(r->available);
	assert_int_equal(r->regions.n, 2);
	assert_true(r->prices.output < 0);
	assert_false(bare->available);
	model_list_done(&l);
}

static void
the_filter_holds_for_the_maker_behind_an_arn(void **state)
{
	(void)state;
	static const char *const amazon[] = { "Amazon", NULL };
	struct discover_options o = { .providers = amazon };
	struct model_list l = { 0 };
	add(DISCOVER_PROVISIONED, &l, &o, "{'provisionedModelArn':'" ARN("provisioned-model", "p1")
		"','foundationModelArn':'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0','status':'InService'},"
		"{'provisionedModelArn':'" ARN("provisioned-model", "p2") "','foundationModelArn':"
		"'arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-8b-instruct-v1:0','status':'InService'}");
	add(DISCOVER_IMPORTED, &l, &o, "{'modelArn':'" ARN("imported-model", "abc") "'}");
	assert_int_equal(l.models.n, 1);
	assert_string_equal(l.models.v[0].id, ARN("provisioned-model", "p1"));
	model_list_done(&l);
	/* A profile passes by the maker's name, too, not only by the id's first part. */
	static const char *const mistral[] = { "Mistral AI", NULL };
	o.providers = mistral;
	models(&l, &o, MODEL("mistral.x", "'providerName':'Mistral AI'," REST));
	profiles(&l, &o, PROFILE("us.mistral.x", "SYSTEM_DEFINED", DEST("us-east-1", "mistral.x")));
	assert_int_equal(l.models.n, 2);
	model_list_done(&l);
}

static void
missing_members_and_unknown_modalities_do_no_harm(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, MODEL("a.b", "'inputModalities':['TEXT','SMELL',7,null,{}],'outputModalities':['HOLOGRAM','TEXT'],"
		"'responseStreamingSupported':true,'inferenceTypesSupported':['TELEPATHY','ON_DEMAND'],'modelLifecycle':{'status':'ACTIVE'}") ","
		"{'modelArn':'x'},{}," MODEL("c.d", "'inputModalities':'TEXT','outputModalities':['TEXT'],'modelName':null,"
		"'responseStreamingSupported':true,'inferenceTypesSupported':{},'modelLifecycle':{'status':'ACTIVE'}"));
	profiles(&l, NULL, "{'inferenceProfileId':'us.a.b','status':'ACTIVE'},{'inferenceProfileId':'us.c.d','status':'ACTIVE',"
		"'models':[null,7,{},{'modelArn':'/'},{'modelArn':'arn:aws:bedrock:us-east-1::foundation-model/c.d'}],'type':7}");
	assert_int_equal(l.models.n, 4);
	assert_true(find(&l, "a.b")->available && find(&l, "c.d")->available);
	assert_string_equal(find(&l, "c.d")->name, "c.d");
	assert_string_equal(find(&l, "us.a.b")->base, "a.b");
	assert_string_equal(find(&l, "us.c.d")->base, "c.d");
	model_list_done(&l);
}

static void
an_application_profile_that_goes_anywhere_costs_what_global_ones_cost(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	profiles(&l, NULL, PROFILE("app1", "APPLICATION", DEST("", "anthropic.claude-opus-4-7") ","
	    DEST("us-east-1", "anthropic.claude-opus-4-7")) ","
		PROFILE("app2", "APPLICATION", DEST("us-east-1", "anthropic.claude-opus-4-7")));
	assert_float_equal(find(&l, "arn:aws:bedrock:us-east-1:1:p/app1")->prices.input, 5, 1e-9);
	assert_float_equal(find(&l, "arn:aws:bedrock:us-east-1:1:p/app2")->prices.input, 5.5, 1e-9);
	model_list_done(&l);
}

/* ---- order, pages, errors ----------------------------------------------------------------- */

static void
global_profiles_come_first_then_names_and_doubles_go(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	models(&l, NULL, MODEL("b.x", "'modelName':'beta'," REST) "," MODEL("a.x",
	    "'modelName':'Alpha'," REST) ","
		MODEL("A.X", "'modelName':'twice'," REST));
	profiles(&l, NULL, PROFILE("us.z.x", "SYSTEM_DEFINED", DEST("us-east-1", "z.x")) ","
		PROFILE("global.z.x", "SYSTEM_DEFINED", DEST("us-east-1", "z.x")) ","
		PROFILE("US.Z.X", "SYSTEM_DEFINED", DEST("us-east-1", "z.x")));
	discover_sort(&l);
	static const char *const want[] = { "global.z.x", "a.x", "b.x", "us.z.x" };
	assert_int_equal(l.models.n, N(want));
	for (size_t i = 0; i < N(want); i++)
		assert_string_equal(l.models.v[i].id, want[i]);
	model_list_done(&l);
	discover_sort(&l);
}

static void
the_next_page_is_named_by_its_token(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "'nextToken':'a+/b=='", "a+/b==" },
	    { "'nextToken':''", NULL },
		{ "'nextToken':7", NULL }, { "'x':1", NULL } };
	for (size_t i = 0; i < N(rows); i++) {
		char *inner = json(rows[i][0]),
		    *all = mem_printf("{\"inferenceProfileSummaries\":[],%s}", inner);
		struct json_object *page = discover_read(DISCOVER_PROFILES, all, strlen(all), NULL);
		assert_true(str_same(discover_next(page), rows[i][1]));
		json_free(page);
		free(all);
		free(inner);
	}
}

static void
what_is_no_list_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char	*text;
		enum err_code	 code;
	} rows[] = { { "", ERR_DATA }, { "<html>sign in</html>", ERR_NETWORK },
		{ "\r\n <!doctype html>", ERR_NETWORK }, { "{}", ERR_DATA }, { "[]", ERR_DATA },
		{ "{\"modelSummaries\":{}}", ERR_DATA }, { "{\"modelSummaries\":[}", ERR_DATA } };
	for (size_t i = 0; i < N(rows); i++)
		for (int kind = 0; kind < DISCOVER_FEATURES; kind++) {
			struct err err = { 0 };
			assert_null(discover_read((enum discover_kind)kind, rows[i].text,
			    strlen(rows[i].text), &err));
			assert_int_equal(err.code, rows[i].code);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_model_that_fails_one_check_is_left_out, forget),
		cmocka_unit_test_teardown(the_provider_filter_takes_either_name, forget),
		cmocka_unit_test_teardown(facts_come_from_the_table_then_from_the_defaults, forget),
		cmocka_unit_test_teardown(profiles_lead_to_their_model_and_inherit_from_it, forget),
		cmocka_unit_test_teardown(profiles_of_models_that_cannot_chat_are_left_out, forget),
		cmocka_unit_test_teardown(inactive_and_nameless_profiles_are_left_out, forget),
		cmocka_unit_test_teardown(imported_models_are_called_by_their_arn_and_cost_nobody_knows_what,
		    forget),
		cmocka_unit_test_teardown(provisioned_throughput_inherits_but_is_not_paid_by_the_token,
		    forget),
		cmocka_unit_test_teardown(a_deployment_leads_to_the_base_of_its_custom_model,
		    forget),
		cmocka_unit_test_teardown(a_router_can_do_what_all_its_models_can,
		    forget),
		cmocka_unit_test_teardown(the_filter_holds_for_the_maker_behind_an_arn,
		    forget),
		cmocka_unit_test_teardown(missing_members_and_unknown_modalities_do_no_harm,
		    forget),
		cmocka_unit_test_teardown(an_application_profile_that_goes_anywhere_costs_what_global_ones_cost,
		    forget),
		cmocka_unit_test_teardown(global_profiles_come_first_then_names_and_doubles_go,
		    forget),
		cmocka_unit_test_teardown(the_next_page_is_named_by_its_token, forget),
		cmocka_unit_test_teardown(what_is_no_list_is_an_error, forget),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
