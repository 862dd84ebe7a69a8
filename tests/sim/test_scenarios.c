/* The scenario files that are shipped: complete, reachable, described. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client.h"

static struct json_object *
load(const char *name)
{
	char path[512];
	source_path(name, path);
	struct json_object *o = json_object_from_file(path);
	assert_non_null(o);
	return o;
}

static struct json_object *
rules_of(struct json_object *scenario)
{
	struct json_object *rules;
	assert_true(json_object_object_get_ex(scenario, "rules", &rules));
	return rules;
}

static const char *
keyword(struct json_object *rules, size_t i)
{
	struct json_object *match;
	json_object_object_get_ex(json_object_array_get_idx(rules, i), "match", &match);
	return json_text(match, "contains");
}

static char *
read_text(const char *name)
{
	char path[512];
	source_path(name, path);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	struct buf b = { 0 };
	char part[4096];
	size_t n;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&b, part, n);
	fclose(f);
	return buf_take(&b, NULL);
}

static void
every_keyword_reaches_its_own_rule(void **state)
{
	(void)state;
	struct json_object *o = load("data/scenarios/test.json"), *rules = rules_of(o);
	for (size_t i = 0; i < json_object_array_length(rules); i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(keyword(rules, i), keyword(rules, j)) != 0 &&
			    strcasestr(keyword(rules, i), keyword(rules, j)) != NULL)
				fail_msg("\"%s\" comes before \"%s\"", keyword(rules, j),
				    keyword(rules, i));
	json_object_put(o);
}

static void
the_readme_lists_every_keyword(void **state)
{
	(void)state;
	struct json_object *o = load("data/scenarios/test.json"), *rules = rules_of(o);
	char *readme = read_text("data/scenarios/README");
	for (size_t i = 0; i < json_object_array_length(rules); i++) {
		char line[80];
		snprintf(line, sizeof line, "\n  %s\n", keyword(rules, i));
		if (strstr(readme, line) == NULL)
			fail_msg("%s is missing", keyword(rules, i));
	}
	free(readme);
	json_object_put(o);
}

/* Asks for the word and returns the next word that the answer tells to type. */
static void
follow(const struct sim *s, const char *word, char next[32], long *status)
{
	struct got g;
	struct buf text = { 0 };
	size_t deltas;
	sim_ask(s, &g, "converse-stream", word);
	*status = g.status;
	next[0] = '\0';
	if (g.status == 200)
		joined_text(&g.body, &text, &deltas);
	else
		buf_puts(&text, buf_str(&g.body));
	const char *at = strcasestr(buf_str(&text), "type `");
	for (const char *more = at; more != NULL; more = strcasestr(more + 1, "type `"))
		at = more;
	if (at != NULL)
		snprintf(next, 32, "%.*s", (int)strcspn(at + 6, "`"), at + 6);
	buf_done(&text);
	got_free(&g);
}

static void
the_tour_leads_from_stop_to_stop(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		long status;
		const char *from;       /* the stop that names it, when it is not the one before */
	} stops[] = {
		{ "hello", 200, NULL },
		{ "markdown", 200, NULL },
		{ "think", 200, NULL },
		{ "tools", 200, NULL },
		/* What tools and subagents brought leads on from these two; screen/test_chat follows it. */
		{ "agents", 200, "tools" },
		{ "slow", 200, "agents" },
		{ "busy", 429, NULL },
		{ "busy", 429, "busy" },
		{ "busy", 200, "busy" },
		{ "denied", 403, NULL },
		{ "long", 200, NULL },
		{ "help", 200, NULL },
	};
	struct sim s = { 0 };
	char path[512], next[32] = "hello";
	char *demo = read_text("data/scenarios/demo.json"), *p = demo;
	/* the same tour, without its pauses */
	while ((p = strstr(p, "delay_ms\": ")) != NULL)
		for (*(p += 11) = '0'; *++p >= '0' && *p <= '9';)
			*p = ' ';
	sim_dir(&s);
	sim_file(&s, "scenario", demo, path);
	const char *const args[] = { "--scenario", path, NULL };
	sim_start(&s, args);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		long status;
		if (stops[i].from == NULL)
			assert_string_equal(next, stops[i].word);
		follow(&s, stops[i].word, next, &status);
		assert_int_equal(status, stops[i].status);
	}
	sim_stop(&s);
	free(demo);
}

static void
the_demo_answers_anything(void **state)
{
	(void)state;
	struct sim s = { 0 };
	char path[512], next[32];
	long status;
	source_path("data/scenarios/demo.json", path);
	const char *const args[] = { "--scenario", path, NULL };
	sim_start(&s, args);
	follow(&s, "Wie geht es dir?", next, &status);
	assert_int_equal(status, 200);
	assert_string_equal(next, "tour");
	sim_stop(&s);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_keyword_reaches_its_own_rule),
		cmocka_unit_test(the_readme_lists_every_keyword),
		cmocka_unit_test(the_tour_leads_from_stop_to_stop),
		cmocka_unit_test(the_demo_answers_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
