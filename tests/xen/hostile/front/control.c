// SPDX-License-Identifier: GPL-2.0-only
/* Requests on the control channel, each in a slot that the play chooses. */
#include "front.h"
#include <linux/delay.h>

void *hostile_message(struct hostile_front *f, u32 slot)
{
	return f->control[2 + slot].address;
}

void hostile_fill(struct hostile_front *f, u32 slot, u32 nr, u64 a, u64 b,
		  u64 c, u64 d)
{
	struct vsys_slot *s = &f->ring.slots[slot];

	s->nr = nr;
	s->args[0] = a;
	s->args[1] = b;
	s->args[2] = c;
	s->args[3] = d;
}

void hostile_ring_bell(struct hostile_front *f)
{
	notify_remote_via_irq(f->bell.irq);
}

/*
 * All slots of the set at once: B finds them together.  The release stores
 * order what a slot says before its state; partner: vsys_ring_take()'s acquire.
 */
void hostile_submit(struct hostile_front *f, u32 slots)
{
	u32 slot;

	for (slot = 0; slot < VSYS_CONTROL_SLOTS; slot++)
		if (slots & 1u << slot)
			smp_store_release(&f->ring.slots[slot].state,
					  VSYS_SLOT_SUBMITTED);
	__atomic_fetch_or(&f->ring.head->pending[0], slots, __ATOMIC_SEQ_CST);
	hostile_ring_bell(f);
}

bool hostile_free(struct hostile_front *f, u32 slot)
{
	return READ_ONCE(f->ring.slots[slot].state) == VSYS_SLOT_FREE;
}

s64 hostile_answer(struct hostile_front *f, u32 slot)
{
	struct vsys_slot *s = &f->ring.slots[slot];
	unsigned long end = hostile_end(HOSTILE_PATIENCE);

	while (!vsys_slot_done(s)) {
		if (hostile_over(end)) {
			hostile_fail(f,
				     "request %u in slot %u: no answer in %u s",
				     s->nr, slot, HOSTILE_PATIENCE);
			return HOSTILE_NONE;
		}
		usleep_range(20, 100);
	}
	return vsys_slot_finish(s);
}

s64 hostile_ask(struct hostile_front *f, u32 slot, u32 nr, u64 a, u64 b, u64 c,
		u64 d)
{
	hostile_fill(f, slot, nr, a, b, c, d);
	hostile_submit(f, 1u << slot);
	return hostile_answer(f, slot);
}

/* A filled slot is submitted again and again while it waits for its answer. */
s64 hostile_insist(struct hostile_front *f, u32 slot, unsigned int times)
{
	u64 bit = 1ull << slot;

	hostile_submit(f, bit);
	while (times-- && !vsys_slot_done(&f->ring.slots[slot])) {
		__atomic_fetch_or(&f->ring.head->pending[0], bit,
				  __ATOMIC_SEQ_CST);
		if (READ_ONCE(f->ring.head->server) == VSYS_SERVER_ASLEEP)
			hostile_ring_bell(f);
		cond_resched();
	}
	return hostile_answer(f, slot);
}

/* All has been answered: another answer would be one too many. */
void hostile_quiet(struct hostile_front *f)
{
	u32 slot;

	msleep(500);
	for (slot = 0; slot < VSYS_CONTROL_SLOTS; slot++)
		if (vsys_slot_done(&f->ring.slots[slot]))
			hostile_fail(
				f,
				"request %u in slot %u was answered twice, with %lld",
				f->ring.slots[slot].nr, slot,
				vsys_slot_finish(&f->ring.slots[slot]));
}

void hostile_field_put(struct hostile_front *f, u32 slot,
		       const struct hostile_field *field)
{
	memcpy(hostile_message(f, slot) + field->offset, &field->value,
	       field->bytes);
}

/* Nobody with no rights at all. */
void hostile_creds(struct vsys_creds *creds)
{
	memset(creds, 0, sizeof(*creds));
	creds->uid = 65534;
	creds->gid = 65534;
	creds->euid = 65534;
	creds->egid = 65534;
	creds->suid = 65534;
	creds->sgid = 65534;
	creds->fsuid = 65534;
	creds->fsgid = 65534;
	creds->umask = 022;
	creds->rlimit_nofile = 64;
	creds->rlimit_fsize = 1 << 20;
}

/* As many references as there can be, all of one page. */
void hostile_refs(struct hostile_front *f, u32 slot)
{
	u32 *refs = hostile_message(f, slot);
	u32 i;

	refs[0] = f->arena.ref;
	for (i = 1; i < VSYS_ARENA_REFS_MAX; i++)
		refs[i] = f->more[i - 1].ref;
}

/* A COUNT that B grants: it needs no counter of the processor. */
void hostile_count(struct hostile_front *f, u32 slot)
{
	struct vsys_count *count = hostile_message(f, slot);
	u32 i;

	memset(count, 0, sizeof(*count));
	count->nr_counters = 1;
	count->nr_threads = 16;
	count->nr_account_pages = 1;
	count->nr_ring_pages = 2;
	count->counters[0].type = 1; /* PERF_TYPE_SOFTWARE: task clock */
	count->counters[0].config = 1;
	for (i = 0; i < VSYS_COUNT_PAGES; i++)
		count->account_refs[i] = f->arena.ref;
	for (i = 0; i < VSYS_COUNT_RING_PAGES; i++)
		count->ring_refs[i] = f->arena.ref;
}
