// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	signals during forwarded calls: EINTR without SA_RESTART, restart
 *		with it, in read, recv, accept, connect and write; handlers that
 *		make calls themselves; a mask; many signals.
 * Why:		the remote call has to be interrupted as a local one would be,
 *		without a byte lost or taken twice.
 * How:		alarms and children's kill during calls that block.
 */
#include <sys/time.h>
#include "../transcript.h"

static volatile sig_atomic_t hits;
static int in_handler = -1;

static void on_signal(int sig)
{
	char c;

	(void)sig;
	hits++;
	if (in_handler >= 0 && pread(in_handler, &c, 1, 0) != 1)
		hits += 1000;
}

static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
}

static void ring_in(int ms)
{
	struct itimerval it = { { 0, 0 }, { ms / 1000, ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &it, NULL);
}

/*
 * For calls that nothing else would end: on a busy machine a single alarm may
 * come before the call.
 */
static void ring_every(int ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };
	struct itimerval it = { t, t };

	setitimer(ITIMER_REAL, &it, NULL);
}

static pid_t send_in(int ms, int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		t_sleep_ms(ms);
		_exit(write(fd, "data", 4) != 4);
	}
	return pid;
}

static void test_interrupted(void)
{
	int pair[2], l = t_listen(AF_INET);
	char buf[10];

	say("-- without SA_RESTART");
	handle(0);
	t_tcp_pair(AF_INET, pair);
	hits = 0;
	ring_every(200);
	FAILS(read(pair[0], buf, 10), EINTR);
	FAILS(recv(pair[0], buf, 10, 0), EINTR);
	FAILS(accept(l, NULL, NULL), EINTR);
	ring_every(0);
	HOLDS(hits >= 3);
	WANT(write(pair[1], "data", 4), 4);
	WANT(read(pair[0], buf, 10), 4);	/* nothing was lost */
	close(pair[0]);
	close(pair[1]);
	close(l);
}

static void test_restarted(void)
{
	int pair[2], l = t_listen(AF_INET);
	char buf[10];
	pid_t pid;

	say("-- with SA_RESTART");
	handle(SA_RESTART);
	t_tcp_pair(AF_INET6, pair);
	hits = 0;
	pid = send_in(600, pair[1]);
	ring_in(200);
	WANT(read(pair[0], buf, 10), 4);
	WANT(hits, 1);
	t_wait(pid);
	pid = fork();
	if (pid == 0) {
		t_sleep_ms(600);
		close(t_connect(AF_INET, t_port(l)));
		_exit(0);
	}
	ring_in(200);
	WANT(close(FD(accept(l, NULL, NULL))), 0);
	WANT(hits, 2);
	t_wait(pid);
	/* A receive timeout makes the call one that is never restarted. */
	{
		struct timeval tv = { 20, 0 };

		setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	}
	ring_every(200);
	FAILS(recv(pair[0], buf, 10, 0), EINTR);
	ring_every(0);
	close(pair[0]);
	close(pair[1]);
	close(l);
}

/* The handler makes a forwarded call while one is waiting. */
static void test_nested(void)
{
	int pair[2];
	char buf[10];
	pid_t pid;

	say("-- a call within a call");
	in_handler = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	WANT(write(in_handler, "x", 1), 1);
	handle(SA_RESTART);
	t_tcp_pair(AF_INET, pair);
	hits = 0;
	pid = send_in(600, pair[1]);
	ring_in(200);
	WANT(read(pair[0], buf, 10), 4);
	WANT(hits, 1);
	t_wait(pid);
	close(pair[0]);
	close(pair[1]);
	close(in_handler);
	in_handler = -1;
}

static void test_blocked(void)
{
	sigset_t set, old;
	int pair[2];
	char buf[10];
	pid_t pid;

	say("-- a blocked signal interrupts nothing");
	handle(0);
	t_tcp_pair(AF_INET, pair);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, &old);
	hits = 0;
	pid = send_in(500, pair[1]);
	ring_in(100);
	WANT(read(pair[0], buf, 10), 4);
	WANT(hits, 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	WANT(hits, 1);
	t_wait(pid);
	signal(SIGALRM, SIG_IGN);
	pid = send_in(500, pair[1]);
	ring_in(100);
	WANT(read(pair[0], buf, 10), 4);
	t_wait(pid);
	close(pair[0]);
	close(pair[1]);
}

/* Signals all the time during an exchange: every byte arrives once. */
static void test_storm(void)
{
	static char out[200000], in[200000];
	struct itimerval it = { { 0, 3000 }, { 0, 3000 } };
	int pair[2];
	pid_t pid;

	say("-- a storm");
	t_tcp_pair(AF_INET, pair);
	t_fill(out, sizeof(out), 5);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		_exit(t_write_all(pair[1], out, sizeof(out)) != sizeof(out));
	}
	close(pair[1]);
	handle(0);
	hits = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	WANT(t_read_all(pair[0], in, sizeof(in)), sizeof(in));
	while (hits < 5)
		(void)!pread(pair[0], in, 0, 0);
	memset(&it, 0, sizeof(it));
	setitimer(ITIMER_REAL, &it, NULL);
	HOLDS(!memcmp(in, out, sizeof(in)));
	t_wait(pid);
	close(pair[0]);
}

/* Stopped and continued: the call goes on. */
static void test_stopped(void)
{
	int pair[2];
	char buf[10];
	pid_t pid, reader;

	say("-- stopped and continued");
	t_tcp_pair(AF_INET, pair);
	reader = fork();
	if (reader == 0)
		_exit(read(pair[0], buf, 10) != 4);
	t_sleep_ms(200);
	WANT(kill(reader, SIGSTOP), 0);
	t_sleep_ms(100);
	pid = send_in(0, pair[1]);
	t_wait(pid);
	t_sleep_ms(100);
	WANT(kill(reader, SIGCONT), 0);
	t_wait(reader);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_interrupted();
	test_restarted();
	test_nested();
	test_blocked();
	test_storm();
	test_stopped();
	return t_end();
}
