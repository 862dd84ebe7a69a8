/*
 * attach.h - files for a model: images, documents, audio, video, and text.
 *
 * What a file is, is told by its first bytes where those can, else by its name;
 * how much a model may be sent is Converse's (sizes, how many in a message) and
 * is checked here, so that nothing is refused after it was uploaded. Text goes
 * in as text, which every model takes.
 */
#ifndef ADIT_MODEL_ATTACH_H
#define ADIT_MODEL_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/message.h"

enum {
	ATTACH_DOCUMENT_MAX = 4500000,          /* bytes of the file */
	ATTACH_DOCUMENTS_MAX = 5,               /* in a message */
	ATTACH_STREAM_MAX = 25000000,           /* audio and video */
	ATTACH_STREAMS_MAX = 1,
	ATTACH_TEXT_MAX = 512 * 1024
};

/*
 * Reads a regular file and adds it to a message as a part whose name is the file's (without its folder). -1 and a
 * sentence with the figures when a model cannot be sent it; the message is unchanged then.
 */
int	attach_file(struct message *, const char *path, struct err *);
/* The same for bytes that are here already; `name` is only looked at. */
int	attach_bytes(struct message *, const char *name, const void *bytes, size_t n, struct err *);
/* The same where only an image will do; it is scaled down where it is too large and that can be done here. */
int	attach_image(struct message *, const char *name, const void *bytes, size_t n, struct err *);
/* Is this part an attached file? (A message's own text is not.) */
bool	attach_is(const struct part *);
/* "photo.png: png, 800 x 600, 120 KB" appended. */
void	attach_describe(const struct part *, struct buf *);
/* May the name of a file be attached without being asked for, when it is typed or pasted: an image, a document, audio,
 * video? By its ending only. */
bool	attach_is_media(const char *path);

#endif
