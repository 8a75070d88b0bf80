// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch: a checked call, run by the kernel's own implementation in the
 * context of the client's shadow.
 */
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <asm/syscall.h>

#include "vsysback.h"

long x64_sys_call(const struct pt_regs *regs, unsigned int nr);

/* Results that mean "interrupted" to the system-call exit code. */
static s64 vsysback_dispatch_result(s64 ret)
{
	switch (ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return -EINTR;
	}
	return ret;
}

static s64 vsysback_dispatch_own(struct vsysback_channel *ch,
				 const struct vsys_call *call)
{
	vsysback_count(ch->dev, own);
	switch (call->nr) {
	case VSYS_NR_NOP:
		return 0;
	case VSYS_NR_POLL:
		if (call->args[0] < VSYS_FD_FIRST || call->args[0] > INT_MAX)
			return -EBADF;
		return vsysback_poll_arm(ch, call->args[0], call->args[1],
					 call->args[2]);
	case VSYS_NR_CANCEL:
		return vsysback_worker_cancel(ch, call->args[0]);
	}
	return -ENOSYS;
}

s64 vsysback_dispatch(struct vsysback_worker *w, u32 slot,
		      struct vsys_call *call)
{
	struct vsysback_channel *ch = w->channel;
	struct vsys_check check = {
		.class = ch->dev->class,
		.base = ch->arena_base + (u64)slot * VSYS_SLOT_ARENA_MAX,
		.size = READ_ONCE(ch->granted[slot]),
		.scratch = w->scratch,
	};
	struct vsys_fixup fixup;
	struct pt_regs regs;
	s64 ret;

	if (call->nr >= VSYS_NR_NOP)
		return vsysback_dispatch_own(ch, call);
	ret = vsys_check_call(&check, call, &fixup);
	if (ret) {
		vsysback_count(ch->dev, errors);
		return ret;
	}
	vsysback_count(ch->dev, calls[call->nr]);
	if (call->nr == VSYS_NR_close)
		vsysback_poll_disarm(ch, call->args[0]);
	memset(&regs, 0, sizeof(regs));
	regs.orig_ax = call->nr;
	regs.di = call->args[0];
	regs.si = call->args[1];
	regs.dx = call->args[2];
	regs.r10 = call->args[3];
	regs.r8 = call->args[4];
	regs.r9 = call->args[5];
	ret = vsysback_dispatch_result(x64_sys_call(&regs, call->nr));
	return vsys_check_finish(&check, &fixup, ret);
}
