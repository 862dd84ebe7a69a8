/* cmd-files.c - commands about files: /attach, /image. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/files.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"

static void
on_attached(struct app *app, const struct err *err)
{
	if (err != NULL) {
		app->tell(app, err->text);
		return;
	}
	const struct part *p = &app->files->parts.v[app->files->parts.n - 1];
	struct buf what = { 0 };
	attach_describe(p, &what);
	char *line = mem_printf(_("Attached %s. It goes along with your next message; /attach without a name drops it."),
	    buf_str(&what));
	app->tell(app, line);
	free(line);
	buf_done(&what);
}

static void
on_failed(struct app *app, struct agent *agent, const char *text, const struct err *err)
{
	(void)agent;
	(void)text;
	app->tell(app, err->text);
}

void
cmd_attach(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	char *path = str_trim(args);
	if (*path == '\0') {
		bool any = app->files != NULL && app->files->parts.n > 0;
		files_forget(app);
		app->tell(app, any ? _("What was attached has been dropped.") : _("/attach needs a file: /attach notes.txt"));
	} else {
		files_attach_later(app, path, on_attached);
	}
	free(path);
}

/* The path, perhaps in quotes, and what is behind it. The caller frees the path. */
static char *
first_path(const char **rest)
{
	const char *s = *rest + strspn(*rest, " \t\n");
	const char *end = *s == '"' ? strchr(s + 1, '"') : NULL;
	if (end != NULL) {
		*rest = end + 1;
		return mem_strndup(s + 1, (size_t)(end - s - 1));
	}
	size_t n = strcspn(s, " \t\n");
	*rest = s + n;
	return mem_strndup(s, n);
}

void
cmd_image(struct app *app, struct agent *agent, const char *args)
{
	char *path = first_path(&args);
	const char *first = path;
	args += strspn(args, " \t\n");
	if (*path == '\0')
		app->tell(app, _("/image needs a file: /image photo.png what is this?"));
	else if (*args != '\0')
		files_say_later(app, agent, args, &first, 1, on_failed);
	else
		files_attach_later(app, path, on_attached);
	free(path);
}
