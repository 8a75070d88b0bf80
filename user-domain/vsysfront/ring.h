/* SPDX-License-Identifier: GPL-2.0-only */
/* Ring: the kernel's own slots, and the doorbell. */
#ifndef FRONT_RING_H
#define FRONT_RING_H

#include "vsysfront.h"
#include "memory.h"
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <xen/events.h>

struct front_ring {
	struct front_memory memory;
	domid_t domid;
	evtchn_port_t port;
	int irq;			/* 0: none */
	atomic64_t bells;

	/* The last own_spare slots are kept for calls that do not block. */
	u32 own_count, own_spare;
	wait_queue_head_t own_wait;

	spinlock_t lock;
	DECLARE_HASHTABLE(sleepers, 6);	/* lock; by slot, wait.c */
	DECLARE_BITMAP(own_busy, VSYS_SLOTS_KERNEL);	/* lock; in use */
	/* lock; busy, given up, unanswered */
	DECLARE_BITMAP(own_lost, VSYS_SLOTS_KERNEL);
	/* irq: a given-up slot was answered after all */
	void (*reclaim)(struct front_ring *ring, u32 slot, s64 ret);
	u32 empty_irqs;			/* in a row; one irq at a time */
	bool dead;
	bool retired;			/* the program's slots are not served */
};

int front_ring_init(struct front_ring *ring, domid_t domid, u32 own_count,
		    u64 arena_base);
void front_ring_free(struct front_ring *ring);
int front_ring_bind(struct front_ring *ring, irq_handler_t handler,
		    const char *name, void *data);
void front_ring_unbind(struct front_ring *ring, void *data);
void front_ring_submit(struct front_ring *ring, u32 slot);
void front_ring_bell(struct front_ring *ring);
bool front_ring_wake(struct front_ring *ring, bool all);
bool front_ring_answered(struct front_ring *ring, const struct vsys_slot *slot);
void front_ring_eoi(struct front_ring *ring, bool useful);
bool front_ring_dead(struct front_ring *ring);
void front_ring_kill(struct front_ring *ring);
void front_ring_retire(struct front_ring *ring);
int front_ring_slot_get(struct front_ring *ring, bool spare,
			unsigned int state, long timeout);
void front_ring_slot_put(struct front_ring *ring, u32 slot);
void front_ring_slot_lose(struct front_ring *ring, u32 slot);

/* One of the kernel's own. */
static inline struct vsys_slot *front_ring_slot(struct front_ring *ring,
						u32 slot)
{
	return &ring->memory.ring.slots[slot];
}

#endif /* FRONT_RING_H */
