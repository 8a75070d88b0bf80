// SPDX-License-Identifier: GPL-2.0-only
/* Checks of a call that a client submitted: see check.h. */
#include "check.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/nospec.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>

static int vsys_peek(void *to, __u64 from, size_t n)
{
	return copy_from_user(to, (const void __user *)from, n) ? -EFAULT : 0;
}

static int vsys_poke(__u64 to, const void *from, size_t n)
{
	return copy_to_user((void __user *)to, from, n) ? -EFAULT : 0;
}
#else
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int vsys_peek(void *to, __u64 from, size_t n)
{
	memcpy(to, (const void *)(uintptr_t)from, n);
	return 0;
}

static int vsys_poke(__u64 to, const void *from, size_t n)
{
	memcpy((void *)(uintptr_t)to, from, n);
	return 0;
}

static inline __u32 array_index_nospec(__u32 index, __u32 size)
{
	return index < size ? index : 0;
}
#endif

/* struct msghdr and struct iovec of x86-64 Linux, as they cross. */
struct vsys_iov {
	__u64 base;
	__u64 len;
};

struct vsys_msg {
	__u64 name;
	__u32 namelen;
	__u32 pad0;
	__u64 iov;
	__u64 iovlen;
	__u64 control;
	__u64 controllen;
	__u32 flags;
	__u32 pad1;
};

/* Layout of the scratch memory. */
struct vsys_scratch {
	struct vsys_msg msg;
	struct vsys_iov iov[VSYS_IOV_MAX];
	__u32 len;
};
_Static_assert(sizeof(struct vsys_msg) == 56, "struct msghdr");
_Static_assert(sizeof(struct vsys_scratch) <= VSYS_SCRATCH_SIZE, "scratch");

#define SCRATCH(check, field) \
	((check)->scratch + offsetof(struct vsys_scratch, field))

/* Do all bytes lie in the region?  No sum here can wrap. */
static int vsys_check_range(const struct vsys_check *check, __u64 addr,
			    __u64 len)
{
	if (addr < check->base || addr - check->base > check->size)
		return -EFAULT;
	if (len > check->size - (addr - check->base))
		return -EFAULT;
	return 0;
}

static int vsys_check_fd(__u64 arg, int dirfd)
{
	__s32 fd = (__s32)arg;

	if (dirfd && fd == VSYS_AT_FDCWD)
		return 0;
	return fd >= VSYS_FD_FIRST ? 0 : -EBADF;
}

/* A buffer with its length in another argument. */
static int vsys_check_buffer(const struct vsys_check *check, __u64 addr,
			     __u64 len)
{
	if (len > VSYS_SLOT_ARENA_MAX)
		return -EINVAL;
	return len ? vsys_check_range(check, addr, len) : 0;
}

/*
 * A buffer with its length behind a pointer: the length moves to scratch, so
 * that the client cannot enlarge it between this check and its use.
 */
static int vsys_check_len(const struct vsys_check *check,
			  struct vsys_call *call, int buffer, int length,
			  struct vsys_fixup *fixup)
{
	__u64 addr = call->args[length];
	__u32 len;
	int err;

	if (!addr) {
		/* Without a length the kernel must not touch the buffer. */
		return call->args[buffer] ? -EFAULT : 0;
	}
	err = vsys_check_range(check, addr, sizeof(len));
	if (!err)
		err = vsys_peek(&len, addr, sizeof(len));
	if (err)
		return err;
	/* Not every call refuses a negative length: some take it for a large one. */
	if ((__s32)len < 0)
		return -EINVAL;
	if (call->args[buffer])
		err = vsys_check_buffer(check, call->args[buffer], len);
	if (!err)
		err = vsys_poke(SCRATCH(check, len), &len, sizeof(len));
	if (err)
		return err;
	fixup->len = addr;
	call->args[length] = SCRATCH(check, len);
	return 0;
}

/* A message header: it and its iovecs move to scratch. */
static int vsys_check_msg(const struct vsys_check *check, __u64 *arg,
			  int out, struct vsys_fixup *fixup)
{
	struct vsys_iov iov;
	struct vsys_msg msg;
	__u32 i;
	int err;

	err = vsys_check_range(check, *arg, sizeof(msg));
	if (!err)
		err = vsys_peek(&msg, *arg, sizeof(msg));
	if (err)
		return err;
	if (msg.iovlen > VSYS_IOV_MAX)
		return -EMSGSIZE;
	if ((msg.name && vsys_check_buffer(check, msg.name, msg.namelen)) ||
	    (msg.control &&
	     vsys_check_buffer(check, msg.control, msg.controllen)) ||
	    vsys_check_range(check, msg.iov, msg.iovlen * sizeof(iov)))
		return -EFAULT;
	for (i = 0; i < msg.iovlen; i++) {
		err = vsys_peek(&iov, msg.iov + i * sizeof(iov), sizeof(iov));
		if (!err)
			err = vsys_check_buffer(check, iov.base, iov.len);
		if (!err)
			err = vsys_poke(SCRATCH(check, iov) + i * sizeof(iov),
					&iov, sizeof(iov));
		if (err)
			return err;
	}
	msg.iov = SCRATCH(check, iov);
	err = vsys_poke(SCRATCH(check, msg), &msg, sizeof(msg));
	if (err)
		return err;
	if (out)
		fixup->msg = *arg;
	*arg = SCRATCH(check, msg);
	return 0;
}

/* An argument that is a value or a fixed structure, as the command says. */
static int vsys_check_command(const struct vsys_check *check, __u64 arg,
			      int size)
{
	if (size < 0)
		return size;
	return size ? vsys_check_range(check, arg, size) : 0;
}

/*
 * Options whose value carries a pointer or a program, or that reach beyond
 * the socket, are not for clients.
 */
static int vsys_check_sockopt(__u64 level, __u64 option)
{
	switch ((__s32)level) {
	case SOL_SOCKET:
		switch ((__s32)option) {
		case 26: /* SO_ATTACH_FILTER, SO_GET_FILTER */
		case 44: /* SO_LOCK_FILTER */
		case 50: /* SO_ATTACH_BPF */
		case 51: /* SO_ATTACH_REUSEPORT_CBPF */
		case 52: /* SO_ATTACH_REUSEPORT_EBPF */
			return -ENOPROTOOPT;
		}
		return 0;
	case IPPROTO_TCP:
		switch ((__s32)option) {
		case 19: /* TCP_REPAIR */
		case 20: /* TCP_REPAIR_QUEUE */
		case 22: /* TCP_REPAIR_OPTIONS */
		case 29: /* TCP_REPAIR_WINDOW */
		case 31: /* TCP_ULP */
		case 35: /* TCP_ZEROCOPY_RECEIVE */
			return -ENOPROTOOPT;
		}
		return 0;
	case IPPROTO_IP:
	case IPPROTO_IPV6:
		/* From 64 on: packet filter tables. */
		return option < 64 ? 0 : -ENOPROTOOPT;
	case IPPROTO_UDP:
		return 0;
	}
	return -ENOPROTOOPT;
}

/* What the table's kinds cannot say. */
static int vsys_check_extra(const struct vsys_call *call)
{
	switch (call->nr) {
	case VSYS_NR_socket:
		if (call->args[0] != AF_INET && call->args[0] != AF_INET6)
			return -EAFNOSUPPORT;
		return 0;
	case VSYS_NR_setsockopt:
	case VSYS_NR_getsockopt:
		return vsys_check_sockopt(call->args[1], call->args[2]);
	case VSYS_NR_mknodat:
		switch (call->args[2] & S_IFMT) {
		case S_IFCHR:
		case S_IFBLK:
			return -EPERM;
		}
		return 0;
	}
	return 0;
}

/* The argument that holds the length of the buffer in argument i. */
static __u64 vsys_check_length(const struct vsys_call *call, __u32 spec)
{
	return call->args[array_index_nospec(VSYS_ARG_PARAM(spec), 6)];
}

static int vsys_check_arg(const struct vsys_check *check,
			  const struct vsys_call_info *info,
			  struct vsys_call *call, int i,
			  struct vsys_fixup *fixup)
{
	__u32 spec = info->args[i];
	__u64 *arg = &call->args[i];

	if (!*arg && (spec & VSYS_ARG_MAYBE) &&
	    VSYS_ARG_KIND(spec) != VSYS_ARG_OUT_LEN)
		return 0;
	switch ((enum vsys_arg_kind)VSYS_ARG_KIND(spec)) {
	case VSYS_ARG_NONE:
	case VSYS_ARG_VAL:
	case VSYS_ARG_LEN:	/* with its buffer */
		return 0;
	case VSYS_ARG_FD:
		return vsys_check_fd(*arg, 0);
	case VSYS_ARG_DIRFD:
		return vsys_check_fd(*arg, 1);
	case VSYS_ARG_PATH:
		/*
		 * The call itself stops at PATH_MAX and at the first page that
		 * is not granted; the arena ends in a guard page.
		 */
		return vsys_check_range(check, *arg, 1);
	case VSYS_ARG_IN:
	case VSYS_ARG_OUT:
		return vsys_check_buffer(check, *arg,
					 vsys_check_length(call, spec));
	case VSYS_ARG_IN_FIXED:
	case VSYS_ARG_OUT_FIXED:
	case VSYS_ARG_INOUT_FIXED:
		return vsys_check_range(check, *arg, VSYS_ARG_PARAM(spec));
	case VSYS_ARG_OUT_LEN:
		return vsys_check_len(check, call, i, VSYS_ARG_PARAM(spec) % 6,
				      fixup);
	case VSYS_ARG_MSG_IN:
		return vsys_check_msg(check, arg, 0, fixup);
	case VSYS_ARG_MSG_OUT:
		return vsys_check_msg(check, arg, 1, fixup);
	case VSYS_ARG_FCNTL:
		return vsys_check_command(check, *arg,
					  vsys_fcntl_size(call->args[1]));
	case VSYS_ARG_IOCTL:
		return vsys_check_command(check, *arg,
					  vsys_ioctl_size(call->args[1]));
	}
	return -ENOSYS;
}

int vsys_check_call(const struct vsys_check *check, struct vsys_call *call,
		    struct vsys_fixup *fixup)
{
	const struct vsys_call_info *info;
	__u32 left;
	int i, err;

	fixup->len = 0;
	fixup->msg = 0;
	if (call->nr >= VSYS_NR_SYSCALLS)
		return -ENOSYS;
	call->nr = array_index_nospec(call->nr, VSYS_NR_SYSCALLS);
	info = &vsys_calls[call->nr];
	if (!info->name || !(info->class & check->class))
		return -ENOSYS;
	if (info->flags & (VSYS_CALL_CHECKED | VSYS_CALL_KERNEL)) {
		if ((info->flags & VSYS_CALL_KERNEL) && !check->kernel)
			return -ENOSYS;
		err = vsys_check_extra(call);
		if (err)
			return err;
	}
	for (i = info->nr_args; i < 6; i++)
		call->args[i] = 0;
	for (left = info->fds | info->pointers; left; left &= left - 1) {
		i = __builtin_ctz(left);
		err = vsys_check_arg(check, info, call, i, fixup);
		if (err)
			return err;
	}
	return 0;
}

__s64 vsys_check_finish(const struct vsys_check *check,
			const struct vsys_fixup *fixup, __s64 ret)
{
	struct vsys_msg msg;
	__u32 len;

	if (ret < 0)
		return ret;
	if (fixup->len &&
	    (vsys_peek(&len, SCRATCH(check, len), sizeof(len)) ||
	     vsys_poke(fixup->len, &len, sizeof(len))))
		return -EFAULT;
	if (fixup->msg &&
	    (vsys_peek(&msg, SCRATCH(check, msg), sizeof(msg)) ||
	     vsys_poke(fixup->msg + offsetof(struct vsys_msg, namelen),
		       &msg.namelen, sizeof(msg.namelen)) ||
	     vsys_poke(fixup->msg + offsetof(struct vsys_msg, controllen),
		       &msg.controllen, sizeof(msg.controllen)) ||
	     vsys_poke(fixup->msg + offsetof(struct vsys_msg, flags),
		       &msg.flags, sizeof(msg.flags))))
		return -EFAULT;
	return ret;
}
