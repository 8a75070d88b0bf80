// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	dup, dup2, dup3, F_DUPFD, close-on-exec, file status flags, and
 *		which numbers descriptors get.
 * Why:		shells and daemons rely on the lowest free number and on a shared
 *		offset; a library that keeps a table of descriptors must follow
 *		every way in which they are made and overwritten.
 * How:		remote descriptors duplicated over local ones and the other way
 *		round, each looked at through the other.
 */
#include <sys/syscall.h>
#include "../transcript.h"

static char buf[100];

static int lowest(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void test_numbers(void)
{
	int low = lowest(), a, b, c;

	say("-- the lowest free number");
	a = FD(open(at("f"), O_RDWR | O_CREAT, 0644));
	HOLDS(a == low);
	b = FD(socket(AF_INET, SOCK_STREAM, 0));
	HOLDS(b == low + 1);
	c = FD(dup(a));
	HOLDS(c == low + 2);
	close(b);
	b = FD(open("/dev/null", O_RDWR));
	HOLDS(b == low + 1);
	close(a);
	a = FD(open(at("f"), O_RDWR));
	HOLDS(a == low);
	close(a);
	close(b);
	close(c);
	HOLDS(lowest() == low);
}

static void test_shared(void)
{
	int a = FD(open(at("f"), O_RDWR | O_TRUNC));
	int b = FD(dup(a));

	say("-- a shared description");
	WANT(write(a, "0123456789", 10), 10);
	WANT(lseek(b, 0, SEEK_CUR), 10);
	WANT(lseek(b, 3, SEEK_SET), 3);
	WANT(read(a, buf, 2), 2);
	BYTES(buf, 2);
	WANT(fcntl(a, F_SETFL, O_APPEND), 0);
	HOLDS(fcntl(b, F_GETFL) & O_APPEND);
	WANT(fcntl(a, F_SETFL, 0), 0);
	WANT(close(a), 0);
	WANT(read(b, buf, 2), 2);
	BYTES(buf, 2);
	close(b);
	FAILS(dup(a), EBADF);
}

static void test_over(void)
{
	int a = FD(open(at("f"), O_RDWR));
	int n = FD(open("/dev/null", O_RDWR));
	int z = FD(open("/dev/zero", O_RDONLY));
	int s = FD(socket(AF_INET, SOCK_DGRAM, 0));

	say("-- one over the other");
	HOLDS(dup2(a, n) == n);			/* remote over local */
	WANT(pread(n, buf, 4, 1), 4);
	BYTES(buf, 4);
	HOLDS(dup2(z, a) == a);			/* local over remote */
	memset(buf, 1, sizeof(buf));
	WANT(read(a, buf, 3), 3);
	BYTES(buf, 4);
	WANT(pread(n, buf, 4, 1), 4);		/* the duplicate lives */
	HOLDS(dup2(n, s) == s);			/* storage over network */
	WANT(lseek(s, 0, SEEK_END), 10);
	HOLDS(dup2(s, s) == s);
	HOLDS(dup2(s, 200) == 200);
	WANT(pread(200, buf, 2, 8), 2);
	WANT(close(200), 0);
	FAILS(pread(200, buf, 2, 8), EBADF);
	FAILS(dup2(200, 201), EBADF);
	FAILS(dup2(s, -1), EBADF);
	FAILS(dup3(s, s, 0), EINVAL);
	close(a);
	close(n);
	close(z);
	close(s);
}

static void test_cloexec(void)
{
	int a = FD(open(at("f"), O_RDWR | O_CLOEXEC)), b;

	say("-- close-on-exec");
	WANT(fcntl(a, F_GETFD), FD_CLOEXEC);
	b = FD(dup(a));
	WANT(fcntl(b, F_GETFD), 0);
	HOLDS(dup3(a, b, O_CLOEXEC) == b);
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	WANT(fcntl(a, F_SETFD, 0), 0);
	WANT(fcntl(a, F_GETFD), 0);
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(b);
	b = FD(fcntl(a, F_DUPFD, 77));
	HOLDS(b == 77);
	close(b);
	b = FD(fcntl(a, F_DUPFD_CLOEXEC, 50));
	HOLDS(b == 50);
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(b);
	b = FD(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	WANT(fcntl(b, F_GETFL), O_RDWR | O_NONBLOCK);
	close(b);
	FAILS(fcntl(b, F_GETFD), EBADF);
	FAILS(fcntl(a, 9999), EINVAL);
	close(a);
}

/* Descriptors closed behind a library's back. */
static void test_behind(void)
{
	int a = FD(open(at("f"), O_RDWR)), b;

	say("-- closed by other means");
	WANT(close_range(a, a, 0), 0);
	FAILS(lseek(a, 0, SEEK_SET), EBADF);
	a = FD(open(at("f"), O_RDWR));
	WANT(syscall(SYS_close, a), 0);
	FAILS(read(a, buf, 1), EBADF);
	a = FD(open(at("f"), O_RDWR));
	WANT(syscall(SYS_close, a), 0);
	b = FD(open("/dev/zero", O_RDONLY));
	HOLDS(a == b);
	WANT(read(b, buf, 5), 5);
	BYTES(buf, 5);
	close(b);
	a = FD(open(at("f"), O_RDWR));
	b = syscall(SYS_dup, a);
	WANT(pread(b, buf, 5, 0), 5);
	BYTES(buf, 5);
	close(a);
	close(b);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_numbers();
	test_shared();
	test_over();
	test_cloexec();
	test_behind();
	return t_end();
}
