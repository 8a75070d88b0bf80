// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	non-blocking connect, accept, read and write.
 * Why:		nginx and curl never block; EAGAIN and EINPROGRESS must come from
 *		the service's socket and not wait there.
 * How:		O_NONBLOCK by socket(), by fcntl() and by flag of one call;
 *		readiness from poll().
 */
#include "../transcript.h"

static char buf[100000];

static void test_connect(int family)
{
	int listener = t_listen(family), fd, got, v = -1;
	union t_address a;
	socklen_t n = t_loopback(&a, family, t_port(listener));

	say("-- connect, IPv%d", family == AF_INET ? 4 : 6);
	WANT(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	FAILS(accept(listener, NULL, NULL), EAGAIN);
	fd = FD(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));
	FAILS(connect(fd, &a.any, n), EINPROGRESS);
	HOLDS(t_until(fd, POLLOUT) == POLLOUT);
	n = sizeof(v);
	WANT(getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &n), 0);
	WANT(v, 0);
	HOLDS(t_until(listener, POLLIN) == POLLIN);
	got = FD(accept(listener, NULL, NULL));
	/* Linux does not inherit O_NONBLOCK from the listener. */
	HOLDS(!(fcntl(got, F_GETFL) & O_NONBLOCK));
	FAILS(read(fd, buf, 10), EAGAIN);
	FAILS(recv(got, buf, 10, MSG_DONTWAIT), EAGAIN);
	WANT(write(got, "data", 4), 4);
	HOLDS(t_until(fd, POLLIN) == POLLIN);
	WANT(read(fd, buf, 10), 4);
	FAILS(read(fd, buf, 10), EAGAIN);
	close(got);
	HOLDS(t_until(fd, POLLIN) & POLLIN);
	WANT(read(fd, buf, 10), 0);
	close(fd);
	close(listener);
}

static void test_refused(void)
{
	int fd, v = 0, port, listener = t_listen(AF_INET);
	union t_address a;
	socklen_t n;

	say("-- refused");
	port = t_port(listener);
	close(listener);
	fd = FD(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	v = connect(fd, &a.any, t_loopback(&a, AF_INET, port));
	HOLDS(v == -1 && (errno == EINPROGRESS || errno == ECONNREFUSED));
	if (errno == EINPROGRESS) {
		HOLDS(t_until(fd, POLLOUT) & POLLERR);
		n = sizeof(v);
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &n);
		WANT(v, ECONNREFUSED);
	}
	close(fd);
	fd = FD(socket(AF_INET, SOCK_STREAM, 0));
	FAILS(connect(fd, &a.any, t_loopback(&a, AF_INET, port)), ECONNREFUSED);
	close(fd);
}

/* Fill a connection up, then empty it. */
static void test_full(void)
{
	long sent = 0, got = 0;
	int pair[2], more = 1;
	ssize_t n;

	say("-- a full connection");
	t_tcp_pair(AF_INET, pair);
	WANT(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
	t_fill(buf, sizeof(buf), 4);
	while ((n = write(pair[0], buf, sizeof(buf))) > 0 || more--) {
		if (n > 0)
			sent += n;
		else
			t_sleep_ms(100);	/* for what is under way */
	}
	HOLDS(n == -1 && errno == EAGAIN);
	HOLDS(sent > 10000);
	WANT(shutdown(pair[0], SHUT_WR), 0);
	while ((n = read(pair[1], buf, sizeof(buf))) > 0)
		got += n;
	WANT(n, 0);
	HOLDS(got == sent);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_connect(AF_INET);
	test_connect(AF_INET6);
	test_refused();
	test_full();
	return t_end();
}
