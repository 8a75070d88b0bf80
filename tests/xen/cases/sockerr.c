// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	what goes wrong with sockets: EPIPE and SIGPIPE, ECONNRESET,
 *		ENOTCONN, EADDRINUSE, SO_RCVTIMEO, SO_SNDTIMEO, half-closed ones.
 * Why:		a signal that the service's kernel raised must be raised here,
 *		in the right process, and only there.
 * How:		SIGPIPE is counted by a handler; timeouts are measured roughly.
 */
#include "../transcript.h"

static volatile sig_atomic_t pipes;

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

static void test_pipe(void)
{
	int pair[2], r = 0, k;

	say("-- writing to a closed connection");
	t_tcp_pair(AF_INET, pair);
	WANT(shutdown(pair[0], SHUT_WR), 0);
	FAILS(write(pair[0], "x", 1), EPIPE);
	WANT(pipes, 1);
	FAILS(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	WANT(pipes, 1);
	FAILS(send(pair[0], "x", 1, 0), EPIPE);
	WANT(pipes, 2);
	close(pair[0]);
	close(pair[1]);

	t_tcp_pair(AF_INET, pair);
	close(pair[1]);
	/* The first write meets the reset, a later one the broken pipe. */
	for (k = 0; k < 100 && r >= 0; k++) {
		r = send(pair[0], "x", 1, MSG_NOSIGNAL);
		t_sleep_ms(20);
	}
	HOLDS(r == -1 && (errno == EPIPE || errno == ECONNRESET));
	FAILS(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	WANT(pipes, 2);
	close(pair[0]);
}

/* By default the signal ends the program. */
static void test_killed(void)
{
	int pair[2];
	pid_t pid;

	say("-- SIGPIPE's default");
	t_tcp_pair(AF_INET, pair);
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		shutdown(pair[0], SHUT_WR);
		write(pair[0], "x", 1);
		_exit(1);
	}
	t_wait(pid);
	close(pair[0]);
	close(pair[1]);
}

static void test_reset(void)
{
	struct linger l = { 1, 0 };
	int pair[2];
	char c;

	say("-- reset");
	t_tcp_pair(AF_INET6, pair);
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &l, sizeof(l)), 0);
	close(pair[0]);
	FAILS(read(pair[1], &c, 1), ECONNRESET);
	WANT(read(pair[1], &c, 1), 0);
	close(pair[1]);
}

static void test_state(void)
{
	int s = FD(socket(AF_INET, SOCK_STREAM, 0)), l = t_listen(AF_INET);
	union t_address a;
	socklen_t n;
	char c;

	say("-- wrong state");
	FAILS(recv(s, &c, 1, 0), ENOTCONN);
	FAILS(send(s, &c, 1, MSG_NOSIGNAL), EPIPE);
	FAILS(shutdown(s, SHUT_RDWR), ENOTCONN);
	n = sizeof(a);
	FAILS(getpeername(s, &a.any, &n), ENOTCONN);
	FAILS(accept(s, NULL, NULL), EINVAL);
	n = t_loopback(&a, AF_INET, t_port(l));
	FAILS(bind(s, &a.any, n), EADDRINUSE);
	FAILS(bind(s, &a.any, 3), EINVAL);
	FAILS(connect(s, &a.any, 3), EINVAL);
	a.in.sin_addr.s_addr = htonl(0x01020304);
	FAILS(bind(s, &a.any, n), EADDRNOTAVAIL);
	a.any.sa_family = AF_UNIX;
	FAILS(connect(s, &a.any, n), EAFNOSUPPORT);
	FAILS(lseek(s, 0, SEEK_SET), ESPIPE);
	FAILS(pread(s, &c, 1, 0), ESPIPE);
	FAILS(ftruncate(s, 0), EINVAL);
	FAILS(fsync(s), EINVAL);
	close(l);
	close(s);
	FAILS(connect(s, &a.any, n), EBADF);
	FAILS(shutdown(s, SHUT_RDWR), EBADF);
}

static void test_timeout(void)
{
	struct timeval tv = { 0, 300000 };
	char big[100000];
	int pair[2];
	long t0, t;

	say("-- timeouts");
	t_tcp_pair(AF_INET, pair);
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	t0 = t_now_ms();
	FAILS(recv(pair[0], big, 1, 0), EAGAIN);
	t = t_now_ms() - t0;
	HOLDS(t >= 250 && t < 5000);
	WANT(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)), 0);
	memset(big, 1, sizeof(big));
	t0 = t_now_ms();
	while (send(pair[0], big, sizeof(big), 0) > 0)
		;
	say("  then %s", strerrorname_np(errno));
	HOLDS(t_now_ms() - t0 >= 250);
	close(pair[0]);
	close(pair[1]);
}

static void test_half(void)
{
	int pair[2];
	char c[10];

	say("-- half closed");
	t_tcp_pair(AF_INET, pair);
	WANT(write(pair[0], "last", 4), 4);
	WANT(shutdown(pair[0], SHUT_WR), 0);
	WANT(t_read_all(pair[1], c, 10), 4);
	WANT(write(pair[1], "answer", 6), 6);
	WANT(t_read_all(pair[0], c, 6), 6);
	WANT(shutdown(pair[1], SHUT_RD), 0);
	WANT(read(pair[1], c, 1), 0);
	FAILS(shutdown(pair[1], 9), EINVAL);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_pipe };

	t_begin(argc, argv);
	sigaction(SIGPIPE, &sa, NULL);
	test_pipe();
	test_killed();
	test_reset();
	test_state();
	test_timeout();
	test_half();
	return t_end();
}
