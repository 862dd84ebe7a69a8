/* ledger.c - see ledger.h. */
#include "config.h"

#include "store/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

enum { MONTH_BYTES = 64 * 1024 * 1024, LINE_BYTES = 16 * 1024 };

struct ledger {
	struct worker	*disk;
	struct mailbox	*mailbox;
	struct VEC(struct question *) questions;        /* under way */
};

/* ---- writing ---------------------------------------------------------------- */

struct line {
	struct job	 job;
	int64_t		 at;
	struct buf	 text;
};

/* "…/usage/usage-2026-08.jsonl". Owned by the caller. */
static char *
file_of(int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;
	char *folder = file_path(FILE_DATA, "usage");
	localtime_r(&t, &tm);
	char *path = mem_printf("%s/usage-%04d-%02d.jsonl", folder, tm.tm_year + 1900, tm.tm_mon + 1);
	free(folder);
	return path;
}

/* One write of a short line to a file opened for appending does not mix with those of others. */
static void
append(struct job *job)
{
	struct line *l = (struct line *)job;
	char *path = file_of(l->at), *folder = file_path(FILE_DATA, "usage");
	int fd = -1;
	if (file_make_dir(folder, 0700, NULL) == 0)
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || file_write_all(fd, l->text.s, l->text.len) < 0)
		log_warn("ledger: cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
	free(folder);
	buf_done(&l->text);
	free(l);
}

static void
put_text(struct buf *b, const char *key, const char *s)
{
	if (s != NULL && *s != '\0')
		json_put_member(b, key, s);
}

void
ledger_add(struct ledger *ledger, const struct ledger_entry *e)
{
	struct line *l = mem_alloc(sizeof *l);
	char at[32];
	clock_iso8601(e->at, at);
	l->job.run = append;
	l->at = e->at;
	buf_putc(&l->text, '{');
	json_put_member(&l->text, "at", at);
	put_text(&l->text, "session", e->session);
	put_text(&l->text, "agent", e->agent);
	json_put_member(&l->text, "model", e->model);
	put_text(&l->text, "tier", e->tier);
	json_put_int(&l->text, "input", e->input);
	json_put_int(&l->text, "output", e->output);
	json_put_int(&l->text, "cacheRead", e->cache_read);
	json_put_int(&l->text, "cacheWrite", e->cache_write);
	json_put_int(&l->text, "cacheWrite1h", e->cache_write_1h);
	if (e->cost >= 0)
		json_put_num(&l->text, "cost", e->cost);
	else
		json_put_null(&l->text, "cost");
	buf_puts(&l->text, "}\n");
	worker_add(ledger->disk, &l->job);
}

/* ---- sums --------------------------------------------------------------------- */

void
ledger_sums_done(struct ledger_sums *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].model);
	vec_done(s);
}

static struct ledger_sum *
sum_of(struct ledger_sums *sums, const char *model)
{
	for (size_t i = 0; i < sums->n; i++)
		if (strcmp(sums->v[i].model, model) == 0)
			return &sums->v[i];
	struct ledger_sum fresh = { .model = mem_strdup(model) };
	vec_add(sums, fresh);
	return &sums->v[sums->n - 1];
}

/* Anybody may have written the file: nothing counts backwards, and nothing overflows. */
static int64_t
count(struct json_object *o, const char *key)
{
	static const int64_t most = 1000000000000;
	int64_t n = json_int(o, key, 0);
	return n < 0 ? 0 : n > most ? most : n;
}

static void
add_line(struct ledger_sums *sums, const char *line, size_t n, int64_t from)
{
	struct json_object *o = json_parse(line, n, NULL);
	const char *model = json_str(o, "model", NULL);
	if (model == NULL || clock_parse_iso8601(json_str(o, "at", "")) < from) {
		json_free(o);
		return;
	}
	struct ledger_sum *s = sum_of(sums, model);
	double cost = json_num(o, "cost", -1);
	s->replies++;
	s->input += count(o, "input");
	s->output += count(o, "output");
	s->cache_read += count(o, "cacheRead");
	s->cache_write += count(o, "cacheWrite");
	if (cost >= 0 && cost < 1e9)
		s->cost += cost;
	else
		s->unpriced++;
	json_free(o);
}

void
ledger_sum_text(struct ledger_sums *sums, const char *text, size_t n, int64_t from)
{
	for (const char *end = text + n; text < end;) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t len = nl != NULL ? (size_t)(nl - text) : (size_t)(end - text);
		if (len > 0 && len <= LINE_BYTES)
			add_line(sums, text, len, from);
		text += len + (nl != NULL);
	}
}

/* ---- reading -------------------------------------------------------------------- */

struct question {
	struct job		 job;
	struct note		 note;
	struct ledger		*ledger;        /* NULL: nobody waits any more; UI thread */
	struct mailbox		*mailbox;
	int64_t			 now;
	struct ledger_sums	 today, month;
	void			(*done)(void *, const struct ledger_sums *, const struct ledger_sums *);
	void			*arg;
};

static int64_t
begin_of_day(int64_t at, bool of_month)
{
	time_t t = (time_t)at;
	struct tm tm;
	localtime_r(&t, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	if (of_month)
		tm.tm_mday = 1;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}

static void
read_sums(int64_t now, struct ledger_sums *today, struct ledger_sums *month)
{
	char *path = file_of(now);
	struct buf text = { 0 };
	if (file_exists(path) && file_read(path, MONTH_BYTES, &text, NULL) == 0) {
		ledger_sum_text(today, buf_str(&text), text.len, begin_of_day(now, false));
		ledger_sum_text(month, buf_str(&text), text.len, begin_of_day(now, true));
	}
	buf_done(&text);
	free(path);
}

/* A job behind all those that write. */
struct wait {
	struct job		 job;
	struct ledger_sums	*today, *month;
	sem_t			 done;
};

static void
read_for_waiter(struct job *job)
{
	struct wait *w = (struct wait *)job;
	read_sums(clock_wall(), w->today, w->month);
	sem_post(&w->done);
}

void
ledger_read_now(struct ledger *l, struct ledger_sums *today, struct ledger_sums *month)
{
	struct wait w = { .job.run = read_for_waiter, .today = today, .month = month };
	sem_init(&w.done, 0, 0);
	worker_add(l->disk, &w.job);
	while (sem_wait(&w.done) < 0 && errno == EINTR)
		continue;
	sem_destroy(&w.done);
}

static void
read_month(struct job *job)
{
	struct question *q = (struct question *)job;
	read_sums(q->now, &q->today, &q->month);
	mailbox_ring(q->mailbox, &q->note);
}

static void
forget(struct ledger *l, const struct question *q)
{
	for (size_t i = 0; i < l->questions.n; i++)
		if (l->questions.v[i] == q) {
			vec_cut(&l->questions, i, 1);
			return;
		}
}

static void
deliver(struct note *note)
{
	struct question *q = (struct question *)((char *)note - offsetof(struct question, note));
	if (q->ledger != NULL) {
		forget(q->ledger, q);
		q->done(q->arg, &q->today, &q->month);
	}
	ledger_sums_done(&q->today);
	ledger_sums_done(&q->month);
	free(q);
}

void
ledger_read(struct ledger *l, void (*done)(void *, const struct ledger_sums *, const struct ledger_sums *),
    void *arg)
{
	struct question *q = mem_alloc(sizeof *q);
	*q = (struct question){ .job.run = read_month, .note.deliver = deliver, .ledger = l,
		.mailbox = l->mailbox, .now = clock_wall(), .done = done, .arg = arg };
	vec_add(&l->questions, q);
	worker_add(l->disk, &q->job);
}

/* ---- life -------------------------------------------------------------------------- */

struct ledger *
ledger_new(struct worker *disk, struct mailbox *mailbox)
{
	struct ledger *l = mem_alloc(sizeof *l);
	l->disk = disk;
	l->mailbox = mailbox;
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->questions.n; i++)
		l->questions.v[i]->ledger = NULL;
	vec_done(&l->questions);
	free(l);
}
