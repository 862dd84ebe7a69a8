/*
 * say.c - saying: a message is sent, or waits in the queue until the running turn has ended.
 */
#include "config.h"

#include "agent/agent-inside.h"

#include <stdlib.h>
#include <string.h>

#include "agent/failover.h"
#include "base/mem.h"
#include "model/attach.h"

/* ---- shown -------------------------------------------------------------------- */

void
agent_show_announced(struct agent *a, const char *title, const char *text, size_t n)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_TOOL, text, n);
	b->title = mem_strdup(title);
	b->started_ms = 0;
	transcript_end(&a->transcript, b, BLOCK_DONE);
}

/* What the user said, and a line for each file. */
static struct block *
show_user(struct agent *a, const char *text, const struct message *files, bool queued)
{
	struct buf all = { 0 };
	buf_puts(&all, text);
	for (size_t i = 0; files != NULL && i < files->parts.n; i++) {
		buf_puts(&all, "\n[");
		attach_describe(&files->parts.v[i], &all);
		buf_putc(&all, ']');
	}
	struct block *b = transcript_add(&a->transcript, BLOCK_USER, buf_str(&all), all.len);
	b->queued = queued;
	transcript_end(&a->transcript, b, BLOCK_DONE);
	buf_done(&all);
	return b;
}

static void
show_said(struct agent *a, const struct queued *q)
{
	if (q->origin != NULL) {
		agent_show_announced(a, q->title, q->text, strlen(q->text));
		return;
	}
	show_user(a, q->text, q->files, false);
}

/* ---- sent --------------------------------------------------------------------- */

static void
send_message(struct agent *a, const char *origin, const char *text, const struct message *files)
{
	struct message *m = message_new(MESSAGE_USER);
	m->origin = mem_strdup(origin);
	message_add(m, PART_TEXT, text, strlen(text));
	for (size_t i = 0; files != NULL && i < files->parts.n; i++)
		message_copy_part(m, &files->parts.v[i]);
	record_message(a->session, m, NULL, NULL, -1);
	conversation_add(&a->conversation, m);
}

void
agent_add_message(struct agent *a, const char *origin, const char *text)
{
	send_message(a, origin, text, NULL);
}

bool
agent_take_queue(struct agent *a)
{
	bool any = a->queue.n > 0;
	for (size_t i = 0; i < a->queue.n; i++) {
		struct block *b = transcript_find(&a->transcript, a->queue.v[i].block);
		if (b != NULL) {
			/* It moves behind what has been said meanwhile. */
			transcript_remove(&a->transcript, b);
		}
		show_said(a, &a->queue.v[i]);
		send_message(a, a->queue.v[i].origin, a->queue.v[i].text, a->queue.v[i].files);
		agent_queued_done(&a->queue.v[i]);
	}
	a->queue.n = 0;
	return any;
}

/* Sends what waits: all of it, as one turn. */
void
agent_send_next(struct agent *a)
{
	if (a->queue.n == 0 || a->model == NULL || a->held || agent_is_at_work(a))
		return;
	agent_take_queue(a);
	loop_new_message(a);
	asking_begin(a);
}

void
agent_say(struct agent *a, const char *text)
{
	agent_say_with(a, text, NULL);
}

static struct message *
copy_files(const struct message *files)
{
	if (files == NULL)
		return NULL;
	struct message *m = message_new(MESSAGE_USER);
	for (size_t i = 0; i < files->parts.n; i++)
		message_copy_part(m, &files->parts.v[i]);
	return m;
}

void
agent_say_with(struct agent *a, const char *text, const struct message *files)
{
	bool wait = agent_is_at_work(a) || a->model == NULL || a->held;
	struct block *b = show_user(a, text, files, wait);
	if (wait) {
		struct queued q = { .text = mem_strdup(text), .files = copy_files(files), .block = b->id };
		vec_add(&a->queue, q);
		record_text(a->session, "queued", NULL, text);
		agent_changed(a);
		return;
	}
	send_message(a, NULL, text, files);
	loop_new_message(a);
	asking_begin(a);
}

void
agent_retry(struct agent *a)
{
	if (agent_is_at_work(a) || a->model == NULL || a->held)
		return;
	failover_wake(a->env.quirks, a->model);
	if (a->conversation.n == 0) {
		agent_send_next(a);
		return;
	}
	struct message *last = a->conversation.v[a->conversation.n - 1];
	/* Asking again replaces a reply that was cut off: it stays on the screen, not in what is sent. */
	if (last->role == MESSAGE_ASSISTANT)
		last->withdrawn = true;
	for (size_t i = a->conversation.n; i-- > 0;)
		if (a->conversation.v[i]->role == MESSAGE_USER) {
			if (a->conversation.v[i]->withdrawn)
				record_text(a->session, "withdraw", NULL, "undone");
			a->conversation.v[i]->withdrawn = false;
			break;
		}
	loop_new_message(a);
	asking_begin(a);
}

/* ---- announced ------------------------------------------------------------------ */

/* What was announced while a turn runs: in the record at once, so that it survives. */
static void
queue_announced(struct agent *a, const char *origin, const char *title, const char *text)
{
	struct queued q = { .text = mem_strdup(text), .origin = mem_strdup(origin), .title = mem_strdup(title) };
	vec_add(&a->queue, q);
	record_announced(a->session, origin, title, text);
}

void
agent_keep_announced(struct agent *a, const char *origin, const char *title, const char *text)
{
	agent_show_announced(a, title, text, strlen(text));
	send_message(a, origin, text, NULL);
}

void
agent_announce(struct agent *a, const char *origin, const char *title, const char *text, bool wake)
{
	if (agent_is_at_work(a) || a->model == NULL || a->held) {
		queue_announced(a, origin, title, text);
	} else {
		agent_keep_announced(a, origin, title, text);
		if (wake) {
			loop_new_message(a);
			asking_begin(a);
		}
	}
	agent_changed(a);
}

/* ---- the queue -------------------------------------------------------------------- */

void
agent_queued_done(struct queued *q)
{
	free(q->text);
	free(q->origin);
	free(q->title);
	message_unref(q->files);
}

void
agent_hold(struct agent *a, bool held)
{
	a->held = held;
	agent_send_next(a);
}

void
agent_drop_queue(struct agent *a)
{
	for (size_t i = 0; i < a->queue.n; i++) {
		struct block *b = transcript_find(&a->transcript, a->queue.v[i].block);
		if (b != NULL)
			transcript_remove(&a->transcript, b);
		agent_queued_done(&a->queue.v[i]);
	}
	a->queue.n = 0;
	agent_changed(a);
}

bool
agent_send_queued(struct agent *a)
{
	if (a->queue.n == 0)
		return false;
	agent_stop(a);
	agent_send_next(a);
	return true;
}

char *
agent_unqueue(struct agent *a)
{
	if (a->queue.n == 0 || a->queue.v[a->queue.n - 1].origin != NULL)
		return NULL;
	struct queued q = a->queue.v[--a->queue.n];
	struct block *b = transcript_find(&a->transcript, q.block);
	if (b != NULL)
		transcript_remove(&a->transcript, b);
	record_text(a->session, "unqueued", NULL, q.text);
	message_unref(q.files);
	agent_changed(a);
	return q.text;
}
