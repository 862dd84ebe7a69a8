/*
 * picture.h - an image file for a model: what it is, and whether a model may be sent it.
 *
 * Looks at the first bytes, never at the file's name. Pure.
 */
#ifndef ADIT_MODEL_PICTURE_H
#define ADIT_MODEL_PICTURE_H

#include <stddef.h>

#include "base/err.h"
#include "model/message.h"

enum {
	PICTURE_MAX_BYTES = 3750000,    /* of the file; Converse's 3.75 MB */
	PICTURE_MAX_SIDE = 8000,        /* pixels */
	PICTURES_MAX = 20               /* in a message */
};

struct picture {
	const char	*format;        /* "png", "jpeg", "gif", "webp": as Converse names them; NULL = none of them */
	long		 width, height; /* 0 = the file does not say where it should */
};
struct picture	picture_of(const void *bytes, size_t n);

/* Adds the image to a message. `name` is for the sentence. -1 with ERR_DATA when a model cannot be sent it. */
int		picture_add(struct message *, const char *name, const void *bytes, size_t n, struct err *);

#endif
