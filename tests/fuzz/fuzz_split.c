/* fuzz_split.c - cuts rise, stay inside, and do not depend on how the text arrived. */
#include <stdint.h>
#include <stdlib.h>

#include "base/vec.h"
#include "text/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct cuts VEC(size_t);

static void
check(int truth)
{
	if (!truth)
		abort();
}

static void
add_cut(void *arg, size_t offset)
{
	struct cuts *cuts = arg;
	check(offset > (cuts->n > 0 ? cuts->v[cuts->n - 1] : 0));
	vec_add(cuts, offset);
}

static void
grow(struct cuts *cuts, const char *s, size_t n, size_t step)
{
	struct split sp = { 0 };
	for (size_t have = 0; have < n;) {
		have = n - have < step ? n : have + step;
		/* Only what has arrived may be read: a copy lets the sanitizer see it. */
		char *copy = mem_dup(s, have);
		size_t stable = split_scan(&sp, copy, have, add_cut, cuts);
		check(stable == sp.stable && stable <= sp.scanned && sp.scanned <= have);
		check(have - stable <= SPLIT_HARD);
		free(copy);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0 || n > 4096)
		return 0;
	const char *s = (const char *)data + 1;
	struct cuts one = { 0 }, other = { 0 };
	grow(&one, s, n - 1, 1);
	grow(&other, s, n - 1, 1u + data[0]);
	check(one.n == other.n);
	for (size_t i = 0; i < one.n; i++)
		check(one.v[i] == other.v[i]);
	vec_done(&one);
	vec_done(&other);
	return 0;
}
