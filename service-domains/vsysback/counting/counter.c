// SPDX-License-Identifier: GPL-2.0-only
/* Counter: an event that a user domain may have counted. */
#include <linux/perf_event.h>
#include <asm/perf_event.h>

#include "counter.h"

static bool back_counter_cache(u64 config)
{
	return (config & 0xff) < PERF_COUNT_HW_CACHE_MAX &&
	       (config >> 8 & 0xff) < PERF_COUNT_HW_CACHE_OP_MAX &&
	       (config >> 16 & 0xff) < PERF_COUNT_HW_CACHE_RESULT_MAX &&
	       !(config >> 24);
}

/* What a user domain may have: no address, no tracepoint, no other's memory. */
static bool back_counter_known(const struct vsys_counter *counter)
{
	switch (counter->type) {
	case PERF_TYPE_HARDWARE:
		return counter->config < PERF_COUNT_HW_MAX;
	case PERF_TYPE_HW_CACHE:
		return back_counter_cache(counter->config);
	case PERF_TYPE_RAW:
		return !(counter->config & ~(u64)X86_RAW_EVENT_MASK);
	case PERF_TYPE_SOFTWARE:
		return counter->config == PERF_COUNT_SW_TASK_CLOCK ||
		       counter->config == PERF_COUNT_SW_CONTEXT_SWITCHES ||
		       counter->config == PERF_COUNT_SW_PAGE_FAULTS;
	}
	return false;
}

int back_counters_check(const struct vsys_counter *counters, u32 nr)
{
	const u32 flags = VSYS_COUNTER_NO_USER | VSYS_COUNTER_NO_KERNEL;
	u32 i;

	if (nr > VSYS_COUNTERS_MAX)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		const struct vsys_counter *c = &counters[i];

		if (!back_counter_known(c) || c->flags & ~flags ||
		    c->flags == flags)
			return -EINVAL;
		if (c->period && (c->period < VSYS_PERIOD_MIN ||
				  c->period > S64_MAX))
			return -EINVAL;
	}
	return 0;
}

void back_counter_attr(const struct vsys_counter *counter,
			 struct perf_event_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->type = counter->type;
	attr->config = counter->config;
	attr->sample_period = counter->period;
	attr->exclude_user = !!(counter->flags & VSYS_COUNTER_NO_USER);
	attr->exclude_kernel = !!(counter->flags & VSYS_COUNTER_NO_KERNEL);
	attr->exclude_hv = 1;
}

static void back_counter_ignore(struct perf_event *event,
				  struct perf_sample_data *data,
				  struct pt_regs *regs)
{
}

/* Does this processor have them?  Asked now, for a worker can tell nobody. */
int back_counters_try(const struct vsys_counter *counters, u32 nr)
{
	struct perf_event_attr attr;
	struct perf_event *event;
	u32 i;

	for (i = 0; i < nr; i++) {
		back_counter_attr(&counters[i], &attr);
		attr.disabled = 1;
		event = perf_event_create_kernel_counter(
			&attr, -1, current, back_counter_ignore, NULL);
		if (IS_ERR(event))
			return PTR_ERR(event);
		perf_event_release_kernel(event);
	}
	return 0;
}
