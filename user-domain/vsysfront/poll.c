// SPDX-License-Identifier: GPL-2.0-only
/*
 * Poll: readiness of remote sockets and pipes for this kernel's own poll,
 * select and epoll.
 *
 * ->poll asks B with POLL, which answers with what holds now and arms one
 * notification.  B's notification (the placeholder's cookie on the event ring)
 * wakes whoever waits here, and they ask again.
 */
#include "vsysfront.h"

/* What B may say. */
#define FRONT_POLL_MASK	(EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLERR | EPOLLHUP | \
			 EPOLLRDHUP | EPOLLRDNORM | EPOLLRDBAND | \
			 EPOLLWRNORM | EPOLLWRBAND)
/* What a dead placeholder says: every kind of waiter shall find out. */
#define FRONT_POLL_DEAD	(EPOLLERR | EPOLLHUP | EPOLLIN | EPOLLRDNORM | \
			 EPOLLOUT | EPOLLWRNORM | EPOLLRDHUP)

int front_poll_init(struct front_placeholder *p)
{
	int err = xa_alloc_irq(&p->origin->polled, &p->cookie, p,
			       xa_limit_31b, GFP_KERNEL_ACCOUNT);

	p->polled = !err;
	return err;
}

void front_poll_free(struct front_placeholder *p)
{
	if (p->polled)
		xa_erase_irq(&p->origin->polled, p->cookie);
	p->polled = false;
}

/*
 * The count first, then the wake-up: a poller enters the queue before it
 * compares the count (front_poll()), so it either sees the new count or is
 * woken.
 */
static void front_poll_wake(struct front_placeholder *p)
{
	atomic_inc(&p->events);
	wake_up(&p->wait);
}

/* Atomic. Everybody shall ask again. */
void front_poll_wake_all(struct front_channel *ch)
{
	struct front_placeholder *p;
	unsigned long cookie, flags;

	xa_lock_irqsave(&ch->polled, flags);
	xa_for_each(&ch->polled, cookie, p)
		front_poll_wake(p);
	xa_unlock_irqrestore(&ch->polled, flags);
}

/*
 * irq: delivers what B put on the event ring; says whether there was anything.
 * A cookie that has been given to another placeholder since, or that B made
 * up, costs one idle wake-up.  The number of events taken at a time is bounded
 * by the ring's size: an index that runs away counts as an overflow.
 */
bool front_poll_drain(struct front_channel *ch)
{
	struct front_placeholder *p;
	unsigned long flags;
	bool useful = false;
	u32 cookie, i;
	int got;

	for (i = 0; i < 2 * VSYS_EVENTS; i++) {
		got = vsys_event_get(&ch->ring.ring, &ch->event_cons, &cookie);
		if (!got)
			break;
		useful = true;
		if (got < 0) {
			front_poll_wake_all(ch);
			continue;
		}
		xa_lock_irqsave(&ch->polled, flags);
		p = xa_load(&ch->polled, cookie);
		if (p)
			front_poll_wake(p);
		xa_unlock_irqrestore(&ch->polled, flags);
	}
	return useful;
}

/* Asks B, and remembers the answer until the next notification. */
static __poll_t front_poll_ask(struct front_placeholder *p)
{
	int events = atomic_read(&p->events);
	__poll_t mask;
	s64 ret;

	/* Asks for everything: one notification serves all who wait. */
	ret = front_call_simple(p->origin, FRONT_BOUND, VSYS_NR_POLL, p->fd,
				(__force u32)FRONT_POLL_MASK, p->cookie, 0);
	if (!front_channel_alive(p->origin))
		return FRONT_POLL_DEAD;
	if (ret < 0)		/* no answer, no claim; B's error: an error */
		return ret == -EIO || ret == -ETIMEDOUT ? 0 : EPOLLERR;
	mask = (__force __poll_t)ret & FRONT_POLL_MASK;
	spin_lock(&p->poll_lock);
	if (events == atomic_read(&p->events)) {
		p->mask = mask;
		p->armed = events;
		p->asked = true;
	}
	spin_unlock(&p->poll_lock);
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
 * When nothing was notified since the last answer, what did not hold then does
 * not hold now: readiness comes only with a notification.  (It goes without
 * one, so what did hold has to be asked again.)
 */
__poll_t front_poll(struct file *file, poll_table *table)
{
	struct front_placeholder *p = file->private_data;
	__poll_t wanted = poll_requested_events(table) | EPOLLERR | EPOLLHUP;

	poll_wait(file, &p->wait, table);
	if (!front_channel_alive(p->origin))
		return FRONT_POLL_DEAD;
	if (front_poll_idle(p, wanted))
		return 0;
	return front_poll_ask(p);
}
