/*
 * world.h - an empty AWS home, adit-sim's identity services, and one struct aws between them.
 */
#ifndef TESTS_AWS_WORLD_H
#define TESTS_AWS_WORLD_H

#include "../sim/client.h"

#include "aws/aws.h"
#include "aws/creds.h"
#include "base/file.h"
#include "base/str.h"
#include "home.h"

struct world {
	struct sim	 sim;
	struct engine	*engine;
	struct aws	*aws;
	char		*home;
	char		 url[64];
};

/* `identity` is that member of the simulator's scenario, NULL = all as usual. */
static inline void
world_start(struct world *w, const char *identity)
{
	void *home = NULL;
	char path[512];
	const char *const args[] = { "--scenario", path, NULL };
	*w = (struct world){ 0 };
	assert_int_equal(home_setup(&home), 0);
	w->home = home;
	sim_dir(&w->sim);
	char *text = mem_printf("{\"rules\":[],\"identity\":%s}", identity != NULL ? identity : "{}");
	sim_file(&w->sim, "scenario", text, path);
	free(text);
	sim_start(&w->sim, args);
	snprintf(w->url, sizeof w->url, "http://127.0.0.1:%u", w->sim.port);
	setenv("AWS_ENDPOINT_URL", w->url, 1);
	w->engine = engine_start();
	w->aws = aws_new(&(struct aws_options){ .region = "us-east-1", .process_timeout_ms = 20000 }, w->engine);
}

static inline void
world_stop(struct world *w)
{
	void *home = w->home;
	aws_free(w->aws);
	engine_stop(w->engine);
	sim_stop(&w->sim);
	home_teardown(&home);
	home_clear_env();
}

/* Resolves; the access key id must be this one. */
static inline void
world_expect_key(struct world *w, const char *id)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(w->aws, NULL, &err);
	if (c == NULL || c->access_key_id == NULL || strcmp(c->access_key_id, id) != 0)
		fail_msg("%s: not %s but %s %s", "creds_get", id, c != NULL ? c->access_key_id : "none", err.text);
	creds_unref(c);
}

/* Resolves anew; fails with this code and a sentence that has this in it. */
static inline void
world_expect_failure(struct world *w, enum err_code code, const char *part)
{
	struct err err = { 0 };
	creds_forget(w->aws);
	const struct creds *c = creds_get(w->aws, NULL, &err);
	if (c != NULL || err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d)%s does not say “%s” (%d)", err.text, (int)err.code,
		    c != NULL ? ", and there are credentials: it" : "", part, (int)code);
	creds_forget(w->aws);
}

/* A file below the home, whole; to be freed. */
static inline char *
world_read(const char *name)
{
	struct buf b;
	struct err err = { 0 };
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	buf_init(&b, 0);
	if (file_read(path, 1 << 20, &b, &err) < 0)
		fail_msg("%s", err.text);
	free(path);
	return buf_take(&b, NULL);
}

#endif
