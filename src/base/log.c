/* log.c - see log.h. */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"

static int log_fd = -1;
static enum log_level log_threshold = LOG_OFF;
static const char *const names[] = { "off", "error", "warn", "info", "debug", "trace" };

int
log_open(const char *path, enum log_level level, struct err *err)
{
	log_close();
	if (level == LOG_OFF)
		return 0;
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return err_set(err, ERR_FAILED, _("Cannot write the log file %s: %s."), path,
		    strerror(errno));
	log_threshold = level;
	return 0;
}

void
log_close(void)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = -1;
	log_threshold = LOG_OFF;
}

int
log_level_named(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* A record is one line: control characters inside it become spaces. */
void
log_write(enum log_level level, const char *fmt, ...)
{
	if (level > log_threshold || log_fd < 0)
		return;
	char line[1024], when[32];
	clock_iso8601(clock_wall(), when);
	int at = snprintf(line, sizeof line, "%s %s ", when, names[level]);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line + at, sizeof line - (size_t)at - 1, fmt, ap);
	va_end(ap);
	size_t n = strlen(line);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 32 || line[i] == 127)
			line[i] = ' ';
	line[n++] = '\n';
	(void)!write(log_fd, line, n);
}
