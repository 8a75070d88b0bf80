/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks of a call that a client submitted, against the call table.
 *
 * Pure logic: compiled into vsysback and into the tests on the host.  What is
 * checked is what is executed: the call was copied out of its slot, and what
 * its pointers lead to is copied to the worker's scratch memory, which the
 * client cannot write, wherever a later change could matter (lengths, message
 * headers, control data).
 */
#ifndef BACK_CHECK_H
#define BACK_CHECK_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif
#include <virtuos/back.h>
#include <virtuos/calls.h>
#include <virtuos/commands.h>
#include <virtuos/ring.h>

struct vsys_check {
	__u32 class;		/* VSYS_CLASS_… of the device */
	bool kernel;		/* is the call from the kernel's ring? */
	__u64 base;		/* the calling slot's region of the arena */
	__u64 size;		/* of that, bytes granted so far */
	__u64 scratch;		/* VSYS_SCRATCH_SIZE bytes, private to the worker */
};

/* What must be copied back to the client after the call. */
struct vsys_fixup {
	__u64 len;		/* client's address of a __u32 length, or 0 */
	__u64 msg;		/* client's address of a struct msghdr, or 0 */
};

/*
 * Check a call and make its arguments fit to execute.  Returns 0, or the
 * -errno that answers the call.
 */
int vsys_check_call(const struct vsys_check *check, struct vsys_call *call,
		    struct vsys_fixup *fixup);

/* Copy lengths and header fields back.  Returns ret, or -EFAULT. */
__s64 vsys_check_finish(const struct vsys_check *check,
			const struct vsys_fixup *fixup, __s64 ret);

#endif /* BACK_CHECK_H */
