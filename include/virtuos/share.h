/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shares: how something that there is little of (channels, pages, workers …) is
 * divided, so that nobody can take what the others need.  Pure arithmetic, for
 * both kernels and for the tests on the host.
 *
 * A pool is divided among members: that of a user domain among its users, that
 * of a service domain among user domains.
 */
#ifndef VIRTUOS_SHARE_H
#define VIRTUOS_SHARE_H

#include <linux/types.h>

struct vsys_pool {
	__u32 limit;	/* of all members together */
	__u32 each;	/* of one member */
	__u32 used;
};

/* Kept for members that have little: a part of the pool, and how much that is. */
#define VSYS_SHARE_RESERVE	8u
#define VSYS_SHARE_LITTLE	8u

enum vsys_share {
	VSYS_SHARE_FITS = 0,
	VSYS_SHARE_MEMBER,	/* it has what one member may have */
	VSYS_SHARE_POOL,	/* there is no more for it */
};

/*
 * May a member that has `mine' of the pool have n more?  One that is exempt has
 * no limit of its own, but leaves the reserve to others as well.  A limit that
 * was lowered below what is used lets nobody have more.
 */
static inline enum vsys_share vsys_share_fits(const struct vsys_pool *pool,
					      __u32 mine, __u32 n, int exempt)
{
	__u32 left = pool->limit > pool->used ? pool->limit - pool->used : 0;
	__u32 reserve = pool->limit / VSYS_SHARE_RESERVE;

	if (!exempt && (mine >= pool->each || n > pool->each - mine))
		return VSYS_SHARE_MEMBER;
	if (n > left)
		return VSYS_SHARE_POOL;
	if (left - n >= reserve)
		return VSYS_SHARE_FITS;
	/* No sum can wrap: n and what is used are at most a limit. */
	return mine + n <= reserve / VSYS_SHARE_LITTLE ? VSYS_SHARE_FITS :
							 VSYS_SHARE_POOL;
}

#endif /* VIRTUOS_SHARE_H */
