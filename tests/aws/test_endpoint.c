#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/endpoint.h"
#include "aws/region.h"
#include "home.h"

/* ---- hosts by the rules ---- */

static const struct {
	enum aws_service	 service;
	const char		*region, *plain, *dual, *fips, *both;
} hosts[] = {
	{ AWS_BEDROCK_RUNTIME, "us-east-1", "bedrock-runtime.us-east-1.amazonaws.com",
	    "bedrock-runtime.us-east-1.api.aws", "bedrock-runtime-fips.us-east-1.amazonaws.com",
	    "bedrock-runtime-fips.us-east-1.api.aws" },
	{ AWS_BEDROCK, "us-gov-west-1", "bedrock.us-gov-west-1.amazonaws.com",
	    "bedrock.us-gov-west-1.api.aws", "bedrock-fips.us-gov-west-1.amazonaws.com",
	    "bedrock-fips.us-gov-west-1.api.aws" },
	{ AWS_BEDROCK_RUNTIME, "us-gov-west-1", "bedrock-runtime.us-gov-west-1.amazonaws.com",
	    "bedrock-runtime.us-gov-west-1.api.aws", "bedrock-runtime-fips.us-gov-west-1.amazonaws.com",
	    "bedrock-runtime-fips.us-gov-west-1.api.aws" },
	{ AWS_BEDROCK, "cn-north-1", "bedrock.cn-north-1.amazonaws.com.cn",
	    "bedrock.cn-north-1.api.amazonwebservices.com.cn", "bedrock-fips.cn-north-1.amazonaws.com.cn",
	    "bedrock-fips.cn-north-1.api.amazonwebservices.com.cn" },
	{ AWS_BEDROCK, "eu-isoe-west-1", "bedrock.eu-isoe-west-1.cloud.adc-e.uk",
	    "bedrock.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "bedrock-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "bedrock-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk" },
	{ AWS_BEDROCK, "eusc-de-east-1", "bedrock.eusc-de-east-1.amazonaws.eu",
	    "bedrock.eusc-de-east-1.api.amazonwebservices.eu", "bedrock-fips.eusc-de-east-1.amazonaws.eu",
	    "bedrock-fips.eusc-de-east-1.api.amazonwebservices.eu" },
	{ AWS_BEDROCK_RUNTIME, "us-isob-east-1", "bedrock-runtime.us-isob-east-1.sc2s.sgov.gov",
	    "bedrock-runtime.us-isob-east-1.api.aws.scloud",
	    "bedrock-runtime-fips.us-isob-east-1.sc2s.sgov.gov",
	    "bedrock-runtime-fips.us-isob-east-1.api.aws.scloud" },
	{ AWS_STS, "us-gov-west-1", "sts.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.api.aws",
	    "sts.us-gov-west-1.amazonaws.com", "sts-fips.us-gov-west-1.api.aws" },
	{ AWS_STS, "eu-central-1", "sts.eu-central-1.amazonaws.com", "sts.eu-central-1.api.aws",
	    "sts-fips.eu-central-1.amazonaws.com", "sts-fips.eu-central-1.api.aws" },
	{ AWS_SSO, "eu-central-1", "portal.sso.eu-central-1.amazonaws.com", "portal.sso.eu-central-1.api.aws",
	    "portal.sso-fips.eu-central-1.amazonaws.com", "portal.sso-fips.eu-central-1.api.aws" },
	{ AWS_SSO, "us-gov-west-1", "portal.sso.us-gov-west-1.amazonaws.com",
	    "portal.sso.us-gov-west-1.api.aws", "portal.sso.us-gov-west-1.amazonaws.com",
	    "portal.sso-fips.us-gov-west-1.api.aws" },
	{ AWS_SSO_OIDC, "us-gov-west-1", "oidc.us-gov-west-1.amazonaws.com",
	    "oidc.us-gov-west-1.api.aws", "oidc.us-gov-west-1.amazonaws.com",
	    "oidc-fips.us-gov-west-1.api.aws" },
	{ AWS_SIGNIN, "us-east-1", "us-east-1.signin.aws.amazon.com", "signin.us-east-1.api.aws",
	    "signin-fips.us-east-1.amazonaws.com", "signin-fips.us-east-1.api.aws" },
	{ AWS_SIGNIN, "us-gov-west-1", "us-gov-west-1.signin.amazonaws-us-gov.com",
	    "signin.us-gov-west-1.api.aws", "signin-fips.amazonaws-us-gov.com",
	    "signin-fips.us-gov-west-1.api.aws" },
	{ AWS_SIGNIN, "cn-north-1", "cn-north-1.signin.amazonaws.cn",
	    "signin.cn-north-1.api.amazonwebservices.com.cn", "signin-fips.cn-north-1.amazonaws.com.cn",
	    "signin-fips.cn-north-1.api.amazonwebservices.com.cn" },
	{ AWS_ROLESANYWHERE, "us-west-2", "rolesanywhere.us-west-2.amazonaws.com",
	    "rolesanywhere.us-west-2.api.aws", "rolesanywhere-fips.us-west-2.amazonaws.com",
	    "rolesanywhere-fips.us-west-2.api.aws" },
	{ AWS_BEDROCK, "zz-nowhere", "bedrock.zz-nowhere.amazonaws.com", "bedrock.zz-nowhere.api.aws",
	    "bedrock-fips.zz-nowhere.amazonaws.com", "bedrock-fips.zz-nowhere.api.aws" },
};

static void
expect_host(enum aws_service service, const char *region, bool fips, bool dual, const char *want)
{
	struct buf b;
	buf_init(&b, 0);
	endpoint_host(&b, service, region, &(struct endpoint_rules){ .fips = fips, .dualstack = dual });
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

static void
hosts_follow_the_rules_of_each_partition(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		expect_host(hosts[i].service, hosts[i].region, false, false, hosts[i].plain);
		expect_host(hosts[i].service, hosts[i].region, false, true, hosts[i].dual);
		expect_host(hosts[i].service, hosts[i].region, true, false, hosts[i].fips);
		expect_host(hosts[i].service, hosts[i].region, true, true, hosts[i].both);
	}
}

/* ---- what is in force ---- */

static struct aws *
new_aws(const struct aws_options *o)
{
	return aws_new(o, NULL);
}

static void
expect_region(const struct aws_options *o, const char *model, const char *want, const char *want_from)
{
	struct aws *aws = new_aws(o);
	char *from, *region = aws_region(aws, model, &from);
	assert_string_equal(region, want);
	assert_string_equal(from, want_from);
	free(region);
	free(from);
	aws_free(aws);
}

#define ARN "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc"

static void
the_region_comes_from_the_first_that_names_one(void **state)
{
	(void)state;
	expect_region(NULL, NULL, "us-east-1", "default");
	home_credentials("[default]\nregion = eu-north-1\n");
	expect_region(NULL, NULL, "eu-north-1", "profile default");
	home_config("[profile dev]\nregion = eu-west-1\n[profile role]\nsource_profile = dev\n");
	setenv("AWS_PROFILE", "dev", 1);
	expect_region(NULL, NULL, "eu-west-1", "profile dev");
	setenv("AWS_PROFILE", "role", 1);
	expect_region(NULL, NULL, "eu-west-1", "profile dev");
	setenv("AWS_DEFAULT_REGION", "eu-south-1", 1);
	expect_region(NULL, NULL, "eu-south-1", "AWS_DEFAULT_REGION");
	setenv("AWS_REGION", " \t", 1);
	expect_region(NULL, NULL, "eu-south-1", "AWS_DEFAULT_REGION");
	setenv("AWS_REGION", " eu-west-2 \n", 1);
	expect_region(NULL, NULL, "eu-west-2", "AWS_REGION");
	expect_region(NULL, ARN, "eu-west-3", "model ARN");
	expect_region(NULL, "arn:aws:bedrock:::foundation-model/x", "eu-west-2", "AWS_REGION");
	expect_region(NULL, "us.anthropic.claude", "eu-west-2", "AWS_REGION");
	expect_region(&(struct aws_options){ .region = "ap-south-1" }, ARN, "ap-south-1", "flag");
	setenv("AWS_REGION", "aws-global", 1);
	expect_region(NULL, NULL, "us-east-1", "AWS_REGION");
}

static int
resolve(const struct aws_options *o, enum aws_service service, char **url, char **from, struct err *err)
{
	struct aws *aws = new_aws(o);
	*from = NULL;
	*url = aws_endpoint(aws, service, NULL, from, err);
	aws_free(aws);
	return *url != NULL ? 0 : -1;
}

static void
expect_url(const struct aws_options *o, enum aws_service service, const char *want, const char *want_from)
{
	char *url, *from;
	struct err err = { 0 };
	if (resolve(o, service, &url, &from, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(url, want);
	assert_string_equal(from, want_from);
	free(url);
	free(from);
}

static void
expect_refusal(const struct aws_options *o, enum aws_service service, const char *part)
{
	char *url, *from;
	struct err err = { 0 };
	if (resolve(o, service, &url, &from, &err) == 0)
		fail_msg("%s was not refused", url);
	assert_int_equal(err.code, ERR_CONFIG);
	if (strstr(err.text, part) == NULL)
		fail_msg("“%s” does not say “%s”", err.text, part);
}

static void
a_region_that_is_none_is_refused_and_named(void **state)
{
	(void)state;
	setenv("AWS_REGION", "us-east-1.evil.com/", 1);
	expect_refusal(NULL, AWS_BEDROCK, "AWS_REGION");
	setenv("AWS_REGION", "US-EAST-1", 1);
	expect_refusal(NULL, AWS_BEDROCK, "AWS_REGION");
	setenv("AWS_REGION", "-a", 1);
	expect_refusal(NULL, AWS_BEDROCK, "AWS_REGION");
	assert_false(region_is_valid(""));
	assert_true(region_is_valid("a"));
}

/* The whole list, from the weakest to the strongest: each new one wins over all before it. */
static void
endpoint_settings_win_in_their_order(void **state)
{
	(void)state;
	setenv("AWS_PROFILE", "lab", 1);
	home_config("[profile lab]\nregion = eu-west-1\n");
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://bedrock-runtime.eu-west-1.amazonaws.com", "rules");
	home_config("[profile lab]\nregion = eu-west-1\nendpoint_url = https://fallback.example.com\n");
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://fallback.example.com", "profile lab");
	home_config("[profile lab]\nregion = eu-west-1\nservices = lab-endpoints\n"
		    "endpoint_url = https://fallback.example.com\n[services lab-endpoints]\n"
		    "bedrock_runtime =\n  endpoint_url = https://vpce.example.com\n"
		    "sts =\n  endpoint_url = https://sts.example.com\n");
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://vpce.example.com", "services lab-endpoints");
	expect_url(NULL, AWS_STS, "https://sts.example.com", "services lab-endpoints");
	expect_url(NULL, AWS_SSO, "https://fallback.example.com", "profile lab");
	setenv("AWS_ENDPOINT_URL", "https://b.example", 1);
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://b.example", "AWS_ENDPOINT_URL");
	expect_url(NULL, AWS_STS, "https://b.example", "AWS_ENDPOINT_URL");
	setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://a.example", 1);
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://a.example", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
	expect_url(NULL, AWS_BEDROCK, "https://b.example", "AWS_ENDPOINT_URL");
	const struct aws_options flag = { .endpoint = "https://flag.example/aws/" };
	expect_url(&flag, AWS_BEDROCK_RUNTIME, "https://flag.example/aws", "flag");
	expect_url(&flag, AWS_BEDROCK, "https://flag.example/aws", "flag");
	expect_url(&flag, AWS_STS, "https://b.example", "AWS_ENDPOINT_URL");
	setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE", 1);
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://bedrock-runtime.eu-west-1.amazonaws.com", "rules");
	expect_url(NULL, AWS_STS, "https://sts.eu-west-1.amazonaws.com", "rules");
	expect_url(&flag, AWS_BEDROCK_RUNTIME, "https://flag.example/aws", "flag");
	unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	home_config("[profile lab]\nregion = eu-west-1\nignore_configured_endpoint_urls = true\n");
	expect_url(NULL, AWS_BEDROCK_RUNTIME, "https://bedrock-runtime.eu-west-1.amazonaws.com", "rules");
}

static void
an_empty_endpoint_is_unset_and_a_missing_services_section_is_an_error(void **state)
{
	(void)state;
	setenv("AWS_ENDPOINT_URL", "", 1);
	expect_url(NULL, AWS_BEDROCK, "https://bedrock.us-east-1.amazonaws.com", "rules");
	home_config("[default]\nservices = gone\n");
	expect_refusal(NULL, AWS_BEDROCK, "[services gone]");
}

static void
fips_or_dualstack_with_an_override_names_both(void **state)
{
	(void)state;
	setenv("AWS_USE_FIPS_ENDPOINT", "True", 1);
	expect_url(NULL, AWS_BEDROCK, "https://bedrock-fips.us-east-1.amazonaws.com", "rules");
	setenv("AWS_ENDPOINT_URL", "https://b.example", 1);
	expect_refusal(NULL, AWS_BEDROCK, "AWS_USE_FIPS_ENDPOINT");
	expect_refusal(NULL, AWS_BEDROCK, "AWS_ENDPOINT_URL");
	setenv("AWS_USE_FIPS_ENDPOINT", "false", 1);
	home_config("[default]\nuse_dualstack_endpoint = true\nuse_fips_endpoint = true\n");
	expect_refusal(NULL, AWS_BEDROCK, "use_dualstack_endpoint");
	unsetenv("AWS_ENDPOINT_URL");
	expect_url(NULL, AWS_BEDROCK, "https://bedrock.us-east-1.api.aws", "rules");
	unsetenv("AWS_USE_FIPS_ENDPOINT");
	setenv("AWS_USE_DUALSTACK_ENDPOINT", "false", 1);
	setenv("AWS_REGION", "fips-us-east-1", 1);
	expect_url(NULL, AWS_BEDROCK, "https://bedrock-fips.us-east-1.amazonaws.com", "rules");
	setenv("AWS_USE_FIPS_ENDPOINT", "perhaps", 1);
	setenv("AWS_REGION", "us-east-1", 1);
	expect_url(NULL, AWS_BEDROCK, "https://bedrock.us-east-1.amazonaws.com", "rules");
}

static void
urls_are_taken_apart_strictly(void **state)
{
	(void)state;
	static const char *const good[][4] = {
		{ "https://Gw.Example:443/aws/", "https", "gw.example", "/aws" },
		{ "http://127.0.0.1:8080", "http", "127.0.0.1:8080", "" },
		{ "HTTP://localhost:80/", "http", "localhost", "" },
		{ "https://[::1]:9/x/y", "https", "[::1]:9", "/x/y" },
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct endpoint e;
		assert_int_equal(endpoint_parse(good[i][0], "test", &e, NULL), 0);
		assert_string_equal(e.scheme, good[i][1]);
		assert_string_equal(e.host, good[i][2]);
		assert_string_equal(e.base, good[i][3]);
		endpoint_done(&e);
	}
	static const char *const bad[] = { "", "ftp://x", "https://", "https:///x", "https://x?q=1",
		"https://x/#f", "https://u:p@x/", "https://x:0", "https://x:65536", "https://x:1x",
		"https://x y", "https://x/\n", "https://[::1", "https://x/\xc3\xa9", "x.example" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct endpoint e;
		struct err err = { 0 };
		if (endpoint_parse(bad[i], "the-setting", &e, &err) == 0)
			fail_msg("“%s” was taken", bad[i]);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_non_null(strstr(err.text, "the-setting"));
		assert_null(strstr(err.text, "u:p"));
	}
}

static void
plain_http_is_for_this_machine_unless_allowed(void **state)
{
	(void)state;
	setenv("AWS_ENDPOINT_URL", "http://gateway.example", 1);
	expect_refusal(NULL, AWS_BEDROCK, "http://gateway.example");
	expect_url(&(struct aws_options){ .insecure_ok = true }, AWS_BEDROCK, "http://gateway.example",
	    "AWS_ENDPOINT_URL");
	setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4000", 1);
	expect_url(NULL, AWS_BEDROCK, "http://127.0.0.1:4000", "AWS_ENDPOINT_URL");
	setenv("AWS_ENDPOINT_URL", "http://127.0.0.1.evil.example", 1);
	expect_refusal(NULL, AWS_BEDROCK, "evil");
}

static void
legacy_sts_goes_to_the_global_host(void **state)
{
	(void)state;
	setenv("AWS_REGION", "eu-west-1", 1);
	setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy", 1);
	expect_url(NULL, AWS_STS, "https://sts.amazonaws.com", "rules");
	setenv("AWS_REGION", "eu-south-2", 1);
	expect_url(NULL, AWS_STS, "https://sts.eu-south-2.amazonaws.com", "rules");
	setenv("AWS_STS_REGIONAL_ENDPOINTS", "sometimes", 1);
	expect_refusal(NULL, AWS_STS, "sts_regional_endpoints");
	expect_url(NULL, AWS_BEDROCK, "https://bedrock.eu-south-2.amazonaws.com", "rules");
}

static void
arn_regions_are_found(void **state)
{
	(void)state;
	char r[64];
	assert_true(region_of_arn("arn:aws-us-gov:bedrock:us-gov-west-1:1:x/y", r));
	assert_string_equal(r, "us-gov-west-1");
	assert_false(region_of_arn("arn:aws:bedrock", r));
	assert_false(region_of_arn("arn:aws:bedrock:us-east-1", r));
	assert_false(region_of_arn("amazon.nova-lite-v1:0", r));
}

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_follow_the_rules_of_each_partition),
		IN_HOME(the_region_comes_from_the_first_that_names_one),
		IN_HOME(a_region_that_is_none_is_refused_and_named),
		IN_HOME(endpoint_settings_win_in_their_order),
		IN_HOME(an_empty_endpoint_is_unset_and_a_missing_services_section_is_an_error),
		IN_HOME(fips_or_dualstack_with_an_override_names_both),
		cmocka_unit_test(urls_are_taken_apart_strictly),
		IN_HOME(plain_http_is_for_this_machine_unless_allowed),
		IN_HOME(legacy_sts_goes_to_the_global_host),
		cmocka_unit_test(arn_regions_are_found),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
