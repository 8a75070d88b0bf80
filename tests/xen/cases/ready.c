// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	what sockets are ready for, right after each call that changes it.
 * Why:		the service domain says it beside the answer, and nobody asks
 *		again: what is said too late is a wait without end, and what is
 *		said too long is a read that blocks.
 * How:		each change is made by a call of this process or of a child, and
 *		looked at without waiting: level and edge triggered loops with
 *		short reads, full and drained buffers, ends and errors of a
 *		connection, listening sockets, two threads, two processes,
 *		duplicates, numbers that are used again.
 */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include "../transcript.h"

static char buf[1 << 16];

/* What holds now, of all that there is. */
static int now(int fd)
{
	struct pollfd p = {
		.fd = fd,
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP,
	};

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* Wait until it is so, for a while. */
static void becomes(int fd, int events)
{
	long end = t_now_ms() + 20000;

	while (now(fd) != events && t_now_ms() < end)
		t_sleep_ms(1);
	say("  ready for %x%s", now(fd),
	    now(fd) == events ? "" : "  <-- not as expected");
	t_wrong |= now(fd) != events;
}

static void put(int fd, int n)
{
	WANT(send(fd, buf, n, 0), n);
}

static void take(int fd, int n)
{
	WANT(recv(fd, buf, n, MSG_DONTWAIT), n);
}

/* Both ends polled once. */
static void polled_pair(int pair[2])
{
	t_tcp_pair(AF_INET, pair);
	WANT(now(pair[0]), POLLOUT);
	WANT(now(pair[1]), POLLOUT);
}

static void close_pair(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static int add(int ep, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

/* The events of the one that epoll_wait() shows, or 0: none. */
static int waits(int ep, int timeout)
{
	struct epoll_event e[4];
	int n = epoll_wait(ep, e, 4, timeout);

	return n == 1 ? (int)e[0].events : -n;
}

/* ---- Loops -------------------------------------------------------------- */

static void test_level(void)
{
	int ep = FD(epoll_create1(EPOLL_CLOEXEC)), pair[2], i;

	say("-- a level-triggered loop");
	polled_pair(pair);
	WANT(add(ep, pair[0], EPOLLIN), 0);
	put(pair[1], 10);
	for (i = 0; i < 3; i++) {
		WANT(waits(ep, 20000), EPOLLIN);
		take(pair[0], 3);
	}
	WANT(waits(ep, 20000), EPOLLIN);
	take(pair[0], 1);
	WANT(waits(ep, 0), 0);
	for (i = 0; i < 50; i++) {
		put(pair[1], 100);
		WANT(waits(ep, 20000), EPOLLIN);
		take(pair[0], 100);
		WANT(waits(ep, 0), 0);
		put(pair[0], 200);
		becomes(pair[1], POLLIN | POLLOUT);
		take(pair[1], 200);
		WANT(now(pair[1]), POLLOUT);
	}
	close_pair(pair);
	close(ep);
}

static void test_edge(void)
{
	int ep = FD(epoll_create1(EPOLL_CLOEXEC)), pair[2], i;

	say("-- an edge-triggered loop");
	polled_pair(pair);
	WANT(add(ep, pair[0], EPOLLIN | EPOLLRDHUP | EPOLLET), 0);
	for (i = 0; i < 10; i++) {
		put(pair[1], 10);
		WANT(waits(ep, 20000), EPOLLIN);
		WANT(waits(ep, 50), 0);
		take(pair[0], 3);
		WANT(waits(ep, 50), 0);	/* short, and nothing new */
		put(pair[1], 1);
		WANT(waits(ep, 20000), EPOLLIN);
		take(pair[0], 8);
		FAILS(recv(pair[0], buf, 1, MSG_DONTWAIT), EAGAIN);
		WANT(waits(ep, 0), 0);
	}
	close(pair[1]);
	WANT(waits(ep, 20000), EPOLLIN | EPOLLRDHUP);
	WANT(waits(ep, 50), 0);
	close(pair[0]);
	close(ep);
}

/* ---- Buffers ------------------------------------------------------------- */

/*
 * Until nothing goes in any more, and nothing is said for a while: what was sent
 * moves on to the other end by and by, and there is room again.
 */
static void fill(int fd, int ep)
{
	struct epoll_event e;
	long n, all = 0;

	do {
		while ((n = send(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
			all += n;
	} while (epoll_wait(ep, &e, 1, 200) > 0);
	HOLDS(all > 0 && errno == EAGAIN);
}

static void drain(int fd)
{
	int quiet = 0;

	while (quiet < 50) {
		if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0) {
			quiet = 0;
			continue;
		}
		t_sleep_ms(1);
		quiet++;
	}
}

static void test_full(void)
{
	int ep = FD(epoll_create1(EPOLL_CLOEXEC)), pair[2], i;

	say("-- a full buffer");
	polled_pair(pair);
	WANT(add(ep, pair[0], EPOLLOUT | EPOLLET), 0);
	WANT(waits(ep, 20000), EPOLLOUT);
	for (i = 0; i < 3; i++) {
		fill(pair[0], ep);
		WANT(now(pair[0]), 0);
		HOLDS(now(pair[1]) == (POLLIN | POLLOUT));
		drain(pair[1]);
		becomes(pair[0], POLLOUT);
		WANT(waits(ep, 20000), EPOLLOUT);
		WANT(now(pair[1]), POLLOUT);
	}
	close_pair(pair);
	close(ep);
}

static void test_lowat(void)
{
	int pair[2], n = 10;

	say("-- SO_RCVLOWAT");
	polled_pair(pair);
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)), 0);
	put(pair[1], 4);
	t_sleep_ms(100);
	WANT(now(pair[0]), POLLOUT);
	n = 1;
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)), 0);
	becomes(pair[0], POLLIN | POLLOUT);
	take(pair[0], 4);
	WANT(now(pair[0]), POLLOUT);
	close_pair(pair);
}

static void test_urgent(void)
{
	int pair[2];

	say("-- urgent data");
	polled_pair(pair);
	put(pair[1], 5);
	becomes(pair[0], POLLIN | POLLOUT);	/* all other data is not */
	take(pair[0], 5);
	WANT(send(pair[1], "!", 1, MSG_OOB), 1);
	becomes(pair[0], POLLPRI | POLLOUT);
	WANT(recv(pair[0], buf, 1, MSG_OOB), 1);
	WANT(now(pair[0]), POLLOUT);
	close_pair(pair);
}

static void test_sendfile(void)
{
	int pair[2], fd = FD(open(at("f"), O_RDWR | O_CREAT | O_TRUNC, 0600));

	say("-- sendfile");
	WANT(write(fd, buf, 1000), 1000);
	WANT(lseek(fd, 0, SEEK_SET), 0);
	polled_pair(pair);
	WANT(sendfile(pair[1], fd, NULL, 1000), 1000);
	becomes(pair[0], POLLIN | POLLOUT);
	WANT(now(pair[1]), POLLOUT);
	take(pair[0], 1000);
	WANT(now(pair[0]), POLLOUT);
	close_pair(pair);
	close(fd);
}

static void test_datagrams(void)
{
	int s = FD(socket(AF_INET, SOCK_DGRAM, 0));
	int c = FD(socket(AF_INET, SOCK_DGRAM, 0)), i;
	union t_address a;

	say("-- datagrams");
	WANT(bind(s, &a.any, t_loopback(&a, AF_INET, 0)), 0);
	WANT(connect(c, &a.any, t_loopback(&a, AF_INET, t_port(s))), 0);
	WANT(now(s), POLLOUT);
	for (i = 0; i < 10; i++) {
		put(c, 10);
		put(c, 20);
		becomes(s, POLLIN | POLLOUT);
		WANT(recv(s, buf, 5, MSG_DONTWAIT), 5);	/* the rest is lost */
		becomes(s, POLLIN | POLLOUT);
		take(s, 20);
		WANT(now(s), POLLOUT);
	}
	close(s);
	put(c, 1);			/* to nobody */
	becomes(c, POLLOUT | POLLERR);
	FAILS(recv(c, buf, 1, MSG_DONTWAIT), ECONNREFUSED);
	WANT(now(c), POLLOUT);
	close(c);
}

/* ---- Beginnings and ends -------------------------------------------------- */

static void test_ends(void)
{
	int pair[2];

	say("-- shutdown");
	polled_pair(pair);
	WANT(shutdown(pair[1], SHUT_WR), 0);
	becomes(pair[0], POLLIN | POLLOUT | POLLRDHUP);
	WANT(recv(pair[0], buf, 1, 0), 0);
	WANT(now(pair[0]), POLLIN | POLLOUT | POLLRDHUP);
	put(pair[0], 3);
	becomes(pair[1], POLLIN | POLLOUT);
	take(pair[1], 3);
	WANT(now(pair[1]), POLLOUT);
	WANT(shutdown(pair[0], SHUT_WR), 0);
	WANT(now(pair[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	becomes(pair[1], POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	close_pair(pair);
	polled_pair(pair);
	WANT(shutdown(pair[0], SHUT_RD), 0);
	WANT(now(pair[0]), POLLIN | POLLOUT | POLLRDHUP);
	close_pair(pair);
}

static int error_of(int fd)
{
	socklen_t n = sizeof(int);
	int error = -1;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) ? -1 : error;
}

static void test_reset(void)
{
	struct linger now_or_never = { 1, 0 };
	int pair[2];

	say("-- reset");
	polled_pair(pair);
	WANT(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &now_or_never,
			sizeof(now_or_never)), 0);
	close(pair[1]);
	becomes(pair[0], POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	WANT(error_of(pair[0]), ECONNRESET);
	WANT(now(pair[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	close(pair[0]);
}

static void test_connect(void)
{
	int l = t_listen(AF_INET), port = t_port(l), fd, s;
	union t_address a;
	socklen_t n = t_loopback(&a, AF_INET, port);

	say("-- connect");
	fd = FD(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	WANT(now(fd), POLLOUT | POLLHUP);
	FAILS(connect(fd, &a.any, n), EINPROGRESS);
	becomes(fd, POLLOUT);
	WANT(error_of(fd), 0);
	s = FD(accept(l, NULL, NULL));
	close(fd);
	close(s);
	close(l);
	fd = FD(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	WANT(now(fd), POLLOUT | POLLHUP);
	FAILS(connect(fd, &a.any, n), EINPROGRESS);
	becomes(fd, POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	WANT(error_of(fd), ECONNREFUSED);
	WANT(error_of(fd), 0);
	WANT(now(fd), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	close(fd);
}

static void test_listen(void)
{
	int l = t_listen(AF_INET6), ep = FD(epoll_create1(EPOLL_CLOEXEC));
	int c[3], i, round;

	say("-- a listening socket");
	WANT(now(l), 0);
	WANT(add(ep, l, EPOLLIN), 0);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 3; i++)
			c[i] = t_connect(AF_INET6, t_port(l));
		for (i = 0; i < 3; i++) {
			WANT(waits(ep, 20000), EPOLLIN);
			close(FD(accept4(l, NULL, NULL, SOCK_CLOEXEC)));
		}
		WANT(waits(ep, 0), 0);
		WANT(now(l), 0);
		for (i = 0; i < 3; i++)
			close(c[i]);
	}
	close(l);
	close(ep);
}

/* ---- Not alone ------------------------------------------------------------ */

static void *reads(void *arg)
{
	char c[100];

	return (void *)read(*(int *)arg, c, sizeof(c));
}

static void test_threads(void)
{
	int pair[2], i;
	pthread_t thread;
	void *got;

	say("-- two threads");
	polled_pair(pair);
	for (i = 0; i < 20; i++) {
		pthread_create(&thread, NULL, reads, &pair[0]);
		if (i % 2)
			t_sleep_ms(20);	/* it waits already */
		put(pair[1], 50);
		pthread_join(thread, &got);
		WANT((long)got, 50);
		WANT(now(pair[0]), POLLOUT);
	}
	put(pair[1], 50);
	becomes(pair[0], POLLIN | POLLOUT);
	pthread_create(&thread, NULL, reads, &pair[0]);
	pthread_join(thread, &got);
	WANT(now(pair[0]), POLLOUT);
	close_pair(pair);
}

static void child_reads(int fd)
{
	take(fd, 4);
	WANT(now(fd), POLLIN | POLLOUT);
	take(fd, 6);
	WANT(now(fd), POLLOUT);
	_exit(t_wrong);
}

static void test_processes(void)
{
	int pair[2], i;
	pid_t pid;

	say("-- two processes");
	polled_pair(pair);
	for (i = 0; i < 3; i++) {
		put(pair[1], 10);
		becomes(pair[0], POLLIN | POLLOUT);
		pid = fork();
		if (pid == 0)
			child_reads(pair[0]);
		t_wait(pid);
		/* Another has read it. */
		WANT(now(pair[0]), POLLOUT);
		put(pair[1], 5);
		becomes(pair[0], POLLIN | POLLOUT);
		take(pair[0], 5);
		WANT(now(pair[0]), POLLOUT);
	}
	/* One waits while another has it read. */
	pid = fork();
	if (pid == 0) {
		HOLDS(t_until(pair[0], POLLIN) == POLLIN);
		take(pair[0], 7);
		WANT(now(pair[0]), POLLOUT);
		_exit(t_wrong);
	}
	put(pair[1], 7);
	t_wait(pid);
	WANT(now(pair[0]), POLLOUT);
	close_pair(pair);
}

static void test_duplicates(void)
{
	int pair[2], d;

	say("-- duplicates");
	polled_pair(pair);
	d = FD(dup(pair[0]));
	put(pair[1], 9);
	becomes(d, POLLIN | POLLOUT);
	WANT(now(pair[0]), POLLIN | POLLOUT);
	take(d, 9);
	WANT(now(pair[0]), POLLOUT);
	close(pair[0]);
	WANT(now(d), POLLOUT);
	put(pair[1], 9);
	becomes(d, POLLIN | POLLOUT);
	take(d, 9);
	WANT(now(d), POLLOUT);
	close(d);
	becomes(pair[1], POLLIN | POLLOUT | POLLRDHUP);
	close(pair[1]);
}

/* A number that had data to read, and then a connection that has none. */
static void test_numbers(void)
{
	int pair[2], before = -1, i;

	say("-- numbers that are used again");
	for (i = 0; i < 20; i++) {
		polled_pair(pair);
		HOLDS(before < 0 || pair[1] == before);
		before = pair[1];
		put(pair[0], 100);
		becomes(pair[1], POLLIN | POLLOUT);
		close_pair(pair);
	}
}

/* Descriptors so far apart that some of them share a word. */
#define PAIRS	16
#define APART	1024

static int exchange(int pair[2])
{
	int bad = 0;

	bad += send(pair[0], buf, 5, 0) != 5;
	bad += t_until(pair[1], POLLIN) != POLLIN;
	bad += recv(pair[1], buf, 2, MSG_DONTWAIT) != 2;
	bad += now(pair[1]) != (POLLIN | POLLOUT);
	bad += recv(pair[1], buf, 3, MSG_DONTWAIT) != 3;
	bad += now(pair[1]) != POLLOUT;
	return bad;
}

static void test_many(void)
{
	static int pairs[2 * PAIRS][2], fill[APART];
	struct rlimit limit = { 1500, 1500 };
	int i, round, bad = 0;

	say("-- many");
	WANT(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < 2 * PAIRS; i++) {
		int k = 0;

		while (i == PAIRS && k < APART)
			bad += (fill[k++] = socket(AF_INET, SOCK_DGRAM, 0)) < 0;
		t_tcp_pair(AF_INET, pairs[i]);
		bad += now(pairs[i][1]) != POLLOUT;
	}
	for (round = 0; round < 3; round++)
		for (i = 0; i < 2 * PAIRS; i++)
			bad += exchange(pairs[i]);
	WANT(bad, 0);
	/* The place of one that has gone is the next one's. */
	for (i = 0; i < PAIRS; i++)
		close_pair(pairs[i]);
	for (i = PAIRS; i < 2 * PAIRS; i++)
		bad += exchange(pairs[i]);
	for (i = 0; i < PAIRS; i++)
		t_tcp_pair(AF_INET, pairs[i]);
	for (i = 0; i < 2 * PAIRS; i++)
		bad += exchange(pairs[i]);
	WANT(bad, 0);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	test_level();
	test_edge();
	test_full();
	test_lowat();
	test_urgent();
	test_sendfile();
	test_datagrams();
	test_ends();
	test_reset();
	test_connect();
	test_listen();
	test_threads();
	test_processes();
	test_duplicates();
	test_numbers();
	test_many();
	return t_end();
}
