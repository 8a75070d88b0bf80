// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	every order in which a channel's clients, workers and interrupts
 *		can take their steps, for a few calls on very small rings.
 * Why:		a lost wake-up needs an order that a run on two processors meets
 *		once in a million calls, or never: here it is met.
 * How:		explore.h runs the roles of ring-roles.c and those of the event
 *		ring in ring-event-roles.c around the real ring.h.
 *		Whatever happens, each call must be run once, by one worker, with
 *		all its arguments, and its client get its result; when all are
 *		answered, a worker must lead, asleep, and that be announced; who
 *		polls must be announced as awake; no cookie must be lost.
 *
 * The bound is a line of the table for each plan: one client with up to three
 * calls, or two with one or two, and one to three workers.  A larger one is one more
 * line and more time: each client that sleeps and each worker costs a factor of
 * ten to thirty.
 */
#include "ring-roles.h"
#include "test.h"

static const struct channel_plan plans[] = {
	{ .name = "one client, each argument a step", .calls = { "QQQ", "" },
	  .nr_workers = 1, .nr_there = 1, .nr_idle = 1, .arguments = true },
	{ .name = "a call that blocks", .calls = { "BQ", "" },
	  .nr_workers = 2, .nr_there = 2, .nr_idle = 2 },
	{ .name = "a worker that is wanted", .calls = { "B", "" },
	  .nr_workers = 2, .nr_there = 0, .nr_idle = 1 },
	{ .name = "two clients", .calls = { "Q", "Q" },
	  .nr_workers = 1, .nr_there = 1, .nr_idle = 1 },
	{ .name = "two rings", .calls = { "QQ", "qq" },
	  .nr_workers = 1, .nr_there = 1, .nr_idle = 1, .two_rings = true },
	{ .name = "a worker that is killed", .calls = { "b", "" },
	  .nr_workers = 2, .nr_there = 2, .nr_idle = 1, .stops = true },
	{ .name = "a worker too many", .calls = { "b", "" },
	  .nr_workers = 3, .nr_there = 3, .nr_idle = 1 },
	{ .name = "a call that waits for another", .calls = { "m", "q" },
	  .nr_workers = 2, .nr_there = 2, .nr_idle = 1 },
	{ .name = "a call beside one that blocks", .calls = { "b", "q" },
	  .nr_workers = 2, .nr_there = 2, .nr_idle = 1 },
};

int main(void)
{
	int well = CHECK(events_explore());
	unsigned int i;

	for (i = 0; well && i < sizeof(plans) / sizeof(plans[0]); i++)
		well = CHECK(channel_explore(&plans[i]));
	return test_exit();
}
