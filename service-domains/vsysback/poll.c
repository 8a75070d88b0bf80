// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polled descriptors: their wait-queue entries stay queued until the
 * descriptor is closed; POLL arms one notification, the next wake-up fires it.
 *
 * Lost wake-ups: POLL sets armed and then asks the file for its state; a waker
 * changes the state and then looks at armed.  Both are ordered by full
 * barriers (smp_mb() here; the waker's lock and the exchange there), so either
 * the state that POLL returns includes the change, or the waker notifies.
 */
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
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
	u32 cookie;
	__poll_t events;		/* all that were ever asked for */
	int armed;
	poll_table table;
	struct list_head entries;
	bool incomplete;		/* no memory for one of them */
};

static int back_poll_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
			  void *key)
{
	struct back_poll *poll = wait->private;
	struct back_channel *ch = poll->channel;
	__poll_t events = key_to_poll(key);
	unsigned long flags;

	if (events && !(events & (READ_ONCE(poll->events) | EPOLLERR |
				  EPOLLHUP)))
		return 0;
	if (!xchg(&poll->armed, 0))
		return 0;
	spin_lock_irqsave(&ch->event_lock, flags);
	vsys_event_put(&ch->kernel, &ch->event_prod, READ_ONCE(poll->cookie));
	spin_unlock_irqrestore(&ch->event_lock, flags);
	back_channel_bell(ch);
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

static void back_poll_free(struct back_poll *poll)
{
	struct back_poll_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &poll->entries, list) {
		remove_wait_queue(entry->head, &entry->wait);
		kfree(entry);
	}
	fput(poll->file);
	kfree(poll);
}

static struct back_poll *back_poll_new(struct back_channel *ch, int fd,
				       struct file *file)
{
	struct back_poll *poll = kzalloc(sizeof(*poll), GFP_KERNEL);
	int err;

	if (!poll)
		return NULL;
	poll->channel = ch;
	poll->file = get_file(file);
	INIT_LIST_HEAD(&poll->entries);
	init_poll_funcptr(&poll->table, back_poll_queue);
	poll->table._key = ~(__poll_t)0;
	err = xa_err(xa_store(&ch->polls, fd, poll, GFP_KERNEL));
	if (err) {
		back_poll_free(poll);
		return NULL;
	}
	return poll;
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
		xa_erase(&ch->polls, fd);
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
	ret = (__force u32)vfs_poll(file, list_empty(&poll->entries) ?
						  &poll->table : NULL);
	/* A queue that is not watched would be a wake-up that never comes. */
	if (poll->incomplete) {
		xa_erase(&ch->polls, fd);
		back_poll_free(poll);
		ret = -ENOMEM;
	}
out:
	mutex_unlock(&ch->poll_lock);
	fput(file);
	return ret;
}

/* A poll entry holds its file: it must go before the descriptor is closed. */
void back_poll_disarm(struct back_channel *ch, int fd)
{
	struct back_poll *poll;

	if (xa_empty(&ch->polls))
		return;
	mutex_lock(&ch->poll_lock);
	poll = xa_erase(&ch->polls, fd);
	if (poll)
		back_poll_free(poll);
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
	if (poll && poll->file != file) {
		xa_erase(&ch->polls, fd);
		back_poll_free(poll);
	}
	mutex_unlock(&ch->poll_lock);
	if (file)
		fput(file);
}

void back_poll_disarm_all(struct back_channel *ch)
{
	struct back_poll *poll;
	unsigned long fd;

	mutex_lock(&ch->poll_lock);
	xa_for_each(&ch->polls, fd, poll) {
		xa_erase(&ch->polls, fd);
		back_poll_free(poll);
	}
	mutex_unlock(&ch->poll_lock);
}
