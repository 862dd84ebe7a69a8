/* adit-sim as a process: how it starts, how it ends, what it does without a scenario. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "client.h"

static void
it_ends_when_its_input_ends(void **state)
{
	(void)state;
	struct sim s = { 0 };
	sim_start(&s, NULL);
	sim_stop(&s);           /* closes the input, asserts status 0 */
}

static void
it_ends_on_a_signal_even_while_an_answer_hangs(void **state)
{
	(void)state;
	static const int signals[] = { SIGTERM, SIGINT };
	char path[512];
	source_path("data/scenarios/test.json", path);
	const char *const args[] = { "--scenario", path, NULL };
	for (size_t i = 0; i < 2; i++) {
		struct sim s = { 0 };
		struct got g;
		int running;
		sim_start(&s, args);
		struct curl_slist *headers = curl_slist_append(NULL, BEARER);
		char *body = question("fault hang");
		CURL *c = sim_handle(&s, &g, "/model/" MODEL "/converse-stream", headers, body);
		CURLM *m = curl_multi_init();
		curl_multi_add_handle(m, c);
		do {            /* until the request has been read */
			curl_multi_perform(m, &running);
			curl_multi_poll(m, NULL, 0, 5, NULL);
			char log[96];
			snprintf(log, sizeof log, "%s/log", s.dir);
			FILE *f = fopen(log, "r");
			running = f == NULL || fgetc(f) == EOF;
			if (f != NULL)
				fclose(f);
		} while (running);
		kill(s.pid, signals[i]);
		assert_int_equal(sim_wait(&s), 0);
		curl_multi_remove_handle(m, c);
		curl_easy_cleanup(c);
		curl_multi_cleanup(m);
		curl_slist_free_all(headers);
		free(body);
		got_free(&g);
	}
}

static void
it_listens_on_the_loopback_address_only(void **state)
{
	(void)state;
	struct sim s = { 0 };
	sim_start(&s, NULL);
	/* 127.0.0.2 is this machine too, but only a socket on all addresses would answer there. */
	struct sockaddr_in other = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s.port) };
	inet_pton(AF_INET, "127.0.0.2", &other.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&other, sizeof other), -1);
	close(fd);
	sim_stop(&s);
}

static void
wrong_options_are_refused(void **state)
{
	(void)state;
	static const char *const commands[] = { "--nonsense", "--port x", "--port 70000",
		"--time now", "--scenario /no/such/file", "--keys /no/such/file", "surplus" };
	const char *program = getenv("ADIT_SIM");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		char command[600];
		snprintf(command, sizeof command, "'%s' %s >/dev/null 2>&1 </dev/null",
		    program != NULL ? program : "./adit-sim", commands[i]);
		assert_int_not_equal(system(command), 0);
	}
}

static void
without_a_scenario_it_quotes_the_question(void **state)
{
	(void)state;
	struct sim s = { 0 };
	struct got g;
	struct buf text = { 0 };
	size_t deltas;
	sim_start(&s, NULL);
	sim_ask(&s, &g, "converse-stream", "What is an adit?");
	joined_text(&g.body, &text, &deltas);
	assert_non_null(strstr(buf_str(&text), "> What is an adit?"));
	assert_non_null(strstr(buf_str(&text), "```c\n"));
	assert_true(deltas > 10);
	assert_true(g.seconds > (double)(deltas - 2) * 0.024);  /* about 25 ms apart */
	buf_done(&text);
	got_free(&g);
	sim_stop(&s);
}

static void
a_scenario_can_bring_its_own_catalogue_and_its_own_rules(void **state)
{
	(void)state;
	static const char scenario[] = "{\"validate\":false,\"catalogue\":{\"modelSummaries\":["
	    "{\"modelId\":\"my.model\",\"modelArn\":\"arn:aws:bedrock:us-east-1::foundation-model/"
	    "my.model\"}]},\"rules\":["
	    "{\"match\":{\"operation\":\"ListInferenceProfiles\"},\"answer\":[{\"http\":{\"type\":"
	    "\"AccessDeniedException\"}}]},"
	    "{\"match\":{\"model\":\"my.*\",\"nth\":2},\"answer\":[{\"text\":\"second\"}]},"
	    "{\"match\":{\"model\":\"my.*\"},\"answer\":[{\"text\":\"other\"}]}]}";
	static const char *const headers[] = { BEARER, NULL };
	static const char *const expected[] = { "other", "second", "other" };
	struct sim s = { 0 };
	struct got g;
	char path[512];
	sim_dir(&s);
	sim_file(&s, "scenario", scenario, path);
	const char *const args[] = { "--scenario", path, NULL };
	sim_start(&s, args);
	sim_call(&s, &g, "/foundation-models", headers, NULL, 0);
	assert_non_null(strstr(buf_str(&g.body), "\"modelId\":\"my.model\""));
	assert_null(strstr(buf_str(&g.body), "anthropic"));
	got_free(&g);
	sim_call(&s, &g, "/inference-profiles", headers, NULL, 0);
	assert_int_equal(g.status, 403);
	got_free(&g);
	for (size_t i = 0; i < 3; i++) {
		struct buf text = { 0 };
		size_t deltas;
		sim_call(
		    &s, &g, "/model/my.model/converse-stream", headers, "{\"messages\":[]}", 0);
		joined_text(&g.body, &text, &deltas);
		assert_string_equal(buf_str(&text), expected[i]);
		buf_done(&text);
		got_free(&g);
	}
	sim_stop(&s);
}

static void
a_misspelt_scenario_is_refused(void **state)
{
	(void)state;
	static const char *const scenarios[] = { "{", "[]", "{\"rulez\":[]}",
		"{\"rules\":[{\"match\":{\"contain\":\"x\"},\"answer\":[]}]}",
		"{\"rules\":[{\"answer\":[{\"texxt\":\"x\"}]}]}", "{\"rules\":[{\"answer\":{}}]}" };
	const char *program = getenv("ADIT_SIM");
	struct sim s = { 0 };
	sim_dir(&s);
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
		char path[512], command[1200];
		sim_file(&s, "scenario", scenarios[i], path);
		snprintf(command, sizeof command, "'%s' --with-parent --scenario %s >/dev/null 2>&1 "
		    "</dev/null", program != NULL ? program : "./adit-sim", path);
		assert_int_not_equal(system(command), 0);
		unlink(path);
	}
	rmdir(s.dir);
}

static void
a_huge_body_is_refused(void **state)
{
	(void)state;
	static const char *const headers[] = { BEARER, NULL };
	struct sim s = { 0 };
	struct got g;
	size_t n = 33u << 20;
	char *body = malloc(n + 1);
	assert_non_null(body);
	memset(body, ' ', n);
	body[n] = '\0';
	sim_start(&s, NULL);
	sim_call(&s, &g, "/model/" MODEL "/converse", headers, body, 0);
	assert_int_equal(g.status, 413);
	got_free(&g);
	free(body);
	sim_stop(&s);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_when_its_input_ends),
		cmocka_unit_test(it_ends_on_a_signal_even_while_an_answer_hangs),
		cmocka_unit_test(it_listens_on_the_loopback_address_only),
		cmocka_unit_test(wrong_options_are_refused),
		cmocka_unit_test(without_a_scenario_it_quotes_the_question),
		cmocka_unit_test(a_scenario_can_bring_its_own_catalogue_and_its_own_rules),
		cmocka_unit_test(a_misspelt_scenario_is_refused),
		cmocka_unit_test(a_huge_body_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
