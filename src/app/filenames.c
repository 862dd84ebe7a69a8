/* filenames.c - see filenames.h. */
#include "config.h"

#include "app/filenames.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "app/reading.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/ui.h"

enum { OFFERED = 200 };

struct completing {
	struct reading		 reading;
	char			*line;
	size_t			 start, end;
	struct ui_completions	 found;
};

/* Names below what was typed so far, with the "@" that it may begin with; folders end in "/". */
static void
look(struct reading *reading)
{
	struct completing *c = (struct completing *)reading;
	const char *word = c->line + c->start;
	size_t n = c->end - c->start, at = n > 0 && word[0] == '@';
	char *typed = mem_strndup(word + at, n - at);
	char *whole = file_expand(typed), *pattern = mem_printf("%s*", whole);
	size_t expanded = strlen(whole), kept = strlen(typed);
	glob_t found = { 0 };
	glob(pattern, GLOB_MARK | GLOB_NOESCAPE, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && i < OFFERED; i++) {
		const char *path = found.gl_pathv[i];
		if (strlen(path) < expanded || strpbrk(path + expanded, " \t\n") != NULL)
			continue;
		struct ui_completion one = { mem_printf("%s%.*s%s", at ? "@" : "", (int)kept, typed, path + expanded), NULL };
		vec_add(&c->found, one);
	}
	globfree(&found);
	free(pattern);
	free(whole);
	free(typed);
}

static void
forget(struct ui_completions *found)
{
	for (size_t i = 0; i < found->n; i++)
		free(found->v[i].text);
	vec_done(found);
}

static void
take(struct reading *reading)
{
	struct completing *c = (struct completing *)reading;
	struct app *app = reading->app;
	if (app->completing == c)
		app->completing = NULL;
	if (app->ui != NULL)
		ui_completed(app->ui, c->line, c->start, c->end, &c->found);
	else
		forget(&c->found);
	free(c->line);
	free(c);
}

void
filenames_complete(struct app *app, const char *line, size_t start, size_t end)
{
	const struct completing *last = app->completing;
	if (last != NULL && last->end == end && str_same(last->line, line))
		return;                 /* Tab again, while the disk is slow: it is the same question */
	struct completing *c = mem_alloc(sizeof *c);
	*c = (struct completing){ .reading = { .read = look, .take = take }, .line = mem_strdup(line), .start = start, .end = end };
	app->completing = c;
	reading_aside(app, &c->reading);
}
