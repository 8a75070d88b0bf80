// SPDX-License-Identifier: GPL-2.0-only
/*
 * More memory for calls' data than a domain can grant: run forwarded, with
 * "flood DIR THREADS".  So many threads wait in recv with a buffer of a MiB,
 * each in a slot with memory of its own.
 *
 *	waiting		those that can wait do
 *	refused N ERROR	threads whose call failed, all with the same error
 *	woken N		threads that saw the connection's end
 *	then RESULT	of another call afterwards
 */
#include <pthread.h>
#include "../transcript.h"

static int pair[2];
static long woken, refused;
static int error;

static void *wait_recv(void *arg)
{
	static char buffer[1 << 20];
	long r = recv(pair[0], buffer, sizeof(buffer), 0);

	if (!r)
		__atomic_fetch_add(&woken, 1, __ATOMIC_RELAXED);
	else if (!__atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED))
		error = r < 0 ? errno : 0;
	else if (error != errno)
		say("another error: %s", strerrorname_np(errno));
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[200];
	int i, fd, n = argc > 2 ? atoi(argv[2]) : 0;

	if (n < 1 || n > 200)
		return 2;
	t_begin(argc, argv);
	t_tcp_pair(AF_INET, pair);
	for (i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, wait_recv, NULL);
	t_sleep_ms(3000);
	say("waiting");
	close(pair[1]);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	say("refused %ld %s", refused, strerrorname_np(error));
	say("woken %ld", woken);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	say("then %s", fd < 0 ? strerrorname_np(errno) : "success");
	return fd < 0 || woken + refused != n;
}
