/*
 * params.h - request parameters that own their texts.
 *
 * struct converse_params (converse.h) borrows. Whoever keeps one for longer than
 * the settings behind it may live (an agent, a turn, a call) keeps a copy.
 */
#ifndef ADIT_MODEL_PARAMS_H
#define ADIT_MODEL_PARAMS_H

#include "model/converse.h"

/* to is overwritten, not freed. params_done() when it is not needed any more. */
void	params_copy(struct converse_params *to, const struct converse_params *from);
/* Only for what params_copy() made. */
void	params_done(struct converse_params *);

#endif
