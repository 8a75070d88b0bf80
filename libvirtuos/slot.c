// SPDX-License-Identifier: MIT
/*
 * Slots: a call takes one for its duration.  A thread tries the one that it had
 * the last time first, which is nearly always free: one atomic operation, on a
 * word that it shares with few.  A call made by a signal handler in the middle
 * of another finds that one taken and gets a second.
 */
#include <string.h>
#include <time.h>

#include "core.h"

/* How long a call waits for a slot when all are taken, in milliseconds. */
#define PATIENCE_MS 5000

/* The slot that the calling thread had, by service. */
static __thread uint32_t last_slot[VIRTUOS_SERVICES_MAX]
	__attribute__((tls_model("initial-exec")));

/* Submitted, given up, and perhaps still to be answered. */
static bool slot_pending(struct virtuos_channel *ch, uint32_t slot)
{
	return (__atomic_load_n(&ch->ring.slots[slot].state,
				__ATOMIC_ACQUIRE) &
		~VSYS_SLOT_WAITING) == VSYS_SLOT_SUBMITTED;
}

/*
 * Acquire and release: what the slot's last holder knew of it (granted, calls)
 * is this one's.  And a full barrier between the bit and the look at life; its
 * partner in channel_end() is that between life and the look at the bits: either
 * the holder sees that the channel is dead, or it finds covered memory.
 */
static bool slot_try(struct virtuos_channel *ch, uint32_t slot)
{
	uint64_t bit = 1ull << (slot % 64);
	uint64_t *word = &ch->slots_used[slot / 64];

	if (__atomic_load_n(word, __ATOMIC_RELAXED) & bit)
		return false;
	if (__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST) & bit)
		return false;
	/*
	 * One that was given up by a cancelled thread may still be answered:
	 * the late answer would be taken for the next call's.
	 */
	if (!slot_pending(ch, slot))
		return true;
	__atomic_fetch_and(word, ~bit, __ATOMIC_RELEASE);
	return false;
}

static int slot_search(struct virtuos_channel *ch, uint32_t first)
{
	uint32_t i, slot;

	for (i = 0; i < ch->ring.nr_slots; i++) {
		slot = (first + i) % ch->ring.nr_slots;
		if (slot_try(ch, slot))
			return slot;
	}
	return -1;
}

/* All are taken: perhaps not for long. */
static int slot_await(struct virtuos_channel *ch)
{
	struct timespec pause = { .tv_nsec = 1000 * 1000 };
	int waited, slot = -1;

	for (waited = 0; slot < 0 && waited < PATIENCE_MS; waited++) {
		if (__atomic_load_n(&ch->life, __ATOMIC_RELAXED))
			return VIRTUOS_DEAD;
		sys2(SYS_nanosleep, &pause, 0);
		slot = slot_search(ch, 0);
	}
	if (slot >= 0)
		return slot;
	virtuos_log("all %u slots of \"%s\" are taken: raise \"slots\" in %s",
		    ch->ring.nr_slots, virtuos_routes.services[ch->service],
		    virtuos_routes_path());
	return -EAGAIN;
}

int virtuos_slot_get(struct virtuos_channel *ch)
{
	uint32_t *mine = &last_slot[ch->service];
	int slot = *mine;

	if (*mine >= ch->ring.nr_slots || !slot_try(ch, slot)) {
		slot = slot_search(ch, *mine);
		if (slot < 0)
			slot = slot_await(ch);
		if (slot < 0)
			return slot;
		*mine = slot;
	}
	if (__builtin_expect(!__atomic_load_n(&ch->life, __ATOMIC_SEQ_CST), 1))
		return slot;
	virtuos_slot_put(ch, slot);
	return VIRTUOS_DEAD;
}

void virtuos_slot_put(struct virtuos_channel *ch, int slot)
{
	__atomic_fetch_and(&ch->slots_used[slot / 64],
			   ~(1ull << (slot % 64)), __ATOMIC_RELEASE);
}

void virtuos_slot_submit(struct virtuos_channel *ch, int slot, uint32_t nr,
			 const uint64_t args[6])
{
	virtuos_slot_fill(ch, slot, vsys_nr_pack(nr, virtuos_account(ch)),
			  args);
	if (vsys_slot_submit(&ch->ring, slot))
		virtuos_channel_ioctl(ch, VSYS_IOC_DOORBELL, NULL);
}

/* Regions grow in these steps. */
static size_t region_step(size_t bytes)
{
	if (bytes <= VSYS_SLOT_ARENA_INITIAL)
		return VSYS_SLOT_ARENA_INITIAL;
	if (bytes <= VSYS_SLOT_ARENA_MAX / 4)
		return VSYS_SLOT_ARENA_MAX / 4;
	return VSYS_SLOT_ARENA_MAX;
}

/*
 * A call without memory for its data.  Not ENOSPC: to a program that would be
 * a full disk.
 */
static long region_refused(struct virtuos_channel *ch, long err)
{
	virtuos_log("no memory for a call's data at \"%s\": %s",
		    virtuos_routes.services[ch->service],
		    err == -ENOSPC ?
			    "raise max_grant_frames of this domain, or max_maptrack_frames of the service domain, in their xl configurations; the kernel log says which" :
		    err == -ENOMEM ?
			    "raise RLIMIT_MEMLOCK (ulimit -l) or, if this user has its share, vsysfront's parameter \"pages\"" :
		    err == -ETIMEDOUT ?
			    "it does not answer; in dom0, see virtuosctl status" :
			    strerrordesc_np(-err));
	return err == -ENOSPC ? -ENOMEM : err;
}

static long region_ask(struct virtuos_channel *ch, int slot, size_t bytes)
{
	struct vsys_front_arena arena = { .slot = slot, .bytes = bytes };
	long err;

	do
		err = virtuos_sandbox_ioctl(ch, VSYS_IOC_ARENA, &arena);
	while (err == -EINTR);
	if (!err)
		ch->granted[slot] = arena.bytes < VSYS_SLOT_ARENA_MAX ?
					    arena.bytes : VSYS_SLOT_ARENA_MAX;
	return err;
}

long virtuos_slot_region(struct virtuos_channel *ch, int slot, size_t bytes)
{
	long err;

	if (ch->granted[slot] >= bytes)
		return ch->granted[slot];
	err = region_ask(ch, slot, region_step(bytes));
	/* Where memory is short, no more than this call needs. */
	if (err == -ENOMEM || err == -ENOSPC)
		err = region_ask(ch, slot, (bytes + VSYS_PAGE_SIZE - 1) &
					   ~(size_t)(VSYS_PAGE_SIZE - 1));
	if (err == VIRTUOS_DEAD)
		return err;
	/* What there is will do: calls are clipped to it. */
	return err && !ch->granted[slot] ? region_refused(ch, err) :
					   ch->granted[slot];
}
