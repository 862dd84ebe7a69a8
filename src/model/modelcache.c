/* modelcache.c - see modelcache.h. */
#include "config.h"

#include "model/modelcache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "aws/creds.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/listing.h"

enum { FORMAT = 1, FILE_MAX = 16 * 1024 * 1024 };

/* ---- whose list ------------------------------------------------------------- */

static void
put_words(struct buf *key, const char *a, const char *b)
{
	buf_printf(key, "%s=%s\n", a, b != NULL ? b : "");
}

/* What stays the same when temporary credentials are renewed. false when there are none. */
static bool
put_identity(struct buf *key, struct aws *aws, const atomic_bool *cancel)
{
	const struct creds *c = creds_get(aws, cancel, NULL);
	if (c == NULL)
		return false;
	put_words(key, "kind", creds_kind_name(c->kind));
	put_words(key, "account", c->account);
	put_words(key, "profile", c->profile);
	put_words(key, "who", c->kind == CREDS_STATIC ? c->access_key_id : c->label);
	creds_unref(c);
	return true;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *
lower(const char *s)
{
	char *out = str_trim(s);
	for (char *c = out; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
	return out;
}

/* The filter without order, case, blanks or doubles. */
static void
put_filter(struct buf *key, const char *const *providers)
{
	struct VEC(char *) words = { 0 };
	for (; providers != NULL && *providers != NULL; providers++)
		vec_add(&words, lower(*providers));
	if (words.n > 1)
		qsort(words.v, words.n, sizeof *words.v, compare_words);
	for (size_t i = 0; i < words.n; i++)
		if (*words.v[i] != '\0' && (i == 0 || strcmp(words.v[i], words.v[i - 1]) != 0))
			put_words(key, "provider", words.v[i]);
	for (size_t i = 0; i < words.n; i++)
		free(words.v[i]);
	vec_done(&words);
}

/* Everything that makes a list another one. Owned by the caller; NULL without credentials. */
static char *
key_of(struct aws *aws, const struct discover_options *o, const atomic_bool *cancel)
{
	struct buf key = { 0 };
	if (!put_identity(&key, aws, cancel)) {
		buf_done(&key);
		return NULL;
	}
	char *region =
	    o != NULL && o->region != NULL ? mem_strdup(o->region) : aws_region(aws, NULL, NULL);
	char *endpoint = aws_endpoint(aws, AWS_BEDROCK, region, NULL, NULL);
	put_words(&key, "region", region);
	put_words(&key, "endpoint", endpoint);
	put_filter(&key, o != NULL ? o->providers : NULL);
	buf_printf(&key, "defaults=%ld,%ld\n", o != NULL ? o->default_context : 0,
	    o != NULL ? o->default_max_output : 0);
	free(region);
	free(endpoint);
	return buf_take(&key, NULL);
}

/* FNV-1a: the file's name; what counts is the key inside the file. */
static char *
path_of(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (const char *c = key; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * UINT64_C(1099511628211);
	char *name = mem_printf("models/%016" PRIx64 ".json", h);
	char *path = file_path(FILE_CACHE, name);
	free(name);
	return path;
}

/* ---- the file ------------------------------------------------------------------ */

static int
read_list(const char *key, struct model_list *l)
{
	char *path = path_of(key);
	struct buf b;
	buf_init(&b, FILE_MAX);
	int rc = -1;
	if (file_exists(path) && file_read(path, FILE_MAX, &b, NULL) == 0) {
		struct json_object *o = json_parse(buf_str(&b), b.len, NULL);
		if (json_int(o, "version", 0) == FORMAT && str_same(json_str(o, "key", NULL), key))
			rc = listing_parse(o, l);
		json_free(o);
		if (rc < 0)
			log_debug("modelcache: %s is of no use", path);
	}
	buf_done(&b);
	free(path);
	return rc;
}

static void
write_list(const char *key, const struct model_list *l)
{
	struct buf b = { 0 };
	struct err err = { 0 };
	char *folder = file_path(FILE_CACHE, "models"), *path = path_of(key);
	buf_putc(&b, '{');
	json_put_int(&b, "version", FORMAT);
	json_put_member(&b, "key", key);
	listing_put(&b, l);
	buf_puts(&b, "}\n");
	if (file_make_dir(folder, 0700, &err) < 0 || file_replace(path, b.s, b.len, 0600, &err) < 0)
		log_warn("modelcache: %s", err.text);
	free(folder);
	free(path);
	buf_done(&b);
}

/* ---- what others call ------------------------------------------------------------ */

int
modelcache_load(struct aws *aws, const struct discover_options *o, struct model_list *l,
    const atomic_bool *cancel)
{
	*l = (struct model_list){ 0 };
	char *key = key_of(aws, o, cancel);
	int rc = key != NULL ? read_list(key, l) : -1;
	free(key);
	return rc;
}

void
modelcache_store(struct aws *aws, const struct discover_options *o, const struct model_list *l,
    const atomic_bool *cancel)
{
	char *key = key_of(aws, o, cancel);
	if (key != NULL)
		write_list(key, l);
	free(key);
}

/* A list from the future was written under a wrong clock: it is as good as old. */
static bool
is_young(const struct model_list *l, int64_t max_age)
{
	int64_t age = clock_wall() - l->fetched;
	return age >= 0 && age < max_age;
}

static bool
is_unreachable(const struct err *err)
{
	return err->code == ERR_NETWORK || err->code == ERR_UNAVAILABLE;
}

static void
hint_old(struct model_list *l, const struct err *why)
{
	char when[32];
	clock_iso8601(l->fetched, when);
	free(l->hint);
	l->hint = mem_printf(
	    _("This list is from %s; a newer one could not be fetched: %s"), when, why->text);
}

int
modelcache_list(struct aws *aws, const struct discover_options *o, int64_t max_age,
    struct model_list *l, const atomic_bool *cancel, struct err *err)
{
	struct model_list kept;
	struct err why = { 0 };
	bool have = modelcache_load(aws, o, &kept, cancel) == 0;
	if (have && is_young(&kept, max_age)) {
		*l = kept;
		return 0;
	}
	int rc = discover(aws, o, l, cancel, &why);
	if (rc == 0) {
		modelcache_store(aws, o, l, cancel);
	} else if (have && is_unreachable(&why)) {
		model_list_done(l);
		*l = kept;
		hint_old(l, &why);
		return 0;
	} else if (err != NULL) {
		*err = why;
	}
	model_list_done(&kept);
	return rc;
}
