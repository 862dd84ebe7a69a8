/*
 * bedrock.h - the operations of bedrock-runtime and bedrock, both on one port.
 */
#ifndef SIM_BEDROCK_H
#define SIM_BEDROCK_H

#include "reply.h"
#include "request.h"

/* Decides the answer to a complete request. May wait, where a scenario says so. */
void	 bedrock_answer(struct request *, struct reply *);

#endif
