// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	processes that end in the middle of a forwarded call, by kill -9
 *		or by another thread's exit, or with a lock; a cancelled thread.
 * Why:		the shadow must end as well, close what it held, and let go of
 *		its locks, or a peer waits for ever.
 * How:		a child blocks in a call, is killed, and its peer must see the
 *		end of the connection, its port and its lock be free; what was
 *		sent to a cancelled thread must be there for the next reader.
 */
#include <pthread.h>
#include <sys/file.h>
#include "../transcript.h"

/* Nothing comes: the process is ended in the call, or fails by its status. */
static void end_in_read(int fd)
{
	char c;

	(void)!read(fd, &c, 1);
	_exit(1);
}

static void test_reader(void)
{
	int pair[2];
	pid_t pid;
	char c;

	say("-- killed while it reads");
	t_tcp_pair(AF_INET, pair);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		end_in_read(pair[1]);
	}
	close(pair[1]);
	t_sleep_ms(300);
	WANT(kill(pid, SIGKILL), 0);
	t_wait(pid);
	HOLDS(t_until(pair[0], POLLIN) & POLLIN);
	WANT(read(pair[0], &c, 1), 0);		/* its end was closed */
	close(pair[0]);
}

static void test_acceptor(void)
{
	int ready[2], port, fd, k;
	union t_address a;
	pid_t pid;

	say("-- killed while it accepts");
	if (pipe(ready))
		_exit(2);
	pid = fork();
	if (pid == 0) {
		fd = t_listen(AF_INET);
		port = t_port(fd);
		if (write(ready[1], &port, sizeof(port)) != sizeof(port))
			_exit(2);
		accept(fd, NULL, NULL);
		_exit(1);
	}
	WANT(read(ready[0], &port, sizeof(port)), sizeof(port));
	t_sleep_ms(200);
	WANT(kill(pid, SIGKILL), 0);
	t_wait(pid);
	/* Its port is free again, at once or soon. */
	fd = FD(socket(AF_INET, SOCK_STREAM, 0));
	t_loopback(&a, AF_INET, port);
	for (k = 0; k < 200 && bind(fd, &a.any, sizeof(a.in)); k++)
		t_sleep_ms(50);
	HOLDS(k < 200);
	close(fd);
}

static void test_lock(void)
{
	int fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600)), ready[2], other;
	char c;
	pid_t pid;

	say("-- killed while it holds a lock");
	if (pipe(ready))
		_exit(2);
	pid = fork();
	if (pid == 0) {
		other = open(at("f"), O_RDWR);
		if (flock(other, LOCK_EX) || write(ready[1], "r", 1) != 1)
			_exit(2);
		pause();
		_exit(1);
	}
	WANT(read(ready[0], &c, 1), 1);
	FAILS(flock(fd, LOCK_EX | LOCK_NB), EAGAIN);
	WANT(kill(pid, SIGKILL), 0);
	t_wait(pid);
	alarm(30);
	WANT(flock(fd, LOCK_EX), 0);		/* at once or soon */
	alarm(0);
	close(fd);
}

static void *reader(void *arg)
{
	end_in_read(*(int *)arg);
	return NULL;
}

static void test_exit(void)
{
	int pair[2];
	pid_t pid;
	char c;

	say("-- exit while another thread reads");
	t_tcp_pair(AF_INET6, pair);
	pid = fork();
	if (pid == 0) {
		pthread_t t;

		close(pair[0]);
		pthread_create(&t, NULL, reader, &pair[1]);
		t_sleep_ms(300);
		exit(0);
	}
	close(pair[1]);
	t_wait(pid);
	HOLDS(t_until(pair[0], POLLIN) & POLLIN);
	WANT(read(pair[0], &c, 1), 0);
	close(pair[0]);
}

static void *cancelled(void *arg)
{
	char c;

	(void)!recv(*(int *)arg, &c, 1, 0);
	return NULL;
}

static void test_cancel(void)
{
	pthread_t t;
	int pair[2];
	void *r;
	char c;

	say("-- a cancelled thread");
	t_tcp_pair(AF_INET, pair);
	pthread_create(&t, NULL, cancelled, &pair[0]);
	t_sleep_ms(300);
	WANT(pthread_cancel(t), 0);
	WANT(pthread_join(t, &r), 0);
	HOLDS(r == PTHREAD_CANCELED);
	WANT(write(pair[1], "x", 1), 1);
	WANT(read(pair[0], &c, 1), 1);		/* nothing was taken */
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_reader();
	test_acceptor();
	test_lock();
	test_exit();
	test_cancel();
	return t_end();
}
