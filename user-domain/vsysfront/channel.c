// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channel: what one process shares with one service domain.
 *
 * Its owner is a process, known by its mm: a child made by fork has another,
 * and so has the same process after exec.
 */
#include "channel.h"
#include "arena.h"
#include "control.h"
#include "counting/counting.h"
#include "creds.h"
#include "device.h"
#include "memory.h"
#include "poll.h"
#include "quota.h"
#include "ring.h"
#include "sandbox.h"
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <virtuos/ring.h>

/* Slots of the kernel's that calls which may block leave alone. */
#define FRONT_SPARE_SLOTS	4

/* Arenas are placed a largest arena apart. */
#define FRONT_ARENA_STRIDE	((u64)VSYS_REGIONS_MAX * VSYS_SLOT_ARENA_MAX)
#define FRONT_ARENA_PLACES \
	((u32)((VSYS_ARENA_HIGH - VSYS_ARENA_LOW) / FRONT_ARENA_STRIDE))

static DEFINE_HASHTABLE(front_owners, 8);	/* by mm */
static DEFINE_SPINLOCK(front_owners_lock);
static struct workqueue_struct *front_channel_wq;
/*
 * The ends of channels: so many at a time, for each takes a control slot until
 * its shadow has ended, and others want to open meanwhile.
 */
static struct workqueue_struct *front_close_wq;
#define FRONT_CLOSES	4

/* ---- References ----------------------------------------------------------- */

static void front_channel_free(struct kref *kref)
{
	struct front_channel *ch = container_of(kref, struct front_channel,
						kref);

	front_counting_free(ch);
	front_user_put(ch->user);
	put_pid(ch->owner);
	front_device_put(ch->dev);
	kfree(ch);
}

void front_channel_get(struct front_channel *ch)
{
	kref_get(&ch->kref);
}

/* May sleep. */
void front_channel_put(struct front_channel *ch)
{
	kref_put(&ch->kref, front_channel_free);
}

/* Keeps the shadow and the shared memory; false when they are gone. */
bool front_channel_use(struct front_channel *ch)
{
	return atomic_inc_not_zero(&ch->uses);
}

/* The last user's departure ends the shadow, behind its back. */
void front_channel_unuse(struct front_channel *ch)
{
	if (atomic_dec_and_test(&ch->uses))
		queue_work(front_close_wq, &ch->close_work);
}

bool front_channel_alive(struct front_channel *ch)
{
	return !READ_ONCE(ch->dev->dead) && !front_ring_dead(&ch->kernel);
}

/* The kernel's slots are numbered behind the program's, as regions are. */
struct vsys_slot *front_channel_slot(struct front_channel *ch, u32 region)
{
	if (region < ch->nr_slots)
		return &ch->program.ring.slots[region];
	return front_ring_slot(&ch->kernel, region - ch->nr_slots);
}

/* One of the program's, which it has filled. */
void front_channel_submit(struct front_channel *ch, u32 slot)
{
	if (vsys_slot_submit(&ch->program.ring, slot))
		front_ring_bell(&ch->kernel);
}

/* ---- What it takes ----------------------------------------------------------- */

/* As the owner has it; others, who hold a placeholder, go by what it had last. */
static u64 front_channel_memlock(struct front_channel *ch)
{
	if (current->mm == ch->mm)
		WRITE_ONCE(ch->memlock, capable(CAP_IPC_LOCK) ? U64_MAX :
				rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT);
	return READ_ONCE(ch->memlock);
}

/*
 * Pinned memory, as RDMA's is, and not locked: that would want the lock of the
 * owner's memory, with which the owner can let others wait for ever.
 */
static int front_channel_pin(struct front_channel *ch, u32 pages)
{
	atomic64_t *pinned = &ch->mm->pinned_vm;

	if (atomic64_add_return(pages, pinned) <= front_channel_memlock(ch))
		return 0;
	atomic64_sub(pages, pinned);
	return -ENOMEM;
}

/*
 * Pages that are about to be granted: pinned memory of the process, and of what
 * the user may have.  ENOMEM; ENOSPC: there is no more for programs.
 */
int front_channel_charge(struct front_channel *ch, u32 pages)
{
	int err = front_quota_charge(ch->user, FRONT_PAGES, pages);

	if (err)
		return err == -EDQUOT ? -ENOMEM : err;
	err = front_channel_pin(ch, pages);
	if (err) {
		front_quota_return(ch->user, FRONT_PAGES, pages);
		return err;
	}
	ch->nr_pages += pages;
	atomic_add(pages, &ch->dev->nr_pages);
	return 0;
}

void front_channel_return(struct front_channel *ch, u32 pages)
{
	ch->nr_pages -= pages;
	atomic_sub(pages, &ch->dev->nr_pages);
	atomic64_sub(pages, &ch->mm->pinned_vm);
	front_quota_return(ch->user, FRONT_PAGES, pages);
}

/* ---- Ending ---------------------------------------------------------------- */

/* Gives back the memory; the channel is known to nobody any more. */
static void front_channel_release(struct front_channel *ch)
{
	/* No interrupt from here on, and no work that one has left behind. */
	if (ch->kernel.irq)
		disable_irq(ch->kernel.irq);
	cancel_work_sync(&ch->wake_work);
	front_ring_unbind(&ch->kernel, ch);
	if (ch->regions)
		front_arena_free(ch);
	front_poll_free(ch);
	front_memory_free(&ch->program);
	front_ring_free(&ch->kernel);
	front_channel_return(ch, ch->nr_pages);
	front_quota_return(ch->user, FRONT_CHANNELS, 1);
	free_page((unsigned long)ch->local);
	ch->local = NULL;
	xa_destroy(&ch->remotes);
	front_creds_free(ch);
	mmdrop(ch->mm);
	front_channel_put(ch);
}

static void front_channel_forget(struct front_channel *ch)
{
	struct front_device *dev = ch->dev;

	ch->announced = false;
	spin_lock(&front_owners_lock);
	hash_del(&ch->by_owner);
	spin_unlock(&front_owners_lock);
	spin_lock(&dev->lock);
	dev->closed_calls += front_channel_calls(ch);
	dev->closed_bells += atomic64_read(&ch->kernel.bells);
	dev->nr_channels--;
	list_del(&ch->node);
	spin_unlock(&dev->lock);
}

/*
 * Nobody uses it any more.  A CLOSE that is not answered leaves it to
 * front_channel_finish(), which comes here again.
 */
static void front_channel_close_work(struct work_struct *work)
{
	struct front_channel *ch = container_of(work, struct front_channel,
						close_work);
	u64 args[4] = { ch->id };
	bool lost = false;
	s64 ret = 0;

	if (ch->id >= 0) {
		front_counting_closing(ch);
		ret = front_control_channel(ch, VSYS_CONTROL_CLOSE, args, NULL,
					    0, &lost);
	}
	if (lost)
		return;			/* it may be gone by now */
	if (ret == -ETIMEDOUT) {	/* not even asked: no slot was free */
		front_channel_finish(ch);
		return;
	}
	front_counting_closed(ch);
	if (ch->announced)
		front_channel_forget(ch);
	front_channel_release(ch);
}

/* Atomic. A request that was given up has its answer, or will have none. */
void front_channel_finish(struct front_channel *ch)
{
	queue_work(front_close_wq, &ch->close_work);
}

/* Atomic. Nobody will answer: wakes all who wait, in calls or in poll. */
void front_channel_kill(struct front_channel *ch)
{
	front_ring_kill(&ch->kernel);
	front_counting_died(ch);
	front_poll_wake_all(ch);
}

/* ---- The program's ring is given up ------------------------------------------- */

static void front_channel_retire_work(struct work_struct *work)
{
	struct front_channel *ch = container_of(work, struct front_channel,
						retire_work);
	u64 args[4] = { ch->id };
	s64 ret;

	do
		ret = front_control_request(ch->dev, VSYS_CONTROL_RETIRE, args,
					    NULL, 0, FRONT_PATIENCE);
	while (ret == -ETIMEDOUT && front_channel_alive(ch));
	front_channel_unuse(ch);
}

/*
 * Atomic.  B serves the program's slots no more, whatever the program does with
 * its mappings; placeholders go on.  The caller uses the channel.
 */
void front_channel_retire(struct front_channel *ch)
{
	if (xchg(&ch->kernel.retired, true))
		return;
	front_ring_retire(&ch->kernel);
	pr_info_ratelimited("process %d is in a sandbox: its channel to %s is served no more\n",
			    ch->tgid, ch->dev->service);
	if (!WARN_ON_ONCE(!front_channel_use(ch)))
		queue_work(front_channel_wq, &ch->retire_work);
}

/* Is the current thread in a sandbox, or was one of its process? */
bool front_channel_sandboxed(struct front_channel *ch)
{
	if (READ_ONCE(ch->kernel.retired))
		return true;
	if (likely(!front_sandbox_binds(ch->dev->class)))
		return false;
	front_channel_retire(ch);
	return true;
}

/* ---- The doorbell --------------------------------------------------------------- */

/* Wakes everybody, which takes too long for an interrupt; and ends that. */
static void front_channel_wake_work(struct work_struct *work)
{
	struct front_channel *ch = container_of(work, struct front_channel,
						wake_work);
	bool due;

	if (front_ring_dead(&ch->kernel))
		front_counting_died(ch);
	due = front_poll_wake_all(ch);
	if (xchg(&ch->eoi_owed, false))
		front_ring_eoi(&ch->kernel, due);
}

/*
 * ring.lock held: a call that was given up has been answered.  It may have been
 * a POLL, whose answer nobody saw, or one that found no slot: all ask again.
 */
static void front_channel_reclaim(struct front_ring *ring, u32 slot, s64 ret)
{
	struct front_channel *ch = container_of(ring, struct front_channel,
						kernel);

	queue_work(front_channel_wq, &ch->wake_work);
}

/* irq: B says that a slot has its answer; does anybody sleep on it? */
static bool front_channel_answered(struct front_channel *ch, u32 region)
{
	if (region >= ch->nr_slots + VSYS_SLOTS_KERNEL)
		return false;		/* B made it up */
	return front_ring_answered(&ch->kernel, front_channel_slot(ch, region));
}

/*
 * irq: takes what B put on the event ring, a ring full at most; says whether
 * any of it was due.  An overflow, or an index that makes no sense: all is set,
 * and everybody is to be woken, but pollers not in an interrupt.
 */
static bool front_channel_drain(struct front_channel *ch, bool *all)
{
	bool due = false;
	u32 event, i;
	int got;

	for (i = 0; i < VSYS_EVENTS; i++) {
		got = vsys_event_get(&ch->kernel.memory.ring, &ch->event_cons,
				     &event);
		if (got <= 0) {
			*all = got < 0;
			break;
		}
		if (event & VSYS_EVENT_ANSWER)
			due |= front_channel_answered(
				ch, event & ~VSYS_EVENT_ANSWER);
		else
			due |= front_poll_event(ch, event);
	}
	return due;
}

/* The work's end, or this one's, is the interrupt's. */
static irqreturn_t front_channel_irq(int irq, void *data)
{
	struct front_channel *ch = data;
	bool all = false, useful = front_channel_drain(ch, &all);

	/* One that does not name its answers lets all sleepers be looked at. */
	useful |= front_ring_wake(&ch->kernel, all ||
			!(ch->dev->features & VSYS_FEATURE_ANSWERS));
	useful |= front_counting_bell(ch);
	if (!all && !front_ring_dead(&ch->kernel)) {
		front_ring_eoi(&ch->kernel, useful);
		return IRQ_HANDLED;
	}
	WRITE_ONCE(ch->eoi_owed, true);
	queue_work(front_channel_wq, &ch->wake_work);
	return IRQ_HANDLED;
}

/* ---- Beginning --------------------------------------------------------------- */

/* A place for the arena: the wish, or one where the process has nothing. */
static int front_channel_place(u64 wish, u32 nr_slots, u64 *base)
{
	static atomic_t next;
	u64 size = (u64)(nr_slots + VSYS_SLOTS_KERNEL) * VSYS_SLOT_ARENA_MAX;
	struct mm_struct *mm = current->mm;
	bool taken = true;
	u32 i;

	if (wish) {
		*base = wish;
		return wish % VSYS_SLOT_ARENA_MAX || wish < VSYS_ARENA_LOW ||
		       wish > VSYS_ARENA_HIGH - size ? -EINVAL : 0;
	}
	mmap_read_lock(mm);
	for (i = 0; taken && i < FRONT_ARENA_PLACES; i++) {
		*base = VSYS_ARENA_LOW + FRONT_ARENA_STRIDE *
			((u32)atomic_inc_return(&next) % FRONT_ARENA_PLACES);
		taken = find_vma_intersection(mm, *base, *base + size);
	}
	mmap_read_unlock(mm);
	return taken ? -ENOMEM : 0;
}

static int front_channel_slots(u32 wish)
{
	if (!wish)
		return VSYS_SLOTS_DEFAULT;
	return clamp_t(u32, round_up(min(wish, VSYS_SLOTS_MAX),
				     VSYS_SLOTS_PER_PAGE),
		       VSYS_SLOTS_MIN, VSYS_SLOTS_MAX);
}

static struct front_channel *front_channel_alloc(struct front_device *dev,
						 u32 nr_slots, u64 base)
{
	struct front_channel *ch = kzalloc(sizeof(*ch), GFP_KERNEL_ACCOUNT);

	if (!ch)
		return NULL;
	ch->user = front_user_get();
	if (!ch->user) {
		kfree(ch);
		return NULL;
	}
	kref_init(&ch->kref);
	atomic_set(&ch->uses, 1);
	front_device_get(dev);
	ch->dev = dev;
	ch->mm = current->mm;
	mmgrab(ch->mm);
	ch->owner = get_task_pid(current, PIDTYPE_TGID);
	ch->tgid = current->tgid;
	ch->id = -1;
	ch->nr_slots = nr_slots;
	ch->arena_base = base;
	mutex_init(&ch->grow);
	mutex_init(&ch->creds_lock);
	xa_init_flags(&ch->remotes, XA_FLAGS_LOCK_IRQ);
	init_waitqueue_head(&ch->remotes_wait);
	INIT_WORK(&ch->wake_work, front_channel_wake_work);
	INIT_WORK(&ch->close_work, front_channel_close_work);
	INIT_WORK(&ch->retire_work, front_channel_retire_work);
	return ch;
}

static int front_channel_memory(struct front_channel *ch)
{
	int err;

	err = front_ring_init(&ch->kernel, ch->dev->domid, VSYS_SLOTS_KERNEL,
			      ch->arena_base);
	if (!err)
		err = front_memory_init(&ch->program, ch->dev->domid,
					ch->nr_slots, ch->arena_base);
	if (!err)
		err = front_poll_init(ch);
	if (err)
		return err;
	ch->kernel.own_spare = FRONT_SPARE_SLOTS;
	ch->kernel.reclaim = front_channel_reclaim;
	ch->local = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	ch->regions = kvcalloc(ch->nr_slots + VSYS_SLOTS_KERNEL,
			       sizeof(*ch->regions), GFP_KERNEL_ACCOUNT);
	if (!ch->local || !ch->regions)
		return -ENOMEM;
	return front_ring_bind(&ch->kernel, front_channel_irq, "vsys", ch);
}

static int front_channel_describe(struct front_channel *ch,
				  struct vsys_open *open)
{
	const grant_ref_t *refs = ch->program.refs;
	u32 i;

	open->version = VSYS_VERSION;
	open->nr_slots = ch->nr_slots;
	open->arena_base = ch->arena_base;
	open->head_ref = refs[0];
	for (i = 0; i < ch->nr_slots / VSYS_SLOTS_PER_PAGE; i++)
		open->slot_refs[i] = refs[1 + i];
	open->kernel_head_ref = ch->kernel.memory.refs[0];
	open->kernel_slot_ref = ch->kernel.memory.refs[1];
	open->ready_ref = ch->ready_ref;
	open->event_channel = ch->kernel.port;
	open->pid = ch->tgid;
	strscpy_pad(open->comm, current->comm, sizeof(open->comm));
	ch->cred = get_current_cred();
	return front_creds_fill(&open->creds);
}

/* Asks the service domain for a shadow. */
static int front_channel_request(struct front_channel *ch, bool *lost)
{
	struct vsys_open *open = kzalloc(sizeof(*open), GFP_KERNEL);
	const u64 args[4] = { };
	s64 ret;

	if (!open)
		return -ENOMEM;
	ret = front_channel_describe(ch, open);
	if (!ret)
		ret = front_user_turn(ch->user);
	if (!ret) {
		ret = front_control_channel(ch, VSYS_CONTROL_OPEN, args, open,
					    sizeof(*open), lost);
		front_user_turn_end(ch->user);
	}
	kfree(open);
	if (ret < 0)
		return ret;
	ch->id = ret;
	return 0;
}

/* Its share is taken first; a channel that got none is not one. */
static int front_channel_begin(struct front_channel *ch, bool *lost)
{
	u32 pages = 2 + front_poll_has_words(ch->dev) +
		    (ch->nr_slots + VSYS_SLOTS_KERNEL) / VSYS_SLOTS_PER_PAGE;
	int err;

	err = front_channel_charge(ch, pages);
	if (!err)
		err = front_channel_memory(ch);
	return err ?: front_channel_request(ch, lost);
}

/* From now on others find it: the device's end, statistics, closes. */
static void front_channel_announce(struct front_channel *ch)
{
	struct front_device *dev = ch->dev;

	ch->announced = true;
	spin_lock(&front_owners_lock);
	hash_add(front_owners, &ch->by_owner, (unsigned long)ch->mm);
	spin_unlock(&front_owners_lock);
	spin_lock(&dev->lock);
	list_add(&ch->node, &dev->channels);
	dev->nr_channels++;
	/* Pairs with the walk in front_device_kill(), after it set dead. */
	if (READ_ONCE(dev->dead))
		front_channel_kill(ch);
	spin_unlock(&dev->lock);
}

static struct front_channel *front_channel_make(struct front_device *dev,
						u32 nr_slots, u64 wish)
{
	struct front_channel *ch;
	u64 base;
	int err;

	if (front_sandbox_binds_opening(dev->class))
		return ERR_PTR(-EACCES);
	err = front_channel_place(wish, nr_slots, &base);
	if (err)
		return ERR_PTR(err);
	ch = front_channel_alloc(dev, nr_slots, base);
	if (!ch)
		return ERR_PTR(-ENOMEM);
	err = front_quota_charge(ch->user, FRONT_CHANNELS, 1);
	if (!err)
		return ch;
	mmdrop(ch->mm);
	front_channel_put(ch);
	return ERR_PTR(err == -EDQUOT ? err : -EUSERS);
}

/* Opens a channel for the current process; the caller is its first user. */
struct front_channel *front_channel_open(struct vsys_front_open *open)
{
	struct front_device *dev;
	struct front_channel *ch;
	bool lost = false;
	int err;

	open->service[VSYS_SERVICE_NAME_MAX - 1] = 0;
	dev = front_device_find(open->service, open->class);
	if (IS_ERR(dev))
		return ERR_CAST(dev);
	ch = front_channel_make(dev, front_channel_slots(open->nr_slots),
				open->arena_base);
	front_device_put(dev);		/* the channel has its own reference */
	if (IS_ERR(ch))
		return ch;
	front_channel_get(ch);		/* it may be finished behind our back */
	err = front_channel_begin(ch, &lost);
	if (err && !lost)
		front_channel_release(ch);
	if (!err) {
		front_channel_announce(ch);
		front_counting_opened(ch);
		open->class = ch->dev->class;
		open->nr_slots = ch->nr_slots;
		open->arena_base = ch->arena_base;
		open->sandboxes = front_sandbox_allowed();
		open->features = ch->dev->features;
	}
	front_channel_put(ch);
	return err ? ERR_PTR(err) : ch;
}

/* ---- Owners --------------------------------------------------------------------- */

/* device.lock held, or the channel is the caller's. */
u64 front_channel_calls(struct front_channel *ch)
{
	u64 calls = atomic64_read(&ch->calls);
	u32 i;

	for (i = 0; i < ch->nr_slots; i++)
		calls += READ_ONCE(ch->local->calls[i]);
	return calls;
}

/*
 * The current process closes a descriptor of a service's.  Its library learns
 * from the count that its table may be out of date.
 */
void front_channel_note_close(const char *service)
{
	struct mm_struct *mm = current->mm;
	struct front_channel *ch;

	if (!mm)
		return;
	spin_lock(&front_owners_lock);
	hash_for_each_possible(front_owners, ch, by_owner, (unsigned long)mm)
		if (ch->mm == mm && !strcmp(ch->dev->service, service))
			atomic64_inc((atomic64_t *)&ch->local->closes);
	spin_unlock(&front_owners_lock);
}

/* The current process's channel on a device, with a use; or NULL. */
struct front_channel *front_channel_mine(struct front_device *dev)
{
	struct mm_struct *mm = current->mm;
	struct front_channel *ch, *found = NULL;

	if (!mm)
		return NULL;
	spin_lock(&front_owners_lock);
	hash_for_each_possible(front_owners, ch, by_owner, (unsigned long)mm) {
		if (ch->mm != mm || ch->dev != dev || !front_channel_use(ch))
			continue;
		found = ch;
		break;
	}
	spin_unlock(&front_owners_lock);
	return found;
}

/* A process's channels, each with a use. */
u32 front_channel_owned(struct mm_struct *mm, struct front_channel **found,
			u32 max)
{
	struct front_channel *ch;
	u32 nr = 0;

	spin_lock(&front_owners_lock);
	hash_for_each_possible(front_owners, ch, by_owner, (unsigned long)mm)
		if (ch->mm == mm && nr < max && front_channel_use(ch))
			found[nr++] = ch;
	spin_unlock(&front_owners_lock);
	return nr;
}

int front_channel_init(void)
{
	front_channel_wq = alloc_workqueue("vsysfront", WQ_UNBOUND, 0);
	if (!front_channel_wq)
		return -ENOMEM;
	front_close_wq = alloc_workqueue("vsysfront-close", WQ_UNBOUND,
					 FRONT_CLOSES);
	if (front_close_wq)
		return 0;
	destroy_workqueue(front_channel_wq);
	return -ENOMEM;
}

void front_channel_exit(void)
{
	/* What retires a channel may be its last user. */
	flush_workqueue(front_channel_wq);
	destroy_workqueue(front_close_wq);
	destroy_workqueue(front_channel_wq);
}
