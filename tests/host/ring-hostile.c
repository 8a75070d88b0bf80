// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	both ends of include/virtuos/ring.h while the other end scribbles
 *		over the head and the slots all the time.
 * Why:		neither end trusts the other: whatever stands there, a step ends,
 *		stays in bounds, and returns something that makes sense.
 * How:		one thread writes random words (and near-misses of good ones)
 *		everywhere, guard pages stand around head and slots, another
 *		thread runs every step of each end and looks at what it gets.
 */
#include <pthread.h>
#include <virtuos/ring.h>
#include "test.h"

static struct vsys_ring ring;
static int stop;

static uint32_t word(uint64_t *rnd)
{
	static const uint32_t near[] = {
		0, 1, 2, 3, 0x100, 0x101, 0x102, 63, 64, 511, 512, 513,
		0x7fffffff, 0x80000000, 0xfffffe00, 0xffffffff,
	};

	if (test_below(rnd, 2))
		return near[test_below(rnd, sizeof(near) / sizeof(near[0]))];
	return test_random(rnd);
}

/* The address of a random 32-bit word that the other end can write. */
static uint32_t *place(uint64_t *rnd)
{
	static const uint16_t hot[] = {
		offsetof(struct vsys_head, server),
		offsetof(struct vsys_head, event_prod),
		offsetof(struct vsys_head, event_cons),
		offsetof(struct vsys_head, event_overflow),
	};

	switch (test_below(rnd, 4)) {
	case 0:
		return (uint32_t *)((char *)ring.head +
				    hot[test_below(rnd, 4)]);
	case 1:
		return (uint32_t *)ring.head->pending +
		       test_below(rnd, 2 * VSYS_PENDING_WORDS);
	case 2:
		return &ring.slots[test_below(rnd, ring.nr_slots)].state;
	default:
		return (uint32_t *)ring.head + test_below(rnd, 1024);
	}
}

static void *scribble(void *arg)
{
	uint64_t rnd = *(uint64_t *)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		__atomic_store_n(place(&rnd), word(&rnd), __ATOMIC_RELAXED);
	return NULL;
}

static void backend(uint64_t *rnd, uint32_t *cursor, uint32_t *prod)
{
	struct vsys_call call;
	int s, got;

	s = vsys_ring_claim(&ring, cursor);
	CHECK(s >= -1 && s < (int)ring.nr_slots);
	CHECK(*cursor <= ring.nr_slots);
	if (s >= 0) {
		got = vsys_ring_take(&ring, s, &call);
		CHECK(got == 0 || got == 1);
		got = vsys_slot_complete(&ring, s, test_random(rnd));
		CHECK(got == 0 || got == VSYS_SLOT_WAITING);
	}
	got = vsys_server_sleep(&ring);
	CHECK(got == 0 || got == 1);
	vsys_server_wake(&ring);
	vsys_event_put(&ring, prod, test_random(rnd));
}

static void frontend(uint64_t *rnd, uint32_t *cons)
{
	uint32_t s = test_below(rnd, ring.nr_slots), cookie, n;
	int got;

	got = vsys_slot_submit(&ring, s);
	CHECK(got == 0 || got == 1);
	got = vsys_slot_wait(&ring.slots[s]);
	CHECK(got == 0 || got == 1);
	if (vsys_slot_done(&ring.slots[s]))
		vsys_slot_finish(&ring.slots[s]);
	for (n = 0; n < 10 && vsys_event_get(&ring, cons, &cookie) == 1; n++)
		;
}

int main(void)
{
	uint32_t cursor = 0, prod = 0, cons = 0;
	uint64_t rnd = test_seed(), seed = test_random(&rnd) | 1;
	unsigned long k;
	pthread_t thread;

	ring.nr_slots = 128;
	ring.head = test_guarded(sizeof(*ring.head));
	ring.slots = test_guarded(ring.nr_slots * sizeof(*ring.slots));
	test_need(!pthread_create(&thread, NULL, scribble, &seed), "thread");
	for (k = 0; k < test_scale(300000); k++) {
		if (test_below(&rnd, 2))
			backend(&rnd, &cursor, &prod);
		else
			frontend(&rnd, &cons);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return test_exit();
}
