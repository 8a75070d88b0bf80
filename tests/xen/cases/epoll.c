// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	epoll over remote and local descriptors together: level and edge
 *		triggered, one-shot, changes, removal, closing, epoll_pwait.
 * Why:		nginx's loop is edge-triggered epoll over sockets and eventfds.
 * How:		an eventfd, a pipe and a TCP connection in one set; every event
 *		is caused by this process or by a child, and then read off.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "../transcript.h"

enum { REMOTE = 1, EVENT, PIPE, OTHER };

static int ep, pair[2], ev, local[2];

static int control(int op, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event e = { .events = events, .data.u64 = tag };

	return epoll_ctl(ep, op, fd, &e);
}

static int by_tag(const void *a, const void *b)
{
	const struct epoll_event *x = a, *y = b;

	return (x->data.u64 > y->data.u64) - (x->data.u64 < y->data.u64);
}

/* Wait, and show what came in the order of the tags. */
static void wait_for(int want, int timeout)
{
	struct epoll_event e[8];
	int n, i;

	n = epoll_wait(ep, e, 8, timeout);
	if (n > 0)
		qsort(e, n, sizeof(e[0]), by_tag);
	say("  epoll_wait = %d%s", n, n == want ? "" : "  <-- not as expected");
	t_wrong |= n != want;
	for (i = 0; i < n; i++)
		say("    tag %llu, events %x",
		    (unsigned long long)e[i].data.u64, e[i].events);
}

static void put(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, fd == ev ? 8 : 1) < 1)
		say("write: %s", strerrorname_np(errno));
}

/* Data that was sent over loopback has to arrive before "not ready" counts. */
static void arrived(void)
{
	struct pollfd p = { .fd = pair[0], .events = POLLIN };

	if (poll(&p, 1, 20000) != 1)
		say("nothing arrived  <-- not as expected");
}

static void take(int fd)
{
	char c[100];

	HOLDS(read(fd, c, sizeof(c)) > 0);
}

static void test_level(void)
{
	say("-- level triggered");
	WANT(control(EPOLL_CTL_ADD, pair[0], EPOLLIN, REMOTE), 0);
	WANT(control(EPOLL_CTL_ADD, ev, EPOLLIN, EVENT), 0);
	WANT(control(EPOLL_CTL_ADD, local[0], EPOLLIN, PIPE), 0);
	FAILS(control(EPOLL_CTL_ADD, pair[0], EPOLLIN, REMOTE), EEXIST);
	wait_for(0, 0);
	put(pair[1]);
	arrived();
	wait_for(1, 20000);
	wait_for(1, 20000);
	put(ev);
	put(local[1]);
	wait_for(3, 20000);
	take(pair[0]);
	wait_for(2, 20000);
	take(ev);
	take(local[0]);
	wait_for(0, 100);
}

static void test_edge(void)
{
	say("-- edge triggered");
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLET, REMOTE), 0);
	WANT(control(EPOLL_CTL_MOD, ev, EPOLLIN | EPOLLET, EVENT), 0);
	wait_for(0, 100);
	put(pair[1]);
	put(ev);
	arrived();
	wait_for(2, 20000);
	wait_for(0, 200);
	put(pair[1]);			/* a new edge, though not drained */
	wait_for(1, 20000);
	take(pair[0]);
	take(ev);
	wait_for(0, 100);
	/* Changing the entry shows again what is there. */
	put(pair[1]);
	arrived();
	wait_for(1, 20000);
	wait_for(0, 100);
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLET, REMOTE), 0);
	wait_for(1, 20000);
	take(pair[0]);
	/* Writable from the beginning, once. */
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLOUT | EPOLLET,
		     REMOTE), 0);
	wait_for(1, 20000);
	wait_for(0, 100);
}

static void test_oneshot(void)
{
	say("-- one-shot");
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLONESHOT, REMOTE),
	     0);
	put(pair[1]);
	arrived();
	wait_for(1, 20000);
	wait_for(0, 100);
	put(pair[1]);
	wait_for(0, 200);
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLONESHOT, REMOTE),
	     0);
	wait_for(1, 20000);
	take(pair[0]);
}

static void test_late(void)
{
	int i;

	say("-- during the wait");
	WANT(control(EPOLL_CTL_MOD, pair[0], EPOLLIN, REMOTE), 0);
	WANT(control(EPOLL_CTL_MOD, ev, EPOLLIN, EVENT), 0);
	for (i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			t_sleep_ms(100);
			put(i % 2 ? ev : pair[1]);
			_exit(0);
		}
		wait_for(1, -1);
		take(i % 2 ? ev : pair[0]);
		t_wait(pid);
	}
}

static void test_removal(void)
{
	int d, s;

	say("-- removal");
	WANT(control(EPOLL_CTL_DEL, ev, 0, 0), 0);
	FAILS(control(EPOLL_CTL_DEL, ev, 0, 0), ENOENT);
	FAILS(control(EPOLL_CTL_MOD, ev, EPOLLIN, EVENT), ENOENT);
	put(ev);
	wait_for(0, 100);
	/* A closed descriptor leaves the set with its last duplicate. */
	s = FD(socket(AF_INET, SOCK_DGRAM, 0));
	WANT(control(EPOLL_CTL_ADD, s, EPOLLOUT, OTHER), 0);
	wait_for(1, 20000);
	d = FD(dup(s));
	close(s);
	wait_for(1, 20000);
	close(d);
	wait_for(0, 100);
	FAILS(control(EPOLL_CTL_ADD, s, EPOLLIN, OTHER), EBADF);
	/* A regular file cannot be waited for. */
	s = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	FAILS(control(EPOLL_CTL_ADD, s, EPOLLIN, OTHER), EPERM);
	close(s);
	FAILS(control(EPOLL_CTL_ADD, ep, EPOLLIN, OTHER), EINVAL);
}

static void test_accept(void)
{
	int l = t_listen(AF_INET6), c, s;

	say("-- a listening socket, and hang-up");
	WANT(control(EPOLL_CTL_ADD, l, EPOLLIN | EPOLLET, OTHER), 0);
	wait_for(0, 100);
	c = t_connect(AF_INET6, t_port(l));
	wait_for(1, 20000);
	s = FD(accept4(l, NULL, NULL, SOCK_NONBLOCK));
	FAILS(accept4(s, NULL, NULL, 0), EINVAL);
	WANT(control(EPOLL_CTL_ADD, s, EPOLLIN | EPOLLRDHUP, EVENT), 0);
	wait_for(0, 100);
	close(c);
	wait_for(1, 20000);
	close(s);
	close(l);
	wait_for(0, 100);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void test_pwait(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct epoll_event e[2];
	sigset_t block, none;

	say("-- epoll_pwait");
	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGALRM);
	WANT(epoll_wait(ep, e, 2, 50), 0);
	FAILS(epoll_pwait(ep, e, 2, 20000, &none), EINTR);
	WANT(alarms, 1);
	FAILS(epoll_wait(ep, e, 0, 0), EINVAL);
	FAILS(epoll_wait(pair[0], e, 1, 0), EINVAL);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	ep = FD(epoll_create1(EPOLL_CLOEXEC));
	ev = FD(eventfd(0, 0));
	t_tcp_pair(AF_INET, pair);
	if (pipe(local))
		return 2;
	test_level();
	test_edge();
	test_oneshot();
	test_late();
	test_removal();
	test_accept();
	test_pwait();
	return t_end();
}
