/* Lists over the wire, from adit-sim, and what the disk keeps of them. */
#include "../sim/client.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "aws/creds.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/discover.h"
#include "model/known.h"
#include "model/listing.h"
#include "model/modelcache.h"

/* A simulator, and an adit that speaks to it. */
struct world {
	struct sim	 sim;
	struct engine	*engine;
	struct aws	*aws;
};

static void
connect_as(struct world *w, const char *key, const char *secret)
{
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u", w->sim.port);
	struct aws_options o = { .region = "us-east-1", .endpoint = url, .access_key_id = key,
		.secret_access_key = secret };
	if (w->aws == NULL)
		w->aws = aws_new(&o, w->engine);
	else
		aws_set_options(w->aws, &o);
}

static void
begin(struct world *w, const char *scenario)
{
	char path[512];
	*w = (struct world){ 0 };
	sim_dir(&w->sim);
	const char *args[] = { "--scenario", path, NULL };
	if (scenario != NULL)
		sim_file(&w->sim, "scenario.json", scenario, path);
	sim_start(&w->sim, scenario != NULL ? args : NULL);
	setenv("XDG_CACHE_HOME", w->sim.dir, 1);
	setenv("HOME", w->sim.dir, 1);
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	w->engine = engine_start();
	connect_as(w, "AKIDSIMDEMO", "simsecretsimsecretsimsecretsimsecret1234");
}

/* The file of the only list that is kept; NULL = none. The caller frees. */
static char *
kept_file(const struct world *w)
{
	char *folder = mem_printf("%s/adit/models", w->sim.dir), *found = NULL;
	DIR *d = opendir(folder);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		if (str_ends(e->d_name, ".json")) {
			assert_null(found);
			found = mem_printf("%s/%s", folder, e->d_name);
		}
	if (d != NULL)
		closedir(d);
	free(folder);
	return found;
}

static void
remove_all(const char *path)
{
	DIR *d = opendir(path);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char *inner = mem_printf("%s/%s", path, e->d_name);
		if (e->d_name[0] != '.' && unlink(inner) < 0)
			remove_all(inner);
		free(inner);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

static void
end(struct world *w)
{
	known_forget();
	clock_set_wall(0);
	aws_free(w->aws);
	engine_stop(w->engine);
	char *folder = mem_printf("%s/adit", w->sim.dir);
	remove_all(folder);
	free(folder);
	sim_stop(&w->sim);
}

static bool
lists(const struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (strcmp(l->models.v[i].id, id) == 0)
			return true;
	return false;
}

/* ---- discovery ------------------------------------------------------------------- */

static void
both_lists_are_fetched_and_joined(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(discover(w.aws, NULL, &l, NULL, &err), 0);
	assert_string_equal(l.region, "us-east-1");
	assert_true(l.fetched > 0);
	assert_null(l.hint);
	assert_true(lists(&l, "us.anthropic.claude-opus-4-7"));
	assert_true(lists(&l, "amazon.nova-pro-v1:0"));
	assert_true(str_starts(l.models.v[0].id, "global."));
	assert_true(catalogue_default(&l)->available);
	model_list_done(&l);
	/* Another region is asked when it is named. */
	struct discover_options o = { .region = "eu-west-1" };
	assert_int_equal(discover(w.aws, &o, &l, NULL, &err), 0);
	assert_string_equal(l.region, "eu-west-1");
	model_list_done(&l);
	for (int i = 1; i <= 14; i++) {
		struct json_object *line = log_line(&w.sim, i, false);
		assert_string_equal(json_text(line, "region"), i <= 7 ? "us-east-1" : "eu-west-1");
		json_object_put(line);
	}
	end(&w);
}

#define PAGE(id, token) "{\"http\":{\"status\":200,\"body\":\"{\\\"inferenceProfileSummaries\\\":[{\\\"inferenceProfileName\\\":\\\"N\\\"," \
	"\\\"inferenceProfileId\\\":\\\"" id "\\\",\\\"status\\\":\\\"ACTIVE\\\",\\\"type\\\":\\\"SYSTEM_DEFINED\\\",\\\"models\\\":[]}]" token "}\"}}"

static void
three_pages_are_read_with_tokens_that_need_escaping(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":["
	    "{\"match\":{\"query\":\"*SYSTEM_DEFINED*\",\"nth\":1},\"answer\":[" PAGE("us.a.one", ",\\\"nextToken\\\":\\\"a+/b==\\\"") "]},"
	    "{\"match\":{\"query\":\"*SYSTEM_DEFINED*\",\"nth\":1},\"answer\":[" PAGE("us.a.two", ",\\\"nextToken\\\":\\\"c&d\\\"") "]},"
	    "{\"match\":{\"query\":\"*SYSTEM_DEFINED*\"},\"answer\":[" PAGE("us.a.three",
	    "") "]}]}");
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(discover(w.aws, NULL, &l, NULL, &err), 0);
	assert_true(lists(&l, "us.a.one") && lists(&l, "us.a.two") && lists(&l, "us.a.three"));
	assert_int_equal(sim_count(&w.sim, "ListInferenceProfiles"), 3 + 1);
	model_list_done(&l);
	char *path = mem_printf("%s/log", w.sim.dir);
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	assert_non_null(strstr(b.s, "maxResults=1000&type=SYSTEM_DEFINED&nextToken=a%2B%2Fb%3D%3D\""));
	assert_non_null(strstr(b.s, "maxResults=1000&type=SYSTEM_DEFINED&nextToken=c%26d\""));
	buf_done(&b);
	free(path);
	end(&w);
}

static void
a_token_that_comes_twice_ends_the_pages(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":[{\"match\":{\"query\":\"*SYSTEM_DEFINED*\"},\"answer\":["
		PAGE("us.a.one", ",\\\"nextToken\\\":\\\"same\\\"") "]}]}");
	struct model_list l;
	assert_int_equal(discover(w.aws, NULL, &l, NULL, NULL), 0);
	assert_int_equal(sim_count(&w.sim, "ListInferenceProfiles"), 2 + 1);
	model_list_done(&l);
	end(&w);
}

static void
profiles_that_are_denied_leave_the_models_and_a_hint(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":[{\"match\":{\"operation\":\"ListInferenceProfiles\"},\"answer\":[{\"http\":{\"status\":403,"
		"\"type\":\"AccessDeniedException\",\"message\":\"User is not authorized to "
		    "perform: bedrock:ListInferenceProfiles\"}}]}]}");
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(discover(w.aws, NULL, &l, NULL, &err), 0);
	assert_true(lists(&l, "amazon.nova-pro-v1:0"));
	assert_non_null(l.hint);
	assert_non_null(strstr(l.hint, "bedrock:GetInferenceProfile"));
	model_list_done(&l);
	end(&w);
}

static void
models_that_are_denied_are_an_error(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":[{\"match\":{\"operation\":\"ListFoundationModels\"},\"answer\":[{\"http\":{\"status\":403,"
		"\"type\":\"AccessDeniedException\",\"message\":\"No.\"}}]}]}");
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(modelcache_list(w.aws, NULL, MODELCACHE_AGE, &l, NULL, &err), -1);
	assert_int_equal(err.code, ERR_DENIED);
	model_list_done(&l);
	assert_null(kept_file(&w));
	end(&w);
}

static void
the_model_behind_an_application_profile_is_asked_for_once(void **state)
{
	(void)state;
	static const char arn[] = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";
	struct world w;
	begin(&w, NULL);
	for (int i = 0; i < 3; i++) {
		struct err err = { 0 };
		char *base = known_ask(w.aws, arn, NULL, &err);
		assert_string_equal(err.text, "");
		assert_non_null(base);
		assert_true(str_starts(base, "anthropic.claude-opus-"));
		free(base);
	}
	assert_int_equal(sim_count(&w.sim, "GetInferenceProfile"), 1);
	struct err err = { 0 };
	assert_null(known_ask(w.aws,
	    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/zzzzzzzzzzzz",
	    NULL, &err));
	assert_string_not_equal(err.text, "");
	end(&w);
}

/* ---- the cache --------------------------------------------------------------------- */

static void
assert_listed(struct world *w, int64_t age, int n)
{
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(modelcache_list(w->aws, NULL, age, &l, NULL, &err), 0);
	assert_true(lists(&l, "us.anthropic.claude-opus-4-7"));
	assert_int_equal(sim_count(&w->sim, "ListFoundationModels"), n);
	model_list_done(&l);
}

static void
a_young_list_is_not_asked_for_again(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	assert_listed(&w, 3600, 1);
	assert_listed(&w, 3600, 1);
	assert_listed(&w, 0, 2);                /* no cache is wanted */
	clock_set_wall(clock_wall() + 200);     /* within what a signature may be off by */
	assert_listed(&w, 3600, 2);
	assert_listed(&w, 199, 3);
	clock_set_wall(clock_wall() - 100);     /* from the future */
	assert_listed(&w, 3600, 4);
	end(&w);
}

static void
the_kept_list_says_the_same_as_the_fetched_one(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	struct model_list fetched, kept;
	assert_int_equal(modelcache_list(w.aws, NULL, 3600, &fetched, NULL, NULL), 0);
	assert_int_equal(modelcache_load(w.aws, NULL, &kept, NULL), 0);
	struct buf a = { 0 }, b = { 0 };
	listing_put(&a, &fetched);
	listing_put(&b, &kept);
	assert_string_equal(a.s, b.s);
	assert_int_equal(kept.fetched, fetched.fetched);
	buf_done(&a);
	buf_done(&b);
	model_list_done(&fetched);
	model_list_done(&kept);
	end(&w);
}

static void
another_filter_or_identity_has_another_list(void **state)
{
	(void)state;
	static const char *const amazon[] = { "Amazon", NULL }, *const same[] = { " amazon",
	    "AMAZON", "", NULL };
	struct world w;
	begin(&w, NULL);
	assert_listed(&w, 3600, 1);
	struct discover_options o = { .providers = amazon };
	struct model_list l;
	assert_int_equal(modelcache_load(w.aws, &o, &l, NULL), -1);
	assert_int_equal(modelcache_list(w.aws, &o, 3600, &l, NULL, NULL), 0);
	assert_false(lists(&l, "us.anthropic.claude-opus-4-7"));
	model_list_done(&l);
	o.providers = same;
	assert_int_equal(modelcache_load(w.aws, &o, &l, NULL), 0);
	model_list_done(&l);
	connect_as(&w, "AKIDOTHERONE", "x");
	assert_int_equal(modelcache_load(w.aws, NULL, &l, NULL), -1);
	end(&w);
}

static void
rewrite(const char *path, const char *from, const char *to, size_t keep)
{
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	if (from != NULL) {
		char *at = strstr(b.s, from);
		assert_non_null(at);
		memcpy(at, to, strlen(to));
	}
	assert_int_equal(file_replace(path, b.s, keep > 0 ? keep : b.len, 0600, NULL), 0);
	buf_done(&b);
}

static void
a_damaged_or_foreign_file_is_ignored_and_replaced(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	assert_listed(&w, 3600, 1);
	char *path = kept_file(&w);
	assert_non_null(path);
	rewrite(path, NULL, NULL, 2000);                        /* cut off */
	assert_listed(&w, 3600, 2);
	assert_listed(&w, 3600, 2);
	rewrite(path, "\"version\":2", "\"version\":9", 0);     /* of a later adit */
	assert_listed(&w, 3600, 3);
	rewrite(path, "kind=static", "kind=xxxxxx", 0);         /* of another identity with the same
								 * hash */
	assert_listed(&w, 3600, 4);
	free(path);
	end(&w);
}

static void
nothing_secret_is_in_the_file(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	assert_listed(&w, 3600, 1);
	char *path = kept_file(&w);
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	assert_null(strstr(b.s, "simsecret"));
	buf_done(&b);
	free(path);
	end(&w);
}

static void
without_a_network_the_old_list_stands_in_and_says_so(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":[{\"match\":{\"operation\":\"ListFoundationModels\",\"nth\":2},\"answer\":[{\"http\":{\"status\":503,"
		"\"type\":\"ServiceUnavailableException\",\"message\":\"Busy.\"}}]}]}");
	assert_listed(&w, 3600, 1);
	struct model_list l;
	struct err err = { 0 };
	assert_int_equal(modelcache_list(w.aws, NULL, 0, &l, NULL, &err), 0);
	assert_int_equal(sim_count(&w.sim, "ListFoundationModels"), 2);
	assert_true(lists(&l, "us.anthropic.claude-opus-4-7"));
	assert_non_null(strstr(l.hint, "could not be fetched"));
	model_list_done(&l);
	end(&w);
}

/* ---- at once, and one at a time ---------------------------------------------------------- */

/* A list that is being fetched on a thread of its own. */
struct fetch {
	struct world		*w;
	pthread_t		 thread;
	atomic_bool		 cancel;
	struct model_list	 list;
	struct err		 err;
	int			 rc;
};

static void *
fetch_main(void *arg)
{
	struct fetch *f = arg;
	f->rc = modelcache_list(f->w->aws, NULL, 0, &f->list, &f->cancel, &f->err);
	return NULL;
}

static void
start_fetch(struct fetch *f, struct world *w)
{
	*f = (struct fetch){ .w = w };
	assert_int_equal(pthread_create(&f->thread, NULL, fetch_main, f), 0);
}

static void
breathe(void)
{
	struct timespec ts = { 0, 5000000 };
	nanosleep(&ts, NULL);
}

static void
every_list_is_asked_for_before_the_first_answers(void **state)
{
	(void)state;
	static const char *const operations[] = { "ListFoundationModels", "ListInferenceProfiles",
		"ListImportedModels", "ListProvisionedModelThroughputs", "ListCustomModelDeployments",
		"ListPromptRouters" };
	struct world w;
	begin(&w, "{\"rules\":[{\"answer\":[{\"hang\":true}]}]}");
	struct fetch f;
	start_fetch(&f, &w);
	for (int i = 1; i <= 7; i++)            /* waits for each, with a deadline */
		json_object_put(log_line(&w.sim, i, false));
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		assert_int_equal(sim_count(&w.sim, operations[i]), i == 1 ? 2 : 1);
	atomic_store(&f.cancel, true);
	pthread_join(f.thread, NULL);
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.code, ERR_CANCELLED);
	model_list_done(&f.list);
	end(&w);
}

/* Whether this process has the file open more often than `own` times. */
static bool
is_open(const char *path, int own)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char link[64], to[PATH_MAX];
		snprintf(link, sizeof link, "/proc/self/fd/%.20s", e->d_name);
		ssize_t len = readlink(link, to, sizeof to - 1);
		to[len > 0 ? len : 0] = '\0';
		n += strcmp(to, path) == 0;
	}
	if (d != NULL)
		closedir(d);
	return n > own;
}

static void
who_wants_a_list_that_is_being_fetched_waits_and_shares_it(void **state)
{
	(void)state;
	struct world w;
	begin(&w, NULL);
	assert_listed(&w, 0, 1);
	struct model_list l;
	assert_int_equal(modelcache_load(w.aws, NULL, &l, NULL), 0);
	char *path = kept_file(&w), *lock = mem_printf("%s.lock", path);
	FILE *holder = fopen(lock, "r");        /* as another process would */
	assert_non_null(holder);
	assert_int_equal(flock(fileno(holder), LOCK_EX), 0);
	struct fetch f;
	start_fetch(&f, &w);
	int64_t until = clock_ms() + 60000;
	while (!is_open(lock, 1)) {
		assert_true(clock_ms() < until);
		breathe();
	}
	l.fetched++;
	modelcache_store(w.aws, NULL, &l, NULL);
	fclose(holder);
	pthread_join(f.thread, NULL);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.list.fetched, l.fetched);
	assert_int_equal(sim_count(&w.sim, "ListFoundationModels"), 1);
	model_list_done(&f.list);
	model_list_done(&l);
	free(path);
	free(lock);
	/* Nobody is at it now, so the next one asks. */
	assert_listed(&w, 0, 2);
	end(&w);
}

static void
a_failure_is_warned_of_once_until_it_works_again(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":["
	    "{\"match\":{\"operation\":\"ListFoundationModels\",\"nth\":3},\"answer\":[{\"delay_ms\":1}]},"
	    "{\"match\":{\"operation\":\"ListFoundationModels\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\",\"message\":\"Nope.\"}}]}]}");
	char *log = mem_printf("%s/adit.log", w.sim.dir);
	assert_int_equal(log_open(log, LOG_WARN, NULL), 0);
	for (int i = 1; i <= 5; i++) {
		struct model_list l;
		struct err err = { 0 };
		assert_int_equal(modelcache_list(w.aws, NULL, 0, &l, NULL, &err), i == 3 ? 0 : -1);
		if (i != 3)
			assert_non_null(strstr(err.text, "Nope."));
		model_list_done(&l);
	}
	log_close();
	struct buf b = { 0 };
	int n = 0;
	assert_int_equal(file_read(log, 1 << 20, &b, NULL), 0);
	for (const char *s = buf_str(&b); (s = strstr(s, "Nope.")) != NULL; s++)
		n++;
	assert_int_equal(n, 2);                 /* one before it worked, one after */
	buf_done(&b);
	unlink(log);
	free(log);
	end(&w);
}

static void
a_list_without_profiles_is_soon_asked_for_again(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "{\"rules\":[{\"match\":{\"operation\":\"ListInferenceProfiles\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\"}}]}]}");
	for (int i = 0; i < 3; i++) {
		struct model_list l;
		assert_int_equal(modelcache_list(w.aws, NULL, 3600, &l, NULL, NULL), 0);
		assert_non_null(l.hint);
		assert_int_equal(sim_count(&w.sim, "ListFoundationModels"), i < 2 ? 1 : 2);
		model_list_done(&l);
		if (i == 1)
			clock_set_wall(clock_wall() + 61);
	}
	end(&w);
}

/* ---- whose list it is -------------------------------------------------------------------- */

static char *
who(struct creds c)
{
	struct buf b = { 0 };
	creds_put_who(&b, &c, "salt");
	return buf_take(&b, NULL);
}

static char *
who_bears(const char *token)
{
	struct secret *s = secret_new(token, strlen(token));
	char *out = who((struct creds){ .kind = CREDS_BEARER, .bearer = s });
	secret_free(s);
	return out;
}

static void
tokens_and_accounts_are_told_apart_and_nothing_secret_is_said(void **state)
{
	(void)state;
	char *a = who_bears("ABSKfirst-token"), *again = who_bears("ABSKfirst-token"), *b = who_bears("ABSKsecond");
	assert_string_equal(a, again);
	assert_string_not_equal(a, b);
	assert_null(strstr(a, "ABSK"));
	assert_true(strlen(a) < 64);            /* no room for a whole hash */
	free(a);
	free(again);
	free(b);
	/* Renewed keys of one role: the same; of another account: not. */
	static const char *const keys[] = { "ASIAY34FZKBOKMUTVV7A", "ASIAY34FZKBOXXXXXXXX", "ASIAQQQQQQQQKMUTVV7A" };
	char *of[3];
	for (int i = 0; i < 3; i++)
		of[i] = who((struct creds){ .kind = CREDS_IMDS, .access_key_id = (char *)keys[i], .label = (char *)"EC2 role r" });
	assert_string_equal(of[0], of[1]);
	assert_string_not_equal(of[0], of[2]);
	for (int i = 0; i < 3; i++)
		free(of[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_lists_are_fetched_and_joined),
		cmocka_unit_test(three_pages_are_read_with_tokens_that_need_escaping),
		cmocka_unit_test(a_token_that_comes_twice_ends_the_pages),
		cmocka_unit_test(profiles_that_are_denied_leave_the_models_and_a_hint),
		cmocka_unit_test(models_that_are_denied_are_an_error),
		cmocka_unit_test(the_model_behind_an_application_profile_is_asked_for_once),
		cmocka_unit_test(a_young_list_is_not_asked_for_again),
		cmocka_unit_test(the_kept_list_says_the_same_as_the_fetched_one),
		cmocka_unit_test(another_filter_or_identity_has_another_list),
		cmocka_unit_test(a_damaged_or_foreign_file_is_ignored_and_replaced),
		cmocka_unit_test(nothing_secret_is_in_the_file),
		cmocka_unit_test(without_a_network_the_old_list_stands_in_and_says_so),
		cmocka_unit_test(every_list_is_asked_for_before_the_first_answers),
		cmocka_unit_test(who_wants_a_list_that_is_being_fetched_waits_and_shares_it),
		cmocka_unit_test(a_failure_is_warned_of_once_until_it_works_again),
		cmocka_unit_test(a_list_without_profiles_is_soon_asked_for_again),
		cmocka_unit_test(tokens_and_accounts_are_told_apart_and_nothing_secret_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
