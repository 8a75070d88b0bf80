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
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <virtuos/vsys.h>

#include "accept.h"
#include "bell.h"
#include "channel.h"
#include "charge.h"
#include "control.h"
#include "counting/counting.h"
#include "creds.h"
#include "device.h"
#include "manage.h"
#include "map.h"
#include "poll.h"
#include "quota.h"
#include "stats.h"
#include "worker.h"

/* A client that no shadow takes in this time is refused. */
#define BACK_ACCEPT_TIMEOUT (10 * HZ)

static void back_channel_free(struct kref *ref)
{
	struct back_channel *ch = container_of(ref, struct back_channel, ref);

	if (ch->shadow)
		put_task_struct(ch->shadow);
	xa_destroy(&ch->polls);
	xa_destroy(&ch->shared);
	back_creds_free(ch);
	back_counting_channel_free(ch);
	if (ch->user)
		back_user_put(ch->user);
	back_device_put(ch->dev);
	bitmap_free(ch->growing);
	kfree(ch->granted);
	kfree(ch);
}

void back_channel_put(struct back_channel *ch)
{
	kref_put(&ch->ref, back_channel_free);
}

struct back_channel *back_channel_get(struct back_device *dev, u64 id)
{
	struct back_channel *ch;

	if (id >= VSYS_CHANNELS_MAX)
		return NULL;
	xa_lock(&dev->channels);
	ch = xa_load(&dev->channels, id);
	if (ch)
		kref_get(&ch->ref);
	xa_unlock(&dev->channels);
	return ch;
}

/*
 * Nobody polls any more, on both rings; false: a call slipped in.  The lock keeps
 * the program's server word from changing once more after it was DEAD.
 */
bool back_channel_sleep(struct back_channel *ch)
{
	unsigned long flags;
	bool asleep;

	spin_lock_irqsave(&ch->lock, flags);
	asleep = ch->retired || vsys_server_sleep(&ch->program);
	if (asleep && !vsys_server_sleep(&ch->kernel)) {
		asleep = false;
		if (!ch->retired)
			vsys_server_wake(&ch->program);
	}
	ch->asleep = asleep;
	spin_unlock_irqrestore(&ch->lock, flags);
	if (asleep) {
		back_stats_count(ch->dev, sleeps);
		back_bell_end(&ch->bell);
	}
	return asleep;
}

/* Somebody polls from now on.  Under ch->lock. */
void back_channel_wake(struct back_channel *ch)
{
	ch->asleep = false;
	vsys_server_wake(&ch->kernel);
	if (!ch->retired)
		vsys_server_wake(&ch->program);
}

/* Control request RETIRE; what its slots hold is finished, or never begun. */
void back_channel_retire(struct back_channel *ch)
{
	spin_lock_irq(&ch->lock);
	if (ch->state <= BACK_CHANNEL_SERVING) {
		WRITE_ONCE(ch->retired, true);
		vsys_server_die(&ch->program);
	}
	spin_unlock_irq(&ch->lock);
}

static irqreturn_t back_channel_interrupt(int irq, void *data)
{
	struct back_channel *ch = data;

	back_bell_rang(&ch->bell);
	back_worker_wake(ch);
	return IRQ_HANDLED;
}

/* A head and the slots behind it, in a row. */
static int back_channel_map_ring(struct back_channel *ch,
				 struct back_mapping *pages, u32 head,
				 const u32 *slots, u32 nr_slots,
				 struct vsys_ring *ring)
{
	grant_ref_t refs[1 + VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
	u32 nr = nr_slots / VSYS_SLOTS_PER_PAGE;
	int err;

	BUILD_BUG_ON(ARRAY_SIZE(refs) > BACK_MAP_PAGES);
	refs[0] = head;
	memcpy(refs + 1, slots, nr * sizeof(*refs));
	err = back_map(pages, ch->dev->frontend, refs, 1 + nr);
	if (err)
		return err;
	ring->head = pages->address;
	ring->slots = pages->address + VSYS_PAGE_SIZE;
	ring->nr_slots = nr_slots;
	return 0;
}

static bool back_channel_has_words(const struct back_device *dev)
{
	return dev->features & VSYS_FEATURE_READY;
}

static int back_channel_map_ready(struct back_channel *ch, u32 ref)
{
	int err;

	if (!back_channel_has_words(ch->dev))
		return 0;
	err = back_map(&ch->ready_page, ch->dev->frontend, &ref, 1);
	if (!err)
		ch->ready = ch->ready_page.address;
	return err;
}

static void back_channel_unmap_ready(struct back_channel *ch)
{
	if (ch->ready)
		back_unmap(&ch->ready_page);
	ch->ready = NULL;
}

static int back_channel_bind(struct back_channel *ch, u32 port)
{
	int irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		ch->dev->xdev, port, back_channel_interrupt, 0,
		"vsysback-channel", ch);

	if (irq == -ENOSPC)
		pr_err_ratelimited("vsysback: out of event channels: raise max_event_channels in this domain's xl config\n");
	if (irq < 0)
		return irq;
	ch->bell.irq = irq;
	return 0;
}

static int back_channel_map(struct back_channel *ch,
			    const struct vsys_open *open)
{
	int err;

	err = back_channel_map_ring(ch, &ch->program_pages, open->head_ref,
				    open->slot_refs, open->nr_slots, &ch->program);
	if (err)
		return err;
	err = back_channel_map_ring(
		ch, &ch->kernel_pages, open->kernel_head_ref,
		&open->kernel_slot_ref, VSYS_SLOTS_KERNEL, &ch->kernel);
	if (err)
		goto unmap_ring;
	err = back_channel_map_ready(ch, open->ready_ref);
	if (err)
		goto unmap_kernel;
	err = back_channel_bind(ch, open->event_channel);
	if (!err)
		return 0;
	back_channel_unmap_ready(ch);
unmap_kernel:
	back_unmap(&ch->kernel_pages);
unmap_ring:
	back_unmap(&ch->program_pages);
	return err;
}

static void back_channel_unmap(struct back_channel *ch)
{
	unbind_from_irqhandler(ch->bell.irq, ch);
	back_channel_unmap_ready(ch);
	back_unmap(&ch->kernel_pages);
	back_unmap(&ch->program_pages);
}

/* Forget it, once: the entry in the table says who is first. */
static void back_channel_teardown(struct back_channel *ch)
{
	struct back_device *dev = ch->dev;

	/* Not xa_erase(): the id may be another channel's by now. */
	if (xa_cmpxchg(&dev->channels, ch->id, ch, NULL, GFP_KERNEL) != ch)
		return;
	back_counting_channel_end(ch);
	back_channel_unmap(ch);
	/* What no shadow was there to do, or will be. */
	back_manage_flush(ch);
	back_charge_return_all(ch);
	if (ch->close_slot >= 0)
		back_control_reply(dev, ch->close_slot, 0);
	if (atomic_dec_and_test(&dev->nr_channels))
		wake_up(&dev->channels_wait);
	back_channel_put(ch);
}

/*
 * Answer OPEN, if that is still to be done.  An errno comes after the teardown:
 * what F has granted is its own again.
 */
static void back_channel_answer(struct back_channel *ch, s64 ret)
{
	int slot;

	spin_lock_irq(&ch->lock);
	slot = ch->open_slot;
	ch->open_slot = -1;
	spin_unlock_irq(&ch->lock);
	if (slot >= 0)
		back_control_reply(ch->dev, slot, ret);
}

static void back_channel_timeout(struct work_struct *work)
{
	struct back_channel *ch =
		container_of(work, struct back_channel, accept_timeout.work);

	if (back_accept_remove(ch)) {
		pr_warn_ratelimited("vsysback: no shadow for %.16s (%u of domain %u); is vsysd running?\n",
				    ch->comm, ch->pid, ch->dev->frontend);
		/* The lock: whoever has seen it alive has written by now. */
		spin_lock_irq(&ch->lock);
		ch->state = BACK_CHANNEL_DEAD;
		spin_unlock_irq(&ch->lock);
		back_channel_teardown(ch);
		back_channel_answer(ch, -EAGAIN);
		back_channel_put(ch);	/* the queue's */
	}
	back_channel_put(ch);		/* the work's */
}

static int back_channel_check(const struct vsys_open *open)
{
	u64 size = (u64)(open->nr_slots + VSYS_SLOTS_KERNEL) *
		   VSYS_SLOT_ARENA_MAX;

	if (open->version != VSYS_VERSION)
		return -EINVAL;
	if (open->nr_slots < VSYS_SLOTS_MIN ||
	    open->nr_slots > VSYS_SLOTS_MAX || open->nr_slots % 64)
		return -EPROTO;
	if (open->arena_base % VSYS_SLOT_ARENA_MAX ||
	    open->arena_base < VSYS_ARENA_LOW ||
	    open->arena_base > VSYS_ARENA_HIGH - size)
		return -EPROTO;
	return back_creds_check(&open->creds);
}

/* A name that any process may choose: a terminal must not act on it. */
static void back_channel_name(struct back_channel *ch, const u8 *comm)
{
	int i;

	for (i = 0; i < VSYS_COMM_MAX - 1 && comm[i]; i++)
		ch->comm[i] = isascii(comm[i]) && isprint(comm[i]) ?
				      comm[i] : '?';
}

static void back_channel_init(struct back_channel *ch)
{
	kref_init(&ch->ref);
	ch->close_slot = -1;
	ch->wanted = BACK_WORKER_WANTED;
	ch->start_after = jiffies;
	spin_lock_init(&ch->lock);
	spin_lock_init(&ch->event_lock);
	mutex_init(&ch->poll_lock);
	mutex_init(&ch->creds_lock);
	INIT_LIST_HEAD(&ch->idle);
	INIT_LIST_HEAD(&ch->workers);
	INIT_LIST_HEAD(&ch->jobs);
	INIT_LIST_HEAD(&ch->accept_list);
	init_waitqueue_head(&ch->manager_wait);
	xa_init(&ch->polls);
	xa_init(&ch->shared);
	INIT_DELAYED_WORK(&ch->accept_timeout, back_channel_timeout);
}

/* Put, not freed, after a failure. */
static struct back_channel *back_channel_alloc(struct back_device *dev,
					       u32 open_slot,
					       const struct vsys_open *open)
{
	u32 regions = open->nr_slots + VSYS_SLOTS_KERNEL;
	struct back_channel *ch = kzalloc(sizeof(*ch), GFP_KERNEL);

	if (!ch)
		return NULL;
	back_channel_init(ch);
	ch->dev = back_device_get(dev);
	ch->arena_base = open->arena_base;
	ch->pid = open->pid;
	back_channel_name(ch, open->comm);
	ch->open_slot = open_slot;
	ch->granted = kcalloc(regions, sizeof(*ch->granted), GFP_KERNEL);
	ch->growing = bitmap_zalloc(regions, GFP_KERNEL);
	ch->identity = back_identity_make(&open->creds);
	ch->user = back_user_get(dev, open->creds.uid);
	ch->process.umask = open->creds.umask & 0777;
	ch->process.files = open->creds.rlimit_nofile;
	ch->process.fsize = open->creds.rlimit_fsize;
	ch->process_changed = true;
	if (ch->granted && ch->growing && ch->identity && ch->user &&
	    !back_counting_channel_make(ch))
		return ch;
	back_channel_put(ch);
	return NULL;
}

/* What the quotas allow is taken; unmap and give back undo it. */
static int back_channel_fit(struct back_channel *ch,
			    const struct vsys_open *open)
{
	u32 pages = 2 + back_channel_has_words(ch->dev) +
		    (open->nr_slots + VSYS_SLOTS_KERNEL) / VSYS_SLOTS_PER_PAGE;
	int err;

	err = back_quota_charge(ch, BACK_CHANNELS, 1);
	if (err)
		return err;
	err = back_pages_charge(ch, pages);
	if (!err)
		err = back_channel_map(ch, open);
	if (err)
		back_charge_return_all(ch);
	return err;
}

/* Map a client's channel and queue it for a shadow; open_slot: to answer. */
int back_channel_open(struct back_device *dev, u32 open_slot,
		      const struct vsys_open *open)
{
	struct back_channel *ch;
	int err;

	err = back_channel_check(open);
	if (err)
		return err;
	ch = back_channel_alloc(dev, open_slot, open);
	if (!ch)
		return -ENOMEM;
	err = back_channel_fit(ch, open);
	if (err)
		goto put;
	atomic_inc(&dev->nr_channels);
	err = xa_alloc(&dev->channels, &ch->id, ch,
		       XA_LIMIT(0, VSYS_CHANNELS_MAX - 1), GFP_KERNEL);
	if (err)
		goto unmap;
	kref_get(&ch->ref);	/* the table has the first; this is the queue's */
	kref_get(&ch->ref);	/* the timeout's */
	schedule_delayed_work(&ch->accept_timeout, BACK_ACCEPT_TIMEOUT);
	back_accept_add(ch);
	return 0;
unmap:
	back_channel_unmap(ch);
	back_charge_return_all(ch);
	if (atomic_dec_and_test(&dev->nr_channels))
		wake_up(&dev->channels_wait);
put:
	back_channel_put(ch);
	return err == -EBUSY ? -EUSERS : err;	/* all ids are in use */
}

/* The queue's reference passes to the caller, who becomes the shadow. */
struct back_channel *back_channel_accept(void)
{
	struct back_channel *ch = back_accept_next();

	if (!ch)
		return NULL;
	if (cancel_delayed_work(&ch->accept_timeout))
		back_channel_put(ch);
	spin_lock_irq(&ch->lock);
	ch->shadow = get_task_struct(current);
	if (ch->state == BACK_CHANNEL_WAITING)
		ch->state = BACK_CHANNEL_ACCEPTED;
	spin_unlock_irq(&ch->lock);
	return ch;
}

/* The first worker is there. */
void back_channel_serving(struct back_channel *ch)
{
	bool first;

	spin_lock_irq(&ch->lock);
	first = ch->state == BACK_CHANNEL_ACCEPTED;
	if (first) {
		ch->state = BACK_CHANNEL_SERVING;
		back_channel_wake(ch);
	}
	spin_unlock_irq(&ch->lock);
	if (first)
		back_channel_answer(ch, ch->id);
}

/*
 * The client is gone.  close_slot: the control slot to answer, or -1.  A shadow
 * is killed: nothing that it could still do matters to anybody.
 */
void back_channel_end(struct back_channel *ch, int close_slot)
{
	enum back_channel_state was;
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
	if (was != BACK_CHANNEL_DEAD)
		ch->state = BACK_CHANNEL_ENDING;
	shadow = ch->shadow;
	if (shadow)
		get_task_struct(shadow);
	spin_unlock_irq(&ch->lock);

	if (refused >= 0)
		back_control_reply(ch->dev, refused, -EALREADY);
	if (was == BACK_CHANNEL_DEAD) {
		back_channel_teardown(ch);
	} else if (back_accept_remove(ch)) {
		if (cancel_delayed_work(&ch->accept_timeout))
			back_channel_put(ch);
		back_channel_teardown(ch);
		back_channel_answer(ch, -ECANCELED);
		back_channel_put(ch);	/* the queue's */
	} else if (shadow) {
		send_sig(SIGKILL, shadow, 1);
		wake_up_all(&ch->manager_wait);
	}
	if (shadow)
		put_task_struct(shadow);
}

/* The shadow's file is released: no thread of it is left. */
void back_channel_dead(struct back_channel *ch)
{
	enum back_channel_state was;
	bool ended;

	spin_lock_irq(&ch->lock);
	was = ch->state;
	ch->state = BACK_CHANNEL_ENDING;	/* no more requests */
	spin_unlock_irq(&ch->lock);

	back_poll_disarm_all(ch);
	back_manage_flush(ch);
	vsys_server_die(&ch->program);
	vsys_server_die(&ch->kernel);
	back_channel_bell(ch);
	spin_lock_irq(&ch->lock);
	ch->state = BACK_CHANNEL_DEAD;
	ended = ch->ended;
	spin_unlock_irq(&ch->lock);
	if (ended || was == BACK_CHANNEL_ACCEPTED)
		back_channel_teardown(ch);
	if (was != BACK_CHANNEL_SERVING)
		back_channel_answer(ch, -EAGAIN);
	back_channel_put(ch);
}
