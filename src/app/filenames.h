/*
 * filenames.h - Tab behind "@", /attach and /image: names of files, read where nobody waits for the disk.
 */
#ifndef ADIT_APP_FILENAMES_H
#define ADIT_APP_FILENAMES_H

#include <stddef.h>

#include "app/app.h"

/* Looks up what the word line[start..end) could become; the answer goes to ui_completed(). */
void	filenames_complete(struct app *, const char *line, size_t start, size_t end);

#endif
