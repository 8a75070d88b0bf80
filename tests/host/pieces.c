// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	read, write, readv, writev and their kin in libvirtuos/hooks/, and
 *		mmap, on descriptors that count as remote.
 * Why:		a call is cut into pieces, and vectors go through a buffer:
 *		a byte lost or doubled at a seam is silent.
 * How:		the service is this process's kernel.  Random calls are made on
 *		one file by the hooks and on its twin by the kernel; then the
 *		service cuts a piece short, fails in the middle, or is a pipe.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "libvirtuos/virtuos.h"
#include "test.h"

#include <sys/uio.h>

/* ---- the rest of the library ---------------------------------------------- */

bool virtuos_active = true;
struct virtuos_libc virtuos_libc = { .sigaction = sigaction };
struct virtuos_routes virtuos_routes = { .inet = 1, .inet6 = -1 };

void virtuos_copy_init(void);

void virtuos_log(const char *format, ...)
{
	(void)format;
}

void virtuos_init(void)
{
}

int virtuos_path_route(int dirfd, const char *path, struct virtuos_path *out)
{
	(void)dirfd;
	(void)path;
	out->service = -1;
	return 0;
}

static int remote_fd = -1;

bool virtuos_fd_remote(int fd, struct virtuos_remote *remote)
{
	struct stat st;

	if (fd != remote_fd)
		return false;
	test_need(!fstat(fd, &st), "fstat");
	*remote = (struct virtuos_remote){ .fd = fd,
					   .type = IFTODT(st.st_mode) };
	return true;
}

/* The service: the piece that is cut, or from which on all fail, and how. */
static int pieces, cut_after = INT_MAX;
static long cut_to;

long virtuos_call(int service, uint32_t nr, const uint64_t a[6])
{
	uint64_t n = a[2];

	CHECK_EQ(service, 0);
	if (nr != VSYS_NR_fstat) {
		CHECK(n <= VSYS_RW_MAX);
		if (pieces >= cut_after && cut_to < 0)
			return cut_to;
		if (pieces++ == cut_after)
			n = cut_to;
	}
	return sys6(nr, a[0], a[1], n, a[3], a[4], a[5]);
}

long virtuos_call_on(const struct virtuos_remote *remote, uint32_t nr,
		     const uint64_t a[6])
{
	CHECK_EQ(remote->fd, a[0]);
	return virtuos_call(remote->service, nr, a);
}

static void service_whole(void)
{
	pieces = 0;
	cut_after = INT_MAX;
}

static void service_cut(int after, long to)
{
	pieces = 0;
	cut_after = after;
	cut_to = to;
}

/* ---- the hooks against the kernel ------------------------------------------ */

#define SIZE ((size_t)(3u << 20) + 12345)
#define VECTORS 20

static uint64_t rnd;
static int file[2];		/* by the hooks, by the kernel */
static uint8_t *memory[2], *source;

static struct iovec vectors[2][VECTORS];

/* The same random vector over some memory each, out of order. */
static int vector(uint8_t *a, uint8_t *b)
{
	int i, n = test_below(&rnd, VECTORS);
	size_t at = 0, len;

	for (i = 0; i < n; i++) {
		len = test_below(&rnd, 4) ? test_below(&rnd, SIZE / VECTORS) :
					    test_below(&rnd, 3);
		vectors[0][n - 1 - i] = (struct iovec){ a + at, len };
		vectors[1][n - 1 - i] = (struct iovec){ b + at, len };
		at += len;
	}
	return n;
}

static off_t some_offset(void)
{
	return test_below(&rnd, SIZE) - (test_below(&rnd, 30) ? 0 : SIZE);
}

static void differ(const char *call, long ours, long kernel)
{
	fprintf(stderr, "%s: %ld, the kernel %ld\n", call, ours, kernel);
	test_fail(__FILE__, __LINE__, "hook and kernel differ");
}

#define SAME(call, ours, nr, ...) do { \
	long a_ = (ours), b_; \
	\
	a_ = a_ < 0 ? -errno : a_; \
	b_ = sys6(nr, __VA_ARGS__); \
	if (a_ != b_) \
		differ(call, a_, b_); \
} while (0)
#define A(x) ((uint64_t)(x))

static void reads(void)
{
	size_t n = test_below(&rnd, SIZE);
	off_t at = some_offset(), own = test_below(&rnd, 4) ? at : -1;
	int count = vector(memory[0], memory[1]);

	switch (test_below(&rnd, 5)) {
	case 0:
		SAME("read", read(file[0], memory[0], n), SYS_read, file[1],
		     A(memory[1]), n, 0, 0, 0);
		break;
	case 1:
		SAME("pread", pread(file[0], memory[0], n, at), SYS_pread64,
		     file[1], A(memory[1]), n, at, 0, 0);
		break;
	case 2:
		SAME("readv", readv(file[0], vectors[0], count), SYS_readv,
		     file[1], A(vectors[1]), count, 0, 0, 0);
		break;
	case 3:
		SAME("preadv", preadv(file[0], vectors[0], count, at),
		     SYS_preadv, file[1], A(vectors[1]), count, at, 0, 0);
		break;
	case 4:
		SAME("preadv2", preadv2(file[0], vectors[0], count, own, 0),
		     SYS_preadv2, file[1], A(vectors[1]), count, own, 0, 0);
		break;
	}
	CHECK(!memcmp(memory[0], memory[1], SIZE));
}

static void writes(void)
{
	size_t n = test_below(&rnd, SIZE);
	off_t at = some_offset(), own = test_below(&rnd, 4) ? at : -1;
	int count = vector(source, source);

	switch (test_below(&rnd, 5)) {
	case 0:
		SAME("write", write(file[0], source, n), SYS_write, file[1],
		     A(source), n, 0, 0, 0);
		break;
	case 1:
		SAME("pwrite", pwrite(file[0], source, n, at), SYS_pwrite64,
		     file[1], A(source), n, at, 0, 0);
		break;
	case 2:
		SAME("writev", writev(file[0], vectors[0], count), SYS_writev,
		     file[1], A(vectors[1]), count, 0, 0, 0);
		break;
	case 3:
		SAME("pwritev", pwritev(file[0], vectors[0], count, at),
		     SYS_pwritev, file[1], A(vectors[1]), count, at, 0, 0);
		break;
	case 4:
		SAME("pwritev2", pwritev2(file[0], vectors[0], count, own,
					  RWF_DSYNC), SYS_pwritev2, file[1],
		     A(vectors[1]), count, own, 0, RWF_DSYNC);
		break;
	}
}

static void against_kernel(unsigned long rounds)
{
	unsigned long k;
	off_t at;

	service_whole();
	remote_fd = file[0];
	for (k = 0; k < rounds && test_failures < 10; k++) {
		at = test_below(&rnd, SIZE);
		sys3(SYS_lseek, file[0], at, SEEK_SET);
		sys3(SYS_lseek, file[1], at, SEEK_SET);
		if (k % 2)
			reads();
		else
			writes();
		CHECK_EQ(sys3(SYS_lseek, file[0], 0, SEEK_CUR),
			 sys3(SYS_lseek, file[1], 0, SEEK_CUR));
	}
	CHECK(pieces > (int)rounds);	/* some were cut */
	CHECK_EQ(sys4(SYS_pread64, file[0], memory[0], SIZE, 0),
		 sys4(SYS_pread64, file[1], memory[1], SIZE, 0));
	CHECK(!memcmp(memory[0], memory[1], SIZE));
}

/* ---- pieces that end early -------------------------------------------------- */

#define PIECE ((long)VSYS_RW_MAX)

static void cut_short(void)
{
	volatile size_t too_long = (size_t)SSIZE_MAX + 1;
	struct iovec one = { memory[0], SIZE };

	service_cut(1, 100);
	CHECK_EQ(pwrite(file[0], source, SIZE, 0), PIECE + 100);
	CHECK_EQ(pieces, 2);
	service_cut(2, 7);
	CHECK_EQ(preadv(file[0], &one, 1, 0), 2 * PIECE + 7);
	CHECK_EQ(pieces, 3);
	service_cut(1, -EIO);
	CHECK_EQ(pwritev(file[0], &one, 1, 0), PIECE);
	service_cut(0, -EIO);
	CHECK_EQ(pread(file[0], memory[0], SIZE, 0), -1);
	CHECK_EQ(errno, EIO);
	service_whole();
	CHECK_EQ(preadv2(file[0], &one, 1, 0, RWF_APPEND), -1);
	CHECK_EQ(errno, EOPNOTSUPP);
	CHECK_EQ(read(file[0], memory[0], too_long), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(pieces, 0);
}

/* The data of a second piece cannot be delivered: the first one counts. */
static void bad_memory(void)
{
	char *edge = (char *)test_guarded(4096) + 4096;
	struct iovec two[2] = { { memory[0], PIECE }, { edge, 10 } };

	service_whole();
	CHECK_EQ(preadv(file[0], two, 2, 0), PIECE);
	CHECK_EQ(pwritev(file[0], two, 2, 0), PIECE);
	CHECK_EQ(preadv(file[0], two + 1, 1, 0), -1);
	CHECK_EQ(errno, EFAULT);
	CHECK_EQ(readv(file[0], (struct iovec *)edge, 1), -1);
	CHECK_EQ(errno, EFAULT);
}

/* A mapping is whole or fails: what is not read would look like zeros. */
static void mappings(void)
{
	void *p;

	service_whole();
	CHECK_EQ(pwrite(file[0], source, SIZE, 0), SIZE);
	service_cut(1, 100);
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, file[0], 0);
	if (CHECK(p != MAP_FAILED)) {
		CHECK(!memcmp(p, source, SIZE));
		munmap(p, SIZE);
	}
	CHECK(pieces > 4);
	service_cut(2, -EIO);
	errno = 0;
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, file[0], 0);
	CHECK(p == MAP_FAILED);
	CHECK_EQ(errno, EIO);
	service_whole();
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, file[0], 4096);
	if (CHECK(p != MAP_FAILED)) {
		CHECK(!memcmp(p, source + 4096, SIZE - 4096));
		munmap(p, SIZE);
	}
}

static int pipe_signals;

static void on_sigpipe(int sig)
{
	pipe_signals += sig == SIGPIPE;
}

/* On a stream a full piece of a read is not followed by another: it may wait. */
static void streams(void)
{
	struct iovec one = { memory[0], SIZE };
	int fd[2];

	test_need(!pipe2(fd, O_NONBLOCK) &&
			  fcntl(fd[1], F_SETPIPE_SZ, PIECE) == PIECE, "a pipe");
	remote_fd = fd[0];
	service_whole();
	CHECK_EQ(sys3(SYS_write, fd[1], source, PIECE), PIECE);
	CHECK_EQ(read(fd[0], memory[0], SIZE), PIECE);
	CHECK_EQ(pieces, 1);
	CHECK_EQ(sys3(SYS_write, fd[1], source, PIECE), PIECE);
	CHECK_EQ(readv(fd[0], &one, 1), PIECE);
	CHECK(!memcmp(memory[0], source, PIECE));
	CHECK_EQ(pieces, 2);

	close(fd[0]);
	remote_fd = fd[1];
	signal(SIGPIPE, on_sigpipe);
	service_cut(0, -EPIPE);		/* the service ignores the signal */
	CHECK_EQ(write(fd[1], source, 5), -1);
	CHECK_EQ(errno, EPIPE);
	CHECK_EQ(pipe_signals, 1);
	service_cut(0, -EPIPE);
	CHECK_EQ(writev(fd[1], &one, 1), -1);
	CHECK_EQ(pipe_signals, 2);
	/* Only a service that lies says so of a read. */
	service_cut(0, -EPIPE);
	CHECK_EQ(read(fd[1], memory[0], 5), -1);
	CHECK_EQ(pipe_signals, 2);
	close(fd[1]);
}

int main(void)
{
	char name[] = "/tmp/virtuos-pieces-XXXXXX";
	size_t i;
	int k;

	rnd = test_seed();
	virtuos_copy_init();
	source = test_guarded(SIZE + 4096 - SIZE % 4096);
	for (i = 0; i < SIZE; i++)
		source[i] = test_random(&rnd);
	for (k = 0; k < 2; k++) {
		memory[k] = test_guarded(SIZE + 4096 - SIZE % 4096);
		strcpy(name + sizeof(name) - 7, "XXXXXX");
		file[k] = mkstemp(name);
		test_need(file[k] >= 0, name);
		unlink(name);
	}
	against_kernel(test_scale(200));
	remote_fd = file[0];
	cut_short();
	bad_memory();
	mappings();
	streams();
	return test_exit();
}
