// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poll: readiness of remote sockets and pipes for this kernel's own poll,
 * select and epoll.
 *
 * ->poll asks B with POLL, which answers with what holds now and arms one
 * notification.  B's notification (the remote descriptor on the event ring)
 * wakes whoever waits here, and they ask again.
 *
 * Of sockets B says besides, in a page of words, what holds after each call and
 * each change.  Who finds the descriptor's word there need not ask: it arms the
 * notification in the word itself.  The first look, with no word yet, asks.
 */
#include "poll.h"
#include "call.h"
#include "channel.h"
#include "memory.h"
#include "placeholder.h"
#include <linux/gfp.h>
#include <virtuos/calls.h>
#include <virtuos/ring.h>
#include <xen/grant_table.h>

/* What B may say. */
#define FRONT_POLL_MASK	(EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLERR | EPOLLHUP | \
			 EPOLLRDHUP | EPOLLRDNORM | EPOLLRDBAND | \
			 EPOLLWRNORM | EPOLLWRBAND)
/* What a dead placeholder says: every kind of waiter shall find out. */
#define FRONT_POLL_DEAD	(EPOLLERR | EPOLLHUP | EPOLLIN | EPOLLRDNORM | \
			 EPOLLOUT | EPOLLWRNORM | EPOLLRDHUP)

/* ---- The page of words ------------------------------------------------------ */

/* After a failure front_poll_free() is to be called all the same. */
int front_poll_init(struct front_channel *ch)
{
	int ref;

	if (!front_poll_has_words(ch->dev))
		return 0;
	ch->ready = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!ch->ready)
		return -ENOMEM;
	ref = front_page_grant(ch->dev->domid, virt_to_page(ch->ready));
	if (ref < 0)
		return ref;
	ch->ready_ref = ref;
	return 0;
}

void front_poll_free(struct front_channel *ch)
{
	/* A page that B still maps is freed when B has let go of it. */
	if (ch->ready_ref)
		gnttab_end_foreign_access(ch->ready_ref,
					  virt_to_page(ch->ready));
	else
		free_page((unsigned long)ch->ready);
	ch->ready = NULL;
	ch->ready_ref = 0;
}

/* ---- Notifications ---------------------------------------------------------- */

/*
 * The count first, then the wake-up: a poller enters the queue before it
 * compares the count (front_poll()), so it either sees the new count or is
 * woken.  Says whether a notification was due.
 */
static bool front_poll_wake(struct front_placeholder *p)
{
	bool due = READ_ONCE(p->asked) &&
		   READ_ONCE(p->armed) == atomic_read(&p->events);

	atomic_inc(&p->events);
	wake_up(&p->wait);
	return due;
}

/* Atomic. Everybody shall ask again; says whether anybody was due. */
bool front_poll_wake_all(struct front_channel *ch)
{
	struct front_placeholder *p;
	unsigned long fd, flags;
	bool due = false;

	xa_lock_irqsave(&ch->remotes, flags);
	xa_for_each(&ch->remotes, fd, p)
		due |= front_poll_wake(p);
	xa_unlock_irqrestore(&ch->remotes, flags);
	return due;
}

/*
 * irq: an event of B's; was it due?  A cookie of another placeholder by now, or
 * one that B made up, costs one idle wake-up.
 */
bool front_poll_event(struct front_channel *ch, u32 cookie)
{
	struct front_placeholder *p;
	unsigned long flags;
	bool due = false;

	xa_lock_irqsave(&ch->remotes, flags);
	p = xa_load(&ch->remotes, cookie);
	if (p)
		due = front_poll_wake(p);
	xa_unlock_irqrestore(&ch->remotes, flags);
	return due;
}

/* ---- What holds --------------------------------------------------------------- */

/* An answer that was armed after so many notifications: good until the next. */
static void front_poll_remember(struct front_placeholder *p, int events,
				__poll_t mask)
{
	spin_lock(&p->poll_lock);
	if (events == atomic_read(&p->events)) {
		p->mask = mask;
		p->armed = events;
		p->asked = true;
	}
	spin_unlock(&p->poll_lock);
}

/* Looks for B's word, which is as good as an answer.  False: there is none. */
static bool front_poll_look(struct front_placeholder *p, __poll_t *mask)
{
	int events = atomic_read(&p->events);
	u32 word;

	if (!p->origin->ready ||
	    !vsys_ready_look(p->origin->ready, p->fd, &word))
		return false;
	*mask = (__force __poll_t)word & FRONT_POLL_MASK;
	front_poll_remember(p, events, *mask);
	return true;
}

/* Asks B, and remembers the answer until the next notification. */
static __poll_t front_poll_ask(struct front_placeholder *p)
{
	int events = atomic_read(&p->events);
	__poll_t mask;
	s64 ret;

	/* Asks for everything: one notification serves all who wait. */
	ret = front_call_simple(p->origin, FRONT_BOUND, VSYS_NR_POLL, p->fd,
				(__force u32)FRONT_POLL_MASK, p->fd, 0);
	if (ret == FRONT_DEAD || !front_channel_alive(p->origin))
		return FRONT_POLL_DEAD;
	if (ret < 0)		/* no answer, no claim; B's error: an error */
		return ret == -EIO || ret == -ETIMEDOUT ? 0 : EPOLLERR;
	mask = (__force __poll_t)ret & FRONT_POLL_MASK;
	front_poll_remember(p, events, mask);
	return mask;
}

/* Do we know without asking that nothing of what is wanted holds? */
static bool front_poll_idle(struct front_placeholder *p, __poll_t wanted)
{
	bool idle;

	spin_lock(&p->poll_lock);
	idle = p->asked && p->armed == atomic_read(&p->events) &&
	       !(p->mask & wanted);
	spin_unlock(&p->poll_lock);
	return idle;
}

/*
 * A word says what holds.  Without one: when nothing was notified since the last
 * answer, what did not hold then does not hold now, for readiness comes only with
 * a notification.  (It goes without one, so what did hold has to be asked again.)
 */
__poll_t front_poll(struct file *file, poll_table *table)
{
	struct front_placeholder *p = file->private_data;
	__poll_t wanted = poll_requested_events(table) | EPOLLERR | EPOLLHUP;
	__poll_t mask;

	poll_wait(file, &p->wait, table);
	if (!front_channel_alive(p->origin))
		return FRONT_POLL_DEAD;
	if (front_poll_look(p, &mask))
		return mask;
	if (front_poll_idle(p, wanted))
		return 0;
	return front_poll_ask(p);
}
