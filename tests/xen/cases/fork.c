// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	fork: a child that uses, closes and keeps its parent's
 *		descriptors; a parent that ends before its child; vfork; many
 *		children at once.
 * Why:		nginx's workers accept from their parent's socket; the child has
 *		a shadow of its own, in which the descriptor must be the same
 *		open file, with the same offset.
 * How:		offsets and data are looked at from both sides after each step.
 */
#include "../transcript.h"

static char buf[1000];

static void test_offset(void)
{
	int fd = FD(open(at("f"), O_RDWR | O_CREAT | O_TRUNC, 0600));
	pid_t pid;

	say("-- one open file, two processes");
	WANT(write(fd, "0123456789abcdef", 16), 16);
	WANT(lseek(fd, 2, SEEK_SET), 2);
	pid = fork();
	if (pid == 0) {
		WANT(read(fd, buf, 3), 3);
		BYTES(buf, 3);
		WANT(lseek(fd, 1, SEEK_CUR), 6);
		WANT(fcntl(fd, F_SETFL, O_APPEND), 0);
		WANT(close(fd), 0);
		_exit(t_wrong);
	}
	t_wait(pid);
	WANT(lseek(fd, 0, SEEK_CUR), 6);
	HOLDS(fcntl(fd, F_GETFL) & O_APPEND);
	WANT(write(fd, "END", 3), 3);
	WANT(pread(fd, buf, 100, 10), 9);
	BYTES(buf, 9);
	/* A grandchild, whose parent never touched the descriptor. */
	WANT(lseek(fd, 0, SEEK_SET), 0);
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			WANT(read(fd, buf, 4), 4);
			BYTES(buf, 4);
			_exit(t_wrong);
		}
		t_wait(pid);
		_exit(t_wrong);
	}
	t_wait(pid);
	WANT(lseek(fd, 0, SEEK_CUR), 4);
	close(fd);
}

static void test_socket(void)
{
	int pair[2];
	pid_t pid;

	say("-- a connection");
	t_tcp_pair(AF_INET, pair);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		WANT(read(pair[1], buf, 5), 5);
		BYTES(buf, 5);
		WANT(write(pair[1], "from the child", 14), 14);
		_exit(t_wrong);
	}
	/* The parent's close is not the last one. */
	WANT(close(pair[1]), 0);
	if (write(pair[0], "hello", 5) != 5)
		t_wrong = 1;
	t_wait(pid);
	WANT(t_read_all(pair[0], buf, sizeof(buf)), 14);
	BYTES(buf, 14);		/* and the end, since the child is gone */
	close(pair[0]);
}

/* The parent that opened it ends; the child goes on. */
static void test_orphan(void)
{
	int done[2], fd;
	pid_t pid;
	char c;

	say("-- the opener ends first");
	if (pipe(done))
		_exit(2);
	pid = fork();
	if (pid == 0) {
		fd = FD(open(at("g"), O_RDWR | O_CREAT, 0600));
		WANT(write(fd, "orphan", 6), 6);
		if (fork() == 0) {
			t_sleep_ms(500);
			WANT(pread(fd, buf, 10, 0), 6);
			BYTES(buf, 6);
			WANT(write(fd, "!", 1), 1);
			WANT(close(fd), 0);
			c = t_wrong;
			write(done[1], &c, 1);
			_exit(0);
		}
		_exit(t_wrong);
	}
	t_wait(pid);
	WANT(read(done[0], &c, 1), 1);
	WANT(c, 0);
	fd = FD(open(at("g"), O_RDONLY));
	WANT(read(fd, buf, 100), 7);
	BYTES(buf, 7);
	close(fd);
}

/* Several children accept from one socket. */
static void test_workers(void)
{
	int l = t_listen(AF_INET), i, fd, answers = 0;
	char c;

	say("-- workers");
	for (i = 0; i < 4; i++) {
		if (fork() == 0) {
			alarm(60);
			fd = accept(l, NULL, NULL);
			_exit(fd < 0 || read(fd, &c, 1) != 1 ||
			      write(fd, &c, 1) != 1);
		}
	}
	for (i = 0; i < 4; i++) {
		fd = t_connect(AF_INET, t_port(l));
		c = 'a' + i;
		if (write(fd, &c, 1) == 1 && read(fd, &c, 1) == 1 &&
		    c == 'a' + i)
			answers++;
		close(fd);
	}
	WANT(answers, 4);
	for (i = 0; i < 4; i++)
		t_wait(-1);
	close(l);
}

static void test_many(void)
{
	int fd = FD(open(at("m"), O_RDWR | O_CREAT, 0600)), i, sum = 0;

	say("-- twenty children in turn");
	for (i = 0; i < 20; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(write(fd, "x", 1) != 1);
		waitpid(pid, &status, 0);
		sum += status != 0;
	}
	WANT(sum, 0);
	WANT(lseek(fd, 0, SEEK_CUR), 20);
	close(fd);
}

static void test_vfork(void)
{
	int fd = FD(open(at("m"), O_RDWR));
	pid_t pid;

	say("-- vfork");
	pid = vfork();
	if (pid == 0) {
		dup2(fd, 0);
		execl("/usr/bin/wc", "wc", "-l", NULL);
		_exit(127);
	}
	t_wait(pid);
	WANT(lseek(fd, 0, SEEK_CUR), 20);
	close(fd);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_offset();
	test_socket();
	test_orphan();
	test_workers();
	test_many();
	test_vfork();
	return t_end();
}
