/*
 * bytes.h - a growing byte string, and the few encodings the simulator needs.
 *
 * A zeroed struct is an empty string. `s` is NUL-terminated as soon as
 * something was added. Whoever declares it calls bytes_free(). Out of memory
 * ends the program: it is a test tool.
 *
 * adit-sim shares no code with adit on purpose: both must read the protocol
 * for themselves, or a mistake in one would hide the same one in the other.
 */
#ifndef SIM_BYTES_H
#define SIM_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	char	*s;
	size_t	 len, cap;
};

void	 bytes_free(struct bytes *);
void	 bytes_reset(struct bytes *);   /* empty, memory kept */
/* Makes room for n more bytes and returns where they go. */
char	*bytes_room(struct bytes *, size_t n);
void	 bytes_add(struct bytes *, const void *, size_t n);
void	 bytes_puts(struct bytes *, const char *);
void	 bytes_putc(struct bytes *, char);
void	 bytes_printf(struct bytes *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *bytes_str(const struct bytes *);    /* never NULL */

/* A JSON string with its quotes. Bytes that are not UTF-8 pass as they are. */
void	 bytes_json(struct bytes *, const char *s, size_t n);
void	 bytes_json_str(struct bytes *, const char *);  /* NULL gives null */
void	 bytes_base64(struct bytes *, const void *, size_t n);
void	 bytes_hex(struct bytes *, const uint8_t *, size_t n);
/* Adds what the base64 text stands for; -1 if it is not base64. */
int	 bytes_unbase64(struct bytes *, const char *text);
/* The same two in the alphabet of URLs and without padding. */
void	 bytes_base64url(struct bytes *, const void *, size_t n);
int	 bytes_unbase64url(struct bytes *, const char *text, size_t n);
/* Adds s as XML text. */
void	 bytes_xml(struct bytes *, const char *s);
/* Adds s with %XX replaced by its byte; a lone % stays. */
void	 bytes_unescape(struct bytes *, const char *s, size_t n);

/* The start of the character that the byte at `at` belongs to (0 <= result <= at). */
size_t	 utf8_start(const char *s, size_t at);

void	*sim_alloc(size_t n);           /* zeroed, never NULL */
char	*sim_strdup(const char *);      /* NULL gives NULL */
void	 sim_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
