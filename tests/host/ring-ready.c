// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the words of readiness of include/virtuos/ring.h.
 * Why:		a change that is neither in the word nor told is a poll() that
 *		never returns; another descriptor's word that is believed is one
 *		that returns for nothing.
 * How:		each step of both ends by itself, for descriptors that share a
 *		place; one end's step at each place within the other's; a hostile
 *		other end; and a socket that is written to and read by two
 *		threads, as vsysback and vsysfront do it: the reader sleeps only
 *		when the word says "nothing", and whatever comes then must wake
 *		it.
 */
#include <pthread.h>
#include <sched.h>

/* Before each atomic operation of ring.h something can come in between. */
static void between(void);
#define __atomic_load_n(p, m)		(between(), __atomic_load_n(p, m))
#define __atomic_store_n(p, v, m)	(between(), __atomic_store_n(p, v, m))
#define __atomic_exchange_n(p, v, m)	(between(), __atomic_exchange_n(p, v, m))
#define __atomic_fetch_or(p, v, m)	(between(), __atomic_fetch_or(p, v, m))
#include <virtuos/ring.h>
#undef __atomic_load_n
#undef __atomic_store_n
#undef __atomic_exchange_n
#undef __atomic_fetch_or
#include "test.h"

#define IN	0x0001u		/* EPOLLIN */
#define OUT	0x0004u
#define RDHUP	0x2000u

static struct vsys_readiness *ready;

/* What F is told, or ~0. */
static uint32_t look(uint32_t fd)
{
	uint32_t mask = 0;

	return vsys_ready_look(ready, fd, &mask) ? mask : ~0u;
}

static void test_steps(uint32_t fd)
{
	uint32_t other = (fd + VSYS_READY) % VSYS_READY_FD_MAX;
	uint32_t *place = vsys_ready_place(ready, fd);

	memset(ready, 0, sizeof(*ready));
	/* Nothing is known, and a look does not write there. */
	CHECK_EQ(look(fd), ~0u);
	CHECK_EQ(*place, 0);
	/* What a call leaves does not arm, and a look does. */
	vsys_ready_put(ready, fd, vsys_ready_word(fd, OUT));
	CHECK_EQ(look(other), ~0u);
	CHECK_EQ(vsys_ready_wake(ready, fd, vsys_ready_word(fd, OUT | IN)), 0);
	CHECK_EQ(look(fd), OUT | IN);
	CHECK_EQ(look(fd), OUT | IN);
	/* Armed it stays, whatever calls leave, until a wake-up. */
	vsys_ready_put(ready, fd, vsys_ready_word(fd, OUT));
	CHECK_EQ(*place & VSYS_READY_ARMED, VSYS_READY_ARMED);
	vsys_ready_put(ready, fd, vsys_ready_word(fd, OUT));
	CHECK_EQ(look(fd), OUT);
	CHECK_EQ(vsys_ready_wake(ready, fd, vsys_ready_word(fd, IN | RDHUP)),
		 1);
	CHECK_EQ(vsys_ready_wake(ready, fd, vsys_ready_word(fd, IN | RDHUP)),
		 0);
	CHECK_EQ(look(fd), IN | RDHUP);
	/* Nothing is known any more, but the one who armed is told. */
	CHECK_EQ(vsys_ready_wake(ready, fd, 0), 1);
	CHECK_EQ(look(fd), ~0u);
	CHECK_EQ(*place, 0);
	/* A call says again what holds. */
	vsys_ready_put(ready, fd, vsys_ready_word(fd, 0));
	CHECK_EQ(look(fd), 0);
	/* The place is another's. */
	CHECK_EQ(vsys_ready_wake(ready, fd, 0), 1);
	vsys_ready_put(ready, other, vsys_ready_word(other, IN));
	CHECK_EQ(look(fd), ~0u);
	CHECK_EQ(*place & VSYS_READY_ARMED, 0);
	CHECK_EQ(look(other), IN);
}

/* Events that do not fit in do not become anything else. */
static void test_wide(void)
{
	memset(ready, 0, sizeof(*ready));
	vsys_ready_put(ready, 8, vsys_ready_word(8, ~0u));
	CHECK_EQ(vsys_ready_wake(ready, 8, vsys_ready_word(8, 0)), 0);
	CHECK_EQ(vsys_ready_word(8, ~0u) >> 16, 0);
	vsys_ready_put(ready, 8, vsys_ready_word(8, ~0u));
	CHECK_EQ(look(8), VSYS_READY_MASK);
}

/* ---- One within the other -------------------------------------------------- */

#define STEPS	6		/* more than any has */

static __thread void (*other)(void);	/* comes in between, once */
static __thread int before;		/* so many operations more */

static void between(void)
{
	void (*f)(void) = other;

	if (!f || before--)
		return;
	other = NULL;
	f();
}

static uint32_t seen;		/* by look() */
static int due;			/* says vsys_ready_wake() */
static uint32_t news;		/* what it writes */

static void step_look(void)
{
	seen = look(8);
}

static void step_wake(void)
{
	due = vsys_ready_wake(ready, 8, news);
}

static void step_call(void)
{
	vsys_ready_put(ready, 8, vsys_ready_word(8, IN | OUT));
}

/* The first is run with the second in it, after so many operations. */
static void within(void (*first)(void), void (*second)(void), int after,
		   int armed)
{
	memset(ready, 0, sizeof(*ready));
	vsys_ready_put(ready, 8, vsys_ready_word(8, OUT));
	if (armed)
		look(8);
	seen = ~0u;
	due = 0;
	other = second;
	before = after;
	first();
	if (other) {			/* it has fewer: behind it */
		other = NULL;
		second();
	}
}

static void test_within(int after, int armed)
{
	int i;

	for (i = 0; i < 4; i++) {
		news = i % 2 ? vsys_ready_word(8, IN) : 0;
		within(i < 2 ? step_look : step_wake,
		       i < 2 ? step_wake : step_look, after, armed);
		/* Seen, or told; and ~0 is to ask, which sees. */
		CHECK(due || seen & IN);
		CHECK(due || !armed);
	}
	/* Whoever has looked is told of what comes after a call. */
	for (i = 0; i < 2; i++) {
		within(i ? step_look : step_call, i ? step_call : step_look,
		       after, armed);
		CHECK_EQ(seen & OUT, OUT);
		CHECK_EQ(vsys_ready_wake(ready, 8, 0), 1);
	}
}

/* ---- A hostile end -------------------------------------------------------- */

static int stop;

static void *scribble(void *arg)
{
	uint64_t rnd = *(uint64_t *)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		__atomic_store_n(&ready->words[test_below(&rnd, VSYS_READY)],
				 test_random(&rnd), __ATOMIC_RELAXED);
	return NULL;
}

static void test_hostile(uint64_t *rnd)
{
	uint64_t seed = test_random(rnd) | 1;
	pthread_t thread;
	unsigned long k;

	test_need(!pthread_create(&thread, NULL, scribble, &seed), "thread");
	for (k = 0; k < test_scale(100000); k++) {
		uint32_t fd = test_random(rnd), mask = ~0u;
		int got = vsys_ready_look(ready, fd, &mask);

		CHECK(got == 0 || got == 1);
		CHECK_EQ(mask & ~VSYS_READY_MASK, 0);
		vsys_ready_put(ready, fd, vsys_ready_word(fd, k));
		got = vsys_ready_wake(ready, fd, k % 2 ? 0 : ~0u);
		CHECK(got == 0 || got == 1);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

/* ---- A socket ------------------------------------------------------------- */

#define FD		(3 * VSYS_READY + 17)

static uint32_t data;			/* that wait in it */
static uint32_t wakes;			/* lock */
static uint32_t events;			/* that F was told */
static int private_armed;		/* by the call POLL */
static int guess;			/* wake-ups do not know what holds */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t rounds;
static uint32_t words, calls, sleeps;	/* of the reader */

static uint32_t holds(void)
{
	return __atomic_load_n(&data, __ATOMIC_SEQ_CST) ? IN | OUT : OUT;
}

/* back_poll_wake() */
static void wake(void)
{
	int due;

	pthread_mutex_lock(&lock);
	__atomic_add_fetch(&wakes, 1, __ATOMIC_RELAXED);
	due = __atomic_exchange_n(&private_armed, 0, __ATOMIC_SEQ_CST);
	due |= vsys_ready_wake(ready, FD,
			       guess ? 0 : vsys_ready_word(FD, holds()));
	pthread_mutex_unlock(&lock);
	if (due)
		__atomic_add_fetch(&events, 1, __ATOMIC_SEQ_CST);
}

/* back_poll_ask() */
static uint32_t ask(void)
{
	uint32_t seen = __atomic_load_n(&wakes, __ATOMIC_SEQ_CST), mask;

	mask = holds();
	pthread_mutex_lock(&lock);
	if (seen == __atomic_load_n(&wakes, __ATOMIC_RELAXED))
		vsys_ready_put(ready, FD, vsys_ready_word(FD, mask));
	pthread_mutex_unlock(&lock);
	return mask;
}

static void *writer(void *arg)
{
	uint64_t rnd = *(uint64_t *)arg;
	uint32_t k, pause;

	for (k = 0; k < rounds; k++) {
		__atomic_add_fetch(&data, 1, __ATOMIC_SEQ_CST);
		wake();
		/* The next one meets the reader about to sleep. */
		while (test_below(&rnd, 8) &&
		       __atomic_load_n(&data, __ATOMIC_SEQ_CST))
			sched_yield();
		for (pause = test_below(&rnd, 64); pause; pause--)
			vsys_relax();
	}
	return NULL;
}

/* front_poll() */
static uint32_t poll_socket(void)
{
	uint32_t mask = look(FD);

	if (mask != ~0u) {
		words++;
		return mask;
	}
	calls++;
	__atomic_store_n(&private_armed, 1, __ATOMIC_SEQ_CST);
	return ask();
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until F is told something new.  False: nobody does. */
static int told(uint32_t seen)
{
	const char *limit = getenv("LIMIT_MS");
	long end = 0;
	int i;

	sleeps++;
	for (i = 1; __atomic_load_n(&events, __ATOMIC_SEQ_CST) == seen; i++) {
		if (i % 64) {
			sched_yield();
			continue;
		}
		if (!end)
			end = now_ms() + (limit ? atol(limit) : 20000);
		else if (now_ms() > end)
			return 0;
		usleep(100);
	}
	return 1;
}

/* Reads what there is, and only when it is told that there is something. */
static void reader(void)
{
	uint32_t got = 0, seen, n;

	while (got < rounds) {
		seen = __atomic_load_n(&events, __ATOMIC_SEQ_CST);
		if (!(poll_socket() & IN)) {
			if (!CHECK(told(seen)))
				return;
			continue;
		}
		n = __atomic_exchange_n(&data, 0, __ATOMIC_SEQ_CST);
		CHECK(n > 0);		/* a word that lied */
		got += n;
		ask();			/* back_poll_refresh() */
	}
}

static void test_socket(uint64_t *rnd, int unsure)
{
	uint64_t seed = test_random(rnd) | 1;
	pthread_t thread;

	memset(ready, 0, sizeof(*ready));
	data = wakes = events = words = calls = sleeps = 0;
	private_armed = 0;
	guess = unsure;
	rounds = test_scale(100000);
	test_need(!pthread_create(&thread, NULL, writer, &seed), "thread");
	reader();
	if (test_failures)
		_exit(1);		/* the writer waits for ever */
	pthread_join(thread, NULL);
	printf("%u pieces: the word was good %u times, %u calls, %u sleeps\n",
	       rounds, words, calls, sleeps);
	CHECK(unsure || calls <= 1);
	CHECK(words > 0);
}

int main(void)
{
	static const uint32_t fds[] = { 8, 1023, 1024, 1033, 1u << 20,
					VSYS_READY_FD_MAX - 1 };
	uint64_t rnd = test_seed();
	unsigned int i;

	ready = test_guarded(sizeof(*ready));
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		test_steps(fds[i]);
	test_wide();
	for (i = 0; i < STEPS * 2; i++)
		test_within(i / 2, i % 2);
	test_hostile(&rnd);
	test_socket(&rnd, 0);
	test_socket(&rnd, 1);
	return test_exit();
}
