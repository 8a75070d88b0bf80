/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting: what the calls of processes cost in service domains, for profilers.
 * It is a wing of its own, and this is its door: all that the forwarder knows of
 * it.  wing.h has what is behind.  Without VSYS_COUNTING (see ../Kbuild) nothing
 * is: no device for profilers, no feature, and every call goes to account 0.
 *
 * The wing needs of the forwarder:
 *
 *	device		find, get and put; its name, domain and features
 *	control		requests COUNT, TOTALS, SYMBOL
 *	channel		get and put, use and unuse, whether it lives, those that
 *			a process owns; the word `counting` of its local page
 *	memory		front_page_grant()
 */
#ifndef FRONT_COUNTING_H
#define FRONT_COUNTING_H

#include <linux/types.h>
#include <virtuos/counters.h>
#include <virtuos/vsys.h>

struct front_channel;
/* What a channel keeps for the wing: NULL until a session counts it. */
struct front_counting;

#ifdef VSYS_COUNTING

/* Those of a service domain's features that this end can take. */
static inline u32 front_counting_features(u32 features)
{
	return features;
}

/* The device for profilers.  Exit: when the last channel is gone. */
int front_counting_init(void);
void front_counting_exit(void);

/* The current process has opened a channel; the caller uses it. */
void front_counting_opened(struct front_channel *ch);
/* It is about to be closed, and is closed: B maps nothing any more. */
void front_counting_closing(struct front_channel *ch);
void front_counting_closed(struct front_channel *ch);
/* Nobody needs its structure any more. */
void front_counting_free(struct front_channel *ch);
/* Atomic: its service domain is gone. */
void front_counting_died(struct front_channel *ch);
/* irq: was the doorbell news of records? */
bool front_counting_bell(struct front_channel *ch);
/*
 * The account to which the current thread's next call goes, for vsys_nr_pack().
 * counting, if wanted: as in struct vsys_local.
 */
u32 front_counting_account(struct front_channel *ch, u32 *counting);

#else

static inline u32 front_counting_features(u32 features)
{
	return features & ~VSYS_FEATURE_COUNTERS;
}

static inline int front_counting_init(void)
{
	return 0;
}

static inline void front_counting_exit(void)
{
}

static inline void front_counting_opened(struct front_channel *ch)
{
}

static inline void front_counting_closing(struct front_channel *ch)
{
}

static inline void front_counting_closed(struct front_channel *ch)
{
}

static inline void front_counting_free(struct front_channel *ch)
{
}

static inline void front_counting_died(struct front_channel *ch)
{
}

static inline bool front_counting_bell(struct front_channel *ch)
{
	return false;
}

static inline u32 front_counting_account(struct front_channel *ch,
					 u32 *counting)
{
	if (counting)
		*counting = 0;
	return VSYS_ACCOUNT_OTHER;
}

#endif

#endif /* FRONT_COUNTING_H */
