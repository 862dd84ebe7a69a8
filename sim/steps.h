/*
 * steps.h - what streamed and whole answers share in reading an answer's steps.
 */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "bytes.h"
#include "request.h"

struct json_object;

#define STEPS_SIGNATURE_SIZE 64
#define STEPS_TOOL_ID_SIZE   64

/* Adds the text with ${user} replaced by the newest text of the user. */
void	 steps_fill_in(struct bytes *, const char *text, const struct request *);
/* Adds the text with {n} replaced by the number. */
void	 steps_number(struct bytes *, const char *text, unsigned long n);

/*
 * The signature of a reasoning step: its own; or, where it has none, one made
 * from the text that steps_signature_fits() knows again; or NULL ("signature": false).
 */
const char *steps_signature(struct json_object *step, const char *text,
	    char made[STEPS_SIGNATURE_SIZE]);
/* False if the signature was made here, but for another text. */
bool	 steps_signature_fits(const char *signature, const char *text);

/* The id of a tool step: its own, or one made from the request and the block. */
const char *steps_tool_id(struct json_object *tool, const struct request *, int block,
	    char made[STEPS_TOOL_ID_SIZE]);
/* The input as JSON text; a string in the step is taken as it is, valid or not. */
const char *steps_tool_input(struct json_object *tool);

/* Adds a usage object: what the step gives, estimates for the rest. */
void	 steps_usage(struct bytes *, struct json_object *given, struct json_object *request,
	    size_t output_bytes);

#endif
