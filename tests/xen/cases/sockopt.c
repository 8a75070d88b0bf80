// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	getsockopt and setsockopt at the levels that programs use, sizes
 *		too small and too large, options that do not exist.
 * Why:		a value and a length go both ways; servers set a dozen of these
 *		before they listen.
 * How:		set, get back; errors as Linux gives them.
 */
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include "../transcript.h"

static int get(int fd, int level, int option)
{
	socklen_t n = sizeof(int);
	int v = -99;

	if (getsockopt(fd, level, option, &v, &n))
		return -1;
	if (n != sizeof(int))
		say("length %u", n);
	return v;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static void test_ints(int s, int s6, int u)
{
	say("-- numbers");
	WANT(get(s, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	WANT(get(u, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
	WANT(get(s, SOL_SOCKET, SO_DOMAIN), AF_INET);
	WANT(get(s6, SOL_SOCKET, SO_DOMAIN), AF_INET6);
	WANT(get(s, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
	WANT(get(s, SOL_SOCKET, SO_REUSEADDR), 0);
	WANT(set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
	WANT(get(s, SOL_SOCKET, SO_REUSEADDR), 1);
	WANT(set(s, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	WANT(get(s, SOL_SOCKET, SO_REUSEPORT), 1);
	WANT(set(s, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	WANT(get(s, SOL_SOCKET, SO_KEEPALIVE), 1);
	WANT(get(s, SOL_SOCKET, SO_ERROR), 0);
	WANT(get(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
	WANT(set(s, SOL_SOCKET, SO_RCVBUF, 40000), 0);
	WANT(get(s, SOL_SOCKET, SO_RCVBUF), 80000);
	WANT(set(u, SOL_SOCKET, SO_BROADCAST, 1), 0);
	WANT(get(u, SOL_SOCKET, SO_BROADCAST), 1);
	WANT(set(s, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	WANT(get(s, IPPROTO_TCP, TCP_NODELAY), 1);
	WANT(set(s, IPPROTO_TCP, TCP_KEEPIDLE, 123), 0);
	WANT(get(s, IPPROTO_TCP, TCP_KEEPIDLE), 123);
	WANT(set(s, IPPROTO_TCP, TCP_DEFER_ACCEPT, 0), 0);
	WANT(set(s, IPPROTO_TCP, TCP_CORK, 1), 0);
	WANT(get(s, IPPROTO_TCP, TCP_CORK), 1);
	WANT(set(s6, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
	WANT(get(s6, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	WANT(set(s, IPPROTO_IP, IP_TOS, 0x10), 0);
	WANT(get(s, IPPROTO_IP, IP_TOS), 0x10);
	WANT(set(u, IPPROTO_IP, IP_TTL, 33), 0);
	WANT(get(u, IPPROTO_IP, IP_TTL), 33);
}

static void test_structures(int s)
{
	struct linger l = { 1, 7 };
	struct timeval tv = { 3, 500000 };
	struct tcp_info info;
	socklen_t n;
	char name[64] = "";

	say("-- structures");
	WANT(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof(l)), 0);
	memset(&l, 0, sizeof(l));
	n = sizeof(l);
	WANT(getsockopt(s, SOL_SOCKET, SO_LINGER, &l, &n), 0);
	say("  linger %d %d, length %u", l.l_onoff, l.l_linger, n);
	WANT(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	memset(&tv, 0, sizeof(tv));
	n = sizeof(tv);
	WANT(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &n), 0);
	say("  timeout %ld.%d s, length %u", (long)tv.tv_sec, tv.tv_usec > 0, n);
	n = sizeof(info);
	WANT(getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &n), 0);
	say("  state %d", info.tcpi_state);
	n = sizeof(name);
	WANT(getsockopt(s, IPPROTO_TCP, TCP_CONGESTION, name, &n), 0);
	HOLDS(name[0] != 0);
}

static void test_errors(int s)
{
	char small = 9;
	socklen_t n;
	int v = 1;

	say("-- errors");
	n = 1;
	WANT(getsockopt(s, SOL_SOCKET, SO_TYPE, &small, &n), 0);
	say("  one byte: %d, length %u", small, n);
	n = -1;
	FAILS(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &n), EINVAL);
	n = 100;
	WANT(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &n), 0);
	say("  length %u", n);
	FAILS(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &v, 1), EINVAL);
	FAILS(setsockopt(s, SOL_SOCKET, 9999, &v, sizeof(v)), ENOPROTOOPT);
	FAILS(setsockopt(s, IPPROTO_TCP, 9999, &v, sizeof(v)), ENOPROTOOPT);
	n = sizeof(v);
	FAILS(getsockopt(s, SOL_SOCKET, 9999, &v, &n), ENOPROTOOPT);
	FAILS(setsockopt(STDOUT_FILENO, SOL_SOCKET, SO_REUSEADDR, &v, 4),
	      ENOTSOCK);
	FAILS(socket(AF_INET, 77, 0), EINVAL);
	FAILS(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
	FAILS(listen(-1, 1), EBADF);
}

static void test_ioctl(void)
{
	int pair[2], n = -1;

	say("-- ioctl");
	t_tcp_pair(AF_INET, pair);
	WANT(write(pair[0], "12345", 5), 5);
	HOLDS(t_until(pair[1], POLLIN) & POLLIN);
	WANT(ioctl(pair[1], FIONREAD, &n), 0);
	WANT(n, 5);
	n = 1;
	WANT(ioctl(pair[1], FIONBIO, &n), 0);
	HOLDS(fcntl(pair[1], F_GETFL) & O_NONBLOCK);
	n = 0;
	WANT(ioctl(pair[1], FIONBIO, &n), 0);
	HOLDS(!(fcntl(pair[1], F_GETFL) & O_NONBLOCK));
	WANT(ioctl(pair[1], FIOCLEX), 0);
	WANT(fcntl(pair[1], F_GETFD), FD_CLOEXEC);
	WANT(ioctl(pair[1], FIONCLEX), 0);
	WANT(fcntl(pair[1], F_GETFD), 0);
	FAILS(ioctl(pair[1], TCGETS, NULL), ENOTTY);
	WANT(isatty(pair[1]), 0);
	close(pair[0]);
	close(pair[1]);
	FAILS(ioctl(pair[1], FIONREAD, &n), EBADF);
	n = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	WANT(write(n, "123", 3), 3);
	WANT(lseek(n, 1, SEEK_SET), 1);
	{
		int left = -1;

		WANT(ioctl(n, FIONREAD, &left), 0);
		WANT(left, 2);
	}
	WANT(isatty(n), 0);
	close(n);
}

int main(int argc, char **argv)
{
	int s, s6, u;

	t_begin(argc, argv);
	s = FD(socket(AF_INET, SOCK_STREAM, 0));
	s6 = FD(socket(AF_INET6, SOCK_STREAM, 0));
	u = FD(socket(AF_INET, SOCK_DGRAM, 0));
	test_ints(s, s6, u);
	test_structures(s);
	test_errors(s);
	test_ioctl();
	return t_end();
}
