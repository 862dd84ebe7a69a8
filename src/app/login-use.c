/*
 * login-use.c - what a sign-in changes in the running program.
 *
 * Everything that was resolved is forgotten, and what waited for credentials
 * goes on by itself: all of it draws on the one provider.
 */
#include "config.h"

#include <stdlib.h>

#include "app/agents.h"
#include "app/demo.h"
#include "app/first.h"
#include "app/login.h"
#include "base/mem.h"

void
login_goes_on(struct app *app, const char *sentence)
{
	struct agent_status s;
	demo_stop(app->demo);
	app->demo = NULL;
	app->models_known = false;
	app->login_tried = false;
	app_set_aws(app);
	choose_again(app);
	if (sentence != NULL)
		app->tell(app, sentence);
	agent_status(app->agent, &s);
	if (s.model == NULL && app->ui != NULL)
		first_said(app);
	else
		agents_retry(app);
}

static void
forget_given(struct app *app)
{
	if (app->given != NULL)
		login_given_done(app->given);
}

static void
forget_profile(struct app *app)
{
	free(app->profile);
	app->profile = NULL;
}

void
login_use_profile(struct app *app, const char *name)
{
	char *copy = mem_strdup(name);
	forget_given(app);
	free(app->profile);
	app->profile = copy;
}

void
login_use_given(struct app *app, struct login_given *given)
{
	forget_profile(app);
	if (app->given == NULL)
		app->given = mem_alloc(sizeof *app->given);
	login_given_done(app->given);
	*app->given = *given;
	*given = (struct login_given){ 0 };
}

void
login_use_nothing(struct app *app)
{
	forget_given(app);
	forget_profile(app);
}
