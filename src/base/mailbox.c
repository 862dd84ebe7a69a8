/* mailbox.c - see mailbox.h. A list under a lock, and an eventfd told once per batch. */
#include "config.h"

#include "base/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct mailbox {
	pthread_mutex_t	 lock;
	struct note	*head, **tail;
	int		 fd;
};

struct mailbox *
mailbox_new(void)
{
	struct mailbox *m = mem_alloc(sizeof *m);
	pthread_mutex_init(&m->lock, NULL);
	m->tail = &m->head;
	m->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->fd < 0)
		fatal("eventfd: %s", strerror(errno));
	return m;
}

void
mailbox_free(struct mailbox *m)
{
	if (m == NULL)
		return;
	close(m->fd);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

int
mailbox_fd(const struct mailbox *m)
{
	return m->fd;
}

void
mailbox_ring(struct mailbox *m, struct note *note)
{
	pthread_mutex_lock(&m->lock);
	bool first = m->head == NULL && !note->rung;
	if (!note->rung) {
		note->rung = true;
		note->next = NULL;
		*m->tail = note;
		m->tail = &note->next;
	}
	/* Still under the lock: once it is released, the note may be delivered and freed, and the
	 * mailbox with it. */
	uint64_t one = 1;
	if (first)
		(void)!write(m->fd, &one, sizeof one);
	pthread_mutex_unlock(&m->lock);
}

static struct note *
take_first(struct mailbox *m)
{
	struct note *note = m->head;
	if (note != NULL) {
		m->head = note->next;
		if (m->head == NULL)
			m->tail = &m->head;
		note->rung = false;
	}
	return note;
}

void
mailbox_deliver(struct mailbox *m)
{
	uint64_t told;
	pthread_mutex_lock(&m->lock);
	(void)!read(m->fd, &told, sizeof told);
	struct note *last = m->head == NULL ? NULL : (struct note *)
	    ((char *)m->tail - offsetof(struct note, next));
	while (last != NULL) {
		struct note *note = take_first(m);
		if (note == NULL)
			break;
		bool done = note == last;
		pthread_mutex_unlock(&m->lock);
		note->deliver(note);
		pthread_mutex_lock(&m->lock);
		if (done)
			break;
	}
	/* What was rung meanwhile found a non-empty list or told the descriptor itself; make sure
	 * that the next poll sees it. */
	uint64_t one = 1;
	if (m->head != NULL)
		(void)!write(m->fd, &one, sizeof one);
	pthread_mutex_unlock(&m->lock);
}

void
mailbox_drop(struct mailbox *m, struct note *note)
{
	pthread_mutex_lock(&m->lock);
	if (note->rung) {
		struct note **at = &m->head;
		while (*at != note)
			at = &(*at)->next;
		*at = note->next;
		if (m->tail == &note->next)
			m->tail = at;
		note->rung = false;
	}
	pthread_mutex_unlock(&m->lock);
}
