/* test_files.c - reading, writing, finding and searching files, and staying where one may. */
#include "config.h"

#include "tool/place.h"

#include <fcntl.h>

/* ---- reading ---------------------------------------------------------------- */

static void
a_file_is_read_in_ranges(void **state)
{
	struct place *p = *state;
	struct buf b = { 0 };
	for (int i = 1; i <= 3000; i++)
		buf_printf(&b, "line %d\n", i);
	put_file(p, "long.txt", b.s);
	buf_done(&b);
	struct tool_call *c = ran(p, "read_file", "{\"path\":\"long.txt\",\"offset\":10,\"limit\":2}");
	has(c, "line 10\nline 11\n\n[lines 10 to 11 of 3000; go on with offset]");
	assert_string_equal(c->outcome, "2 lines");
	assert_string_equal(c->subject, "long.txt");
	assert_false(c->beyond);
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"long.txt\"}");
	has(c, "[lines 1 to 2000 of 3000");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"long.txt\",\"offset\":4000}");
	has(c, "the file has only 3000 lines");
	tool_call_free(c);
}

static void
encodings_are_told_apart_and_binaries_refused(void **state)
{
	struct place *p = *state;
	put_bytes(p, "bom", "\xef\xbb\xbfhej", 6);
	put_bytes(p, "latin", "caf\xe9 d\xe9j\xe0 vu\n", 13);
	put_bytes(p, "utf16", "\xff\xfeh\0i\0\n\0", 8);
	put_bytes(p, "binary", "\x7f" "ELF\0\0\1\2\3", 9);
	put_bytes(p, "empty", "", 0);
	struct tool_call *c = ran(p, "read_file", "{\"path\":\"bom\"}");
	assert_string_equal(buf_str(&c->result), "hej");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"latin\"}");
	has(c, "caf\xc3\xa9 d\xc3\xa9j\xc3\xa0 vu");
	has(c, "WINDOWS-1252");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"utf16\"}");
	has(c, "hi\n");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"binary\"}");
	assert_true(c->failed);
	has(c, "binary file (9 bytes)");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"empty\"}");
	has(c, "the file is empty");
	tool_call_free(c);
}

static void
what_is_no_file_is_refused_without_waiting(void **state)
{
	struct place *p = *state;
	char *fifo = path_in(p, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	free(fifo);
	struct tool_call *c = ran(p, "read_file", "{\"path\":\"fifo\"}");
	assert_true(c->failed);
	has(c, "not a regular file");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\".\"}");
	has(c, "is a folder");
	tool_call_free(c);
	c = ran(p, "read_file", "{\"path\":\"none\"}");
	assert_true(c->failed);
	has(c, "No such file");
	tool_call_free(c);
}

/* ---- out of the tree ------------------------------------------------------------ */

static void
paths_out_of_the_tree_are_seen_as_what_they_are(void **state)
{
	struct place *p = *state;
	put_file(p, "../outside.txt", "secret");
	char *link = path_in(p, "link"), *folder = path_in(p, "folder");
	assert_int_equal(symlink("../outside.txt", link), 0);
	assert_int_equal(symlink("..", folder), 0);
	char *real = mem_printf("%s/outside.txt", p->base);
	static const char *const ways[] = { "../outside.txt", "link", "folder/outside.txt", "./x/../../outside.txt",
		"folder/work/../outside.txt" };
	put_file(p, "x/y", "");
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		char *args = mem_printf("{\"path\":\"%s\"}", ways[i]);
		struct tool_call *c = prepared(p, "read_file", args);
		assert_false(c->failed);
		assert_string_equal(c->subject, real);
		assert_true(c->beyond);
		tool_call_free(c);
		free(args);
		args = mem_printf("{\"path\":\"%s\",\"content\":\"x\"}", ways[i]);
		c = prepared(p, "write_file", args);
		assert_string_equal(c->subject, real);
		assert_true(c->beyond);
		tool_call_free(c);
		free(args);
	}
	struct tool_call *c = prepared(p, "read_file", "{\"path\":\"folder/work/x/y\"}");
	assert_string_equal(c->subject, "x/y");
	assert_false(c->beyond);
	tool_call_free(c);
	free(real);
	free(link);
	free(folder);
}

static void
a_link_that_appears_after_the_approval_is_not_followed(void **state)
{
	struct place *p = *state;
	put_file(p, "a/file", "old");
	put_file(p, "../elsewhere/file", "old");
	struct tool_call *c = prepared(p, "write_file", "{\"path\":\"a/file\",\"content\":\"new\"}");
	struct tool_call *r = prepared(p, "read_file", "{\"path\":\"a/file\"}");
	struct tool_call *n = prepared(p, "write_file", "{\"path\":\"a/b/new\",\"content\":\"new\"}");
	assert_false(c->failed);
	assert_false(c->beyond);
	char *a = path_in(p, "a"), *moved = path_in(p, "moved");
	assert_int_equal(rename(a, moved), 0);
	assert_int_equal(symlink("../elsewhere", a), 0);
	tool_call_run(c);
	assert_true(c->failed);
	has(c, "symbolic link");
	tool_call_run(r);
	assert_true(r->failed);
	tool_call_run(n);
	assert_true(n->failed);
	assert_string_equal(contents(p, "../elsewhere/file"), "old");
	assert_string_equal(contents(p, "../elsewhere/b/new"), "(none)");
	tool_call_free(c);
	tool_call_free(r);
	tool_call_free(n);
	free(a);
	free(moved);
}

static void
keys_and_traps_are_beyond_a_general_rule(void **state)
{
	struct place *p = *state;
	put_file(p, "../home/.aws/credentials", "x");
	put_file(p, ".git/config", "x");
	p->place.root = p->home;
	struct tool_call *c = prepared(p, "read_file", "{\"path\":\".aws/credentials\"}");
	assert_true(c->beyond);
	tool_call_free(c);
	c = ran(p, "search_files", "{\"pattern\":\"x\",\"ignored\":true}");
	has(c, "nothing was found");
	tool_call_free(c);
	p->place.root = p->root;
	c = prepared(p, "write_file", "{\"path\":\".git/hooks/pre-commit\",\"content\":\"x\"}");
	assert_true(c->beyond);
	tool_call_free(c);
	c = prepared(p, "write_file", "{\"path\":\".adit/adit.json5\",\"content\":\"x\"}");
	assert_true(c->beyond);
	tool_call_free(c);
	c = prepared(p, "read_file", "{\"path\":\"/proc/self/environ\"}");
	assert_true(c->beyond);
	tool_call_free(c);
}

/* ---- writing ------------------------------------------------------------------------ */

static void
an_edit_shows_its_diff_and_does_just_that(void **state)
{
	struct place *p = *state;
	put_file(p, "a.c", "one\ntwo\nthree\n");
	struct tool_call *c = prepared(p, "edit_file", "{\"path\":\"a.c\",\"old_text\":\"two\",\"new_text\":\"2\"}");
	assert_string_equal(buf_str(&c->preview), "--- a.c\n+++ a.c\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
	assert_string_equal(contents(p, "a.c"), "one\ntwo\nthree\n");
	tool_call_run(c);
	assert_false(c->failed);
	assert_string_equal(contents(p, "a.c"), "one\n2\nthree\n");
	assert_string_equal(c->outcome, "+1 -1");
	assert_non_null(strstr(c->diff, "-two"));
	tool_call_free(c);
}

static void
an_edit_that_fits_nowhere_or_twice_is_explained(void **state)
{
	struct place *p = *state;
	put_file(p, "a", "x x\n");
	struct tool_call *c = ran(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"y\",\"new_text\":\"z\"}");
	assert_true(c->failed);
	has(c, "old_text is not in a");
	tool_call_free(c);
	c = ran(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"x\",\"new_text\":\"z\"}");
	has(c, "2 times");
	tool_call_free(c);
	c = ran(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"x\",\"new_text\":\"z\",\"replace_all\":true}");
	assert_false(c->failed);
	assert_string_equal(contents(p, "a"), "z z\n");
	tool_call_free(c);
	c = ran(p, "edit_file", "{\"path\":\"b\",\"old_text\":\"x\",\"new_text\":\"z\"}");
	has(c, "There is no file b");
	tool_call_free(c);
}

static void
a_file_keeps_its_line_ends_encoding_and_mode(void **state)
{
	struct place *p = *state;
	put_file(p, "dos", "a\r\nb\r\nc\r\n");
	put_bytes(p, "latin", "caf\xe9\nx\n", 7);
	char *path = path_in(p, "dos");
	chmod(path, 0751);
	struct tool_call *c = ran(p, "edit_file", "{\"path\":\"dos\",\"old_text\":\"a\\nb\\n\",\"new_text\":\"a\\nB\\n\"}");
	assert_false(c->failed);
	assert_string_equal(contents(p, "dos"), "a\r\nB\r\nc\r\n");
	struct stat st;
	stat(path, &st);
	assert_int_equal(st.st_mode & 0777, 0751);
	tool_call_free(c);
	c = ran(p, "edit_file", "{\"path\":\"latin\",\"old_text\":\"x\",\"new_text\":\"\\u00e0\"}");
	assert_string_equal(contents(p, "latin"), "caf\xe9\n\xe0\n");
	tool_call_free(c);
	c = ran(p, "edit_file", "{\"path\":\"latin\",\"old_text\":\"\\u00e0\",\"new_text\":\"\\u6f22\"}");
	assert_true(c->failed);
	has(c, "does not have all the characters");
	tool_call_free(c);
	free(path);
}

static void
a_file_that_changed_between_diff_and_approval_is_not_written(void **state)
{
	struct place *p = *state;
	put_file(p, "a", "one\n");
	struct tool_call *edit = prepared(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"one\",\"new_text\":\"1\"}");
	struct tool_call *write = prepared(p, "write_file", "{\"path\":\"a\",\"content\":\"all\"}");
	struct tool_call *new = prepared(p, "write_file", "{\"path\":\"b\",\"content\":\"mine\"}");
	put_file(p, "a", "one\ntwo\n");
	put_file(p, "b", "theirs");
	struct tool_call *all[] = { edit, write, new };
	for (size_t i = 0; i < 3; i++) {
		tool_call_run(all[i]);
		assert_true(all[i]->failed);
		has(all[i], "changed by somebody else");
		tool_call_free(all[i]);
	}
	assert_string_equal(contents(p, "a"), "one\ntwo\n");
	assert_string_equal(contents(p, "b"), "theirs");
}

/* What two children of one parent do: both have seen the same file. */
static void
of_two_edits_of_one_file_the_second_is_refused(void **state)
{
	struct place *p = *state;
	put_file(p, "a", "one two\n");
	struct tool_call *x = prepared(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"one\",\"new_text\":\"1\"}");
	struct tool_call *y = prepared(p, "edit_file", "{\"path\":\"a\",\"old_text\":\"two\",\"new_text\":\"2\"}");
	tool_call_run(x);
	tool_call_run(y);
	assert_false(x->failed);
	assert_true(y->failed);
	assert_string_equal(contents(p, "a"), "1 two\n");
	tool_call_free(x);
	tool_call_free(y);
}

static void
a_new_file_is_made_with_its_folders(void **state)
{
	struct place *p = *state;
	struct tool_call *c = prepared(p, "write_file", "{\"path\":\"deep/er/new.txt\",\"content\":\"hello\\n\"}");
	assert_non_null(strstr(buf_str(&c->preview), "--- /dev/null\n+++ deep/er/new.txt\n"));
	assert_non_null(strstr(buf_str(&c->preview), "+hello"));
	tool_call_run(c);
	assert_string_equal(contents(p, "deep/er/new.txt"), "hello\n");
	tool_call_free(c);
	c = ran(p, "list_files", "{\"path\":\"deep/er\"}");
	assert_string_equal(buf_str(&c->result), "new.txt  6\n");
	tool_call_free(c);
}

/* ---- finding and searching ----------------------------------------------------------- */

static void
put_tree(const struct place *p)
{
	put_file(p, ".gitignore", "*.o\n/build/\n!keep.o\n");
	put_file(p, "main.c", "int main(void)\n{\n\treturn 42;\n}\n");
	put_file(p, "main.o", "return 42 too");
	put_file(p, "keep.o", "return 42 as well");
	put_file(p, "build/x.c", "return 42 built");
	put_file(p, "src/build/y.c", "return 43\n");
	put_file(p, "src/.gitignore", "local.c\n");
	put_file(p, "src/local.c", "return 42 local");
	put_file(p, ".git/HEAD", "return 42 git");
	put_bytes(p, "bin.c", "return 42\0\0\0", 12);
}

static void
files_are_found_and_gitignore_counts(void **state)
{
	struct place *p = *state;
	put_tree(p);
	struct tool_call *c = ran(p, "find_files", "{\"pattern\":\"*.c\"}");
	assert_string_equal(buf_str(&c->result), "bin.c\nmain.c\nsrc/build/y.c\n");
	tool_call_free(c);
	c = ran(p, "find_files", "{\"pattern\":\"src/**/*.c\",\"ignored\":true}");
	assert_string_equal(buf_str(&c->result), "src/build/y.c\nsrc/local.c\n");
	tool_call_free(c);
	c = ran(p, "find_files", "{\"pattern\":\"*.c\",\"path\":\"src\"}");
	assert_string_equal(buf_str(&c->result), "src/build/y.c\n");
	tool_call_free(c);
	c = ran(p, "find_files", "{\"pattern\":\"*.nothing\"}");
	assert_string_equal(buf_str(&c->result), "(nothing)");
	tool_call_free(c);
}

static void
lines_are_found_and_gitignore_counts(void **state)
{
	struct place *p = *state;
	put_tree(p);
	struct tool_call *c = ran(p, "search_files", "{\"pattern\":\"return 4[0-9]\"}");
	assert_string_equal(buf_str(&c->result), "keep.o:1:return 42 as well\nmain.c:3:\treturn 42;\nsrc/build/y.c:1:return 43\n");
	assert_string_equal(c->outcome, "3 matches");
	tool_call_free(c);
	c = ran(p, "search_files", "{\"pattern\":\"RETURN\",\"ignore_case\":true,\"glob\":\"*.c\",\"path\":\"src\"}");
	assert_string_equal(buf_str(&c->result), "src/build/y.c:1:return 43\n");
	tool_call_free(c);
	c = ran(p, "search_files", "{\"pattern\":\"return\",\"path\":\"main.c\"}");
	assert_string_equal(buf_str(&c->result), "main.c:3:\treturn 42;\n");
	tool_call_free(c);
	c = ran(p, "search_files", "{\"pattern\":\"a(b\"}");
	assert_true(c->failed);
	has(c, "not a regular expression");
	tool_call_free(c);
}

/* A ripgrep stand-in that says how it was called. */
static void
ripgrep_is_used_when_it_is_there(void **state)
{
	struct place *p = *state;
	put_tree(p);
	put_file(p, "../bin/rg", "#!/bin/sh\nfor last; do :; done\nprintf '%s/main.c\\0007:found by rg\\n' \"$last\"\n");
	char *rg = path_in(p, "../bin/rg"), *was = mem_strdup(getenv("PATH"));
	chmod(rg, 0755);
	char *path = mem_printf("%s/bin:%s", p->base, was);
	setenv("PATH", path, 1);
	struct tool_call *c = ran(p, "search_files", "{\"pattern\":\"x\"}");
	setenv("PATH", was, 1);
	assert_string_equal(buf_str(&c->result), "main.c:7:found by rg\n");
	tool_call_free(c);
	free(path);
	free(was);
	free(rg);
}

static void
a_link_to_a_folder_is_not_walked_into(void **state)
{
	struct place *p = *state;
	put_file(p, "../outside/secret.txt", "needle");
	char *link = path_in(p, "link");
	assert_int_equal(symlink("../outside", link), 0);
	struct tool_call *c = ran(p, "search_files", "{\"pattern\":\"needle\"}");
	has(c, "nothing was found");
	tool_call_free(c);
	c = ran(p, "list_files", "{\"depth\":3}");
	has(c, "link -> (symbolic link)");
	has_no(c, "secret.txt");
	tool_call_free(c);
	free(link);
}

/* ---- much -------------------------------------------------------------------------------- */

static void
a_long_output_is_kept_in_a_file_that_can_be_read(void **state)
{
	struct place *p = *state;
	struct tool_call *c = ran(p, "shell", "{\"command\":\"seq 1 20000\"}");
	assert_false(c->failed);
	assert_true(c->result.len < 40 * 1024);
	has(c, "1\n2\n3\n");
	has(c, "\n20000\n");
	has(c, "bytes are left out here");
	const char *at = strstr(buf_str(&c->result), p->overflow);
	assert_non_null(at);
	char *file = mem_strndup(at, strcspn(at, ":"));
	char *args = mem_printf("{\"path\":\"%s\",\"offset\":15000,\"limit\":1}", file);
	struct tool_call *r = ran(p, "read_file", args);
	assert_false(r->beyond);
	has(r, "15000\n");
	has(r, "of 20000");
	free(args);
	args = mem_printf("{\"path\":\"%s\",\"content\":\"\"}", file);
	struct tool_call *w = prepared(p, "write_file", args);
	assert_true(w->beyond);
	free(args);
	free(file);
	tool_call_free(c);
	tool_call_free(r);
	tool_call_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_file_is_read_in_ranges),
		scene(encodings_are_told_apart_and_binaries_refused),
		scene(what_is_no_file_is_refused_without_waiting),
		scene(paths_out_of_the_tree_are_seen_as_what_they_are),
		scene(a_link_that_appears_after_the_approval_is_not_followed),
		scene(keys_and_traps_are_beyond_a_general_rule),
		scene(an_edit_shows_its_diff_and_does_just_that),
		scene(an_edit_that_fits_nowhere_or_twice_is_explained),
		scene(a_file_keeps_its_line_ends_encoding_and_mode),
		scene(a_file_that_changed_between_diff_and_approval_is_not_written),
		scene(of_two_edits_of_one_file_the_second_is_refused),
		scene(a_new_file_is_made_with_its_folders),
		scene(files_are_found_and_gitignore_counts),
		scene(lines_are_found_and_gitignore_counts),
		scene(ripgrep_is_used_when_it_is_there),
		scene(a_link_to_a_folder_is_not_walked_into),
		scene(a_long_output_is_kept_in_a_file_that_can_be_read),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
