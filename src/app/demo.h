/*
 * demo.h - `adit --demo`: starts the Bedrock simulator on loopback and points adit at it.
 *
 * The only place under src/ that knows that there is a simulator. It ends with
 * adit, whatever happens: it watches a pipe that only adit holds open.
 */
#ifndef ADIT_APP_DEMO_H
#define ADIT_APP_DEMO_H

#include <stdbool.h>

#include "aws/aws.h"
#include "base/err.h"

struct demo;

/* Whether the simulator is installed beside this program. */
bool		 demo_available(void);
/* Starts it and waits for its address (some milliseconds; 5 s at most). NULL and a sentence when it cannot. */
struct demo	*demo_start(struct err *);
void		 demo_stop(struct demo *);              /* NULL is fine; no process is left */
/* Endpoint and credentials that only the simulator knows; borrowed from the demo. */
void		 demo_aws_options(const struct demo *, struct aws_options *);
const char	*demo_model(const struct demo *);

#endif
