// SPDX-License-Identifier: MIT
/*
 * Identity: with whose rights a call is made.  They are the calling thread's,
 * and Linux lets threads differ (setfsuid, capset, raw system calls).  What a
 * service goes by is a slot's, and vsysfront attests it: the channel's, which
 * are those of the thread that attested last for all, or the slot's own.
 *
 * Threads and rights have numbers, so that a call compares two words.  A number
 * stands for the rights that a thread had from one change to the next, and never
 * comes again.
 */
#include <string.h>
#include <sys/single_threaded.h>

#include "core.h"

/* Of a slot or a channel: nobody's, and about to be somebody's. */
#define NOBODY		(~0ull)
#define IN_THE_MAKING	(~0ull - 1)

/* Of all threads that never changed theirs alone. */
#define COMMON 1ull

__thread uint64_t virtuos_identity
	__attribute__((tls_model("initial-exec")));

/* The last number given; COMMON: no thread has gone its own way yet. */
static uint64_t last = COMMON;

static uint64_t next(void)
{
	return __atomic_add_fetch(&last, 1, __ATOMIC_SEQ_CST);
}

/*
 * A thread that comes here for the first time when another has gone its own way
 * may have been made by that one, with its rights.
 */
uint64_t virtuos_identity_mine(void)
{
	if (!virtuos_identity)
		virtuos_identity =
			__atomic_load_n(&last, __ATOMIC_SEQ_CST) == COMMON ?
				COMMON : next();
	return virtuos_identity;
}

void virtuos_identity_begin(struct virtuos_channel *ch)
{
	uint64_t mine = virtuos_identity_mine();
	uint32_t i;

	ch->identity = mine;
	for (i = 0; i < VSYS_SLOTS_MAX; i++)
		ch->slot_identity[i] = mine;
}

/* EACCES is the caller's to follow: it may hold the channels' lock. */
static long attest(struct virtuos_channel *ch, uint32_t slot, uint32_t flags)
{
	struct vsys_front_creds creds = { .slot = slot, .flags = flags };
	long err;

	do
		err = virtuos_channel_ioctl(ch, VSYS_IOC_CREDS, &creds);
	while (err == -EINTR);
	return err;
}

/*
 * The caller holds the slot.  When everybody's rights change meanwhile
 * (forget_slots()), what was attested may be the old ones: once more.
 */
long virtuos_identity_attest(struct virtuos_channel *ch, int slot)
{
	uint64_t mine = virtuos_identity_mine(), was;
	uint64_t *word = &ch->slot_identity[slot];
	uint32_t flags;
	long err;

	if (__atomic_load_n(word, __ATOMIC_RELAXED) == mine)
		return 0;	/* the thread's first call */
	__atomic_store_n(&ch->apart, true, __ATOMIC_SEQ_CST);
	do {
		__atomic_exchange_n(word, IN_THE_MAKING, __ATOMIC_SEQ_CST);
		flags = __atomic_load_n(&ch->identity, __ATOMIC_SEQ_CST) ==
			mine ? VSYS_CREDS_RESET : 0;
		err = attest(ch, slot, flags);
		was = IN_THE_MAKING;
	} while (!__atomic_compare_exchange_n(word, &was, err ? NOBODY : mine,
					      0, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (err == -EACCES)
		return virtuos_sandbox_refused(ch);
	if (!err || err == VIRTUOS_DEAD)
		return err;
	/* Never with other rights than the thread's. */
	virtuos_log("cannot attest a thread's credentials at \"%s\": %s",
		    virtuos_routes.services[ch->service],
		    strerrordesc_np(-err));
	return -EACCES;
}

/* Each slot is attested before its next call. */
static void forget_slots(struct virtuos_channel *ch)
{
	uint32_t i;

	for (i = 0; i < VSYS_SLOTS_MAX; i++)
		__atomic_exchange_n(&ch->slot_identity[i], NOBODY,
				    __ATOMIC_SEQ_CST);
}

/*
 * All threads' rights have changed.  Where the channel's are those of another
 * thread than the caller it takes them over, so that what was given up is gone.
 * What is no right (umask, limits) can be left to the slots.
 */
static long renew(struct virtuos_channel *ch, bool rights)
{
	uint64_t mine = virtuos_identity_mine();
	bool others = ch->identity != mine;
	long err;

	if (others)
		__atomic_store_n(&ch->identity, NOBODY, __ATOMIC_SEQ_CST);
	if (others || __atomic_load_n(&ch->apart, __ATOMIC_SEQ_CST))
		forget_slots(ch);
	if (others && !rights)
		return 0;
	err = attest(ch, VSYS_CREDS_CHANNEL, 0);
	if (!err)
		__atomic_store_n(&ch->identity, mine, __ATOMIC_SEQ_CST);
	return err;
}

/* Under the lock, for a channel that is being opened may have the old ones. */
static void renew_all(bool rights)
{
	struct virtuos_channel *ch;
	uint64_t old;
	long err;
	int i;

	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		virtuos_channel_lock(&old);
		ch = virtuos_channel_get(i);
		err = ch ? renew(ch, rights) : 0;
		virtuos_channel_unlock(&old);
		if (err == -EACCES)
			virtuos_sandbox_refused(ch);
		if (!err || err == -EACCES)
			continue;
		virtuos_log("cannot renew credentials at \"%s\"",
			    virtuos_routes.services[i]);
		/* Better no shadow than one with rights that were given up. */
		virtuos_channel_dead(ch);
	}
}

void virtuos_creds_changed(void)
{
	renew_all(true);
}

void virtuos_limits_changed(void)
{
	renew_all(false);
}

void virtuos_creds_changed_alone(void)
{
	if (__libc_single_threaded)
		renew_all(true);
	else
		virtuos_identity = next();
}

/* One thread, and new channels. */
void virtuos_identity_fork_child(void)
{
	last = COMMON;
	virtuos_identity = 0;
}
