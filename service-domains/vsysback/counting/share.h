/* SPDX-License-Identifier: GPL-2.0-only */
/* Share: what one user domain has of what can be counted here. */
#ifndef VSYSBACK_COUNTING_SHARE_H
#define VSYSBACK_COUNTING_SHARE_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * Events that are counted for all user domains together.  Each is one on every
 * processor, and the scheduler goes through them all with interrupts off, whoever
 * runs: user domains may not pile them up.
 */
#define VSYSBACK_TOTALS_MAX	64u

struct vsysback_counting_share {
	/* Under the lock of totals.c: how often it has each, and how many. */
	u32 totals[VSYSBACK_TOTALS_MAX];
	unsigned int nr_totals;
	atomic_t gauge_events;		/* by which its workers count themselves */
};

#endif /* VSYSBACK_COUNTING_SHARE_H */
