/*
 * replay.c - main() of the fuzz targets in an ordinary build.
 *
 * Runs the target over its saved corpus, the files of
 * $SRCDIR/tests/fuzz/corpus/NAME for a program called fuzz_NAME, and reports
 * them as TAP. Files given as arguments are run instead, to look at one
 * again. A target fails by crashing or by abort().
 */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { FILE_MAX = 64 << 20 };

struct paths VEC(char *);

static char *
corpus_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;
	const char *srcdir = getenv("SRCDIR");
	name += strncmp(name, "fuzz_", 5) == 0 ? 5 : 0;
	return mem_printf("%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".", name);
}

static int
is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* In alphabetical order, so that every run is the same. */
static void
list_files(struct paths *paths, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_visible, alphasort);
	for (int i = 0; i < n; i++) {
		vec_add(paths, mem_printf("%s/%s", folder, entries[i]->d_name));
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* The target gets memory of exactly the file's size: ASan then sees a byte too far. */
static void
run(size_t number, const char *path)
{
	struct buf b;
	struct err err = { 0 };
	buf_init(&b, 0);
	if (file_read(path, FILE_MAX, &b, &err) < 0) {
		printf("not ok %zu - %s\n# %s\n", number, path, err.text);
	} else {
		uint8_t *own = mem_dup(buf_str(&b), b.len);
		LLVMFuzzerTestOneInput(own, b.len);
		free(own);
		printf("ok %zu - %s\n", number, path);
	}
	fflush(stdout);
	buf_done(&b);
}

int
main(int argc, char **argv)
{
	struct paths paths = { 0 };
	char *folder = corpus_of(argv[0]);
	for (int i = 1; i < argc; i++)
		vec_add(&paths, mem_strdup(argv[i]));
	if (argc == 1)
		list_files(&paths, folder);
	if (paths.n == 0) {
		printf("Bail out! No corpus in %s\n", folder);
	} else {
		printf("1..%zu\n", paths.n);
		fflush(stdout);         /* a crash leaves a plan that is not fulfilled */
	}
	int status = paths.n == 0;
	for (size_t i = 0; i < paths.n; i++) {
		run(i + 1, paths.v[i]);
		free(paths.v[i]);
	}
	vec_done(&paths);
	free(folder);
	return status;
}
