// SPDX-License-Identifier: MIT
/*
 * Slots: each thread has one per channel, from its first call on.  A call made
 * by a signal handler in the middle of another call takes a second one.
 */
#include <pthread.h>
#include <string.h>

#include "core.h"

#define SPIN_START 2048u

struct own_slot {
	struct virtuos_channel *channel;
	int slot;
	bool busy;
	uint32_t spin;
};

static __thread struct {
	uint32_t epoch;
	bool registered;
	struct own_slot own[VIRTUOS_SERVICES_MAX];
} thread __attribute__((tls_model("initial-exec")));

static pthread_key_t key;

/* Submitted, given up, and perhaps still to be answered. */
static bool slot_pending(struct virtuos_channel *ch, int slot)
{
	return (__atomic_load_n(&ch->ring.slots[slot].state,
				__ATOMIC_ACQUIRE) &
		~VSYS_SLOT_WAITING) == VSYS_SLOT_SUBMITTED;
}

static int slot_alloc(struct virtuos_channel *ch)
{
	uint32_t i;

	for (i = 0; i < ch->user_slots; i++) {
		uint64_t bit = 1ull << (i % 64);
		uint64_t *word = &ch->slots_used[i / 64];

		if (__atomic_load_n(word, __ATOMIC_RELAXED) & bit)
			continue;
		if (__atomic_fetch_or(word, bit, __ATOMIC_ACQUIRE) & bit)
			continue;
		/*
		 * A slot that a handler left by siglongjmp, or a cancelled
		 * thread, may still be answered: it is usable again after that.
		 */
		if (!slot_pending(ch, i))
			return i;
		__atomic_fetch_and(word, ~bit, __ATOMIC_RELEASE);
	}
	virtuos_log("all %u slots of \"%s\" are taken: raise \"slots\" in %s",
		    ch->user_slots, virtuos_routes.services[ch->service],
		    virtuos_routes_path());
	return -1;
}

static void slot_free(struct virtuos_channel *ch, int slot)
{
	__atomic_fetch_and(&ch->slots_used[slot / 64],
			   ~(1ull << (slot % 64)), __ATOMIC_RELEASE);
}

/* The thread ends: its slots go to others. */
static void thread_exit(void *unused)
{
	int i;

	(void)unused;
	if (thread.epoch != virtuos_epoch)
		return;
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		if (thread.own[i].channel)
			slot_free(thread.own[i].channel, thread.own[i].slot);
		thread.own[i].channel = NULL;
	}
	thread.registered = false;
}

int virtuos_slot_init(void)
{
	return pthread_key_create(&key, thread_exit);
}

static struct own_slot *own_slot(struct virtuos_channel *ch)
{
	if (thread.epoch != virtuos_epoch) {
		memset(thread.own, 0, sizeof(thread.own));
		thread.epoch = virtuos_epoch;
	}
	if (!thread.registered) {
		thread.registered = true;
		pthread_setspecific(key, &thread);
	}
	return &thread.own[ch->service];
}

int virtuos_slot_get(struct virtuos_channel *ch)
{
	struct own_slot *own = own_slot(ch);
	int slot;

	if (own->channel == ch && !own->busy) {
		own->busy = true;
		return own->slot;
	}
	slot = slot_alloc(ch);
	if (slot >= 0 && own->channel != ch) {
		/* The channel last: a handler must not find another's slot. */
		own->busy = true;
		own->slot = slot;
		own->spin = SPIN_START;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		own->channel = ch;
	}
	return slot;
}

void virtuos_slot_put(struct virtuos_channel *ch, int slot)
{
	struct own_slot *own = own_slot(ch);

	if (own->channel == ch && own->slot == slot) {
		own->busy = false;
		if (!slot_pending(ch, slot))
			return;
		/* The late answer would be taken for the next call's. */
		own->channel = NULL;
	}
	slot_free(ch, slot);
}

uint32_t *virtuos_slot_spin(struct virtuos_channel *ch)
{
	return &own_slot(ch)->spin;
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

long virtuos_slot_region(struct virtuos_channel *ch, int slot, size_t bytes)
{
	struct vsys_front_arena arena = { .slot = slot };
	uint32_t have = ch->granted[slot];
	long err;

	if (have >= bytes)
		return have;
	arena.bytes = region_step(bytes);
	do
		err = sys3(SYS_ioctl, ch->fd, VSYS_IOC_ARENA, &arena);
	while (err == -EINTR);
	/* What there is will do: calls are clipped to it. */
	if (err)
		return have ? have : err;
	ch->granted[slot] = arena.bytes < VSYS_SLOT_ARENA_MAX ?
				    arena.bytes : VSYS_SLOT_ARENA_MAX;
	return ch->granted[slot];
}
