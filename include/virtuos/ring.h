/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The operations on a channel's head and slots, for every side: the same
 * lines run in both kernels, in libvirtuos and in the tests on the host.
 *
 * GCC's __atomic builtins serve all three.  Nothing here follows an index,
 * pointer or length that the other side wrote without a check.
 *
 * Who may sleep when:
 *
 *  - Whoever sleeps takes the sleeping state first, then announces it, then looks
 *    once more, and then sleeps.  Whoever has something for it makes that visible
 *    first, then looks for the announcement, and then rings or wakes.  A wake-up
 *    that comes before the sleep makes it return at once.
 *  - F may sleep on a slot if vsys_slot_wait() lets it, and where its interrupt
 *    finds it: it is listed before.
 *  - B's leader may sleep if vsys_server_sleep() lets it, on each ring of the
 *    channel.  Between that and the sleep it ends the doorbell's interrupt: sooner,
 *    and a bell may be lost; not at all, and none comes any more.
 *  - Only who leads announces ASLEEP or AWAKE, under the lock under which the lead
 *    changes.  The doorbell wakes who leads then.
 *  - While AWAKE is announced, somebody polls or will before it sleeps.  So a
 *    worker whose call blocks makes a follower the leader, and wakes it.  If none
 *    follows, nobody leads until a new worker comes or the call is done.
 *  - Who takes the lead from a leader that sleeps announces AWAKE and lists the old
 *    one, which sleeps on where it is, as a follower.  Who leads is not listed.
 *
 * tests/host/ring-model.c holds every order of the steps against this.
 */
#ifndef VIRTUOS_RING_H
#define VIRTUOS_RING_H

#include "channel.h"
#include "counters.h"

/* One end's private view of a ring.  nr_slots is a private, checked copy. */
struct vsys_ring {
	struct vsys_head *head;
	struct vsys_slot *slots;
	__u32 nr_slots;
};

/* A call, copied out of a slot: what is checked is what is executed. */
struct vsys_call {
	__u32 nr;
	__u32 account;		/* counters.h */
	__u64 args[6];
};

/* Spin hint. */
static inline void vsys_relax(void)
{
	__builtin_ia32_pause();
}

/* ---- Frontend ---------------------------------------------------------- */

/*
 * Publish a filled slot.  Returns nonzero when nobody polls and the caller has
 * to ring the doorbell.
 *
 * The release store of state orders the slot's contents before it; its partner
 * is the acquire load in vsys_ring_take().  The atomic OR is a full barrier
 * between the pending bit and the read of server; its partner is the exchange
 * in vsys_server_sleep(): either F sees ASLEEP, or B sees the bit.
 */
static inline int vsys_slot_submit(const struct vsys_ring *ring, __u32 index)
{
	struct vsys_slot *slot = &ring->slots[index];

	__atomic_store_n(&slot->state, VSYS_SLOT_SUBMITTED, __ATOMIC_RELEASE);
	__atomic_fetch_or(&ring->head->pending[index / 64],
			  1ull << (index % 64), __ATOMIC_SEQ_CST);
	return __atomic_load_n(&ring->head->server, __ATOMIC_SEQ_CST) ==
	       VSYS_SERVER_ASLEEP;
}

/* Has B answered?  Acquire: ret and the arena are read after it. */
static inline int vsys_slot_done(const struct vsys_slot *slot)
{
	return __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) == VSYS_SLOT_DONE;
}

/*
 * Announce that F goes to sleep on this slot.  Returns zero when the answer is
 * already there (do not sleep).  The compare-and-swap and B's exchange in
 * vsys_slot_complete() act on one word, so one of them sees the other.
 */
static inline int vsys_slot_wait(struct vsys_slot *slot)
{
	__u32 old = VSYS_SLOT_SUBMITTED;

	if (__atomic_compare_exchange_n(&slot->state, &old,
					VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING,
					0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return 1;
	return old == (VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING);
}

/* Take the result and give the slot back to its owner's side. */
static inline __s64 vsys_slot_finish(struct vsys_slot *slot)
{
	__s64 ret = __atomic_load_n(&slot->ret, __ATOMIC_RELAXED);

	__atomic_store_n(&slot->state, VSYS_SLOT_FREE, __ATOMIC_RELAXED);
	return ret;
}

/* ---- Backend ----------------------------------------------------------- */

/*
 * Claim a submitted slot: the first pending bit at or after *cursor, so that
 * no slot starves another.  Returns its index, or -1.
 */
static inline int vsys_ring_claim(const struct vsys_ring *ring, __u32 *cursor)
{
	__u32 words = ring->nr_slots / 64;
	__u32 start = *cursor < ring->nr_slots ? *cursor : 0;
	__u64 mask = ~0ull << (start % 64);
	__u32 i, w = start / 64;

	for (i = 0; i <= words; i++, w = w + 1 < words ? w + 1 : 0) {
		__u64 bits = __atomic_load_n(&ring->head->pending[w],
					     __ATOMIC_RELAXED);
		__u32 bit;

		if (!bits)
			continue;
		if (i == 0)
			bits &= mask;		/* from the cursor up */
		else if (i == words)
			bits &= ~mask;		/* what lay below it */
		while (bits) {
			bit = __builtin_ctzll(bits);
			if (__atomic_fetch_and(&ring->head->pending[w],
					       ~(1ull << bit), __ATOMIC_ACQUIRE) &
			    (1ull << bit)) {
				*cursor = w * 64 + bit + 1;
				return w * 64 + bit;
			}
			bits &= bits - 1;	/* another worker was faster */
		}
	}
	return -1;
}

/* Is anything pending?  For the check before sleeping. */
static inline int vsys_ring_pending(const struct vsys_ring *ring)
{
	__u32 w;

	for (w = 0; w < ring->nr_slots / 64; w++)
		if (__atomic_load_n(&ring->head->pending[w], __ATOMIC_RELAXED))
			return 1;
	return 0;
}

/*
 * Copy a claimed slot, once.  Returns zero for a bit without a submitted slot
 * behind it, which only a broken or hostile frontend sends: ignore it.
 */
static inline int vsys_ring_take(const struct vsys_ring *ring, __u32 index,
				 struct vsys_call *call)
{
	const struct vsys_slot *slot = &ring->slots[index];
	__u32 state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
	__u32 nr;
	int i;

	if ((state & ~VSYS_SLOT_WAITING) != VSYS_SLOT_SUBMITTED)
		return 0;
	nr = __atomic_load_n(&slot->nr, __ATOMIC_RELAXED);
	call->nr = vsys_nr_call(nr);
	call->account = vsys_nr_account(nr);
#pragma GCC unroll 6
	for (i = 0; i < 6; i++)
		call->args[i] = __atomic_load_n(&slot->args[i],
						__ATOMIC_RELAXED);
	return 1;
}

/*
 * Publish a result.  Returns nonzero when F sleeps and wants the bell.  The
 * exchange orders ret and the arena's contents before DONE.
 */
static inline int vsys_slot_complete(const struct vsys_ring *ring, __u32 index,
				     __s64 ret)
{
	struct vsys_slot *slot = &ring->slots[index];

	__atomic_store_n(&slot->ret, ret, __ATOMIC_RELAXED);
	return __atomic_exchange_n(&slot->state, VSYS_SLOT_DONE,
				   __ATOMIC_SEQ_CST) & VSYS_SLOT_WAITING;
}

/*
 * Announce that nobody polls from now on.  Returns zero when a call slipped in
 * (and the announcement is taken back): poll again.
 */
static inline int vsys_server_sleep(const struct vsys_ring *ring)
{
	__atomic_exchange_n(&ring->head->server, VSYS_SERVER_ASLEEP,
			    __ATOMIC_SEQ_CST);
	if (!vsys_ring_pending(ring))
		return 1;
	__atomic_store_n(&ring->head->server, VSYS_SERVER_AWAKE,
			 __ATOMIC_SEQ_CST);
	return 0;
}

static inline void vsys_server_wake(const struct vsys_ring *ring)
{
	__atomic_store_n(&ring->head->server, VSYS_SERVER_AWAKE,
			 __ATOMIC_SEQ_CST);
}

/*
 * No call of this ring will be answered.  Whoever sees that sees, too, what was
 * answered before.
 */
static inline void vsys_server_die(const struct vsys_ring *ring)
{
	__atomic_store_n(&ring->head->server, VSYS_SERVER_DEAD,
			 __ATOMIC_SEQ_CST);
}

/* F: for a moment only, for B may write there what it likes. */
static inline int vsys_server_dead(const struct vsys_ring *ring)
{
	return __atomic_load_n(&ring->head->server, __ATOMIC_ACQUIRE) ==
	       VSYS_SERVER_DEAD;
}

/* B: the shadow lives; count is another number than the last time. */
static inline void vsys_server_beat(const struct vsys_ring *ring, __u64 count)
{
	__atomic_store_n(&ring->head->heartbeat, count, __ATOMIC_RELAXED);
}

/* ---- Event ring (readiness of polled descriptors, and answers) ---------- */

/*
 * B: append a cookie; the caller serialises producers.  *prod is B's private
 * copy of the producer index.  A full ring, or a consumer index that makes no
 * sense, sets the overflow mark instead: F then looks at everything.
 */
static inline void vsys_event_put(const struct vsys_ring *ring, __u32 *prod,
				  __u32 cookie)
{
	struct vsys_head *head = ring->head;
	__u32 cons = __atomic_load_n(&head->event_cons, __ATOMIC_ACQUIRE);

	if (*prod - cons >= VSYS_EVENTS) {
		__atomic_store_n(&head->event_overflow, 1, __ATOMIC_SEQ_CST);
		return;
	}
	__atomic_store_n(&head->events[*prod % VSYS_EVENTS], cookie,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&head->event_prod, ++*prod, __ATOMIC_RELEASE);
}

/*
 * F: take the next cookie; the caller serialises consumers.  *cons is F's
 * private copy.  Returns 1 with a cookie, 0 when empty, -1 when the other
 * side's index makes no sense or the overflow mark was set: treat every
 * descriptor as ready, every sleeper as answered, and go on with *cons, which
 * has been resynchronised.
 */
static inline int vsys_event_get(const struct vsys_ring *ring, __u32 *cons,
				 __u32 *cookie)
{
	struct vsys_head *head = ring->head;
	__u32 prod = __atomic_load_n(&head->event_prod, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&head->event_overflow, __ATOMIC_RELAXED) &&
	    __atomic_exchange_n(&head->event_overflow, 0, __ATOMIC_SEQ_CST)) {
		*cons = prod;
		__atomic_store_n(&head->event_cons, *cons, __ATOMIC_RELEASE);
		return -1;
	}
	if (prod == *cons)
		return 0;
	if (prod - *cons > VSYS_EVENTS) {
		*cons = prod;
		__atomic_store_n(&head->event_cons, *cons, __ATOMIC_RELEASE);
		return -1;
	}
	*cookie = __atomic_load_n(&head->events[*cons % VSYS_EVENTS],
				  __ATOMIC_RELAXED);
	__atomic_store_n(&head->event_cons, ++*cons, __ATOMIC_RELEASE);
	return 1;
}

/* ---- Readiness of descriptors --------------------------------------------- */

/*
 * A word is what B saw last, and whether F wants to be told of the next change.
 *
 * No change is lost: F sets ARMED and takes what it reads after that; B's
 * wake-up exchanges the whole word, after the file's state has changed and
 * before it puts the event.  Both are atomic operations on one word, so either
 * the exchange comes second, sees ARMED, and B tells F; or F's reading comes
 * second, and has what the exchange put there.
 *
 * Each operation ends after a fixed number of steps, whatever the other end does
 * to the word meanwhile.
 */

/* That these events hold.  (0 in its place: nothing is known, F is to ask.) */
static inline __u32 vsys_ready_word(__u32 fd, __u32 mask)
{
	return fd / VSYS_READY << 16 | VSYS_READY_VALID |
	       (mask & VSYS_READY_MASK);
}

static inline __u32 *vsys_ready_place(struct vsys_readiness *ready, __u32 fd)
{
	return &ready->words[fd % VSYS_READY];
}

/*
 * B: the file's state has changed, and the word with it.  Returns nonzero when F
 * is to be told.  With word 0 it takes the place back, too.
 */
static inline int vsys_ready_wake(struct vsys_readiness *ready, __u32 fd,
				  __u32 word)
{
	return !!(__atomic_exchange_n(vsys_ready_place(ready, fd), word,
				      __ATOMIC_SEQ_CST) & VSYS_READY_ARMED);
}

/*
 * B: what was found without a wake-up; F stays as armed as it was.  The caller
 * keeps vsys_ready_wake() out: between the two steps it would not see ARMED.
 */
static inline void vsys_ready_put(struct vsys_readiness *ready, __u32 fd,
				  __u32 word)
{
	__u32 *place = vsys_ready_place(ready, fd);

	if ((__atomic_load_n(place, __ATOMIC_SEQ_CST) & ~VSYS_READY_ARMED) ==
	    word)
		return;
	if (vsys_ready_wake(ready, fd, word))
		__atomic_fetch_or(place, VSYS_READY_ARMED, __ATOMIC_SEQ_CST);
}

static inline int vsys_ready_is(__u32 word, __u32 fd)
{
	return (word & ~(VSYS_READY_MASK | VSYS_READY_ARMED)) ==
	       vsys_ready_word(fd, 0);
}

/*
 * F: arms, and takes the events that hold.  Returns zero when B says nothing
 * about the descriptor: ask.
 */
static inline int vsys_ready_look(struct vsys_readiness *ready, __u32 fd,
				  __u32 *mask)
{
	__u32 *place = vsys_ready_place(ready, fd);
	__u32 word = __atomic_load_n(place, __ATOMIC_SEQ_CST);

	if (vsys_ready_is(word, fd) && !(word & VSYS_READY_ARMED)) {
		__atomic_fetch_or(place, VSYS_READY_ARMED, __ATOMIC_SEQ_CST);
		word = __atomic_load_n(place, __ATOMIC_SEQ_CST);
	}
	*mask = word & VSYS_READY_MASK;
	return vsys_ready_is(word, fd);
}

/* ---- Files that calls of the program's ring open -------------------------- */

/*
 * A slot's answer stands where the program can write it.  What it opened is
 * said a second time for F's kernel alone, in the head of the kernel's ring:
 * descriptor, the slot's high bits, type.  A word that is another slot's, or
 * still 0, says nothing: F asks.
 */
static inline __u32 vsys_made_word(__u32 slot, __u32 fd)
{
	return fd | slot / VSYS_MADE << 20;
}

/* F, before it submits the slot. */
static inline void vsys_made_clear(const struct vsys_ring *kernel, __u32 slot)
{
	__atomic_store_n(&kernel->head->made[slot % VSYS_MADE], 0,
			 __ATOMIC_RELAXED);
}

/* B, before it answers. */
static inline void vsys_made_put(const struct vsys_ring *kernel, __u32 slot,
				 __u32 fd, __u32 mode)
{
	if (fd >= VSYS_MADE_FD_MAX)
		return;
	__atomic_store_n(&kernel->head->made[slot % VSYS_MADE],
			 vsys_made_word(slot, fd) | (mode >> 12 & 15) << 28,
			 __ATOMIC_RELAXED);
}

/* F, after the answer: the bits of st_mode that are the type, or 0. */
static inline __u32 vsys_made_type(const struct vsys_ring *kernel, __u32 slot,
				   __u32 fd)
{
	__u32 word = __atomic_load_n(&kernel->head->made[slot % VSYS_MADE],
				     __ATOMIC_RELAXED);

	if (fd >= VSYS_MADE_FD_MAX ||
	    (word & 0xfffffff) != vsys_made_word(slot, fd))
		return 0;
	return (word >> 28) << 12;
}

#endif /* VIRTUOS_RING_H */
