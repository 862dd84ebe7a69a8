/*
 * creds-who.c - telling identities apart, and whether there is one, without asking anybody; see
 * creds.h.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/creds.h"
#include "aws/sigv4.h"
#include "base/mem.h"

bool
creds_is_configured(struct aws *aws)
{
	struct view v = aws_view(aws);
	struct source_ask ask;
	struct steps steps = { 0 };
	char *profile = chain_ask(&v, true, &ask);
	bool configured = ask.chosen != CHOSEN_NOTHING;
	chain_peek(&ask, &steps);
	for (size_t i = 0; i < steps.n; i++)
		configured |= steps.v[i].is_set;
	steps_done(&steps);
	free(profile);
	aws_view_done(&v);
	return configured;
}

/* Half of the hash would tell tokens apart; a quarter does, too, and says even less. */
static void
put_token(struct buf *out, const struct secret *token, const char *salt)
{
	enum { KEPT = 16 };
	struct buf mix = { 0 }, hash = { 0 };
	buf_puts(&mix, salt);
	buf_add(&mix, secret_reveal(token), secret_len(token));
	sigv4_sha256(&hash, mix.s, mix.len);
	buf_add(out, hash.s, KEPT);
	mem_wipe(mix.s, mix.len);
	buf_done(&mix);
	buf_done(&hash);
}

/* The eight characters after the first four ("ASIA…") come from the account's number, whatever the
 * session: they tell accounts apart where nobody said the number. */
static void
put_account(struct buf *out, const struct creds *c)
{
	enum { FROM = 4, KEPT = 8 };
	if (c->account != NULL)
		buf_puts(out, c->account);
	else if (c->access_key_id != NULL && strlen(c->access_key_id) >= FROM + KEPT)
		buf_add(out, c->access_key_id + FROM, KEPT);
}

void
creds_put_who(struct buf *out, const struct creds *c, const char *salt)
{
	buf_printf(out, "kind=%s\naccount=", creds_kind_name(c->kind));
	put_account(out, c);
	buf_printf(out, "\nprofile=%s\nwho=", c->profile != NULL ? c->profile : "");
	if (c->kind == CREDS_BEARER)
		put_token(out, c->bearer, salt);
	else if (c->kind == CREDS_STATIC)
		buf_puts(out, c->access_key_id);
	else
		buf_puts(out, c->label != NULL ? c->label : "");
	buf_putc(out, '\n');
}
