// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	reads and writes of several MiB, of zero bytes, and of sizes around
 *		a page, 64 KiB and 1 MiB.
 * Why:		a slot's region is 64 KiB at first and 1 MiB at most: larger
 *		calls are split, and must look as one.
 * How:		files and connections; sizes at every border and one off.
 */
#include "../transcript.h"

#define SIZE	(5 * 1024 * 1024 + 12345)

static char *data, *back;

static void test_file(void)
{
	int fd = FD(open(at("f"), O_RDWR | O_CREAT | O_TRUNC, 0600));

	say("-- a large file in one call");
	WANT(write(fd, data, SIZE), SIZE);
	WANT(lseek(fd, 0, SEEK_CUR), SIZE);
	WANT(lseek(fd, 0, SEEK_SET), 0);
	WANT(read(fd, back, SIZE + 1000), SIZE);
	HOLDS(!memcmp(data, back, SIZE));
	WANT(lseek(fd, 0, SEEK_CUR), SIZE);
	WANT(pwrite(fd, data + 1, SIZE - 1, 3), SIZE - 1);
	memset(back, 0, SIZE);
	WANT(pread(fd, back, SIZE, 3), SIZE - 1);
	HOLDS(!memcmp(data + 1, back, SIZE - 1));
	WANT(lseek(fd, 0, SEEK_CUR), SIZE);
	close(fd);
	fd = FD(open(at("f"), O_WRONLY | O_APPEND));
	WANT(write(fd, data, 2 << 20), 2 << 20);
	WANT(lseek(fd, 0, SEEK_END), SIZE + 2 + (2 << 20));
	close(fd);
}

static void test_borders(void)
{
	static const long sizes[] = { 0, 1, 4095, 4096, 4097, 65535, 65536,
		65537, 131072, 1048575, 1048576, 1048577, 2097152, 2097153 };
	int fd = FD(open(at("g"), O_RDWR | O_CREAT, 0600));
	unsigned int i;
	long n, w, r;

	say("-- sizes");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		n = sizes[i];
		w = pwrite(fd, data + i, n, 0);
		memset(back, 0, n + 1);
		r = pread(fd, back, n, 0);
		say("  %ld: wrote %ld, read %ld, %s", n, w, r,
		    memcmp(back, data + i, n) || back[n] ?
		    "wrong  <-- not as expected" : "right");
		t_wrong |= w != n || r != n || memcmp(back, data + i, n);
	}
	WANT(read(fd, back, 0), 0);
	WANT(write(fd, back, 0), 0);
	WANT(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
}

static void test_socket(int family)
{
	int pair[2];
	pid_t pid;

	say("-- a connection");
	t_tcp_pair(family, pair);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		if (t_read_all(pair[1], back, SIZE) != SIZE ||
		    memcmp(back, data, SIZE))
			_exit(1);
		_exit(t_write_all(pair[1], data, 100) != 100);
	}
	close(pair[1]);
	WANT(write(pair[0], data, SIZE), SIZE);	/* blocks until all is in */
	WANT(t_read_all(pair[0], back, 200), 100);
	t_wait(pid);
	close(pair[0]);
}

/* recv with MSG_WAITALL of more than fits one call. */
static void test_waitall(void)
{
	int pair[2];
	pid_t pid;

	say("-- MSG_WAITALL");
	t_tcp_pair(AF_INET, pair);
	pid = fork();
	if (pid == 0)
		_exit(t_write_all(pair[1], data, 3 << 20) != 3 << 20);
	memset(back, 0, 3 << 20);
	WANT(recv(pair[0], back, 3 << 20, MSG_WAITALL), 3 << 20);
	HOLDS(!memcmp(back, data, 3 << 20));
	t_wait(pid);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	data = t_fill(malloc(SIZE + 100), SIZE + 100, 42);
	back = malloc(SIZE + 2000);
	test_file();
	test_borders();
	test_socket(AF_INET);
	test_socket(AF_INET6);
	test_waitall();
	return t_end();
}
