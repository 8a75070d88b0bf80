// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the event ring of include/virtuos/ring.h.
 * Why:		a cookie that is lost without the overflow mark is a poll()
 *		that never returns; a peer's index that is believed is a read
 *		out of bounds.
 * How:		order and wrap-around against a model, at the places where the
 *		free-running indices wrap; hostile indices from both ends; a
 *		producer and a consumer thread with overflows, where every
 *		cookie is either seen or covered by an overflow.
 */
#include <pthread.h>
#include <sched.h>
#include <virtuos/ring.h>
#include "test.h"

static struct vsys_ring ring;

/* Both ends start at index "at", with an empty ring. */
static void ring_reset(uint32_t at)
{
	memset(ring.head, 0, sizeof(*ring.head));
	ring.head->event_prod = at;
	ring.head->event_cons = at;
}

static void test_order(uint32_t at, uint64_t *rnd)
{
	uint32_t prod = at, cons = at, in = 0, out = 0, cookie = 0, k;

	ring_reset(at);
	for (k = 0; k < 5000; k++) {
		if (in - out < VSYS_EVENTS && test_below(rnd, 2)) {
			vsys_event_put(&ring, &prod, 1000 + in++);
		} else {
			int got = vsys_event_get(&ring, &cons, &cookie);

			CHECK_EQ(got, in != out);
			if (got == 1)
				CHECK_EQ(cookie, 1000 + out++);
		}
		CHECK_EQ(ring.head->event_prod - at, in);
		CHECK_EQ(ring.head->event_cons - at, out);
		CHECK_EQ(ring.head->event_overflow, 0);
	}
}

static void test_overflow(uint32_t at)
{
	uint32_t prod = at, cons = at, cookie = 0, k;

	ring_reset(at);
	for (k = 0; k < VSYS_EVENTS; k++)
		vsys_event_put(&ring, &prod, k);
	CHECK_EQ(ring.head->event_overflow, 0);
	vsys_event_put(&ring, &prod, 9999);
	CHECK_EQ(ring.head->event_overflow, 1);
	CHECK_EQ(prod, at + VSYS_EVENTS);	/* nothing was overwritten */
	CHECK_EQ(ring.head->events[at % VSYS_EVENTS], 0);
	CHECK_EQ(vsys_event_get(&ring, &cons, &cookie), -1);
	CHECK_EQ(ring.head->event_overflow, 0);
	CHECK_EQ(vsys_event_get(&ring, &cons, &cookie), 0);
	vsys_event_put(&ring, &prod, 42);	/* both go on */
	CHECK_EQ(vsys_event_get(&ring, &cons, &cookie), 1);
	CHECK_EQ(cookie, 42);
}

/* The consumer's index is hostile: never more than the mark is written. */
static void test_hostile_cons(uint64_t *rnd)
{
	uint32_t prod = 0, k;

	ring_reset(0);
	for (k = 0; k < 20000; k++) {
		uint32_t before = prod;

		ring.head->event_cons = test_random(rnd);
		vsys_event_put(&ring, &prod, k);
		CHECK(prod == before || prod == before + 1);
	}
}

/* The producer's index is hostile: get ends, and says so. */
static void test_hostile_prod(uint64_t *rnd)
{
	uint32_t cons = 0, cookie, k, n;

	ring_reset(0);
	for (k = 0; k < 2000; k++) {
		uint32_t lie = test_random(rnd);

		if (k % 3 == 0)
			lie = cons + VSYS_EVENTS + (k % 5) - 2;
		ring.head->event_prod = lie;
		ring.head->event_overflow = test_below(rnd, 4) ? 0 :
					    test_random(rnd);
		for (n = 0; vsys_event_get(&ring, &cons, &cookie) == 1; n++)
			;
		CHECK(n <= VSYS_EVENTS);
		CHECK_EQ(cons, lie);	/* resynchronised */
	}
}

/*
 * Two threads.  The producer notes for each cookie that did not fit how many
 * overflows the consumer had reported before; when the consumer meets the gap,
 * or the end, it must have reported another one since.
 */
#define COOKIES 200000u

static uint32_t *dropped_at;	/* by cookie, ~0: was not dropped */
static uint32_t reports;

static void *producer(void *arg)
{
	uint64_t rnd = *(uint64_t *)arg;
	uint32_t prod = 0xfffffff0u, k, seen, before;

	for (k = 1; k <= COOKIES; k++) {
		seen = __atomic_load_n(&reports, __ATOMIC_SEQ_CST);
		before = prod;
		dropped_at[k] = seen;
		vsys_event_put(&ring, &prod, k);
		if (prod != before)
			dropped_at[k] = ~0u;
		if (!test_below(&rnd, 64))
			sched_yield();
	}
	return NULL;
}

/*
 * Cookies first … last - 1 did not come: each is covered by a report.  Those
 * that were put can only have been skipped by a report's jump, which came
 * after the cookie before them, when there had been "then" reports.
 */
static uint32_t check_gap(uint32_t first, uint32_t last, uint32_t then)
{
	uint32_t k, covered = 0;

	for (k = first; k < last; k++) {
		if (dropped_at[k] == ~0u) {
			CHECK(reports > then);
			continue;
		}
		CHECK(reports > dropped_at[k]);
		covered++;
	}
	return covered;
}

static void test_threads(uint64_t *rnd)
{
	uint32_t cons = 0xfffffff0u, cookie = 0, last = 0, seen = 0;
	uint32_t dropped = 0, then = 0;
	uint64_t seed = test_random(rnd) | 1;
	pthread_t thread;
	int joined = 0, got;

	ring_reset(cons);
	reports = 0;
	dropped_at = calloc(COOKIES + 1, sizeof(*dropped_at));
	test_need(dropped_at != NULL, "calloc");
	test_need(!pthread_create(&thread, NULL, producer, &seed), "thread");
	for (;;) {
		got = vsys_event_get(&ring, &cons, &cookie);
		if (got == 1) {
			if (!CHECK(cookie > last))
				break;
			dropped += check_gap(last + 1, cookie, then);
			last = cookie;
			then = reports;
			if (++seen % 2000 == 0)
				usleep(500);	/* fall behind */
		} else if (got < 0) {
			__atomic_add_fetch(&reports, 1, __ATOMIC_SEQ_CST);
		} else if (joined) {
			break;
		} else if (pthread_tryjoin_np(thread, NULL) == 0) {
			joined = 1;
		} else if (!test_below(rnd, 16)) {
			sched_yield();
		}
	}
	if (joined)
		dropped += check_gap(last + 1, COOKIES + 1, then);
	printf("%u of %u cookies seen, %u did not fit, %u overflows\n", seen,
	       COOKIES, dropped, reports);
	CHECK(dropped > 0);	/* else the test has lost its subject */
	free(dropped_at);
}

int main(void)
{
	static const uint32_t at[] = { 0, 1, 511, 512, 0xffffffffu,
				       0xfffffe00u, 0xfffffdffu, 0x7fffffffu };
	uint64_t rnd = test_seed();
	unsigned int i;

	ring.head = test_guarded(sizeof(*ring.head));
	ring.nr_slots = 64;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		test_order(at[i], &rnd);
		test_overflow(at[i]);
	}
	test_hostile_cons(&rnd);
	test_hostile_prod(&rnd);
	test_threads(&rnd);
	return test_exit();
}
