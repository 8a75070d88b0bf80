// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	errors of calls on files: bad pointers, bad descriptors, names
 *		that are too long, loop, or are none.
 * Why:		an error must be Linux's own, also where the library sees the
 *		fault before the service does.
 * How:		each call with one thing wrong.
 */
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include "../transcript.h"

static char *bad;		/* a page that cannot be touched */

static void test_pointers(void)
{
	struct iovec iov = { bad, 10 };
	char *edge = bad - 5;		/* five good bytes before it */
	struct stat st;
	int fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600)), pair[2];

	say("-- bad pointers");
	t_tcp_pair(AF_INET, pair);
	WANT(write(fd, "0123456789", 10), 10);
	FAILS(write(fd, bad, 10), EFAULT);
	FAILS(pread(fd, bad, 10, 0), EFAULT);
	FAILS(open(bad, O_RDONLY), EFAULT);
	FAILS(open(NULL, O_RDONLY), EFAULT);
	FAILS(stat(bad, &st), EFAULT);
	FAILS(stat(at("f"), (struct stat *)bad), EFAULT);
	FAILS(fstat(fd, (struct stat *)bad), EFAULT);
	FAILS(fstatfs(fd, (struct statfs *)bad), EFAULT);
	FAILS(mkdir(bad, 0700), EFAULT);
	FAILS(rename(at("f"), bad), EFAULT);
	FAILS(rename(bad, at("f")), EFAULT);
	FAILS(readlink(at("f"), bad, 10), EINVAL);
	FAILS(writev(fd, &iov, 1), EFAULT);
	FAILS(readv(fd, (struct iovec *)bad, 1), EFAULT);
	FAILS(send(pair[0], bad, 10, 0), EFAULT);
	WANT(send(pair[0], "xyz", 3, 0), 3);
	HOLDS(t_until(pair[1], POLLIN) & POLLIN);
	FAILS(recv(pair[1], bad, 10, 0), EFAULT);
	FAILS(fcntl(fd, F_GETLK, bad), EFAULT);
	FAILS(ioctl(pair[1], FIONREAD, bad), EFAULT);
	FAILS(getsockname(pair[0], (struct sockaddr *)bad, (socklen_t *)bad),
	      EFAULT);
	FAILS(connect(pair[0], (struct sockaddr *)bad, 16), EFAULT);
	FAILS(setsockopt(pair[0], SOL_SOCKET, SO_REUSEADDR, bad, 4), EFAULT);
	/* A buffer that ends in the bad page holds what fits in the good one */
	WANT(pread(fd, edge, 5, 2), 5);
	BYTES(edge, 5);
	strcpy(edge, "/etc");
	HOLDS(open(edge, O_RDONLY | O_DIRECTORY) >= 0);
	memcpy(edge, "/etcx", 5);
	FAILS(open(edge, O_RDONLY), EFAULT);
	/* With nothing to do, a pointer does not matter. */
	WANT(write(fd, bad, 0), 0);
	WANT(pread(fd, bad, 0, 0), 0);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

static void test_descriptors(void)
{
	int dir = FD(open(t_dir, O_RDONLY)), file = FD(open(at("f"), O_RDWR));
	char buf[10];
	struct stat st;

	say("-- bad descriptors");
	FAILS(read(-1, buf, 1), EBADF);
	FAILS(write(12345, buf, 1), EBADF);
	FAILS(fstat(999, &st), EBADF);
	FAILS(fsync(999), EBADF);
	FAILS(close(-1), EBADF);
	FAILS(lseek(999, 0, SEEK_SET), EBADF);
	FAILS(openat(999, "x", O_RDONLY), EBADF);
	FAILS(fchdir(999), EBADF);
	FAILS(read(dir, buf, 1), EISDIR);
	FAILS(write(dir, buf, 1), EBADF);
	FAILS(pread(dir, buf, 1, 0), EISDIR);
	FAILS(ftruncate(dir, 0), EINVAL);
	FAILS(fchdir(file), ENOTDIR);
	HOLDS(fdopendir(file) == NULL && errno == ENOTDIR);
	FAILS(accept(file, NULL, NULL), ENOTSOCK);
	FAILS(connect(file, NULL, 0), ENOTSOCK);
	FAILS(send(file, "x", 1, 0), ENOTSOCK);
	FAILS(listen(dir, 1), ENOTSOCK);
	FAILS(ioctl(file, TCGETS, buf), ENOTTY);
	FAILS(openat(file, "x", O_RDONLY), ENOTDIR);
	close(dir);
	close(file);
}

static void test_names(void)
{
	static char name[5000];
	char component[300];
	struct stat st;
	int n;

	say("-- names");
	FAILS(open(at("none"), O_RDONLY), ENOENT);
	FAILS(open(at("none/x"), O_CREAT | O_RDWR, 0600), ENOENT);
	FAILS(open(at("f/x"), O_CREAT | O_RDWR, 0600), ENOTDIR);
	FAILS(stat(at("f/"), &st), ENOTDIR);
	FAILS(mkdir(at("f"), 0700), EEXIST);
	FAILS(open(t_dir, O_RDWR), EISDIR);
	WANT(symlink("a", at("b")), 0);
	WANT(symlink("b", at("a")), 0);
	FAILS(open(at("a"), O_RDONLY), ELOOP);
	FAILS(open(at("a"), O_RDONLY | O_NOFOLLOW), ELOOP);
	memset(component, 'n', 256);
	component[256] = 0;
	FAILS(open(at(component), O_CREAT | O_RDWR, 0600), ENAMETOOLONG);
	component[255] = 0;
	WANT(close(FD(open(at(component), O_CREAT | O_RDWR, 0600))), 0);
	WANT(unlink(at(component)), 0);
	/* Whole names of 4095 and 4096 bytes */
	n = snprintf(name, sizeof(name), "%s/", t_dir);
	while (n < 4094)
		n += snprintf(name + n, sizeof(name) - n, "./");
	if (n < 4095)
		name[n++] = 'f';
	name[4094] = 'f';
	name[4095] = 0;
	TRY(stat(name, &st));
	name[4095] = 'f';
	name[4096] = 0;
	FAILS(stat(name, &st), ENAMETOOLONG);
	FAILS(open(name, O_RDONLY), ENAMETOOLONG);
	FAILS(rename(at("f"), name), ENAMETOOLONG);
	FAILS(open("", O_RDONLY), ENOENT);
	FAILS(unlink(""), ENOENT);
	FAILS(rmdir(at(".")), EINVAL);
	FAILS(link(t_dir, at("hard")), EPERM);
	WANT(mkdir(at("dir"), 0700), 0);
	WANT(close(FD(creat(at("dir/x"), 0600))), 0);
	FAILS(rmdir(at("dir")), ENOTEMPTY);
	FAILS(rename(at("f"), at("dir")), EISDIR);
}

static void test_values(void)
{
	int fd = FD(open(at("f"), O_RDWR));
	char buf[10];

	say("-- values");
	FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
	FAILS(lseek(fd, 0, 99), EINVAL);
	FAILS(pwrite(fd, buf, 1, -1), EINVAL);
	FAILS(fallocate(fd, 0, -1, 10), EINVAL);
	FAILS(fallocate(fd, 0, 0, 0), EINVAL);
	FAILS(fcntl(fd, F_DUPFD, -1), EINVAL);
	FAILS(fcntl(fd, 4321, 0), EINVAL);
	WANT(close(fd), 0);
	fd = FD(open(at("f"), O_WRONLY));
	FAILS(read(fd, buf, 1), EBADF);
	close(fd);
}

int main(int argc, char **argv)
{
	char *two;

	t_begin(argc, argv);
	two = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(two + 4096, 4096, PROT_NONE);
	bad = two + 4096;
	test_pointers();
	test_descriptors();
	test_names();
	test_values();
	return t_end();
}
