/*
 * place.h - what the tests of tools share: a working directory of their own, and one call from start to end.
 */
#ifndef TESTS_TOOL_PLACE_H
#define TESTS_TOOL_PLACE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "tool/tool.h"

struct place {
	char			*base, *root, *overflow, *home;
	struct tool_place	 place;
};

/* base/home is $HOME, base/work the working directory, base/overflow for long outputs. */
static inline int
setup(void **state)
{
	struct place *p = mem_alloc(sizeof *p);
	assert_non_null(getenv("ADIT"));        /* without it commands would run with nothing around them */
	char name[] = "/tmp/adit-tool-XXXXXX";
	assert_non_null(mkdtemp(name));
	p->base = realpath(name, NULL);
	p->root = mem_printf("%s/work", p->base);
	p->overflow = mem_printf("%s/overflow", p->base);
	p->home = mem_printf("%s/home", p->base);
	assert_int_equal(mkdir(p->root, 0700), 0);
	assert_int_equal(mkdir(p->home, 0700), 0);
	setenv("HOME", p->home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	p->place = (struct tool_place){ .root = p->root, .overflow = p->overflow, .launcher = getenv("ADIT"),
		.confine = true };
	*state = p;
	return 0;
}

static inline int
teardown(void **state)
{
	struct place *p = *state;
	char *command = mem_printf("rm -rf '%s'", p->base);
	assert_int_equal(system(command), 0);
	free(command);
	free(p->base);
	free(p->root);
	free(p->overflow);
	free(p->home);
	free(p);
	return 0;
}

static inline char *
path_in(const struct place *p, const char *name)
{
	return name[0] == '/' ? mem_strdup(name) : mem_printf("%s/%s", p->root, name);
}

static inline void
put_bytes(const struct place *p, const char *name, const char *bytes, size_t n)
{
	char *path = path_in(p, name), *folder = mem_strdup(path);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
	free(path);
	free(folder);
}

static inline void
put_file(const struct place *p, const char *name, const char *text)
{
	put_bytes(p, name, text, strlen(text));
}

/* What a file has; "(none)" when it is not there. Kept until the next call. */
static inline const char *
contents(const struct place *p, const char *name)
{
	static struct buf b;
	char *path = path_in(p, name);
	buf_reset(&b);
	if (file_read(path, 1 << 24, &b, NULL) < 0) {
		buf_reset(&b);
		buf_puts(&b, "(none)");
	}
	free(path);
	return buf_str(&b);
}

static inline const struct tool *
named(const char *tool)
{
	for (size_t i = 0; tool_at(i) != NULL; i++)
		if (str_same(tool_at(i)->name, tool))
			return tool_at(i);
	fail_msg("there is no tool %s", tool);
	return NULL;
}

/* The call, prepared. */
static inline struct tool_call *
prepared(const struct place *p, const char *tool, const char *args)
{
	struct buf why = { 0 };
	struct tool_call *c = tool_call_new(named(tool), &p->place, args, strlen(args), &why);
	if (c == NULL)
		fail_msg("%s", buf_str(&why));
	buf_done(&why);
	tool_call_prepare(c);
	return c;
}

/* … and run, when it could be prepared. */
static inline struct tool_call *
ran(const struct place *p, const char *tool, const char *args)
{
	struct tool_call *c = prepared(p, tool, args);
	if (!c->failed)
		tool_call_run(c);
	return c;
}

#define has(c, text)                                                                               \
	do {                                                                                       \
		if (strstr(buf_str(&(c)->result), text) == NULL)                                   \
			fail_msg("\"%s\" is not in: %s", text, buf_str(&(c)->result));             \
	} while (0)
#define has_no(c, text) assert_null(strstr(buf_str(&(c)->result), text))

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
