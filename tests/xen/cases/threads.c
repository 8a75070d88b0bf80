// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	sixteen threads, each with its own connection and file, and some
 *		descriptors that all of them use.
 * Why:		each thread has a slot of its own; calls in flight must not get
 *		each other's answers, and a blocked one must not hold others up.
 * How:		every thread writes, reads back and exchanges patterns that only
 *		it knows; eight more are blocked in recv the whole time.
 */
#include <pthread.h>
#include "../transcript.h"

#define THREADS	16
#define BLOCKED	8
#define ROUNDS	20
#define CHUNK	3000

static struct thread {
	pthread_t id;
	int n, pair[2];
	long wrong, bytes;
	uint64_t digest;
} threads[THREADS];

static int shared;		/* a file; each thread has its own part */

static void round_of(struct thread *t, int file, int k)
{
	char out[CHUNK], in[CHUNK];

	t_fill(out, CHUNK, t->n * 1000 + k);
	t->wrong += pwrite(file, out, CHUNK, k * CHUNK) != CHUNK;
	t->wrong += pwrite(shared, out, CHUNK, (t->n * ROUNDS + k) * CHUNK) !=
		    CHUNK;
	t->wrong += t_write_all(t->pair[0], out, CHUNK) != CHUNK;
	t->wrong += t_read_all(t->pair[1], in, CHUNK) != CHUNK;
	t->wrong += memcmp(in, out, CHUNK) != 0;
	memset(in, 0, CHUNK);
	t->wrong += pread(file, in, CHUNK, k * CHUNK) != CHUNK;
	t->wrong += memcmp(in, out, CHUNK) != 0;
	t->wrong += open(at("none"), O_RDONLY) != -1 || errno != ENOENT;
	t->bytes += CHUNK;
	t->digest ^= t_digest(in, CHUNK);
}

static void *work(void *arg)
{
	struct thread *t = arg;
	char name[32];
	int file, k;

	snprintf(name, sizeof(name), "t%d", t->n);
	file = open(at(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
	t_tcp_pair(t->n % 2 ? AF_INET : AF_INET6, t->pair);
	for (k = 0; k < ROUNDS; k++)
		round_of(t, file, k);
	t->wrong += close(file) || close(t->pair[0]) || close(t->pair[1]);
	return NULL;
}

static void *block(void *arg)
{
	char c;

	return (void *)(intptr_t)recv(*(int *)arg, &c, 1, 0);
}

int main(int argc, char **argv)
{
	int blocked[BLOCKED][2], i;
	pthread_t waiters[BLOCKED];
	uint64_t all = 0;
	char in[CHUNK];
	void *r;

	t_begin(argc, argv);
	shared = FD(open(at("shared"), O_RDWR | O_CREAT, 0600));
	for (i = 0; i < BLOCKED; i++) {
		t_tcp_pair(AF_INET, blocked[i]);
		pthread_create(&waiters[i], NULL, block, &blocked[i][0]);
	}
	for (i = 0; i < THREADS; i++) {
		threads[i].n = i;
		pthread_create(&threads[i].id, NULL, work, &threads[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i].id, NULL);
		say("thread %d: %ld bytes, digest %016llx, wrong %ld", i,
		    threads[i].bytes, (unsigned long long)threads[i].digest,
		    threads[i].wrong);
		t_wrong |= threads[i].wrong != 0;
	}
	for (i = 0; i < BLOCKED; i++) {
		HOLDS(write(blocked[i][1], "x", 1) == 1);
		pthread_join(waiters[i], &r);
		WANT((intptr_t)r, 1);
	}
	WANT(lseek(shared, 0, SEEK_END), THREADS * ROUNDS * CHUNK);
	for (i = 0; i < THREADS * ROUNDS; i++)
		if (pread(shared, in, CHUNK, i * CHUNK) == CHUNK)
			all = all * 31 + t_digest(in, CHUNK);
	say("shared file: digest %016llx", (unsigned long long)all);
	return t_end();
}
