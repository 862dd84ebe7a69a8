/* facts.h - the table that data/models.awk makes of data/models.tsv; for catalogue.c, which looks
 * things up in it. */
#ifndef ADIT_MODEL_FACTS_H
#define ADIT_MODEL_FACTS_H

#include <stddef.h>

#include "model/catalogue.h"

extern const struct model_facts facts_table[];
extern const size_t facts_count;

#endif
