/*
 * session.c - see session.h. A session that is being recorded.
 *
 * Two sides share it. The UI thread appends lines to `in`, under the lock, and
 * puts the job into the disk worker's queue. The job moves them to `kept`,
 * which only the worker touches, appends them to the journal and frees them
 * once they are synced: until then a failing disk can be given them again.
 *
 *	kept:  [ covered by the sync under way | written | not yet written ]
 *
 * The sync worker does nothing but wait for the disk, and queues the job again:
 * what came of it is seen to by the disk worker, so that one thread changes all
 * of this.
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
	struct worker	*disk, *sync;
	struct mailbox	*mailbox;
	struct job	 job, sync_job;
	struct note	 note;
	void		(*changed)(void *arg);  /* UI thread, like the next two */
	void		*arg;
	char		 shown[sizeof ((struct err *)0)->text];

	pthread_mutex_t	 lock;                  /* for the members from here on */
	pthread_cond_t	 ran;                   /* `synced`, `failed` or `closed` changed */
	struct lines	 in;
	uint64_t	 recorded, appended, synced; /* lines so far: given, in the file, kept there (or dropped) */
	struct VEC(struct waiting) waiting;
	bool		 started;               /* the header is written or in a queue */
	bool		 scheduled;             /* the job is queued and will take `in` */
	bool		 now;                   /* something in `in` wants a sync at once */
	bool		 sync_ended;            /* the sync worker is done with `syncing`, and the job is queued */
	bool		 refused;               /* the last run ended with a failure: the next one comes by itself */
	bool		 troubled;              /* since a failure, until `mended` lines are synced */
	uint64_t	 mended;
	uint64_t	 asked, failed;         /* flushes; those that an attempt begun after them has failed */
	bool		 closing, closed;
	struct err	 trouble;

	struct journal	*journal;               /* the worker's, from here on */
	struct lines	 kept;
	uint64_t	 taken, asking;         /* lines so far out of `in`; `asked` when this run began */
	size_t		 written;               /* of `kept`: appended, not yet synced */
	size_t		 messages, synced_messages;
	bool		 due;                   /* what is written wants a sync at once */
	int64_t		 sync_by;               /* clock_ms(), while written > covered */

	bool		 syncing;               /* the sync worker has this: */
	struct journal_sync in_sync;
	size_t		 covered, covered_messages;     /* of `kept`: appended before it began */
	uint64_t	 sync_asking;           /* `asking` then */
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

/* ---- the sync worker's side --------------------------------------------- */

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
run_sync(struct job *job)
{
	struct session *s = (struct session *)((char *)job - offsetof(struct session, sync_job));
	journal_sync_wait(&s->in_sync);
	pthread_mutex_lock(&s->lock);
	s->sync_ended = true;
	schedule(s);
	pthread_mutex_unlock(&s->lock);
}

/* ---- the disk worker's side --------------------------------------------- */

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
		if (s->written == s->covered)
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
write_kept(struct session *s, struct err *err)
{
	if (s->kept.n == 0)
		return 0;
	if (open_journal(s, err) < 0 || append_kept(s, err) < 0)
		return -1;
	tell_appended(s);
	return 0;
}

static void
begin_sync(struct session *s)
{
	s->due &= s->kept.n > 0;
	if (s->syncing || s->written == 0 || (!s->due && clock_ms() < s->sync_by))
		return;
	s->due = false;
	s->syncing = true;
	s->covered = s->written;
	s->covered_messages = s->messages;
	s->sync_asking = s->asking;
	journal_sync_begin(s->journal, &s->in_sync);
	worker_add(s->sync, &s->sync_job);
}

/* Frees what is on the disk for good; after a failure all that is kept is to be appended anew. */
static int
end_sync(struct session *s, struct err *err)
{
	size_t covered = s->covered;
	s->syncing = false;
	s->covered = 0;
	if (journal_sync_end(s->journal, &s->in_sync, err) < 0) {
		s->written = 0;
		s->messages = s->synced_messages;
		return -1;
	}
	s->synced_messages = s->covered_messages;
	free_lines(&s->kept, covered);
	s->written -= covered;
	return 0;
}

/* Under the lock, at the beginning of a run. True when a sync has ended. */
static bool
take_in(struct session *s)
{
	bool ended = s->sync_ended;
	s->scheduled = s->sync_ended = false;
	s->due |= s->now || s->troubled || s->asking != s->asked;
	s->now = false;
	s->asking = s->asked;
	s->taken = s->recorded;
	for (size_t i = 0; i < s->in.n; i++)
		vec_add(&s->kept, s->in.v[i]);
	vec_done(&s->in);
	return ended;
}

/* Under the lock: is the sentence that people should see another one now? NULL: there is no trouble. */
static bool
set_trouble(struct session *s, const struct err *err)
{
	bool before = s->troubled;
	struct err was = s->trouble;
	s->troubled = err != NULL;
	s->trouble = (struct err){ 0 };
	if (err != NULL)
		err_set(&s->trouble, err->code,
		    _("The conversation is kept in memory only, until this is put right: %s"),
		    err->text);
	return before != s->troubled || strcmp(was.text, s->trouble.text) != 0;
}

/*
 * Under the lock, at the end of a run, which failed with err or did not (NULL). True when people should be told. That
 * lines can be appended again does not end the trouble: only a sync shows that the disk keeps them.
 */
static bool
tell_result(struct session *s, const struct err *err)
{
	s->synced = s->taken - s->kept.n;
	s->appended = s->synced + s->written;   /* fewer than before, when a sync has failed */
	s->refused = err != NULL;
	if (err != NULL) {
		sign_receipts(s, true);
		s->mended = s->taken;
		return set_trouble(s, err);
	}
	return s->troubled && s->synced >= s->mended && set_trouble(s, NULL);
}

/* Under the lock, at the end of a run: when to run again, unless somebody has asked already. */
static void
run_again(struct session *s)
{
	if (s->scheduled || s->kept.n == 0)
		return;
	if (!s->refused && s->syncing)
		return;         /* its end does it */
	int64_t wait = !s->refused ? s->sync_by - clock_ms() : s->failed < s->asked ? 0 : RETRY_MS;
	worker_add_later(s->disk, &s->job, wait > 0 ? wait : 0);
}

static void
finish(struct session *s)
{
	journal_close(s->journal);
	s->journal = NULL;
	pthread_mutex_lock(&s->lock);
	s->closed = true;
	pthread_cond_broadcast(&s->ran);
	pthread_mutex_unlock(&s->lock);
}

static void
run_job(struct job *job)
{
	struct session *s = (struct session *)((char *)job - offsetof(struct session, job));
	struct err err = { 0 };

	pthread_mutex_lock(&s->lock);
	bool closing = s->closing;
	bool sync_ended = take_in(s);
	pthread_mutex_unlock(&s->lock);

	uint64_t attempt = sync_ended ? s->sync_asking : s->asking;
	int rc = sync_ended ? end_sync(s, &err) : 0;
	if (rc == 0) {
		attempt = s->asking;
		rc = write_kept(s, &err);
	}
	begin_sync(s);
	if (rc < 0)
		log_error("session %s: %s", s->id, err.text);

	pthread_mutex_lock(&s->lock);
	if (rc < 0 && s->failed < attempt)
		s->failed = attempt;
	if (tell_result(s, rc < 0 ? &err : NULL) && s->mailbox != NULL && !closing)
		mailbox_ring(s->mailbox, &s->note);
	bool last = closing && !s->syncing && (s->kept.n == 0 || s->failed == s->asked);
	if (!last)
		run_again(s);
	pthread_cond_broadcast(&s->ran);
	pthread_mutex_unlock(&s->lock);
	if (last)
		finish(s);
}

/* ---- the UI thread's side ----------------------------------------------- */

static void
tell_trouble(struct note *note)
{
	struct session *s = (struct session *)((char *)note - offsetof(struct session, note));
	if (s->changed != NULL)
		s->changed(s->arg);
}

static struct session *
make(struct worker *disk, struct worker *sync, struct mailbox *mailbox, char *id, char *path)
{
	struct session *s = mem_alloc(sizeof *s);
	s->id = id;
	s->path = path;
	s->disk = disk;
	s->sync = sync;
	s->mailbox = mailbox;
	s->job.run = run_job;
	s->sync_job.run = run_sync;
	s->note.deliver = tell_trouble;
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
session_new(struct worker *disk, struct worker *sync, struct mailbox *mailbox, const char *cwd)
{
	char uuid[37], *path = NULL;
	do {
		free(path);
		str_uuid4(uuid);
		uuid[8] = '\0';         /* its first group is random throughout */
		path = path_of(uuid);
	} while (file_exists(path));
	struct session *s = make(disk, sync, mailbox, mem_strdup(uuid), path);
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
session_resume(struct worker *disk, struct worker *sync, struct mailbox *mailbox, const char *id_prefix,
    int (*on_record)(void *arg, const char *json, size_t n), void *arg, size_t *torn, size_t *bad,
    struct err *err)
{
	char *id = NULL, *path = session_find(id_prefix, &id, err);
	if (path == NULL)
		return NULL;
	struct session *s = make(disk, sync, mailbox, id, path);
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
	if (!s->refused)        /* else the next attempt takes it along */
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
	sign_receipts(s, s->refused);
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
	uint64_t ask = ++s->asked, lines = s->recorded;
	schedule(s);
	bool in_time = true;
	while (s->synced < lines && s->failed < ask && in_time)
		in_time = cond_wait_until(&s->ran, &s->lock, until);
	bool done = s->synced >= lines;
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
	s->asked++;
	schedule(s);
	while (!s->closed)
		pthread_cond_wait(&s->ran, &s->lock);
	pthread_mutex_unlock(&s->lock);
	if (s->mailbox != NULL)
		mailbox_drop(s->mailbox, &s->note);
	unmake(s);
}
