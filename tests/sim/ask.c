/* ask.c - see ask.h. */
#include "config.h"

#include "ask.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const struct cred demo_key = { "AKIDSIMDEMO", "simsecretsimsecretsimsecretsimsecret1234", "" };

void
ask_start(struct sim *s, const char *scenario, const char *const *more)
{
	const char *args[8] = { 0 };
	char path[512];
	size_t n = 0;
	*s = (struct sim){ 0 };
	sim_dir(s);
	if (scenario != NULL) {
		sim_file(s, "scenario", scenario, path);
		args[n++] = "--scenario";
		args[n++] = path;
	}
	for (; more != NULL && *more != NULL && n < 7; more++)
		args[n++] = *more;
	sim_start(s, args);
}

static void
sign(CURL *c, const struct asked *a, struct curl_slist **headers)
{
	char how[64], who[160], token[600];
	snprintf(how, sizeof how, "aws:amz:us-east-1:%s", a->service != NULL ? a->service : "sts");
	snprintf(who, sizeof who, "%s:%s", a->signer->id, a->signer->secret);
	curl_easy_setopt(c, CURLOPT_AWS_SIGV4, how);
	curl_easy_setopt(c, CURLOPT_USERPWD, who);
	if (a->signer->token[0] == '\0')
		return;
	snprintf(token, sizeof token, "X-Amz-Security-Token: %s", a->signer->token);
	*headers = curl_slist_append(*headers, token);
}

long
ask(const struct sim *s, struct got *g, const struct asked *a)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < 5 && a->headers[i] != NULL; i++)
		headers = curl_slist_append(headers, a->headers[i]);
	CURL *c = sim_handle(s, g, a->path, NULL, a->body);
	if (a->signer != NULL)
		sign(c, a, &headers);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, a->timeout_ms != 0 ? a->timeout_ms : 60000L);
	if (a->method != NULL)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, a->method);
	g->code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &g->status);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	return g->status;
}

struct json_object *
ask_json(const struct sim *s, const struct asked *a, long *status)
{
	struct got g;
	*status = ask(s, &g, a);
	struct json_object *o = json_tokener_parse(buf_str(&g.body));
	got_free(&g);
	return o;
}

struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	json_object_object_get_ex(o, name, &v);
	return v;
}

static void
copy(char *to, size_t size, const char *s)
{
	assert_non_null(s);
	assert_true(strlen(s) < size);
	snprintf(to, size, "%s", s);
}

void
cred_read(struct cred *c, struct json_object *o)
{
	bool capital = member(o, "AccessKeyId") != NULL;
	copy(c->id, sizeof c->id, json_text(o, capital ? "AccessKeyId" : "accessKeyId"));
	copy(c->secret, sizeof c->secret,
	    json_text(o, capital ? "SecretAccessKey" : "secretAccessKey"));
	copy(c->token, sizeof c->token, json_text(o, capital ? "Token" : "sessionToken"));
}

void
xml_text(const char *xml, const char *name, char *to, size_t size)
{
	char open[64], close[64];
	snprintf(open, sizeof open, "<%s>", name);
	snprintf(close, sizeof close, "</%s>", name);
	const char *from = strstr(xml, open);
	const char *end = from != NULL ? strstr(from, close) : NULL;
	to[0] = '\0';
	if (end != NULL)
		snprintf(to, size, "%.*s", (int)(end - from - (long)strlen(open)),
		    from + strlen(open));
}

void
cred_read_xml(struct cred *c, const char *xml)
{
	xml_text(xml, "AccessKeyId", c->id, sizeof c->id);
	xml_text(xml, "SecretAccessKey", c->secret, sizeof c->secret);
	xml_text(xml, "SessionToken", c->token, sizeof c->token);
	assert_string_not_equal(c->id, "");
	assert_string_not_equal(c->token, "");
}

long
bedrock_takes(const struct sim *s, const struct cred *c, struct got *g)
{
	return ask(s, g, &(struct asked){ .path = "/foundation-models", .signer = c,
	    .service = "bedrock" });
}

void
assert_good(const struct sim *s, const struct cred *c)
{
	struct got g;
	if (bedrock_takes(s, c, &g) != 200)
		fail_msg("Bedrock does not take %s: %s", c->id, buf_str(&g.body));
	got_free(&g);
}

void
ask_until(const struct sim *s, const struct asked *a, long status)
{
	time_t deadline = time(NULL) + 60;
	for (;;) {
		struct got g;
		long now = ask(s, &g, a);
		got_free(&g);
		if (now == status)
			return;
		if (time(NULL) > deadline)
			fail_msg("%s never answers with %ld", a->path, status);
		poll(NULL, 0, 20);
	}
}
