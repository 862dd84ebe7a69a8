/* files.c - see files.h. */
#include "config.h"

#include "app/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"

static bool
is_file(const char *path)
{
	struct stat st;
	char *whole = file_expand(path);
	bool is = stat(whole, &st) == 0 && S_ISREG(st.st_mode);
	free(whole);
	return is;
}

int
files_attach(struct app *app, const char *path, struct err *err)
{
	if (app->files == NULL)
		app->files = message_new(MESSAGE_USER);
	return attach_file(app->files, path, err);
}

int
files_attach_options(struct app *app, struct err *err)
{
	for (size_t i = 0; i < app->options.n_files; i++)
		if (files_attach(app, app->options.files[i], err) < 0)
			return -1;
	return 0;
}

void
files_forget(struct app *app)
{
	message_unref(app->files);
	app->files = NULL;
}

/* ---- @FILE ------------------------------------------------------------------------ */

/* The file named at s, right behind an "@"; NULL when there is none. The caller frees it. */
static char *
file_at(const char *s)
{
	if (*s == '"') {
		const char *end = strchr(s + 1, '"');
		char *quoted = end != NULL ? mem_strndup(s + 1, (size_t)(end - s - 1)) : NULL;
		if (quoted != NULL && is_file(quoted))
			return quoted;
		free(quoted);
		return NULL;
	}
	/* "see @notes.txt." is about notes.txt */
	for (size_t n = strcspn(s, " \t\n"); n > 0; n--) {
		char *word = mem_strndup(s, n);
		if (is_file(word))
			return word;
		free(word);
		if (strchr(".,;:!?)]}'\"", s[n - 1]) == NULL)
			break;
	}
	return NULL;
}

static int
attach_named(struct message *m, const char *text, struct err *err)
{
	for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@')) {
		if (at > text && strchr(" \t\n([{", at[-1]) == NULL)
			continue;
		char *path = file_at(at + 1);
		int rc = path != NULL ? attach_file(m, path, err) : 0;
		free(path);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* What waits, as a message of its own. */
static struct message *
copy_waiting(const struct app *app)
{
	struct message *m = message_new(MESSAGE_USER);
	for (size_t i = 0; app->files != NULL && i < app->files->parts.n; i++)
		message_copy_part(m, &app->files->parts.v[i]);
	return m;
}

int
files_say(struct app *app, struct agent *agent, const char *text, struct err *err)
{
	struct message *m = copy_waiting(app);
	int rc = attach_named(m, text, err);
	if (rc == 0) {
		agent_say_with(agent, text, m->parts.n > 0 ? m : NULL);
		files_forget(app);
	}
	message_unref(m);
	return rc;
}

/* ---- on a thread of their own ------------------------------------------------------- */

struct files_job {
	struct job	 job;
	struct note	 note;
	struct app	*app;
	struct agent	*agent;         /* may be gone when this comes back */
	char		*text;
	struct message	*files;
	struct err	 err;
	void		(*failed)(struct app *, struct agent *, const char *text, const struct err *);
};

static void
job_free(struct files_job *j)
{
	message_unref(j->files);
	free(j->text);
	free(j);
}

static void
read_files(struct job *job)
{
	struct files_job *j = (struct files_job *)job;
	(void)attach_named(j->files, j->text, &j->err);
	mailbox_ring(j->app->mailbox, &j->note);
}

static bool
is_there(const struct app *app, const struct agent *agent)
{
	return agent == app->agent || (app->tree != NULL && tree_of(app->tree, agent) != NULL);
}

static void
deliver(struct note *note)
{
	struct files_job *j = (struct files_job *)((char *)note - offsetof(struct files_job, note));
	struct app *app = j->app;
	struct agent *agent = is_there(app, j->agent) ? j->agent : NULL;
	app->files_jobs--;
	if (j->err.code != ERR_NONE)
		j->failed(app, agent, j->text, &j->err);
	else if (agent != NULL)
		agent_say_with(agent, j->text, j->files->parts.n > 0 ? j->files : NULL);
	job_free(j);
}

void
files_say_later(struct app *app, struct agent *agent, const char *text,
    void (*failed)(struct app *, struct agent *, const char *, const struct err *))
{
	struct message *m = copy_waiting(app);
	files_forget(app);
	/* What is said after a message whose files are still being read must not overtake it. */
	if (strchr(text, '@') == NULL && app->files_jobs == 0) {
		agent_say_with(agent, text, m->parts.n > 0 ? m : NULL);
		message_unref(m);
		return;
	}
	if (app->files_worker == NULL)
		app->files_worker = worker_start("adit-files");
	struct files_job *j = mem_alloc(sizeof *j);
	*j = (struct files_job){ .job.run = read_files, .note.deliver = deliver, .app = app, .agent = agent,
		.text = mem_strdup(text), .files = m, .failed = failed };
	app->files_jobs++;
	worker_add(app->files_worker, &j->job);
}

void
files_stop(struct app *app)
{
	worker_stop(app->files_worker);
	app->files_worker = NULL;
	if (app->files_jobs > 0)
		mailbox_deliver(app->mailbox);
	files_forget(app);
}

/* ---- pasted paths ------------------------------------------------------------------- */

/* Takes the quotes or the backslashes off that a terminal puts around a dropped file's name. */
static char *
unquoted(const char *s)
{
	size_t n = strlen(s);
	if (n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n - 1] == s[0])
		return mem_strndup(s + 1, n - 2);
	struct buf b = { 0 };
	if (str_starts(s, "file://"))
		s += strlen("file://");
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		buf_putc(&b, *s);
	}
	return buf_take(&b, NULL);
}

char *
files_pasted(const char *text, size_t n)
{
	enum { PATH_BYTES = 4096 };
	if (n == 0 || n > PATH_BYTES)
		return NULL;
	char *all = mem_strndup(text, n), *s = str_trim(all), *path = unquoted(s), *out = NULL;
	bool whole = (path[0] == '/' || path[0] == '~') && strpbrk(path, "\n\"") == NULL;
	if (whole && attach_is_media(path) && is_file(path))
		out = mem_printf(strpbrk(path, " \t") != NULL ? "@\"%s\" " : "@%s ", path);
	free(path);
	free(s);
	free(all);
	return out;
}
