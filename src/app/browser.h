/*
 * browser.h - opening a page in the user's browser, where there is one to see it in.
 */
#ifndef ADIT_APP_BROWSER_H
#define ADIT_APP_BROWSER_H

#include <stdbool.h>

/* Is the browser on another machine than this process? Over SSH, or without any display. */
bool	browser_is_elsewhere(void);
/*
 * Tries to open an http(s) address; does not wait for the browser (some milliseconds at most). False when
 * nothing was tried. Whether a page opened nobody can tell: the address stays where the user sees it.
 */
bool	browser_open(const char *url);

#endif
