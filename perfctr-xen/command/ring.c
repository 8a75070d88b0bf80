// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/memory.h"
#include "ring.h"

#define RECORD_MAX 65536 /* perf_event_header.size is of 16 bits */

static int ring_map(struct ring *ring, unsigned int pages)
{
	size_t page = sysconf(_SC_PAGESIZE);

	ring->size = pages * page;
	ring->page = mmap(NULL, page + ring->size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, ring->fd, 0);
	if (ring->page == MAP_FAILED)
		return -errno;
	ring->data = (char *)ring->page + page;
	ring->copy = xalloc(NULL, RECORD_MAX);
	return 0;
}

int rings_add(struct rings *rings, int fd, int cpu, unsigned int pages)
{
	struct ring *ring;
	unsigned int i;
	int err;

	for (i = 0; i < rings->nr; i++)
		if (rings->ring[i].cpu == cpu)
			return ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT,
				     rings->ring[i].fd) ?
				       -errno :
				       0;
	rings->ring = xgrow(rings->ring, rings->nr, sizeof(*rings->ring));
	ring = &rings->ring[rings->nr];
	*ring = (struct ring){ .cpu = cpu, .fd = fd };
	err = ring_map(ring, pages);
	if (!err)
		rings->nr++;
	return err;
}

void rings_close(struct rings *rings)
{
	struct ring *ring;

	for (ring = rings->ring; ring < rings->ring + rings->nr; ring++) {
		free(ring->copy);
		munmap(ring->page, ring->size + sysconf(_SC_PAGESIZE));
	}
	free(rings->ring);
}

static const void *ring_at(struct ring *ring, uint64_t at, size_t size)
{
	size_t begin = at & (ring->size - 1), first = ring->size - begin;

	if (size <= first)
		return ring->data + begin;
	memcpy(ring->copy, ring->data + begin, first);
	memcpy(ring->copy + first, ring->data, size - first);
	return ring->copy;
}

static void ring_drain(struct ring *ring, ring_use *use, void *arg)
{
	const struct perf_event_header *record;
	uint64_t tail = ring->page->data_tail;
	/* Pairs with the kernel's barrier between data and head. */
	uint64_t head =
		__atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
	size_t size;

	while (tail < head) {
		/* A header is aligned to its own size and never goes around. */
		record = ring_at(ring, tail, sizeof(*record));
		size = record->size;
		if (size < sizeof(*record))
			break;
		use(ring_at(ring, tail, size), arg);
		tail += size;
	}
	/* The records have been read before the kernel may write over them. */
	__atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
}

void rings_drain(struct rings *rings, ring_use *use, void *arg)
{
	unsigned int i;

	for (i = 0; i < rings->nr; i++)
		ring_drain(&rings->ring[i], use, arg);
}
