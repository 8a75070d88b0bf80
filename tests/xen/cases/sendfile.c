// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	sendfile, copy_file_range and splice between remote files, remote
 *		sockets, local files and local pipes.
 * Why:		nginx serves files by sendfile: the file is in one service domain
 *		and the socket in another.
 * How:		every pairing, with and without an offset; data compared.
 */
#include <sys/sendfile.h>
#include "../transcript.h"

#define SIZE 150000

static char data[SIZE], back[SIZE + 100];

/* Read "n" bytes in another process so that the sender can go on. */
static pid_t drain(int fd, int other, long n)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(other);
		_exit(t_read_all(fd, back, n) != n || memcmp(back, data, n));
	}
	return pid;
}

static long send_all(int out, int in, off_t *offset, size_t n)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = sendfile(out, in, offset, n - done);
		if (r <= 0)
			return r < 0 ? -1 : (long)done;
		done += r;
	}
	return done;
}

static void test_to_socket(int file, const char *what)
{
	off_t offset = 0;
	int pair[2];
	pid_t pid;

	say("-- %s to a connection", what);
	t_tcp_pair(AF_INET, pair);
	pid = drain(pair[1], pair[0], SIZE);
	WANT(lseek(file, 7, SEEK_SET), 7);
	WANT(send_all(pair[0], file, &offset, SIZE), SIZE);
	t_wait(pid);
	WANT(offset, SIZE);
	WANT(lseek(file, 0, SEEK_CUR), 7);
	WANT(sendfile(pair[0], file, &offset, 10), 0);
	/* Without an offset the file's own moves. */
	WANT(lseek(file, 0, SEEK_SET), 0);
	pid = drain(pair[1], pair[0], 5000);
	WANT(send_all(pair[0], file, NULL, 5000), 5000);
	t_wait(pid);
	WANT(lseek(file, 0, SEEK_CUR), 5000);
	offset = -1;
	FAILS(sendfile(pair[0], file, &offset, 10), EINVAL);
	FAILS(sendfile(pair[0], pair[1], NULL, 10), EINVAL);
	FAILS(sendfile(file, -1, NULL, 10), EBADF);
	close(pair[0]);
	close(pair[1]);
}

static void test_to_file(int in, int out, const char *what)
{
	off_t offset = 100;

	say("-- %s", what);
	WANT(ftruncate(out, 0), 0);
	WANT(lseek(out, 0, SEEK_SET), 0);
	WANT(send_all(out, in, &offset, SIZE - 100), SIZE - 100);
	WANT(lseek(out, 0, SEEK_CUR), SIZE - 100);
	memset(back, 0, sizeof(back));
	WANT(pread(out, back, sizeof(back), 0), SIZE - 100);
	HOLDS(!memcmp(back, data + 100, SIZE - 100));
}

static void test_copy_range(int in, int out)
{
	loff_t from = 1000, to = 500;

	say("-- copy_file_range");
	WANT(ftruncate(out, 0), 0);
	WANT(copy_file_range(in, &from, out, &to, 40000, 0), 40000);
	WANT(from, 41000);
	WANT(to, 40500);
	memset(back, 1, sizeof(back));
	WANT(pread(out, back, sizeof(back), 0), 40500);
	HOLDS(!memcmp(back + 500, data + 1000, 40000));
	BYTES(back, 40500);
	FAILS(copy_file_range(in, NULL, out, NULL, 1, 77), EINVAL);
}

static void test_splice(int file)
{
	loff_t offset = 50;
	int p[2];

	say("-- splice through a local pipe");
	if (pipe(p))
		_exit(2);
	WANT(splice(file, &offset, p[1], NULL, 4000, 0), 4000);
	WANT(offset, 4050);
	WANT(t_read_all(p[0], back, 4000), 4000);
	HOLDS(!memcmp(back, data + 50, 4000));
	WANT(write(p[1], "into the file", 13), 13);
	offset = 200000;
	WANT(splice(p[0], NULL, file, &offset, 13, 0), 13);
	WANT(pread(file, back, 13, 200000), 13);
	BYTES(back, 13);
	close(p[0]);
	close(p[1]);
}

int main(int argc, char **argv)
{
	char name[] = "/tmp/sendfile-XXXXXX";
	int remote, other, local;

	t_begin(argc, argv);
	remote = FD(open(at("a"), O_RDWR | O_CREAT, 0600));
	other = FD(open(at("b"), O_RDWR | O_CREAT, 0600));
	local = FD(mkstemp(name));
	unlink(name);
	t_fill(data, SIZE, 11);
	WANT(t_write_all(remote, data, SIZE), SIZE);
	WANT(t_write_all(local, data, SIZE), SIZE);
	test_to_socket(remote, "a file");
	test_to_socket(local, "a local file");
	test_to_file(remote, other, "a file to another");
	test_to_file(local, other, "a local file to a file");
	test_to_file(remote, local, "a file to a local file");
	t_fill(data, SIZE, 11);
	test_copy_range(remote, other);
	test_splice(remote);
	return t_end();
}
