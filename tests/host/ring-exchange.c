// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	whole calls through include/virtuos/ring.h: many client
 *		threads, several workers with one leader at a time, sleep on
 *		both sides.
 * Why:		a lost wake-up is a program that hangs; a missing barrier is
 *		wrong data; a leader that blocks must not stall the channel.
 * How:		each client fills its slot and its part of an arena, submits,
 *		spins for a random short time, then sleeps; workers sleep when
 *		idle.  Every sleep has a limit: reaching it is a failure.  Data
 *		both ways is compared; TSan watches the order of accesses.
 *		Pairs of clients run calls of which one returns only after the
 *		other has been served by another worker.  Each run is made
 *		twice: with a bell of each client's own, and with one bell for
 *		all and events that name the slot, as vsysback and vsysfront have
 *		it, some of which are lost in overflows.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <virtuos/ring.h>
#include "test.h"

#define CLIENTS_MAX	32
#define DATA		256		/* bytes of arena per client */

static int limit_ms = 15000;		/* a sleep this long is a lost wake-up */

enum { NR_COPY = 1, NR_SLOW, NR_MEET_WAIT, NR_MEET_POST };

struct client {
	pthread_t thread;
	uint32_t slot;
	uint64_t rnd;
	unsigned long rounds;
	sem_t bell;			/* B to F, for this thread */
	int asleep;			/* sleepers; or about to be */
	uint64_t in[DATA / 8], out[DATA / 8];	/* its region of the arena */
	sem_t meet;
	unsigned long sleeps;
};

static struct vsys_ring ring;
static struct client clients[CLIENTS_MAX];
static uint32_t nr_clients;
static int bell;			/* F to B */
static unsigned long bells, naps;

/* ---- one bell for all -------------------------------------------------- */

static int named;			/* answers, by events */
static sem_t interrupt;
static pthread_mutex_t event_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleepers = PTHREAD_MUTEX_INITIALIZER;
static uint32_t event_prod, told;	/* event_lock */
static unsigned long overflows;
static int quiet;			/* no more interrupts */

/* Events of descriptors, more than there is room for. */
static void events_flood(void)
{
	uint32_t i;

	for (i = 0; i < VSYS_EVENTS + 8; i++)
		vsys_event_put(&ring, &event_prod, 8 + i);
}

static void event_answer(uint32_t slot)
{
	pthread_mutex_lock(&event_lock);
	if (++told % 97 == 0)
		events_flood();
	vsys_event_put(&ring, &event_prod, VSYS_EVENT_ANSWER | slot);
	pthread_mutex_unlock(&event_lock);
	sem_post(&interrupt);
}

/* front_wait_wake() */
static void wake_sleeper(struct client *c, uint32_t slot)
{
	pthread_mutex_lock(&sleepers);
	if (c->asleep && c->slot == slot && vsys_slot_done(&ring.slots[slot])) {
		c->asleep = 0;
		sem_post(&c->bell);
	}
	pthread_mutex_unlock(&sleepers);
}

/* front_channel_drain() */
static void events_drain(uint32_t *cons)
{
	uint32_t event, i;
	int got = 1;

	for (i = 0; i < VSYS_EVENTS && got > 0; i++) {
		got = vsys_event_get(&ring, cons, &event);
		if (got > 0 && event & VSYS_EVENT_ANSWER)
			wake_sleeper(&clients[event % CLIENTS_MAX],
				     event & ~VSYS_EVENT_ANSWER);
	}
	if (got >= 0)
		return;
	overflows++;
	for (i = 0; i < nr_clients; i++)
		wake_sleeper(&clients[i], clients[i].slot);
}

static void *interrupts(void *arg)
{
	uint32_t cons = 0;

	(void)arg;
	for (;;) {
		while (sem_wait(&interrupt))
			;
		if (__atomic_load_n(&quiet, __ATOMIC_ACQUIRE))
			return NULL;
		events_drain(&cons);
	}
}

/* The client is among the sleepers from before it says so to the server. */
static void asleep(struct client *c)
{
	pthread_mutex_lock(&sleepers);
	c->asleep = 1;
	pthread_mutex_unlock(&sleepers);
}

/* It does not sleep; if it has been woken all the same, that is over, too. */
static void awake(struct client *c)
{
	pthread_mutex_lock(&sleepers);
	if (named && !c->asleep)
		sem_wait(&c->bell);
	c->asleep = 0;
	pthread_mutex_unlock(&sleepers);
}

/* ---- the server -------------------------------------------------------- */

static pthread_mutex_t lead = PTHREAD_MUTEX_INITIALIZER;
static uint32_t cursor;			/* under lead */
static int stop;

static void timed_wait(sem_t *sem, const char *what)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += limit_ms / 1000;
	ts.tv_nsec += limit_ms % 1000 * 1000000l;
	if (ts.tv_nsec >= 1000000000l) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000l;
	}
	while (sem_timedwait(sem, &ts)) {
		if (errno == EINTR)
			continue;
		fprintf(stderr, "lost wake-up: %s\n", what);
		_exit(1);
	}
}

static void server_nap(void)
{
	struct pollfd p = { .fd = bell, .events = POLLIN };
	uint64_t n;

	naps++;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		/*
		 * The clients look after lost doorbells; this limit only lets
		 * "stop" be seen.
		 */
		if (poll(&p, 1, 100) == 1 && read(bell, &n, sizeof(n)) == 8)
			break;
	}
	vsys_server_wake(&ring);
}

static int64_t server_run(const struct vsys_call *call, struct client *c)
{
	uint64_t sum = call->nr;
	int i;

	switch (call->nr) {
	case NR_SLOW:
		usleep(call->args[1] % 300);
		/* fall through */
	case NR_COPY:
		for (i = 0; i < DATA / 8; i++) {
			sum = sum * 31 + c->in[i];
			c->out[i] = c->in[i] ^ call->args[2];
		}
		break;
	case NR_MEET_WAIT:
		timed_wait(&c->meet, "a follower did not take over");
		break;
	case NR_MEET_POST:
		sem_post(&clients[call->args[1]].meet);
		break;
	}
	return (sum ^ call->args[0] ^ call->args[5]) >> 1;
}

static void server_serve(uint32_t index)
{
	struct client *c = &clients[index % CLIENTS_MAX];
	struct vsys_call call;
	int64_t ret;
	int blocks;

	if (!vsys_ring_take(&ring, index, &call)) {
		CHECK(!"a bit without a call");
		return;
	}
	blocks = call.nr == NR_SLOW || call.nr == NR_MEET_WAIT;
	if (blocks)
		pthread_mutex_unlock(&lead);	/* a follower polls on */
	ret = server_run(&call, c);
	if (vsys_slot_complete(&ring, index, ret)) {
		__atomic_add_fetch(&bells, 1, __ATOMIC_RELAXED);
		if (named)
			event_answer(index);
		else
			sem_post(&c->bell);
	}
	if (blocks)
		pthread_mutex_lock(&lead);
}

static void *worker(void *arg)
{
	uint64_t rnd = (uintptr_t)arg;
	unsigned int idle = 0;
	int index;

	pthread_mutex_lock(&lead);
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		index = vsys_ring_claim(&ring, &cursor);
		if (index >= 0) {
			server_serve(index);
			idle = 0;
		} else if (++idle > test_below(&rnd, 200)) {
			/* Let a call slip in between the look and the sleep. */
			if (!test_below(&rnd, 4))
				sched_yield();
			if (vsys_server_sleep(&ring))
				server_nap();
			idle = 0;
		} else {
			vsys_relax();
		}
	}
	pthread_mutex_unlock(&lead);
	return NULL;
}

/* ---- the clients ------------------------------------------------------- */

static int64_t client_call(struct client *c, uint32_t nr, const uint64_t *args)
{
	struct vsys_slot *slot = &ring.slots[c->slot];
	unsigned int spin = test_below(&c->rnd, 400);
	uint64_t one = 1;
	int i;

	CHECK_EQ(slot->state, VSYS_SLOT_FREE);
	slot->nr = nr;
	for (i = 0; i < 6; i++)
		slot->args[i] = args[i];
	if (vsys_slot_submit(&ring, c->slot))
		test_need(write(bell, &one, 8) == 8, "doorbell");
	while (spin-- && !vsys_slot_done(slot))
		vsys_relax();
	while (!vsys_slot_done(slot)) {
		asleep(c);
		if (!vsys_slot_wait(slot)) {
			awake(c);
			continue;
		}
		timed_wait(&c->bell, "a client sleeps though its call is done, "
				     "or nobody serves it");
		c->sleeps++;
		CHECK(vsys_slot_done(slot));
	}
	return vsys_slot_finish(slot);
}

static void client_round(struct client *c, unsigned long k)
{
	uint32_t self = c - clients, i, nr;
	uint64_t args[6], sum;

	for (i = 0; i < 6; i++)
		args[i] = test_random(&c->rnd);
	nr = test_below(&c->rnd, 50) ? NR_COPY : NR_SLOW;
	if (k % 64 == 63) {
		nr = self % 2 ? NR_MEET_POST : NR_MEET_WAIT;
		args[1] = self - 1;
	}
	for (i = 0; i < DATA / 8; i++)
		c->in[i] = args[0] + i;
	sum = nr;
	if (nr == NR_COPY || nr == NR_SLOW)
		for (i = 0; i < DATA / 8; i++)
			sum = sum * 31 + c->in[i];
	CHECK(client_call(c, nr, args) ==
	      (int64_t)((sum ^ args[0] ^ args[5]) >> 1));
	if (nr == NR_COPY || nr == NR_SLOW)
		for (i = 0; i < DATA / 8; i++)
			CHECK(c->out[i] == (c->in[i] ^ args[2]));
}

static void *client(void *arg)
{
	struct client *c = arg;
	unsigned long k;

	for (k = 0; k < c->rounds; k++) {
		client_round(c, k);
		if (!test_below(&c->rnd, 100))
			usleep(test_below(&c->rnd, 200));	/* let B nap */
	}
	return NULL;
}

/* ---- a run ------------------------------------------------------------- */

static void run(uint32_t n, uint32_t nr_workers, unsigned long rounds,
		uint64_t *rnd)
{
	pthread_t workers[CLIENTS_MAX + 2], irq;
	unsigned long slept = 0;
	uint64_t one = 1;
	uint32_t i;

	nr_clients = n;
	bells = naps = cursor = overflows = event_prod = told = 0;
	stop = quiet = 0;
	sem_init(&interrupt, 0, 0);
	memset(ring.head, 0, sizeof(*ring.head));
	memset(ring.slots, 0, ring.nr_slots * sizeof(*ring.slots));
	for (i = 0; i < n; i++) {
		struct client *c = &clients[i];

		memset(c, 0, sizeof(*c));
		/* spread over the words of the bitmap; index % MAX is i */
		c->slot = i + CLIENTS_MAX * (i % (ring.nr_slots / CLIENTS_MAX));
		c->rnd = test_random(rnd) | 1;
		c->rounds = rounds - rounds % 64;
		sem_init(&c->bell, 0, 0);
		sem_init(&c->meet, 0, 0);
	}
	test_need(!pthread_create(&irq, NULL, interrupts, NULL), "thread");
	for (i = 0; i < nr_workers; i++)
		test_need(!pthread_create(&workers[i], NULL, worker,
					  (void *)(uintptr_t)
					  (test_random(rnd) | 1)), "thread");
	for (i = 0; i < n; i++)
		test_need(!pthread_create(&clients[i].thread, NULL, client,
					  &clients[i]), "thread");
	for (i = 0; i < n; i++) {
		pthread_join(clients[i].thread, NULL);
		slept += clients[i].sleeps;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	test_need(write(bell, &one, 8) == 8, "doorbell");
	for (i = 0; i < nr_workers; i++)
		pthread_join(workers[i], NULL);
	__atomic_store_n(&quiet, 1, __ATOMIC_RELEASE);
	sem_post(&interrupt);
	pthread_join(irq, NULL);
	printf("%2u clients, %2u workers, %4u slots: %lu calls, clients slept "
	       "%lu times, server %lu times, %lu overflows\n", n, nr_workers,
	       ring.nr_slots, n * (rounds - rounds % 64), slept, naps,
	       overflows);
	fflush(stdout);
	CHECK_EQ(slept, bells);
	CHECK(!vsys_ring_pending(&ring));
}

int main(void)
{
	static const struct { uint32_t clients, slots; } runs[] = {
		{ 2, 64 }, { 4, 64 }, { 16, 256 }, { 32, VSYS_SLOTS_MAX },
	};
	uint64_t rnd = test_seed();
	unsigned long rounds;
	unsigned int i;

	if (getenv("LIMIT_MS"))
		limit_ms = atoi(getenv("LIMIT_MS"));
	bell = eventfd(0, EFD_NONBLOCK);
	test_need(bell >= 0, "eventfd");
	ring.head = test_guarded(sizeof(*ring.head));
	ring.slots = test_guarded(VSYS_SLOTS_MAX * sizeof(*ring.slots));
	for (i = 0; i < 2 * sizeof(runs) / sizeof(runs[0]); i++) {
		named = i % 2;
		ring.nr_slots = runs[i / 2].slots;
		rounds = test_scale(24000 / runs[i / 2].clients);
		/* Half the clients may block at once; one more polls. */
		run(runs[i / 2].clients, runs[i / 2].clients + 1,
		    rounds < 64 ? 64 : rounds, &rnd);
	}
	return test_exit();
}
