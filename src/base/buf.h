/*
 * buf.h - a growing byte string with a ceiling.
 *
 * `s` is NUL-terminated whenever it is not NULL (an empty, never used buffer
 * has s == NULL; buf_str() gives "" then). Bytes of other people get a
 * ceiling from birth: an addition that would pass it changes nothing, sets
 * `full` and returns -1. With max == 0 there is no ceiling.
 *
 * One owner: whoever declares the struct calls buf_done() or buf_take().
 */
#ifndef ADIT_BASE_BUF_H
#define ADIT_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char	*s;
	size_t	 len, cap;
	size_t	 max;           /* ceiling in bytes, 0 = none */
	bool	 full;          /* an addition was refused */
};

void	 buf_init(struct buf *, size_t max);
void	 buf_done(struct buf *);
void	 buf_wipe(struct buf *);        /* buf_done() for secrets */
void	 buf_reset(struct buf *);       /* empty, memory kept */

int	 buf_add(struct buf *, const void *bytes, size_t n);
int	 buf_puts(struct buf *, const char *s);
int	 buf_putc(struct buf *, char c);
int	 buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int	 buf_vprintf(struct buf *, const char *fmt, va_list) __attribute__((format(printf, 2, 0)));
void	 buf_cut_front(struct buf *, size_t n); /* removes the first n bytes */
void	 buf_truncate(struct buf *, size_t len);
/* Makes room for n more bytes and returns where they go; add them with buf_grew(). */
char	*buf_room(struct buf *, size_t n);
void	 buf_grew(struct buf *, size_t n);
void	 buf_shrink(struct buf *);      /* gives spare memory back */

const char *buf_str(const struct buf *);        /* never NULL */
/* Gives the bytes away (free() them); the buffer is empty afterwards. Never NULL. */
char	*buf_take(struct buf *, size_t *len);
/* Two buffers change places. */
void	 buf_swap(struct buf *, struct buf *);

#endif
