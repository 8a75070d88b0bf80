/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that program and service share, at descriptors that both inherit,
 * and vsysfront, which the counter plays: the program's system calls that have
 * to do with it are answered in its place.
 */
#ifndef COUNTS_DEVICE_H
#define COUNTS_DEVICE_H

#include <stdint.h>
#include <sys/mman.h>

#include <virtuos/channel.h>
#include <virtuos/front.h>
#include <virtuos/ring.h>

#define DEVICE_SERVICES		2	/* network, storage */
#define DEVICE_MEMORY		100	/* descriptor of the first one's */
#define DEVICE_PARAMETER	110	/* vsysfront's "sandboxed" */
#define DEVICE_SLOTS		256u
#define DEVICE_RING_SIZE \
	((size_t)(1 + DEVICE_SLOTS / VSYS_SLOTS_PER_PAGE) * VSYS_PAGE_SIZE)
#define DEVICE_ARENA_SIZE	((uint64_t)DEVICE_SLOTS * VSYS_SLOT_ARENA_MAX)

/* Where a service's arena is, for both. */
static inline uint64_t device_arena(int service)
{
	return VSYS_ARENA_LOW + service * DEVICE_ARENA_SIZE;
}

/* Part of a service's memory; at: 0, or where.  NULL: it cannot be mapped. */
static inline void *device_map(int service, uint64_t offset, size_t size,
			       uint64_t at)
{
	void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (at ? MAP_FIXED_NOREPLACE : 0),
		       DEVICE_MEMORY + service, offset);

	return p == MAP_FAILED ? (void *)0 : p;
}

struct traced;
struct traced_call;

/* Calls that it has submitted for the program. */
extern int device_made;

void device_begin(void);
/* Both ends have gone: nothing is left of them. */
void device_clear(void);
/* Has the program submitted something? */
int device_pending(void);
/*
 * Change a system call of the program, or answer it.  serve: makes the service
 * answer what has been submitted.
 */
void device_call(struct traced *program, struct traced_call *call,
		 void (*serve)(void));
/* It has been made. */
void device_called(const struct traced_call *call, long result);

#endif /* COUNTS_DEVICE_H */
