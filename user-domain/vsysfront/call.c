// SPDX-License-Identifier: GPL-2.0-only
/*
 * Call: a system call that this kernel makes through one of its own slots of a
 * channel, for a placeholder.
 *
 *	err = front_call_begin(&call, ch, bytes, patience);
 *	... fill call.region ...
 *	ret = front_call_make(&call, nr, ...);
 *	... read call.region, check ret ...
 *	front_call_end(&call);
 */
#include "call.h"
#include "arena.h"
#include "channel.h"
#include "counting/counting.h"
#include "device.h"
#include "ring.h"
#include "wait.h"
#include <linux/sched/signal.h>
#include <virtuos/ring.h>

/* How long a cancelled call may take to come back before it is asked again. */
#define FRONT_CANCEL_STEP	msecs_to_jiffies(20)
/* How long is waited for a service domain that did not answer the last time. */
#define FRONT_IMPATIENCE	(HZ / 100 + 1)
/* How long for the answer to a call that has nothing to do. */
#define FRONT_NOP_PATIENCE	(HZ / 2)

static unsigned int front_call_state(enum front_patience patience)
{
	switch (patience) {
	case FRONT_SIGNAL:
		return TASK_INTERRUPTIBLE;
	case FRONT_KILL:
		return TASK_KILLABLE;
	default:
		return TASK_UNINTERRUPTIBLE;
	}
}

static long front_call_timeout(struct front_channel *ch,
			       enum front_patience patience)
{
	if (patience != FRONT_BOUND)
		return MAX_SCHEDULE_TIMEOUT;
	return atomic_read(&ch->unresponsive) ? FRONT_IMPATIENCE :
						     FRONT_PATIENCE;
}

/*
 * A result as it may be handed to programs: B has no business with the codes
 * that exist only within a kernel, or within this module.
 */
s64 front_call_error(s64 ret)
{
	if (ret >= 0)
		return ret;
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)
		return -EINTR;
	return ret <= FRONT_DEAD ? -EIO : ret;
}

/* Begins a call with that many bytes of arena at hand. */
int front_call_begin(struct front_call *call, struct front_channel *ch,
		     u32 bytes, enum front_patience patience)
{
	int slot, err = FRONT_DEAD;

	if (!front_channel_use(ch))
		return FRONT_DEAD;
	if (!front_channel_alive(ch))
		goto unuse;
	slot = front_ring_slot_get(&ch->kernel, patience == FRONT_BOUND,
				   front_call_state(patience),
				   front_call_timeout(ch, patience));
	err = slot;
	if (slot < 0)
		goto unuse;
	err = bytes ? front_arena_grow(ch, ch->nr_slots + slot, bytes) : 0;
	if (err) {
		front_ring_slot_put(&ch->kernel, slot);
		goto unuse;
	}
	call->ch = ch;
	call->slot = slot;
	call->patience = patience;
	call->lost = false;
	call->region = ch->regions[ch->nr_slots + slot];
	return 0;

unuse:
	front_channel_unuse(ch);
	return err;
}

void front_call_end(struct front_call *call)
{
	if (call->lost)
		front_ring_slot_lose(&call->ch->kernel, call->slot);
	else
		front_ring_slot_put(&call->ch->kernel, call->slot);
	front_channel_unuse(call->ch);
}

/* The address, at both ends, of a place in the call's region. */
u64 front_call_address(const struct front_call *call, u32 offset)
{
	return call->ch->arena_base + offset +
	       (u64)(call->ch->nr_slots + call->slot) * VSYS_SLOT_ARENA_MAX;
}

/*
 * A signal came: interrupts the call at the other end and waits for its
 * answer.  B does not know the call before a worker has claimed its slot
 * (ESRCH), so the cancelling is repeated until there is an answer.
 */
static int front_call_cancel(struct front_channel *ch, u32 region)
{
	unsigned long end = jiffies + FRONT_PATIENCE;
	s64 ret;
	int err;

	do {
		ret = front_call_simple(ch, FRONT_BOUND, VSYS_NR_CANCEL,
					region, 0, 0, 0);
		err = front_wait(&ch->kernel, front_channel_slot(ch, region),
				 TASK_UNINTERRUPTIBLE,
				 ret ? 1 : FRONT_CANCEL_STEP);
		if (err != -ETIMEDOUT)
			return err;
	} while ((!ret || ret == -ESRCH) && time_before(jiffies, end));
	return -ETIMEDOUT;
}

/* Does the service domain answer a call that has nothing to do? */
static bool front_call_answered(struct front_channel *ch)
{
	struct front_ring *ring = &ch->kernel;
	int slot = front_ring_slot_get(ring, true, TASK_UNINTERRUPTIBLE,
				       FRONT_IMPATIENCE);
	struct vsys_slot *s;

	if (slot < 0)
		return false;
	s = front_ring_slot(ring, slot);
	s->nr = VSYS_NR_NOP;
	front_ring_submit(ring, slot);
	if (front_wait(ring, s, TASK_UNINTERRUPTIBLE, FRONT_NOP_PATIENCE)) {
		front_ring_slot_lose(ring, slot);
		return false;
	}
	vsys_slot_finish(s);
	front_ring_slot_put(ring, slot);
	return true;
}

/*
 * A call is not answered in time: is nobody there, or does it take long, as the
 * close of a socket that lingers does?  For that it is waited on, as a program
 * would without us, unless that holds up a signal or the process's end.
 */
static int front_call_late(struct front_channel *ch, struct vsys_slot *slot,
			   enum front_patience patience)
{
	struct front_device *dev = ch->dev;
	int err = -ETIMEDOUT;

	while (err == -ETIMEDOUT) {
		if (!front_call_answered(ch)) {
			if (!atomic_xchg(&ch->unresponsive, 1))
				pr_warn_ratelimited("service domain %u (%s) does not answer calls\n",
						    dev->domid, dev->service);
			break;
		}
		atomic_set(&ch->unresponsive, 0);
		if (patience != FRONT_BOUND || signal_pending(current) ||
		    current->flags & PF_EXITING)
			break;
		err = front_wait(&ch->kernel, slot, TASK_UNINTERRUPTIBLE,
				 FRONT_PATIENCE);
	}
	return err;
}

/*
 * Waits for a submitted slot, known by its region.  0: it is DONE.  Otherwise
 * nobody will answer (FRONT_DEAD), or nobody has (ETIMEDOUT, ERESTARTSYS), and
 * the slot is not free.
 */
int front_call_wait(struct front_channel *ch, u32 region,
		    enum front_patience patience)
{
	struct vsys_slot *slot = front_channel_slot(ch, region);
	int err;

	err = front_wait(&ch->kernel, slot, front_call_state(patience),
			 front_call_timeout(ch, patience));
	if (err == -ERESTARTSYS && patience == FRONT_SIGNAL)
		err = front_call_cancel(ch, region);
	if (err == -ETIMEDOUT)
		err = front_call_late(ch, slot, patience);
	if (!err && atomic_read(&ch->unresponsive))
		atomic_set(&ch->unresponsive, 0);
	return err;
}

/*
 * Makes the call.  The result has been read once and is a number that Linux's
 * own call could return or an error; what it means is for the caller to check.
 */
s64 front_call_make(struct front_call *call, u32 nr, u64 a0, u64 a1, u64 a2,
		    u64 a3, u64 a4, u64 a5)
{
	struct front_ring *ring = &call->ch->kernel;
	struct vsys_slot *s = front_ring_slot(ring, call->slot);
	int err;
	s64 ret;

	s->nr = vsys_nr_pack(nr, front_counting_account(call->ch, NULL));
	s->args[0] = a0;
	s->args[1] = a1;
	s->args[2] = a2;
	s->args[3] = a3;
	s->args[4] = a4;
	s->args[5] = a5;
	atomic64_inc(&call->ch->calls);
	front_ring_submit(ring, call->slot);
	err = front_call_wait(call->ch, call->ch->nr_slots + call->slot,
			      call->patience);
	if (err) {
		call->lost = true;
		return err == -ETIMEDOUT ? -EIO : err;
	}
	ret = front_call_error(vsys_slot_finish(s));
	if (ret == -EINTR && signal_pending(current))
		ret = -ERESTARTSYS;
	return ret;
}

/* A call without memory. */
s64 front_call_simple(struct front_channel *ch, enum front_patience patience,
		      u32 nr, u64 a0, u64 a1, u64 a2, u64 a3)
{
	struct front_call call;
	s64 ret;

	ret = front_call_begin(&call, ch, 0, patience);
	if (ret)
		return ret;
	ret = front_call_make(&call, nr, a0, a1, a2, a3, 0, 0);
	front_call_end(&call);
	return ret;
}

/* Closes a remote descriptor.  False: it may be open, or be closed any time. */
bool front_call_close(struct front_channel *ch, s32 fd)
{
	struct front_call call;
	bool answered;

	if (front_call_begin(&call, ch, 0, FRONT_BOUND))
		return false;
	front_call_make(&call, VSYS_NR_close, fd, 0, 0, 0, 0, 0);
	answered = !call.lost;
	front_call_end(&call);
	return answered;
}
