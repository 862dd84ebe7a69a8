/*
 * guardrail.h - what a guardrail found, for people: the trace of a reply in words.
 *
 * Shapes: spec of GuardrailTraceAssessment, bedrock-runtime 2023-09-30. Pure.
 */
#ifndef ADIT_MODEL_GUARDRAIL_H
#define ADIT_MODEL_GUARDRAIL_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * From a reply's trace (JSON, see REPLY_METADATA): appends one sentence about what was found, and a line
 * for each finding, input first, to detail. False: the trace has nothing of a guardrail.
 */
bool	guardrail_explain(const char *trace, size_t n, struct buf *sentence, struct buf *detail);

#endif
