/*
 * browser.c - see browser.h.
 *
 * $BROWSER, where it is one program, else xdg-open, which knows the desktop and
 * the other forms of $BROWSER. The address is one argument and never a shell's
 * text; the browser gets no AWS_* variables.
 */
#include "config.h"

#include "app/browser.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"

bool
browser_is_elsewhere(void)
{
	return !str_blank(getenv("SSH_CONNECTION")) || !str_blank(getenv("SSH_TTY")) ||
	    (str_blank(getenv("DISPLAY")) && str_blank(getenv("WAYLAND_DISPLAY")));
}

/* Nothing that could be an option, or end the argument, for whatever script opens it. */
static bool
is_plain_address(const char *url)
{
	for (const char *p = url; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"'`\\<>|;$", *p) != NULL)
			return false;
	return str_starts(url, "https://") || str_starts(url, "http://");
}

/* The list form, and commands with arguments, are left to xdg-open. */
static const char *
program(void)
{
	const char *set = getenv("BROWSER");
	return !str_blank(set) && strpbrk(set, " \t:%") == NULL ? set : "xdg-open";
}

/* Nothing must be claimed to have opened where there is nothing to open it with. */
static bool
is_installed(const char *name)
{
	bool found = strchr(name, '/') != NULL && access(name, X_OK) == 0;
	const char *at = getenv("PATH");
	for (size_t n; !found && at != NULL && *at != '\0'; at += n + (at[n] == ':')) {
		n = strcspn(at, ":");
		char *path = mem_printf("%.*s/%s", (int)n, at, name);
		found = n > 0 && access(path, X_OK) == 0;
		free(path);
	}
	return found;
}

bool
browser_open(const char *url)
{
	static const char *const without[] = { "AWS_*", NULL };
	const char *const argv[] = { program(), url, NULL };
	struct err err = { 0 };
	if (browser_is_elsewhere() || !is_plain_address(url) || !is_installed(argv[0]))
		return false;
	if (spawn_detached(&(struct spawn){ .argv = argv, .without = without }, &err) == 0)
		return true;
	log_info("browser: %s", err.text);
	return false;
}
