/*
 * bill.h - what a shell command used, for the ledger: conversations enter theirs themselves (agent/spending.h).
 */
#ifndef ADIT_APP_BILL_H
#define ADIT_APP_BILL_H

#include "app/app.h"
#include "model/usage.h"

/* One answer. Waits until it is on the disk. tier as it was asked for, may be NULL. */
void	bill_add(const struct app *, const char *what, const char *model, const char *tier, const struct usage *);

#endif
