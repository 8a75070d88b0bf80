// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	readv, writev, preadv, pwritev, preadv2, with many, empty, large
 *		and overlapping entries.
 * Why:		the protocol carries at most 16 entries and 1 MiB per call; Linux
 *		takes 1024 entries of any size.
 * How:		compared with what plain reads and writes give.
 */
#include <limits.h>
#include <sys/uio.h>
#include "../transcript.h"

#define SIZE (3 << 20)

static char *data, *back;

static void test_many(int fd)
{
	static struct iovec iov[1024];
	long sum = 0;
	int i;

	say("-- 1024 entries");
	for (i = 0; i < 1024; i++) {
		iov[i].iov_base = data + sum;
		iov[i].iov_len = i % 7 == 3 ? 0 : i % 100 + 1;
		sum += iov[i].iov_len;
	}
	WANT(writev(fd, iov, 1024), sum);
	for (i = 0; i < 1024; i++)
		iov[i].iov_base = back + ((char *)iov[i].iov_base - data);
	memset(back, 0, sum);
	WANT(preadv(fd, iov, 1024, 0), sum);
	HOLDS(!memcmp(back, data, sum));
	WANT(lseek(fd, 0, SEEK_CUR), sum);
	FAILS(writev(fd, iov, 1025), EINVAL);
	FAILS(writev(fd, iov, -1), EINVAL);
	WANT(writev(fd, iov, 0), 0);
}

static void test_large(int fd)
{
	struct iovec iov[3] = { { data, 5 }, { data + 5, SIZE - 10 },
				{ data + SIZE - 5, 5 } };

	say("-- large entries");
	WANT(pwritev(fd, iov, 3, 77), SIZE);
	memset(back, 0, SIZE);
	WANT(pread(fd, back, SIZE, 77), SIZE);
	HOLDS(!memcmp(back, data, SIZE));
	iov[0] = (struct iovec){ back, 1000000 };
	iov[1] = (struct iovec){ back + 1000000, 1 };
	iov[2] = (struct iovec){ back + 1000001, SIZE };
	memset(back, 0, SIZE);
	WANT(lseek(fd, 77, SEEK_SET), 77);
	WANT(readv(fd, iov, 3), SIZE);
	HOLDS(!memcmp(back, data, SIZE));
	WANT(lseek(fd, 0, SEEK_CUR), SIZE + 77);
}

static void test_kinds(int fd)
{
	char a[5] = "", b[5] = "";
	struct iovec iov[2] = { { a, 3 }, { b, 4 } };
	struct iovec same[3] = { { data, 10 }, { data, 10 }, { data + 5, 2 } };

	say("-- other kinds");
	WANT(ftruncate(fd, 0), 0);
	WANT(pwritev(fd, same, 3, 0), 22);
	WANT(pread(fd, back, 100, 0), 22);
	BYTES(back, 22);
	WANT(preadv(fd, iov, 2, 18), 4);
	BYTES(a, 3);
	BYTES(b, 4);
	WANT(lseek(fd, 4, SEEK_SET), 4);
	WANT(preadv2(fd, iov, 2, -1, 0), 7);
	WANT(lseek(fd, 0, SEEK_CUR), 11);
	WANT(pwritev2(fd, same, 1, 100, RWF_DSYNC), 10);
	WANT(lseek(fd, 0, SEEK_END), 110);
	FAILS(preadv2(fd, iov, 2, 0, 0x1000), EOPNOTSUPP);
	FAILS(preadv(fd, iov, 2, -5), EINVAL);
	iov[0].iov_len = -1;
	FAILS(readv(fd, iov, 2), EINVAL);
}

static void test_socket(void)
{
	struct iovec iov[40];
	int pair[2], i;
	long sum = 0;

	say("-- a connection");
	t_tcp_pair(AF_INET, pair);
	for (i = 0; i < 40; i++) {
		iov[i].iov_base = data + sum;
		iov[i].iov_len = 100 + i;
		sum += iov[i].iov_len;
	}
	WANT(writev(pair[0], iov, 40), sum);
	WANT(t_read_all(pair[1], back, sum), sum);
	HOLDS(!memcmp(back, data, sum));
	WANT(write(pair[1], data, 50), 50);
	HOLDS(t_until(pair[0], POLLIN) & POLLIN);
	for (i = 0; i < 40; i++)
		iov[i] = (struct iovec){ back + 2 * i, 2 };
	WANT(readv(pair[0], iov, 40), 50);
	HOLDS(!memcmp(back, data, 50));
	FAILS(preadv(pair[0], iov, 1, 0), ESPIPE);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	int fd;

	t_begin(argc, argv);
	data = t_fill(malloc(SIZE), SIZE, 23);
	back = malloc(2 * SIZE);
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	test_many(fd);
	test_large(fd);
	test_kinds(fd);
	test_socket();
	return t_end();
}
