/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the calling thread, as the kernel offers them. */
#ifndef PERF_H
#define PERF_H

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The kernel's name of an event, or the processor's number of it. */
#define EVENT(name)	PERF_COUNT_HW_##name
#define RAW(number)	(1ull << 32 | (number))

/* A counter of this thread, in user mode only and off; -1 with errno. */
static inline int perf_open(uint64_t event, uint64_t period)
{
	struct perf_event_attr attr = {
		.type = event >> 32 ? PERF_TYPE_RAW : PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = (uint32_t)event,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.sample_period = period,
		.sample_type = period ? PERF_SAMPLE_IP : 0,
		.wakeup_events = period ? 1 << 30 : 0,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static inline uint64_t perf_read(int fd)
{
	uint64_t value = 0;

	if (read(fd, &value, sizeof(value)) != sizeof(value))
		perror("read of a counter");
	return value;
}

#endif
