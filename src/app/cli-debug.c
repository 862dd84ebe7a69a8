/*
 * cli-debug.c - `adit debug`: the signer and the event-stream decoder on bytes from a file.
 *
 * What is printed is a contract (see the man page): other programs check adit
 * with it. `debug sigv4` prints the session token as part of the canonical
 * request; that is what it is for.
 */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "aws/env.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/eventstream.h"

enum { MAX_REQUEST = 64 * 1024 * 1024 };

/* ---- a raw request ----------------------------------------------------------- */

struct raw_request {
	char			*method, *path, *query;
	struct http_headers	 headers;
	const char		*body;          /* borrowed from the bytes that were parsed */
	size_t			 body_len;
};

static void
raw_request_done(struct raw_request *r)
{
	free(r->method);
	free(r->path);
	free(r->query);
	http_headers_done(&r->headers);
}

/* The next line, without its end; false when there is none. */
static bool
take_line(const char **at, const char *end, const char **line, size_t *n)
{
	if (*at >= end)
		return false;
	const char *nl = memchr(*at, '\n', (size_t)(end - *at));
	*line = *at;
	*n = (size_t)((nl != NULL ? nl : end) - *at);
	*at = nl != NULL ? nl + 1 : end;
	if (*n > 0 && (*line)[*n - 1] == '\r')
		--*n;
	return true;
}

/* "METHOD target HTTP/1.1"; the target of a test may hold spaces. */
static int
parse_request_line(struct raw_request *r, const char *s, size_t n, struct err *err)
{
	char *line = mem_strndup(s, n);
	char *target = strchr(line, ' ');
	char *version = strrchr(line, ' ');
	if (target == NULL || target == line || version == target || !str_starts(version, " HTTP/")) {
		free(line);
		return err_set(err, ERR_DATA,
		    _("Line 1 is not a request line like “POST /path HTTP/1.1”."));
	}
	*target++ = '\0';
	*version = '\0';
	char *query = strchr(target, '?');
	r->query = query != NULL ? mem_strdup(query + 1) : NULL;
	if (query != NULL)
		*query = '\0';
	r->method = mem_strdup(line);
	r->path = mem_strdup(target);
	free(line);
	return 0;
}

/* A line that begins with white space goes on with the value before it. */
static int
continue_header(struct http_headers *headers, const char *s, size_t n)
{
	if (headers->n == 0)
		return -1;
	struct http_header *last = &headers->v[headers->n - 1];
	char *joined = mem_printf("%s %.*s", last->value, (int)n, s);
	free(last->value);
	last->value = joined;
	return 0;
}

static int
parse_header(struct http_headers *headers, const char *s, size_t n)
{
	if (s[0] == ' ' || s[0] == '\t')
		return continue_header(headers, s, n);
	const char *colon = memchr(s, ':', n);
	if (colon == NULL || colon == s || memchr(s, '\0', n) != NULL)
		return -1;
	char *name = mem_strndup(s, (size_t)(colon - s));
	char *value = mem_strndup(colon + 1, n - (size_t)(colon - s) - 1);
	char *trimmed = str_trim(value);
	http_headers_add(headers, name, trimmed);
	free(name);
	free(value);
	free(trimmed);
	return 0;
}

static int
parse_request(struct raw_request *r, const struct buf *bytes, struct err *err)
{
	const char *at = buf_str(bytes), *end = at + bytes->len, *line;
	size_t n;
	int number = 1;
	if (!take_line(&at, end, &line, &n))
		return err_set(err, ERR_DATA, _("There is no request to read."));
	if (parse_request_line(r, line, n, err) < 0)
		return -1;
	while (take_line(&at, end, &line, &n) && n > 0) {
		number++;
		if (parse_header(&r->headers, line, n) < 0)
			return err_set(err, ERR_DATA, _("Line %d is not a header like “Name: value”."), number);
	}
	r->body = at;
	r->body_len = (size_t)(end - at);
	if (http_headers_get(&r->headers, "Host") == NULL)
		return err_set(err, ERR_DATA, _("The request has no Host header."));
	return 0;
}

static int
read_input(const char *path, struct buf *out, struct err *err)
{
	if (path != NULL && strcmp(path, "-") != 0)
		return file_read(path, MAX_REQUEST, out, err);
	int rc = file_read_fd(STDIN_FILENO, MAX_REQUEST, out, err);
	if (rc < 0)
		err_wrap(err, _("Cannot read standard input"));
	return rc;
}

/* ---- sigv4 -------------------------------------------------------------------- */

struct sigv4_flags {
	const char		*service, *region, *time, *file;
	int			 no_normalize_path, no_double_encode, sign_body, omit_session_token, help;
};

static void
sigv4_help(void)
{
	puts(_("Usage: adit debug sigv4 --service S --region R [--time ISO8601] [FILE]\n"
	       "Signs the raw HTTP request in FILE (or standard input) with the keys in the environment,\n"
	       "and prints the canonical request, the string to sign and the Authorization header.\n"
	       "  --service S            name of the service in the signature: bedrock, sts …\n"
	       "  --region R             region in the signature\n"
	       "  --time T               2026-08-01T12:00:00Z; else the request's X-Amz-Date, else now\n"
	       "  --no-normalize-path    keep dot segments and double slashes\n"
	       "  --no-double-encode     sign the path as it is on the wire\n"
	       "  --sign-body            add x-amz-content-sha256\n"
	       "  --omit-session-token   add the session token after signing"));
}

static int
parse_flags(struct sigv4_flags *f, int argc, char **argv)
{
	const struct option options[] = { { "service", required_argument, NULL, 's' },
		{ "region", required_argument, NULL, 'r' }, { "time", required_argument, NULL, 't' },
		{ "no-normalize-path", no_argument, &f->no_normalize_path, 1 },
		{ "no-double-encode", no_argument, &f->no_double_encode, 1 },
		{ "sign-body", no_argument, &f->sign_body, 1 },
		{ "omit-session-token", no_argument, &f->omit_session_token, 1 },
		{ "help", no_argument, &f->help, 1 }, { 0 } };
	int c;
	optind = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			f->service = optarg;
		else if (c == 'r')
			f->region = optarg;
		else if (c == 't')
			f->time = optarg;
		else if (c != 0)
			return -1;
	}
	f->file = optind < argc ? argv[optind] : NULL;
	return optind + 1 < argc ? -1 : 0;
}

/* --time, else X-Amz-Date, else the clock. */
static int
find_time(const struct sigv4_flags *f, const struct raw_request *r, int64_t *t, struct err *err)
{
	const char *header = http_headers_get(&r->headers, "X-Amz-Date");
	*t = clock_wall();
	if (f->time != NULL) {
		*t = clock_parse_iso8601(f->time);
		if (*t < 0)
			*t = sigv4_parse_date(f->time);
		if (*t < 0)
			return err_set(err, ERR_USAGE, _("“%.60s” is not a time like 2026-08-01T12:00:00Z."),
			    f->time);
	} else if (header != NULL) {
		*t = sigv4_parse_date(header);
		if (*t < 0)
			return err_set(err, ERR_DATA,
			    _("The X-Amz-Date header is not a time like 20260801T120000Z."));
	}
	return 0;
}

static void
print_section(const char *label, const struct buf *text)
{
	printf("-- %s\n", label);
	fwrite(buf_str(text), 1, text->len, stdout);
	putchar('\n');
}

static int
sign_and_print(const struct sigv4_flags *f, const struct raw_request *r, const struct env_keys *keys,
    struct err *err)
{
	int64_t when;
	if (find_time(f, r, &when, err) < 0)
		return -1;
	struct sigv4 s;
	sigv4_sign(&s,
	    &(struct sigv4_keys){ keys->access_key_id, keys->secret_access_key, keys->session_token },
	    &(struct sigv4_request){ r->method, r->path, r->query, &r->headers, r->body, r->body_len },
	    &(struct sigv4_scope){ f->region, f->service, when },
	    &(struct sigv4_settings){ .no_normalize_path = f->no_normalize_path,
		.no_double_encode = f->no_double_encode,
		.sign_body = f->sign_body,
		.omit_session_token = f->omit_session_token });
	print_section("canonical request", &s.canonical);
	print_section("string to sign", &s.string_to_sign);
	print_section("authorization", &s.authorization);
	sigv4_done(&s);
	return 0;
}

static int
debug_sigv4(int argc, char **argv)
{
	struct sigv4_flags f = { 0 };
	struct err err = { 0 };
	if (parse_flags(&f, argc, argv) == 0 && f.help) {
		sigv4_help();
		return 0;
	}
	if (f.service == NULL || f.region == NULL) {
		err_set(&err, ERR_USAGE, _("Usage: adit debug sigv4 --service S --region R [--time ISO8601] "
					   "[FILE]"));
		return cli_complain(&err);
	}
	struct env_keys keys = { 0 };
	struct raw_request request = { 0 };
	struct buf bytes;
	buf_init(&bytes, 0);
	int rc = env_keys(&keys, &err);
	if (rc == 0)
		rc = read_input(f.file, &bytes, &err);
	if (rc == 0)
		rc = parse_request(&request, &bytes, &err);
	if (rc == 0)
		rc = sign_and_print(&f, &request, &keys, &err);
	raw_request_done(&request);
	buf_wipe(&bytes);
	env_keys_done(&keys);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- event streams --------------------------------------------------------------- */

static void
put_base64(struct buf *b, const char *key, const char *s, size_t n)
{
	struct buf text;
	buf_init(&text, 0);
	str_base64(&text, s, n);
	json_put_member_n(b, key, buf_str(&text), text.len);
	buf_done(&text);
}

static void
put_uuid(struct buf *b, const char *bytes)
{
	struct buf hex;
	buf_init(&hex, 0);
	str_hex(&hex, bytes, 16);
	char *s = mem_printf("%.8s-%.4s-%.4s-%.4s-%.12s", hex.s, hex.s + 8, hex.s + 12, hex.s + 16,
	    hex.s + 20);
	json_put_member(b, "value", s);
	free(s);
	buf_done(&hex);
}

static const char *
type_name(enum eventstream_type type)
{
	static const char *const names[] = { [EVENTSTREAM_TRUE] = "bool",
		[EVENTSTREAM_FALSE] = "bool",
		[EVENTSTREAM_BYTE] = "byte",
		[EVENTSTREAM_SHORT] = "short",
		[EVENTSTREAM_INTEGER] = "integer",
		[EVENTSTREAM_LONG] = "long",
		[EVENTSTREAM_BYTES] = "bytes",
		[EVENTSTREAM_STRING] = "string",
		[EVENTSTREAM_TIMESTAMP] = "timestamp",
		[EVENTSTREAM_UUID] = "uuid" };
	return names[type];
}

static void
put_value(struct buf *b, const struct eventstream_header *h)
{
	switch (h->type) {
	case EVENTSTREAM_TRUE:
	case EVENTSTREAM_FALSE:
		json_put_bool(b, "value", h->type == EVENTSTREAM_TRUE);
		break;
	case EVENTSTREAM_BYTES:
		put_base64(b, "value", h->bytes, h->len);
		break;
	case EVENTSTREAM_STRING:
		json_put_member_n(b, "value", h->bytes, h->len);
		break;
	case EVENTSTREAM_UUID:
		put_uuid(b, h->bytes);
		break;
	default:
		json_put_int(b, "value", h->number);
		break;
	}
}

static int
print_message(void *arg, const struct eventstream_message *m)
{
	(void)arg;
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, "{\"headers\":{");
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct eventstream_header *h = &m->headers[i];
		json_put_comma(&b);
		json_put_string(&b, h->name, h->name_len);
		buf_puts(&b, ":{");
		json_put_member(&b, "type", type_name(h->type));
		put_value(&b, h);
		buf_putc(&b, '}');
	}
	buf_putc(&b, '}');
	put_base64(&b, "payload_b64", m->payload, m->payload_len);
	buf_puts(&b, "}\n");
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
	return 0;
}

/* Messages are printed as they come: what is before a fault is seen. */
static int
decode(int fd, struct err *err)
{
	struct eventstream stream = { 0 };
	char chunk[65536];
	int rc = 0;
	ssize_t n;
	while (rc == 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		rc = eventstream_feed(&stream, chunk, (size_t)n, print_message, NULL, err);
	if (rc == 0 && n < 0)
		rc = err_set(err, ERR_FAILED, _("The input cannot be read: %m"));
	else if (rc == 0)
		rc = eventstream_end(&stream, err);
	eventstream_done(&stream);
	return rc;
}

static int
debug_eventstream(int argc, char **argv)
{
	struct err err = { 0 };
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		puts(_("Usage: adit debug eventstream [FILE]\n"
		       "Decodes application/vnd.amazon.eventstream bytes: a JSON object a line for each message."));
		return 0;
	}
	const char *path = argc > 1 && strcmp(argv[1], "--") == 0 ? argv[2] : argv[1];
	if (argc > 2 && path == argv[1]) {
		err_set(&err, ERR_USAGE, _("Usage: adit debug eventstream [FILE]"));
		return cli_complain(&err);
	}
	bool is_file = path != NULL && strcmp(path, "-") != 0;
	int fd = is_file ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	int rc = fd < 0 ? err_set(&err, ERR_FAILED, _("Cannot read %s: %m"), path) : decode(fd, &err);
	if (is_file && fd >= 0)
		close(fd);
	fflush(stdout);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- the family -------------------------------------------------------------------- */

int
cli_debug(int argc, char **argv)
{
	static const struct {
		const char	*name;
		int		(*run)(int argc, char **argv);
	} rows[] = { { "sigv4", debug_sigv4 }, { "eventstream", debug_eventstream } };
	for (size_t i = 0; argc > 1 && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(argv[1], rows[i].name) == 0)
			return rows[i].run(argc - 1, argv + 1);
	bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
	fputs(_("Usage: adit debug sigv4 --service S --region R [--time ISO8601] [FILE]\n"
		"       adit debug eventstream [FILE]\n"), help ? stdout : stderr);
	return help ? 0 : ERR_USAGE;
}
