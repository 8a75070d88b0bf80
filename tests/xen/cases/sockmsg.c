// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	sendmsg and recvmsg: several buffers, names, control data, flags;
 *		MSG_PEEK, MSG_WAITALL, MSG_TRUNC, MSG_CTRUNC; readv and writev
 *		on sockets; sendmmsg and recvmmsg.
 * Why:		the header is a structure of pointers, and every one of them has
 *		to be translated both ways.
 * How:		UDP and TCP on the service's loopback.
 */
#include <sys/uio.h>
#include "../transcript.h"

static char a[100], b[100], c[100];
static char control[200] __attribute__((aligned(8)));

static struct msghdr header(struct iovec *iov, int n)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n };

	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	memset(c, 0, sizeof(c));
	return m;
}

static void test_datagrams(void)
{
	int s = FD(socket(AF_INET, SOCK_DGRAM, 0));
	int r = FD(socket(AF_INET, SOCK_DGRAM, 0));
	struct iovec out[] = { { "one", 3 }, { "", 0 }, { "second", 6 } };
	struct iovec in[] = { { a, 4 }, { b, 2 }, { c, 50 } };
	struct msghdr m = header(out, 3);
	union t_address to, from;

	say("-- datagrams");
	WANT(bind(r, &to.any, t_loopback(&to, AF_INET, 0)), 0);
	m.msg_namelen = t_loopback(&to, AF_INET, t_port(r));
	m.msg_name = &to;
	WANT(sendmsg(s, &m, 0), 9);
	m = header(in, 3);
	m.msg_name = &from;
	m.msg_namelen = sizeof(from);
	WANT(recvmsg(r, &m, MSG_PEEK), 9);
	say("  '%.4s' '%.2s' '%.3s', name %u, flags %x", a, b, c,
	    m.msg_namelen, m.msg_flags);
	m = header(in, 3);
	m.msg_name = &from;
	m.msg_namelen = sizeof(from);
	WANT(recvmsg(r, &m, 0), 9);
	say("  '%.4s' '%.2s' '%.3s', name %u, flags %x", a, b, c,
	    m.msg_namelen, m.msg_flags);
	HOLDS(from.in.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	WANT(sendto(s, "too long for it", 15, 0, &to.any, sizeof(to.in)), 15);
	m = header(in, 2);
	WANT(recvmsg(r, &m, 0), 6);
	HOLDS(m.msg_flags == MSG_TRUNC);
	HOLDS(m.msg_namelen == 0);
	close(s);
	close(r);
}

static void test_control(void)
{
	int s = FD(socket(AF_INET, SOCK_DGRAM, 0)), on = 1;
	int r = FD(socket(AF_INET, SOCK_DGRAM, 0));
	struct iovec in = { a, sizeof(a) };
	struct in_pktinfo info;
	struct cmsghdr *cm;
	struct msghdr m;
	union t_address to;

	say("-- control data");
	WANT(bind(r, &to.any, t_loopback(&to, AF_INET, 0)), 0);
	t_loopback(&to, AF_INET, t_port(r));
	WANT(setsockopt(r, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)), 0);
	WANT(setsockopt(r, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)), 0);
	WANT(sendto(s, "x", 1, 0, &to.any, sizeof(to.in)), 1);
	m = header(&in, 1);
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	WANT(recvmsg(r, &m, 0), 1);
	say("  %zu bytes of control data, flags %x", (size_t)m.msg_controllen,
	    m.msg_flags);
	for (cm = CMSG_FIRSTHDR(&m); cm; cm = CMSG_NXTHDR(&m, cm)) {
		say("  level %d, type %d, %zu bytes", cm->cmsg_level,
		    cm->cmsg_type, (size_t)cm->cmsg_len);
		if (cm->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(cm), sizeof(info));
			HOLDS(info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
		}
	}
	WANT(sendto(s, "y", 1, 0, &to.any, sizeof(to.in)), 1);
	m = header(&in, 1);
	m.msg_control = control;
	m.msg_controllen = 4;
	WANT(recvmsg(r, &m, 0), 1);
	HOLDS(m.msg_flags == MSG_CTRUNC);
	/* Control data on the way out. */
	memset(control, 0, sizeof(control));
	in.iov_base = "ttl";
	in.iov_len = 3;
	m = header(&in, 1);
	m.msg_name = &to;
	m.msg_namelen = sizeof(to.in);
	m.msg_control = control;
	m.msg_controllen = CMSG_SPACE(sizeof(int));
	cm = CMSG_FIRSTHDR(&m);
	cm->cmsg_level = IPPROTO_IP;
	cm->cmsg_type = IP_TTL;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &(int){ 99 }, sizeof(int));
	WANT(sendmsg(s, &m, 0), 3);
	in.iov_base = a;
	in.iov_len = sizeof(a);
	m = header(&in, 1);
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	WANT(recvmsg(r, &m, 0), 3);
	for (cm = CMSG_FIRSTHDR(&m); cm; cm = CMSG_NXTHDR(&m, cm))
		if (cm->cmsg_type == IP_TTL)
			say("  ttl %d", *(int *)CMSG_DATA(cm));
	close(s);
	close(r);
}

static void test_stream(void)
{
	struct iovec out[] = { { "abc", 3 }, { "defgh", 5 }, { "ij", 2 } };
	struct iovec in[] = { { a, 4 }, { b, 100 } };
	struct msghdr m = header(in, 2);
	int pair[2];
	pid_t pid;

	say("-- a stream");
	t_tcp_pair(AF_INET, pair);
	WANT(writev(pair[0], out, 3), 10);
	HOLDS(t_until(pair[1], POLLIN) & POLLIN);
	WANT(recv(pair[1], c, 3, MSG_PEEK), 3);
	BYTES(c, 3);
	WANT(recvmsg(pair[1], &m, 0), 10);
	say("  '%.4s' '%.6s', name %u", a, b, m.msg_namelen);
	WANT(writev(pair[0], out, 2), 8);
	HOLDS(t_until(pair[1], POLLIN) & POLLIN);
	WANT(readv(pair[1], in, 2), 8);
	say("  '%.4s' '%.4s'", a, b);
	/* All or nothing, from a sender that takes its time. */
	pid = fork();
	if (pid == 0) {
		t_sleep_ms(100);
		if (send(pair[0], "first", 5, MSG_MORE) != 5)
			_exit(1);
		t_sleep_ms(100);
		_exit(send(pair[0], "second", 6, 0) != 6);
	}
	memset(c, 0, sizeof(c));
	WANT(recv(pair[1], c, 11, MSG_WAITALL), 11);
	t_wait(pid);
	HOLDS(!memcmp(c, "firstsecond", 11));
	FAILS(recv(pair[1], c, 1, MSG_DONTWAIT), EAGAIN);
	FAILS(recv(pair[1], c, 1, MSG_OOB), EINVAL);
	close(pair[0]);
	close(pair[1]);
}

static void test_many(void)
{
	struct iovec out[] = { { "first", 5 }, { "2nd", 3 } };
	struct iovec in[] = { { a, 50 }, { b, 50 } };
	struct mmsghdr m[2];
	int pair[2], i;
	union t_address to;

	say("-- several messages in one call");
	pair[0] = FD(socket(AF_INET, SOCK_DGRAM, 0));
	pair[1] = FD(socket(AF_INET, SOCK_DGRAM, 0));
	WANT(bind(pair[1], &to.any, t_loopback(&to, AF_INET, 0)), 0);
	t_loopback(&to, AF_INET, t_port(pair[1]));
	WANT(connect(pair[0], &to.any, sizeof(to.in)), 0);
	memset(m, 0, sizeof(m));
	for (i = 0; i < 2; i++) {
		m[i].msg_hdr.msg_iov = &out[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	WANT(sendmmsg(pair[0], m, 2, 0), 2);
	WANT(m[0].msg_len, 5);
	WANT(m[1].msg_len, 3);
	memset(m, 0, sizeof(m));
	for (i = 0; i < 2; i++) {
		m[i].msg_hdr.msg_iov = &in[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	WANT(recvmmsg(pair[1], m, 2, MSG_WAITFORONE, NULL), 2);
	say("  '%.5s' %u '%.3s' %u", a, m[0].msg_len, b, m[1].msg_len);
	close(pair[0]);
	close(pair[1]);
}

static void test_errors(void)
{
	struct iovec iov[] = { { a, 10 }, { NULL, 10 } };
	struct msghdr m = header(iov, 2);
	int pair[2];

	say("-- errors");
	t_tcp_pair(AF_INET6, pair);
	m.msg_iov = NULL;
	FAILS(sendmsg(pair[0], &m, 0), EFAULT);
	m.msg_iov = iov;
	m.msg_iovlen = 5000;
	FAILS(sendmsg(pair[0], &m, 0), EMSGSIZE);
	m.msg_iovlen = 1;
	iov[0].iov_len = -1;
	FAILS(sendmsg(pair[0], &m, 0), EINVAL);
	FAILS(sendmsg(pair[0], NULL, 0), EFAULT);
	FAILS(recvmsg(pair[0], NULL, MSG_DONTWAIT), EFAULT);
	iov[0].iov_len = 0;
	WANT(sendmsg(pair[0], &m, 0), 0);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_datagrams();
	test_control();
	test_stream();
	test_many();
	test_errors();
	return t_end();
}
