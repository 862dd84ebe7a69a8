/*
 * fuzz_journal.c - any bytes as a journal file: reading, repairing, going on.
 *
 * A checksum is out of a fuzzer's reach, so a line of the input that ends in
 * `~` has that replaced by the right one.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/journal.h"
#include "store/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
seal_lines(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		const char *nl = memchr(s, '\n', n);
		size_t len = nl != NULL ? (size_t)(nl - s) : n;
		size_t from = out->len;
		buf_add(out, s, len);
		if (len > 0 && s[len - 1] == '~') {
			buf_truncate(out, out->len - 1);
			buf_printf(out, ",\"crc\":\"%08lx\"}",
			    crc32_z(0, (const Bytef *)out->s + from, out->len - from));
		}
		if (nl != NULL)
			buf_putc(out, '\n');
		len += nl != NULL;
		s += len;
		n -= len;
	}
}

static int
count(void *arg, const char *json, size_t n)
{
	if (json[0] != '{' || json[n - 1] != '}' || json[n] != '\0')
		abort();
	++*(size_t *)arg;
	return 0;
}

static size_t
count_records(const char *path)
{
	size_t records = 0;
	if (journal_read(path, count, &records, NULL, NULL) != 0)
		abort();
	return records;
}

static char home[] = "/tmp/adit-fuzz-XXXXXX";

static void
remove_home(void)
{
	char *sessions = file_path(FILE_DATA, "sessions"), *data = file_path(FILE_DATA, "");
	rmdir(sessions);
	rmdir(data);
	rmdir(home);
	free(sessions);
	free(data);
}

static void
make_home(void)
{
	if (mkdtemp(home) == NULL)
		abort();
	setenv("XDG_DATA_HOME", home, 1);
	char *sessions = file_path(FILE_DATA, "sessions");
	file_make_dir(sessions, 0700, NULL);
	free(sessions);
	atexit(remove_home);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (strstr(home, "XXXXXX") != NULL)
		make_home();
	struct buf content;
	buf_init(&content, 0);
	seal_lines(&content, (const char *)bytes, n);
	char *path = file_path(FILE_DATA, "sessions/00000000.jsonl");
	char *torn = mem_printf("%s.torn", path);
	if (file_replace(path, buf_str(&content), content.len, 0600, NULL) < 0)
		abort();
	size_t before = count_records(path);
	struct session_list list;
	if (session_list(&list, NULL) < 0 || list.n > 1)
		abort();
	session_list_done(&list);
	struct journal *j = journal_open(path, NULL, NULL);
	if (j == NULL || journal_append(j, "{\"t\":1}", 7, NULL) < 0)
		abort();
	journal_close(j);
	if (count_records(path) != before + 1)
		abort();
	if (journal_remove(path, NULL) < 0 || file_exists(torn))
		abort();
	free(torn);
	free(path);
	buf_done(&content);
	return 0;
}
