/*
 * login-console.c - a way to sign in: as for the AWS console, on a page in a browser.
 *
 * On this machine the page comes back by itself, and the sheet waits. Where
 * the browser is elsewhere the user brings a code back: the question for it has
 * the address, and there is no sheet.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "app/asker.h"
#include "app/browser.h"
#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"

/* On the worker. */
static void
on_page(void *arg, const char *address)
{
	struct login *l = arg;
	if (browser_is_elsewhere())
		l->console.page = mem_strdup(address);
	else
		login_sheet_show(l, &(struct login_shown){ .url = (char *)(uintptr_t)address, .here = true });
}

static int
on_page_code(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	const struct login *l = arg;
	char *whole = mem_printf(_("Open this address in a browser, on this machine or any other:\n\n<%s>\n\n%s"),
	    l->console.page, question);
	int rc = asker_ask(l->app->asker, whole, false, answer, cancel);
	free(whole);
	return rc;
}

static int
work_console(struct login *l, struct err *err)
{
	const struct signin_login how = { .profile = l->profile, .remote = browser_is_elsewhere(), .show = on_page,
		.ask = on_page_code, .arg = l };
	return signin_login(l->app->aws, &how, &l->console.result, &l->cancel, err);
}

static void
signed_in(struct login *l)
{
	login_sheet_close(l);
	if (l->rc < 0)
		login_fail(l, &l->err);
	else
		login_use(l, l->console.result.profile);
}

void
login_begin_console(struct login *l)
{
	if (!browser_is_elsewhere())
		login_sheet_open(l, mem_strdup(_("Signing in to the AWS console")));
	login_start_job(l, work_console, signed_in);
}
