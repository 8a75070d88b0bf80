/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics of a device. */
#ifndef BACK_STATS_H
#define BACK_STATS_H

#include <linux/percpu.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <virtuos/calls.h>

#include "device.h"

/* Counters of a device; one copy per processor. */
struct back_stats {
	u64 calls[VSYS_NR_SYSCALLS];
	u64 own;		/* the protocol's own calls */
	u64 errors;
	u64 sleeps;
	u64 bells;
};

void back_stats_start(struct back_device *dev);
void back_stats_stop(struct back_device *dev);
extern const struct attribute_group back_stats_group;
#define back_stats_count(dev, field) this_cpu_inc((dev)->stats->field)

#endif /* BACK_STATS_H */
