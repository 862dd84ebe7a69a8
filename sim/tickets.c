/* tickets.c - see tickets.h. */
#include "config.h"

#include "tickets.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "bytes.h"
#include "simtime.h"

static struct ticket *tickets;  /* the newest first */

static char *
make_text(void)
{
	unsigned char random[32];
	struct bytes b = { 0 };
	RAND_bytes(random, sizeof random);
	bytes_base64url(&b, random, sizeof random);
	return b.s;
}

struct ticket *
ticket_new(enum ticket_kind kind, const char *text, long lifetime)
{
	struct ticket *t = sim_alloc(sizeof *t);
	t->kind = kind;
	t->text = text != NULL ? sim_strdup(text) : make_text();
	t->expiry = lifetime > 0 ? time_wall() + lifetime : 0;
	t->next = tickets;
	tickets = t;
	return t;
}

struct ticket *
ticket_find(enum ticket_kind kind, const char *text)
{
	for (struct ticket *t = tickets; t != NULL && text != NULL; t = t->next)
		if (t->kind == kind && !t->used_up && strcmp(t->text, text) == 0)
			return t;
	return NULL;
}

struct ticket *
ticket_find_user_code(const char *user_code)
{
	for (struct ticket *t = tickets; t != NULL && user_code != NULL; t = t->next)
		if (t->user_code != NULL && strcmp(t->user_code, user_code) == 0)
			return t;
	return NULL;
}

bool
ticket_expired(const struct ticket *t)
{
	return t->expiry != 0 && t->expiry <= time_wall();
}

void
tickets_free(void)
{
	while (tickets != NULL) {
		struct ticket *t = tickets;
		tickets = t->next;
		free(t->text);
		free(t->client);
		free(t->proof);
		free(t->redirect);
		free(t->user_code);
		free(t);
	}
}
