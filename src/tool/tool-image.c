/* tool-image.c - see tool-image.h. */
#include "config.h"

#include "tool/tool-image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "tool/tools.h"

static int
prepare(struct tool_call *c, struct err *err)
{
	struct path *p = c->plan = mem_alloc(sizeof *p);
	return tools_prepare_path(c, p, false, err);
}

static void
done(struct tool_call *c)
{
	path_done(c->plan);
	free(c->plan);
}

const char *
tool_image_file(const struct tool_call *c)
{
	return ((const struct path *)c->plan)->real;
}

const char *
tool_image_question(const struct tool_call *c)
{
	return tool_arg(c, "prompt", "Describe this image.");
}

int
tool_image_message(const char *real, const char *question, struct message *m, struct err *err)
{
	struct buf bytes = { 0 };
	struct stat st;
	int fd = path_open(real, O_RDONLY, err), rc = fd < 0 ? -1 : 0;
	if (rc == 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
		rc = err_set(err, ERR_FAILED, "%s is not a regular file.", real);
	if (rc == 0)
		rc = file_read_fd(fd, ATTACH_STREAM_MAX, &bytes, err);
	if (fd >= 0)
		close(fd);
	message_add(m, PART_TEXT, question, strlen(question));
	if (rc == 0)
		rc = attach_image(m, real, buf_str(&bytes), bytes.len, err);
	buf_done(&bytes);
	return rc;
}

const struct tool tool_image = {
	.name = "image",
	.title = N_("Look at an image"),
	.description = "Has a model look at an image file (PNG, JPEG, GIF, WebP) and returns what it says of it.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"path\":{\"type\":\"string\",\"description\":\"The file, relative to the working directory or absolute\"},"
	    "\"prompt\":{\"type\":\"string\",\"description\":\"What to look for\"}},"
	    "\"required\":[\"path\"]}",
	.flags = TOOL_READS | TOOL_PARALLEL,
	.prepare = prepare,
	.done = done,
};
