// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	poll, ppoll, select and pselect over remote and local descriptors
 *		together.
 * Why:		one wait over both is what a program with a listening socket and
 *		a pipe does; the placeholder's poll has to wake it.
 * How:		each kind becomes ready while the other is not: before the wait,
 *		and during it (by a child that takes its time).
 */
#include <sys/eventfd.h>
#include <sys/select.h>
#include "../transcript.h"

static int pair[2], local[2];

/* Do something in a while, from another process. */
static pid_t later(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		t_sleep_ms(200);
		_exit(write(fd, "!", 1) != 1);
	}
	return pid;
}

static void show(const char *what, struct pollfd *p, int n)
{
	int i;

	for (i = 0; i < n; i++)
		say("  %s %d: revents %x", what, i, p[i].revents);
}

static void drain(int fd)
{
	char c[10];

	WANT(read(fd, c, sizeof(c)), 1);
}

static void test_poll(void)
{
	struct pollfd p[3] = { { .fd = pair[0], .events = POLLIN },
			       { .fd = local[0], .events = POLLIN },
			       { .fd = -1, .events = POLLIN } };
	struct pollfd *volatile nowhere = (void *)8;
	pid_t pid;
	long t;

	say("-- poll");
	WANT(poll(p, 3, 0), 0);
	t = t_now_ms();
	WANT(poll(p, 3, 200), 0);
	HOLDS(t_now_ms() - t >= 190);
	WANT(write(pair[1], "x", 1), 1);
	WANT(poll(p, 3, 20000), 1);
	show("remote", p, 3);
	WANT(write(local[1], "x", 1), 1);
	WANT(poll(p, 3, 20000), 2);
	show("both", p, 3);
	drain(pair[0]);
	WANT(poll(p, 3, 20000), 1);
	show("local", p, 3);
	drain(local[0]);
	pid = later(pair[1]);
	WANT(poll(p, 3, 20000), 1);
	show("remote, late", p, 3);
	t_wait(pid);
	drain(pair[0]);
	pid = later(local[1]);
	WANT(poll(p, 3, -1), 1);
	show("local, late", p, 3);
	t_wait(pid);
	drain(local[0]);
	p[0].events = POLLIN | POLLOUT;
	WANT(poll(p, 1, -1), 1);
	show("writable", p, 1);
	p[2].fd = 999;
	WANT(poll(p + 2, 1, 0), 1);
	show("nothing", p + 2, 1);
	WANT(poll(NULL, 0, 10), 0);
	FAILS(poll(nowhere, 1, 0), EFAULT);
}

static void test_file(void)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };

	say("-- a file is always ready");
	p.fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	WANT(poll(&p, 1, -1), 1);
	show("file", &p, 1);
	close(p.fd);
}

static void test_select(void)
{
	int n = (pair[0] > local[0] ? pair[0] : local[0]) + 1;
	struct timeval tv = { 20, 0 }, none = { 0, 0 };
	fd_set in, out;
	pid_t pid;

	say("-- select");
#define SETS() do { \
	FD_ZERO(&in); \
	FD_ZERO(&out); \
	FD_SET(pair[0], &in); \
	FD_SET(local[0], &in); \
} while (0)
#define SHOW() say("  in: remote %d, local %d; out: remote %d", \
		   !!FD_ISSET(pair[0], &in), !!FD_ISSET(local[0], &in), \
		   !!FD_ISSET(pair[0], &out))
	SETS();
	WANT(select(n, &in, NULL, NULL, &none), 0);
	SHOW();
	SETS();
	FD_SET(pair[0], &out);
	WANT(select(n, &in, &out, NULL, NULL), 1);
	SHOW();
	SETS();
	pid = later(pair[1]);
	WANT(select(n, &in, NULL, NULL, &tv), 1);
	SHOW();
	t_wait(pid);
	WANT(write(local[1], "x", 1), 1);
	SETS();
	WANT(select(n, &in, NULL, NULL, NULL), 2);
	SHOW();
	drain(pair[0]);
	drain(local[0]);
	close(pair[1]);
	SETS();
	WANT(select(n, &in, NULL, NULL, NULL), 1);
	SHOW();
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* A signal that is let in only during the wait. */
static void test_masks(void)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct timespec ts = { 20, 0 };
	struct pollfd p;
	sigset_t block, none;
	fd_set in;
	int one[2];

	say("-- ppoll and pselect");
	t_tcp_pair(AF_INET, one);
	p = (struct pollfd){ .fd = one[0], .events = POLLIN };
	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGALRM);
	WANT(alarms, 0);
	FAILS(ppoll(&p, 1, &ts, &none), EINTR);
	WANT(alarms, 1);
	raise(SIGALRM);
	FD_ZERO(&in);
	FD_SET(one[0], &in);
	FAILS(pselect(one[0] + 1, &in, NULL, NULL, &ts, &none), EINTR);
	WANT(alarms, 2);
	sigprocmask(SIG_UNBLOCK, &block, NULL);
	alarm(1);
	FAILS(poll(&p, 1, 20000), EINTR);	/* whatever SA_RESTART says */
	WANT(alarms, 3);
	close(one[0]);
	close(one[1]);
}

int main(int argc, char **argv)
{
	struct pollfd p;

	t_begin(argc, argv);
	t_tcp_pair(AF_INET, pair);
	if (pipe(local))
		return 2;
	test_poll();
	test_file();
	test_select();
	say("-- hang-up");
	p = (struct pollfd){ .fd = pair[0], .events = POLLIN | POLLRDHUP };
	WANT(poll(&p, 1, 20000), 1);
	show("closed by the peer", &p, 1);
	test_masks();
	return t_end();
}
