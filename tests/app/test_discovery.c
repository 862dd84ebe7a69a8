/* The configuration's settings for discovery, and when anybody is asked. */
#include "../sim/client.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

#include "app/configuration.h"
#include "app/discovery.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"

#define N(a) (sizeof(a) / sizeof *(a))

static struct sim sim;

static struct config *
config_of(const char *text)
{
	char path[512];
	struct err err = { 0 };
	sim_file(&sim, "adit.json5", text, path);
	struct config *c = config_load(path, NULL, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	unlink(path);
	return c;
}

#define NEW(more) "{plugins:{entries:{'amazon-bedrock':{config:{discovery:{" more "}}}}}}"
#define OLD(more) "{models:{bedrockDiscovery:{" more "}}}"

static void
settings_mean_the_same_in_the_old_place_and_the_new_one(void **state)
{
	(void)state;
	static const struct {
		const char	*text;
		struct discovery want;
	} rows[] = {
		{ "{}", { .mode = DISCOVERY_AUTO, .max_age = 3600, .context = 32000, .max_output = 4096 } },
		{ NEW("enabled:true"), { .mode = DISCOVERY_ON, .max_age = 3600, .context = 32000, .max_output = 4096 } },
		{ OLD("enabled:false"), { .mode = DISCOVERY_OFF, .max_age = 3600, .context = 32000, .max_output = 4096 } },
		{ NEW("enabled:'auto',refreshInterval:59.9"), { .mode = DISCOVERY_AUTO, .max_age = 59, .context = 32000, .max_output = 4096 } },
		{ OLD("refreshInterval:0"), { .mode = DISCOVERY_AUTO, .context = 32000, .max_output = 4096 } },
		{ NEW("refreshInterval:-4,defaultContextWindow:0,defaultMaxTokens:-1"), { .mode = DISCOVERY_AUTO } },
		{ OLD("region:'eu-west-1',defaultContextWindow:64000.5,defaultMaxTokens:8192"),
		    { .mode = DISCOVERY_AUTO, .max_age = 3600, .context = 64000, .max_output = 8192, .region = (char *)"eu-west-1" } },
		{ "{models:{mode:'replace'}}", { .mode = DISCOVERY_AUTO, .max_age = 3600, .context = 32000,
		    .max_output = 4096, .only_configured = true } },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct config *c = config_of(rows[i].text);
		struct discovery d;
		discovery_init(&d, c);
		const struct discovery *w = &rows[i].want;
		if (d.mode != w->mode || d.max_age != w->max_age || d.context != w->context ||
		    d.max_output != w->max_output || !str_same(d.region, w->region) ||
		    d.only_configured != w->only_configured)
			fail_msg("%s: mode %d, age %ld, %ld, %ld", rows[i].text, d.mode, (long)d.max_age, d.context,
			    d.max_output);
		discovery_done(&d);
		config_free(c);
	}
}

static void
openclaws_own_example_gives_a_model_with_unknown_prices(void **state)
{
	(void)state;
	struct config *c = config_of("{models:{providers:{'amazon-bedrock':{baseUrl:'https://bedrock-runtime.us-east-1.amazonaws.com',"
	    "api:'bedrock-converse-stream',auth:'aws-sdk',models:[{id:'us.anthropic.claude-opus-4-6-v1:0',name:'Claude Opus 4.6 (Bedrock)',"
	    "reasoning:true,input:['text','image'],cost:{input:0,output:0,cacheRead:0,cacheWrite:0},contextWindow:200000,maxTokens:8192},"
	    "{name:'no id'},{id:' '}]}}}}");
	discovery_configure(c);
	struct known k = known_of("us.anthropic.claude-opus-4-6-v1:0");
	assert_int_equal(k.context, 200000);
	assert_int_equal(k.max_output, 8192);
	assert_float_equal(k.prices.input, 5.5, 1e-9);          /* 0 is not a price: the table's stays */
	struct model_list l = { 0 };
	known_merge(&l, false);
	assert_int_equal(l.models.n, 1);
	model_list_done(&l);
	discovery_configure(NULL);
	known_merge(&l, false);
	assert_int_equal(l.models.n, 0);
	model_list_done(&l);
	config_free(c);
}

/* ---- who is asked when ------------------------------------------------------------------------ */

static int
list(const char *config, enum discovery_wish wish, struct err *err)
{
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u", sim.port);
	struct config *c = config_of(config);
	struct engine *engine = engine_start();
	struct aws *aws = aws_new(&(struct aws_options){ .endpoint = url, .region = "us-east-1" }, engine);
	struct discovery d;
	struct model_list l;
	discovery_configure(c);
	discovery_init(&d, c);
	int rc = discovery_list(&d, aws, wish, &l, NULL, err);
	int n = (int)l.models.n;
	model_list_done(&l);
	discovery_done(&d);
	aws_free(aws);
	engine_stop(engine);
	config_free(c);
	return rc < 0 ? -1 : n;
}

static void
the_machines_role_is_left_alone_at_the_start_unless_discovery_is_on(void **state)
{
	(void)state;
	struct err err = { 0 };
	/* auto, and nothing that names credentials: nobody is asked, not even the machine. */
	assert_int_equal(list("{}", DISCOVERY_START, &err), -1);
	assert_int_equal(err.code, ERR_CREDENTIALS);
	assert_int_equal(sim_count(&sim, NULL), 0);
	/* The user's own models need nobody. */
	assert_int_equal(list("{models:{providers:{bedrock:{models:[{id:'a.b'}]}}}}", DISCOVERY_START, &err), 1);
	assert_int_equal(sim_count(&sim, NULL), 0);
	/* false: never, whoever asks. */
	assert_int_equal(list(NEW("enabled:false"), DISCOVERY_REFRESH, &err), -1);
	assert_int_equal(sim_count(&sim, NULL), 0);
	/* auto, and the user wants the list: the role is tried. */
	assert_true(list("{}", DISCOVERY_ASKED, &err) > 10);
	int n = sim_count(&sim, NULL);
	assert_true(n > 7);
	/* true: at the start, too. */
	assert_true(list(NEW("enabled:true,refreshInterval:0"), DISCOVERY_START, &err) > 10);
	assert_true(sim_count(&sim, NULL) >= n + 7);
}

static void
a_marker_in_the_environment_lets_auto_ask_at_the_start(void **state)
{
	(void)state;
	struct err err = { 0 };
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	int n = sim_count(&sim, NULL);
	assert_true(list("{}", DISCOVERY_START, &err) > 10);
	assert_int_equal(sim_count(&sim, NULL), n + 7);
	unsetenv("AWS_BEARER_TOKEN_BEDROCK");
	unsetenv("AWS_EC2_METADATA_DISABLED");
}

static int
begin(void **state)
{
	(void)state;
	static const char *const unset[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE",
		"AWS_DEFAULT_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "XDG_CONFIG_HOME", "XDG_CACHE_HOME" };
	char url[64];
	for (size_t i = 0; i < N(unset); i++)
		unsetenv(unset[i]);
	sim_start(&sim, NULL);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", sim.port);
	setenv("HOME", sim.dir, 1);
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	char *command = mem_printf("rm -rf %s/.cache", sim.dir);
	int rc = system(command);
	free(command);
	discovery_configure(NULL);
	known_forget();
	sim_stop(&sim);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_mean_the_same_in_the_old_place_and_the_new_one),
		cmocka_unit_test(openclaws_own_example_gives_a_model_with_unknown_prices),
		cmocka_unit_test(the_machines_role_is_left_alone_at_the_start_unless_discovery_is_on),
		cmocka_unit_test(a_marker_in_the_environment_lets_auto_ask_at_the_start),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
