/* SPDX-License-Identifier: GPL-2.0-only */
/* Ring: the records that perf_event writes for one processor. */
#ifndef PERFCTR_RING_H
#define PERFCTR_RING_H

#include <stddef.h>
#include <stdint.h>
#include <linux/perf_event.h>

typedef void ring_use(const struct perf_event_header *record, void *arg);

struct ring {
	int cpu, fd; /* of the event through which it was mapped */
	struct perf_event_mmap_page *page;
	char *data;
	size_t size; /* of the data, a power of two */
	char *copy;  /* a record that went around the end */
};

struct rings {
	unsigned int nr;
	struct ring *ring;
};

/* PERF_RECORD_FORK and PERF_RECORD_EXIT */
struct task_record {
	struct perf_event_header header;
	uint32_t pid, ppid, tid, ptid;
	uint64_t ns;
};

struct comm_record { /* PERF_RECORD_COMM */
	struct perf_event_header header;
	uint32_t pid, tid;
	char name[];
};

/*
 * An event's records go to the ring of its processor, which is mapped by the
 * first event there, with so many pages, a power of two.  0 or -errno.
 */
int rings_add(struct rings *rings, int fd, int cpu, unsigned int pages);
/* Hands on each record that is there, and makes room. */
void rings_drain(struct rings *rings, ring_use *use, void *arg);
void rings_close(struct rings *rings);

#endif /* PERFCTR_RING_H */
