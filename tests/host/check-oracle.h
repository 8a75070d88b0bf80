/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second opinion on service-domains/vsysback/check.c, for its test and its
 * fuzz target: what would the kernel touch if it executed this checked call?
 * Written from docs/protocol.md, the kernel's own argument types and what its
 * sources do (linux-options.h), and with the C library's constants, not from
 * check.c.
 */
#ifndef CHECK_ORACLE_H
#define CHECK_ORACLE_H

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "linux-options.h"
#include "service-domains/vsysback/check.h"
#include "test.h"

/* Memory as a worker has it: one slot's region, and its scratch. */
struct oracle {
	struct vsys_check check;
	uint8_t *region;	/* mapped completely; granted: check.size */
	uint8_t *scratch;
};

#define ORACLE_REGION	(256u << 10)

static inline void oracle_make(struct oracle *o, uint64_t size)
{
	void *want = (void *)(VSYS_ARENA_LOW + 5 * VSYS_SLOT_ARENA_MAX);
	void *p;

	/* The region ends in an inaccessible page, and begins after one. */
	p = mmap((char *)want - 4096, ORACLE_REGION + 8192, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	test_need(p == (char *)want - 4096, "the arena's addresses");
	test_need(!mprotect(want, ORACLE_REGION, PROT_READ | PROT_WRITE),
		  "mprotect");
	o->region = want;
	o->scratch = test_guarded(8192);
	o->scratch += 8192 - VSYS_SCRATCH_SIZE;
	o->check.class = VSYS_CLASS_BOTH;
	o->check.kernel = true;
	o->check.base = (uintptr_t)o->region;
	o->check.size = size;
	o->check.scratch = (uintptr_t)o->scratch;
}

static inline int oracle_within(uint64_t p, uint64_t len, uint64_t base,
				uint64_t size)
{
	return (unsigned __int128)p + len <= (unsigned __int128)base + size &&
	       p >= base;
}

/* No bytes are touched wherever they begin. */
static inline int oracle_in_region(const struct oracle *o, uint64_t p,
				   uint64_t len)
{
	return !len || oracle_within(p, len, o->check.base, o->check.size);
}

static inline int oracle_in_scratch(const struct oracle *o, uint64_t p,
				    uint64_t len)
{
	return oracle_within(p, len, o->check.scratch, VSYS_SCRATCH_SIZE);
}

/* How many bytes argument 2 of fcntl points to; 0 none; -1 not allowed. */
static inline int oracle_fcntl(uint64_t cmd)
{
	switch ((unsigned int)cmd) {
	case F_GETFD: case F_SETFD: case F_GETFL: case F_SETFL:
		return 0;
	case F_GETLK: case F_SETLK: case F_SETLKW:
	case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW:
		return sizeof(struct flock);
	case F_GET_RW_HINT: case F_SET_RW_HINT:
	case F_GET_FILE_RW_HINT: case F_SET_FILE_RW_HINT:
		return sizeof(uint64_t);
	}
	return -1;
}

/*
 * The same for ioctl: only these may pass.  The kernel looks at the command's
 * low 32 bits.
 */
static inline int oracle_ioctl(uint64_t cmd)
{
	unsigned int c = cmd;

	switch (c) {
	case FIONREAD: case TIOCOUTQ: case FIONBIO: case 0x8905: case 2:
		return sizeof(int);
	case 0x80086601: case 0x801c581f:
		return _IOC_SIZE(c);
	}
	if (c >= 0x8910 && c <= 0x8970)
		return 40;	/* struct ifreq */
	return -1;
}

/* Linux reads control data to be sent, and believes what it says. */
static inline const char *oracle_sent(const struct oracle *o,
				      const struct msghdr *msg)
{
	struct msghdr copy = *msg;
	struct cmsghdr *c;
	size_t left;

	if (!msg->msg_controllen)
		return NULL;
	if (!oracle_in_scratch(o, (uintptr_t)msg->msg_control,
			       msg->msg_controllen))
		return "control data that the client can write";
	if ((uintptr_t)msg->msg_control % sizeof(size_t))
		return "control data that is not aligned";
	for (c = CMSG_FIRSTHDR(&copy); c; c = CMSG_NXTHDR(&copy, c)) {
		left = (char *)msg->msg_control + msg->msg_controllen -
		       (char *)c;
		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > left)
			return "control data with a wrong length";
		if (linux_option_harm(c->cmsg_level, c->cmsg_type, SEND))
			return "control data that is not for clients";
	}
	return NULL;
}

static inline const char *oracle_msg(const struct oracle *o, uint64_t p,
				     int send)
{
	const struct msghdr *msg = (const void *)(uintptr_t)p;
	size_t i;

	if (!oracle_in_scratch(o, p, sizeof(*msg)))
		return "a message header that the client can write";
	if (msg->msg_iovlen > VSYS_IOV_MAX)
		return "too many iovecs";
	if (msg->msg_name && (int)msg->msg_namelen < 0)
		return "a name of negative length";
	if (msg->msg_name &&
	    !oracle_in_region(o, (uintptr_t)msg->msg_name, msg->msg_namelen))
		return "msg_name outside";
	if (!send && msg->msg_control &&
	    !oracle_in_region(o, (uintptr_t)msg->msg_control,
			      msg->msg_controllen))
		return "msg_control outside";
	if (msg->msg_iovlen &&
	    !oracle_in_scratch(o, (uintptr_t)msg->msg_iov,
			       msg->msg_iovlen * sizeof(struct iovec)))
		return "iovecs that the client can write";
	for (i = 0; i < msg->msg_iovlen; i++)
		if (msg->msg_iov[i].iov_len &&
		    !oracle_in_region(o, (uintptr_t)msg->msg_iov[i].iov_base,
				      msg->msg_iov[i].iov_len))
			return "an iovec outside";
	return send ? oracle_sent(o, msg) : NULL;
}

static inline const char *oracle_out_len(const struct oracle *o,
					 const struct vsys_call *call, int i,
					 uint32_t n)
{
	uint64_t p = call->args[i], l = call->args[n];
	int32_t len;

	if (!l)
		return p ? "a buffer without a length" : NULL;
	if (!oracle_in_scratch(o, l, sizeof(len)))
		return "a length that the client can write";
	memcpy(&len, (const void *)(uintptr_t)l, sizeof(len));
	if (p && len < 0)
		return "a negative length, which some calls take as unsigned";
	if (p && !oracle_in_region(o, p, len))
		return "a buffer outside, by its length";
	return NULL;
}

/*
 * Bits of argument i of a call that a program may set, for those whose other
 * bits must not reach the kernel, by the names that programs have for them.
 */
static inline uint64_t oracle_bits(uint32_t nr, int i, uint64_t command)
{
	const uint64_t message = MSG_OOB | MSG_PEEK | MSG_DONTROUTE |
		MSG_CTRUNC | MSG_PROXY | MSG_TRUNC | MSG_DONTWAIT | MSG_EOR |
		MSG_WAITALL | MSG_FIN | MSG_SYN | MSG_CONFIRM | MSG_RST |
		MSG_ERRQUEUE | MSG_NOSIGNAL | MSG_MORE | MSG_FASTOPEN |
		MSG_CMSG_CLOEXEC;

	switch (nr << 4 | i) {
	case SYS_sendto << 4 | 3: case SYS_recvfrom << 4 | 3:
	case SYS_sendmsg << 4 | 2: case SYS_recvmsg << 4 | 2:
		return message;		/* MSG_ZEROCOPY pins pages */
	case SYS_openat << 4 | 2:	/* O_ASYNC sends signals */
		return O_WRONLY | O_RDWR | O_CREAT | O_EXCL | O_NOCTTY |
		       O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC | O_SYNC |
		       O_DIRECT | 0x8000 /* O_LARGEFILE */ | O_DIRECTORY |
		       O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE;
	case SYS_fallocate << 4 | 1:	/* 4 shows what others deleted */
		return FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
		       FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |
		       FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE;
	case SYS_renameat2 << 4 | 4:	/* RENAME_WHITEOUT makes a device */
		return RENAME_NOREPLACE | RENAME_EXCHANGE;
	case SYS_fcntl << 4 | 2:
		if (command == F_SETFL)
			return O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
	}
	return ~0ull;
}

/* Linux refuses these calls when they have it, and ignores it in others. */
#define ORACLE_UNKNOWN	(1u << 31)

/* Such bits may be cleared, and no others; or Linux must refuse the value. */
static inline const char *oracle_value(const struct vsys_call *was,
				       const struct vsys_call *call, int i)
{
	uint64_t may = oracle_bits(call->nr, i, call->args[1]);

	if ((call->nr == SYS_fallocate || call->nr == SYS_renameat2) &&
	    ~may && (uint32_t)was->args[i] & ~may)
		return call->args[i] & ORACLE_UNKNOWN ? NULL :
		       "bits that Linux would obey without others";
	if (call->args[i] & ~may)
		return "a bit that is not for clients";
	if ((call->args[i] ^ was->args[i]) & may)
		return "a value was changed";
	return NULL;
}

static inline const char *oracle_arg(const struct oracle *o,
				     const struct vsys_call *was,
				     const struct vsys_call *call, int i)
{
	uint32_t spec = vsys_calls[call->nr].args[i];
	uint32_t n = VSYS_ARG_PARAM(spec);
	uint64_t a = call->args[i];
	int size;

	if (!a && (spec & VSYS_ARG_MAYBE) &&
	    VSYS_ARG_KIND(spec) != VSYS_ARG_OUT_LEN)
		return NULL;
	switch (VSYS_ARG_KIND(spec)) {
	case VSYS_ARG_NONE:
		return a ? "an unused argument is not zero" : NULL;
	case VSYS_ARG_VAL:
		return oracle_value(was, call, i);
	case VSYS_ARG_DIRFD:
		if ((int)a == AT_FDCWD)
			return NULL;
		/* fall through */
	case VSYS_ARG_FD:
		return (int)a < VSYS_FD_FIRST ? "the shadow's own descriptor" :
		       NULL;
	case VSYS_ARG_PATH:
		return oracle_in_region(o, a, 1) ? NULL : "path outside";
	case VSYS_ARG_IN:
	case VSYS_ARG_OUT:
		if (!call->args[n])
			return NULL;
		return oracle_in_region(o, a, call->args[n]) ? NULL :
		       "buffer outside";
	case VSYS_ARG_IN_FIXED:
	case VSYS_ARG_OUT_FIXED:
	case VSYS_ARG_INOUT_FIXED:
		return oracle_in_region(o, a, n) ? NULL : "structure outside";
	case VSYS_ARG_OUT_LEN:
		return oracle_out_len(o, call, i, n);
	case VSYS_ARG_LEN:
		return NULL;	/* with its buffer */
	case VSYS_ARG_MSG_IN:
		return oracle_msg(o, a, 1);
	case VSYS_ARG_MSG_OUT:
		return oracle_msg(o, a, 0);
	case VSYS_ARG_FCNTL:
	case VSYS_ARG_IOCTL:
		size = VSYS_ARG_KIND(spec) == VSYS_ARG_FCNTL ?
		       oracle_fcntl(call->args[1]) : oracle_ioctl(call->args[1]);
		if (size < 0)
			return "a command that is not for clients";
		if (!size)
			return oracle_value(was, call, i);
		return oracle_in_region(o, a, size) ? NULL :
		       "the command's structure outside";
	}
	return "an unknown kind";
}

/*
 * What socket() answers: net/socket.c, inet_create() and the two inetsw arrays,
 * with what must not be.  Any protocol that is in none of these arrays makes
 * Linux look for a module; PF_INET with SOCK_PACKET is PF_PACKET.
 */
static inline int oracle_socket(int family, int type, int protocol)
{
	static const struct {
		int type, protocol, v4, v6;
	} inetsw[] = {
		{ SOCK_STREAM, IPPROTO_TCP, 1, 1 },
		{ SOCK_DGRAM, IPPROTO_UDP, 1, 1 },
		{ SOCK_DGRAM, IPPROTO_UDPLITE, 1, 1 },
		{ SOCK_DGRAM, IPPROTO_ICMP, 1, 0 },
		{ SOCK_DGRAM, IPPROTO_ICMPV6, 0, 1 },
	};
	int flags = type & ~0xf, known = 0;
	size_t i;

	type &= 0xf;
	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	if (type > 10)		/* SOCK_MAX */
		return -EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	if (type == SOCK_RAW)	/* the header has room for 8 bits */
		return protocol && protocol < 256 ? 0 : -EPROTONOSUPPORT;
	for (i = 0; i < sizeof(inetsw) / sizeof(*inetsw); i++) {
		if (inetsw[i].type != type)
			continue;
		known = 1;
		if (family == AF_INET ? inetsw[i].v4 : inetsw[i].v6)
			if (protocol == inetsw[i].protocol || !protocol)
				return 0;
	}
	return known ? -EPROTONOSUPPORT : -ESOCKTNOSUPPORT;
}

/* Calls of which some uses are forbidden whatever the table says. */
static inline const char *oracle_policy(const struct oracle *o,
					const struct vsys_call *call)
{
	switch (call->nr) {
	case SYS_close:
		return o->check.kernel ? NULL : "a descriptor of others";
	case SYS_socket:
		return oracle_socket(call->args[0], call->args[1],
				     call->args[2]) ?
		       "a socket that is not for clients" : NULL;
	case SYS_mknodat:
		if (S_ISCHR((mode_t)call->args[2]) ||
		    S_ISBLK((mode_t)call->args[2]))
			return "a device node";
		return NULL;
	case SYS_setsockopt:
		return linux_option_harm(call->args[1], call->args[2], SET);
	case SYS_getsockopt:
		return linux_option_harm(call->args[1], call->args[2], GET);
	}
	return NULL;
}

/* What is wrong with executing "call", which was "was" before the check? */
static inline const char *oracle_verdict(const struct oracle *o,
					 const struct vsys_call *was,
					 const struct vsys_call *call)
{
	const char *wrong;
	int i;

	if (call->nr != was->nr)
		return "another call";
	if (call->nr >= VSYS_NR_SYSCALLS || !vsys_calls[call->nr].name)
		return "not in the table";
	if (!(vsys_calls[call->nr].class & o->check.class))
		return "not of the device's class";
	for (i = 0; i < 6; i++) {
		wrong = oracle_arg(o, was, call, i);
		if (wrong)
			return wrong;
	}
	return oracle_policy(o, call);
}

/* The answers that a refused call may get. */
static inline int oracle_refusal(int err)
{
	switch (-err) {
	case ENOSYS: case EBADF: case EFAULT: case EINVAL: case ENAMETOOLONG:
	case EMSGSIZE: case EAFNOSUPPORT: case ENOPROTOOPT: case ENOTTY:
	case EPERM: case ENOBUFS: case ESOCKTNOSUPPORT: case EPROTONOSUPPORT:
		return 1;
	}
	return 0;
}

static inline void oracle_show(const char *wrong, const struct vsys_call *was,
			       const struct oracle *o)
{
	int i;

	fprintf(stderr, "accepted: %s: %u (%s)", wrong, was->nr,
		was->nr < VSYS_NR_SYSCALLS && vsys_calls[was->nr].name ?
		vsys_calls[was->nr].name : "?");
	for (i = 0; i < 6; i++)
		fprintf(stderr, " %#" PRIx64, (uint64_t)was->args[i]);
	fprintf(stderr, "; region %#" PRIx64 "+%#" PRIx64 "\n",
		(uint64_t)o->check.base, (uint64_t)o->check.size);
}

#endif /* CHECK_ORACLE_H */
