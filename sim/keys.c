/* keys.c - see keys.h. */
#include "config.h"

#include "keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "bytes.h"
#include "simtime.h"

static const struct key builtin[] = {
	{ .access_key_id = (char *)"AKIDEXAMPLE",
	    .secret = (char *)"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	    .account = (char *)"123456789012" },
	{ .access_key_id = (char *)"AKIDSIMDEMO",
	    .secret = (char *)"simsecretsimsecretsimsecretsimsecret1234",
	    .account = (char *)"123456789012" },
	{ .bearer = (char *)"ABSKsimdemo", .account = (char *)"123456789012" },
	{ .bearer = (char *)"sk-sim-4f1c92ab77d0", .account = (char *)"123456789012" },
};

struct added {
	struct key	 key;
	struct added	*next;
};

static struct key *loaded;
static size_t n_loaded;
static bool use_loaded;
static struct added *added;     /* the newest first */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char *
string_member(struct json_object *o, const char *name)
{
	struct json_object *v;
	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_string))
		return NULL;
	return sim_strdup(json_object_get_string(v));
}

static void
load_one(const char *path, struct json_object *o, struct key *k)
{
	k->access_key_id = string_member(o, "access_key_id");
	k->secret = string_member(o, "secret");
	k->session_token = string_member(o, "session_token");
	k->bearer = string_member(o, "bearer");
	k->account = string_member(o, "account");
	if (k->account == NULL)
		k->account = sim_strdup("123456789012");
	k->arn = string_member(o, "arn");
	if (k->bearer == NULL && (k->access_key_id == NULL || k->secret == NULL))
		sim_die("%s: a key needs access_key_id and secret, or bearer", path);
	char *expires = string_member(o, "expires");
	if (expires != NULL && time_parse(expires, &k->expiry) != 0)
		sim_die("%s: \"%s\" is not a time like 2026-08-01T12:00:00Z", path, expires);
	k->expires = expires != NULL;
	free(expires);
}

void
keys_load(const char *path)
{
	struct json_object *list = json_object_from_file(path);
	if (!json_object_is_type(list, json_type_array))
		sim_die("%s: not a JSON list of keys", path);
	n_loaded = json_object_array_length(list);
	loaded = sim_alloc(n_loaded * sizeof *loaded);
	for (size_t i = 0; i < n_loaded; i++)
		load_one(path, json_object_array_get_idx(list, i), &loaded[i]);
	json_object_put(list);
	use_loaded = true;
}

static void
key_free(struct key *k)
{
	free(k->access_key_id);
	free(k->secret);
	free(k->session_token);
	free(k->bearer);
	free(k->account);
	free(k->arn);
}

void
keys_free(void)
{
	for (size_t i = 0; i < n_loaded; i++)
		key_free(&loaded[i]);
	free(loaded);
	loaded = NULL;
	n_loaded = 0;
	while (added != NULL) {
		struct added *a = added;
		added = a->next;
		key_free(&a->key);
		free(a);
	}
}

const struct key *
keys_add(const struct key *k)
{
	struct added *a = sim_alloc(sizeof *a);
	a->key = *k;
	pthread_mutex_lock(&lock);
	a->next = added;
	added = a;
	pthread_mutex_unlock(&lock);
	return &a->key;
}

static const struct key *
all_keys(size_t *n)
{
	*n = use_loaded ? n_loaded : sizeof builtin / sizeof builtin[0];
	return use_loaded ? loaded : builtin;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
key_is(const struct key *k, const char *id, const char *token)
{
	return k->access_key_id != NULL && !k->hidden && same(k->access_key_id, id) &&
	    same(k->session_token, token);
}

/* The list only grows, and at its head: what was its head once may be walked without the lock. */
static const struct key *
find_added(const char *id, const char *token)
{
	pthread_mutex_lock(&lock);
	const struct added *a = added;
	pthread_mutex_unlock(&lock);
	while (a != NULL && !key_is(&a->key, id, token))
		a = a->next;
	return a != NULL ? &a->key : NULL;
}

const struct key *
keys_find(const char *id, const char *token)
{
	size_t n;
	const struct key *k = all_keys(&n);
	for (size_t i = 0; i < n; i++)
		if (key_is(&k[i], id, token))
			return &k[i];
	return find_added(id, token);
}

const struct key *
keys_find_bearer(const char *bearer)
{
	size_t n;
	const struct key *k = all_keys(&n);
	for (size_t i = 0; i < n; i++)
		if (k[i].bearer != NULL && same(k[i].bearer, bearer))
			return &k[i];
	return NULL;
}

bool
key_expired(const struct key *k)
{
	return k->expires && k->expiry <= time_wall();
}
