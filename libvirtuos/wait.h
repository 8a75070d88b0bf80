/* SPDX-License-Identifier: MIT */
/*
 * Waiting for an answer: it is polled for a while, which costs least when it
 * comes at once, and then the thread sleeps in the kernel (wait.c).
 */
#ifndef VIRTUOS_WAIT_H
#define VIRTUOS_WAIT_H

#include "core.h"

/* Turns of polling: at first, at least, at most. */
#define VIRTUOS_SPIN_START 2048u
#define VIRTUOS_SPIN_MIN 64u
#define VIRTUOS_SPIN_MAX 16384u
/* After so many others who can run get on: the answer may need them. */
#define VIRTUOS_SPIN_YIELD 1024u

/* What the calling thread polls before it sleeps, by service; 0: not yet. */
extern __thread uint32_t virtuos_spin_budget[VIRTUOS_SERVICES_MAX]
	__attribute__((tls_model("initial-exec")));

/* Poll for the answer for a while that adapts to how long answers take. */
static inline bool virtuos_wait_spin(struct virtuos_channel *ch, int slot)
{
	const struct vsys_slot *s = &ch->ring.slots[slot];
	uint32_t budget = virtuos_spin_budget[ch->service];
	uint32_t i, limit = budget ? budget : VIRTUOS_SPIN_START;

	for (i = 1; !vsys_slot_done(s); i++) {
		if (i > limit)
			return false;
		if (i % 8 == 0)
			vsys_relax();
		if (i % VIRTUOS_SPIN_YIELD == 0)
			sys0(SYS_sched_yield);
	}
	return true;
}

long virtuos_wait_asleep(struct virtuos_channel *ch, int slot, uint32_t nr,
			 const uint64_t args[6], uint32_t interrupts);

/*
 * Wait for the answer to a call.  interrupts: what the thread's count was
 * before the call was submitted.  Not 0: there will be none.
 */
static inline long virtuos_wait(struct virtuos_channel *ch, int slot,
				uint32_t nr, const uint64_t args[6],
				uint32_t interrupts)
{
	return virtuos_wait_spin(ch, slot) ?
		       0 : virtuos_wait_asleep(ch, slot, nr, args, interrupts);
}

/*
 * Have vsysfront submit the call in its slot, wait for the answer, and make the
 * descriptor.  Returns that, or -errno.
 */
long virtuos_wait_fd(struct virtuos_channel *ch, uint32_t nr,
		     const uint64_t args[6], struct vsys_front_call *call);

#endif /* VIRTUOS_WAIT_H */
