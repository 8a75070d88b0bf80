// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch: a checked call, run by the kernel's own implementation in the
 * context of the client's shadow.
 */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/ptrace.h>
#include <asm/syscall.h>
#include <virtuos/calls.h>

#include "channel.h"
#include "charge.h"
#include "check.h"
#include "device.h"
#include "dispatch.h"
#include "lock.h"
#include "poll.h"
#include "stats.h"
#include "worker.h"

/* All of Linux's calls, by number: patch 0201. */
long x64_sys_call(const struct pt_regs *regs, unsigned int nr);

/* Results that mean "interrupted" to the system-call exit code. */
static s64 back_dispatch_result(s64 ret)
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

/* Those of the program's ring reach no call of the kernel's. */
static s64 back_dispatch_cancel(struct back_channel *ch, bool kernel,
				u64 region)
{
	if (!kernel && region >= ch->program.nr_slots)
		return -ESRCH;
	return back_worker_cancel(ch, region);
}

static s64 back_dispatch_own(struct back_channel *ch, bool kernel,
			     const struct vsys_call *call)
{
	back_stats_count(ch->dev, own);
	switch (call->nr) {
	case VSYS_NR_NOP:
		return 0;
	case VSYS_NR_POLL:
		/* Its answers go to the kernel's ring of events. */
		if (!kernel)
			return -ENOSYS;
		if (call->args[0] < VSYS_FD_FIRST || call->args[0] > INT_MAX)
			return -EBADF;
		return back_poll_arm(ch, call->args[0], call->args[1],
				     call->args[2]);
	case VSYS_NR_CANCEL:
		return back_dispatch_cancel(ch, kernel, call->args[0]);
	}
	return -ENOSYS;
}

static s64 back_dispatch_run(const struct vsys_call *call)
{
	struct pt_regs regs;

	memset(&regs, 0, sizeof(regs));
	regs.orig_ax = call->nr;
	regs.di = call->args[0];
	regs.si = call->args[1];
	regs.dx = call->args[2];
	regs.r10 = call->args[3];
	regs.r8 = call->args[4];
	regs.r9 = call->args[5];
	return back_dispatch_result(x64_sys_call(&regs, call->nr));
}

/*
 * For the client's kernel: what has been opened in the program's slot?  It and
 * its region have one number.
 */
static void back_dispatch_made(struct back_channel *ch, u32 region, int fd)
{
	struct file *file;

	if (!(ch->dev->features & VSYS_FEATURE_TYPE) ||
	    region >= ch->program.nr_slots)
		return;
	file = fget_raw(fd);		/* O_PATH, too */
	if (!file)
		return;
	vsys_made_put(&ch->kernel, region, fd, file_inode(file)->i_mode);
	fput(file);
}

/* The descriptors of all clients are divided, too. */
static s64 back_dispatch_newfd(struct back_channel *ch, u32 region,
			       const struct vsys_call *call)
{
	u32 result = vsys_calls[call->nr].result;
	s64 ret;

	if (back_files_charge(ch))
		return -ENFILE;
	ret = back_dispatch_run(call);
	if (ret < 0)
		back_files_return(ch);
	else if (VSYS_RESULT_KIND(result) == VSYS_RESULT_FILE)
		back_dispatch_made(ch, region, ret);
	return ret;
}

static s64 back_dispatch_close(struct back_channel *ch,
			       const struct vsys_call *call)
{
	s64 ret;

	back_poll_disarm(ch, call->args[0]);
	ret = back_dispatch_run(call);
	back_poll_closed(ch, call->args[0]);
	if (ret != -EBADF)
		back_files_return(ch);
	return ret;
}

static s64 back_dispatch_checked(struct back_channel *ch, u32 region,
				 const struct vsys_call *call)
{
	s64 ret;

	back_stats_count(ch->dev, calls[call->nr]);
	if (call->nr == VSYS_NR_close)
		return back_dispatch_close(ch, call);
	if (vsys_call_makes_fd(&vsys_calls[call->nr]))
		return back_dispatch_newfd(ch, region, call);
	ret = back_dispatch_run(call);
	if (!ret && call->nr == VSYS_NR_fcntl)
		back_lock_answer(ch, call);
	return ret;
}

s64 back_dispatch(struct back_worker *w, u32 region, struct vsys_call *call)
{
	struct back_channel *ch = w->channel;
	struct vsys_check check = {
		.class = ch->dev->class,
		.kernel = region >= ch->program.nr_slots,
		.base = ch->arena_base + (u64)region * VSYS_SLOT_ARENA_MAX,
		.size = READ_ONCE(ch->granted[region]),
		.scratch = w->scratch,
	};
	struct vsys_fixup fixup;
	s64 ret;

	if (call->nr >= VSYS_NR_NOP)
		return back_dispatch_own(ch, check.kernel, call);
	ret = vsys_check_call(&check, call, &fixup);
	if (ret) {
		back_stats_count(ch->dev, errors);
		return ret;
	}
	ret = back_dispatch_checked(ch, region, call);
	back_poll_refresh(ch, call);
	return vsys_check_finish(&check, &fixup, ret);
}

/* ---- Calls that wait ------------------------------------------------------------ */

/* For data, or a peer: files on a disk do not count. */
static bool back_dispatch_file_waits(int fd)
{
	struct file *file = fget(fd);
	bool waits;

	if (!file)
		return false;
	waits = !S_ISREG(file_inode(file)->i_mode) &&
		!(READ_ONCE(file->f_flags) & O_NONBLOCK);
	fput(file);
	return waits;
}

/* Before it is checked: may this call wait for what another call does? */
bool back_dispatch_waits(const struct vsys_call *call)
{
	u32 nr = call->nr;

	if (nr >= VSYS_NR_SYSCALLS)
		return false;
	nr = array_index_nospec(nr, VSYS_NR_SYSCALLS);
	switch (nr) {
	case VSYS_NR_openat:	/* a FIFO */
		return !(call->args[2] & O_NONBLOCK);
	case VSYS_NR_flock:
		return !(call->args[1] & LOCK_NB);
	case VSYS_NR_fcntl:
		return call->args[1] == F_SETLKW ||
		       call->args[1] == F_OFD_SETLKW;
	}
	return vsys_calls[nr].flags & VSYS_CALL_BLOCKS &&
	       back_dispatch_file_waits(call->args[0]);
}
