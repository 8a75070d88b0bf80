/* SPDX-License-Identifier: GPL-2.0-only */
/* Share: what one user domain has of what can be counted here. */
#ifndef BACK_COUNTING_SHARE_H
#define BACK_COUNTING_SHARE_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * Events that are counted for all user domains together.  Each is one on every
 * processor, and the scheduler goes through them all with interrupts off, whoever
 * runs: user domains may not pile them up.
 */
#define BACK_TOTALS_MAX	64u

struct back_counting_share {
	/* Under the lock of totals.c: how often it has each, and how many. */
	u32 totals[BACK_TOTALS_MAX];
	unsigned int nr_totals;
	atomic_t gauge_events;		/* by which its workers count themselves */
};

#endif /* BACK_COUNTING_SHARE_H */
