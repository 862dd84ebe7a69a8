/* fuzz_money.c - traces of guardrails and lines of a ledger of any shape: no crash, sentences of a length, sums that make sense. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/guardrail.h"
#include "store/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
explain(const char *s, size_t n)
{
	struct buf sentence = { 0 }, detail = { 0 };
	bool any = guardrail_explain(s, n, &sentence, &detail);
	/* Five findings are named, each with at most four short texts. */
	if (any != (sentence.len > 0) || sentence.len > 8192)
		abort();
	buf_done(&sentence);
	buf_done(&detail);
}

static void
sum(const char *s, size_t n)
{
	struct ledger_sums sums = { 0 };
	ledger_sum_text(&sums, s, n, 0);
	for (size_t i = 0; i < sums.n; i++)
		if (sums.v[i].replies < 1 || sums.v[i].input < 0 || sums.v[i].output < 0 || !(sums.v[i].cost >= 0) ||
		    sums.v[i].unpriced > sums.v[i].replies)
			abort();
	ledger_sums_done(&sums);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 65536)
		return 0;
	char *copy = mem_dup(data, n);          /* without a NUL behind it */
	explain(copy, n);
	sum(copy, n);
	free(copy);
	return 0;
}
