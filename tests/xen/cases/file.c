// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	open, read, write, pread, pwrite, lseek, ftruncate, O_APPEND,
 *		O_EXCL, O_TRUNC, holes, fallocate, sync calls.
 * Why:		these are most of what programs do with files.
 * How:		one file, each call after the other, offsets and data looked at
 *		after every step.
 */
#include "../transcript.h"

static char buf[8192];

static void test_flags(void)
{
	int fd;

	say("-- open flags");
	FAILS(open(at("f"), O_RDONLY), ENOENT);
	fd = FD(open(at("f"), O_CREAT | O_EXCL | O_WRONLY, 0640));
	FAILS(open(at("f"), O_CREAT | O_EXCL | O_WRONLY, 0640), EEXIST);
	WANT(write(fd, "hello world", 11), 11);
	FAILS(read(fd, buf, 1), EBADF);
	WANT(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	WANT(close(fd), 0);
	FAILS(close(fd), EBADF);
	fd = FD(open(at("f"), O_RDONLY));
	WANT(read(fd, buf, sizeof(buf)), 11);
	BYTES(buf, 11);
	WANT(read(fd, buf, sizeof(buf)), 0);
	FAILS(write(fd, "x", 1), EBADF);
	FAILS(ftruncate(fd, 0), EINVAL);
	close(fd);
	fd = FD(open(at("f"), O_RDWR | O_TRUNC));
	WANT(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	fd = FD(creat(at("f"), 0600));
	WANT(write(fd, "abc", 3), 3);
	close(fd);
	FAILS(open(t_dir, O_WRONLY), EISDIR);
	FAILS(open(at("f"), O_DIRECTORY | O_RDONLY), ENOTDIR);
	FAILS(open(at("f/g"), O_RDONLY), ENOTDIR);
}

static void test_offsets(void)
{
	int fd = FD(open(at("f"), O_RDWR | O_TRUNC));

	say("-- offsets");
	t_fill(buf, sizeof(buf), 1);
	WANT(write(fd, buf, 4096), 4096);
	WANT(lseek(fd, 0, SEEK_CUR), 4096);
	WANT(pwrite(fd, "PWRITE", 6, 100), 6);
	WANT(lseek(fd, 0, SEEK_CUR), 4096);
	memset(buf, 0, 10);
	WANT(pread(fd, buf, 10, 98), 10);
	BYTES(buf, 10);
	WANT(lseek(fd, -10, SEEK_END), 4086);
	WANT(read(fd, buf, 100), 10);
	BYTES(buf, 10);
	WANT(lseek(fd, 5, SEEK_SET), 5);
	WANT(lseek(fd, 5, SEEK_CUR), 10);
	FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
	FAILS(lseek(fd, 0, 77), EINVAL);
	FAILS(pread(fd, buf, 1, -1), EINVAL);
	WANT(pread(fd, buf, 10, 1 << 20), 0);
	WANT(lseek(fd, 0, SEEK_CUR), 10);
	close(fd);
}

static void test_holes(void)
{
	int fd = FD(open(at("hole"), O_RDWR | O_CREAT, 0644));

	say("-- sizes and holes");
	WANT(ftruncate(fd, 70000), 0);
	WANT(lseek(fd, 0, SEEK_END), 70000);
	WANT(pwrite(fd, "end", 3, 100000), 3);
	WANT(lseek(fd, 0, SEEK_END), 100003);
	memset(buf, 7, sizeof(buf));
	WANT(pread(fd, buf, sizeof(buf), 100000 - 8000), 8003);
	BYTES(buf, 8003);
	WANT(lseek(fd, 0, SEEK_HOLE), 0);
	WANT(ftruncate(fd, 100), 0);
	WANT(lseek(fd, 0, SEEK_END), 100);
	WANT(truncate(at("hole"), 50), 0);
	WANT(lseek(fd, 0, SEEK_END), 50);
	FAILS(ftruncate(fd, -1), EINVAL);
	FAILS(truncate(at("none"), 1), ENOENT);
	WANT(posix_fallocate(fd, 0, 20000), 0);
	WANT(lseek(fd, 0, SEEK_END), 20000);
	close(fd);
}

static void test_append(void)
{
	int a = FD(open(at("log"), O_WRONLY | O_CREAT | O_APPEND, 0644));
	int b = FD(open(at("log"), O_WRONLY | O_APPEND));
	int r = FD(open(at("log"), O_RDONLY));

	say("-- O_APPEND through two descriptions");
	WANT(write(a, "one,", 4), 4);
	WANT(write(b, "two,", 4), 4);
	WANT(write(a, "three", 5), 5);
	WANT(lseek(a, 0, SEEK_SET), 0);
	WANT(write(a, "!", 1), 1);
	WANT(lseek(a, 0, SEEK_CUR), 14);
	WANT(read(r, buf, sizeof(buf)), 14);
	BYTES(buf, 14);
	HOLDS(!memcmp(buf, "one,two,three!", 14));
	WANT(fcntl(a, F_SETFL, 0), 0);
	WANT(pwrite(a, "ONE", 3, 0), 3);
	WANT(pread(r, buf, 4, 0), 4);
	BYTES(buf, 4);
	WANT(fsync(a), 0);
	WANT(fdatasync(a), 0);
	WANT(syncfs(a), 0);
	WANT(posix_fadvise(r, 0, 0, POSIX_FADV_SEQUENTIAL), 0);
	WANT(readahead(r, 0, 4096), 0);
	close(a);
	close(b);
	close(r);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_flags();
	test_offsets();
	test_holes();
	test_append();
	return t_end();
}
