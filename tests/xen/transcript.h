/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transcripts: what a test program of the lab tier called and what came of it.
 *
 * A program runs natively first and forwarded second, and both transcripts must
 * be the same, byte for byte: so no descriptor numbers, ports, times, inode
 * numbers or addresses are printed.  Each line also says what is expected of
 * Linux, so that the native run proves the program.
 *
 *	PROGRAM DIR	DIR is created if need be: on a local file system
 *			natively, on the storage domain's when forwarded
 *
 * Exit status: 0 as expected, 1 not, 77 skipped after "SKIP: reason".
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *t_dir = ".";
static int t_wrong;		/* something was not as expected */

/* The result of a call, shown; errno is kept. */
#define TRY(call)		t_result(#call, (long)(call), 0, 0, 0)
/* The same, and what it must be. */
#define WANT(call, value)	t_result(#call, (long)(call), 1, (value), 0)
#define FAILS(call, error)	t_result(#call, (long)(call), 2, -1, (error))
/* A call that must make a descriptor; its number is not shown. */
#define FD(call)		t_descriptor(#call, (call))
/* A condition that must hold. */
#define HOLDS(condition)	t_holds(#condition, !!(condition))
/* Bytes, by their number and digest. */
#define BYTES(buffer, n)	t_bytes(#buffer, (buffer), (n))

__attribute__((format(printf, 1, 2)))
static inline void say(const char *format, ...)
{
	char line[1024];
	va_list args;
	int n, saved = errno;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDOUT_FILENO, line, n) != n)
		_exit(3);
	errno = saved;
}

static inline long t_result(const char *call, long got, int kind, long value,
			    int error)
{
	int e = errno, bad;

	bad = kind && (got != value || (kind == 2 && e != error));
	if (got == -1)
		say("%s = -1 %s%s", call, strerrorname_np(e) ?: "?",
		    bad ? "  <-- not as expected" : "");
	else
		say("%s = %ld%s", call, got,
		    bad ? "  <-- not as expected" : "");
	if (bad)
		t_wrong = 1;
	errno = e;
	return got;
}

static inline int t_descriptor(const char *call, int fd)
{
	int e = errno;

	if (fd >= 0) {
		say("%s = a descriptor", call);
		return fd;
	}
	say("%s = -1 %s  <-- not as expected", call, strerrorname_np(e) ?: "?");
	t_wrong = 1;
	errno = e;
	return fd;
}

static inline int t_holds(const char *condition, int holds)
{
	say("%s: %s", condition, holds ? "yes" : "no  <-- not as expected");
	if (!holds)
		t_wrong = 1;
	return holds;
}

static inline uint64_t t_digest(const void *buffer, size_t n)
{
	const unsigned char *p = buffer;
	uint64_t h = 14695981039346656037ull;

	while (n--)
		h = (h ^ *p++) * 1099511628211ull;
	return h;
}

static inline void t_bytes(const char *name, const void *buffer, long n)
{
	say("%s: %ld bytes, digest %016llx", name, n,
	    n < 0 ? 0 : (unsigned long long)t_digest(buffer, n));
}

static inline void *t_fill(void *buffer, size_t n, uint32_t seed)
{
	unsigned char *p = buffer;
	size_t i;

	for (i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = seed >> 24;
	}
	return buffer;
}

/* A name in the test's directory; good until eight more were asked for. */
static inline const char *at(const char *name)
{
	static __thread char names[8][4200];
	static __thread unsigned int next;
	char *s = names[next++ % 8];

	snprintf(s, sizeof(names[0]), "%s/%s", t_dir, name);
	return s;
}

static inline void t_skip(const char *reason)
{
	say("SKIP: %s", reason);
	_exit(77);
}

static inline void t_begin(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		exit(2);
	}
	t_dir = argv[1];
	umask(022);
	if (mkdir(t_dir, 0777) && errno != EEXIST) {
		fprintf(stderr, "%s: %s\n", t_dir, strerror(errno));
		exit(2);
	}
}

static inline int t_end(void)
{
	say("end: %s", t_wrong ? "not as expected" : "as expected");
	return t_wrong;
}

/* Wait for a child, or for any (-1); says how it ended. */
static inline void t_wait(pid_t pid)
{
	int status = 0;

	pid = waitpid(pid, &status, 0);
	if (pid < 0)
		say("waitpid failed  <-- not as expected");
	else if (WIFEXITED(status))
		say("the child exited with %d%s", WEXITSTATUS(status),
		    WEXITSTATUS(status) ? "  <-- not as expected" : "");
	else
		say("the child was ended by signal %d", WTERMSIG(status));
	if (status && WIFEXITED(status))
		t_wrong = 1;
}

static inline void t_sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static inline long t_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- sockets ------------------------------------------------------------ */

union t_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* The loopback address with a port in host order; returns its length. */
static inline socklen_t t_loopback(union t_address *a, int family, int port)
{
	memset(a, 0, sizeof(*a));
	a->any.sa_family = family;
	if (family == AF_INET) {
		a->in.sin_port = htons(port);
		a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(a->in);
	}
	a->in6.sin6_port = htons(port);
	a->in6.sin6_addr = in6addr_loopback;
	return sizeof(a->in6);
}

static inline int t_port(int fd)
{
	union t_address a = { .any = { 0 } };
	socklen_t n = sizeof(a);

	if (getsockname(fd, &a.any, &n))
		return -1;
	return ntohs(a.any.sa_family == AF_INET ? a.in.sin_port :
		     a.in6.sin6_port);
}

/* A listening socket on loopback, any port; quietly. */
static inline int t_listen(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	union t_address a;

	if (fd < 0 || bind(fd, &a.any, t_loopback(&a, family, 0)) ||
	    listen(fd, 64)) {
		say("no listening socket: %s  <-- not as expected",
		    strerrorname_np(errno));
		_exit(1);
	}
	return fd;
}

static inline int t_connect(int family, int port)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	union t_address a;

	if (fd < 0 || connect(fd, &a.any, t_loopback(&a, family, port))) {
		say("no connection: %s  <-- not as expected",
		    strerrorname_np(errno));
		_exit(1);
	}
	return fd;
}

/* Both ends of a TCP connection. */
static inline void t_tcp_pair(int family, int pair[2])
{
	int listener = t_listen(family);

	pair[0] = t_connect(family, t_port(listener));
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (pair[1] < 0) {
		say("no connection accepted: %s  <-- not as expected",
		    strerrorname_np(errno));
		_exit(1);
	}
	close(listener);
}

/* All of a buffer; says only what went wrong. */
static inline long t_read_all(int fd, void *buffer, size_t n)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = read(fd, (char *)buffer + done, n - done);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		done += r;
	}
	return done;
}

static inline long t_write_all(int fd, const void *buffer, size_t n)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = write(fd, (const char *)buffer + done, n - done);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		done += r;
	}
	return done;
}

/* Wait until a descriptor has one of the events; at last 0. */
static inline int t_until(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 20000) == 1 ? p.revents : 0;
}

#endif /* TRANSCRIPT_H */
