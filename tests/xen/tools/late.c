// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose service domain stands still for a while: run forwarded, with
 * "late DIR"; it writes, a word at the beginning of each line:
 *
 *	ready		a thread waits in recv, with the slot that had all calls
 *	name RESULT	a call that wants the first memory of another slot; made
 *			when a line has come on standard input
 *	again RESULT	the same, until it succeeds or some seconds are over;
 *			after another line
 *	data		a connection has data to be read
 *	poll RESULT	of poll() on it; after another line
 */
#include <pthread.h>
#include "../transcript.h"

static const char *outcome(long result)
{
	return result < 0 ? strerrorname_np(errno) : "success";
}

static void line(void)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
}

static int name(int fd)
{
	union t_address a;
	socklen_t n = sizeof(a);

	return getsockname(fd, &a.any, &n);
}

static void *wait_recv(void *arg)
{
	char c;

	recv(*(int *)arg, &c, 1, 0);
	return NULL;
}

int main(int argc, char **argv)
{
	struct pollfd p = { .events = POLLIN };
	int waiting[2], pair[2], r, i;
	pthread_t thread;

	t_begin(argc, argv);
	t_tcp_pair(AF_INET, waiting);
	pthread_create(&thread, NULL, wait_recv, &waiting[0]);
	t_sleep_ms(500);
	say("ready");
	line();
	say("name %s", outcome(name(waiting[1])));
	line();
	for (i = 0; (r = name(waiting[1])) && i < 50; i++)
		t_sleep_ms(100);
	say("again %s", outcome(r));
	t_tcp_pair(AF_INET, pair);
	p.fd = pair[1];
	if (write(pair[0], "x", 1) != 1)
		return 1;
	t_sleep_ms(100);
	say("data");
	line();
	r = poll(&p, 1, 60000);
	say("poll %d events %x", r, p.revents);
	return r != 1 || p.revents != POLLIN;
}
