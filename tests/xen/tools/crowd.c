// SPDX-License-Identifier: GPL-2.0-only
/*
 * More calls than a channel has slots: run forwarded, with "crowd DIR THREADS".
 * So many threads wait in recv; then one more call is made, and, when the
 * threads have been woken by another process, once more.
 *
 *	waiting		the threads wait
 *	socket RESULT	of the call too many, after MS
 *	woken N		threads that got their byte
 *	then RESULT	of the same call afterwards
 */
#include <pthread.h>
#include "../transcript.h"

static int pair[2];
static long woken;

static const char *outcome(long result)
{
	return result < 0 ? strerrorname_np(errno) : "success";
}

static void *wait_recv(void *arg)
{
	char c;

	if (recv(pair[0], &c, 1, 0) == 1)
		__atomic_fetch_add(&woken, 1, __ATOMIC_RELAXED);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[1100];
	int i, fd, n = argc > 2 ? atoi(argv[2]) : 0, go[2];
	pid_t other;
	long t;
	char c;

	t_begin(argc, argv);
	t_tcp_pair(AF_INET, pair);
	if (n < 1 || n > 1100 || pipe(go))
		return 2;
	other = fork();
	if (!other) {	/* it has slots of its own */
		close(go[1]);
		while (read(go[0], &c, 1) > 0)
			;
		for (i = 0; i < n; i++)
			if (write(pair[1], "x", 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(go[0]);
	for (i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, wait_recv, NULL);
	t_sleep_ms(2000);
	say("waiting");
	t = t_now_ms();
	fd = socket(AF_INET, SOCK_STREAM, 0);
	say("socket %s after %ld ms", outcome(fd), t_now_ms() - t);
	close(go[1]);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	say("woken %ld", woken);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	say("then %s", outcome(fd));
	t_wait(other);
	return fd < 0 || woken != n || t_wrong;
}
