#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <zlib.h>

#include "../aws/home.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/spawn.h"
#include "base/str.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_without_sts, home_teardown)

/* `auth status` asks STS whose keys it found: not the real one. */
static int
home_without_sts(void **state)
{
	int rc = home_setup(state);
	setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9", 1);
	return rc;
}

/* ---- running adit ---- */

static struct spawn_end
run(const char *const *args)
{
	const char *argv[16] = { getenv("ADIT") };
	for (size_t i = 0; args[i] != NULL && i < 14; i++)
		argv[i + 1] = args[i];
	struct spawn_end end;
	struct err err = { 0 };
	const struct spawn s = { .argv = argv, .out_max = 1 << 20, .err_tail = 4096, .timeout_ms = 60000 };
	if (argv[0] == NULL || spawn_run(&s, &end, &err) < 0)
		fail_msg("cannot run adit: %s", err.text);
	return end;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static char *
in_home(const char *name)
{
	return mem_printf("%s/%s", getenv("HOME"), name);
}

/* ---- debug sigv4 ---- */

#define BODY "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]}"
#define TARGET "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream"
#define REQUEST                                                                                    \
	"POST " TARGET " HTTP/1.1\r\nHost: bedrock-runtime.us-east-1.amazonaws.com\r\n"                \
	"Content-Type: application/json\r\n"
#define CANONICAL_A                                                                                \
	"POST\n/model/us.anthropic.claude-haiku-4-5-20251001-v1%253A0/converse-stream\n\n"             \
	"content-type:application/json\nhost:bedrock-runtime.us-east-1.amazonaws.com\n"                \
	"x-amz-date:20260801T120000Z\n\ncontent-type;host;x-amz-date\n"                                \
	"7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54"
#define OUTPUT_A                                                                                   \
	"-- canonical request\n" CANONICAL_A "\n-- string to sign\nAWS4-HMAC-SHA256\n20260801T120000Z\n" \
	"20260801/us-east-1/bedrock/aws4_request\n"                                                    \
	"0e5803e9db2a1814b466bb3cb2880d51a5f848f7f7d746057af00444ab6e5cae\n-- authorization\n"         \
	"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/us-east-1/bedrock/aws4_request, "            \
	"SignedHeaders=content-type;host;x-amz-date, "                                                 \
	"Signature=0750d190339117d95ea1546da18a98b9852169c12eda56cc6d42a8800de501d4\n"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQDEXAMPLE=="

static void
set_keys(void)
{
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
}

static void
sigv4_prints_the_worked_example(void **state)
{
	(void)state;
	set_keys();
	home_write("request", REQUEST "\r\n" BODY);
	char *path = in_home("request");
	struct spawn_end e = RUN("debug", "sigv4", "--service", "bedrock", "--region", "us-east-1", "--time",
	    "2026-08-01T12:00:00Z", path);
	assert_string_equal(buf_str(&e.out), OUTPUT_A);
	assert_string_equal(buf_str(&e.err), "");
	assert_int_equal(e.status, 0);
	spawn_end_done(&e);
	/* The request's own date does as well, and bare newlines are line ends too. */
	home_write("request", "POST " TARGET " HTTP/1.1\nX-Amz-Date:20260801T120000Z\n"
	    "Host:bedrock-runtime.us-east-1.amazonaws.com\nContent-Type:  application/json\n\n" BODY);
	e = RUN("debug", "sigv4", "--service", "bedrock", "--region", "us-east-1", path);
	assert_string_equal(buf_str(&e.out), OUTPUT_A);
	spawn_end_done(&e);
	free(path);
}

static void
sigv4_settings_change_what_is_signed(void **state)
{
	(void)state;
	static const struct {
		const char	*flag, *part;
	} rows[] = {
		{ "--no-double-encode", "d54430f23b0fe87e701cac94930fb6f0af518f72317eac90cb59a2da680e0fc2" },
		{ "--sign-body", "\nx-amz-content-sha256:7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54\n" },
		{ "--omit-session-token", "0750d190339117d95ea1546da18a98b9852169c12eda56cc6d42a8800de501d4" },
		{ "--no-normalize-path", "0750d190339117d95ea1546da18a98b9852169c12eda56cc6d42a8800de501d4" },
	};
	set_keys();
	home_write("request", REQUEST "\r\n" BODY);
	char *path = in_home("request");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].flag, "--omit-session-token") == 0)
			setenv("AWS_SESSION_TOKEN", TOKEN, 1);
		else
			unsetenv("AWS_SESSION_TOKEN");
		struct spawn_end e = RUN("debug", "sigv4", "--service", "bedrock", "--region", "us-east-1",
		    "--time", "2026-08-01T12:00:00Z", rows[i].flag, path);
		if (strstr(buf_str(&e.out), rows[i].part) == NULL)
			fail_msg("%s: %s", rows[i].flag, buf_str(&e.out));
		spawn_end_done(&e);
	}
	setenv("AWS_SESSION_TOKEN", TOKEN, 1);
	struct spawn_end e = RUN("debug", "sigv4", "--service", "bedrock", "--region", "us-east-1", "--time",
	    "2026-08-01T12:00:00Z", path);
	assert_non_null(strstr(buf_str(&e.out), "29f7c831a0842340858df9691c720afe0a716f035a697f31dc720347be1c9d40"));
	spawn_end_done(&e);
	free(path);
}

static void
sigv4_refuses_with_the_right_exit_status(void **state)
{
	(void)state;
	char *path = in_home("request");
	home_write("request", REQUEST "\r\n");
	struct spawn_end e = RUN("debug", "sigv4", "--service", "bedrock", "--region", "us-east-1", path);
	assert_int_equal(e.status, 3);
	spawn_end_done(&e);
	set_keys();
	e = RUN("debug", "sigv4", "--service", "bedrock", path);
	assert_int_equal(e.status, 2);
	spawn_end_done(&e);
	e = RUN("debug", "nonsense");
	assert_int_equal(e.status, 2);
	spawn_end_done(&e);
	static const char *const bad[] = { "", "nonsense", "GET / HTTP/1.1\nno colon\n\n", "GET / HTTP/1.1\n\n",
		" / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\n continued\nHost: x\n\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		home_write("request", bad[i]);
		e = RUN("debug", "sigv4", "--service", "s", "--region", "r", path);
		assert_int_equal(e.status, 65);
		assert_int_equal(e.out.len, 0);
		spawn_end_done(&e);
	}
	free(path);
}

/* ---- debug eventstream ---- */

static void
put_u32(struct buf *b, uint32_t v)
{
	char s[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };
	buf_add(b, s, 4);
}

static void
put_frame(struct buf *b, const char *headers, size_t n, const char *payload)
{
	size_t start = b->len, m = strlen(payload);
	put_u32(b, (uint32_t)(16 + n + m));
	put_u32(b, (uint32_t)n);
	put_u32(b, (uint32_t)crc32(0, (const Bytef *)b->s + start, 8));
	buf_add(b, headers, n);
	buf_add(b, payload, m);
	put_u32(b, (uint32_t)crc32(0, (const Bytef *)b->s + start, (uInt)(b->len - start)));
}

static void
write_bytes(const char *name, const char *s, size_t n)
{
	char *path = in_home(name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s, 1, n, f), n);
	fclose(f);
	free(path);
}

#define LIT(s) (s), sizeof(s) - 1
/* One header of each type. */
#define ALL_TYPES                                                                                  \
	"\1t\0"                                                                                        \
	"\1f\1"                                                                                        \
	"\1b\2\xff"                                                                                    \
	"\1s\3\xff\xfe"                                                                                \
	"\1i\4\x80\0\0\0"                                                                              \
	"\1l\5\0\0\0\1\0\0\0\0"                                                                        \
	"\1x\6\0\3\0\1\2"                                                                              \
	"\1z\7\0\4a\"\xc3\xa9"                                                                         \
	"\1w\x8\0\0\1\x8f\0\0\0\0"                                                                     \
	"\1u\x9\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf"

static void
eventstream_prints_every_type_of_header(void **state)
{
	(void)state;
	struct buf b = { 0 };
	put_frame(&b, LIT(ALL_TYPES), "{\"a\":1}");
	put_frame(&b, "", 0, "");
	write_bytes("stream", b.s, b.len);
	buf_done(&b);
	char *path = in_home("stream");
	struct spawn_end e = RUN("debug", "eventstream", path);
	assert_string_equal(buf_str(&e.out),
	    "{\"headers\":{\"t\":{\"type\":\"bool\",\"value\":true},\"f\":{\"type\":\"bool\",\"value\":false},"
	    "\"b\":{\"type\":\"byte\",\"value\":-1},\"s\":{\"type\":\"short\",\"value\":-2},"
	    "\"i\":{\"type\":\"integer\",\"value\":-2147483648},\"l\":{\"type\":\"long\",\"value\":4294967296},"
	    "\"x\":{\"type\":\"bytes\",\"value\":\"AAEC\"},\"z\":{\"type\":\"string\",\"value\":\"a\\\"\xc3\xa9\"},"
	    "\"w\":{\"type\":\"timestamp\",\"value\":1713691951104},"
	    "\"u\":{\"type\":\"uuid\",\"value\":\"00010203-0405-0607-0809-0a0b0c0d0e0f\"}},"
	    "\"payload_b64\":\"eyJhIjoxfQ==\"}\n"
	    "{\"headers\":{},\"payload_b64\":\"\"}\n");
	assert_int_equal(e.status, 0);
	spawn_end_done(&e);
	free(path);
}

static void
eventstream_shows_what_came_before_a_fault(void **state)
{
	(void)state;
	struct buf b = { 0 };
	char *path = in_home("stream");
	put_frame(&b, "", 0, "one");
	size_t whole = b.len;
	put_frame(&b, "", 0, "two");
	write_bytes("stream", b.s, b.len - 1);
	struct spawn_end e = RUN("debug", "eventstream", path);
	assert_string_equal(buf_str(&e.out), "{\"headers\":{},\"payload_b64\":\"b25l\"}\n");
	assert_true(e.err.len > 0);
	assert_int_equal(e.status, 65);
	spawn_end_done(&e);
	b.s[whole + 13] ^= 1;
	write_bytes("stream", b.s, b.len);
	e = RUN("debug", "eventstream", path);
	assert_string_equal(buf_str(&e.out), "{\"headers\":{},\"payload_b64\":\"b25l\"}\n");
	assert_int_equal(e.status, 65);
	spawn_end_done(&e);
	write_bytes("stream", "", 0);
	e = RUN("debug", "eventstream", path);
	assert_int_equal(e.status, 0);
	spawn_end_done(&e);
	buf_done(&b);
	free(path);
}

/* ---- auth status ---- */

static struct json_object *
status_json(int want_status)
{
	struct err err = { 0 };
	struct spawn_end e = RUN("auth", "status", "--json");
	assert_int_equal(e.status, want_status);
	struct json_object *o = json_parse(buf_str(&e.out), e.out.len, &err);
	if (o == NULL)
		fail_msg("%s: %s", err.text, buf_str(&e.out));
	spawn_end_done(&e);
	return o;
}

static void
expect_order(struct json_object *o, const char *const *states, const bool *shadowed)
{
	static const char *const sources[] = { "bearer", "keys", "profile", "chain" };
	struct json_object *order = json_get(o, "order");
	assert_int_equal(json_len(order), 4);
	for (size_t i = 0; i < 4; i++) {
		struct json_object *row = json_item(order, i);
		assert_string_equal(json_str(row, "source", ""), sources[i]);
		assert_string_equal(json_str(row, "state", ""), states[i]);
		assert_int_equal(json_flag(row, "shadowed", false), shadowed[i]);
		assert_non_null(json_str(row, "detail", NULL));
	}
}

static void
status_is_the_contract_and_holds_no_secret(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET", 1);
	setenv("AWS_CREDENTIAL_EXPIRATION", "2099-01-01T00:00:00Z", 1);
	setenv("AWS_ACCOUNT_ID", "123456789012", 1);
	setenv("AWS_PROFILE", "dev", 1);
	setenv("AWS_REGION", "eu-west-1", 1);
	struct json_object *o = status_json(0);
	expect_order(o, (const char *const[]){ "unset", "active", "unasked", "unasked" },
	    (const bool[]){ false, false, true, false });
	struct json_object *active = json_get(o, "active");
	assert_string_equal(json_str(active, "source", ""), "keys");
	assert_string_equal(json_str(active, "kind", ""), "static");
	assert_string_equal(json_str(active, "accessKeyId", ""), "AKIA…MPLE");
	assert_string_equal(json_str(active, "expires", ""), "2099-01-01T00:00:00Z");
	assert_null(json_get(active, "profile"));
	assert_string_equal(json_str(json_get(o, "region"), "value", ""), "eu-west-1");
	assert_string_equal(json_str(json_get(o, "region"), "from", ""), "AWS_REGION");
	assert_string_equal(json_str(o, "account", ""), "123456789012");
	struct json_object *providers = json_get(o, "providers");
	assert_true(json_len(providers) >= 3);
	struct json_object *keys = json_item(providers, 1);
	assert_string_equal(json_str(keys, "state", ""), "found");
	assert_true(json_len(json_get(keys, "looked_at")) >= 2);
	assert_true(json_int(keys, "ms", -1) >= 0);
	assert_string_equal(json_str(json_item(providers, 2), "state", ""), "not-asked");
	json_free(o);
	struct spawn_end e = RUN("auth", "status");
	assert_null(strstr(buf_str(&e.out), "TOPSECRET"));
	assert_null(strstr(buf_str(&e.out), "IOSFODNN"));
	assert_non_null(strstr(buf_str(&e.out), "eu-west-1 (from AWS_REGION)"));
	spawn_end_done(&e);
}

static void
status_without_credentials_exits_with_three(void **state)
{
	(void)state;
	struct json_object *o = status_json(3);
	expect_order(o, (const char *const[]){ "unset", "unset", "unset", "unset" }, (const bool[4]){ 0 });
	assert_true(json_object_object_get_ex(o, "active", NULL));
	assert_null(json_get(o, "active"));
	assert_non_null(json_str(o, "error", NULL));
	json_free(o);
	setenv("AWS_ACCESS_KEY_ID", "AKIA", 1);
	o = status_json(3);
	expect_order(o, (const char *const[]){ "unset", "broken", "unset", "unasked" }, (const bool[4]){ 0 });
	json_free(o);
}

static void
status_cleans_what_others_wrote(void **state)
{
	(void)state;
	free(home_script("helper", "#!/bin/sh\nprintf '\\033]0;evil\\007\\302\\233' >&2\nexit 1\n"));
	home_config("[default]\ncredential_process = ~/helper\n");
	struct spawn_end e = RUN("auth", "status");
	assert_int_equal(e.status, 3);
	assert_null(strchr(buf_str(&e.out), '\033'));
	assert_null(strstr(buf_str(&e.out), "\302\233"));
	assert_non_null(strstr(buf_str(&e.out), "exited with 1"));
	spawn_end_done(&e);
}

/* ---- auth export ---- */

static void
export_is_what_a_credential_process_answers(void **state)
{
	(void)state;
	home_credentials("[base]\naws_access_key_id=BASE\naws_secret_access_key=TOP'SECRET\n"
			 "aws_session_token=TOK\naws_account_id=42\n");
	setenv("AWS_PROFILE", "base", 1);
	struct spawn_end e = RUN("auth", "export", "--format", "process");
	assert_int_equal(e.status, 0);
	assert_string_equal(buf_str(&e.out), "{\"Version\":1,\"AccessKeyId\":\"BASE\",\"SecretAccessKey\":"
					    "\"TOP'SECRET\",\"SessionToken\":\"TOK\",\"AccountId\":\"42\"}\n");
	spawn_end_done(&e);
	e = RUN("auth", "export", "--format=env");
	assert_string_equal(buf_str(&e.out), "export AWS_ACCESS_KEY_ID='BASE'\n"
	    "export AWS_SECRET_ACCESS_KEY='TOP'\\''SECRET'\nexport AWS_SESSION_TOKEN='TOK'\n"
	    "export AWS_ACCOUNT_ID='42'\n");
	spawn_end_done(&e);
	e = RUN("auth", "export", "--format", "xml");
	assert_int_equal(e.status, 2);
	spawn_end_done(&e);
}

static void
export_of_a_bearer_token_is_for_the_shell_only(void **state)
{
	(void)state;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKx", 1);
	struct spawn_end e = RUN("auth", "export", "--format", "process");
	assert_int_equal(e.status, 3);
	assert_int_equal(e.out.len, 0);
	spawn_end_done(&e);
	e = RUN("auth", "export", "--format", "env");
	assert_string_equal(buf_str(&e.out), "export AWS_BEARER_TOKEN_BEDROCK='ABSKx'\n");
	spawn_end_done(&e);
}

static void
adit_may_serve_adit_but_not_in_a_circle(void **state)
{
	(void)state;
	const char *adit = getenv("ADIT");
	char *config = mem_printf("[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s\n"
				  "[profile top]\ncredential_process = '%s' --profile base auth export --format process\n"
				  "[profile loop]\ncredential_process = '%s' --profile loop auth export --format process\n",
	    adit, adit);
	home_config(config);
	free(config);
	struct spawn_end e = RUN("--profile", "top", "auth", "export", "--format", "env");
	assert_string_equal(buf_str(&e.out), "export AWS_ACCESS_KEY_ID='BASE'\nexport AWS_SECRET_ACCESS_KEY='s'\n");
	spawn_end_done(&e);
	e = RUN("--profile", "loop", "auth", "export", "--format", "env");
	assert_int_equal(e.status, 3);
	assert_non_null(strstr(buf_str(&e.err), "for ever"));
	spawn_end_done(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(sigv4_prints_the_worked_example),
		IN_HOME(sigv4_settings_change_what_is_signed),
		IN_HOME(sigv4_refuses_with_the_right_exit_status),
		IN_HOME(eventstream_prints_every_type_of_header),
		IN_HOME(eventstream_shows_what_came_before_a_fault),
		IN_HOME(status_is_the_contract_and_holds_no_secret),
		IN_HOME(status_without_credentials_exits_with_three),
		IN_HOME(status_cleans_what_others_wrote),
		IN_HOME(export_is_what_a_credential_process_answers),
		IN_HOME(export_of_a_bearer_token_is_for_the_shell_only),
		IN_HOME(adit_may_serve_adit_but_not_in_a_circle),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
