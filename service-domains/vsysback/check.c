// SPDX-License-Identifier: GPL-2.0-only
/* Checks of a call that a client submitted: see check.h. */
#include "check.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/socket.h>
#include <linux/stat.h>
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
#include <stdio.h>
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

#define noinline __attribute__((noinline))

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

/* struct cmsghdr; the next one begins at a multiple of 8. */
struct vsys_cmsg {
	__u64 len;
	__s32 level;
	__s32 type;
};

/* Layout of the scratch memory. */
struct vsys_scratch {
	struct vsys_msg msg;
	struct vsys_iov iov[VSYS_IOV_MAX];
	__u8 control[VSYS_CONTROL_MAX];
	__u32 len;
};
_Static_assert(sizeof(struct vsys_msg) == 56, "struct msghdr");
_Static_assert(offsetof(struct vsys_scratch, control) % 8 == 0, "alignment");
_Static_assert(sizeof(struct vsys_scratch) <= VSYS_SCRATCH_SIZE, "scratch");

#define VSYS_NAME_MAX	128u	/* sizeof(struct sockaddr_storage) */
#define VSYS_SOCK_TYPE	0xfu	/* of socket()'s type; the rest are flags */

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

/* What may the option be used for, or the type of control data: VSYS_OPTION_… */
static __u32 vsys_option_uses(__s32 level, __s32 option)
{
	if (level < 0 || level > 255 || option < 0 || option > 255)
		return 0;
	switch (level << 8 | option) {
#define VSYS_OPTION(level, name, number, uses) \
	case VSYS_LEVEL_##level << 8 | number: \
		return uses;
#include <virtuos/calls-options.def>
	}
	return 0;
}

static int vsys_copy_in(__u64 to, __u64 from, __u64 n)
{
	__u8 part[64];
	__u64 at, len;
	int err = 0;

	for (at = 0; at < n && !err; at += len) {
		len = n - at < sizeof(part) ? n - at : sizeof(part);
		err = vsys_peek(part, from + at, len);
		if (!err)
			err = vsys_poke(to + at, part, len);
	}
	return err;
}

/* Every piece of the control data in scratch, as Linux walks through them. */
static int vsys_check_cmsgs(const struct vsys_check *check, __u64 size)
{
	struct vsys_cmsg cmsg;
	__u64 at;
	int err;

	for (at = 0; at + sizeof(cmsg) <= size; at += (cmsg.len + 7) & ~7ull) {
		err = vsys_peek(&cmsg, SCRATCH(check, control) + at,
				sizeof(cmsg));
		if (err)
			return err;
		if (cmsg.len < sizeof(cmsg) || cmsg.len > size - at)
			return -EINVAL;
		if (!(vsys_option_uses(cmsg.level, cmsg.type) &
		      VSYS_OPTION_SEND))
			return -EINVAL;
	}
	return 0;
}

/* Control data that is sent moves to scratch. */
static int vsys_check_sent(const struct vsys_check *check, struct vsys_msg *msg)
{
	int err;

	if (!msg->controllen)
		return 0;
	if (msg->controllen > VSYS_CONTROL_MAX)
		return -ENOBUFS;
	err = vsys_check_range(check, msg->control, msg->controllen);
	if (!err)
		err = vsys_copy_in(SCRATCH(check, control), msg->control,
				   msg->controllen);
	if (err)
		return err;
	msg->control = SCRATCH(check, control);
	return vsys_check_cmsgs(check, msg->controllen);
}

/* What is received is written to the region, as other data; NULL: nowhere. */
static int vsys_check_received(const struct vsys_check *check,
			       const struct vsys_msg *msg)
{
	return msg->control &&
	       vsys_check_buffer(check, msg->control, msg->controllen) ?
	       -EFAULT : 0;
}

/* The name: without an address, Linux does not look at its length. */
static int vsys_check_name(const struct vsys_check *check, struct vsys_msg *msg)
{
	if (!msg->name)
		return 0;
	if ((__s32)msg->namelen < 0)
		return -EINVAL;
	/* What is longer than any address is taken for as long as that. */
	if (msg->namelen > VSYS_NAME_MAX)
		msg->namelen = VSYS_NAME_MAX;
	return vsys_check_buffer(check, msg->name, msg->namelen);
}

/* The iovecs move to scratch. */
static int vsys_check_iov(const struct vsys_check *check, struct vsys_msg *msg)
{
	struct vsys_iov iov;
	__u32 i;
	int err;

	if (msg->iovlen > VSYS_IOV_MAX)
		return -EMSGSIZE;
	if (vsys_check_buffer(check, msg->iov, msg->iovlen * sizeof(iov)))
		return -EFAULT;
	for (i = 0; i < msg->iovlen; i++) {
		err = vsys_peek(&iov, msg->iov + i * sizeof(iov), sizeof(iov));
		if (!err)
			err = vsys_check_buffer(check, iov.base, iov.len);
		if (!err)
			err = vsys_poke(SCRATCH(check, iov) + i * sizeof(iov),
					&iov, sizeof(iov));
		if (err)
			return err;
	}
	msg->iov = SCRATCH(check, iov);
	return 0;
}

/*
 * A message header: it and what the call must not see changed go to scratch.
 * (Not inline: the other calls would pay for its registers.)
 */
static noinline int vsys_check_msg(const struct vsys_check *check, __u64 *arg,
			  int out, struct vsys_fixup *fixup)
{
	struct vsys_msg msg;
	int err;

	err = vsys_check_range(check, *arg, sizeof(msg));
	if (!err)
		err = vsys_peek(&msg, *arg, sizeof(msg));
	if (!err)
		err = vsys_check_name(check, &msg);
	if (!err)
		err = vsys_check_iov(check, &msg);
	if (!err)
		err = out ? vsys_check_received(check, &msg) :
			    vsys_check_sent(check, &msg);
	if (!err)
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

/* No kernel knows it: Linux refuses the value, with its own answer. */
#define VSYS_UNKNOWN	(1u << 31)

/*
 * Bits that a value may have (VSYS_BITS_…), and what it gets in the place of
 * others: nothing where Linux ignores bits that it does not know.
 */
static const struct {
	__u32 may;
	__u32 else_has;
} vsys_bits[VSYS_BITS_SETS] = {
	/* Linux's own list, without O_ASYNC. */
	[VSYS_BITS_OPEN] = {
		O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |
		O_NONBLOCK | O_SYNC | O_DSYNC | O_DIRECT |
		0100000 /* O_LARGEFILE, which the C library has as 0 */ |
		O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |
		O_TMPFILE, 0 },
	/* What programs may say; above 16 bits most are the kernel's own. */
	[VSYS_BITS_MESSAGE] = {
		0xffff | MSG_FASTOPEN | MSG_CMSG_CLOEXEC, 0 },
	[VSYS_BITS_FALLOCATE] = {
		FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
		FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |
		FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE,
		VSYS_UNKNOWN },
	[VSYS_BITS_RENAME] = {
		RENAME_NOREPLACE | RENAME_EXCHANGE, VSYS_UNKNOWN },
};

/* Linux looks at 32 bits. */
static void vsys_check_bits(__u64 *arg, __u32 set)
{
	__u32 value = *arg, may = vsys_bits[set].may;

	if (set)
		*arg = (value & may) |
		       (value & ~may ? vsys_bits[set].else_has : 0);
}

/*
 * Is it a protocol that Linux has built in?  For another one it would look for
 * a module.
 */
static bool vsys_socket_known(__u32 family, __u32 type, __u32 protocol)
{
	if (type == SOCK_RAW)
		return protocol > 0 && protocol < 256;
	switch (protocol) {
	case 0:
		return true;
	case IPPROTO_TCP:
		return type == SOCK_STREAM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return type == SOCK_DGRAM;
	case IPPROTO_ICMP:
		return type == SOCK_DGRAM && family == AF_INET;
	case IPPROTO_ICMPV6:
		return type == SOCK_DGRAM && family == AF_INET6;
	}
	return false;
}

/* In the order in which Linux looks at them. */
static int vsys_check_socket(__u32 family, __u32 type, __u32 protocol)
{
	if (type & ~(VSYS_SOCK_TYPE | SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	type &= VSYS_SOCK_TYPE;
	if (type > SOCK_PACKET)
		return -EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	if (protocol >= IPPROTO_MAX)
		return -EINVAL;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_RAW)
		return -ESOCKTNOSUPPORT;
	return vsys_socket_known(family, type, protocol) ? 0 : -EPROTONOSUPPORT;
}

/* What the table's kinds cannot say. */
static noinline int vsys_check_extra(struct vsys_call *call)
{
	__u64 *args = call->args;

	switch (call->nr) {
	case VSYS_NR_socket:
		return vsys_check_socket(args[0], args[1], args[2]);
	case VSYS_NR_setsockopt:
		return vsys_option_uses(args[1], args[2]) & VSYS_OPTION_SET ?
		       0 : -ENOPROTOOPT;
	case VSYS_NR_getsockopt:
		return vsys_option_uses(args[1], args[2]) & VSYS_OPTION_GET ?
		       0 : -ENOPROTOOPT;
	case VSYS_NR_fcntl:
		/* Linux takes no others, and no O_ASYNC without signals. */
		if (args[1] == F_SETFL)
			args[2] &= O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
		return 0;
	case VSYS_NR_mknodat:
		return S_ISCHR(args[2]) || S_ISBLK(args[2]) ? -EPERM : 0;
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
	case VSYS_ARG_LEN:	/* with its buffer */
		return 0;
	case VSYS_ARG_VAL:
		vsys_check_bits(arg, VSYS_ARG_PARAM(spec));
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
	for (left = info->checks; left; left &= left - 1) {
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
