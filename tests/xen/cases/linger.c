// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	close() of a socket that lingers (SO_LINGER) on data that nobody
 *		reads, and what others do meanwhile.
 * Why:		such a close takes as long as the socket was told; it is not a
 *		service domain that does not answer.
 * How:		a connection with full buffers; a second one is polled and
 *		written to while the first is being closed.
 */
#include <pthread.h>
#include "../transcript.h"

#define LINGER 8

static int other[2];
static long bad;

static void *meanwhile(void *arg)
{
	struct pollfd p = { .fd = other[1], .events = POLLIN };
	int i;
	char c;

	for (i = 0; i < 2 * LINGER; i++) {
		if (write(other[0], "x", 1) != 1 || poll(&p, 1, 20000) != 1 ||
		    p.revents != POLLIN || read(other[1], &c, 1) != 1)
			bad++;
		t_sleep_ms(500);
	}
	return arg;
}

static void fill(int fd)
{
	static char data[65536];

	WANT(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	do
		while (write(fd, data, sizeof(data)) > 0)
			;
	while (t_sleep_ms(200), write(fd, data, sizeof(data)) > 0);
	WANT(fcntl(fd, F_SETFL, 0), 0);
}

int main(int argc, char **argv)
{
	struct linger linger = { 1, LINGER };
	pthread_t thread;
	int pair[2];
	long t;

	t_begin(argc, argv);
	t_tcp_pair(AF_INET, pair);
	t_tcp_pair(AF_INET, other);
	fill(pair[0]);
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &linger,
			sizeof(linger)), 0);
	pthread_create(&thread, NULL, meanwhile, NULL);
	t = t_now_ms();
	WANT(close(pair[0]), 0);
	t = t_now_ms() - t;
	HOLDS(t > (LINGER - 1) * 1000);
	pthread_join(thread, NULL);
	WANT(bad, 0);
	close(pair[1]);
	return t_end();
}
