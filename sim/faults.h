/*
 * faults.h - what goes wrong in the identity services, and when: the list
 * "faults" of a scenario's "identity" member.
 *
 * A fault replaces the answer, spoils it on its way out, or spoils the
 * credentials in it. Its list is read once at start; the counts are the only
 * thing that changes. Any thread.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <stdbool.h>

#include "reply.h"
#include "request.h"

struct fault;
struct json_object;

/* What is wrong with credentials that are handed out. */
enum {
	SPOILT_EXPIRED = 1 << 0,        /* the answer says that their time is over ... */
	SPOILT_REFUSED = 1 << 1,        /* ... and so say the services that they are shown to */
	SPOILT_UNKNOWN = 1 << 2,        /* no service knows them */
	SPOILT_WRONG_SECRET = 1 << 3,   /* signatures made with them are wrong */
	SPOILT_NO_EXPIRATION = 1 << 4,  /* members that are missing or of no sense */
	SPOILT_BAD_EXPIRATION = 1 << 5,
	SPOILT_NO_ID = 1 << 6,
	SPOILT_NO_SECRET = 1 << 7,
	SPOILT_DUPLICATE = 1 << 8,      /* the id comes twice, as two different ones */
};

/* Reads the list; ends the program if there is a mistake in it. The JSON must stay. */
void	 faults_load(const char *path, struct json_object *list);
void	 faults_free(void);

/* The fault whose turn this request is, by its service and operation; NULL: all goes well. */
const struct fault *faults_take(const struct request *);
const char *fault_name(const struct fault *);

/* All that follow take NULL for a fault too. */

/* Waits if the fault says so; false if the client is gone meanwhile. */
bool	 fault_wait(const struct fault *, const struct request *);
/* The code and message of an error that the service is to give, in its own form; NULL: none. */
const char *fault_code(const struct fault *, unsigned *status, const char **message);
/* Makes the answer if the fault replaces it; false if it does not. */
bool	 fault_replaces(const struct fault *, struct reply *);
/* Spoils a finished answer. */
void	 fault_spoil(const struct fault *, struct reply *);
/* What is wrong with the credentials: SPOILT_... */
unsigned fault_credentials(const struct fault *);

#endif
