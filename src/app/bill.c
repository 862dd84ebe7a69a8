/* bill.c - see bill.h. */
#include "config.h"

#include "app/bill.h"

#include "app/settings.h"
#include "base/clock.h"
#include "model/price.h"
#include "store/ledger.h"

void
bill_add(const struct app *app, const char *what, const char *model, const char *tier, const struct usage *u)
{
	if (!u->known)
		return;
	settings_prices(app);
	struct worker *disk = worker_start("adit-disk");
	struct mailbox *mailbox = mailbox_new();
	struct ledger *ledger = ledger_new(disk, mailbox);
	struct ledger_entry e = { .at = clock_wall(), .agent = what, .model = model,
		.tier = u->tier[0] != '\0' ? u->tier : tier, .input = u->input, .output = u->output,
		.cache_read = u->cache_read, .cache_write = u->cache_write, .cache_write_1h = u->cache_write_1h,
		.cost = price_usage(u, model, tier) };
	ledger_add(ledger, &e);
	ledger_free(ledger);
	worker_stop(disk);
	mailbox_free(mailbox);
}
