/*
 * price.h - what a call costs, in US dollars: an estimate.
 *
 * Prices are those of the tables and of the user (catalogue.h), with the
 * geography in them; the service tier multiplies. What is not known stays
 * unknown (negative), it never becomes 0. UI thread only.
 */
#ifndef ADIT_MODEL_PRICE_H
#define ADIT_MODEL_PRICE_H

#include "model/usage.h"

/* What the user says about tiers: factors on the usual price, negative = unknown. */
void	price_configure(double flex, double priority);
/* The factor of a tier (NULL or "" = the usual one): 1, flex 0.5 unless the user says otherwise; unknown for
 * priority, and for reserved, which is paid by the hour. */
double	price_of_tier(const char *tier);
/* Per million tokens of this model with this tier. */
struct prices price_of(const char *model, const char *tier);
/* What was used, through this model, when `tier` was asked for: what the service said it was served with counts
 * more. Negative = unknown. */
double	price_usage(const struct usage *, const char *model, const char *tier);

#endif
