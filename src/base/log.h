/*
 * log.h - the log file: one cleaned line a record, any thread.
 *
 * What belongs in it: ids, states, sizes, times, error sentences. Never
 * content of a conversation, never a header's value, never a secret.
 */
#ifndef ADIT_BASE_LOG_H
#define ADIT_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE };

/* Starts logging to path (created 0600, appended to). -1 when it cannot be opened. */
int	log_open(const char *path, enum log_level, struct err *);
void	log_close(void);
/* "error", "warn", "info", "debug", "trace", "off"; -1 for another word. */
int	log_level_named(const char *name);

void	log_write(enum log_level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

#endif
