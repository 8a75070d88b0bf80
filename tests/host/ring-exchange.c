// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	whole calls through include/virtuos/ring.h: many client
 *		threads, several workers with one leader at a time, sleep on
 *		both sides.  Who blocks makes a follower the leader, and takes
 *		the lead back from one that sleeps.
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
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
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

struct worker {
	pthread_t thread;
	uint64_t rnd;
	uint32_t cursor;
	sem_t wake;
	int listed;			/* among those that follow; under lock */
	struct worker *next;
};

static struct vsys_ring ring;
static struct client clients[CLIENTS_MAX];
static struct worker workers[CLIENTS_MAX + 2];
static uint32_t nr_clients, nr_workers;
static unsigned long bells, naps, backs;

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
static void falls_asleep(struct client *c)
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct worker *leader, *idle;	/* under lock; leader is read without */
static int asleep;			/* under lock */
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

static int stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static int leads(const struct worker *w)
{
	return __atomic_load_n(&leader, __ATOMIC_ACQUIRE) == w;
}

/* Under lock. */
static void worker_leads(struct worker *w)
{
	__atomic_store_n(&leader, w, __ATOMIC_RELEASE);
}

/* Under lock. */
static void worker_list(struct worker *w)
{
	if (w->listed)
		return;
	w->listed = 1;
	w->next = idle;
	idle = w;
}

/* What the doorbell's interrupt does. */
static void server_ring(void)
{
	pthread_mutex_lock(&lock);
	if (leader)
		sem_post(&leader->wake);
	pthread_mutex_unlock(&lock);
}

/* Its call is about to block: the first follower leads. */
static void worker_blocks(struct worker *w)
{
	pthread_mutex_lock(&lock);
	if (leader == w) {
		worker_leads(idle);
		if (idle) {
			idle->listed = 0;
			sem_post(&idle->wake);
			idle = idle->next;
		}
	}
	pthread_mutex_unlock(&lock);
}

/* It goes on, and is about to answer: a leader that sleeps follows. */
static void worker_return(struct worker *w)
{
	pthread_mutex_lock(&lock);
	if (asleep && leader != w) {
		if (leader)
			worker_list(leader);
		worker_leads(w);
		asleep = 0;
		backs++;
		vsys_server_wake(&ring);
	}
	pthread_mutex_unlock(&lock);
}

/* Without a limit: a lost wake-up is one of the clients, which have theirs. */
static void worker_doze(struct worker *w)
{
	int sleeps;

	pthread_mutex_lock(&lock);
	sleeps = asleep = vsys_server_sleep(&ring);
	naps += sleeps;
	pthread_mutex_unlock(&lock);
	if (!sleeps)
		return;
	while (!stopped() && sem_wait(&w->wake))
		;
	pthread_mutex_lock(&lock);
	if (leader == w) {
		asleep = 0;
		vsys_server_wake(&ring);
	}
	pthread_mutex_unlock(&lock);
}

/* Until it leads. */
static void worker_follow(struct worker *w)
{
	pthread_mutex_lock(&lock);
	if (!leader)
		worker_leads(w);
	else if (leader != w)
		worker_list(w);
	pthread_mutex_unlock(&lock);
	while (!leads(w) && !stopped())
		sem_wait(&w->wake);
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

static void server_serve(struct worker *w, uint32_t index)
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
		worker_blocks(w);
	ret = server_run(&call, c);
	if (blocks)
		worker_return(w);
	if (vsys_slot_complete(&ring, index, ret)) {
		__atomic_add_fetch(&bells, 1, __ATOMIC_RELAXED);
		if (named)
			event_answer(index);
		else
			sem_post(&c->bell);
	}
}

static void worker_lead(struct worker *w)
{
	unsigned int looks = 0;
	int index;

	while (leads(w) && !stopped()) {
		index = vsys_ring_claim(&ring, &w->cursor);
		if (index >= 0) {
			server_serve(w, index);
			looks = 0;
		} else if (++looks > test_below(&w->rnd, 200)) {
			/* Let a call slip in between the look and the sleep. */
			if (!test_below(&w->rnd, 4))
				sched_yield();
			worker_doze(w);
			looks = 0;
		} else {
			vsys_relax();
		}
	}
}

static void *worker(void *arg)
{
	struct worker *w = arg;

	while (!stopped()) {
		worker_follow(w);
		worker_lead(w);
	}
	return NULL;
}

/* ---- the clients ------------------------------------------------------- */

static int64_t client_call(struct client *c, uint32_t nr, const uint64_t *args)
{
	struct vsys_slot *slot = &ring.slots[c->slot];
	unsigned int spin = test_below(&c->rnd, 400);
	int i;

	CHECK_EQ(slot->state, VSYS_SLOT_FREE);
	slot->nr = nr;
	for (i = 0; i < 6; i++)
		slot->args[i] = args[i];
	if (vsys_slot_submit(&ring, c->slot))
		server_ring();
	while (spin-- && !vsys_slot_done(slot))
		vsys_relax();
	while (!vsys_slot_done(slot)) {
		falls_asleep(c);
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

static void run_workers(uint32_t n, uint64_t *rnd)
{
	uint32_t i;

	nr_workers = n;
	leader = idle = NULL;
	asleep = stop = 0;
	for (i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		memset(w, 0, sizeof(*w));
		w->rnd = test_random(rnd) | 1;
		sem_init(&w->wake, 0, 0);
		test_need(!pthread_create(&w->thread, NULL, worker, w),
			  "thread");
	}
}

static void stop_workers(void)
{
	uint32_t i;

	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (i = 0; i < nr_workers; i++)
		sem_post(&workers[i].wake);
	for (i = 0; i < nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
}

static void run(uint32_t n, unsigned long rounds, uint64_t *rnd)
{
	unsigned long slept = 0;
	pthread_t irq;
	uint32_t i;

	nr_clients = n;
	bells = naps = backs = overflows = event_prod = told = 0;
	quiet = 0;
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
	/* Half the clients may block at once; one more polls. */
	run_workers(n + 1, rnd);
	for (i = 0; i < n; i++)
		test_need(!pthread_create(&clients[i].thread, NULL, client,
					  &clients[i]), "thread");
	for (i = 0; i < n; i++) {
		pthread_join(clients[i].thread, NULL);
		slept += clients[i].sleeps;
	}
	stop_workers();
	__atomic_store_n(&quiet, 1, __ATOMIC_RELEASE);
	sem_post(&interrupt);
	pthread_join(irq, NULL);
	printf("%2u clients, %4u slots: %lu calls, clients slept %lu times, "
	       "server %lu times, the lead was taken back %lu times, %lu overflows\n",
	       n, ring.nr_slots, n * (rounds - rounds % 64), slept, naps, backs,
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
	ring.head = test_guarded(sizeof(*ring.head));
	ring.slots = test_guarded(VSYS_SLOTS_MAX * sizeof(*ring.slots));
	for (i = 0; i < 2 * sizeof(runs) / sizeof(runs[0]); i++) {
		named = i % 2;
		ring.nr_slots = runs[i / 2].slots;
		rounds = test_scale(24000 / runs[i / 2].clients);
		run(runs[i / 2].clients, rounds < 64 ? 64 : rounds, &rnd);
	}
	return test_exit();
}
