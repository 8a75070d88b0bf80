// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program's own calls, natively or under `virtuos run': program DIR
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bench.h"

static int file, udp, pipe_end[2];
static char buf[65536], name[4096];

static void local_getppid(void)
{
	syscall(SYS_getppid);
}

static void local_pipe(void)
{
	char c = 0;

	if (write(pipe_end[1], &c, 1) != 1 || read(pipe_end[0], &c, 1) != 1)
		bench_die("pipe");
}

static void seek(void)
{
	if (lseek(file, 0, SEEK_SET))
		bench_die("lseek");
}

static void getfl(void)
{
	if (fcntl(udp, F_GETFL) < 0)
		bench_die("fcntl");
}

static void read_1(void)
{
	if (pread(file, buf, 1, 0) != 1)
		bench_die("pread");
}

static void read_4k(void)
{
	if (pread(file, buf, 4096, 0) != 4096)
		bench_die("pread");
}

static void read_64k(void)
{
	if (pread(file, buf, 65536, 0) != 65536)
		bench_die("pread");
}

static void write_4k(void)
{
	if (pwrite(file, buf, 4096, 0) != 4096)
		bench_die("pwrite");
}

static void file_stat(void)
{
	struct stat st;

	if (stat(name, &st))
		bench_die("stat");
}

static void open_close(void)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0 || close(fd))
		bench_die("open");
}

static void datagram(void)
{
	char c;

	if (send(udp, "x", 1, 0) != 1 || recv(udp, &c, 1, 0) != 1)
		bench_die("datagram");
}

static void poll_ready(void)
{
	struct pollfd p = { .fd = udp, .events = POLLOUT };

	if (poll(&p, 1, 0) != 1)
		bench_die("poll");
}

/* A datagram socket connected to itself. */
static void open_udp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (udp < 0 || bind(udp, (void *)&a, n) ||
	    getsockname(udp, (void *)&a, &n) || connect(udp, (void *)&a, n))
		bench_die("socket");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: program DIR\n");
		return 2;
	}
	snprintf(name, sizeof(name), "%s/bench-file", argv[1]);
	file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || write(file, buf, sizeof(buf)) != sizeof(buf))
		bench_die(name);
	if (pipe(pipe_end))
		bench_die("pipe");
	open_udp();
	bench("local-getppid", local_getppid);
	bench("local-pipe", local_pipe);
	bench("lseek", seek);
	bench("fcntl-getfl", getfl);
	bench("pread-1", read_1);
	bench("pread-4096", read_4k);
	bench("pread-65536", read_64k);
	bench("pwrite-4096", write_4k);
	bench("stat", file_stat);
	bench("open-close", open_close);
	bench("udp-send-recv", datagram);
	bench("poll", poll_ready);
	unlink(name);
	return 0;
}
