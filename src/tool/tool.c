/* tool.c - the table of tools, and the life of a call; see tool.h. */
#include "config.h"

#include "tool/tool.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "tool/schema.h"
#include "tool/tools.h"

static const struct tool *const rows[] = {
	&tool_read, &tool_write, &tool_edit, &tool_list, &tool_find, &tool_search, &tool_shell, &tool_fetch,
};
enum { N_ROWS = sizeof rows / sizeof *rows };

const struct tool *
tool_at(size_t i)
{
	return i < N_ROWS ? rows[i] : NULL;
}

/* ---- sets -------------------------------------------------------------------- */

static void
forget_json(struct tool_set *s)
{
	free(s->json);
	s->json = NULL;
}

void
tool_set_add(struct tool_set *s, const struct tool *tool)
{
	vec_add(&s->tools, tool);
	forget_json(s);
}

void
tool_set_builtin(struct tool_set *s)
{
	for (size_t i = 0; i < N_ROWS; i++)
		tool_set_add(s, rows[i]);
}

void
tool_set_remove(struct tool_set *s, const char *name)
{
	for (size_t i = s->tools.n; i-- > 0;)
		if (str_same(s->tools.v[i]->name, name))
			vec_cut(&s->tools, i, 1);
	forget_json(s);
}

const struct tool *
tool_set_find(const struct tool_set *s, const char *name)
{
	for (size_t i = 0; i < s->tools.n; i++)
		if (str_same(s->tools.v[i]->name, name))
			return s->tools.v[i];
	return NULL;
}

const char *
tool_set_json(struct tool_set *s)
{
	if (s->tools.n == 0 || s->json != NULL)
		return s->json;
	struct buf b = { 0 };
	buf_putc(&b, '[');
	for (size_t i = 0; i < s->tools.n; i++) {
		json_put_comma(&b);
		buf_puts(&b, "{\"toolSpec\":{");
		json_put_member(&b, "name", s->tools.v[i]->name);
		json_put_member(&b, "description", s->tools.v[i]->description);
		json_put_key(&b, "inputSchema");
		buf_printf(&b, "{\"json\":%s}}}", s->tools.v[i]->schema);
	}
	buf_putc(&b, ']');
	s->json = buf_take(&b, NULL);
	return s->json;
}

void
tool_set_done(struct tool_set *s)
{
	vec_done(&s->tools);
	forget_json(s);
}

/* ---- a call -------------------------------------------------------------------- */

struct tool_call *
tool_call_new(const struct tool *tool, const struct tool_place *place, const char *args, size_t n, struct buf *why)
{
	struct json_object *schema = json_parse(tool->schema, strlen(tool->schema), NULL);
	struct json_object *o = schema_read(schema, tool->name, args, n, why);
	json_free(schema);
	if (o == NULL)
		return NULL;
	struct tool_call *c = mem_alloc(sizeof *c);
	c->tool = tool;
	c->place = place;
	c->args = o;
	atomic_init(&c->cancel, false);
	return c;
}

void
tool_call_free(struct tool_call *c)
{
	if (c == NULL)
		return;
	if (c->tool->done != NULL && c->plan != NULL)
		c->tool->done(c);
	json_free(c->args);
	output_done(&c->output);
	buf_done(&c->preview);
	buf_done(&c->result);
	free(c->subject);
	free(c->summary);
	free(c->place_note);
	free(c->outcome);
	free(c->diff);
	free(c);
}

void
tool_call_refuse(struct tool_call *c, const char *sentence)
{
	c->failed = true;
	buf_reset(&c->result);
	buf_puts(&c->result, sentence);
}

int
tool_call_prepare(struct tool_call *c)
{
	struct err err = { 0 };
	if (c->tool->prepare != NULL && c->tool->prepare(c, &err) < 0)
		tool_call_refuse(c, err.text);
	if (c->subject == NULL)
		c->subject = mem_strdup("");
	if (c->summary == NULL)
		c->summary = mem_strdup(c->subject);
	return c->failed ? -1 : 0;
}

void
tool_call_run(struct tool_call *c)
{
	struct err err = { 0 };
	if (tool_cancelled(c)) {
		tool_call_refuse(c, "Stopped by the user before it began.");
		return;
	}
	c->failed = c->tool->run(c, &err) < 0;
	output_tell(&c->output, &c->result);
	if (c->failed && err.text[0] != '\0')
		buf_printf(&c->result, "%s%s", c->result.len > 0 ? "\n" : "", err.text);
	if (str_blank(buf_str(&c->result)) && !c->failed)
		buf_puts(&c->result, "(no output)");
	log_info("tool: %s %s, %zu bytes", c->tool->name, c->failed ? "failed" : "done", c->output.total);
}

/* ---- for the tools ---------------------------------------------------------------- */

bool
tool_put(struct tool_call *c, const char *s, size_t n)
{
	if (!output_add(&c->output, c->place->overflow, s, n))
		return false;
	if (c->progress != NULL && n > 0) {
		c->streams = true;
		c->progress(c->progress_arg, s, n);
	}
	return true;
}

bool
tool_puts(struct tool_call *c, const char *s)
{
	return output_add(&c->output, c->place->overflow, s, strlen(s));
}

const char *
tool_arg(const struct tool_call *c, const char *name, const char *otherwise)
{
	return json_str(c->args, name, otherwise);
}

int64_t
tool_arg_int(const struct tool_call *c, const char *name, int64_t otherwise)
{
	return json_get(c->args, name) != NULL ? json_object_get_int64(json_get(c->args, name)) : otherwise;
}

bool
tool_cancelled(const struct tool_call *c)
{
	return atomic_load(&((struct tool_call *)(uintptr_t)c)->cancel);
}

int
tools_prepare_path(struct tool_call *c, struct path *p, bool writes, struct err *err)
{
	if (path_resolve(p, c->place->root, tool_arg(c, "path", "."), err) < 0)
		return -1;
	const char *overflow = c->place->overflow;
	bool ours = !writes && overflow != NULL && str_starts(p->real, overflow) &&
	    p->real[strlen(overflow)] == '/';
	c->subject = mem_strdup(p->shown);
	c->summary = mem_strdup(p->shown);
	c->beyond = !ours && (!p->inside || (writes ? p->trap || p->secret : p->secret));
	return 0;
}
