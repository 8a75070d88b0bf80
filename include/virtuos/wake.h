/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it costs this kernel to be woken: a figure of the machine, by which both
 * ends choose for how long they rather poll.  For the kernels alone.
 */
#ifndef VIRTUOS_WAKE_H
#define VIRTUOS_WAKE_H

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>

/* ns, by which a sleeper is late on this processor. */
static inline u64 vsys_wake_late(void)
{
	ktime_t time = ns_to_ktime(200 * NSEC_PER_USEC);
	ktime_t end = ktime_add(ktime_get(), time);

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(&time, HRTIMER_MODE_REL);
	return max_t(s64, ktime_to_ns(ktime_sub(ktime_get(), end)), 0);
}

/* The least of a few, for others may run: µs.  Sleeps for some 2 ms. */
static inline unsigned int vsys_wake_cost_us(void)
{
	u64 least = U64_MAX;
	int i;

	for (i = 0; i < 8; i++)
		least = min(least, vsys_wake_late());
	return div_u64(least, NSEC_PER_USEC);
}

#endif /* VIRTUOS_WAKE_H */
