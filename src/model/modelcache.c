/* modelcache.c - see modelcache.h. */
#include "config.h"

#include "model/modelcache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "aws/creds.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/known.h"
#include "model/listing.h"

enum { FORMAT = 2, FILE_MAX = 16 * 1024 * 1024 };

/* ---- whose list ------------------------------------------------------------- */

static void
put_words(struct buf *key, const char *a, const char *b)
{
	buf_printf(key, "%s=%s\n", a, b != NULL ? b : "");
}

/* What the hashes of bearer tokens are mixed with: made up once, and of no use elsewhere. Owned by
 * the caller. */
static char *
get_salt(void)
{
	enum { SALT_MAX = 256 };
	char *folder = file_path(FILE_CACHE, "models"), *path = file_path(FILE_CACHE, "models/salt");
	struct buf b;
	buf_init(&b, SALT_MAX);
	if (!file_exists(path) || file_read(path, SALT_MAX, &b, NULL) < 0 || str_blank(buf_str(&b))) {
		char fresh[37];
		str_uuid4(fresh);
		buf_reset(&b);
		buf_puts(&b, fresh);
		if (file_make_dir(folder, 0700, NULL) == 0)
			file_replace(path, b.s, b.len, 0600, NULL);
	}
	free(folder);
	free(path);
	return buf_take(&b, NULL);
}

static int
put_identity(struct buf *key, struct aws *aws, const atomic_bool *cancel, struct err *err)
{
	const struct creds *c = creds_get(aws, cancel, err);
	if (c == NULL)
		return -1;
	char *salt = get_salt();
	creds_put_who(key, c, salt);
	creds_unref(c);
	free(salt);
	return 0;
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
key_of(struct aws *aws, const struct discover_options *o, const atomic_bool *cancel, struct err *err)
{
	struct buf key = { 0 };
	if (put_identity(&key, aws, cancel, err) < 0) {
		buf_done(&key);
		return NULL;
	}
	char *region =
	    o != NULL && o->region != NULL ? mem_strdup(o->region) : aws_region_ask(aws, cancel);
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
	*l = (struct model_list){ 0 };
	if (file_exists(path) && file_read(path, FILE_MAX, &b, NULL) == 0) {
		struct json_object *o = json_parse(buf_str(&b), b.len, NULL);
		if (json_int(o, "version", 0) == FORMAT && str_same(json_str(o, "key", NULL), key))
			rc = listing_parse(o, l);
		json_free(o);
		if (rc < 0)
			log_debug("modelcache: %s is of no use", path);
		known_learn(l);
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

/* ---- one fetch at a time ------------------------------------------------------- */

enum { LOOK_MS = 20, PATIENCE_MS = 40000 };

/*
 * Whoever fetches a list holds the lock beside its file; others wait and take what it brought, in
 * this process or another. *waited: somebody was at it. -1 when there is no lock to be had: then two
 * may fetch at once, which does no harm.
 */
static int
lock_list(const char *path, const atomic_bool *cancel, bool *waited)
{
	char *name = mem_printf("%s.lock", path), *folder = file_path(FILE_CACHE, "models");
	int fd = file_make_dir(folder, 0700, NULL) == 0 ?
	    open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	int64_t until = clock_ms() + PATIENCE_MS;
	*waited = false;
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct timespec ts = { 0, LOOK_MS * 1000000L };
		bool enough = cancel != NULL && atomic_load(cancel);
		if (errno != EWOULDBLOCK || enough || clock_ms() > until) {
			close(fd);
			fd = -1;
			break;
		}
		*waited = true;
		nanosleep(&ts, NULL);
	}
	free(name);
	free(folder);
	return fd;
}

/* ---- what went wrong ------------------------------------------------------------- */

/* The keys whose last fetch failed: each gets one warning until it works again. */
static struct VEC(char *) failing;
static pthread_mutex_t failing_lock = PTHREAD_MUTEX_INITIALIZER;

static void
note_result(const char *key, const struct err *why)
{
	pthread_mutex_lock(&failing_lock);
	size_t i = 0;
	while (i < failing.n && strcmp(failing.v[i], key) != 0)
		i++;
	bool known = i < failing.n;
	if (why == NULL && known) {
		free(failing.v[i]);
		vec_cut(&failing, i, 1);
	} else if (why != NULL && !known) {
		vec_add(&failing, mem_strdup(key));
	}
	pthread_mutex_unlock(&failing_lock);
	if (why != NULL)
		log_write(known ? LOG_DEBUG : LOG_WARN, "models: %s", why->text);
}

/* ---- what others call ------------------------------------------------------------ */

int
modelcache_load(struct aws *aws, const struct discover_options *o, struct model_list *l,
    const atomic_bool *cancel)
{
	*l = (struct model_list){ 0 };
	char *key = key_of(aws, o, cancel, NULL);
	int rc = key != NULL ? read_list(key, l) : -1;
	free(key);
	return rc;
}

void
modelcache_store(struct aws *aws, const struct discover_options *o, const struct model_list *l,
    const atomic_bool *cancel)
{
	char *key = key_of(aws, o, cancel, NULL);
	if (key != NULL)
		write_list(key, l);
	free(key);
}

/* A list from the future was written under a wrong clock: it is as good as old. One without
 * profiles is soon asked for again, since a permission may have been given meanwhile. */
static bool
is_young(const struct model_list *l, int64_t max_age)
{
	enum { INCOMPLETE_AGE = 60 };
	int64_t age = clock_wall() - l->fetched;
	return age >= 0 && age < max_age && (l->hint == NULL || age < INCOMPLETE_AGE);
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

/* Takes `kept`, which stands in when the service cannot be reached. */
static int
fetch_list(struct aws *aws, const struct discover_options *o, const char *key, struct model_list *kept,
    struct model_list *l, const atomic_bool *cancel, struct err *err)
{
	struct err why = { 0 };
	int rc = discover(aws, o, l, cancel, &why);
	if (rc < 0 && kept->fetched == 0)
		read_list(key, kept);
	if (rc == 0) {
		write_list(key, l);
	} else if (kept->fetched > 0 && is_unreachable(&why)) {
		model_list_done(l);
		*l = *kept;
		*kept = (struct model_list){ 0 };
		hint_old(l, &why);
	} else if (err != NULL) {
		*err = why;
	}
	bool stands_in = rc < 0 && l->fetched > 0;
	note_result(key, rc < 0 ? &why : NULL);
	model_list_done(kept);
	return stands_in ? 0 : rc;
}

int
modelcache_list(struct aws *aws, const struct discover_options *o, int64_t max_age,
    struct model_list *l, const atomic_bool *cancel, struct err *err)
{
	*l = (struct model_list){ 0 };
	char *key = key_of(aws, o, cancel, err);
	if (key == NULL)
		return -1;
	char *path = path_of(key);
	struct file_stamp before = file_stamp(path);
	struct model_list kept = { 0 };
	bool waited;
	int rc = 0;
	if (max_age > 0)                /* else it is read only when it is needed after all */
		read_list(key, &kept);
	if (is_young(&kept, max_age)) {
		*l = kept;
	} else {
		int lock = lock_list(path, cancel, &waited);
		bool brought = waited && !file_stamp_same(before, file_stamp(path));
		if (!brought || read_list(key, l) < 0)
			rc = fetch_list(aws, o, key, &kept, l, cancel, err);
		else
			model_list_done(&kept);
		if (lock >= 0)
			close(lock);
	}
	free(path);
	free(key);
	return rc;
}
