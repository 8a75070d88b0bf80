// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled descriptors: their wait-queue entries stay queued until the
 * descriptor is closed; POLL arms one notification, the next wake-up fires it.
 *
 * Lost wake-ups: POLL sets armed and then asks the file for its state; a waker
 * changes the state and then looks at armed.  Both are ordered by full
 * barriers (smp_mb() here; the waker's lock and the exchange there), so either
 * the state that POLL returns includes the change, or the waker notifies.
 *
 * Words.  A socket that is this channel's alone has a word in the page of
 * readiness, where the frontend looks instead of asking with POLL again.  Such a
 * socket becomes ready only with a wake-up, and is ready no more only by a call
 * that names it.  So the word is written after each of these:
 *
 *	a call		asks the file, and writes what it said, unless there was
 *			a wake-up in the meantime: then that has written
 *	a wake-up	takes ARMED, and leaves what holds now.  It writes that
 *			nothing is known if the file cannot be asked where it
 *			comes from, or says nothing of what it came for.
 *
 * What wakes say of themselves (the key) is not written: data in general has
 * EPOLLPRI in it, and what it says may be read by the time that it comes.
 *
 * Which descriptors have words is known here alone: what stands in the page is
 * for the frontend to believe.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <virtuos/calls.h>
#include <virtuos/ring.h>

#include "bell.h"
#include "channel.h"
#include "poll.h"

/* A wait queue that a file's ->poll named. */
struct back_poll_entry {
	struct list_head list;
	wait_queue_entry_t wait;
	wait_queue_head_t *head;
};

struct back_poll {
	struct back_channel *channel;
	struct file *file;
	int fd;
	u32 cookie;
	__poll_t events;		/* all that were ever asked for */
	spinlock_t lock;		/* taken in wake-ups */
	int armed;			/* POLL sets it without the lock */
	bool has_word;			/* lock, and poll_lock to change it */
	u32 wakes;			/* lock; so far */
	poll_table table;
	struct list_head entries;
	bool incomplete;		/* no memory for one of them */
};

/* In channel.polls: has a word. */
#define BACK_POLL_WORD	XA_MARK_0

/* ---- Words ------------------------------------------------------------------ */

/* A socket of the network's: all that there is of it is one open file. */
static bool back_poll_plain(struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && sock->sk && (sock->sk->sk_family == AF_INET ||
				    sock->sk->sk_family == AF_INET6);
}

/*
 * poll_lock held.  Gets a word, if that may be and the place is not another's.
 * The mark comes before the file is asked; its partner is back_poll_called().
 */
static void back_poll_word_get(struct back_poll *poll)
{
	struct back_channel *ch = poll->channel;

	if (poll->has_word || !ch->ready || poll->fd >= VSYS_READY_FD_MAX ||
	    !back_poll_plain(poll->file) || xa_load(&ch->shared, poll->fd) ||
	    test_and_set_bit(poll->fd % VSYS_READY, ch->words))
		return;
	spin_lock_irq(&poll->lock);
	vsys_ready_wake(ch->ready, poll->fd, 0);
	poll->has_word = true;
	spin_unlock_irq(&poll->lock);
	xa_set_mark(&ch->polls, poll->fd, BACK_POLL_WORD);
	smp_mb();
}

/* poll_lock held.  Who has armed by the word is told all the same. */
static void back_poll_word_put(struct back_poll *poll)
{
	struct back_channel *ch = poll->channel;

	if (!poll->has_word)
		return;
	spin_lock_irq(&poll->lock);
	poll->has_word = false;
	if (vsys_ready_wake(ch->ready, poll->fd, 0))
		poll->armed = 1;
	spin_unlock_irq(&poll->lock);
	xa_clear_mark(&ch->polls, poll->fd, BACK_POLL_WORD);
	clear_bit(poll->fd % VSYS_READY, ch->words);
}

/*
 * In a wake-up: what holds, as a word, or 0.  Of all that have words only TCP can
 * be asked here: others take locks for it.  State that changes along with a
 * wake-up without a key may be changing still.
 */
static u32 back_poll_word_now(struct back_poll *poll, __poll_t key)
{
	struct socket *sock = sock_from_file(poll->file);
	__poll_t mask;

	if (!key || READ_ONCE(sock->ops)->poll != tcp_poll)
		return 0;
	mask = tcp_poll(poll->file, sock, NULL);
	return mask & key ? vsys_ready_word(poll->fd, (__force u32)mask) : 0;
}

/* poll_lock held.  What holds now; the word says so as well. */
static __poll_t back_poll_ask(struct back_poll *poll)
{
	u32 wakes = READ_ONCE(poll->wakes);
	__poll_t mask;

	smp_mb();	/* a wake-up that is not counted yet comes after this */
	mask = vfs_poll(poll->file, NULL);
	if (!poll->has_word)
		return mask;
	spin_lock_irq(&poll->lock);
	if (wakes == poll->wakes)
		vsys_ready_put(poll->channel->ready, poll->fd,
			       vsys_ready_word(poll->fd, (__force u32)mask));
	spin_unlock_irq(&poll->lock);
	return mask;
}

/*
 * A call has named the descriptor.  If it comes too early for the mark, the POLL
 * that sets it sees what it did: both have a full barrier in between, there
 * smp_mb(), here the call's own fput(), as other threads have the table, too.
 */
static void back_poll_called(struct back_channel *ch, int fd)
{
	struct back_poll *poll;

	if (fd < 0 || !xa_get_mark(&ch->polls, fd, BACK_POLL_WORD))
		return;
	mutex_lock(&ch->poll_lock);
	poll = xa_load(&ch->polls, fd);
	if (poll && poll->has_word)
		back_poll_ask(poll);
	mutex_unlock(&ch->poll_lock);
}

/* After a call, and before its answer: its descriptors' words. */
void back_poll_refresh(struct back_channel *ch, const struct vsys_call *call)
{
	u32 fds = vsys_calls[call->nr].fds;

	if (likely(!xa_marked(&ch->polls, BACK_POLL_WORD)))
		return;
	for (; fds; fds &= fds - 1)
		back_poll_called(ch, call->args[__ffs(fds)]);
}

/*
 * Another shadow is about to have the descriptor's file, or this one about to
 * have another's: no word, until it is closed.
 */
int back_poll_share(struct back_channel *ch, int fd)
{
	struct back_poll *poll;
	int err;

	mutex_lock(&ch->poll_lock);
	err = xa_err(xa_store(&ch->shared, fd, xa_mk_value(1), GFP_KERNEL));
	poll = err ? NULL : xa_load(&ch->polls, fd);
	if (poll)
		back_poll_word_put(poll);
	mutex_unlock(&ch->poll_lock);
	return err;
}

/* ---- Wake-ups --------------------------------------------------------------- */

/* The file's state has changed: is the client to be told? */
static bool back_poll_due(struct back_poll *poll, __poll_t key)
{
	unsigned long flags;
	bool due;

	spin_lock_irqsave(&poll->lock, flags);
	poll->wakes++;
	due = xchg(&poll->armed, 0);
	if (poll->has_word)
		due |= vsys_ready_wake(poll->channel->ready, poll->fd,
				       back_poll_word_now(poll, key));
	spin_unlock_irqrestore(&poll->lock, flags);
	return due;
}

static int back_poll_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
			  void *key)
{
	struct back_poll *poll = wait->private;
	__poll_t events = key_to_poll(key);

	if (events && !(events & (READ_ONCE(poll->events) | EPOLLERR |
				  EPOLLHUP)))
		return 0;
	if (!back_poll_due(poll, events))
		return 0;
	back_channel_tell(poll->channel, READ_ONCE(poll->cookie));
	return 1;
}

static void back_poll_queue(struct file *file, wait_queue_head_t *head,
			    poll_table *table)
{
	struct back_poll *poll = container_of(table, struct back_poll, table);
	struct back_poll_entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry) {
		poll->incomplete = true;
		return;
	}
	entry->head = head;
	init_waitqueue_func_entry(&entry->wait, back_poll_wake);
	entry->wait.private = poll;
	add_wait_queue(head, &entry->wait);
	list_add(&entry->list, &poll->entries);
}

/* ---- Descriptors that are polled ---------------------------------------------- */

/* poll_lock held; it is still in the table. */
static void back_poll_free(struct back_poll *poll)
{
	struct back_poll_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &poll->entries, list) {
		remove_wait_queue(entry->head, &entry->wait);
		kfree(entry);
	}
	back_poll_word_put(poll);
	xa_erase(&poll->channel->polls, poll->fd);
	fput(poll->file);
	kfree(poll);
}

/* A queue that is not watched would be a wake-up that never comes: NULL. */
static struct back_poll *back_poll_new(struct back_channel *ch, int fd,
				       struct file *file)
{
	struct back_poll *poll = kzalloc(sizeof(*poll), GFP_KERNEL);

	if (!poll)
		return NULL;
	poll->channel = ch;
	poll->file = get_file(file);
	poll->fd = fd;
	spin_lock_init(&poll->lock);
	INIT_LIST_HEAD(&poll->entries);
	init_poll_funcptr(&poll->table, back_poll_queue);
	poll->table._key = ~(__poll_t)0;
	poll->incomplete = xa_err(xa_store(&ch->polls, fd, poll, GFP_KERNEL));
	if (!poll->incomplete)
		vfs_poll(file, &poll->table);
	if (!poll->incomplete)
		return poll;
	back_poll_free(poll);
	return NULL;
}

/* Call VSYS_NR_POLL. */
s64 back_poll_arm(struct back_channel *ch, int fd, u32 events, u32 cookie)
{
	struct file *file = fget(fd);
	struct back_poll *poll;
	s64 ret = -ENOMEM;

	if (!file)
		return -EBADF;
	mutex_lock(&ch->poll_lock);
	poll = xa_load(&ch->polls, fd);
	if (poll && poll->file != file) {
		back_poll_free(poll);
		poll = NULL;
	}
	if (!poll)
		poll = back_poll_new(ch, fd, file);
	if (!poll)
		goto out;
	WRITE_ONCE(poll->cookie, cookie);
	WRITE_ONCE(poll->events, poll->events | (__force __poll_t)events);
	WRITE_ONCE(poll->armed, 1);
	smp_mb();	/* armed before the file's state; see the top */
	back_poll_word_get(poll);
	ret = (__force u32)back_poll_ask(poll);
out:
	mutex_unlock(&ch->poll_lock);
	fput(file);
	return ret;
}

/* A poll entry holds its file: it must go before the descriptor is closed. */
void back_poll_disarm(struct back_channel *ch, int fd)
{
	struct back_poll *poll;

	if (xa_empty(&ch->polls) && xa_empty(&ch->shared))
		return;
	mutex_lock(&ch->poll_lock);
	poll = xa_load(&ch->polls, fd);
	if (poll)
		back_poll_free(poll);
	xa_erase(&ch->shared, fd);
	mutex_unlock(&ch->poll_lock);
}

/*
 * The descriptor is closed, or is another file's by now: a POLL that came
 * between the two would keep the old one open.
 */
void back_poll_closed(struct back_channel *ch, int fd)
{
	struct back_poll *poll;
	struct file *file;

	if (likely(xa_empty(&ch->polls)))
		return;
	mutex_lock(&ch->poll_lock);
	poll = xa_load(&ch->polls, fd);
	file = poll ? fget(fd) : NULL;
	if (poll && poll->file != file)
		back_poll_free(poll);
	mutex_unlock(&ch->poll_lock);
	if (file)
		fput(file);
}

void back_poll_disarm_all(struct back_channel *ch)
{
	struct back_poll *poll;
	unsigned long fd;

	mutex_lock(&ch->poll_lock);
	xa_for_each(&ch->polls, fd, poll)
		back_poll_free(poll);
	mutex_unlock(&ch->poll_lock);
}
