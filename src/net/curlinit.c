/* curlinit.c - see curlinit.h. */
#include "config.h"

#include "net/curlinit.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

static void
wipe_and_free(void *p)
{
	if (p != NULL)
		mem_wipe(p, malloc_usable_size(p));
	free(p);
}

/* What realloc() moves away from would stay readable. */
static void *
wiping_realloc(void *p, size_t n)
{
	void *q = malloc(n);
	if (p == NULL || q == NULL)
		return q;
	size_t had = malloc_usable_size(p);
	memcpy(q, p, had < n ? had : n);
	wipe_and_free(p);
	return q;
}

static void
init(void)
{
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, wiping_realloc, strdup,
		calloc) != CURLE_OK)
		fatal("%s",
		    _("The network library does not start. Check the installation of libcurl and "
		      "OpenSSL."));
}

void
curlinit_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init);
}
