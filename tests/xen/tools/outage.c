// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that lives through the network domain's death: run forwarded, with
 * "outage DIR"; it writes what happens, a word at the beginning of each line:
 *
 *	ready		one thread waits in recv, one in poll, one in accept, one
 *			in epoll_wait; another writes and reads in DIR all the time
 *	woken WHAT RESULT MS	a wait has ended
 *	then WHAT RESULT	calls on the dead sockets afterwards
 *	new RESULT	sockets can be made again (after the restart)
 *	storage GOOD BAD	rounds of the thread in DIR
 *
 * It reads "go" from standard input to try a new socket, and ends when that
 * has worked, or at the end of its input.
 */
#include <pthread.h>
#include <sys/epoll.h>
#include "../transcript.h"

static int connection[2], second[2], third[2], listener;
static volatile int stop;
static long good, bad;

static const char *outcome(long result)
{
	return result < 0 ? strerrorname_np(errno) : "success";
}

static void *wait_recv(void *arg)
{
	long t = t_now_ms();
	char c;
	long r = recv(connection[0], &c, 1, 0);

	say("woken recv %s after %ld ms", r == 0 ? "end" : outcome(r),
	    t_now_ms() - t);
	return arg;
}

static void *wait_accept(void *arg)
{
	long r = accept(listener, NULL, NULL);

	say("woken accept %s", outcome(r));
	return arg;
}

static void *wait_poll(void *arg)
{
	struct pollfd p = { .fd = second[0], .events = POLLIN };
	int r = poll(&p, 1, 300000);

	say("woken poll %d events %x", r, p.revents);
	return arg;
}

static void *wait_epoll(void *arg)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), r;

	epoll_ctl(ep, EPOLL_CTL_ADD, third[0], &e);
	r = epoll_wait(ep, &e, 1, 300000);
	say("woken epoll %d events %x", r, e.events);
	return arg;
}

static void *work(void *arg)
{
	char out[4096], in[4096];
	uint32_t k = 0;
	int fd = open(at("file"), O_RDWR | O_CREAT, 0600);

	while (!stop) {
		t_fill(out, sizeof(out), ++k);
		if (pwrite(fd, out, sizeof(out), k % 64 * 4096) == 4096 &&
		    pread(fd, in, sizeof(in), k % 64 * 4096) == 4096 &&
		    !memcmp(in, out, sizeof(in)))
			good++;
		else
			bad++;
		t_sleep_ms(20);
	}
	return arg;
}

/* Waits on dead sockets end at once as well, every time. */
static void afterwards(void)
{
	struct pollfd p = { .fd = connection[0], .events = POLLIN };
	char c;
	int v;

	say("then recv %s", outcome(recv(connection[0], &c, 1, 0)));
	say("then send %s", outcome(send(connection[1], &c, 1, MSG_NOSIGNAL)));
	say("then accept %s", outcome(accept(listener, NULL, NULL)));
	v = poll(&p, 1, 5000);
	say("then poll %d events %x", v, p.revents);
	say("then fcntl %s", outcome(fcntl(connection[0], F_GETFD)));
	say("then close %s", outcome(close(connection[0])));
	v = socket(AF_INET, SOCK_STREAM, 0);
	say("then socket %s", v >= 0 ? "success" : outcome(v));
	if (v >= 0)
		close(v);
}

static int anew(void)
{
	int pair[2], l = socket(AF_INET, SOCK_STREAM, 0);
	union t_address a;
	char c = 0;

	if (l < 0 || bind(l, &a.any, t_loopback(&a, AF_INET, 0)) ||
	    listen(l, 1)) {
		say("new %s", outcome(-1));
		return 0;
	}
	close(l);
	t_tcp_pair(AF_INET, pair);
	if (write(pair[0], "n", 1) != 1 || read(pair[1], &c, 1) != 1) {
		say("new %s", outcome(-1));
		return 0;
	}
	say("new success");
	return c == 'n';
}

int main(int argc, char **argv)
{
	static void *(*const waits[])(void *) = { wait_recv, wait_accept,
						  wait_poll, wait_epoll };
	pthread_t threads[4], worker;
	char line[16];
	int i, done = 0;

	t_begin(argc, argv);
	t_tcp_pair(AF_INET, connection);
	t_tcp_pair(AF_INET6, second);
	t_tcp_pair(AF_INET, third);
	listener = t_listen(AF_INET);
	pthread_create(&worker, NULL, work, NULL);
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, waits[i], NULL);
	t_sleep_ms(500);
	say("ready");
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	afterwards();
	say("waiting");
	while (!done && fgets(line, sizeof(line), stdin))
		done = anew();
	stop = 1;
	pthread_join(worker, NULL);
	say("storage %ld good, %ld bad", good, bad);
	return !done || bad;
}
