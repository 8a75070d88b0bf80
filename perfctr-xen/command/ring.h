/* SPDX-License-Identifier: GPL-2.0-only */
/* Ring: the records that perf_event writes for one processor. */
#ifndef PERFCTR_RING_H
#define PERFCTR_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/perf_event.h>

struct ring {
	struct perf_event_mmap_page *page;
	char *data;
	size_t size; /* of the data, a power of two */
	char *copy;  /* a record that went around the end */
};

/* -errno; pages is a power of two. */
int ring_map(struct ring *ring, int fd, unsigned int pages);
void ring_unmap(struct ring *ring);
/* Hands on each record that is there, and makes room. */
void ring_drain(struct ring *ring,
		void (*use)(const struct perf_event_header *, void *),
		void *arg);

#endif /* PERFCTR_RING_H */
