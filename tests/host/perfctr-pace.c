// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	perfctr-xen/command/pace.c.
 * Why:		a service domain has a period where a frequency was asked for; it
 *		must be one that it takes, and none in step with what it samples.
 * How:		rates given by hand, in place of those that trial.c finds.
 */
#include "perfctr-xen/command/pace.h"
#include "perfctr-xen/command/trial.h"
#include "test.h"

static uint64_t rate;

uint64_t trial_rate(const struct event *event)
{
	(void)event;
	return rate;
}

static uint64_t period(const char *name, uint64_t frequency)
{
	struct events e = { 0 };
	struct pace p;

	CHECK(events_parse(&e, name));
	pace_choose(&p, &e.event[0], frequency);
	CHECK_EQ(p.frequency, frequency ? frequency : PACE_DEFAULT);
	return p.period;
}

int main(void)
{
	CHECK_EQ(prime_from(0), 2);
	CHECK_EQ(prime_from(13), 13);
	CHECK_EQ(prime_from(1000), 1009);
	CHECK_EQ(prime_from(1000000), 1000003);

	CHECK_EQ(period("task-clock", 100), prime_from(10000000));
	CHECK_EQ(period("task-clock", 0), prime_from(1000000000 / 997));
	rate = 3000000000;
	CHECK_EQ(period("cycles", 1000), prime_from(3000000));
	/* As short as a domain takes it, and no shorter. */
	rate = 5000;
	CHECK_EQ(period("cache-misses", 1000), prime_from(VSYS_PERIOD_MIN));
	rate = 0;
	CHECK_EQ(period("page-faults", 1000), prime_from(VSYS_PERIOD_MIN));
	return test_exit();
}
