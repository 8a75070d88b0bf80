// SPDX-License-Identifier: MIT
/*
 * Sleeping until there is an answer, a handler wants the call interrupted, the
 * thread is cancelled, or the service is dead.  See wait.h.
 */
#include <pthread.h>
#include <time.h>

#include "timed.h"
#include "wait.h"

__thread uint32_t virtuos_spin_budget[VIRTUOS_SERVICES_MAX];

static long kernel_wait(struct virtuos_channel *ch, int slot)
{
	struct vsys_front_wait wait = { .slot = slot };

	return virtuos_sandbox_ioctl(ch, VSYS_IOC_WAIT, &wait);
}

/* Wait whatever comes, except the service's death. */
static long wait_through(struct virtuos_channel *ch, int slot)
{
	long err = 0;

	while (!vsys_slot_done(&ch->ring.slots[slot]) && !err) {
		err = kernel_wait(ch, slot);
		if (err == -EINTR)
			err = 0;
	}
	return err;
}

/* Ask once for a call to be interrupted.  -ESRCH: no worker has it. */
static long cancel_once(struct virtuos_channel *ch, int slot)
{
	uint64_t args[6] = { slot };
	int other = virtuos_slot_get(ch);
	long ret;

	if (other < 0)
		return other;
	virtuos_slot_submit(ch, other, VSYS_NR_CANCEL, args);
	ret = wait_through(ch, other);
	/* It is B's word: nothing else can be meant. */
	if (!ret && vsys_slot_finish(&ch->ring.slots[other]) == -ESRCH)
		ret = -ESRCH;
	virtuos_slot_put(ch, other);
	return ret;
}

/*
 * A signal's handler wants the call interrupted: cancel it over there.  A call
 * that no worker has claimed yet cannot be, so ask until it is answered.
 */
static long cancel(struct virtuos_channel *ch, int slot)
{
	const struct vsys_slot *s = &ch->ring.slots[slot];
	long ret = -ESRCH;

	while (!vsys_slot_done(s) && (ret == -ESRCH || ret == -EAGAIN)) {
		ret = cancel_once(ch, slot);
		sys0(SYS_sched_yield);
	}
	return ret == VIRTUOS_DEAD ? ret : wait_through(ch, slot);
}

/* What a cancelled thread leaves behind: take the call back and the slot. */
struct place {
	struct virtuos_channel *channel;
	int slot;
};

static void abandon(void *arg)
{
	struct place *place = arg;
	struct vsys_slot *s = &place->channel->ring.slots[place->slot];

	if (vsys_slot_done(s) || !cancel(place->channel, place->slot))
		vsys_slot_finish(s);
	virtuos_slot_put(place->channel, place->slot);
}

static void abandon_fd(void *arg)
{
	struct place *place = arg;

	virtuos_slot_put(place->channel, place->slot);
}

static bool blocks(uint32_t nr)
{
	return nr < VSYS_NR_SYSCALLS &&
	       (vsys_calls[nr].flags & VSYS_CALL_BLOCKS);
}

static bool cancellable(uint32_t nr)
{
	return nr < VSYS_NR_SYSCALLS &&
	       (vsys_calls[nr].flags & VSYS_CALL_CANCEL);
}

/*
 * An ioctl that sleeps, as a cancellation point: glibc sends its signal only
 * to a thread that can be cancelled at any instruction, so be one meanwhile.
 */
static long cancellation_ioctl(struct virtuos_channel *ch, int slot,
			       uint32_t nr, unsigned long request, void *arg,
			       void (*cleanup)(void *))
{
	struct place place = { ch, slot };
	long ret;
	int type;

	if (!cancellable(nr))
		return virtuos_channel_ioctl(ch, request, arg);
	pthread_cleanup_push(cleanup, &place);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	ret = virtuos_channel_ioctl(ch, request, arg);
	pthread_setcanceltype(type, NULL);
	pthread_cleanup_pop(0);
	return ret;
}

static uint32_t wait_flags(struct virtuos_channel *ch, uint32_t nr,
			   const uint64_t args[6])
{
	return blocks(nr) && virtuos_timed_get(ch, args[0]) ?
		       VSYS_WAIT_NORESTART : 0;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* ns that the most turns of polling take here. */
static int64_t spin_measure(void)
{
	static const struct vsys_slot never;
	int64_t begin = now();
	int i;

	for (i = 0; i < 256 && !vsys_slot_done(&never); i++)
		if (i % 8 == 7)
			vsys_relax();
	return (now() - begin) * (VIRTUOS_SPIN_MAX / 256);
}

/* The same, measured once: the least of three, for others may run meanwhile. */
static int64_t spin_most(void)
{
	static int64_t most;
	int64_t least = __atomic_load_n(&most, __ATOMIC_RELAXED), again;
	int i;

	if (least)
		return least;
	least = spin_measure();
	for (i = 1; i < 3; i++) {
		again = spin_measure();
		if (again < least)
			least = again;
	}
	__atomic_store_n(&most, least, __ATOMIC_RELAXED);
	return least;
}

/*
 * An answer that came soon after all would have been had by polling on, and
 * without a bell; one that took long was not worth the turns before it.
 */
static void adapt(uint32_t *budget, int64_t slept)
{
	if (!*budget)
		*budget = VIRTUOS_SPIN_START;
	if (slept < 2 * spin_most())
		*budget = VIRTUOS_SPIN_MAX;
	else if (*budget / 2 > VIRTUOS_SPIN_MIN)
		*budget /= 2;
	else
		*budget = VIRTUOS_SPIN_MIN;
}

static long asleep(struct virtuos_channel *ch, int slot, uint32_t nr,
		   const uint64_t args[6], uint32_t interrupts)
{
	struct vsys_front_wait wait = {
		.slot = slot,
		.flags = wait_flags(ch, nr, args),
	};
	long err;

	while (!vsys_slot_done(&ch->ring.slots[slot])) {
		err = virtuos_interrupts != interrupts && blocks(nr) ?
			      -EINTR :
			      cancellation_ioctl(ch, slot, nr, VSYS_IOC_WAIT,
						 &wait, abandon);
		/* Given up here, not where the thread can be cancelled. */
		if (err == -EACCES)
			err = kernel_wait(ch, slot);
		if (err == -EINTR)
			return cancel(ch, slot);
		if (err)
			return err;
	}
	return 0;
}

long virtuos_wait_asleep(struct virtuos_channel *ch, int slot, uint32_t nr,
			 const uint64_t args[6], uint32_t interrupts)
{
	int64_t begin = now();
	long err = asleep(ch, slot, nr, args, interrupts);

	adapt(&virtuos_spin_budget[ch->service], now() - begin);
	return err;
}

long virtuos_wait_fd(struct virtuos_channel *ch, uint32_t nr,
		     const uint64_t args[6], struct vsys_front_call *call)
{
	call->flags |= wait_flags(ch, nr, args);
	return cancellation_ioctl(ch, call->slot, nr, VSYS_IOC_CALL, call,
				  abandon_fd);
}
