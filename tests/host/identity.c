// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/identity.c.
 * Why:		a call must be made with the rights of the thread that makes it,
 *		those of the moment: a slot that still has another's is a file
 *		server that writes as the wrong user.
 * How:		a service that notes what is attested, and "calls" that are made
 *		with what their slot has there.  First one step after another,
 *		with a count of what was asked; then threads that change
 *		alone and together at random: none calls with rights that are not
 *		its own, or that were given up before the call began.
 */
#include <pthread.h>
#include <sched.h>

#include "libvirtuos/core.h"
#include "test.h"

enum { SLOTS = 4, SERVICE = 2 };

/* A thread's rights: what all have in common, and what is its own. */
struct rights {
	uint32_t common, own;
};

static uint32_t common;			/* as the kernel has it now */
static uint32_t settled;		/* whoever changed it has returned */
static __thread uint32_t own;

static struct rights of_channel, of_slot[SLOTS];
static bool has_own[SLOTS];
static pthread_mutex_t service = PTHREAD_MUTEX_INITIALIZER;
static int asked, asked_for_all, asked_reset;
static long fail;			/* what the next request says */
static void (*meanwhile)(void);		/* between its doing and its answer */

/* ---- the rest of the library ---------------------------------------------- */

bool virtuos_active = true;
struct virtuos_routes virtuos_routes;

static struct virtuos_channel channel;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void virtuos_log(const char *format, ...)
{
	(void)format;
}

void virtuos_channel_lock(uint64_t *signals)
{
	*signals = 0;
	pthread_mutex_lock(&lock);
}

void virtuos_channel_unlock(const uint64_t *signals)
{
	(void)signals;
	pthread_mutex_unlock(&lock);
}

struct virtuos_channel *virtuos_channel_get(int number)
{
	return number == SERVICE && !channel.life ? &channel : NULL;
}

void virtuos_channel_dead(struct virtuos_channel *ch)
{
	ch->life = VIRTUOS_ENDED;
}

static struct rights mine(void)
{
	return (struct rights){ __atomic_load_n(&common, __ATOMIC_SEQ_CST),
				own };
}

/* It takes the lock, as giving a service up does. */
long virtuos_sandbox_refused(struct virtuos_channel *ch)
{
	CHECK(!pthread_mutex_trylock(&lock));
	ch->life = VIRTUOS_ENDED;
	pthread_mutex_unlock(&lock);
	return VIRTUOS_DEAD;
}

long virtuos_channel_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg)
{
	const struct vsys_front_creds *creds = arg;
	struct rights now = mine();
	long err = __atomic_exchange_n(&fail, 0, __ATOMIC_SEQ_CST);
	void (*between)(void);

	CHECK(ch == &channel && request == VSYS_IOC_CREDS);
	if (err)
		return err;
	pthread_mutex_lock(&service);
	asked++;
	if (creds->slot == VSYS_CREDS_CHANNEL) {
		asked_for_all++;
		of_channel = now;
	} else {
		asked_reset += creds->flags & VSYS_CREDS_RESET;
		has_own[creds->slot] = !(creds->flags & VSYS_CREDS_RESET);
		of_slot[creds->slot] = now;
	}
	pthread_mutex_unlock(&service);
	between = __atomic_exchange_n(&meanwhile, NULL, __ATOMIC_SEQ_CST);
	if (between)
		between();
	return 0;
}

/* ---- one step after another ------------------------------------------------ */

static void opened(void)
{
	memset(&channel, 0, sizeof(channel));
	channel.service = SERVICE;
	memset(has_own, 0, sizeof(has_own));
	of_channel = mine();
	virtuos_identity_begin(&channel);
	asked = asked_for_all = asked_reset = 0;
}

/* What a call in that slot would be made with. */
static struct rights effective(int slot)
{
	struct rights got;

	pthread_mutex_lock(&service);
	got = has_own[slot] ? of_slot[slot] : of_channel;
	pthread_mutex_unlock(&service);
	return got;
}

/* Makes one: how much was asked for it. */
static int call(int slot)
{
	int before = asked;
	struct rights got;

	CHECK_EQ(virtuos_identity_check(&channel, slot), 0);
	got = effective(slot);
	CHECK_EQ(got.own, own);
	CHECK_EQ(got.common, common);
	return asked - before;
}

static void alone(void)
{
	static uint32_t numbers;

	own = __atomic_add_fetch(&numbers, 1, __ATOMIC_SEQ_CST);
	virtuos_creds_changed_alone();
}

static void together(void)
{
	__atomic_add_fetch(&common, 1, __ATOMIC_SEQ_CST);
	virtuos_creds_changed();
}

static void umask_changed(void)
{
	__atomic_add_fetch(&common, 1, __ATOMIC_SEQ_CST);
	virtuos_limits_changed();
}

static void *run(void *function)
{
	own = 0;
	((void (*)(void))function)();
	return NULL;
}

/* In a thread of its own, from here. */
static void thread(void (*function)(void))
{
	pthread_t t;

	test_need(!pthread_create(&t, NULL, run, (void *)function), "thread");
	pthread_join(t, NULL);
}

static void usual(void)
{
	CHECK_EQ(call(0), 0);
	CHECK_EQ(call(1), 0);
}

static void goes_its_own_way(void)
{
	int for_all = asked_for_all;

	CHECK_EQ(call(0), 0);
	alone();
	CHECK_EQ(call(0), 1);
	CHECK_EQ(call(0), 0);
	CHECK_EQ(call(1), 1);
	alone();
	CHECK_EQ(call(0), 1);
	/* Its umask changes, and so does everybody's: no channel is its. */
	umask_changed();
	CHECK_EQ(asked_for_all, for_all);
	CHECK_EQ(call(0), 1);
}

/* What such a thread makes has its rights, and no number that tells. */
static void child_of_it(void)
{
	own = 1234;
	CHECK_EQ(call(0), 1);
	CHECK_EQ(call(0), 0);
}

static void another_changes_all(void)
{
	thread(together);
}

/* Everybody's rights change when the old ones have just been attested. */
static void overtaken(void)
{
	alone();
	meanwhile = another_changes_all;
	/* The old ones, the channel's, and the new ones. */
	CHECK_EQ(call(0), 3);
	CHECK_EQ(call(0), 0);
}

static void opens_and_changes_all(void)
{
	alone();
	opened();
	CHECK_EQ(call(0), 0);
	together();
	CHECK_EQ(asked_for_all, 1);
	CHECK_EQ(call(0), 0);
}

static void one_thread(void)
{
	opened();
	usual();
	together();
	CHECK_EQ(asked_for_all, 1);
	usual();
	/* There is no other thread: the channel's rights are given up, too. */
	alone();
	CHECK_EQ(asked_for_all, 2);
	usual();
	CHECK_EQ(asked, 2);
	own = 0;
	virtuos_creds_changed();
}

static void steps(void)
{
	one_thread();
	thread(usual);
	thread(goes_its_own_way);
	/* The slots that it had, and that it made everybody forget. */
	asked_reset = 0;
	CHECK_EQ(call(0), 1);
	CHECK_EQ(call(1), 1);
	CHECK_EQ(call(0), 0);
	together();
	CHECK_EQ(call(1), 1);
	CHECK_EQ(asked_reset, 1);	/* the channel's are ours again */
	umask_changed();
	CHECK_EQ(call(1), 1);
	thread(child_of_it);
	CHECK_EQ(call(0), 1);
	thread(overtaken);
	thread(opens_and_changes_all);
	CHECK_EQ(call(0), 1);
	CHECK_EQ(call(0), 0);
	umask_changed();
	CHECK_EQ(call(0), 1);
}

/* What cannot be attested is not called. */
static void failures(void)
{
	virtuos_identity = 0;		/* another thread, as it were */
	own++;
	fail = -EINTR;
	CHECK_EQ(call(0), 1);
	virtuos_identity = 0;
	own++;
	fail = -ENOSPC;
	CHECK_EQ(virtuos_identity_check(&channel, 0), -EACCES);
	CHECK_EQ(call(0), 1);
	virtuos_identity = 0;
	own++;
	fail = VIRTUOS_DEAD;
	CHECK_EQ(virtuos_identity_check(&channel, 0), VIRTUOS_DEAD);
	CHECK_EQ(call(0), 1);
	fail = -ETIMEDOUT;
	virtuos_creds_changed();
	CHECK(channel.life);
	/* The process is in a sandbox by now. */
	channel.life = 0;
	fail = -EACCES;
	virtuos_creds_changed();
	CHECK(channel.life);
	channel.life = 0;
	virtuos_identity = 0;
	own++;
	fail = -EACCES;
	CHECK_EQ(virtuos_identity_check(&channel, 0), VIRTUOS_DEAD);
	CHECK(channel.life);
	/* A child of fork() begins anew. */
	virtuos_identity_fork_child();
	opened();
	usual();
	CHECK_EQ(asked, 0);
}

/* ---- at random ------------------------------------------------------------- */

static uint64_t held;			/* slots, a bit each */

static int take(uint64_t *rnd)
{
	uint64_t bit;
	int slot;

	for (;;) {
		slot = test_below(rnd, SLOTS);
		bit = 1ull << slot;
		if (!(__atomic_fetch_or(&held, bit, __ATOMIC_SEQ_CST) & bit))
			return slot;
		sched_yield();
	}
}

static void random_call(uint64_t *rnd)
{
	uint32_t before = __atomic_load_n(&settled, __ATOMIC_SEQ_CST);
	int slot = take(rnd);
	struct rights got;

	CHECK_EQ(virtuos_identity_check(&channel, slot), 0);
	got = effective(slot);
	CHECK_EQ(got.own, own);
	CHECK(got.common >= before);
	__atomic_fetch_and(&held, ~(1ull << slot), __ATOMIC_SEQ_CST);
}

static bool stop;
static unsigned long calls;

static void *caller(void *arg)
{
	uint64_t rnd = (uintptr_t)arg;
	bool apart = rnd & 1;

	own = 0;
	virtuos_identity_mine();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		if (apart && !test_below(&rnd, 4))
			alone();
		random_call(&rnd);
		__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void at_random(uint64_t rnd)
{
	unsigned long i, rounds = test_scale(3000);
	pthread_t threads[4];
	uint32_t now;
	uintptr_t t;

	virtuos_identity_fork_child();
	own = 0;
	opened();
	__atomic_store_n(&settled, common, __ATOMIC_SEQ_CST);
	for (t = 0; t < 4; t++)
		test_need(!pthread_create(&threads[t], NULL, caller,
					  (void *)((rnd | 8) + t)), "thread");
	for (i = 0; i < rounds; i++) {
		now = __atomic_add_fetch(&common, 1, __ATOMIC_SEQ_CST);
		if (test_below(&rnd, 2))
			virtuos_creds_changed();
		else
			virtuos_limits_changed();
		__atomic_store_n(&settled, now, __ATOMIC_SEQ_CST);
		random_call(&rnd);
		/* The others must have their turn. */
		while (__atomic_load_n(&calls, __ATOMIC_RELAXED) < 4 * i)
			sched_yield();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (t = 0; t < 4; t++)
		pthread_join(threads[t], NULL);
	printf("%d requests, %d for all, %d resets\n", asked, asked_for_all,
	       asked_reset);
}

int main(void)
{
	uint64_t seed = test_seed();

	steps();
	failures();
	at_random(seed);
	return test_exit();
}
