/* SPDX-License-Identifier: MIT */
/*
 * Marshalling: a call's arguments into a slot's region and its results back,
 * as the call table says.  Pure logic over memory; also run by the host tests.
 */
#ifndef VIRTUOS_MARSHAL_H
#define VIRTUOS_MARSHAL_H

#include <stddef.h>
#include <stdint.h>

#include <virtuos/calls.h>

struct virtuos_marshal {
	uint8_t *base;		/* the slot's region */
	size_t size;		/* of it, granted */
	size_t used;
	uint64_t args[6];	/* as they cross */
	uint32_t place[6];	/* offset of each pointer argument's copy */
	uint32_t length[6];	/* its bytes */
	uint64_t limit;		/* the largest result that makes sense */
	uint32_t room;		/* what a length argument said, read once */
};

/* How large the region should be for this call: an upper bound, in bytes. */
size_t virtuos_marshal_size(uint32_t nr, const uint64_t args[6]);

/*
 * Copy in.  base and size are set by the caller.  Buffers that do not fit are
 * clipped, with their length.  Returns 0 or -errno (-EFAULT, -ENAMETOOLONG,
 * or what the call would say to a command that cannot cross).
 */
long virtuos_marshal_in(struct virtuos_marshal *m, uint32_t nr,
			const uint64_t args[6]);

/*
 * Copy out after the answer.  Checks the result, which the service domain
 * wrote: -EIO for one that the call cannot give.  Returns the call's result.
 */
long virtuos_marshal_out(struct virtuos_marshal *m, uint32_t nr,
			 const uint64_t args[6], int64_t ret);

/* ---- answer.c ---------------------------------------------------------- */

/* The largest result that the call can have. */
uint64_t virtuos_answer_limit(const struct virtuos_marshal *m, uint32_t nr);
/*
 * What the program got, which it will walk through: returns 0, or -errno
 * (-EIO: Linux never gives such a thing).
 */
long virtuos_answer_check(uint32_t nr, const uint64_t args[6], long ret);
/* The same of a message's control data. */
long virtuos_answer_control(const uint8_t *control, size_t left);

#endif /* VIRTUOS_MARSHAL_H */
