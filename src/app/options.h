/*
 * options.h - the command line: one row an option, read by the parser, --help,
 * the man page's test and the completion.
 */
#ifndef ADIT_APP_OPTIONS_H
#define ADIT_APP_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/vec.h"

enum output_format { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_STREAM_JSON };

struct options {                        /* strings are borrowed from argv */
	const char	*model, *profile, *region, *system, *append_system, *service_tier;
	const char	*log_file, *log_level, *resume, *config;
	int		 effort;                /* enum effort; negative = not given */
	const char	*files[32];     /* --image, --file */
	size_t		 n_files;
	long		 max_tokens;            /* 0 = not given */
	double		 temperature;           /* negative = not given */
	double		 max_budget;            /* USD; negative = not given */
	enum output_format output;
	struct VEC(const char *) allow; /* --allow, in order */
	bool		 print, plain, demo, continue_last, resume_asked, no_session, no_tools, help, version;
};

void	options_init(struct options *);
void	options_done(struct options *);
/*
 * Reads options from argv[1..], getopt_long style. Words that are not options are left at the end;
 * *first is the index of the first one. With `stop` reading ends at the first word (so that a command
 * can read its own). -1 with ERR_USAGE and a sentence.
 */
int	options_parse(struct options *, int argc, char **argv, bool stop, int *first, struct err *);
/* Takes the options that every command shares (--profile, --region, --log-file, --log-level) out of a
 * command's own words. */
void	options_take_common(struct options *, int *argc, char **argv);
/* The options as the lines of --help. */
void	options_help(FILE *);

#endif
