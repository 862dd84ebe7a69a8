/*
 * fuzz_models.c - any bytes as pages of the service's lists of models, and as a kept list.
 *
 * The first byte says which list. What was read is written as a listing, which
 * must come back the same; a kept list that can be read at all stays as it is
 * from then on.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "model/discover.h"
#include "model/known.h"
#include "model/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static char *
written(const struct model_list *l)
{
	struct buf b = { 0 };
	buf_putc(&b, '{');
	listing_put(&b, l);
	buf_putc(&b, '}');
	return buf_take(&b, NULL);
}

/* Out and back gives the same text. */
static void
check_listing(const struct model_list *l)
{
	char *first = written(l);
	struct json_object *o = json_parse(first, strlen(first), NULL);
	struct model_list back;
	if (o == NULL || listing_parse(o, &back) < 0)
		abort();
	char *second = written(&back);
	struct model_list third;
	struct json_object *o2 = json_parse(second, strlen(second), NULL);
	if (o2 == NULL || listing_parse(o2, &third) < 0 || back.models.n != third.models.n)
		abort();
	model_list_done(&third);
	json_free(o2);
	model_list_done(&back);
	json_free(o);
	free(first);
	free(second);
}

static void
try_page(enum discover_kind kind, const char *json, size_t n)
{
	struct model_list l = { 0 };
	struct discover_into into = { .list = &l };
	struct json_object *page = discover_read(kind, json, n, NULL);
	if (page == NULL)
		return;
	discover_next(page);
	discover_add(kind, page, &into);
	discover_add(kind, page, &into);
	discover_sort(&l);
	known_learn(&l);
	catalogue_default(&l);
	check_listing(&l);
	json_free(page);
	discover_into_done(&into);
	model_list_done(&l);
	known_forget();
}

static void
try_kept(const char *json, size_t n)
{
	struct model_list l;
	struct json_object *o = json_parse(json, n, NULL);
	if (listing_parse(o, &l) == 0)
		check_listing(&l);
	model_list_done(&l);
	json_free(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n == 0)
		return 0;
	char *text = mem_strndup((const char *)bytes + 1, n - 1);
	int kind = (bytes[0] - '0') % (DISCOVER_FEATURES + 1);
	if (kind >= 0 && kind < DISCOVER_FEATURES)
		try_page((enum discover_kind)kind, text, strlen(text));
	else
		try_kept(text, strlen(text));
	free(text);
	return 0;
}
