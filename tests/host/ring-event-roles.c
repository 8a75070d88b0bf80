// SPDX-License-Identifier: GPL-2.0-only
/*
 * The roles of the event ring: B's producer, and F's consumer, who looks until
 * there is nothing and then sleeps until the doorbell rings.  The ring is cut to
 * two cookies, so that it overflows.
 */
#include <string.h>

#include "explore.h"
#include <virtuos/channel.h>
#undef VSYS_EVENTS
#define VSYS_EVENTS	2u
#include <virtuos/ring.h>

#include "ring-roles.h"

#define COOKIES		4u
#define FIRST		0xffffffffu	/* index: the next one is 0 */

static struct {
	__u32 bell;
	__u32 ready;		/* a bit for each cookie: it has something */
	__u32 seen;		/* the consumer knows */
	__u32 last;		/* cookie */
} s;

static struct vsys_head head;
static const struct vsys_ring ring = { .head = &head };

static void producer_run(void *arg)
{
	__u32 prod = FIRST, cookie;

	(void)arg;
	for (cookie = 1; cookie <= COOKIES; cookie++) {
		s.ready |= 1u << cookie;
		vsys_event_put(&ring, &prod, cookie);
		explore_exchange(&s.bell, sizeof(s.bell), 1);
	}
}

static void consumer_take(__u32 cookie)
{
	if (cookie <= s.last || cookie > COOKIES)
		explore_fail("a cookie comes out of order");
	s.last = cookie;
	s.seen |= 1u << cookie;
}

static void consumer_run(void *arg)
{
	__u32 cons = FIRST, cookie = 0;
	int got;

	(void)arg;
	for (;;) {
		got = vsys_event_get(&ring, &cons, &cookie);
		if (got > 0)
			consumer_take(cookie);
		else if (got < 0)
			s.seen |= s.ready;	/* it looks at everything */
		else
			explore_until(&s.bell, 1, 0);
	}
}

static void events_share(void)
{
	memset(&s, 0, sizeof(s));
	memset(&head, 0, sizeof(head));
	head.event_prod = head.event_cons = FIRST;
	explore_share(&s, sizeof(s));
	explore_share(&head.event_prod, 8);	/* and event_overflow */
	explore_share(&head.event_cons, 8);
	explore_share(head.events, 8);
	explore_name(&s.bell, "doorbell");
	explore_name(&head.event_prod, "event_prod");
	explore_name(&head.event_overflow, "event_overflow");
	explore_name(&head.event_cons, "event_cons");
	explore_name(&head.events[0], "events[0]");
	explore_name(&head.events[1], "events[1]");
	explore_role("producer", producer_run, NULL);
	explore_role("consumer", consumer_run, NULL);
}

static const char *events_rest(void)
{
	return s.seen == s.ready ? NULL : "a cookie is lost";
}

bool events_explore(void)
{
	return explore("events", events_share, events_rest);
}
