// SPDX-License-Identifier: MIT
/*
 * fork and its kin.  A child has channels of its own; vfork is fork, because
 * a child that shares our memory would use the parent's.
 */
#include "hook.h"

#include <sched.h>
#include <stdarg.h>
#include <unistd.h>

/* In the child, unless libc's handlers have done it (init.c). */
static pid_t forked(pid_t pid, uint32_t epoch)
{
	if (!pid && virtuos_epoch == epoch)
		virtuos_fork_child();
	return pid;
}

VIRTUOS_HOOK pid_t fork(void)
{
	uint32_t epoch = virtuos_epoch;

	return forked(LIBC(fork)(), epoch);
}
HOOK_ALIAS(__fork, fork);

VIRTUOS_HOOK pid_t _Fork(void)
{
	uint32_t epoch = virtuos_epoch;

	return forked(LIBC(_Fork)(), epoch);
}

/* What a child of clone() with memory of its own runs. */
struct start {
	int (*function)(void *);
	void *arg;
};

static int process_begin(void *arg)
{
	const struct start *start = arg;

	virtuos_fork_child();
	return start->function(start->arg);
}

VIRTUOS_HOOK int clone(int (*function)(void *), void *stack, int flags,
		       void *arg, ...)
{
	struct start start = { function, arg };
	void *parent_tid, *tls, *child_tid;
	va_list args;

	va_start(args, arg);
	parent_tid = va_arg(args, void *);
	tls = va_arg(args, void *);
	child_tid = va_arg(args, void *);
	va_end(args);
	/* In a copy of our memory start is there as well. */
	if (virtuos_active && function && !(flags & CLONE_VM))
		return LIBC(clone)(process_begin, stack, flags, &start,
				   parent_tid, tls, child_tid);
	return LIBC(clone)(function, stack, flags, arg, parent_tid, tls,
			   child_tid);
}

/*
 * vfork is libc's own while the library is idle, with the caller's frame
 * untouched (the child returns into it first), and else fork.  This says where
 * to jump.
 */
void *virtuos_vfork(void);
__attribute__((used, visibility("hidden"))) void *virtuos_vfork(void)
{
	void *libc = (void *)LIBC(vfork);

	return virtuos_active || !libc ? (void *)fork : libc;
}

__asm__(
"	.text\n"
"	.globl vfork, __vfork\n"
"	.type vfork, @function\n"
"vfork:\n"
"	.cfi_startproc\n"
"	subq	$8, %rsp\n"
"	.cfi_adjust_cfa_offset 8\n"
"	call	virtuos_vfork\n"
"	addq	$8, %rsp\n"
"	.cfi_adjust_cfa_offset -8\n"
"	jmp	*%rax\n"
"	.cfi_endproc\n"
"	.size vfork, .-vfork\n"
"	.set __vfork, vfork\n");

/* Standard streams to /dev/null, unless they shall stay. */
static int detach_streams(void)
{
	int i, err, fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		return -1;
	for (i = 0; i < 3; i++) {
		if (dup2(fd, i) >= 0)
			continue;
		err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	if (fd > 2)
		close(fd);
	return 0;
}

/* libc's would change the directory behind our back. */
VIRTUOS_HOOK int daemon(int nochdir, int noclose)
{
	if (!virtuos_active)
		return LIBC(daemon)(nochdir, noclose);
	switch (fork()) {
	case -1:
		return -1;
	case 0:
		break;
	default:
		_exit(0);
	}
	if (setsid() < 0)
		return -1;
	if (!nochdir && chdir("/"))
		return -1;
	return noclose ? 0 : detach_streams();
}
