// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program whose calls are counted: each several times, for the first ones
 * are not as the later (a slot's memory is granted, polling learns its length).
 */
#include <alloca.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mark.h"

/*
 * The last is counted, and the last but one is held against it.  A service's
 * first calls learn how long it is worth to poll.
 */
#define ROUNDS		3
#define ROUNDS_FIRST	6

#define PATH	"/storage/www/8k"

static char buffer[8192] __attribute__((aligned(4096)));
static char second[4096] __attribute__((aligned(4096)));
static int file, sock, here;

static void need(const char *name, long got, long wanted)
{
	if (got != wanted)
		err(1, "%s: %ld and not %ld", name, got, wanted);
}

/* before and after are not counted. */
#define COUNT_ROUNDS(name, rounds, before, call, wanted, after) \
	do { \
		int round; \
		long got; \
		for (round = 0; round < (rounds); round++) { \
			before; \
			mark(MARK_BEGIN, name); \
			got = call; \
			mark(MARK_END, name); \
			need(name, got, wanted); \
			after; \
		} \
	} while (0)

#define COUNT(name, before, call, wanted, after) \
	COUNT_ROUNDS(name, ROUNDS, before, call, wanted, after)

static void count_file(void)
{
	struct stat st;

	COUNT_ROUNDS("lseek", ROUNDS_FIRST, , lseek(file, 0, SEEK_SET), 0, );
	COUNT("fstat", , fstat(file, &st), 0, );
	COUNT("pread-1", , pread(file, buffer, 1, 0), 1, );
	COUNT("pread-4096", , pread(file, buffer, 4096, 0), 4096, );
	COUNT("write-1024", , write(file, buffer, 1024), 1024, );
}

static void count_socket(void)
{
	const struct iovec iov[] = { { buffer, 512 }, { second, 512 } };
	off_t offset;

	COUNT_ROUNDS("send-1024", ROUNDS_FIRST, ,
		     send(sock, buffer, 1024, 0), 1024, );
	COUNT("recv-4096", , recv(sock, buffer, 4096, 0), 4096, );
	COUNT("writev-2x512", , writev(sock, iov, 2), 1024, );
	COUNT("sendfile-8192", offset = 0,
	      sendfile(sock, file, &offset, 8192), 8192, );
}

static void count_descriptor(void)
{
	int fd = dup(here);

	close(fd);		/* the lowest free one: what open() will give */
	COUNT("openat", , open(PATH, O_RDONLY | O_NONBLOCK), fd, close(fd));
	COUNT("close", need(PATH, open(PATH, O_RDONLY), fd), close(fd), 0, );
	COUNT("lseek-local", , lseek(here, 0, SEEK_SET), 0, );
}

/*
 * The stack begins at the same place of a page wherever the program and the
 * library lie, for how long their names are must not matter.
 */
static void __attribute__((noinline)) count_all(void)
{
	count_file();
	count_socket();
	count_descriptor();
}

int main(void)
{
	uintptr_t here_now = (uintptr_t)__builtin_frame_address(0);
	char *space = alloca((here_now & 4095) + 16);

	__asm__ volatile("" : : "r"(space) : "memory");
	here = open("/dev/zero", O_RDWR);
	file = open("/storage/file", O_RDWR);
	sock = socket(AF_INET, SOCK_STREAM, 0);
	if (here < 0 || file < 0 || sock < 0)
		err(1, "%s", here < 0 ? "/dev/zero" : "descriptors");
	mark(MARK_READY, mark_gate);
	count_all();
	return 0;
}
