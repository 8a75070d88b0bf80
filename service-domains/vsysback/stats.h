/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics of a device. */
#ifndef VSYSBACK_STATS_H
#define VSYSBACK_STATS_H

#include <linux/percpu.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <virtuos/calls.h>

#include "device.h"

/* Counters of a device; one copy per processor. */
struct vsysback_counts {
	u64 calls[VSYS_NR_SYSCALLS];
	u64 own;		/* the protocol's own calls */
	u64 errors;
	u64 sleeps;
	u64 bells;
};

void vsysback_stats_start(struct vsysback_device *dev);
void vsysback_stats_stop(struct vsysback_device *dev);
extern const struct attribute_group vsysback_stats_group;
#define vsysback_count(dev, field) this_cpu_inc((dev)->counts->field)

#endif /* VSYSBACK_STATS_H */
