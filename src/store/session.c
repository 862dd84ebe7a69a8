/*
 * session.c - see session.h. A session that is being recorded.
 *
 * Two sides share it. The UI thread appends lines to `in`, under the lock, and
 * puts the job into the disk worker's queue. The job moves them to `kept`,
 * which only the worker touches, appends them to the journal and frees them
 * once they are synced: until then a failing disk can be given them again.
 */
#include "config.h"

#include "store/session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/journal.h"

enum {
	FORMAT = 1,             /* the header's "v" */
	SYNC_MS = 2000,         /* SESSION_SOON */
	RETRY_MS = 2000,        /* between attempts while the disk refuses */
};

struct line {
	char	*s;
	size_t	 n;
};
struct lines VEC(struct line);

struct waiting {                        /* somebody who waits until so many lines are in the file */
	uint64_t	 lines;
	struct receipt	*receipt;
};

struct session {
	char		*id, *path, *cwd, *parent;
	struct worker	*disk;
	struct mailbox	*mailbox;
	struct job	 job;
	struct note	 note;
	void		(*changed)(void *arg);  /* UI thread, like the next two */
	void		*arg;
	char		 shown[sizeof ((struct err *)0)->text];

	pthread_mutex_t	 lock;                  /* for the members from here on */
	pthread_cond_t	 ran;                   /* `answered` or `closed` changed */
	struct lines	 in;
	uint64_t	 recorded, appended;    /* lines so far: given, in the file (or refused for good) */
	struct VEC(struct waiting) waiting;
	bool		 started;               /* the header is written or in a queue */
	bool		 scheduled;             /* the job is queued and will take `in` */
	bool		 now;                   /* something in `in` wants a sync at once */
	bool		 troubled;
	uint64_t	 asked, answered;       /* flushes */
	bool		 clean;                 /* after the last run all that it took is synced */
	bool		 closing, closed;
	struct err	 trouble;

	struct journal	*journal;               /* the worker's, from here on */
	struct lines	 kept;
	uint64_t	 taken;                 /* lines so far out of `in` */
	size_t		 written;               /* of `kept`: appended, not yet synced */
	size_t		 messages, synced_messages;
	int64_t		 sync_by;               /* clock_ms(), while written > 0 */
};

/* ---- lines -------------------------------------------------------------- */

static void
free_lines(struct lines *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(lines->v[i].s);
	if (n == lines->n)
		vec_done(lines);
	else if (n > 0)
		vec_cut(lines, 0, n);
}

/* A message, or the "end" of one that stays in pieces because of its size. */
static bool
is_message(const char *json, size_t n)
{
	static const char *const starts[] = { "{\"t\":\"message\"", "{\"t\":\"end\"" };
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (n > strlen(starts[i]) && memcmp(json, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static struct line
header_line(const struct session *s)
{
	char created[32];
	clock_iso8601(clock_wall(), created);
	struct buf b;
	buf_init(&b, 0);
	buf_putc(&b, '{');
	json_put_member(&b, "t", "session");
	json_put_int(&b, "v", FORMAT);
	json_put_member(&b, "id", s->id);
	json_put_member(&b, "created", created);
	json_put_member(&b, "cwd", s->cwd);
	if (s->parent != NULL)
		json_put_member(&b, "parent", s->parent);
	json_put_member(&b, "adit", PACKAGE_VERSION);
	buf_putc(&b, '}');
	struct line line;
	line.s = buf_take(&b, &line.n);
	return line;
}

/* ---- who waits for lines to be in the file ------------------------------ */

/* Under the lock: tells those whose lines have been appended, or all of them when the disk refuses. */
static void
sign_receipts(struct session *s, bool refused)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->waiting.n; i++) {
		struct waiting w = s->waiting.v[i];
		bool written = w.lines <= s->appended;
		if (!written && !refused) {
			s->waiting.v[kept++] = w;
			continue;
		}
		receipt_sign(w.receipt, written);
		receipt_unref(w.receipt);
	}
	s->waiting.n = kept;
}

/* ---- the worker's side -------------------------------------------------- */

/* The folder may have been made by hand with other modes; a session is for its owner's eyes. */
static int
open_journal(struct session *s, struct err *err)
{
	if (s->journal != NULL)
		return 0;
	char *folder = file_path(FILE_DATA, "sessions");
	int rc = file_make_dir(folder, 0700, err);
	struct stat st;
	if (rc == 0 && stat(folder, &st) == 0 && (st.st_mode & 077) != 0)
		(void)chmod(folder, 0700);
	free(folder);
	if (rc == 0)
		s->journal = journal_open(s->path, NULL, err);
	return s->journal != NULL ? 0 : -1;
}

/*
 * Appends one line with its count of messages. A record that can never be written is dropped, and
 * said.
 */
static int
append_line(struct session *s, const struct line *line, struct err *err)
{
	if (line->n <= 2 || line->s[0] != '{' || line->s[line->n - 1] != '}')
		return err_set(err, ERR_DATA, _("A record of %zu bytes is no JSON object."),
		    line->n);
	size_t messages = s->messages + is_message(line->s, line->n);
	struct buf b;
	buf_init(&b, 0);
	buf_add(&b, line->s, line->n - 1);
	buf_printf(&b, ",\"msgs\":%zu}", messages);
	int rc = journal_append(s->journal, b.s, b.len, err);
	buf_done(&b);
	if (rc == 0)
		s->messages = messages;
	return rc;
}

static int
append_kept(struct session *s, struct err *err)
{
	while (s->written < s->kept.n) {
		int rc = append_line(s, &s->kept.v[s->written], err);
		if (rc < 0 && err->code != ERR_DATA)
			return -1;
		if (rc < 0)
			log_error("session %s: %s", s->id, err->text);
		if (s->written == 0)
			s->sync_by = clock_ms() + SYNC_MS;
		s->written++;
	}
	return 0;
}

static void
tell_appended(struct session *s)
{
	pthread_mutex_lock(&s->lock);
	s->appended = s->taken;
	sign_receipts(s, false);
	pthread_mutex_unlock(&s->lock);
}

static int
sync_kept(struct session *s, struct err *err)
{
	if (journal_sync(s->journal, err) < 0) {
		s->written = 0;
		s->messages = s->synced_messages;
		return -1;
	}
	s->synced_messages = s->messages;
	free_lines(&s->kept, s->written);
	s->written = 0;
	return 0;
}

static int
write_kept(struct session *s, bool now, struct err *err)
{
	if (s->kept.n == 0)
		return 0;
	if (open_journal(s, err) < 0 || append_kept(s, err) < 0)
		return -1;
	tell_appended(s);       /* now, not after a sync that may take its time */
	if (s->written > 0 && (now || clock_ms() >= s->sync_by))
		return sync_kept(s, err);
	return 0;
}

static void
take_in(struct session *s)
{
	s->taken = s->recorded;
	for (size_t i = 0; i < s->in.n; i++)
		vec_add(&s->kept, s->in.v[i]);
	vec_done(&s->in);
}

/* Under the lock: is the sentence that people should see another one now? */
static bool
set_trouble(struct session *s, int rc, const struct err *err)
{
	bool before = s->troubled;
	struct err was = s->trouble;
	s->troubled = rc < 0;
	s->trouble = (struct err){ 0 };
	if (s->troubled)
		err_set(&s->trouble, err->code,
		    _("The conversation is kept in memory only, until this is put right: %s"),
		    err->text);
	return before != s->troubled || strcmp(was.text, s->trouble.text) != 0;
}

/* Under the lock, at the end of a run: when to run again, unless somebody has asked already. */
static void
run_again(struct session *s)
{
	if (s->scheduled || s->closing || s->kept.n == 0)
		return;
	int64_t wait = s->troubled ? RETRY_MS : s->sync_by - clock_ms();
	worker_add_later(s->disk, &s->job, wait > 0 ? wait : 0);
}

static void
run_job(struct job *job)
{
	struct session *s = (struct session *)((char *)job - offsetof(struct session, job));
	struct err err = { 0 };

	pthread_mutex_lock(&s->lock);
	s->scheduled = false;
	uint64_t asked = s->asked;
	bool now = s->now || s->closing || asked != s->answered || s->troubled;
	bool closing = s->closing;
	s->now = false;
	take_in(s);
	pthread_mutex_unlock(&s->lock);

	int rc = write_kept(s, now, &err);
	if (rc < 0)
		log_error("session %s: %s", s->id, err.text);
	if (closing) {
		journal_close(s->journal);
		s->journal = NULL;
	}

	pthread_mutex_lock(&s->lock);
	s->answered = asked;
	s->clean = s->kept.n == 0;
	if (rc < 0)
		sign_receipts(s, true);
	if (set_trouble(s, rc, &err) && s->mailbox != NULL && !closing)
		mailbox_ring(s->mailbox, &s->note);
	run_again(s);
	s->closed = closing;
	pthread_cond_broadcast(&s->ran);
	pthread_mutex_unlock(&s->lock);
}

/* ---- the UI thread's side ----------------------------------------------- */

/* Under the lock. A run that has taken its lines already does not count as scheduled. */
static void
schedule(struct session *s)
{
	if (!s->scheduled) {
		s->scheduled = true;
		worker_add(s->disk, &s->job);
	}
}

static void
tell_trouble(struct note *note)
{
	struct session *s = (struct session *)((char *)note - offsetof(struct session, note));
	if (s->changed != NULL)
		s->changed(s->arg);
}

static struct session *
make(struct worker *disk, struct mailbox *mailbox, char *id, char *path)
{
	struct session *s = mem_alloc(sizeof *s);
	s->id = id;
	s->path = path;
	s->disk = disk;
	s->mailbox = mailbox;
	s->job.run = run_job;
	s->note.deliver = tell_trouble;
	s->clean = true;
	pthread_mutex_init(&s->lock, NULL);
	cond_init(&s->ran);
	return s;
}

static void
unmake(struct session *s)
{
	journal_close(s->journal);
	sign_receipts(s, true);
	vec_done(&s->waiting);
	free_lines(&s->in, s->in.n);
	free_lines(&s->kept, s->kept.n);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->ran);
	free(s->id);
	free(s->path);
	free(s->cwd);
	free(s->parent);
	free(s);
}

static char *
path_of(const char *id)
{
	char *name = mem_printf("sessions/%s.jsonl", id);
	char *path = file_path(FILE_DATA, name);
	free(name);
	return path;
}

struct session *
session_new(struct worker *disk, struct mailbox *mailbox, const char *cwd)
{
	char uuid[37], *path = NULL;
	do {
		free(path);
		str_uuid4(uuid);
		uuid[8] = '\0';         /* its first group is random throughout */
		path = path_of(uuid);
	} while (file_exists(path));
	struct session *s = make(disk, mailbox, mem_strdup(uuid), path);
	s->cwd = mem_strdup(cwd);
	return s;
}

/* What session_resume() looks at on the way to the caller's on_record. */
struct replay {
	struct session	*s;
	int		(*on_record)(void *arg, const char *json, size_t n);
	void		*arg;
	size_t		 records;
	int64_t		 format;
};

static int
replay_record(void *arg, const char *json, size_t n)
{
	struct replay *r = arg;
	if (r->records++ == 0) {
		struct json_object *header = json_parse(json, n, NULL);
		const char *t = json_str(header, "t", "");
		r->format = strcmp(t, "session") == 0 ? json_int(header, "v", 0) : 0;
		json_free(header);
		if (r->format < 1 || r->format > FORMAT)
			return 1;
	}
	r->s->messages += is_message(json, n);
	return r->on_record(r->arg, json, n);
}

static int
replay(struct session *s, struct replay *r, size_t *bad, struct err *err)
{
	int rc = journal_read(s->path, replay_record, r, bad, err);
	if (rc < 0)
		return -1;
	if (r->records == 0 || r->format < 1)
		return err_set(err, ERR_DATA,
		    _("%s is not a conversation that adit has stored."), s->path);
	if (r->format > FORMAT)
		return err_set(err, ERR_DATA, _("Session %s was written by a newer adit."), s->id);
	if (rc > 0)
		return err_set(err, ERR_CANCELLED, _("Reading session %s was given up."), s->id);
	return 0;
}

struct session *
session_resume(struct worker *disk, struct mailbox *mailbox, const char *id_prefix,
    int (*on_record)(void *arg, const char *json, size_t n), void *arg, size_t *torn, size_t *bad,
    struct err *err)
{
	char *id = NULL, *path = session_find(id_prefix, &id, err);
	if (path == NULL)
		return NULL;
	struct session *s = make(disk, mailbox, id, path);
	struct replay r = { .s = s, .on_record = on_record, .arg = arg };
	s->started = true;
	s->journal = journal_open(path, torn, err);
	if (s->journal == NULL || replay(s, &r, bad, err) < 0) {
		unmake(s);
		return NULL;
	}
	s->synced_messages = s->messages;
	return s;
}

const char *
session_id(const struct session *s)
{
	return s->id;
}

void
session_set_parent(struct session *s, const char *parent_id)
{
	free(s->parent);
	s->parent = mem_strdup(parent_id);
}

void
session_record(struct session *s, const char *json, size_t n, enum session_sync sync)
{
	if (s == NULL)
		return;
	struct line line = { .s = mem_strndup(json, n), .n = n };
	pthread_mutex_lock(&s->lock);
	if (!s->started) {
		vec_add(&s->in, header_line(s));
		s->recorded++;
	}
	s->started = true;
	vec_add(&s->in, line);
	s->recorded++;
	s->now |= sync == SESSION_NOW;
	if (!s->troubled)       /* else the next attempt takes it along */
		schedule(s);
	pthread_mutex_unlock(&s->lock);
}

struct receipt *
session_receipt(struct session *s)
{
	if (s == NULL)
		return NULL;
	struct receipt *r = receipt_new();
	pthread_mutex_lock(&s->lock);
	vec_add(&s->waiting, ((struct waiting){ .lines = s->recorded, .receipt = receipt_ref(r) }));
	sign_receipts(s, s->troubled);
	pthread_mutex_unlock(&s->lock);
	return r;
}

const char *
session_trouble(struct session *s)
{
	if (s == NULL)
		return NULL;
	pthread_mutex_lock(&s->lock);
	memcpy(s->shown, s->trouble.text, sizeof s->shown);
	bool troubled = s->troubled;
	pthread_mutex_unlock(&s->lock);
	return troubled ? s->shown : NULL;
}

void
session_on_trouble(struct session *s, void (*changed)(void *arg), void *arg)
{
	s->changed = changed;
	s->arg = arg;
}

bool
session_flush(struct session *s, int ms)
{
	if (s == NULL)
		return true;
	int64_t until = clock_ms() + ms;
	pthread_mutex_lock(&s->lock);
	uint64_t ask = ++s->asked;
	schedule(s);
	bool in_time = true;
	while (s->answered < ask && in_time)
		in_time = cond_wait_until(&s->ran, &s->lock, until);
	bool done = s->answered >= ask && s->clean;
	pthread_mutex_unlock(&s->lock);
	return done;
}

void
session_close(struct session *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	schedule(s);
	while (!s->closed)
		pthread_cond_wait(&s->ran, &s->lock);
	pthread_mutex_unlock(&s->lock);
	if (s->mailbox != NULL)
		mailbox_drop(s->mailbox, &s->note);
	unmake(s);
}
