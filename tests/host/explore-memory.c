// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	explore.h's memory, by two well-known litmus tests, and its walk.
 * Why:		what the explorer does not meet it does not find.
 * How:		both stores in the buffer while both loads look (SB) must be met,
 *		and not with full barriers; two stores seen in the wrong order
 *		(MP) must not be met; who waits for ever, and who goes round for
 *		ever, must be reported.
 */
#include "test.h"
#include "explore.h"

static struct {
	uint32_t x, y;
	uint32_t saw[2];
	uint32_t own[2];
} s;
static int order;			/* of the stores */
static bool locked;			/* is there an operation between? */
static unsigned int met;		/* a bit for each result */

static void share(void)
{
	memset(&s, 0, sizeof(s));
	met = 0;
	explore_share(&s, sizeof(s));
	explore_name(&s.x, "x");
	explore_name(&s.y, "y");
}

static const char *note(void)
{
	met |= 1u << (s.saw[0] * 2 + s.saw[1]);
	return NULL;
}

static void store_x_load_y(void *arg)
{
	(void)arg;
	__atomic_store_n(&s.x, 1, order);
	if (locked)
		__atomic_fetch_or(&s.own[0], 1, __ATOMIC_SEQ_CST);
	s.saw[0] = __atomic_load_n(&s.y, order);
}

static void store_y_load_x(void *arg)
{
	(void)arg;
	__atomic_store_n(&s.y, 1, order);
	if (locked)
		__atomic_fetch_or(&s.own[1], 1, __ATOMIC_SEQ_CST);
	s.saw[1] = __atomic_load_n(&s.x, order);
}

static void store_x_store_y(void *arg)
{
	(void)arg;
	__atomic_store_n(&s.x, 1, order);
	__atomic_store_n(&s.y, 1, order);
}

static void load_y_load_x(void *arg)
{
	(void)arg;
	s.saw[0] = __atomic_load_n(&s.y, order);
	s.saw[1] = __atomic_load_n(&s.x, order);
}

static void wait_for_x(void *arg)
{
	(void)arg;
	explore_until(&s.x, 1, 1);
}

static void look_for_x(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&s.x, order))
		;
}

static void begin_buffered(void)
{
	share();
	explore_role("0", store_x_load_y, NULL);
	explore_role("1", store_y_load_x, NULL);
}

static void begin_passing(void)
{
	share();
	explore_role("0", store_x_store_y, NULL);
	explore_role("1", load_y_load_x, NULL);
}

static void begin_waiting(void)
{
	share();
	explore_role("0", wait_for_x, NULL);
}

static void begin_looking(void)
{
	share();
	explore_role("0", look_for_x, NULL);
}

static const char *refuse(void)
{
	return "it waits for ever";
}

int main(void)
{
	order = __ATOMIC_RELEASE;
	CHECK(explore("SB", begin_buffered, note));
	CHECK_EQ(met, 0xf);
	CHECK(explore("MP", begin_passing, note));
	CHECK_EQ(met, 0xf & ~(1u << 2));
	locked = true;
	CHECK(explore("SB with locked operations", begin_buffered, note));
	CHECK_EQ(met, 0xf & ~(1u << 0));
	locked = false;
	order = __ATOMIC_SEQ_CST;
	CHECK(explore("SB with barriers", begin_buffered, note));
	CHECK_EQ(met, 0xf & ~(1u << 0));
	CHECK(!explore("for ever asleep", begin_waiting, refuse));
	CHECK(!explore("for ever awake", begin_looking, note));
	return test_exit();
}
