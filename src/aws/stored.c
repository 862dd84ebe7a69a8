/* stored.c - see stored.h. */
#include "config.h"

#include "aws/stored.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/document.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#define API_KEY "bedrockApiKey"

enum { MAX_FILE = 64 * 1024 };

struct stored {
	atomic_int		 refs;
	char			*path;
	bool			 exists;
	struct file_stamp	 stamp;
	struct secret		*api_key;
	struct err		 fault;
};

char *
stored_path(void)
{
	return file_path(FILE_DATA, "credentials.json");
}

/* ---- reading ------------------------------------------------------------------------ */

static int
check_owner(const char *path, const struct stat *st, struct err *err)
{
	if (st->st_uid != geteuid())
		return err_set(err, ERR_CREDENTIALS, _("%s does not belong to you; adit does not use it."), path);
	return 0;
}

/* Nobody else may read the file, or put another in its place. */
static int
check_modes(const char *path, struct err *err)
{
	struct stat file, folder;
	char *above = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	int rc = 0;
	if (stat(path, &file) < 0 || stat(above, &folder) < 0)
		rc = err_set(err, ERR_CREDENTIALS, _("Cannot read %s: %s."), path, strerror(errno));
	if (rc == 0)
		rc = check_owner(path, &file, err);
	if (rc == 0 && (file.st_mode & 077) != 0)
		rc = err_set(err, ERR_CREDENTIALS, _("Others can read the API key that adit stored, so it is not used. Run: "
						"chmod 600 %s (and make a new key, if somebody may have looked)."), path);
	if (rc == 0 && (folder.st_mode & 022) != 0)
		rc = err_set(err, ERR_CREDENTIALS, _("Others can write to the folder of the API key that adit stored, so it is "
						"not used. Run: chmod 700 %s"), above);
	free(above);
	return rc;
}

/* The whole file, to be freed with document_free(); NULL and err when it cannot be used. */
static struct json_object *
read_file(const char *path, struct err *err)
{
	struct buf b;
	struct json_object *o = NULL;
	if (check_modes(path, err) < 0)
		return NULL;
	buf_init(&b, 0);
	buf_room(&b, MAX_FILE);
	buf_grew(&b, 0);
	if (file_read(path, MAX_FILE, &b, err) == 0) {
		o = document_parse(buf_str(&b), b.len, NULL);
		if (o == NULL)
			err_set(err, ERR_CREDENTIALS, _("%s is damaged. Forget it with “adit auth logout”, and sign in again."), path);
	}
	buf_wipe(&b);
	return o;
}

static void
take_file(struct stored *s)
{
	struct json_object *o = read_file(s->path, &s->fault);
	const char *key = document_text(o, API_KEY, false);
	if (key != NULL)
		s->api_key = secret_new(key, strlen(key));
	document_free(o);
	s->exists = s->api_key != NULL || s->fault.code != ERR_NONE;
}

const struct stored *
stored_load(const struct stored *before)
{
	char *path = stored_path();
	struct file_stamp now = file_stamp(path);
	/* A fault may be mended by a chmod, which the stamp does not show. */
	if (before != NULL && before->fault.code == ERR_NONE && strcmp(before->path, path) == 0 &&
	    file_stamp_same(before->stamp, now)) {
		free(path);
		return before;
	}
	stored_unref(before);
	struct stored *s = mem_alloc(sizeof *s);
	*s = (struct stored){ .refs = 1, .path = path, .stamp = now };
	if (file_exists(path))
		take_file(s);
	return s;
}

const struct stored *
stored_ref(const struct stored *s)
{
	if (s != NULL)
		atomic_fetch_add(&((struct stored *)(uintptr_t)s)->refs, 1);
	return s;
}

void
stored_unref(const struct stored *s)
{
	struct stored *mine = (struct stored *)(uintptr_t)s;
	if (s == NULL || atomic_fetch_sub(&mine->refs, 1) > 1)
		return;
	free(mine->path);
	secret_free(mine->api_key);
	free(mine);
}

bool
stored_is_there(const struct stored *s)
{
	return s != NULL && s->exists;
}

const struct secret *
stored_api_key(const struct stored *s)
{
	return s != NULL ? s->api_key : NULL;
}

int
stored_usable(const struct stored *s, struct err *err)
{
	if (s == NULL || s->fault.code == ERR_NONE)
		return 0;
	return err_set(err, ERR_CREDENTIALS, "%s", s->fault.text);
}

/* ---- writing ------------------------------------------------------------------------- */

/* The folder, for its user only. One that is there already keeps others from writing at least. */
static int
make_folder(const char *path, struct err *err)
{
	struct stat st;
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	int rc = file_make_dir(folder, 0700, err);
	if (rc == 0 && stat(folder, &st) == 0 && (st.st_mode & 077) != 0 && chmod(folder, 0700) < 0)
		rc = err_set(err, ERR_FAILED, _("Others can look into %s. Run: chmod 700 %s"), folder, folder);
	free(folder);
	return rc;
}

int
stored_keep_api_key(const struct secret *key, struct err *err)
{
	char *path = stored_path();
	int rc = make_folder(path, err);
	if (rc == 0) {
		struct json_object *o = file_exists(path) ? read_file(path, NULL) : NULL;
		if (o == NULL)          /* nothing there, or nothing of use: others knew it, or it was damaged */
			o = json_object_new_object();
		json_object_object_add(o, API_KEY, json_object_new_string(secret_reveal(key)));
		const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
		    JSON_C_TO_STRING_NOSLASHESCAPE);
		rc = file_replace(path, text, strlen(text), 0600, err);
		mem_wipe((char *)(uintptr_t)text, strlen(text));        /* json-c's own buffer */
		document_free(o);
	}
	free(path);
	return rc;
}

int
stored_forget(bool *was_there, struct err *err)
{
	char *path = stored_path();
	int rc = unlink(path);
	if (was_there != NULL)
		*was_there = rc == 0;
	if (rc < 0 && errno != ENOENT)
		rc = err_set(err, ERR_FAILED, _("Cannot remove %s: %s."), path, strerror(errno));
	else
		rc = 0;
	free(path);
	return rc;
}
