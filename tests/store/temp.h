/*
 * temp.h - a home of its own for each test of the store, removed afterwards.
 */
#ifndef TESTS_STORE_TEMP_H
#define TESTS_STORE_TEMP_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"

static inline int
temp_remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

/* cmocka setup: *state is the folder's path; adit's XDG places are below it. */
static inline int
temp_setup(void **state)
{
	static const char *const places[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
		"XDG_STATE_HOME", "HOME" };
	const char *base = getenv("TMPDIR");
	char *folder = mem_printf("%s/adit-test-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char *place = mem_printf("%s/%s", folder, places[i]);
		setenv(places[i], place, 1);
		mkdir(place, 0700);
		free(place);
	}
	*state = folder;
	return 0;
}

static inline int
temp_teardown(void **state)
{
	nftw(*state, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* How large a file may become from now on; RLIM_INFINITY takes the limit away. */
static inline void
temp_limit_files(rlim_t bytes)
{
	struct rlimit r;
	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = bytes == RLIM_INFINITY ? r.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

#endif
