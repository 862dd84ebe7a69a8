/* files.c - see files.h. */
#include "config.h"

#include "app/files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/reading.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "ui/ui.h"

static bool
is_file(const char *path)
{
	struct stat st;
	char *whole = file_expand(path);
	bool is = stat(whole, &st) == 0 && S_ISREG(st.st_mode);
	free(whole);
	return is;
}

static int
attach(struct app *app, const char *path, struct err *err)
{
	if (app->files == NULL)
		app->files = message_new(MESSAGE_USER);
	return attach_file(app->files, path, err);
}

int
files_attach_options(struct app *app, struct err *err)
{
	for (size_t i = 0; i < app->options.n_files; i++)
		if (attach(app, app->options.files[i], err) < 0)
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

/* Copies of these parts; `from` may be NULL. */
static void
add_parts(struct message *to, const struct message *from, size_t begin, size_t end)
{
	for (size_t i = begin; from != NULL && i < end && i < from->parts.n; i++)
		message_copy_part(to, &from->parts.v[i]);
}

/* What waits, as a message of its own. */
static struct message *
copy_waiting(const struct app *app)
{
	struct message *m = message_new(MESSAGE_USER);
	add_parts(m, app->files, 0, SIZE_MAX);
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

/* ---- pasted paths ------------------------------------------------------------------- */

/* One that is being looked at. Once Enter has come it belongs to the message. */
struct pasted {
	struct reading	 reading;
	struct pasted	*next;          /* in app->pasted */
	char		*text, *path;   /* as it was pasted; without what the terminal put around it */
	bool		 is;            /* there is such a file */
};

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

/* As it would be typed. */
static char *
typed(const char *path)
{
	return mem_printf(strpbrk(path, " \t") != NULL ? "@\"%s\" " : "@%s ", path);
}

static void
look_at_pasted(struct reading *reading)
{
	struct pasted *p = (struct pasted *)reading;
	p->is = is_file(p->path);
}

static void
take_pasted(struct reading *reading)
{
	struct pasted *p = (struct pasted *)reading, **at = &reading->app->pasted;
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (p->is && reading->app->ui != NULL) {
		char *word = typed(p->path);
		ui_replace_pasted(reading->app->ui, p->text, word);
		free(word);
	}
	free(p->text);
	free(p->path);
	free(p);
}

void
files_pasted(struct app *app, const char *text, size_t n)
{
	enum { PATH_BYTES = 4096 };
	if (n == 0 || n > PATH_BYTES)
		return;
	char *all = mem_strndup(text, n), *s = str_trim(all), *path = unquoted(s);
	bool whole = (path[0] == '/' || path[0] == '~') && strpbrk(path, "\n\"") == NULL;
	free(s);
	if (!whole || !attach_is_media(path)) {
		free(path);
		free(all);
		return;
	}
	struct pasted *p = mem_alloc(sizeof *p);
	*p = (struct pasted){ .reading = { .read = look_at_pasted, .take = take_pasted }, .next = app->pasted, .text = all,
		.path = path };
	app->pasted = p;
	reading_aside(app, &p->reading);
}

bool
files_begins_pasted(const struct app *app, const char *text)
{
	for (const struct pasted *p = app->pasted; p != NULL; p = p->next)
		if (str_starts(text, p->text))
			return true;
	return false;
}

/* ---- away from the UI thread --------------------------------------------------------- */

/* A path that stands in the message as it was pasted, because Enter came first. */
struct raw {
	char	*text, *path;
};

struct saying {
	struct reading	 reading;
	struct agent	*agent;         /* may be gone when this comes back */
	char		*text;
	struct VEC(char *) first;       /* files that go along before those of the text */
	struct VEC(struct raw) raws;
	struct message	*files;
	size_t		 waited;        /* so many of its parts waited in app->files */
	struct err	 err;
	files_failed	*failed;
};

static void
saying_free(struct saying *s)
{
	for (size_t i = 0; i < s->first.n; i++)
		free(s->first.v[i]);
	for (size_t i = 0; i < s->raws.n; i++) {
		free(s->raws.v[i].text);
		free(s->raws.v[i].path);
	}
	vec_done(&s->raws);
	vec_done(&s->first);
	message_unref(s->files);
	free(s->text);
	free(s);
}

/* What take_pasted() would have done. */
static void
replace_raw(struct saying *s, const struct raw *raw)
{
	const char *at = strstr(s->text, raw->text);
	if (at == NULL || !is_file(raw->path))
		return;
	char *word = typed(raw->path);
	char *text = mem_printf("%.*s%s%s", (int)(at - s->text), s->text, word, at + strlen(raw->text));
	free(word);
	free(s->text);
	s->text = text;
}

static void
read_files(struct reading *reading)
{
	struct saying *s = (struct saying *)reading;
	for (size_t i = 0; i < s->first.n; i++)
		if (attach_file(s->files, s->first.v[i], &s->err) < 0)
			return;
	for (size_t i = 0; i < s->raws.n; i++)
		replace_raw(s, &s->raws.v[i]);
	(void)attach_named(s->files, s->text, &s->err);
}

static bool
is_there(const struct app *app, const struct agent *agent)
{
	return agent == app->agent || (app->tree != NULL && tree_of(app->tree, agent) != NULL);
}

/* Nothing was sent: what waited waits on. */
static void
give_back(struct app *app, const struct saying *s)
{
	if (s->waited == 0)
		return;
	struct message *m = message_new(MESSAGE_USER);
	add_parts(m, s->files, 0, s->waited);
	add_parts(m, app->files, 0, SIZE_MAX);
	files_forget(app);
	app->files = m;
}

static void
say(struct reading *reading)
{
	struct saying *s = (struct saying *)reading;
	struct app *app = reading->app;
	struct agent *agent = is_there(app, s->agent) ? s->agent : NULL;
	if (s->err.code != ERR_NONE) {
		give_back(app, s);
		if (reading->nobody)
			agent_note(agent != NULL ? agent : app->agent, BLOCK_ERROR, s->err.text);
		else
			s->failed(app, agent, s->text, &s->err);
	} else if (agent != NULL) {
		add_parts(s->files, app->files, 0, SIZE_MAX);      /* attached since, by what was queued before this */
		files_forget(app);
		agent_say_with(agent, s->text, s->files->parts.n > 0 ? s->files : NULL);
	}
	saying_free(s);
}

/* Those pasted paths that the text has, and that nobody has looked at yet. */
static void
take_raws(struct app *app, struct saying *s)
{
	for (const struct pasted *p = app->pasted; p != NULL; p = p->next)
		if (strstr(s->text, p->text) != NULL) {
			struct raw raw = { mem_strdup(p->text), mem_strdup(p->path) };
			vec_add(&s->raws, raw);
		}
}

void
files_say_later(struct app *app, struct agent *agent, const char *text, const char *const *first, size_t n, files_failed *failed)
{
	struct saying *s = mem_alloc(sizeof *s);
	*s = (struct saying){ .reading = { .read = read_files, .take = say, .says = true, .app = app }, .agent = agent,
		.text = mem_strdup(text), .files = copy_waiting(app), .failed = failed };
	s->waited = s->files->parts.n;
	for (size_t i = 0; i < n; i++)
		vec_add(&s->first, mem_strdup(first[i]));
	take_raws(app, s);
	files_forget(app);
	/* What is said after a message whose files are still being read must not overtake it. */
	if (n == 0 && s->raws.n == 0 && strchr(text, '@') == NULL && !reading_will_say(app))
		say(&s->reading);
	else
		reading_queue(app, &s->reading);
}

struct attaching {
	struct reading	 reading;
	char		*path;
	struct message	*files;         /* what waits, for the limits of a message, and behind it this one */
	size_t		 waited;
	struct err	 err;
	void		(*done)(struct app *, const struct err *);
};

static void
read_one(struct reading *reading)
{
	struct attaching *a = (struct attaching *)reading;
	(void)attach_file(a->files, a->path, &a->err);
}

static void
take_one(struct reading *reading)
{
	struct attaching *a = (struct attaching *)reading;
	struct app *app = reading->app;
	if (a->err.code == ERR_NONE) {
		struct message *m = copy_waiting(app);
		add_parts(m, a->files, a->waited, SIZE_MAX);
		files_forget(app);
		app->files = m;
	}
	if (!reading->nobody)
		a->done(app, a->err.code != ERR_NONE ? &a->err : NULL);
	message_unref(a->files);
	free(a->path);
	free(a);
}

void
files_attach_later(struct app *app, const char *path, void (*done)(struct app *, const struct err *))
{
	struct attaching *a = mem_alloc(sizeof *a);
	*a = (struct attaching){ .reading = { .read = read_one, .take = take_one, .says = true }, .path = mem_strdup(path),
		.files = copy_waiting(app), .done = done };
	a->waited = a->files->parts.n;
	reading_queue(app, &a->reading);
}
