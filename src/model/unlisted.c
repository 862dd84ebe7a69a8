/* unlisted.c - see unlisted.h. */
#include "config.h"

#include "model/unlisted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/family.h"
#include "model/known.h"

static const struct {
	const char	*part;          /* of the ARN */
	enum model_kind	 kind;
} kinds[] = {
	{ ":application-inference-profile/", MODEL_APPLICATION_PROFILE },
	{ ":provisioned-model/", MODEL_PROVISIONED },
	{ ":custom-model-deployment/", MODEL_DEPLOYMENT },
	{ ":prompt-router/", MODEL_ROUTER },
	{ ":default-prompt-router/", MODEL_ROUTER },
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* Its row; N_KINDS = it has none. */
static size_t
row_of(const char *ref)
{
	size_t i = 0;
	while (i < N_KINDS && (!str_starts(ref, "arn:") || strstr(ref, kinds[i].part) == NULL))
		i++;
	return i;
}

bool
unlisted_is(const char *ref)
{
	return row_of(ref) < N_KINDS;
}

/* "us-east-1" of "arn:aws:bedrock:us-east-1:…"; false when it names none. */
static bool
region_of(const char *arn, const char **at, size_t *n)
{
	const char *p = arn;
	for (int colons = 0; colons < 3 && p != NULL; colons++)
		p = strchr(p, ':') != NULL ? strchr(p, ':') + 1 : NULL;
	*at = p;
	*n = p != NULL ? strcspn(p, ":") : 0;
	return *n > 0;
}

int
unlisted_ask(struct aws *aws, const char *arn, const atomic_bool *cancel, struct model *m, struct err *err)
{
	char *base = known_ask(aws, arn, cancel, err);
	if (base == NULL)
		return -1;
	const struct model_facts *f = catalogue_facts(base);
	struct known k = known_of(arn);
	struct buf vendor = { 0 };
	const char *region;
	size_t n;
	family_vendor(&vendor, base);
	*m = (struct model){ .id = mem_strdup(arn), .name = mem_strdup(f != NULL ? f->name : base),
		.vendor = buf_take(&vendor, NULL), .base = base, .kind = kinds[row_of(arn)].kind,
		.context = k.context, .max_output = k.max_output, .text = true, .images = k.images,
		.reasoning = k.reasoning, .tools = k.tools, .cache = k.cache, .available = true,
		.prices = k.prices };
	if (region_of(arn, &region, &n))
		vec_add(&m->regions, mem_strndup(region, n));
	return 0;
}
