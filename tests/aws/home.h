/*
 * home.h - an empty AWS world for each test: no AWS_ variables, a home of its own.
 */
#ifndef TESTS_AWS_HOME_H
#define TESTS_AWS_HOME_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* What would let the machine's own setting into a test. */
static inline void
home_clear_env(void)
{
	static const char *const prefixes[] = { "AWS_", "ADIT_CREDENTIAL_PROCESS", "HTTP_PROXY", "HTTPS_PROXY",
		"ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "SSL_CERT_FILE", "CURL_CA_BUNDLE",
		"REQUESTS_CA_BUNDLE" };
	for (size_t i = 0; environ[i] != NULL;) {
		char *name = mem_strndup(environ[i], strcspn(environ[i], "="));
		bool out = false;
		for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
			out = out || strncmp(name, prefixes[k], strlen(prefixes[k])) == 0;
		if (out)
			unsetenv(name);
		else
			i++;
		free(name);
	}
}

static inline int
home_remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

/* cmocka setup: *state is the home, with an empty .aws folder. */
static inline int
home_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	char *home = mem_printf("%s/adit-test-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(home) == NULL)
		return -1;
	home_clear_env();
	setenv("HOME", home, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);         /* never ask the machine's own */
	char *aws = mem_printf("%s/.aws", home);
	mkdir(aws, 0700);
	free(aws);
	clock_set_wall(0);
	*state = home;
	return 0;
}

static inline int
home_teardown(void **state)
{
	nftw(*state, home_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	clock_set_wall(0);
	return 0;
}

/* Writes a file below the home; each one gets another size or date than the one before. */
static inline void
home_write(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	remove(path);
	FILE *f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	free(path);
}

static inline void
home_config(const char *text)
{
	home_write(".aws/config", text);
}

static inline void
home_credentials(const char *text)
{
	home_write(".aws/credentials", text);
}

/* A script below the home; the caller frees its path. */
static inline char *
home_script(const char *name, const char *text)
{
	home_write(name, text);
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	chmod(path, 0700);
	return path;
}

#endif
