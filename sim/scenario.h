/*
 * scenario.h - which answer a request gets.
 *
 * A scenario file holds defaults and rules; the first rule that matches wins.
 * Its answer is a list of steps, which stream.c plays. data/scenarios/README
 * describes the format. Without a file, or a match, default_answer() writes one.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>

#include "request.h"

struct json_object;

/* How fast text goes out where a step does not say. */
struct pace {
	int	 delay_ms;              /* before the first step */
	int	 piece_delay_ms;        /* between the pieces of a step */
	int	 piece_size;            /* bytes, cut at characters */
};

struct answer {
	struct json_object *steps;      /* an array of this answer's own; NULL: none matched */
	struct pace	    pace;
};

/* Reads the file; ends the program if it is malformed. */
void	 scenario_load(const char *path);
void	 scenario_free(void);
/* Ends the program if the object of that file has a member that is not in the list. */
void	 scenario_check_members(const char *path, struct json_object *o, const char *const *known);
/* The answer for this request, counting the match. Any thread. */
struct answer scenario_answer(const struct request *);
void	 answer_free(struct answer *);
/* "catalogue" of the file, or NULL: see catalogue.h. */
struct json_object *scenario_catalogue(void);
/* Adds the JSON text of a part of the file. Any thread. */
void	 scenario_write(struct bytes *, struct json_object *);
/* Whether requests are checked as the service does ("validate": false says no). */
bool	 scenario_validates(void);

/* The steps of a plausible answer in Markdown that quotes the last text of the user. */
struct json_object *default_answer(const struct request *);

#endif
