// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the dispatcher's checks, service-domains/vsysback/check.c.
 * Why:		they are all that stands between a hostile user domain and a
 *		system call executed with its arguments in a service domain.
 * How:		a good call of every row is accepted; each of its pointers,
 *		lengths and descriptors is then made bad in turn and must be
 *		refused with the right errno; random calls are judged by a
 *		second opinion (check-oracle.h) on what the kernel would touch;
 *		the same while another thread changes the region all the time.
 *		What a call may do at all is tried bit by bit and number by
 *		number, and, for what is accepted, on this machine's kernel.
 */
#include <pthread.h>
#include <virtuos/calls-table.h>
#include "check-oracle.h"

#define GRANTED	(128u << 10)

static struct oracle o;

static uint64_t at(uint64_t offset)
{
	return o.check.base + offset;
}

static int check(const struct vsys_call *was, struct vsys_call *call,
		 struct vsys_fixup *fixup)
{
	const char *wrong;
	int err;

	*call = *was;
	err = vsys_check_call(&o.check, call, fixup);
	if (err) {
		if (!CHECK(oracle_refusal(err)))
			fprintf(stderr, "\tcall %u: %d\n", was->nr, err);
		return err;
	}
	wrong = oracle_verdict(&o, was, call);
	if (wrong) {
		oracle_show(wrong, was, &o);
		test_fail(__FILE__, __LINE__, wrong);
	}
	return 0;
}

static int verdict(const struct vsys_call *was)
{
	struct vsys_fixup fixup;
	struct vsys_call call;

	return check(was, &call, &fixup);
}

/* ---- good calls --------------------------------------------------------- */

#define CONTROL	128

/* Four pieces of control data that may be sent. */
static void good_control(void *control)
{
	static const int pieces[4][2] = {
		{ SOL_SOCKET, SO_TIMESTAMPING }, { SOL_IP, IP_TTL },
		{ SOL_UDP, UDP_SEGMENT }, { SOL_IPV6, IPV6_PKTINFO },
	};
	struct cmsghdr *c = control;
	int i;

	memset(control, 0, CONTROL);
	for (i = 0; i < 4; i++) {
		c->cmsg_len = CMSG_LEN(i == 3 ? 16 : 4 - i);
		c->cmsg_level = pieces[i][0];
		c->cmsg_type = pieces[i][1];
		c = (void *)((char *)c + CMSG_ALIGN(c->cmsg_len));
	}
	/* Too short for another one: Linux looks no further. */
	((uint64_t *)control)[CONTROL / 8 - 1] = ~0ull;
	c->cmsg_len = (char *)control + CONTROL - 8 - (char *)c;
	c->cmsg_level = SOL_IP;
	c->cmsg_type = IP_RETOPTS;
}

static struct msghdr *good_msg(uint64_t offset)
{
	struct msghdr *msg = (void *)(o.region + offset);
	struct iovec *iov = (void *)(o.region + offset + 64);
	int i;

	memset(msg, 0, sizeof(*msg));
	msg->msg_name = o.region + 0x8000;
	msg->msg_namelen = 16;
	msg->msg_iov = iov;
	msg->msg_iovlen = VSYS_IOV_MAX;
	msg->msg_control = o.region + 0x8100;
	msg->msg_controllen = CONTROL;
	good_control(msg->msg_control);
	for (i = 0; i < (int)VSYS_IOV_MAX; i++) {
		iov[i].iov_base = o.region + 0x9000 + i * 0x100;
		iov[i].iov_len = 0x100;
	}
	return msg;
}

/* A call of the row with everything in order. */
static struct vsys_call good(uint32_t nr)
{
	const struct vsys_call_info *info = &vsys_calls[nr];
	struct vsys_call call = { .nr = nr };
	uint32_t n;
	int i;

	for (i = 0; i < 6; i++) {
		n = VSYS_ARG_PARAM(info->args[i]);
		switch (VSYS_ARG_KIND(info->args[i])) {
		case VSYS_ARG_FD:
		case VSYS_ARG_DIRFD:
			call.args[i] = VSYS_FD_FIRST + i;
			break;
		case VSYS_ARG_PATH:
			call.args[i] = at(0x4000 + i * 0x800);
			strcpy((char *)o.region + 0x4000 + i * 0x800, "/x");
			break;
		case VSYS_ARG_IN:
		case VSYS_ARG_OUT:
			call.args[i] = at(0x1000 + i * 0x100);
			call.args[n] = 0x100;
			break;
		case VSYS_ARG_IN_FIXED:
		case VSYS_ARG_OUT_FIXED:
		case VSYS_ARG_INOUT_FIXED:
			call.args[i] = at(0x2000 + i * 0x200);
			break;
		case VSYS_ARG_OUT_LEN:
			call.args[i] = at(0x3000);
			call.args[n] = at(0x3100);
			*(uint32_t *)(o.region + 0x3100) = 0x80;
			break;
		case VSYS_ARG_MSG_IN:
		case VSYS_ARG_MSG_OUT:
			call.args[i] = (uintptr_t)good_msg(0x6000);
			break;
		case VSYS_ARG_FCNTL:
			call.args[1] = F_SETLK;
			call.args[2] = at(0x7000);
			break;
		case VSYS_ARG_IOCTL:
			call.args[1] = FIONREAD;
			call.args[2] = at(0x7000);
			break;
		}
	}
	if (nr == VSYS_NR_socket) {
		call.args[0] = AF_INET6;
		call.args[1] = SOCK_STREAM;
	} else if (nr == VSYS_NR_getsockopt || nr == VSYS_NR_setsockopt) {
		call.args[1] = SOL_SOCKET;
		call.args[2] = SO_KEEPALIVE;
	} else if (nr == VSYS_NR_mknodat) {
		call.args[2] = S_IFIFO | 0600;
	}
	return call;
}

/* ---- one thing made bad at a time --------------------------------------- */

static void bad(const struct vsys_call *call, int arg, uint64_t value, int want)
{
	struct vsys_call was = *call;
	int got;

	was.args[arg] = value;
	got = verdict(&was);
	if (got == want)
		return;
	fprintf(stderr, "%s, argument %d = %#" PRIx64 ": %d, not %d\n",
		vsys_calls[call->nr].name, arg, value, got, want);
	test_failures++;
}

/* A pointer to "len" bytes, at and over each edge. */
static void bad_pointer(const struct vsys_call *call, int arg, uint64_t len,
			int maybe)
{
	uint64_t end = o.check.base + o.check.size;

	bad(call, arg, at(0), 0);
	bad(call, arg, end - len, 0);
	bad(call, arg, end - len + 1, -EFAULT);
	bad(call, arg, end - 1, len == 1 ? 0 : -EFAULT);
	bad(call, arg, end, -EFAULT);
	bad(call, arg, end + 4096, -EFAULT);
	bad(call, arg, at(0) - 1, -EFAULT);
	bad(call, arg, at(0) - len, -EFAULT);
	bad(call, arg, at(0) - VSYS_SLOT_ARENA_MAX, -EFAULT);
	bad(call, arg, at(VSYS_SLOT_ARENA_MAX), -EFAULT);
	bad(call, arg, o.check.scratch, -EFAULT);
	bad(call, arg, 1, -EFAULT);
	bad(call, arg, ~0ull, -EFAULT);
	bad(call, arg, ~0ull - len + 1, -EFAULT);
	bad(call, arg, 1ull << 63, -EFAULT);
	bad(call, arg, 0xffff888000000000ull, -EFAULT);
	bad(call, arg, 0, maybe ? 0 : -EFAULT);
}

static void bad_length(const struct vsys_call *call, int buffer, int length)
{
	struct vsys_call was = *call;

	bad(call, length, VSYS_SLOT_ARENA_MAX + 1, -EINVAL);
	bad(call, length, 1ull << 32, -EINVAL);
	bad(call, length, (1ull << 32) + 16, -EINVAL);
	bad(call, length, ~0ull, -EINVAL);
	bad(call, length, ~0ull - was.args[buffer] + 1, -EINVAL);
	bad(call, length, o.check.base + o.check.size - was.args[buffer] + 1,
	    -EFAULT);
	bad(call, length, o.check.base + o.check.size - was.args[buffer], 0);
	was.args[buffer] = at(0);
	bad(&was, length, o.check.size, 0);
	bad(&was, length, o.check.size + 1, -EFAULT);
	bad(&was, length, VSYS_SLOT_ARENA_MAX, -EFAULT);
	/* Nothing is touched: any pointer will do, as in Linux. */
	was.args[buffer] = 0;
	bad(&was, length, 0, 0);
}

static void bad_out_len(const struct vsys_call *call, int buffer, int length,
			int maybe)
{
	uint32_t *len = (uint32_t *)(o.region + 0x3100);
	struct vsys_call was = *call;
	uint64_t room = o.check.base + o.check.size - was.args[buffer];

	memset(o.region, 0, 64);	/* a length of 0 at both ends */
	memset(o.region + GRANTED - 64, 0, 64);
	bad_pointer(call, length, 4, 0);
	*len = room;
	bad(call, buffer, was.args[buffer], 0);
	*len = room + 1;
	bad(call, buffer, was.args[buffer], -EFAULT);
	*len = VSYS_SLOT_ARENA_MAX + 1;
	bad(call, buffer, was.args[buffer], -EINVAL);
	*len = 0x7fffffff;
	bad(call, buffer, was.args[buffer], -EINVAL);
	*len = -1;
	bad(call, buffer, was.args[buffer], -EINVAL);
	bad(call, buffer, 4096, -EINVAL);
	*len = 1u << 31;
	bad(call, buffer, o.check.scratch, -EINVAL);
	*len = 0x80;
	bad_pointer(call, buffer, 0x80, 1);	/* NULL: EFAULT by the kernel */
	if (maybe) {
		was.args[buffer] = 0;
		was.args[length] = 0;
		CHECK_EQ(verdict(&was), 0);
	}
}

static void bad_fd(const struct vsys_call *call, int arg, int dirfd)
{
	int fd;

	for (fd = -200; fd < VSYS_FD_FIRST; fd++) {
		bad(call, arg, (uint32_t)fd, dirfd && fd == -100 ? 0 : -EBADF);
		bad(call, arg, (int64_t)fd, dirfd && fd == -100 ? 0 : -EBADF);
	}
	bad(call, arg, VSYS_FD_FIRST, 0);
	bad(call, arg, 0x7fffffff, 0);
	bad(call, arg, 0x80000000u, -EBADF);
	bad(call, arg, 1ull << 32 | 3, -EBADF);	/* the kernel sees 3 */
}

static void bad_msg(const struct vsys_call *call, int arg)
{
	int send = vsys_calls[call->nr].args[arg] == VSYS_ARG(MSG_IN, 0);
	struct msghdr *msg = good_msg(0x6000);
	struct iovec *iov = msg->msg_iov;
	int i;

	memcpy(o.region, msg, sizeof(*msg));
	memcpy(o.region + GRANTED - sizeof(*msg), msg, sizeof(*msg));
	bad_pointer(call, arg, sizeof(*msg), 0);
#define BAD(change, want) do { \
	change; \
	if (!CHECK_EQ(verdict(call), want)) \
		fprintf(stderr, "\t%s: %s\n", vsys_calls[call->nr].name, \
			#change); \
	msg = good_msg(0x6000); \
} while (0)
	BAD((void)0, 0);
	BAD(msg->msg_iovlen = VSYS_IOV_MAX + 1, -EMSGSIZE);
	BAD(msg->msg_iovlen = ~0ul, -EMSGSIZE);
	BAD(msg->msg_iovlen = 1ul << 60, -EMSGSIZE);
	BAD(msg->msg_iov = (void *)(o.region + GRANTED - 16), -EFAULT);
	BAD(msg->msg_iov = (void *)(o.region - 16), -EFAULT);
	BAD(msg->msg_iov = NULL, -EFAULT);
	BAD(msg->msg_iov = (void *)o.scratch, -EFAULT);
	BAD((msg->msg_iov = NULL, msg->msg_iovlen = 0), 0);
	BAD((msg->msg_iov = (void *)~0ul, msg->msg_iovlen = 0), 0);
	BAD(msg->msg_name = o.region + GRANTED - 15, -EFAULT);
	BAD(msg->msg_name = o.region + GRANTED - 16, 0);
	BAD(msg->msg_name = o.region - 1, -EFAULT);
	BAD(msg->msg_namelen = ~0u, -EINVAL);
	BAD(msg->msg_namelen = 1u << 31, -EINVAL);
	BAD(msg->msg_namelen = 0x7fffffff, 0);	/* 128 of them */
	BAD((msg->msg_namelen = 4096, msg->msg_name = o.region + GRANTED - 128),
	    0);
	BAD((msg->msg_namelen = 4096, msg->msg_name = o.region + GRANTED - 127),
	    -EFAULT);
	BAD((msg->msg_name = NULL, msg->msg_namelen = 0), 0);
	BAD(msg->msg_name = NULL, 0);
	BAD((msg->msg_name = NULL, msg->msg_namelen = ~0u), 0);
	BAD(msg->msg_control = o.scratch, -EFAULT);
	BAD((msg->msg_control = NULL, msg->msg_controllen = 0), 0);
	BAD((msg->msg_control = o.region, msg->msg_controllen = 0), 0);
	BAD(msg->msg_control = NULL, send ? -EFAULT : 0);
	BAD(msg->msg_controllen = GRANTED, send ? -ENOBUFS : -EFAULT);
	BAD(msg->msg_controllen = ~0ul, send ? -ENOBUFS : -EFAULT);
	BAD(msg->msg_control = o.region + GRANTED - CONTROL + 1, -EFAULT);
	for (i = 0; i < (int)VSYS_IOV_MAX; i++) {
		BAD(iov[i].iov_base = NULL, -EFAULT);
		BAD(iov[i].iov_base = o.region + GRANTED - 0xff, -EFAULT);
		BAD(iov[i].iov_base = o.region + GRANTED - 0x100, 0);
		BAD(iov[i].iov_base = o.scratch, -EFAULT);
		BAD(iov[i].iov_base = (void *)~0ul, -EFAULT);
		BAD(iov[i].iov_len = GRANTED, -EFAULT);
		BAD(iov[i].iov_len = ~0ul, -EINVAL);
		BAD(iov[i].iov_len = 1ul << 63, -EINVAL);
		BAD(iov[i].iov_len = 0, 0);
	}
#undef BAD
}

static void bad_row(uint32_t nr)
{
	const struct vsys_call_info *info = &vsys_calls[nr];
	struct vsys_call call = good(nr);
	int i, maybe;
	uint32_t n;

	CHECK_EQ(verdict(&call), 0);
	for (i = 0; i < 6; i++) {
		n = VSYS_ARG_PARAM(info->args[i]);
		maybe = !!(info->args[i] & VSYS_ARG_MAYBE);
		switch (VSYS_ARG_KIND(info->args[i])) {
		case VSYS_ARG_NONE:
			bad(&call, i, ~0ull, 0);	/* made zero */
			break;
		case VSYS_ARG_FD:
			bad_fd(&call, i, 0);
			break;
		case VSYS_ARG_DIRFD:
			bad_fd(&call, i, 1);
			break;
		case VSYS_ARG_PATH:
			bad_pointer(&call, i, 1, maybe);
			break;
		case VSYS_ARG_IN:
		case VSYS_ARG_OUT:
			bad_pointer(&call, i, call.args[n], maybe);
			bad_length(&call, i, n);
			break;
		case VSYS_ARG_IN_FIXED:
		case VSYS_ARG_OUT_FIXED:
		case VSYS_ARG_INOUT_FIXED:
			bad_pointer(&call, i, n, maybe);
			break;
		case VSYS_ARG_OUT_LEN:
			bad_out_len(&call, i, n, maybe);
			break;
		case VSYS_ARG_MSG_IN:
		case VSYS_ARG_MSG_OUT:
			bad_msg(&call, i);
			break;
		case VSYS_ARG_FCNTL:
		case VSYS_ARG_IOCTL:
			bad_pointer(&call, i, info->args[i] == VSYS_ARG_FCNTL ?
				    sizeof(struct flock) : 4, 0);
			break;
		}
	}
}

static void test_rows(void)
{
	uint32_t nr, class;

	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++) {
		struct vsys_call call = good(nr);

		if (!vsys_calls[nr].name) {
			CHECK_EQ(verdict(&call), -ENOSYS);
			continue;
		}
		bad_row(nr);
		call = good(nr);
		for (class = 0; class <= VSYS_CLASS_BOTH; class++) {
			o.check.class = class;
			CHECK_EQ(verdict(&call), class & vsys_calls[nr].class ?
				 0 : -ENOSYS);
		}
		o.check.class = VSYS_CLASS_BOTH;
	}
}

/* ---- what the kinds cannot say ------------------------------------------- */

static void test_numbers(void)
{
	static const uint32_t nrs[] = {
		VSYS_NR_SYSCALLS, VSYS_NR_SYSCALLS + 1, 512, 0x1000,
		VSYS_NR_NOP, VSYS_NR_CANCEL, 0x40000000, 0x40000000 + SYS_read,
		0x7fffffff, 0x80000000, ~0u,
	};
	struct vsys_call call = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++) {
		call.nr = nrs[i];
		CHECK_EQ(verdict(&call), -ENOSYS);
	}
}

static void test_commands(void)
{
	struct vsys_call fcntl_call = good(VSYS_NR_fcntl);
	struct vsys_call ioctl_call = good(VSYS_NR_ioctl);
	uint64_t cmd;

	/* check() has the oracle look at whatever is accepted */
	for (cmd = 0; cmd < 0x10000; cmd++) {
		fcntl_call.args[1] = cmd;
		CHECK_EQ(!verdict(&fcntl_call), oracle_fcntl(cmd) >= 0);
		ioctl_call.args[1] = cmd;
		verdict(&ioctl_call);
	}
	fcntl_call.args[1] = 1ull << 32 | F_SETOWN;
	CHECK_EQ(verdict(&fcntl_call), -EINVAL);
	fcntl_call.args[1] = F_DUPFD;
	CHECK_EQ(verdict(&fcntl_call), -EINVAL);
	fcntl_call.args[1] = F_SETSIG;
	CHECK_EQ(verdict(&fcntl_call), -EINVAL);
	ioctl_call.args[1] = TCGETS;
	CHECK_EQ(verdict(&ioctl_call), -ENOTTY);
	ioctl_call.args[1] = FIOASYNC;
	CHECK_EQ(verdict(&ioctl_call), -ENOTTY);
	ioctl_call.args[1] = 0x8912;	/* SIOCGIFCONF: holds a pointer */
	CHECK_EQ(verdict(&ioctl_call), -ENOTTY);
	ioctl_call.args[1] = 0x8946;	/* SIOCETHTOOL: holds a pointer */
	CHECK_EQ(verdict(&ioctl_call), -ENOTTY);
	ioctl_call.args[1] = 0x89f0;	/* SIOCDEVPRIVATE */
	CHECK_EQ(verdict(&ioctl_call), -ENOTTY);
}

/* ---- what a call may do at all ------------------------------------------- */

/* This machine's kernel makes of it what was asked for. */
static void socket_is(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol), is[3] = { -1, -1, -1 };
	static const int asked[3] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };
	socklen_t len = sizeof(int);
	int i;

	if (fd < 0)
		return;		/* no IPv6 here, or no right to */
	for (i = 0; i < 3; i++)
		getsockopt(fd, SOL_SOCKET, asked[i], &is[i], &len);
	close(fd);
	if (is[0] == family && is[1] == (type & 0xf) &&
	    (is[2] == protocol || !protocol))
		return;
	fprintf(stderr, "accepted: socket(%d, %d, %d), made: %d, %d, %d\n",
		family, type, protocol, is[0], is[1], is[2]);
	test_failures++;
}

static void try_socket(int family, int type, int protocol)
{
	struct vsys_call call = good(VSYS_NR_socket);
	int err;

	call.args[0] = family;
	call.args[1] = type;
	call.args[2] = (uint32_t)protocol;
	err = verdict(&call);
	if (!CHECK_EQ(err, oracle_socket(family, type, protocol)))
		fprintf(stderr, "\tsocket(%d, %#x, %d)\n", family, type,
			protocol);
	if (!err)
		socket_is(family, type, protocol);
}

static void test_sockets(void)
{
	int family, type, protocol, bit;

	for (family = -1; family < 64; family++)
		try_socket(family, SOCK_STREAM, 0);
	for (type = 0; type < 16; type++)
		for (protocol = -1; protocol < 300; protocol++) {
			try_socket(AF_INET, type, protocol);
			try_socket(AF_INET6, type, protocol);
		}
	for (bit = 4; bit < 32; bit++)
		try_socket(AF_INET, SOCK_DGRAM | 1u << bit, 0);
	try_socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Every option in its every use, and control data of every type. */
static void try_option(int level, int option)
{
	struct vsys_call get = good(VSYS_NR_getsockopt);
	struct vsys_call set = good(VSYS_NR_setsockopt);
	struct vsys_call send = good(VSYS_NR_sendmsg);
	struct cmsghdr *c = (void *)(o.region + 0x8100);

	get.args[1] = set.args[1] = level;
	get.args[2] = set.args[2] = option;
	c->cmsg_level = level;
	c->cmsg_type = option;
	if (!CHECK_EQ(verdict(&get), linux_option_harm(level, option, GET) ?
		      -ENOPROTOOPT : 0) ||
	    !CHECK_EQ(verdict(&set), linux_option_harm(level, option, SET) ?
		      -ENOPROTOOPT : 0) ||
	    !CHECK_EQ(verdict(&send), linux_option_harm(level, option, SEND) ?
		      -EINVAL : 0))
		fprintf(stderr, "\tlevel %d, option %d\n", level, option);
}

static void test_options(void)
{
	struct vsys_call call = good(VSYS_NR_setsockopt);
	int level, option;

	for (level = -1; level < 300; level++)
		for (option = -1; option < 300; option++)
			try_option(level, option);
	for (option = 6; option < 31; option++) {
		try_option(1 << option, SO_KEEPALIVE);
		try_option(SOL_SOCKET, 1 << option);
		try_option(SOL_SOCKET, 1 << option | SO_REUSEADDR);
		try_option(SOL_IP, 1 << option);
		try_option(SOL_IPV6, 1 << option);
	}
	call.args[2] = 1ull << 32 | SO_ATTACH_FILTER;
	CHECK_EQ(verdict(&call), -ENOPROTOOPT);
}

/* Lengths of control data, as CMSG_OK() and CMSG_NXTHDR() of Linux see them. */
static void test_control(void)
{
	struct vsys_call call = good(VSYS_NR_sendmsg);
	struct msghdr *msg = (void *)(o.region + 0x6000);
	struct cmsghdr *c = msg->msg_control;
	size_t len;

	for (len = 0; len <= CONTROL + 8; len++) {
		good_msg(0x6000);
		c->cmsg_len = len;
		if (len >= CMSG_LEN(0) && len <= CONTROL - CMSG_LEN(0)) {
			c = (void *)((char *)c + CMSG_ALIGN(len));
			c->cmsg_len = CMSG_LEN(0);
			c->cmsg_level = SOL_IP;
			c->cmsg_type = IP_TOS;
			msg->msg_controllen = CMSG_ALIGN(len) + CMSG_LEN(0);
			c = msg->msg_control;
		}
		if (!CHECK_EQ(verdict(&call), len < CMSG_LEN(0) ||
			      len > CONTROL ? -EINVAL : 0))
			fprintf(stderr, "\tlength %zu\n", len);
	}
	c->cmsg_len = ~0ul;
	CHECK_EQ(verdict(&call), -EINVAL);
	c->cmsg_len = ~0ul - 7;
	CHECK_EQ(verdict(&call), -EINVAL);
	for (len = 1; len < CMSG_LEN(0); len++) {
		msg->msg_controllen = len;	/* none at all */
		CHECK_EQ(verdict(&call), 0);
	}
	/* As much as there may be, and the last piece of it. */
	memset(o.region + 0x10000, 0, VSYS_CONTROL_MAX);
	msg->msg_control = o.region + 0x10000;
	msg->msg_controllen = VSYS_CONTROL_MAX;
	for (len = 0; len < VSYS_CONTROL_MAX; len += CMSG_LEN(0)) {
		c = (void *)(o.region + 0x10000 + len);
		c->cmsg_len = CMSG_LEN(0);
		c->cmsg_type = IP_TTL;
	}
	CHECK_EQ(verdict(&call), 0);
	CHECK(!memcmp(msg->msg_control, o.scratch + 56 + VSYS_IOV_MAX * 16,
		      VSYS_CONTROL_MAX));
	c->cmsg_type = IP_TRANSPARENT;
	CHECK_EQ(verdict(&call), -EINVAL);
	msg->msg_controllen++;
	CHECK_EQ(verdict(&call), -ENOBUFS);
}

/* Bit by bit; check() has the oracle look at what is executed. */
static void try_bits(uint32_t nr, int arg, uint64_t else_has)
{
	struct vsys_call was = good(nr), call;
	struct vsys_fixup fixup;
	uint64_t may = oracle_bits(nr, arg, was.args[1]);
	int bit;

	for (bit = 0; bit < 64; bit++) {
		was.args[arg] = 1ull << bit;
		CHECK_EQ(check(&was, &call, &fixup), 0);
		CHECK_EQ(call.args[arg], bit > 31 ? 0 : was.args[arg] & may ?
			 was.args[arg] : else_has);
	}
}

static void test_bits(void)
{
	struct vsys_call call = good(VSYS_NR_fcntl);
	int fd = memfd_create("check", 0);

	try_bits(VSYS_NR_openat, 2, 0);
	try_bits(VSYS_NR_sendto, 3, 0);
	try_bits(VSYS_NR_recvfrom, 3, 0);
	try_bits(VSYS_NR_sendmsg, 2, 0);
	try_bits(VSYS_NR_recvmsg, 2, 0);
	try_bits(VSYS_NR_fallocate, 1, ORACLE_UNKNOWN);
	try_bits(VSYS_NR_renameat2, 4, ORACLE_UNKNOWN);
	/* This machine's kernel refuses it indeed. */
	CHECK(syscall(SYS_fallocate, fd, ORACLE_UNKNOWN, 0, 1) < 0 &&
	      errno == EOPNOTSUPP);
	CHECK(syscall(SYS_renameat2, -1, "x", -1, "y", ORACLE_UNKNOWN) < 0 &&
	      errno == EINVAL);
	close(fd);
	call.args[1] = F_SETFL;
	call.args[2] = ~0ull;
	CHECK_EQ(verdict(&call), 0);
}

static void test_policy(void)
{
	struct vsys_call call = good(VSYS_NR_mknodat);
	uint32_t nr;

	call.args[2] = S_IFCHR | 0666;
	CHECK_EQ(verdict(&call), -EPERM);
	call.args[2] = 1ull << 32 | S_IFBLK;
	CHECK_EQ(verdict(&call), -EPERM);
	/* Of the calls that a program may make, close is not one. */
	o.check.kernel = false;
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++) {
		call = good(nr);
		CHECK_EQ(verdict(&call), vsys_calls[nr].name &&
			 nr != SYS_close ? 0 : -ENOSYS);
	}
	o.check.kernel = true;
}

/* ---- on this machine's kernel: what getsockopt writes -------------------- */

/* A socket in a group, with more senders than the buffers have room for. */
static int group_socket(int family, struct group_filter *filter)
{
	struct group_source_req req = { .gsr_interface = 1 };
	int fd = socket(family, SOCK_DGRAM, 0), i;
	int level = family == AF_INET ? SOL_IP : SOL_IPV6;
	uint8_t *group = (uint8_t *)&req.gsr_group;
	uint8_t *source = (uint8_t *)&req.gsr_source;

	req.gsr_group.ss_family = req.gsr_source.ss_family = family;
	if (family == AF_INET) {	/* 232.1.1.1, 127.0.0.n */
		memcpy(group + 4, (uint8_t[]){ 232, 1, 1, 1 }, 4);
		memcpy(source + 4, (uint8_t[]){ 127, 0, 0, 0 }, 4);
		source += 7;
	} else {			/* ff32::1, fd00::n */
		memcpy(group + 8, (uint8_t[]){ 0xff, 0x32 }, 2);
		group[23] = 1;
		source[8] = 0xfd;
		source += 23;
	}
	for (i = 1; i <= 4; i++) {
		*source = i;
		if (setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &req,
			       sizeof(req)))
			printf("no group here: %s\n", strerror(errno));
	}
	memset(filter, 0, sizeof(*filter));
	filter->gf_interface = 1;
	filter->gf_group = req.gsr_group;
	filter->gf_fmode = MCAST_INCLUDE;
	filter->gf_numsrc = 4;
	return fd;
}

/* The call is accepted: does it write behind the length that it is given? */
static void try_length(int fd, int level, int option, const void *value,
		       size_t size)
{
	static const uint8_t behind[1024] = { [0 ... 1023] = 0xa5 };
	struct vsys_call call = good(VSYS_NR_getsockopt);
	uint8_t buffer[sizeof(behind)];
	socklen_t len, start;

	call.args[1] = level;
	call.args[2] = option;
	if (verdict(&call))
		return;
	for (start = 0; start <= 256; start += start < 32 ? 1 : 8) {
		memcpy(buffer, behind, sizeof(buffer));
		memcpy(buffer, value, size);
		memcpy(buffer + start, behind, sizeof(buffer) - start);
		len = start;
		getsockopt(fd, level, option, buffer, &len);
		if (!memcmp(buffer + start, behind, sizeof(buffer) - start))
			continue;
		fprintf(stderr, "accepted: level %d, option %d writes behind "
			"%u bytes\n", level, option, start);
		test_failures++;
		return;
	}
}

static void test_lengths(void)
{
	static const int levels[] = { SOL_IP, SOL_SOCKET, SOL_TCP, SOL_UDP,
		SOL_IPV6, SOL_ICMPV6, SOL_UDPLITE, SOL_RAW };
	struct group_filter filter[2];
	/* struct ip_msfilter of the same group */
	uint32_t old[4] = { htonl(0xe8010101), htonl(0x7f000001), MCAST_INCLUDE,
			    4 };
	int fds[4], i, option, f;

	fds[0] = group_socket(AF_INET, &filter[0]);
	fds[1] = group_socket(AF_INET6, &filter[1]);
	fds[2] = socket(AF_INET, SOCK_STREAM, 0);
	fds[3] = socket(AF_INET6, SOCK_STREAM, 0);
	for (i = 0; i < (int)(sizeof(levels) / sizeof(levels[0])); i++)
		for (option = 0; option < 256; option++)
			for (f = 0; f < 4; f++) {
				try_length(fds[f], levels[i], option,
					   &filter[f & 1], sizeof(*filter));
				try_length(fds[f], levels[i], option, old,
					   sizeof(old));
			}
	for (f = 0; f < 4; f++)
		close(fds[f]);
}

/* Nothing granted yet, or all of it. */
static void test_sizes(void)
{
	struct vsys_call call = good(VSYS_NR_read);

	o.check.size = 0;
	CHECK_EQ(verdict(&call), -EFAULT);
	call.args[1] = at(0);
	CHECK_EQ(verdict(&call), -EFAULT);
	call.args[2] = 0;
	CHECK_EQ(verdict(&call), 0);
	o.check.size = GRANTED;
}

/* What the call wrote comes back where the client expects it. */
static void test_finish(void)
{
	uint32_t *len = (uint32_t *)(o.region + 0x3100);
	struct vsys_call was = good(VSYS_NR_getsockname), call;
	struct vsys_fixup fixup;
	struct msghdr *msg, *copy, before;

	CHECK_EQ(check(&was, &call, &fixup), 0);
	*(uint32_t *)(uintptr_t)call.args[2] = 28;
	*len = 4711;			/* the client meddles: to no avail */
	CHECK_EQ(vsys_check_finish(&o.check, &fixup, 0), 0);
	CHECK_EQ(*len, 28);
	*(uint32_t *)(uintptr_t)call.args[2] = 99;
	CHECK_EQ(vsys_check_finish(&o.check, &fixup, -ENOTCONN), -ENOTCONN);
	CHECK_EQ(*len, 28);

	was = good(VSYS_NR_recvmsg);
	CHECK_EQ(check(&was, &call, &fixup), 0);
	msg = (void *)(uintptr_t)was.args[1];
	copy = (void *)(uintptr_t)call.args[1];
	before = *msg;
	copy->msg_namelen = 4;
	copy->msg_controllen = 20;
	copy->msg_flags = MSG_TRUNC;
	CHECK_EQ(vsys_check_finish(&o.check, &fixup, 77), 77);
	CHECK_EQ(msg->msg_namelen, 4);
	CHECK_EQ(msg->msg_controllen, 20);
	CHECK_EQ(msg->msg_flags, MSG_TRUNC);
	CHECK(msg->msg_iov == before.msg_iov);	/* no address leaks out */

	was = good(VSYS_NR_sendmsg);
	CHECK_EQ(check(&was, &call, &fixup), 0);
	CHECK(!fixup.msg && !fixup.len);
}

/* ---- random calls -------------------------------------------------------- */

static uint64_t random_value(uint64_t *rnd)
{
	static const uint64_t odd[] = {
		0, 1, 7, 8, 16, 100, 4095, 4096, 0x10000, 0x100000, 0x100001,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1ull << 62,
		1ull << 63, ~0ull, ~0ull - 100, ~0ull - 99,
	};
	uint64_t end = o.check.base + o.check.size;

	switch (test_below(rnd, 8)) {
	case 0:
		return test_random(rnd);
	case 1:
		return odd[test_below(rnd, sizeof(odd) / sizeof(odd[0]))];
	case 2:
		return end - test_below(rnd, 300);
	case 3:
		return o.check.base - 150 + test_below(rnd, 300);
	case 4:
		return test_below(rnd, 0x200);
	case 5:
		return o.check.scratch + test_below(rnd, VSYS_SCRATCH_SIZE);
	default:
		return at(test_below(rnd, o.check.size) & ~7ull);
	}
}

static uint32_t random_row(uint64_t *rnd)
{
	uint32_t nr;

	do {
		nr = test_below(rnd, VSYS_NR_SYSCALLS);
	} while (!vsys_calls[nr].name);
	return nr;
}

static void random_calls(uint64_t *rnd, unsigned long rounds)
{
	struct vsys_call was;
	unsigned long k, accepted = 0;
	int i, changes;

	for (k = 0; k < rounds; k++) {
		was = good(random_row(rnd));
		changes = test_below(rnd, 4);
		for (i = 0; i < changes; i++) {
			if (test_below(rnd, 2))
				was.args[test_below(rnd, 6)] =
					random_value(rnd);
			else	/* something that a pointer leads to */
				((uint64_t *)o.region)[test_below(rnd,
					o.check.size / 8)] = random_value(rnd);
		}
		if (!test_below(rnd, 4))
			((uint64_t *)(o.region + 0x6000))[test_below(rnd, 40)] =
				random_value(rnd);
		if (!test_below(rnd, 4))
			o.region[0x8100 + test_below(rnd, CONTROL)] =
				test_random(rnd);
		accepted += !verdict(&was);
	}
	printf("%lu random calls, %lu accepted\n", rounds, accepted);
	CHECK(accepted > rounds / 20 && accepted < rounds - rounds / 20);
}

static int stop;

static void *meddle(void *arg)
{
	uint64_t rnd = *(uint64_t *)arg;
	volatile uint64_t *msg = (uint64_t *)(o.region + 0x6000);
	volatile uint32_t *len = (uint32_t *)(o.region + 0x3100);
	volatile uint32_t *control = (uint32_t *)(o.region + 0x8100);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		msg[test_below(&rnd, 40)] = random_value(&rnd);
		*len = test_below(&rnd, 2) ? 0x80 : random_value(&rnd);
		control[test_below(&rnd, CONTROL / 4)] = test_below(&rnd, 64);
	}
	return NULL;
}

/* The oracle reads scratch only, so what it says holds whatever follows. */
static void test_meddling(uint64_t *rnd)
{
	static const uint32_t nrs[] = { VSYS_NR_sendmsg, VSYS_NR_recvmsg,
		VSYS_NR_getsockname, VSYS_NR_recvfrom, VSYS_NR_accept4 };
	uint64_t seed = test_random(rnd) | 1;
	unsigned long k, accepted = 0;
	struct vsys_call was;
	pthread_t thread;

	test_need(!pthread_create(&thread, NULL, meddle, &seed), "thread");
	for (k = 0; k < test_scale(100000); k++) {
		was = good(nrs[test_below(rnd, 5)]);
		accepted += !verdict(&was);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("with meddling %lu of %lu accepted\n", accepted, k);
}

int main(void)
{
	uint64_t rnd = test_seed();

	oracle_make(&o, GRANTED);
	test_rows();
	test_numbers();
	test_commands();
	test_sockets();
	test_options();
	test_control();
	test_bits();
	test_policy();
	test_lengths();
	test_sizes();
	test_finish();
	random_calls(&rnd, test_scale(300000));
	test_meddling(&rnd);
	return test_exit();
}
