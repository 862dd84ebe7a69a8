/*
 * settings.h - what is in force: the command line over the configuration over the defaults.
 *
 * The configuration's own reading is in configuration.h; this says what each
 * value means to agents and to AWS.
 */
#ifndef ADIT_APP_SETTINGS_H
#define ADIT_APP_SETTINGS_H

#include "app/app.h"
#include "base/json.h"
#include "base/err.h"
#include "model/converse.h"

/* Reads the configuration (--config, or the user's and the projects'). -1 with ERR_CONFIG, file, line and column:
 * nothing is started with half a configuration. */
int	settings_load(struct app *, struct err *);
void	settings_free(struct app *);
/* After the configuration was read again: everything that was made from it. */
void	settings_again(struct app *);
/* Frees what settings_params() gave out. */
void	settings_forget(struct app *);

/* The id that a reference means: an alias of the configuration, or without "amazon-bedrock/". Borrowed. */
const char *settings_model_id(const struct app *, const char *ref);
/* The same, and of a name ("opus") what it means here, where the model list is known. Borrowed until another list comes. */
const char *settings_found_id(const struct app *, const char *ref);
/* Is it a name that only the model list can turn into an id? */
bool	settings_is_name(const struct app *, const char *ref);
/* The model to begin with, or NULL: discovery chooses, or looks up the name. */
const char *settings_model(const struct app *);
/* The model to begin with when that is a name ("opus") which only the model list can turn into an id. */
const char *settings_model_name(const struct app *);
/* Every id that the configuration names: to begin with, as a fallback, with parameters, as a model of
 * Bedrock. call() gets it without provider. */
void	settings_each_model(const struct app *, void (*call)(void *arg, const char *id, struct json_object *entry),
	    void *arg);
/* The request parameters for a model (NULL = any). Borrowed until the settings are read again or a command changes
 * them: agents keep copies. */
void	settings_params(struct app *, const char *model, struct converse_params *);
/* The models that an agent goes on with, with their parameters: those of subagents when it is one and they have any.
 * None in the demo. */
void	settings_set_fallbacks(struct app *, struct agent *, bool subagent);
/* Is a fallback, or the subagents' model, such a name? */
bool	settings_has_name(const struct app *);
/* USD that this run may cost; 0 = no limit. */
double	settings_budget(const struct app *);
/* Tells model/price.h and the catalogue what the user says about tiers and geography. */
void	settings_prices(const struct app *);
/* Endpoint, region, profile and CA bundle; borrowed like the rest. */
void	settings_aws(const struct app *, struct aws_options *);
/* The region of a configured address that is AWS's own, for when nothing nearer names one. Caller frees; NULL = none. */
char	*settings_last_region(const struct app *);
/* "auto", "dark", "light" or "contrast". */
const char *settings_theme(const struct app *);

#endif
