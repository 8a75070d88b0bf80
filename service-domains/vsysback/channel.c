// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channel: its mappings, its doorbell, and its life.
 *
 *	WAITING --accept--> ACCEPTED --first worker--> SERVING
 *	   any of them --close, or the frontend is gone--> ENDING
 *	   any of them --the shadow's file is released--> DEAD
 *
 * It is torn down (unmapped and forgotten) when it is both told to end and has
 * no shadow; whichever comes second does it.  DEAD is set only after the last
 * look at the shared pages, for from then on the other may unmap them.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <xen/events.h>

#include "vsysback.h"

/* A client that no shadow takes in this time is refused. */
#define VSYSBACK_ACCEPT_TIMEOUT (10 * HZ)

LIST_HEAD(vsysback_accept_queue);
DEFINE_SPINLOCK(vsysback_accept_lock);
DECLARE_WAIT_QUEUE_HEAD(vsysback_accept_wait);

static void vsysback_channel_release(struct kref *ref)
{
	struct vsysback_channel *ch = container_of(ref,
						   struct vsysback_channel,
						   ref);

	if (ch->shadow)
		put_task_struct(ch->shadow);
	xa_destroy(&ch->polls);
	vsysback_device_put(ch->dev);
	kfree(ch->granted);
	kfree(ch);
}

void vsysback_channel_put(struct vsysback_channel *ch)
{
	kref_put(&ch->ref, vsysback_channel_release);
}

struct vsysback_channel *vsysback_channel_get(struct vsysback_device *dev,
					      u64 id)
{
	struct vsysback_channel *ch;

	if (id >= VSYS_CHANNELS_MAX)
		return NULL;
	xa_lock(&dev->channels);
	ch = xa_load(&dev->channels, id);
	if (ch)
		kref_get(&ch->ref);
	xa_unlock(&dev->channels);
	return ch;
}

bool vsysback_channel_live(struct vsysback_channel *ch)
{
	return READ_ONCE(ch->state) <= VSYSBACK_CHANNEL_SERVING;
}

void vsysback_channel_ring(struct vsysback_channel *ch)
{
	vsysback_count(ch->dev, bells);
	notify_remote_via_irq(ch->irq);
}

static irqreturn_t vsysback_channel_interrupt(int irq, void *data)
{
	struct vsysback_channel *ch = data;

	vsysback_worker_wake(ch);
	vsysback_device_eoi(irq, &ch->ring, &ch->empty_bells);
	return IRQ_HANDLED;
}

static int vsysback_channel_map(struct vsysback_channel *ch,
				const struct vsys_open *open)
{
	grant_ref_t refs[VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
	grant_ref_t head = open->head_ref;
	int err;

	memcpy(refs, open->slot_refs, sizeof(refs));
	BUILD_BUG_ON(ARRAY_SIZE(refs) > VSYSBACK_MAP_PAGES);
	err = vsysback_map(&ch->head_page, ch->dev->frontend, &head, 1);
	if (err)
		return err;
	err = vsysback_map(&ch->slot_pages, ch->dev->frontend, refs,
			   open->nr_slots / VSYS_SLOTS_PER_PAGE);
	if (err)
		goto unmap_head;
	ch->ring.head = ch->head_page.address;
	ch->ring.slots = ch->slot_pages.address;
	ch->ring.nr_slots = open->nr_slots;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		ch->dev->xdev, open->event_channel, vsysback_channel_interrupt, 0,
		"vsysback-channel", ch);
	if (err == -ENOSPC)
		pr_err_ratelimited("vsysback: out of event channels: raise max_event_channels in this domain's xl config\n");
	if (err < 0)
		goto unmap_slots;
	ch->irq = err;
	return 0;
unmap_slots:
	vsysback_unmap(&ch->slot_pages);
unmap_head:
	vsysback_unmap(&ch->head_page);
	return err;
}

static void vsysback_channel_unmap(struct vsysback_channel *ch)
{
	unbind_from_irqhandler(ch->irq, ch);
	vsysback_unmap(&ch->slot_pages);
	vsysback_unmap(&ch->head_page);
}

/* Forget it, once: the entry in the table says who is first. */
static void vsysback_channel_teardown(struct vsysback_channel *ch)
{
	struct vsysback_device *dev = ch->dev;

	/* Not xa_erase(): the id may be another channel's by now. */
	if (xa_cmpxchg(&dev->channels, ch->id, ch, NULL, GFP_KERNEL) != ch)
		return;
	vsysback_count_end(ch);
	vsysback_channel_unmap(ch);
	if (ch->close_slot >= 0)
		vsysback_device_reply(dev, ch->close_slot, 0);
	if (atomic_dec_and_test(&dev->nr_channels))
		wake_up(&dev->channels_wait);
	vsysback_channel_put(ch);
}

/* Answer OPEN, if that is still to be done. */
static void vsysback_channel_answer(struct vsysback_channel *ch, s64 ret)
{
	int slot;

	spin_lock_irq(&ch->lock);
	slot = ch->open_slot;
	ch->open_slot = -1;
	spin_unlock_irq(&ch->lock);
	if (slot >= 0)
		vsysback_device_reply(ch->dev, slot, ret);
}

/* Take a channel off the accept queue.  False: a shadow was faster. */
static bool vsysback_channel_unqueue(struct vsysback_channel *ch)
{
	bool queued;

	spin_lock(&vsysback_accept_lock);
	queued = !list_empty(&ch->accept_list);
	list_del_init(&ch->accept_list);
	spin_unlock(&vsysback_accept_lock);
	return queued;
}

static void vsysback_channel_timeout(struct work_struct *work)
{
	struct vsysback_channel *ch = container_of(
		work, struct vsysback_channel, accept_timeout.work);

	if (vsysback_channel_unqueue(ch)) {
		pr_warn_ratelimited("vsysback: no shadow for %.16s (%u of domain %u); is vsysd running?\n",
				    ch->comm, ch->pid, ch->dev->frontend);
		WRITE_ONCE(ch->state, VSYSBACK_CHANNEL_DEAD);
		vsysback_channel_answer(ch, -EAGAIN);
		vsysback_channel_teardown(ch);
		vsysback_channel_put(ch);	/* the queue's */
	}
	vsysback_channel_put(ch);		/* the work's */
}

static int vsysback_channel_check(const struct vsys_open *open)
{
	u64 size = (u64)open->nr_slots * VSYS_SLOT_ARENA_MAX;

	if (open->version != VSYS_VERSION)
		return -EINVAL;
	if (open->nr_slots < VSYS_SLOTS_MIN ||
	    open->nr_slots > VSYS_SLOTS_MAX || open->nr_slots % 64)
		return -EPROTO;
	if (open->arena_base % VSYS_SLOT_ARENA_MAX ||
	    open->arena_base < VSYS_ARENA_LOW ||
	    open->arena_base > VSYS_ARENA_HIGH - size)
		return -EPROTO;
	return vsysback_creds_check(&open->creds);
}

static struct vsysback_channel *
vsysback_channel_alloc(struct vsysback_device *dev, u32 slot,
		       const struct vsys_open *open)
{
	struct vsysback_channel *ch = kzalloc(sizeof(*ch), GFP_KERNEL);

	if (!ch)
		return NULL;
	ch->granted = kcalloc(open->nr_slots, sizeof(*ch->granted), GFP_KERNEL);
	if (!ch->granted) {
		kfree(ch);
		return NULL;
	}
	kref_init(&ch->ref);
	kref_get(&dev->ref);
	ch->dev = dev;
	ch->arena_base = open->arena_base;
	ch->pid = open->pid;
	memcpy(ch->comm, open->comm, sizeof(ch->comm));
	ch->comm[sizeof(ch->comm) - 1] = 0;
	ch->creds = open->creds;
	ch->creds_generation = 1;
	ch->open_slot = slot;
	ch->close_slot = -1;
	ch->wanted = VSYSBACK_WORKER_WANTED;
	spin_lock_init(&ch->lock);
	spin_lock_init(&ch->event_lock);
	mutex_init(&ch->poll_lock);
	INIT_LIST_HEAD(&ch->idle);
	INIT_LIST_HEAD(&ch->workers);
	INIT_LIST_HEAD(&ch->requests);
	INIT_LIST_HEAD(&ch->accept_list);
	init_waitqueue_head(&ch->manager_wait);
	xa_init(&ch->polls);
	INIT_DELAYED_WORK(&ch->accept_timeout, vsysback_channel_timeout);
	return ch;
}

/* Map a client's channel and queue it for a shadow. */
int vsysback_channel_open(struct vsysback_device *dev, u32 slot,
			  const struct vsys_open *open)
{
	struct vsysback_channel *ch;
	int err;

	err = vsysback_channel_check(open);
	if (err)
		return err;
	ch = vsysback_channel_alloc(dev, slot, open);
	if (!ch)
		return -ENOMEM;
	err = vsysback_channel_map(ch, open);
	if (err)
		goto put;
	atomic_inc(&dev->nr_channels);
	err = xa_alloc(&dev->channels, &ch->id, ch,
		       XA_LIMIT(0, VSYS_CHANNELS_MAX - 1), GFP_KERNEL);
	if (err)
		goto unmap;
	kref_get(&ch->ref);	/* the table has the first; this is the queue's */
	kref_get(&ch->ref);	/* the timeout's */
	schedule_delayed_work(&ch->accept_timeout, VSYSBACK_ACCEPT_TIMEOUT);
	spin_lock(&vsysback_accept_lock);
	list_add_tail(&ch->accept_list, &vsysback_accept_queue);
	spin_unlock(&vsysback_accept_lock);
	wake_up(&vsysback_accept_wait);
	return 0;
unmap:
	vsysback_channel_unmap(ch);
	if (atomic_dec_and_test(&dev->nr_channels))
		wake_up(&dev->channels_wait);
put:
	vsysback_channel_put(ch);
	return err == -EBUSY ? -EUSERS : err;	/* all ids are in use */
}

/* The queue's reference passes to the caller, who becomes the shadow. */
struct vsysback_channel *vsysback_channel_accept(void)
{
	struct vsysback_channel *ch;

	spin_lock(&vsysback_accept_lock);
	ch = list_first_entry_or_null(&vsysback_accept_queue,
				      struct vsysback_channel, accept_list);
	if (ch)
		list_del_init(&ch->accept_list);
	spin_unlock(&vsysback_accept_lock);
	if (!ch)
		return NULL;
	if (cancel_delayed_work(&ch->accept_timeout))
		vsysback_channel_put(ch);
	spin_lock_irq(&ch->lock);
	ch->shadow = get_task_struct(current);
	if (ch->state == VSYSBACK_CHANNEL_WAITING)
		ch->state = VSYSBACK_CHANNEL_ACCEPTED;
	spin_unlock_irq(&ch->lock);
	return ch;
}

/* The first worker is there. */
void vsysback_channel_serving(struct vsysback_channel *ch)
{
	bool first;

	spin_lock_irq(&ch->lock);
	first = ch->state == VSYSBACK_CHANNEL_ACCEPTED;
	if (first)
		ch->state = VSYSBACK_CHANNEL_SERVING;
	spin_unlock_irq(&ch->lock);
	if (first) {
		vsys_server_wake(&ch->ring);
		vsysback_channel_answer(ch, ch->id);
	}
}

/*
 * The client is gone.  close_slot: the control slot to answer, or -1.  A shadow
 * is killed: nothing that it could still do matters to anybody.
 */
void vsysback_channel_end(struct vsysback_channel *ch, int close_slot)
{
	enum vsysback_channel_state was;
	struct task_struct *shadow;
	int refused = -1;

	spin_lock_irq(&ch->lock);
	was = ch->state;
	ch->ended = true;
	if (close_slot >= 0) {
		if (ch->close_slot < 0)
			ch->close_slot = close_slot;
		else
			refused = close_slot;	/* closed twice */
	}
	if (was != VSYSBACK_CHANNEL_DEAD)
		ch->state = VSYSBACK_CHANNEL_ENDING;
	shadow = ch->shadow;
	if (shadow)
		get_task_struct(shadow);
	spin_unlock_irq(&ch->lock);

	if (refused >= 0)
		vsysback_device_reply(ch->dev, refused, -EALREADY);
	if (was == VSYSBACK_CHANNEL_DEAD) {
		vsysback_channel_teardown(ch);
	} else if (vsysback_channel_unqueue(ch)) {
		if (cancel_delayed_work(&ch->accept_timeout))
			vsysback_channel_put(ch);
		vsysback_channel_answer(ch, -ECANCELED);
		vsysback_channel_teardown(ch);
		vsysback_channel_put(ch);	/* the queue's */
	} else if (shadow) {
		send_sig(SIGKILL, shadow, 1);
		wake_up_all(&ch->manager_wait);
	}
	if (shadow)
		put_task_struct(shadow);
}

/* The shadow's file is released: no thread of it is left. */
void vsysback_channel_dead(struct vsysback_channel *ch)
{
	enum vsysback_channel_state was;
	bool ended;

	spin_lock_irq(&ch->lock);
	was = ch->state;
	ch->state = VSYSBACK_CHANNEL_ENDING;	/* no more requests */
	spin_unlock_irq(&ch->lock);

	vsysback_poll_disarm_all(ch);
	vsysback_manage_flush(ch);
	__atomic_store_n(&ch->ring.head->server, VSYS_SERVER_DEAD,
			 __ATOMIC_SEQ_CST);
	vsysback_channel_ring(ch);
	if (was != VSYSBACK_CHANNEL_SERVING)
		vsysback_channel_answer(ch, -EAGAIN);
	spin_lock_irq(&ch->lock);
	ch->state = VSYSBACK_CHANNEL_DEAD;
	ended = ch->ended;
	spin_unlock_irq(&ch->lock);
	if (ended || was == VSYSBACK_CHANNEL_ACCEPTED)
		vsysback_channel_teardown(ch);
	vsysback_channel_put(ch);
}
