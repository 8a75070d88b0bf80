// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the single steps of include/virtuos/ring.h: claim, take,
 *		complete, wait, server sleep, at every size and with every
 *		state that the other end could have written.
 * Why:		an index out of range here is a write out of bounds in another
 *		domain's kernel; an unfair claim starves a thread for ever.
 * How:		one thread, head and slots between guard pages; every bit from
 *		every cursor, random sets against a plain model, all states.
 */
#include <virtuos/ring.h>
#include "test.h"

static struct vsys_ring ring_make(uint32_t nr_slots)
{
	struct vsys_ring ring = {
		.head = test_guarded(sizeof(*ring.head)),
		.slots = test_guarded(nr_slots * sizeof(*ring.slots)),
		.nr_slots = nr_slots,
	};

	return ring;
}

static void ring_free(struct vsys_ring *ring)
{
	test_unguard(ring->head, sizeof(*ring->head));
	test_unguard(ring->slots, ring->nr_slots * sizeof(*ring->slots));
}

static void bit_set(struct vsys_ring *ring, uint32_t s)
{
	ring->head->pending[s / 64] |= 1ull << (s % 64);
}

static int bit_get(const struct vsys_ring *ring, uint32_t s)
{
	return ring->head->pending[s / 64] >> (s % 64) & 1;
}

/* Each bit alone is found, once, from each cursor. */
static void test_single(struct vsys_ring *ring)
{
	uint32_t n = ring->nr_slots;
	uint32_t s, c, cursor;

	for (s = 0; s < n; s++) {
		for (c = 0; c <= n; c += n > 256 ? 13 : 1) {
			cursor = c;
			bit_set(ring, s);
			CHECK(vsys_ring_pending(ring));
			CHECK_EQ(vsys_ring_claim(ring, &cursor), s);
			CHECK_EQ(cursor, s + 1);
			CHECK_EQ(vsys_ring_claim(ring, &cursor), -1);
			CHECK(!vsys_ring_pending(ring));
		}
	}
}

/* A cursor that makes no sense, and bits of slots that do not exist. */
static void test_outside(struct vsys_ring *ring)
{
	static const uint32_t cursors[] = { ~0u, ~0u - 63, 1u << 31, 1025 };
	uint32_t i, s, cursor;

	for (s = ring->nr_slots; s < VSYS_SLOTS_MAX; s++)
		bit_set(ring, s);
	CHECK(!vsys_ring_pending(ring));
	for (i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		cursor = cursors[i];
		CHECK_EQ(vsys_ring_claim(ring, &cursor), -1);
		cursor = cursors[i];
		bit_set(ring, ring->nr_slots - 1);
		CHECK_EQ(vsys_ring_claim(ring, &cursor), ring->nr_slots - 1);
	}
	for (s = ring->nr_slots; s < VSYS_SLOTS_MAX; s++)
		CHECK(bit_get(ring, s));
	memset(ring->head->pending, 0, sizeof(ring->head->pending));
}

/* Every slot submits again at once: all are served in turn. */
static void test_fair(struct vsys_ring *ring)
{
	uint32_t cursor = 17 % ring->nr_slots, first = cursor, k;

	memset(ring->head->pending, 0xff, ring->nr_slots / 8);
	for (k = 0; k < 3 * ring->nr_slots; k++) {
		int s = vsys_ring_claim(ring, &cursor);

		if (!CHECK_EQ(s, (first + k) % ring->nr_slots))
			break;
		bit_set(ring, s);
	}
	memset(ring->head->pending, 0, sizeof(ring->head->pending));
}

/* Random sets: claims come in the cursor's cyclic order, each bit once. */
static void test_random_sets(struct vsys_ring *ring, uint64_t *rnd)
{
	uint32_t n = ring->nr_slots, round, k, s, cursor, start;

	for (round = 0; round < test_scale(300); round++) {
		uint8_t model[VSYS_SLOTS_MAX] = { 0 };
		uint32_t count = test_below(rnd, n + 1);

		for (k = 0; k < count; k++) {
			s = test_below(rnd, n);
			model[s] = 1;
			bit_set(ring, s);
		}
		cursor = start = test_below(rnd, n);
		for (k = 0; k < n; k++) {
			s = (start + k) % n;
			if (model[s])
				CHECK_EQ(vsys_ring_claim(ring, &cursor), s);
		}
		CHECK_EQ(vsys_ring_claim(ring, &cursor), -1);
	}
}

static void test_take_state(struct vsys_ring *ring, uint32_t state)
{
	struct vsys_call call = { .nr = 77, .account = 88 };
	int want = state == VSYS_SLOT_SUBMITTED ||
		   state == (VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING);
	uint32_t i, s = ring->nr_slots - 1;
	struct vsys_slot *slot = &ring->slots[s];

	slot->state = state;
	slot->nr = vsys_nr_pack(1234, 567);
	for (i = 0; i < 6; i++)
		slot->args[i] = ~0ull - i;
	CHECK_EQ(vsys_ring_take(ring, s, &call), want);
	CHECK_EQ(call.nr, want ? 1234 : 77);
	CHECK_EQ(call.account, want ? 567 : 88);
	for (i = 0; want && i < 6; i++)
		CHECK(call.args[i] == ~0ull - i);
	CHECK_EQ(slot->state, state);	/* taking changes nothing */
}

static void test_states(struct vsys_ring *ring, uint64_t *rnd)
{
	uint32_t s, i, state;

	for (state = 0; state < 0x400; state++)
		test_take_state(ring, state);
	for (i = 0; i < 32; i++)
		test_take_state(ring, VSYS_SLOT_SUBMITTED | 1u << i);
	for (i = 0; i < 1000; i++)
		test_take_state(ring, test_random(rnd));

	for (s = 0; s < ring->nr_slots; s++) {
		struct vsys_slot *slot = &ring->slots[s];

		slot->state = VSYS_SLOT_FREE;
		CHECK_EQ(vsys_slot_wait(slot), 0);
		slot->state = VSYS_SLOT_SUBMITTED;
		CHECK(!vsys_slot_done(slot));
		CHECK_EQ(vsys_slot_complete(ring, s, -5), 0);
		CHECK(vsys_slot_done(slot));
		CHECK_EQ(vsys_slot_wait(slot), 0);
		CHECK_EQ(vsys_slot_finish(slot), -5);
		CHECK_EQ(slot->state, VSYS_SLOT_FREE);

		slot->state = VSYS_SLOT_SUBMITTED;
		CHECK(vsys_slot_wait(slot));
		CHECK(vsys_slot_wait(slot));	/* idempotent */
		CHECK(vsys_slot_complete(ring, s, INT64_MIN) != 0);
		CHECK(vsys_slot_finish(slot) == INT64_MIN);
	}
}

/* The doorbell is asked for exactly when the server sleeps. */
static void test_server(struct vsys_ring *ring)
{
	uint32_t cursor = 0, s = ring->nr_slots / 2;

	ring->head->server = VSYS_SERVER_ASLEEP;
	CHECK(vsys_slot_submit(ring, s));
	CHECK(bit_get(ring, s));
	CHECK_EQ(vsys_server_sleep(ring), 0);	/* somebody is waiting */
	CHECK_EQ(ring->head->server, VSYS_SERVER_AWAKE);
	CHECK_EQ(vsys_ring_claim(ring, &cursor), s);
	CHECK_EQ(vsys_server_sleep(ring), 1);
	CHECK_EQ(ring->head->server, VSYS_SERVER_ASLEEP);
	vsys_server_wake(ring);
	CHECK(!vsys_slot_submit(ring, s));
	CHECK(!vsys_server_dead(ring));
	vsys_server_die(ring);
	CHECK(vsys_server_dead(ring));
	CHECK_EQ(ring->head->server, VSYS_SERVER_DEAD);
	CHECK(!vsys_slot_submit(ring, s));
	vsys_server_beat(ring, 7);
	CHECK_EQ(ring->head->heartbeat, 7);
}

/* What is said of a slot's descriptor is believed of no other. */
static void test_made(struct vsys_ring *ring)
{
	uint32_t s, other;

	for (s = 0; s < VSYS_SLOTS_MAX; s += 31) {
		vsys_made_clear(ring, s);
		CHECK_EQ(vsys_made_type(ring, s, 0), 0);
		vsys_made_put(ring, s, 12, 0100644);
		CHECK_EQ(vsys_made_type(ring, s, 12), 0100000);
		CHECK_EQ(vsys_made_type(ring, s, 13), 0);
		CHECK_EQ(vsys_made_type(ring, s, VSYS_MADE_FD_MAX | 12), 0);
		CHECK_EQ(vsys_made_type(ring, s, ~0u), 0);
		for (other = s % VSYS_MADE; other < VSYS_SLOTS_MAX;
		     other += VSYS_MADE)
			CHECK(other == s || !vsys_made_type(ring, other, 12));
		vsys_made_put(ring, s, VSYS_MADE_FD_MAX, 0040755);
		CHECK_EQ(vsys_made_type(ring, s, 12), 0100000);
		vsys_made_put(ring, s, VSYS_MADE_FD_MAX - 1, 0170777);
		CHECK_EQ(vsys_made_type(ring, s, VSYS_MADE_FD_MAX - 1),
			 0170000);
		vsys_made_clear(ring, s);
		CHECK_EQ(vsys_made_type(ring, s, VSYS_MADE_FD_MAX - 1), 0);
	}
}

int main(void)
{
	uint64_t rnd = test_seed();
	uint32_t n;

	for (n = VSYS_SLOTS_MIN; n <= VSYS_SLOTS_MAX; n += 64) {
		struct vsys_ring ring = ring_make(n);

		test_single(&ring);
		test_outside(&ring);
		test_fair(&ring);
		test_random_sets(&ring, &rnd);
		test_states(&ring, &rnd);
		test_server(&ring);
		test_made(&ring);
		ring_free(&ring);
	}
	return test_exit();
}
