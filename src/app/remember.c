/* remember.c - see remember.h. */
#include "config.h"

#include "app/remember.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/utf8.h"

enum { FORMAT = 1, FILE_MAX = 512 * 1024, ID_MAX = 2048, TEXT_MAX = 600 };

static char *
beginning(const char *s)
{
	return mem_strndup(s, utf8_whole(s, strnlen(s, TEXT_MAX)));
}

/* ---- in memory ------------------------------------------------------------------------------- */

static void
answer_done(struct answer *a)
{
	free(a->who);
	free(a->region);
	free(a->id);
	free(a->text);
}

void
remember_done(struct remember *r)
{
	for (size_t i = 0; i < r->recent.n; i++)
		free(r->recent.v[i]);
	vec_done(&r->recent);
	for (size_t i = 0; i < r->answers.n; i++)
		answer_done(&r->answers.v[i]);
	vec_done(&r->answers);
}

void
remember_put_recent(struct remember *r, const char *id)
{
	char *first = mem_strdup(id);
	for (size_t i = 0; i < r->recent.n; i++)
		if (strcmp(r->recent.v[i], id) == 0) {
			free(r->recent.v[i]);
			vec_cut(&r->recent, i, 1);
			break;
		}
	vec_add(&r->recent, first);
	memmove(r->recent.v + 1, r->recent.v, (r->recent.n - 1) * sizeof *r->recent.v);
	r->recent.v[0] = first;
	if (r->recent.n > REMEMBER_RECENT)
		free(r->recent.v[--r->recent.n]);
}

static bool
same_place(const struct answer *a, const struct answer *b)
{
	return str_same(a->who, b->who) && str_same(a->region, b->region) && str_same(a->id, b->id);
}

static size_t
oldest(const struct remember *r)
{
	size_t at = 0;
	for (size_t i = 1; i < r->answers.n; i++)
		if (r->answers.v[i].at < r->answers.v[at].at)
			at = i;
	return at;
}

void
remember_put_answer(struct remember *r, struct answer a)
{
	for (size_t i = 0; i < r->answers.n; i++) {
		struct answer *had = &r->answers.v[i];
		if (!same_place(had, &a))
			continue;
		struct answer *goes = had->at > a.at ? &a : had;
		answer_done(goes);
		if (goes == had)
			*had = a;
		return;
	}
	if (r->answers.n >= REMEMBER_ANSWERS) {
		size_t at = oldest(r);
		answer_done(&r->answers.v[at]);
		vec_cut(&r->answers, at, 1);
	}
	vec_add(&r->answers, a);
}

const struct answer *
remember_find(const struct remember *r, const char *account, const char *label, const char *region,
    const char *id)
{
	const struct answer *last = NULL;
	for (size_t i = 0; i < r->answers.n; i++) {
		const struct answer *a = &r->answers.v[i];
		bool mine = (account != NULL && strcmp(a->who, account) == 0) ||
		    (label != NULL && strcmp(a->who, label) == 0);
		if (mine && str_same(a->region, region) && strcmp(a->id, id) == 0 &&
		    (last == NULL || a->at > last->at))
			last = a;
	}
	return last;
}

/* ---- files ------------------------------------------------------------------------------------- */

static char *
recent_path(void)
{
	return file_path(FILE_STATE, "recent-models");
}

static char *
answers_path(void)
{
	return file_path(FILE_CACHE, "models/answers.json");
}

/* Reads a file of ours; a missing one is empty. */
static void
read_text(char *path, struct buf *out)
{
	buf_init(out, FILE_MAX);
	if (file_exists(path) && file_read(path, FILE_MAX, out, NULL) < 0)
		buf_reset(out);
	free(path);
}

static void
write_text(enum file_place place, const char *folder_name, char *path, struct buf *text)
{
	struct err err = { 0 };
	char *folder = file_path(place, folder_name);
	if (file_make_dir(folder, 0700, &err) < 0 ||
	    file_replace(path, buf_str(text), text->len, 0600, &err) < 0)
		log_warn("remember: %s", err.text);
	free(folder);
	free(path);
	buf_done(text);
}

static void
read_recent(struct remember *r)
{
	struct buf b;
	read_text(recent_path(), &b);
	size_t lines = 0;
	for (const char *p = buf_str(&b); *p != '\0' && lines < REMEMBER_RECENT; lines++) {
		size_t n = strcspn(p, "\n");
		if (n > 0 && n < ID_MAX)
			vec_add(&r->recent, mem_strndup(p, n));
		p += n + (p[n] == '\n');
	}
	buf_done(&b);
}

static void
read_answer(struct remember *r, struct json_object *o)
{
	const char *who = json_str(o, "who", NULL), *region = json_str(o, "region", NULL);
	const char *id = json_str(o, "id", NULL), *at = json_str(o, "at", NULL);
	int64_t when = at != NULL ? clock_parse_iso8601(at) : -1;
	if (who == NULL || id == NULL || when < 0 || strlen(id) > ID_MAX)
		return;
	const char *text = json_str(o, "text", NULL);
	struct answer a = { mem_strdup(who), mem_strdup(region), mem_strdup(id), json_flag(o, "works", false),
		when, text != NULL ? beginning(text) : NULL };
	remember_put_answer(r, a);
}

static void
read_answers(struct remember *r)
{
	struct buf b;
	read_text(answers_path(), &b);
	struct json_object *o = b.len > 0 ? json_parse(b.s, b.len, NULL) : NULL;
	struct json_object *list = json_get(o, "answers");
	if (json_int(o, "version", 0) == FORMAT)
		for (size_t i = 0; i < json_len(list); i++)
			read_answer(r, json_item(list, i));
	json_free(o);
	buf_done(&b);
}

void
remember_read(struct remember *r)
{
	read_recent(r);
	read_answers(r);
}

void
remember_write_recent(const struct remember *r)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < r->recent.n; i++)
		buf_printf(&b, "%s\n", r->recent.v[i]);
	write_text(FILE_STATE, "", recent_path(), &b);
}

static void
put_answer(struct buf *b, const struct answer *a)
{
	char at[32];
	clock_iso8601(a->at, at);
	buf_puts(b, b->s[b->len - 1] == '[' ? "\n{" : ",\n{");
	json_put_member(b, "who", a->who);
	json_put_member(b, "region", a->region);
	json_put_member(b, "id", a->id);
	json_put_bool(b, "works", a->works);
	json_put_member(b, "at", at);
	json_put_member(b, "text", a->text);
	buf_putc(b, '}');
}

void
remember_write_answers(const struct remember *r)
{
	struct buf b = { 0 };
	buf_putc(&b, '{');
	json_put_int(&b, "version", FORMAT);
	json_put_key(&b, "answers");
	buf_putc(&b, '[');
	for (size_t i = 0; i < r->answers.n; i++)
		put_answer(&b, &r->answers.v[i]);
	buf_puts(&b, "\n]}\n");
	write_text(FILE_CACHE, "models", answers_path(), &b);
}

/* ---- in the background ---------------------------------------------------------------------------- */

/* One change on its way to the disk, or the first reading. */
struct change {
	struct job	 job;
	struct note	 note;
	struct app	*app;           /* NULL: nobody waits for what was read */
	char		*recent;        /* NULL: none */
	struct answer	 answer;        /* id NULL: none */
	struct remember	 read;
};

static struct answer
copy_answer(const struct answer *a)
{
	return (struct answer){ mem_strdup(a->who), mem_strdup(a->region), mem_strdup(a->id), a->works, a->at,
		mem_strdup(a->text) };
}

static void
run_change(struct job *job)
{
	struct change *c = (struct change *)((char *)job - offsetof(struct change, job));
	struct remember now = { 0 };
	if (c->recent != NULL) {
		read_recent(&now);
		remember_put_recent(&now, c->recent);
		remember_write_recent(&now);
	}
	if (c->answer.id != NULL) {
		read_answers(&now);
		remember_put_answer(&now, c->answer);   /* taken */
		remember_write_answers(&now);
	}
	remember_done(&now);
	free(c->recent);
	free(c);
}

void
remember_used(struct app *app, const char *id)
{
	if (app->demo != NULL)
		return;         /* its models are none of the user's */
	if (app->remember.recent.n > 0 && strcmp(app->remember.recent.v[0], id) == 0)
		return;
	remember_put_recent(&app->remember, id);
	struct change *c = mem_alloc(sizeof *c);
	c->job.run = run_change;
	c->recent = mem_strdup(id);
	worker_add(app->sync, &c->job);
}

char *
remember_who(const struct creds_report *r)
{
	if (r->label == NULL)
		return NULL;
	return mem_printf("%s%s%s", r->label, r->access_key != NULL ? " " : "",
	    r->access_key != NULL ? r->access_key : "");
}

void
remember_answer(struct app *app, const char *id, bool works, const char *why)
{
	if (app->demo != NULL)
		return;
	struct creds_report *r = creds_report(app->aws);
	char *who = r->account != NULL ? mem_strdup(r->account) : remember_who(r);
	if (who != NULL) {
		struct answer a = { who, mem_strdup(r->region), mem_strdup(id), works, clock_wall(),
			works ? NULL : beginning(why) };
		struct change *c = mem_alloc(sizeof *c);
		c->job.run = run_change;
		c->answer = copy_answer(&a);
		remember_put_answer(&app->remember, a);
		worker_add(app->sync, &c->job);
	}
	creds_report_free(r);
}

static void
run_read(struct job *job)
{
	struct change *c = (struct change *)((char *)job - offsetof(struct change, job));
	remember_read(&c->read);
	mailbox_ring(c->app->mailbox, &c->note);
}

static void
deliver_read(struct note *note)
{
	struct change *c = (struct change *)((char *)note - offsetof(struct change, note));
	struct remember *mine = &c->app->remember;
	/* What was learned while the files were read is newer. */
	for (size_t i = mine->recent.n; i-- > 0;)
		remember_put_recent(&c->read, mine->recent.v[i]);
	for (size_t i = 0; i < mine->answers.n; i++)
		remember_put_answer(&c->read, copy_answer(&mine->answers.v[i]));
	remember_done(mine);
	*mine = c->read;
	free(c);
}

void
remember_stop(struct app *app)
{
	struct change *c = app->remember.reading;
	if (c != NULL) {
		mailbox_drop(app->mailbox, &c->note);
		remember_done(&c->read);
		free(c);
	}
	remember_done(&app->remember);
}

void
remember_start(struct app *app)
{
	struct change *c = mem_alloc(sizeof *c);
	c->job.run = run_read;
	c->note.deliver = deliver_read;
	c->app = app;
	app->remember.reading = c;
	worker_add(app->sync, &c->job);
}
