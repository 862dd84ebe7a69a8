/* login-ask.c - the dialogs of a sign-in: a list to choose from, a line to fill in; see login-inside.h. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login-inside.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/ui.h"

/* Takes away what is being asked; what is called then must see that it was us. */
void
login_ask_close(struct login *l)
{
	int open = l->asking;
	l->asking = LOGIN_ASKS_NOTHING;
	if (open == LOGIN_ASKS_LIST && l->app->ui != NULL)
		ui_list_close(l->app->ui);
	else if (open == LOGIN_ASKS_LINE && l->app->ui != NULL)
		ui_prompt_close(l->app->ui);
}

static void
on_answer(void *arg, const char *text)
{
	struct login *l = arg;
	if (l->asking == LOGIN_ASKS_NOTHING)
		return;                         /* we took it away ourselves */
	l->asking = LOGIN_ASKS_NOTHING;
	if (text != NULL)
		l->answer(l, text);
	else
		login_give_up(l);
}

static void
on_closed(void *arg)
{
	on_answer(arg, NULL);
}

void
login_ask_list(struct login *l, const char *title, const struct login_offer *rows, size_t n,
    void (*chosen)(struct login *, const char *key))
{
	static const struct ui_list_column columns[] = { { .title = "", .width = 20 }, { .title = "", .goes = 1 } };
	const char *const keys[] = { _("Enter choose"), _("Esc give up"), NULL };
	struct ui_list_row *out = mem_alloc((n > 0 ? n : 1) * sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct ui_list_row){ .key = rows[i].key, .cell = { rows[i].text, rows[i].more },
			.detail = rows[i].detail };
	const struct ui_list list = { .title = title, .columns = columns, .n_columns = 2, .keys = keys,
		.chosen = on_answer, .closed = on_closed, .arg = l };
	login_ask_close(l);
	l->asking = LOGIN_ASKS_LIST;
	l->answer = chosen;
	ui_list_open(l->app->ui, &list, out, n);
	free(out);
}

void
login_ask_line(struct login *l, const struct login_question *q, const struct err *wrong)
{
	struct buf b = { 0 };
	if (wrong != NULL)
		buf_printf(&b, "**%s**\n\n", wrong->text);
	buf_puts(&b, q->markdown != NULL ? q->markdown : "");
	login_ask_close(l);
	l->asking = LOGIN_ASKS_LINE;
	l->answer = q->answer;
	ui_prompt(l->app->ui, &(struct ui_prompt){ .title = q->title, .markdown = buf_str(&b), .label = q->label,
	    .initial = q->initial, .secret = q->secret, .answer = on_answer, .arg = l });
	buf_done(&b);
}

struct secret *
login_secret(const char *text)
{
	static const char blanks[] = " \t\r\n";
	text += strspn(text, blanks);
	size_t n = strlen(text);
	while (n > 0 && strchr(blanks, text[n - 1]) != NULL)
		n--;
	return secret_new(text, n);
}
