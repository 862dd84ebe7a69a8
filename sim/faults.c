/* faults.c - see faults.h. */
#include "config.h"

#include "faults.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "pause.h"
#include "scenario.h"
#include "simtime.h"

/* Ten times ten times ten ... entities: a gigabyte of text, for who expands them. */
#define TEN(x) "&" x ";&" x ";&" x ";&" x ";&" x ";&" x ";&" x ";&" x ";&" x ";&" x ";"
#define XML_BOMB                                                                               \
	"<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\">\n"                   \
	"<!ENTITY b \"" TEN("a") "\">\n<!ENTITY c \"" TEN("b") "\">\n"                         \
	"<!ENTITY d \"" TEN("c") "\">\n<!ENTITY e \"" TEN("d") "\">\n"                         \
	"<!ENTITY f \"" TEN("e") "\">\n<!ENTITY g \"" TEN("f") "\">\n"                         \
	"<!ENTITY h \"" TEN("g") "\">\n<!ENTITY i \"" TEN("h") "\">]>\n"                       \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>&i;</AccessKeyId>"    \
	"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"                   \
	"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"       \
	"</AssumeRoleResponse>"
#define XML_ENTITY                                                                             \
	"<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n"  \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAENTITY"           \
	"</AccessKeyId><SecretAccessKey>&a;</SecretAccessKey><SessionToken>t</SessionToken>"   \
	"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"       \
	"</AssumeRoleResponse>"
#define PORTAL                                                                                 \
	"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"          \
	"<body><h1>Please sign in</h1></body></html>\n"
#define UNTRUSTED                                                                              \
	"{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"LastUpdated\":\"2026-08-01T12:00:00Z\"," \
	"\"Message\":\"EC2 cannot assume the role sim-instance-role. Please see documentation" \
	" at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html\"}"
#define FAILED                                                                                 \
	"{\"Code\":\"Failed\",\"LastUpdated\":\"2026-08-01T12:00:00Z\",\"Message\":\"The "     \
	"credentials of the instance could not be renewed.\"}"

enum effect {
	E_SLOW,         /* nothing but its delay */
	E_HANG, E_DROP, E_ERROR, E_REDIRECT,
	E_BODY,         /* just that body */
	E_DEEP,         /* that body over and over */
	E_FLOOD,        /* the body, then very many "a" */
	E_STALL, E_CUT, E_TRUNCATE,
	E_CREDENTIALS,
};

static const struct kind {
	const char	*name;
	enum effect	 effect;
	unsigned	 spoilt, status;
	const char	*content_type, *body;
} kinds[] = {
	{ "slow", E_SLOW, 0, 0, NULL, NULL },
	{ "hang", E_HANG, 0, 0, NULL, NULL },
	{ "hop-limit", E_HANG, 0, 0, NULL, NULL },
	{ "drop", E_DROP, 0, 0, NULL, NULL },
	{ "error", E_ERROR, 0, 0, NULL, NULL },
	{ "redirect", E_REDIRECT, 0, 302, NULL, NULL },
	{ "body", E_BODY, 0, 200, "application/json", "" },
	{ "empty", E_BODY, 0, 200, "application/json", "" },
	{ "garbage", E_BODY, 0, 200, "application/json", "\xff\xfe{\"}not JSON, not XML<" },
	{ "html", E_BODY, 0, 200, "text/html", PORTAL },
	{ "untrusted-role", E_BODY, 0, 200, "text/plain", UNTRUSTED },
	{ "failed", E_BODY, 0, 200, "text/plain", FAILED },
	{ "xml-bomb", E_BODY, 0, 200, "text/xml", XML_BOMB },
	{ "xml-entity", E_BODY, 0, 200, "text/xml", XML_ENTITY },
	{ "xml-deep", E_DEEP, 0, 200, "text/xml", "<a>" },
	{ "json-deep", E_DEEP, 0, 200, "application/json", "[" },
	{ "flood", E_FLOOD, 0, 200, "application/json", "{\"AccessKeyId\":\"" },
	{ "stall", E_STALL, 0, 0, NULL, NULL },
	{ "cut", E_CUT, 0, 0, NULL, NULL },
	{ "truncated", E_TRUNCATE, 0, 0, NULL, NULL },
	{ "expired", E_CREDENTIALS, SPOILT_EXPIRED | SPOILT_REFUSED, 0, NULL, NULL },
	{ "stale", E_CREDENTIALS, SPOILT_EXPIRED, 0, NULL, NULL },
	{ "revoked", E_CREDENTIALS, SPOILT_REFUSED, 0, NULL, NULL },
	{ "unknown-key", E_CREDENTIALS, SPOILT_UNKNOWN, 0, NULL, NULL },
	{ "wrong-secret", E_CREDENTIALS, SPOILT_WRONG_SECRET, 0, NULL, NULL },
	{ "no-expiration", E_CREDENTIALS, SPOILT_NO_EXPIRATION, 0, NULL, NULL },
	{ "bad-expiration", E_CREDENTIALS, SPOILT_BAD_EXPIRATION, 0, NULL, NULL },
	{ "no-id", E_CREDENTIALS, SPOILT_NO_ID, 0, NULL, NULL },
	{ "no-secret", E_CREDENTIALS, SPOILT_NO_SECRET, 0, NULL, NULL },
	{ "duplicate", E_CREDENTIALS, SPOILT_DUPLICATE, 0, NULL, NULL },
};

#define NOT_SAID (-1)

struct fault {
	const struct kind *kind;
	const char	*service, *operation;   /* NULL: any */
	long		 nth, times, every;     /* 0: any */
	long		 seen;
	unsigned	 status;                /* 0: as the kind, or the error, has it */
	const char	*code, *message, *url, *body, *content_type;
	int		 delay_ms;
	int64_t		 after, bytes;          /* or NOT_SAID */
};

static struct fault *faults;
static size_t n_faults;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- reading ------------------------------------------------------------ */

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static int64_t
number(struct json_object *o, const char *name, int64_t otherwise)
{
	struct json_object *v = member_of(o, name);
	return v != NULL ? json_object_get_int64(v) : otherwise;
}

static void
read_fault(const char *path, struct json_object *o, struct fault *f)
{
	static const char *const members[] = { "service", "operation", "fault", "nth", "times",
		"every", "status", "code", "message", "url", "body", "content_type", "delay_ms",
		"after", "bytes", "comment", NULL };
	const char *name = string_of(o, "fault");
	if (name == NULL)
		sim_die("%s: each of \"faults\" needs \"fault\", a name", path);
	scenario_check_members(path, o, members);
	*f = (struct fault){ .kind = find_kind(name), .service = string_of(o, "service"),
		.operation = string_of(o, "operation"), .code = string_of(o, "code"),
		.message = string_of(o, "message"), .url = string_of(o, "url"),
		.body = string_of(o, "body"), .content_type = string_of(o, "content_type"),
		.nth = number(o, "nth", 0), .times = number(o, "times", 0),
		.every = number(o, "every", 0), .status = (unsigned)number(o, "status", 0),
		.delay_ms = (int)number(o, "delay_ms", 0), .after = number(o, "after", NOT_SAID),
		.bytes = number(o, "bytes", NOT_SAID) };
	if (f->kind == NULL)
		sim_die("%s: unknown fault \"%s\"", path, name);
	if (f->kind->effect == E_ERROR && f->code == NULL)
		sim_die("%s: a fault \"error\" needs \"code\"", path);
}

void
faults_load(const char *path, struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		sim_die("%s: \"faults\" must be a list", path);
	faults_free();
	n_faults = json_object_array_length(list);
	faults = sim_alloc(n_faults * sizeof *faults);
	for (size_t i = 0; i < n_faults; i++)
		read_fault(path, json_object_array_get_idx(list, i), &faults[i]);
}

void
faults_free(void)
{
	free(faults);
	faults = NULL;
	n_faults = 0;
}

/* ---- whose turn --------------------------------------------------------- */

static bool
concerns(const char *wanted, const char *is)
{
	return wanted == NULL || (is != NULL && strcmp(wanted, is) == 0);
}

/* Counts a request that the fault is for; false if it is not the fault's turn. */
static bool
takes_turn(struct fault *f)
{
	pthread_mutex_lock(&lock);
	long n = ++f->seen;
	pthread_mutex_unlock(&lock);
	if (f->every > 0)
		n = (n - 1) % f->every + 1;
	return (f->nth == 0 || n == f->nth) && (f->times == 0 || n <= f->times);
}

const struct fault *
faults_take(const struct request *q)
{
	for (size_t i = 0; i < n_faults; i++)
		if (concerns(faults[i].service, q->service) &&
		    concerns(faults[i].operation, q->operation) && takes_turn(&faults[i]))
			return &faults[i];
	return NULL;
}

const char *
fault_name(const struct fault *f)
{
	return f->kind->name;
}

/* ---- what it does ------------------------------------------------------- */

bool
fault_wait(const struct fault *f, const struct request *q)
{
	return f == NULL || f->delay_ms <= 0 ||
	    pause_until(q->fd, time_mono_ns() + f->delay_ms * NS_PER_MS) == PAUSE_OVER;
}

const char *
fault_code(const struct fault *f, unsigned *status, const char **message)
{
	if (f == NULL || f->kind->effect != E_ERROR)
		return NULL;
	*status = f->status;
	*message = f->message != NULL ? f->message : "The scenario wants this error.";
	return f->code;
}

static void
give_body(const struct fault *f, struct reply *r, const char *body)
{
	r->kind = REPLY_BODY;
	r->status = f->status != 0 ? f->status : f->kind->status;
	const char *type = f->content_type != NULL ? f->content_type : f->kind->content_type;
	if (type != NULL)
		reply_header(r, "Content-Type", type);
	bytes_puts(&r->body, body);
}

static void
repeat_body(const struct fault *f, struct reply *r)
{
	int64_t most = f->bytes != NOT_SAID ? f->bytes : 1024 * 1024;
	give_body(f, r, "");
	while ((int64_t)r->body.len < most)
		bytes_puts(&r->body, f->kind->body);
}

bool
fault_replaces(const struct fault *f, struct reply *r)
{
	if (f == NULL)
		return false;
	switch (f->kind->effect) {
	case E_HANG:
		r->kind = REPLY_HANG;
		return true;
	case E_DROP:
		r->kind = REPLY_DROP;
		return true;
	case E_REDIRECT:
		give_body(f, r, "");
		reply_header(r, "Location", f->url != NULL ? f->url : "/elsewhere");
		return true;
	case E_BODY:
		give_body(f, r, f->body != NULL ? f->body : f->kind->body);
		return true;
	case E_DEEP:
		repeat_body(f, r);
		return true;
	case E_FLOOD:
		give_body(f, r, f->kind->body);
		r->padding = (uint64_t)(f->bytes != NOT_SAID ? f->bytes : 64 * 1024 * 1024);
		return true;
	default:
		return false;
	}
}

/* Ends the body early while its length says that there is more. */
static void
break_off(const struct fault *f, struct reply *r, enum reply_end end, size_t at)
{
	if (f->after != NOT_SAID)
		at = (size_t)f->after;
	r->end = end;
	r->length = r->body.len != 0 ? r->body.len : 1;
	if (at >= r->length)
		at = (size_t)r->length - 1;
	if (at < r->body.len)
		r->body.len = at;
}

void
fault_spoil(const struct fault *f, struct reply *r)
{
	if (f == NULL || r->kind != REPLY_BODY)
		return;
	if (f->kind->effect == E_STALL)
		break_off(f, r, REPLY_STALL, 0);
	else if (f->kind->effect == E_CUT)
		break_off(f, r, REPLY_CUT, r->body.len / 2);
	else if (f->kind->effect == E_TRUNCATE)
		r->body.len /= 2;
}

unsigned
fault_credentials(const struct fault *f)
{
	return f != NULL ? f->kind->spoilt : 0;
}
