#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <curses.h>
#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"

/* Clean text, its cells, and the bytes of its first cluster. */
static const struct {
	const char	*s;
	int		 cells;
	size_t		 first;
} vectors[] = {
	{ "a", 1, 1 },
	{ "ab", 2, 1 },
	{ "\xe4\xb8\xad\xe6\x96\x87", 4, 3 },                           /* 中文 */
	{ "\xef\xbc\xa1", 2, 3 },                                       /* fullwidth A */
	{ "\xef\xbd\xb1", 1, 3 },                                       /* halfwidth katakana */
	{ "e\xcc\x81x", 2, 3 },                                         /* e, combining acute */
	{ "e\xcc\x81\xcc\xa3\xcc\x82\xcc\xb1", 1, 9 },                  /* four marks */
	{ "\xea\xb0\x80", 2, 3 },                                       /* Hangul syllable */
	{ "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 2, 9 },               /* the same as jamo */
	{ "\xf0\x9f\x98\x80", 2, 4 },                                   /* emoji */
	{ "\xf0\x9f\xab\xa8", 2, 4 },                                   /* of Unicode 15 */
	{ "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 4, 8 },   /* flags */
	{ "\xe2\x9d\xa4", 1, 3 },                                       /* heart, text style */
	{ "\xe2\x82\xac", 1, 3 },
	{ "\xc2\xa0", 1, 2 },
	{ "\xe2\x94\x82", 1, 3 },                                       /* box drawing */
	{ "\xe0\xa4\x95\xe0\xa4\xbe", 2, 6 },                           /* Devanagari KA, AA sign */
	{ "\xe0\xa4\x95\xe0\xa4\xbf\xe0\xa5\x8d", 2, 9 },
	{ "\xe0\xb8\x81\xe0\xb8\xb3", 2, 6 },                           /* Thai KO KAI, SARA AM */
	{ "\xef\xbf\xbd", 1, 3 },
	{ "\xe4\xb7\x80", 2, 3 },                                       /* a hexagram */
	{ "1\xe2\x83\xa3", 1, 4 },                                      /* keycap */
};

static void
known_texts_have_their_widths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const char *s = vectors[i].s;
		int cells;
		assert_int_equal(width_of(s, strlen(s)), vectors[i].cells);
		assert_int_equal(width_grapheme(s, strlen(s), &cells), vectors[i].first);
	}
}

static void
control_characters_have_no_width(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp < 0xa0; cp++)
		assert_int_equal(width_of_char(cp), cp < 0x20 || cp >= 0x7f ? -1 : 1);
	assert_int_equal(width_of_char(0xd800), -1);
	assert_int_equal(width_of_char(0x110000), -1);
	assert_int_equal(wcwidth(0), 0);
}

static void
steps_back_are_the_steps_forward(void **state)
{
	(void)state;
	char s[512] = "";
	size_t starts[128], n = 0;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		strcat(s, vectors[i].s);
		strcat(s, "-");
	}
	for (size_t at = 0; at < strlen(s);) {
		int cells;
		starts[n++] = at;
		at += width_grapheme(s + at, strlen(s) - at, &cells);
		assert_in_range(cells, 0, 2);
	}
	for (size_t at = strlen(s); at > 0;) {
		at = width_previous(s, at);
		assert_int_equal(at, starts[--n]);
	}
	assert_int_equal(n, 0);
}

static void
what_fits_is_whole_clusters(void **state)
{
	(void)state;
	int used;
	assert_int_equal(width_fit("abc", 3, 2, &used), 2);
	assert_int_equal(width_fit("a\xe4\xb8\xad", 4, 2, &used), 1);
	assert_int_equal(used, 1);
	assert_int_equal(width_fit("ae\xcc\x81x", 5, 2, &used), 4);
	assert_int_equal(width_fit("abc", 3, 9, &used), 3);
	assert_int_equal(used, 3);
}

static void
the_shared_libraries_get_our_wcwidth(void **state)
{
	(void)state;
	width_init();
	/* Exported by this program, so it goes before the C library's for ncurses and readline. */
	int (*found)(wchar_t) = (int (*)(wchar_t))dlsym(RTLD_DEFAULT, "wcwidth");
	Dl_info ours, theirs;
	assert_non_null(found);
	assert_int_not_equal(dladdr((void *)found, &theirs), 0);
	assert_int_not_equal(dladdr((void *)known_texts_have_their_widths, &ours), 0);
	assert_ptr_equal(theirs.dli_fbase, ours.dli_fbase);
}

/* Adds s to a curses window and returns how many cells that filled. */
static int
curses_cells(const char *s)
{
	move(0, 0);
	addstr(s);
	return getcurx(stdscr);
}

static SCREEN *
open_screen(FILE *out)
{
	static const char *const terms[] = { "xterm", "vt100", "linux" };
	SCREEN *screen = NULL;
	for (size_t i = 0; i < 3 && screen == NULL; i++)
		screen = newterm(terms[i], out, stdin);
	return screen;
}

static void
ncurses_measures_every_clean_character_as_we_do(void **state)
{
	(void)state;
	FILE *out = tmpfile();
	SCREEN *screen = setlocale(LC_ALL, "C.UTF-8") != NULL ? open_screen(out) : NULL;
	if (screen == NULL)
		skip();
	int wrong = 0, checked = 0;
	for (uint32_t cp = 1; cp <= 0x10ffff && wrong == 0; cp += cp < 0x20000 ? 1 : 251) {
		struct buf raw = { 0 }, clean = { 0 };
		buf_puts(&raw, "a");
		utf8_put(&raw, cp);
		buf_puts(&raw, "b");
		clean_add(&clean, raw.s, raw.len, 0);
		checked++;
		wrong += curses_cells(clean.s) != width_of(clean.s, clean.len) ? (int)cp : 0;
		buf_done(&raw);
		buf_done(&clean);
	}
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		if (curses_cells(vectors[i].s) != vectors[i].cells)
			wrong = -1 - (int)i;
	endwin();
	delscreen(screen);
	fclose(out);
	assert_int_equal(wrong, 0);
	assert_true(checked > 0x20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_their_widths),
		cmocka_unit_test(control_characters_have_no_width),
		cmocka_unit_test(steps_back_are_the_steps_forward),
		cmocka_unit_test(what_fits_is_whole_clusters),
		cmocka_unit_test(the_shared_libraries_get_our_wcwidth),
		cmocka_unit_test(ncurses_measures_every_clean_character_as_we_do),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
