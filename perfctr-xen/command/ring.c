// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "command.h"
#include "ring.h"

#define RECORD_MAX 65536 /* perf_event_header.size is of 16 bits */

int ring_map(struct ring *ring, int fd, unsigned int pages)
{
	size_t page = sysconf(_SC_PAGESIZE);

	ring->size = pages * page;
	ring->page = mmap(NULL, page + ring->size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);
	if (ring->page == MAP_FAILED)
		return -errno;
	ring->data = (char *)ring->page + page;
	ring->copy = xalloc(NULL, RECORD_MAX);
	return 0;
}

void ring_unmap(struct ring *ring)
{
	free(ring->copy);
	munmap(ring->page, ring->size + sysconf(_SC_PAGESIZE));
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

void ring_drain(struct ring *ring,
		void (*use)(const struct perf_event_header *, void *),
		void *arg)
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
