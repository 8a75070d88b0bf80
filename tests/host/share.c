// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	include/virtuos/share.h: who may have more of a pool.
 * Why:		a wrong bound lets one user take what all others need, or
 *		refuses what is there.
 * How:		by hand at the edges; then greedy, modest and exempt members
 *		at random, and what must hold after each step.
 */
#include <virtuos/share.h>
#include "test.h"

enum { MEMBERS = 6 };

static void test_edges(void)
{
	/* The reserve is 8, and 1 of it is little. */
	struct vsys_pool pool = { .limit = 64, .each = 40, .used = 0 };

	CHECK_EQ(vsys_share_fits(&pool, 0, 40, 0), VSYS_SHARE_FITS);
	CHECK_EQ(vsys_share_fits(&pool, 0, 41, 0), VSYS_SHARE_MEMBER);
	CHECK_EQ(vsys_share_fits(&pool, 40, 1, 0), VSYS_SHARE_MEMBER);
	CHECK_EQ(vsys_share_fits(&pool, 50, 0, 0), VSYS_SHARE_MEMBER);
	CHECK_EQ(vsys_share_fits(&pool, 0, 56, 1), VSYS_SHARE_FITS);
	CHECK_EQ(vsys_share_fits(&pool, 0, 57, 1), VSYS_SHARE_POOL);
	pool.used = 56;
	CHECK_EQ(vsys_share_fits(&pool, 1, 1, 0), VSYS_SHARE_POOL);
	CHECK_EQ(vsys_share_fits(&pool, 0, 1, 0), VSYS_SHARE_FITS);
	CHECK_EQ(vsys_share_fits(&pool, 0, 1, 1), VSYS_SHARE_FITS);
	CHECK_EQ(vsys_share_fits(&pool, 0, 2, 0), VSYS_SHARE_POOL);
	pool.used = 64;
	CHECK_EQ(vsys_share_fits(&pool, 0, 1, 0), VSYS_SHARE_POOL);
	CHECK_EQ(vsys_share_fits(&pool, 0, 1, 1), VSYS_SHARE_POOL);
	/* Lowered while more is in use. */
	pool.limit = 10;
	CHECK_EQ(vsys_share_fits(&pool, 0, 1, 0), VSYS_SHARE_POOL);
	CHECK_EQ(vsys_share_fits(&pool, 0, ~0u, 1), VSYS_SHARE_POOL);
	/* The largest numbers. */
	pool = (struct vsys_pool){ .limit = ~0u, .each = ~0u, .used = ~0u - 1 };
	CHECK_EQ(vsys_share_fits(&pool, ~0u - 1, 1, 1), VSYS_SHARE_POOL);
	CHECK_EQ(vsys_share_fits(&pool, ~0u - 1, 2, 0), VSYS_SHARE_MEMBER);
}

/* Members 0 and 1 want all there is, 0 without a limit; the others little. */
static void test_greed(uint64_t *seed)
{
	struct vsys_pool pool = { .limit = 200 + test_random(seed) % 2000 };
	uint32_t mine[MEMBERS] = { 0 }, little, n;
	unsigned long i;
	int m;

	pool.each = pool.limit / 2;
	little = pool.limit / VSYS_SHARE_RESERVE / VSYS_SHARE_LITTLE;
	for (i = 0; i < 2000; i++) {
		m = test_random(seed) % MEMBERS;
		n = 1 + test_random(seed) % (m < 2 ? 50 : 3);
		if (m >= 2 && mine[m] + n > little)
			n = 0;		/* a modest one has its fill */
		if (n && vsys_share_fits(&pool, mine[m], n, m == 0) !=
				 VSYS_SHARE_FITS) {
			/* There is room for all modest ones together. */
			CHECK(m < 2);
			continue;
		}
		mine[m] += n;
		pool.used += n;
		CHECK(pool.used <= pool.limit);
		CHECK(m == 0 || mine[m] <= pool.each);
	}
}

int main(void)
{
	uint64_t seed = test_seed();
	unsigned long i, rounds = test_scale(500);

	test_edges();
	for (i = 0; i < rounds; i++)
		test_greed(&seed);
	return test_exit();
}
