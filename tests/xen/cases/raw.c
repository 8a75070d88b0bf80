// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	raw system calls on descriptors that the library made: read, write,
 *		pread, lseek, fstat, getdents, ioctl, poll, sendto, recvfrom,
 *		fcntl, and closing, all past the preload library.
 * Why:		the C library's own calls, static programs and other languages'
 *		runtimes go this way; the placeholder's file operations serve it.
 * How:		syscall(2) for everything but making the descriptors; mixed with
 *		calls through the library on the same descriptor.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "../transcript.h"

static char buf[70000];

static void test_file(void)
{
	struct iovec iov[2] = { { buf, 3 }, { buf + 10, 5 } };
	int fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	struct stat st, named;

	say("-- a file");
	WANT(syscall(SYS_write, fd, "0123456789", 10), 10);
	WANT(lseek(fd, 0, SEEK_CUR), 10);
	WANT(syscall(SYS_lseek, fd, 2, SEEK_SET), 2);
	WANT(syscall(SYS_read, fd, buf, 3), 3);
	BYTES(buf, 3);
	WANT(lseek(fd, 0, SEEK_CUR), 5);
	WANT(syscall(SYS_pread64, fd, buf, 4, 1), 4);
	BYTES(buf, 4);
	WANT(syscall(SYS_pwrite64, fd, "XY", 2, 8), 2);
	WANT(pread(fd, buf, 10, 0), 10);
	BYTES(buf, 10);
	WANT(syscall(SYS_readv, fd, iov, 2), 5);
	BYTES(buf, 3);
	WANT(syscall(SYS_fstat, fd, &st), 0);
	WANT(stat(at("f"), &named), 0);
	say("  size %ld, mode %o", (long)st.st_size, st.st_mode);
	HOLDS(st.st_ino == named.st_ino);
	WANT(syscall(SYS_ftruncate, fd, 4), 0);
	WANT(syscall(SYS_lseek, fd, 0, SEEK_END), 4);
	WANT(syscall(SYS_fsync, fd), 0);
	WANT(syscall(SYS_fcntl, fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR);
	WANT(syscall(SYS_fcntl, fd, F_SETFL, O_APPEND), 0);
	WANT(syscall(SYS_lseek, fd, 0, SEEK_SET), 0);
	WANT(syscall(SYS_write, fd, "END", 3), 3);
	WANT(pread(fd, buf, 10, 0), 7);
	BYTES(buf, 7);
	WANT(syscall(SYS_read, fd, buf, 10), 0);
	t_fill(buf, sizeof(buf), 6);
	WANT(syscall(SYS_write, fd, buf, sizeof(buf)), sizeof(buf));
	memset(buf, 0, sizeof(buf));
	WANT(syscall(SYS_pread64, fd, buf, sizeof(buf), 7), sizeof(buf));
	BYTES(buf, sizeof(buf));
	WANT(syscall(SYS_close, fd), 0);
	FAILS(syscall(SYS_read, fd, buf, 1), EBADF);
}

static void test_directory(void)
{
	int fd = FD(open(t_dir, O_RDONLY | O_DIRECTORY));
	long n, total = 0, entries = 0, p;

	say("-- a directory");
	while ((n = syscall(SYS_getdents64, fd, buf, 1000)) > 0)
		for (p = 0; p < n; p += *(unsigned short *)(buf + p + 16)) {
			entries++;
			total += strlen(buf + p + 19);
		}
	WANT(n, 0);
	say("  %ld entries, %ld bytes of names", entries, total);
	WANT(syscall(SYS_lseek, fd, 0, SEEK_SET), 0);
	FAILS(syscall(SYS_read, fd, buf, 10), EISDIR);
	close(fd);
}

static void test_socket(void)
{
	struct pollfd p;
	int pair[2], n = 0;
	pid_t pid;

	say("-- a connection");
	t_tcp_pair(AF_INET, pair);
	WANT(syscall(SYS_write, pair[0], "written", 7), 7);
	WANT(t_read_all(pair[1], buf, 7), 7);
	WANT(write(pair[1], "answer", 6), 6);
	p = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	WANT(syscall(SYS_poll, &p, 1, 20000), 1);
	WANT(syscall(SYS_ioctl, pair[0], FIONREAD, &n), 0);
	WANT(n, 6);
	WANT(syscall(SYS_read, pair[0], buf, 3), 3);
	WANT(read(pair[0], buf + 3, 3), 3);
	BYTES(buf, 6);
	/* A raw read that blocks */
	pid = fork();
	if (pid == 0) {
		t_sleep_ms(300);
		_exit(syscall(SYS_write, pair[1], "late", 4) != 4);
	}
	WANT(syscall(SYS_read, pair[0], buf, 10), 4);
	t_wait(pid);
	WANT(syscall(SYS_fcntl, pair[0], F_SETFL, O_NONBLOCK), 0);
	FAILS(syscall(SYS_read, pair[0], buf, 1), EAGAIN);
	FAILS(read(pair[0], buf, 1), EAGAIN);
	close(pair[1]);
	HOLDS(t_until(pair[0], POLLIN) & POLLIN);
	WANT(syscall(SYS_read, pair[0], buf, 1), 0);
	close(pair[0]);
}

/* The kernel's view of the descriptor. */
static void test_proc(void)
{
	char link[64], target[300];
	int fd = FD(open(at("f"), O_RDONLY)), again;
	ssize_t n;

	say("-- /proc");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	HOLDS(n > 0);
	target[n > 0 ? n : 0] = 0;
	again = syscall(SYS_dup, fd);
	WANT(syscall(SYS_read, again, buf, 4), 4);
	WANT(lseek(fd, 0, SEEK_CUR), 4);
	close(again);
	close(fd);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_file();
	test_directory();
	test_socket();
	test_proc();
	return t_end();
}
