/* endpoint.c - see endpoint.h. The tables follow the published endpoint rule sets (August 2026). */
#include "config.h"

#include "aws/endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- services and partitions ------------------------------------------------ */

static const struct service {
	const char	*label;         /* first part of the host */
	const char	*signing;       /* NULL = not signed */
	const char	*variable;      /* AWS_ENDPOINT_URL_… */
	const char	*key;           /* in a [services] section */
	bool		 gov_fips_plain;/* GovCloud's FIPS host is the plain one */
} services[AWS_SERVICES] = {
	[AWS_BEDROCK_RUNTIME] = { "bedrock-runtime", "bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
	    "bedrock_runtime", false },
	[AWS_BEDROCK] = { "bedrock", "bedrock", "AWS_ENDPOINT_URL_BEDROCK", "bedrock", false },
	[AWS_STS] = { "sts", "sts", "AWS_ENDPOINT_URL_STS", "sts", true },
	[AWS_SSO] = { "portal.sso", NULL, "AWS_ENDPOINT_URL_SSO", "sso", true },
	[AWS_SSO_OIDC] = { "oidc", NULL, "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc", true },
	[AWS_SIGNIN] = { "signin", NULL, "AWS_ENDPOINT_URL_SIGNIN", "signin", false },
	[AWS_ROLESANYWHERE] = { "rolesanywhere", "rolesanywhere", "AWS_ENDPOINT_URL_ROLESANYWHERE",
	    "rolesanywhere", false },
};

static const struct partition {
	const char	*prefixes[10];  /* a region is PREFIX-word-digits */
	const char	*dns, *dual;
	const char	*signin;        /* after "REGION." */
	const char	*signin_fips;   /* a whole host that breaks the rule, or NULL */
} partitions[] = {
	{ { "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx" }, "amazonaws.com", "api.aws",
	    "signin.aws.amazon.com", NULL },
	{ { "cn" }, "amazonaws.com.cn", "api.amazonwebservices.com.cn", "signin.amazonaws.cn", NULL },
	{ { "us-gov" }, "amazonaws.com", "api.aws", "signin.amazonaws-us-gov.com",
	    "signin-fips.amazonaws-us-gov.com" },
	{ { "us-iso" }, "c2s.ic.gov", "api.aws.ic.gov", "signin.c2shome.ic.gov", NULL },
	{ { "us-isob" }, "sc2s.sgov.gov", "api.aws.scloud", "signin.sc2shome.sgov.gov", NULL },
	{ { "eu-isoe" }, "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "signin.csphome.adc-e.uk", NULL },
	{ { "us-isof" }, "csp.hci.ic.gov", "api.aws.hci.ic.gov", "signin.csphome.hci.ic.gov", NULL },
	{ { "eusc-de" }, "amazonaws.eu", "api.amazonwebservices.eu", "signin.amazonaws-eusc.eu", NULL },
};

/* Regions that `legacy` sends to the one global host of STS. */
static const char *const legacy_sts[] = { "ap-northeast-1", "ap-south-1", "ap-southeast-1",
	"ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2",
	"eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2" };

const char *
endpoint_signing_name(enum aws_service service)
{
	return services[service].signing;
}

/* PREFIX-\w+-\d+ ? */
static bool
region_has_prefix(const char *region, const char *prefix)
{
	size_t n = strlen(prefix);
	if (strncmp(region, prefix, n) != 0 || region[n] != '-')
		return false;
	const char *word = region + n + 1;
	size_t w = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (w == 0 || word[w] != '-')
		return false;
	const char *digits = word + w + 1;
	size_t d = strspn(digits, "0123456789");
	return d > 0 && digits[d] == '\0';
}

static const struct partition *
partition_of(const char *region)
{
	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		for (size_t k = 0; partitions[i].prefixes[k] != NULL; k++)
			if (region_has_prefix(region, partitions[i].prefixes[k]))
				return &partitions[i];
	return &partitions[0];
}

static bool
is_legacy_sts(const char *region)
{
	for (size_t i = 0; i < sizeof legacy_sts / sizeof *legacy_sts; i++)
		if (strcmp(legacy_sts[i], region) == 0)
			return true;
	return false;
}

void
endpoint_host(struct buf *out, enum aws_service service, const char *region,
    const struct endpoint_rules *rules)
{
	const struct service *s = &services[service];
	const struct partition *p = partition_of(region);
	bool fips = rules->fips;
	if (service == AWS_STS && rules->legacy_sts && !fips && !rules->dualstack &&
	    is_legacy_sts(region)) {
		buf_puts(out, "sts.amazonaws.com");
		return;
	}
	if (service == AWS_SIGNIN && !rules->dualstack && (!fips || p->signin_fips != NULL)) {
		if (fips)
			buf_puts(out, p->signin_fips);
		else
			buf_printf(out, "%s.%s", region, p->signin);
		return;
	}
	if (fips && !rules->dualstack && s->gov_fips_plain && str_starts(region, "us-gov-"))
		fips = false;
	buf_printf(out, "%s%s.%s.%s", s->label, fips ? "-fips" : "", region,
	    rules->dualstack ? p->dual : p->dns);
}

/* ---- a URL of the user's ------------------------------------------------------ */

static bool
is_loopback_name(const char *host, size_t n)
{
	if ((n == 9 && memcmp(host, "localhost", 9) == 0) || (n == 5 && memcmp(host, "[::1]", 5) == 0))
		return true;
	if (n < 7 || n > 15 || memcmp(host, "127.", 4) != 0)
		return false;
	int dots = 0;
	for (size_t i = 0; i < n; i++) {
		if (host[i] == '.')
			dots++;
		else if (!isdigit((unsigned char)host[i]))
			return false;
	}
	return dots == 3;
}

/* Length of the host's name at s (without the port), 0 when it is none. */
static size_t
name_length(const char *s, size_t n)
{
	size_t len = 0;
	if (n > 0 && s[0] == '[') {
		len = 1 + strspn(s + 1, "0123456789abcdefABCDEF:.");
		return len > 1 && len < n && s[len] == ']' ? len + 1 : 0;
	}
	while (len < n && (isalnum((unsigned char)s[len]) || s[len] == '.' || s[len] == '-' ||
			   s[len] == '_'))
		len++;
	return len < 254 ? len : 0;
}

/* "host:port" in lower case, without the scheme's own port; NULL when malformed. */
static char *
host_header(const char *s, size_t n, int own_port, bool *is_loopback)
{
	size_t len = name_length(s, n);
	long port = own_port;
	if (len == 0)
		return NULL;
	if (len < n) {
		size_t digits = strspn(s + len + 1, "0123456789");
		port = s[len] == ':' && digits > 0 && digits < 6 && len + 1 + digits == n
		    ? strtol(s + len + 1, NULL, 10)
		    : 0;
		if (port < 1 || port > 65535)
			return NULL;
	}
	char *name = mem_strndup(s, len);
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	*is_loopback = is_loopback_name(name, len);
	if (port == own_port)
		return name;
	char *with_port = mem_printf("%s:%ld", name, port);
	free(name);
	return with_port;
}

static bool
is_plain_path(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr("?#\\\"<>^`{|}", *s) != NULL)
			return false;
	return true;
}

int
endpoint_parse(const char *url, const char *from, struct endpoint *e, struct err *err)
{
	*e = (struct endpoint){ .is_override = true };
	bool tls = strncasecmp(url, "https://", 8) == 0;
	if (!tls && strncasecmp(url, "http://", 7) != 0)
		return err_set(err, ERR_CONFIG,
		    _("The endpoint “%.200s” (from %s) must begin with https:// or http://."), url, from);
	e->scheme = tls ? "https" : "http";
	const char *host = url + (tls ? 8 : 7);
	size_t n = strcspn(host, "/?#");
	const char *path = host + n;
	if (strpbrk(path, "?#") != NULL)
		return err_set(err, ERR_CONFIG,
		    _("The endpoint from %s must not have a query or a fragment."), from);
	if (memchr(host, '@', n) != NULL)       /* not repeated: it may hold a password */
		return err_set(err, ERR_CONFIG,
		    _("The endpoint from %s must not have a user name or a password."), from);
	e->host = host_header(host, n, tls ? 443 : 80, &e->is_loopback);
	if (e->host == NULL || !is_plain_path(path)) {
		free(e->host);
		return err_set(err, ERR_CONFIG, _("The endpoint “%.200s” (from %s) is not a valid URL."), url,
		    from);
	}
	size_t len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	e->base = mem_strndup(path, len);
	e->from = mem_strdup(from);
	return 0;
}

/* ---- which one is in force ------------------------------------------------------ */

/* The [services] section of the profile in force. -1 when it is named but missing. */
static int
from_services(const struct view *v, const struct service *s, char **url, char **from,
    struct err *err)
{
	const char *named;
	char *profile = aws_profile_name(v, &named);
	const char *services_name = profile_get(v->files, profile, "services");
	int rc = 0;
	if (services_name != NULL && !services_exist(v->files, services_name)) {
		rc = err_set(err, ERR_CONFIG,
		    _("Profile %s says “services = %s”, but %s has no section [services %s]."), profile,
		    services_name, profiles_config_path(v->files), services_name);
	} else if (services_name != NULL) {
		const char *found = services_get(v->files, services_name, s->key, "endpoint_url");
		*url = found != NULL ? str_trim(found) : NULL;
		if (found != NULL)
			*from = mem_printf("services %s", services_name);
	}
	free(profile);
	return rc;
}

/* The first setting that names a URL. *url stays NULL when none does. */
static int
find_override(const struct view *v, enum aws_service service, char **url, char **from,
    struct err *err)
{
	const struct service *s = &services[service];
	bool is_bedrock = service == AWS_BEDROCK_RUNTIME || service == AWS_BEDROCK;
	*url = *from = NULL;
	if (is_bedrock && v->options->endpoint != NULL) {
		*url = mem_strdup(v->options->endpoint);
		*from = mem_strdup("flag");
		return 0;
	}
	if (aws_switch(v, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls", NULL))
		return 0;
	*url = aws_setting(v, s->variable, NULL, from);
	if (*url == NULL)
		*url = aws_setting(v, "AWS_ENDPOINT_URL", NULL, from);
	if (*url != NULL || v->files == NULL)
		return 0;
	if (from_services(v, s, url, from, err) < 0)
		return -1;
	if (*url == NULL)
		*url = aws_setting(v, NULL, "endpoint_url", from);
	return 0;
}

/* FIPS and dual-stack choose a host; so does an override: both at once cannot be meant. */
static int
refuse_both(const char *switch_name, const char *switch_from, const char *url_from, struct err *err)
{
	return err_set(err, ERR_CONFIG,
	    _("%s (from %s) cannot be combined with an endpoint of your own (from %s): unset one of them."),
	    switch_name, switch_from, url_from);
}

static int
use_override(const struct view *v, const char *url, const char *url_from, const char *fips_from,
    const char *dual_from, struct endpoint *e, struct err *err)
{
	if (fips_from != NULL)
		return refuse_both("use_fips_endpoint", fips_from, url_from, err);
	if (dual_from != NULL)
		return refuse_both("use_dualstack_endpoint", dual_from, url_from, err);
	if (endpoint_parse(url, url_from, e, err) < 0)
		return -1;
	if (strcmp(e->scheme, "http") == 0 && !e->is_loopback && !v->options->insecure_ok) {
		err_set(err, ERR_CONFIG,
		    _("The endpoint http://%s (from %s) is not encrypted; plain http is for this machine only."),
		    e->host, url_from);
		endpoint_done(e);
		return -1;
	}
	return 0;
}

static int
sts_is_legacy(const struct view *v, bool *legacy, struct err *err)
{
	char *from = NULL;
	char *set = aws_setting(v, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", &from);
	*legacy = str_same_nocase(set, "legacy");
	int rc = 0;
	if (set != NULL && !*legacy && !str_same_nocase(set, "regional"))
		rc = err_set(err, ERR_CONFIG,
		    _("sts_regional_endpoints (from %s) is “%.40s”; say regional or legacy."), from, set);
	free(set);
	free(from);
	return rc;
}

static int
use_rules(const struct view *v, enum aws_service service, const struct region *r,
    struct endpoint_rules *rules, struct endpoint *e, struct err *err)
{
	if (service == AWS_STS && sts_is_legacy(v, &rules->legacy_sts, err) < 0)
		return -1;
	struct buf host;
	buf_init(&host, 0);
	endpoint_host(&host, service, r->value, rules);
	*e = (struct endpoint){ .scheme = "https",
		.host = buf_take(&host, NULL),
		.base = mem_strdup(""),
		.from = mem_strdup("rules") };
	return 0;
}

int
endpoint_resolve(const struct view *v, enum aws_service service, const struct region *r,
    struct endpoint *e, struct err *err)
{
	char *url = NULL, *from = NULL, *fips_from = NULL, *dual_from = NULL;
	struct endpoint_rules rules = { 0 };
	rules.fips = aws_switch(v, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &fips_from) || r->fips;
	rules.dualstack = aws_switch(v, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", &dual_from);
	if (rules.fips && fips_from == NULL)
		fips_from = mem_strdup(r->from);
	int rc = find_override(v, service, &url, &from, err);
	if (rc == 0 && url != NULL)
		rc = use_override(v, url, from, fips_from, dual_from, e, err);
	else if (rc == 0)
		rc = use_rules(v, service, r, &rules, e, err);
	if (rc == 0) {
		bool global = strcmp(e->host, "sts.amazonaws.com") == 0 && !e->is_override;
		snprintf(e->region, sizeof e->region, "%s", global ? "us-east-1" : r->value);
	}
	free(url);
	free(from);
	free(fips_from);
	free(dual_from);
	return rc;
}

void
endpoint_done(struct endpoint *e)
{
	free(e->host);
	free(e->base);
	free(e->from);
	*e = (struct endpoint){ 0 };
}
