// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	TCP over the service's own loopback, IPv4 and IPv6, both ends
 *		remote: connect, accept, read, write, shutdown, names.
 * Why:		nginx, curl and iperf3 do nothing else.
 * How:		two processes: an echo server that changes what it got, and a
 *		client with short, long and half-closed exchanges.
 */
#include "../transcript.h"

static char buf[300000], back[300000];

static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL), i;
	ssize_t n = -1;

	while (fd >= 0 && (n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		for (i = 0; i < n; i++)
			buf[i] ^= 0x55;
		if (t_write_all(fd, buf, n) != n)
			_exit(1);
	}
	_exit(fd < 0 || n < 0);
}

static void exchange(int fd, size_t n)
{
	size_t i, wrong = 0, sent = 0, got = 0;
	ssize_t r;

	t_fill(buf, n, n);
	/* Both buffers may fill up: read between writes. */
	while (got < n) {
		if (sent < n) {
			r = write(fd, buf + sent, n - sent > 20000 ? 20000 :
				  n - sent);
			if (r > 0)
				sent += r;
		}
		r = read(fd, back + got, sent - got);
		if (r <= 0)
			break;
		got += r;
	}
	for (i = 0; i < got; i++)
		wrong += (back[i] ^ 0x55) != buf[i];
	say("  sent %zu, got %zu, wrong %zu", sent, got, wrong);
	BYTES(back, got);
	if (got != n || wrong)
		t_wrong = 1;
}

static void test(int family)
{
	union t_address a, b;
	socklen_t n;
	int listener, fd;
	pid_t pid;

	say("-- IPv%d", family == AF_INET ? 4 : 6);
	listener = FD(socket(family, SOCK_STREAM, IPPROTO_TCP));
	WANT(bind(listener, &a.any, t_loopback(&a, family, 0)), 0);
	WANT(listen(listener, 5), 0);
	n = sizeof(a);
	WANT(getsockname(listener, &a.any, &n), 0);
	HOLDS(n == (family == AF_INET ? sizeof(a.in) : sizeof(a.in6)));
	pid = fork();
	if (pid == 0)
		serve(listener);
	fd = FD(socket(family, SOCK_STREAM, 0));
	WANT(connect(fd, &a.any, n), 0);
	n = sizeof(b);
	memset(&b, 0, sizeof(b));
	WANT(getpeername(fd, &b.any, &n), 0);
	HOLDS(!memcmp(&a, &b, n));
	n = sizeof(b);
	WANT(getsockname(fd, &b.any, &n), 0);
	HOLDS(b.any.sa_family == family && t_port(fd) > 0);
	FAILS(connect(fd, &a.any, sizeof(a)), EISCONN);
	exchange(fd, 1);
	exchange(fd, 100);
	exchange(fd, 65536);
	exchange(fd, sizeof(buf));
	WANT(shutdown(fd, SHUT_WR), 0);
	WANT(read(fd, buf, 10), 0);
	t_wait(pid);
	WANT(close(fd), 0);
	WANT(close(listener), 0);
}

/* Who connected, and a short address buffer. */
static void test_accept_names(void)
{
	int listener = t_listen(AF_INET), a, b;
	union t_address name, own;
	socklen_t n = sizeof(name);

	say("-- accept's address");
	a = t_connect(AF_INET, t_port(listener));
	b = FD(accept(listener, &name.any, &n));
	WANT(n, sizeof(name.in));
	n = sizeof(own);
	getsockname(a, &own.any, &n);
	HOLDS(!memcmp(&name, &own, sizeof(name.in)));
	close(a);
	close(b);
	a = t_connect(AF_INET, t_port(listener));
	n = 4;
	memset(&name, 0x77, sizeof(name));
	b = FD(accept4(listener, &name.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC));
	WANT(n, sizeof(name.in));
	HOLDS(name.any.sa_family == AF_INET);
	HOLDS(((unsigned char *)&name)[4] == 0x77);
	HOLDS(fcntl(b, F_GETFL) & O_NONBLOCK);
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(a);
	close(b);
	FAILS(accept4(listener, NULL, NULL, 0x40), EINVAL);
	close(listener);
	FAILS(accept(listener, NULL, NULL), EBADF);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test(AF_INET);
	test(AF_INET6);
	test_accept_names();
	return t_end();
}
