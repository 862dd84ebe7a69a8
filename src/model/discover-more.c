/*
 * discover-more.c - the kinds of models that an account has of its own, and prompt routers; see
 * discover.h.
 *
 * All are called by their ARN. They are paid by the hour, by the unit or in
 * another way than their model, so that their price by the token is unknown.
 */
#include "config.h"

#include "model/discover-inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/str.h"
#include "model/family.h"
#include "model/known.h"

enum { MODELS_MAX = 4000 };

/* A model of this ARN, with what is known of its base (NULL = nothing). */
static struct model
begin(enum model_kind kind, struct json_object *o, const char *arn, const char *name, const char *base,
    const struct discover_into *into)
{
	const struct model *listed = base != NULL ? discover_foundation(into->list, base) : NULL;
	struct model m = { .kind = kind, .id = mem_strdup(json_str(o, arn, "")),
		.name = mem_strdup(json_str(o, name, json_str(o, arn, ""))),
		.base = mem_strdup(base), .available = true, .text = true };
	m.vendor = base != NULL ? discover_vendor(NULL, base) : mem_strdup("");
	discover_apply_knowledge(&m, base != NULL ? base : "", into->options);
	if (listed != NULL)
		discover_inherit(&m, listed);
	m.prices = known_prices_behind(m.id, base);
	discover_add_arn_region(&m, m.id);
	return m;
}

/* A state other than the one in which it answers is the reason why it cannot be called. */
static void
judge_status(struct model *m, struct json_object *o, const char *good)
{
	const char *status = json_str(o, "status", "");
	m->available = str_same_nocase(status, good);
	if (!m->available)
		m->reason = mem_printf(_("It is not ready: its status is %s."), *status != '\0' ? status : "?");
}

/* Whether this entry is wanted: it has an ARN, and a maker that passes the filter. */
static bool
is_wanted(struct json_object *o, const char *arn, const char *base, const struct discover_into *into)
{
	const struct model *listed = base != NULL ? discover_foundation(into->list, base) : NULL;
	return into->list->models.n < MODELS_MAX && !str_blank(json_str(o, arn, "")) &&
	    discover_passes(into->options, listed != NULL ? listed->vendor : NULL, base != NULL ? base : "");
}

/* ---- imported models ------------------------------------------------------------ */

void
discover_add_imported(struct json_object *list, struct discover_into *into)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct json_object *o = json_item(list, i);
		if (!is_wanted(o, "modelArn", NULL, into))
			continue;
		struct model m = begin(MODEL_IMPORTED, o, "modelArn", "modelName", NULL, into);
		free(m.vendor);
		m.vendor = mem_strdup(json_str(o, "modelArchitecture", ""));
		if (!json_flag(o, "instructSupported", true))
			m.reason = mem_strdup(_("It was not trained for conversations: its answers go on with "
			    "the text, and it may refuse."));
		vec_add(&into->list->models, m);
	}
}

/* ---- provisioned throughput -------------------------------------------------------- */

/* "…:24k" was bought with that window. 0 = the id does not say. */
static long
window_of(const char *id)
{
	const char *colon = strrchr(id, ':');
	char *end = NULL;
	long n = colon != NULL && isdigit((unsigned char)colon[1]) ? strtol(colon + 1, &end, 10) : 0;
	return end != NULL && strcmp(end, "k") == 0 && n > 0 && n < 100000 ? n * 1000 : 0;
}

void
discover_add_provisioned(struct json_object *list, struct discover_into *into)
{
	static const char arn[] = "provisionedModelArn";
	for (size_t i = 0; i < json_len(list); i++) {
		struct json_object *o = json_item(list, i);
		const char *model = json_str(o, "foundationModelArn", "");
		char *base = known_in_arn(model);
		if (is_wanted(o, arn, base, into)) {
			struct model m = begin(MODEL_PROVISIONED, o, arn, "provisionedModelName", base, into);
			if (window_of(model) > 0)
				m.context = window_of(model);
			judge_status(&m, o, "InService");
			vec_add(&into->list->models, m);
		}
		free(base);
	}
}

/* ---- custom models on demand ---------------------------------------------------------- */

void
discover_add_deployments(struct json_object *list, struct discover_into *into)
{
	static const char arn[] = "customModelDeploymentArn";
	for (size_t i = 0; i < json_len(list); i++) {
		struct json_object *o = json_item(list, i);
		char *base = known_in_arn(json_str(o, "modelArn", ""));
		if (is_wanted(o, arn, base, into)) {
			struct model m = begin(
			    MODEL_DEPLOYMENT, o, arn, "customModelDeploymentName", base, into);
			judge_status(&m, o, "Active");
			vec_add(&into->list->models, m);
		}
		free(base);
	}
}

/* ---- prompt routers ----------------------------------------------------------------------- */

/* The model that answers when the router cannot decide, else its first. */
static char *
base_of_router(struct json_object *o)
{
	char *base = known_in_arn(json_str(json_get(o, "fallbackModel"), "modelArn", ""));
	if (base == NULL)
		base = known_in_arn(json_str(json_item(json_get(o, "models"), 0), "modelArn", ""));
	return base;
}

/* A conversation must fit whichever model gets it, and may use what all of them can. */
static void
narrow(struct model *m, struct json_object *models)
{
	for (size_t i = 0; i < json_len(models); i++) {
		const char *arn = json_str(json_item(models, i), "modelArn", "");
		char *id = known_in_arn(arn);
		const struct model_facts *f = id != NULL ? catalogue_facts(id) : NULL;
		discover_add_arn_region(m, arn);
		free(id);
		if (f == NULL)
			continue;
		if (f->context > 0 && f->context < m->context)
			m->context = f->context;
		if (f->max_output > 0 && f->max_output < m->max_output)
			m->max_output = f->max_output;
		m->images &= f->images;
		m->reasoning &= f->reasoning;
		m->tools &= f->tools;
		m->cache &= f->cache;
	}
}

void
discover_add_routers(struct json_object *list, struct discover_into *into)
{
	static const char arn[] = "promptRouterArn";
	for (size_t i = 0; i < json_len(list); i++) {
		struct json_object *o = json_item(list, i);
		char *base = base_of_router(o);
		if (is_wanted(o, arn, base, into)) {
			struct model m = begin(MODEL_ROUTER, o, arn, "promptRouterName", base, into);
			narrow(&m, json_get(o, "models"));
			judge_status(&m, o, "AVAILABLE");
			vec_add(&into->list->models, m);
		}
		free(base);
	}
}
