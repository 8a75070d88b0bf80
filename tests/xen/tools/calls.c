// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes known numbers of calls on a file:
 *
 *	calls THREADS N FILE
 *
 * Each of the threads makes N calls of pread, and the first one besides 1 of
 * openat, pwrite and close (left to the process's end, it would be any thread's).
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 64

static int file;
static long rounds;

static void *read_all(void *arg)
{
	char buffer[100];
	long i;

	for (i = 0; i < rounds; i++)
		if (pread(file, buffer, sizeof(buffer), 0) != sizeof(buffer))
			err(1, "pread");
	return arg;
}

int main(int argc, char **argv)
{
	static char data[100];
	pthread_t thread[THREADS_MAX];
	int nr, i;

	if (argc != 4)
		errx(2, "usage: calls THREADS N FILE");
	nr = atoi(argv[1]);
	rounds = atol(argv[2]);
	if (nr < 1 || nr > THREADS_MAX)
		errx(2, "1 to %d threads", THREADS_MAX);
	file = open(argv[3], O_RDWR | O_CREAT, 0600);
	if (file < 0)
		err(1, "%s", argv[3]);
	if (pwrite(file, data, sizeof(data), 0) != sizeof(data))
		err(1, "pwrite");
	for (i = 1; i < nr; i++)
		if (pthread_create(&thread[i], NULL, read_all, NULL))
			errx(1, "pthread_create");
	read_all(NULL);
	for (i = 1; i < nr; i++)
		pthread_join(thread[i], NULL);
	return close(file);
}
