/* region.c - see region.h. */
#include "config.h"

#include "aws/region.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_HOPS = 8 };                  /* of source_profile */
#define FALLBACK "us-east-1"

bool
region_is_valid(const char *s)
{
	size_t n = strlen(s);
	if (n == 0 || n > 63 || s[0] == '-' || s[n - 1] == '-')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

bool
region_of_arn(const char *arn, char out[64])
{
	const char *s = arn;
	if (!str_starts(s, "arn:"))
		return false;
	for (int field = 0; field < 3; field++) {
		s = strchr(s, ':');
		if (s == NULL)
			return false;
		s++;
	}
	size_t n = strcspn(s, ":");
	if (n == 0 || s[n] != ':')
		return false;
	snprintf(out, 64, "%.*s", n < 64 ? (int)n : 0, s);
	return true;
}

int
region_named(const char *value, const char *from, struct region *r, struct err *err)
{
	static const struct {
		const char	*name, *means;
		bool		 fips;
	} pseudo[] = {
		{ "aws-global", "us-east-1", false },
		{ "fips-us-east-1", "us-east-1", true },
		{ "us-east-1-fips", "us-east-1", true },
	};
	*r = (struct region){ .from = mem_strdup(from) };
	for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
		if (strcmp(value, pseudo[i].name) == 0) {
			snprintf(r->value, sizeof r->value, "%s", pseudo[i].means);
			r->fips = pseudo[i].fips;
			return 0;
		}
	bool valid = region_is_valid(value);
	snprintf(r->value, sizeof r->value, "%s", valid ? value : FALLBACK);
	if (valid)
		return 0;
	return err_set(err, ERR_CONFIG,
	    _("“%.80s” (from %s) is not an AWS region; it should look like us-east-1."), value,
	    from[0] != '\0' ? from : "region");
}

/* The profile's region, else that of the profile it takes its credentials from. */
static char *
region_of_profile(const struct view *v, char **from)
{
	const char *named;
	char *profile = aws_profile_name(v, &named);
	char *found = NULL;
	const char *at = profile;
	for (int hop = 0; at != NULL && found == NULL && hop < MAX_HOPS; hop++) {
		const char *value = profile_get(v->files, at, "region");
		if (value != NULL) {
			found = str_trim(value);
			*from = mem_printf("profile %s", at);
		}
		at = profile_get(v->files, at, "source_profile");
	}
	free(profile);
	return found;
}

static char *
look_everywhere(const struct view *v, const char *model, char **from)
{
	static const char *const variables[] = { "AWS_REGION", "AWS_DEFAULT_REGION" };
	char of_arn[64];
	if (v->options->region != NULL) {
		*from = mem_strdup("flag");
		return mem_strdup(v->options->region);
	}
	if (model != NULL && region_of_arn(model, of_arn)) {
		*from = mem_strdup("model ARN");
		return mem_strdup(of_arn);
	}
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		char *set = aws_env(variables[i]);
		if (set != NULL) {
			*from = mem_strdup(variables[i]);
			return set;
		}
	}
	char *found = v->files != NULL ? region_of_profile(v, from) : NULL;
	if (found == NULL && v->machine_region[0] != '\0') {
		*from = mem_strdup("IMDS");
		found = mem_strdup(v->machine_region);
	}
	return found;
}

int
region_resolve(const struct view *v, const char *model, struct region *r, struct err *err)
{
	char *from = NULL;
	char *value = look_everywhere(v, model, &from);
	int rc = region_named(value != NULL ? value : FALLBACK, value != NULL ? from : "default", r, err);
	if (value == NULL) {
		r->is_default = true;
		if (v->files != NULL)
			rc = profiles_usable(v->files, err);    /* one of them might have named a region */
	}
	free(value);
	free(from);
	return rc;
}

void
region_done(struct region *r)
{
	free(r->from);
	r->from = NULL;
}
