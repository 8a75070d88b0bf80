// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/marshal.c at one end, ring.h between, and the
 *		dispatcher's check.c at the other, with real system calls.
 * Why:		together they must be as good as the call itself: results,
 *		errnos, and every byte of every buffer, also those that the call
 *		must not touch; and a result that lies must do no harm.
 * How:		a server thread takes calls from a slot, checks and executes
 *		them with their addresses in the region.  Random calls are made
 *		natively and forwarded, on the same object where they change
 *		nothing and on twins where they do.  Then hostile results.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "libvirtuos/core.h"
#include "check-oracle.h"

/* What marshal.c and copy.c want of the rest of the library. */
struct virtuos_libc virtuos_libc = { .sigaction = sigaction };

static struct oracle o;
static struct vsys_ring ring;
static uint64_t rnd;
static int stop;

/* ---- the server ----------------------------------------------------------- */

static int64_t execute(struct vsys_call *call)
{
	struct vsys_call was = *call;
	struct vsys_fixup fixup;
	const char *wrong;
	long ret;
	int err;

	err = vsys_check_call(&o.check, call, &fixup);
	if (err)
		return err;
	wrong = oracle_verdict(&o, &was, call);
	if (wrong) {
		oracle_show(wrong, &was, &o);
		test_fail(__FILE__, __LINE__, wrong);
	}
	ret = sys6(call->nr, call->args[0], call->args[1], call->args[2],
		   call->args[3], call->args[4], call->args[5]);
	return vsys_check_finish(&o.check, &fixup, ret);
}

static void *server(void *arg)
{
	struct vsys_call call;
	uint32_t cursor = 0;
	int s;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		s = vsys_ring_claim(&ring, &cursor);
		if (s >= 0 && vsys_ring_take(&ring, s, &call))
			vsys_slot_complete(&ring, s, execute(&call));
		else
			sched_yield();
	}
	return arg;
}

/* ---- the client ----------------------------------------------------------- */

#define SLOT 5

static long forwarded(uint32_t nr, const uint64_t args[6])
{
	struct vsys_slot *slot = &ring.slots[SLOT];
	struct virtuos_marshal m = { .base = o.region, .size = o.check.size };
	long err = virtuos_marshal_in(&m, nr, args);
	int i;

	if (err)
		return err;
	slot->nr = nr;
	for (i = 0; i < 6; i++)
		slot->args[i] = m.args[i];
	vsys_slot_submit(&ring, SLOT);
	while (!vsys_slot_done(slot))
		sched_yield();
	return virtuos_marshal_out(&m, nr, args, vsys_slot_finish(slot));
}

static long native(uint32_t nr, const uint64_t *a)
{
	return sys6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- both, compared ------------------------------------------------------- */

/* Memory that calls write: one area for each way. */
#define AREA	(200u << 10)
static char *out[2];
/* Memory that calls read, the same for both. */
static char *in;
static char *nowhere;		/* cannot be touched */

static unsigned long compared, succeeded, calls_of[VSYS_NR_SYSCALLS];

static void areas_reset(void)
{
	memset(out[0], 0xa5, AREA);
	memset(out[1], 0xa5, AREA);
}

/* Marks an argument as an address in the way's own area. */
#define OUT(offset)	(0x5a5a000000000000ull + (offset))
#define IS_OUT(arg)	((arg) >> 48 == 0x5a5a)

static void way_args(uint64_t *to, const uint64_t *args, int way)
{
	int i;

	for (i = 0; i < 6; i++)
		to[i] = IS_OUT(args[i]) ?
			(uintptr_t)out[way] + (args[i] & 0xffffffffff) :
			args[i];
}

static void differ(uint32_t nr, const uint64_t *args, long a, long b)
{
	size_t i;

	fprintf(stderr, "%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64
		", %#" PRIx64 ", %#" PRIx64 "): native %ld, forwarded %ld",
		vsys_calls[nr].name, args[0], args[1], args[2], args[3],
		args[4], args[5], a, b);
	for (i = 0; i < AREA && out[0][i] == out[1][i]; i++)
		;
	if (i < AREA)
		fprintf(stderr, "; byte %zu differs: %02x, %02x", i,
			(uint8_t)out[0][i], (uint8_t)out[1][i]);
	fprintf(stderr, "\n");
	test_fail(__FILE__, __LINE__, "native and forwarded differ");
}

/*
 * The call both ways; arguments may differ in descriptors and names.  The
 * areas were prepared, equally, by the caller.
 */
static long both(uint32_t nr, const uint64_t *args0, const uint64_t *args1)
{
	uint64_t a[6], b[6];
	long x, y;

	way_args(a, args0, 0);
	way_args(b, args1, 1);
	x = native(nr, a);
	y = forwarded(nr, b);
	compared++;
	succeeded += x >= 0;
	calls_of[nr]++;
	if (x != y || memcmp(out[0], out[1], AREA))
		differ(nr, args0, x, y);
	return x;
}

#define SAME(nr, ...) ({ \
	const uint64_t args_[6] = { __VA_ARGS__ }; \
	both(VSYS_NR_##nr, args_, args_); \
})
#define TWIN(nr, first, second) \
	both(VSYS_NR_##nr, (const uint64_t[6]){ UNPACK first }, \
	     (const uint64_t[6]){ UNPACK second })
#define UNPACK(...) __VA_ARGS__
#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* ---- random pieces -------------------------------------------------------- */

static uint64_t below(uint64_t n)
{
	return test_below(&rnd, n);
}

static size_t size(void)
{
	static const uint32_t borders[] = { 0, 1, 15, 16, 4095, 4096, 4097,
					    65535, 65536, 100000 };

	switch (below(3)) {
	case 0:
		return borders[below(10)];
	case 1:
		return below(100);
	default:
		return below(100000);
	}
}

static char dirs[2][64];	/* twin directories */
static int dirfd_of[2], file[2], socks[2][2], udp[2][2];

/*
 * A name: relative to the twins' descriptors; sometimes bad, but not twice in
 * one call, since which of two faults is reported is nobody's promise.
 */
static int name_bad;

static const char *name(void)
{
	static char names[8][5000];
	static unsigned int next;
	char *s = names[next++ % 8];
	unsigned int kind = name_bad ? 19 : below(20);

	name_bad |= kind < 3;
	switch (kind) {
	case 0:
		return nowhere;
	case 1:
		return "";
	case 2:
		memset(s, 'x', 4096 + below(3) - 1);
		s[4096 + below(3) - 1] = 0;
		return s;
	case 3:
		snprintf(s, 100, "n%d/n%d", (int)below(6), (int)below(6));
		return s;
	case 4:
		return nowhere - 3;	/* "n1" and its end before the edge */
	default:
		snprintf(s, 100, "n%d", (int)below(6));
		return s;
	}
}

static int some_dirfd(int way)
{
	return name_bad || below(30) ? dirfd_of[way] : -7;
}

/* ---- calls on files -------------------------------------------------------- */

static void file_read(void)
{
	size_t n = size();
	uint64_t where = below(20) ? OUT(below(1000)) : PTR(nowhere);

	/*
	 * Not into nowhere: the service's offset moves although the data
	 * cannot be delivered, where Linux's stays (a known limit).
	 */
	if (IS_OUT(where) && below(2))
		TWIN(read, (file[0], where, n), (file[1], where, n));
	else
		SAME(pread64, file[0], where, n, below(300000) - 100);
}

static void file_write(void)
{
	const char *from = in + below(5000);
	uint64_t n = size(), where = below(200000);

	/* Not to a file: some file systems grow it although it fails. */
	if (!below(20)) {
		SAME(write, socks[0][0], PTR(nowhere), n + 1);
		return;
	}

	if (!below(20))
		n = below(2) ? ~0ull : 1ull << 63;
	if (below(2))
		TWIN(write, (file[0], PTR(from), n), (file[1], PTR(from), n));
	else
		TWIN(pwrite64, (file[0], PTR(from), n, where),
		     (file[1], PTR(from), n, where));
}

static void file_size(void)
{
	uint64_t n = below(10) ? below(200000) : ~0ull;
	/* Not holes: where they are depends on when a file is written back. */
	static const int kinds[] = { SEEK_SET, SEEK_CUR, SEEK_END, 7 };
	int whence = kinds[below(4)];

	switch (below(4)) {
	case 0:
		TWIN(ftruncate, (file[0], n), (file[1], n));
		break;
	case 1:
		TWIN(fallocate, (file[0], whence, n, 5000),
		     (file[1], whence, n, 5000));
		break;
	default:
		TWIN(lseek, (file[0], n, whence), (file[1], n, whence));
	}
}

static void file_look(void)
{
	uint64_t where = below(10) ? OUT(below(500)) : PTR(nowhere);
	const char *s = name();
	int flags = below(4) ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;

	if (name_bad)
		where = OUT(1);
	switch (below(9)) {
	case 0:
		SAME(fstat, file[0], where);
		break;
	case 1:
		SAME(newfstatat, dirfd_of[0], PTR(s), where, flags);
		break;
	case 2:
		SAME(statx, dirfd_of[0], PTR(s), flags, STATX_BASIC_STATS,
		     where);
		break;
	case 3:
		SAME(fstatfs, socks[0][0], where);	/* one that stays */
		break;
	case 4:
		SAME(readlinkat, dirfd_of[0], PTR(s), where, size() + 1);
		break;
	case 5:
		SAME(faccessat, dirfd_of[0], PTR(s), below(8));
		break;
	case 6:
		SAME(faccessat2, dirfd_of[0], PTR(s), below(8), below(2) << 9);
		break;
	case 7:
		SAME(getcwd, where, below(2) ? 4096 : below(40));
		break;
	case 8:
		SAME(statfs, PTR(below(2) ? "/proc" : s), where);
		break;
	}
}

static void file_fcntl(void)
{
	static const int commands[] = { F_GETFD, F_GETFL, F_GETLK, F_OFD_GETLK,
					F_GET_RW_HINT };
	struct flock fl = { .l_type = below(4), .l_whence = below(4),
			    .l_start = below(100), .l_len = below(100) };
	uint64_t where = below(10) ? OUT(64) : PTR(nowhere);

	memcpy(out[0] + 64, &fl, sizeof(fl));
	memcpy(out[1] + 64, &fl, sizeof(fl));
	SAME(fcntl, file[0], commands[below(5)], where);
	if (below(2))
		SAME(ioctl, file[0], FIONREAD, where);
	else
		SAME(ioctl, socks[0][0], FIONREAD, where);
}

static void names_change(void)
{
	const char *a = name(), *b = (name_bad = 1, name());
	int d0 = some_dirfd(0), d1 = d0 == dirfd_of[0] ? dirfd_of[1] : d0;
	struct timespec ts[2] = { { below(1000), below(1000) },
				  { below(1000), UTIME_OMIT } };
	int mode = below(01000);

	switch (below(9)) {
	case 0:
		TWIN(mkdirat, (d0, PTR(a), mode | 0700),
		     (d1, PTR(a), mode | 0700));
		break;
	case 1:
		TWIN(unlinkat, (d0, PTR(a), 0), (d1, PTR(a), 0));
		break;
	case 2:
		TWIN(unlinkat, (d0, PTR(a), AT_REMOVEDIR),
		     (d1, PTR(a), AT_REMOVEDIR));
		break;
	case 3:
		TWIN(renameat2, (d0, PTR(a), d0, PTR(b), mode % 3),
		     (d1, PTR(a), d1, PTR(b), mode % 3));
		break;
	case 4:
		TWIN(linkat, (d0, PTR(a), d0, PTR(b), 0),
		     (d1, PTR(a), d1, PTR(b), 0));
		break;
	case 5:
		TWIN(symlinkat, (PTR(a), d0, PTR(b)), (PTR(a), d1, PTR(b)));
		break;
	case 6:
		TWIN(fchmodat, (d0, PTR(a), mode | 0600),
		     (d1, PTR(a), mode | 0600));
		break;
	case 7:
		TWIN(utimensat, (d0, PTR(a), PTR(ts), 0),
		     (d1, PTR(a), PTR(ts), 0));
		break;
	case 8:
		TWIN(mknodat, (d0, PTR(a), S_IFREG | 0644, 0),
		     (d1, PTR(a), S_IFREG | 0644, 0));
		break;
	}
}

/* Opening makes a descriptor: compared by kind of outcome. */
static void file_open(void)
{
	const char *s = name();
	int d0 = some_dirfd(0), d1 = d0 == dirfd_of[0] ? dirfd_of[1] : d0;
	uint64_t a[6] = { d0, PTR(s), below(2) ? O_RDWR | O_CREAT :
			  O_RDONLY, 0644 };
	long x = native(VSYS_NR_openat, a), y;

	a[0] = d1;
	y = forwarded(VSYS_NR_openat, a);
	compared++;
	calls_of[VSYS_NR_openat]++;
	if ((x < 0 || y < 0) && x != y)
		differ(VSYS_NR_openat, a, x, y);
	if (x >= 0)
		close(x);
	if (y >= 0)
		close(y);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names in a directory, through small getdents64 calls, sorted. */
static size_t list(int way, char **names, size_t max)
{
	struct dirent64 *e;
	uint64_t a[6] = { dirfd_of[way], PTR(out[way]), 60 + below(2000) };
	size_t n = 0;
	long got, p;

	lseek(dirfd_of[way], 0, SEEK_SET);
	while ((got = way ? forwarded(VSYS_NR_getdents64, a) :
		native(VSYS_NR_getdents64, a)) > 0)
		for (p = 0; p < got && n < max; p += e->d_reclen) {
			e = (void *)(out[way] + p);
			names[n++] = strdup(e->d_name);
		}
	CHECK_EQ(got, 0);
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

static void directories(void)
{
	char *names[2][64];
	size_t n[2], i;

	n[0] = list(0, names[0], 64);
	n[1] = list(1, names[1], 64);
	calls_of[VSYS_NR_getdents64]++;
	CHECK_EQ(n[0], n[1]);
	for (i = 0; i < n[0] && i < n[1]; i++)
		CHECK(!strcmp(names[0][i], names[1][i]));
	for (i = 0; i < n[0]; i++)
		free(names[0][i]);
	for (i = 0; i < n[1]; i++)
		free(names[1][i]);
}

static void attributes(void)
{
	static const char *const attrs[] = { "user.a", "user.b", "system.x",
					     "nonsense", "" };
	const char *attr = attrs[below(5)];
	uint64_t n = below(2) ? below(100) : 0;

	switch (below(4)) {
	case 0:
		TWIN(fsetxattr, (file[0], PTR(attr), PTR(in), n, 0),
		     (file[1], PTR(attr), PTR(in), n, 0));
		break;
	case 1:
		TWIN(fgetxattr, (file[0], PTR(attr), OUT(9), n),
		     (file[1], PTR(attr), OUT(9), n));
		break;
	case 2:
		SAME(flistxattr, file[0], OUT(3), n);
		break;
	case 3:
		TWIN(fremovexattr, (file[0], PTR(attr)), (file[1], PTR(attr)));
		break;
	}
}

/* ---- calls on sockets ------------------------------------------------------ */

static void socket_options(void)
{
	static const int options[][2] = {
		{ SOL_SOCKET, SO_TYPE }, { SOL_SOCKET, SO_LINGER },
		{ SOL_SOCKET, SO_RCVTIMEO }, { SOL_SOCKET, 9999 },
		{ IPPROTO_TCP, TCP_NODELAY }, { IPPROTO_TCP, TCP_CONGESTION },
		{ IPPROTO_IP, IP_TOS },
	};
	const int *option = options[below(7)];
	uint32_t len = below(8) ? below(40) : 0;

	memcpy(out[0] + 32, &len, 4);
	memcpy(out[1] + 32, &len, 4);
	SAME(getsockopt, socks[0][0], option[0], option[1],
	     OUT(100), below(9) ? OUT(32) : PTR(nowhere));
	memcpy(out[0] + 32, &len, 4);
	memcpy(out[1] + 32, &len, 4);
	SAME(getsockname, socks[0][0], OUT(100), below(9) ? OUT(32) : 0);
	memcpy(out[0] + 32, &len, 4);
	memcpy(out[1] + 32, &len, 4);
	SAME(getpeername, udp[0][0], OUT(100), OUT(32));
	len = below(2);
	SAME(setsockopt, socks[0][0], SOL_SOCKET, SO_KEEPALIVE, PTR(&len),
	     below(8));
}

/* A random message header over memory of the given kind. */
static struct msghdr *header(struct msghdr *m, struct iovec *iov, char *memory)
{
	size_t used = 0;
	int i, n = below(30);

	memset(m, 0, sizeof(*m));
	for (i = 0; i < n; i++) {
		iov[i].iov_len = below(3) ? below(2000) : 0;
		iov[i].iov_base = memory + used;
		used += iov[i].iov_len;
	}
	m->msg_iov = n || below(2) ? iov : NULL;
	m->msg_iovlen = n;
	return m;
}

/* Datagrams from each twin's sender to its receiver, compared. */
static void datagrams(void)
{
	struct iovec iov[3][30];
	struct msghdr send, receive[2];
	struct sockaddr_in from[2];
	char control[2][200];
	int way, flags = below(3) ? 0 : MSG_PEEK;
	uint64_t seed;

	header(&send, iov[0], in);
	TWIN(sendmsg, (udp[0][0], PTR(&send), 0), (udp[1][0], PTR(&send), 0));
	seed = rnd;
	for (way = 0; way < 2; way++) {
		rnd = seed;
		header(&receive[way], iov[1 + way], out[way]);
		memset(control[way], 0x3c, sizeof(control[way]));
		memset(&from[way], 0x3c, sizeof(from[way]));
		receive[way].msg_name = &from[way];
		receive[way].msg_namelen = below(20);
		receive[way].msg_control = below(2) ? control[way] : NULL;
		receive[way].msg_controllen = below(2) ? 200 : below(30);
	}
	TWIN(recvmsg, (udp[0][1], PTR(&receive[0]), flags | MSG_DONTWAIT),
	     (udp[1][1], PTR(&receive[1]), flags | MSG_DONTWAIT));
	CHECK_EQ(receive[0].msg_namelen, receive[1].msg_namelen);
	CHECK_EQ(receive[0].msg_controllen, receive[1].msg_controllen);
	CHECK_EQ(receive[0].msg_flags, receive[1].msg_flags);
	CHECK(!memcmp(control[0], control[1], sizeof(control[0])));
	CHECK_EQ(from[0].sin_family, from[1].sin_family);
	CHECK_EQ(from[0].sin_addr.s_addr, from[1].sin_addr.s_addr);
	if (flags & MSG_PEEK)
		for (way = 0; way < 2; way++)
			recv(udp[way][1], in + 190000, 1, MSG_DONTWAIT);
}

static void datagram_simple(void)
{
	uint64_t n = below(2000), room = below(2000);
	uint32_t len = sizeof(struct sockaddr_in);
	int flags = MSG_DONTWAIT | (below(2) ? MSG_TRUNC : 0), way;

	TWIN(sendto, (udp[0][0], PTR(in + 7), n, 0, 0, 0),
	     (udp[1][0], PTR(in + 7), n, 0, 0, 0));
	for (way = 0; way < 2; way++)
		memcpy(out[way] + 32, &len, 4);
	if (below(2)) {
		TWIN(recvfrom, (udp[0][1], OUT(500), room, flags, 0, 0),
		     (udp[1][1], OUT(500), room, flags, 0, 0));
		return;
	}
	TWIN(recvfrom, (udp[0][1], OUT(500), room, flags, 0, OUT(32)),
	     (udp[1][1], OUT(500), room, flags, 0, OUT(32)));
}

static int unread;		/* bytes in each of the twin connections */

static void wait_unread(int fd)
{
	int there = -1, k;

	for (k = 0; k < 50000 && there != unread; k++) {
		ioctl(fd, FIONREAD, &there);
		if (there != unread)
			usleep(100);
	}
	CHECK_EQ(there, unread);
}

static void stream(void)
{
	uint64_t n = below(3000), got = below(6000);
	long r;

	TWIN(write, (socks[0][0], PTR(in), n), (socks[1][0], PTR(in), n));
	unread += n;
	wait_unread(socks[0][1]);
	wait_unread(socks[1][1]);
	r = TWIN(recvfrom, (socks[0][1], OUT(1), got, MSG_DONTWAIT, 0, 0),
		 (socks[1][1], OUT(1), got, MSG_DONTWAIT, 0, 0));
	unread -= r > 0 ? r : 0;
}

static void bad_descriptors(void)
{
	static const int fds[] = { -1, 999, INT_MAX };
	int fd = fds[below(3)];

	memcpy(out[0] + 100, &(uint32_t){ 16 }, 4);
	memcpy(out[1] + 100, &(uint32_t){ 16 }, 4);
	SAME(read, fd, OUT(0), 10);
	SAME(fstat, fd, OUT(0));
	SAME(getsockname, fd, OUT(0), OUT(100));
	SAME(lseek, fd, 0, 0);
	SAME(listen, file[0], 5);
	SAME(getsockname, file[0], OUT(0), OUT(100));
	SAME(lseek, socks[0][0], 0, 0);
}

/* ---- buffers beyond all measure --------------------------------------------- */

/* The arguments beside them need room as well. */
static void huge_buffers(void)
{
	areas_reset();
	TWIN(symlinkat, (PTR("target"), dirfd_of[0], PTR("huge")),
	     (PTR("target"), dirfd_of[1], PTR("huge")));
	CHECK_EQ(SAME(readlinkat, dirfd_of[0], PTR("huge"), OUT(0), 2 << 20),
		 6);
	SAME(fgetxattr, file[0], PTR("user.a"), OUT(0), 2 << 20);
	SAME(flistxattr, file[0], OUT(0), 2 << 20);
	TWIN(unlinkat, (dirfd_of[0], PTR("huge"), 0),
	     (dirfd_of[1], PTR("huge"), 0));
}

/* ---- buffers at NULL -------------------------------------------------------- */

/* How long the name is that a call with nowhere to put it is asked for. */
static void null_address(uint32_t len)
{
	areas_reset();
	memcpy(out[0] + 32, &len, sizeof(len));
	memcpy(out[1] + 32, &len, sizeof(len));
	SAME(getsockname, socks[0][0], 0, OUT(32));
	memcpy(out[0] + 32, &len, sizeof(len));
	memcpy(out[1] + 32, &len, sizeof(len));
	SAME(getsockopt, socks[0][0], SOL_SOCKET, SO_TYPE, 0, OUT(32));
}

/* Linux says EFAULT when there is something to write, and only then. */
static void null_buffers(void)
{
	areas_reset();
	TWIN(pwrite64, (file[0], PTR(in), 100, 0), (file[1], PTR(in), 100, 0));
	TWIN(symlinkat, (PTR("target"), dirfd_of[0], PTR("null")),
	     (PTR("target"), dirfd_of[1], PTR("null")));
	CHECK_EQ(SAME(pread64, file[0], 0, 10, 0), -EFAULT);
	CHECK_EQ(SAME(pread64, file[0], 0, 0, 0), 0);
	CHECK_EQ(SAME(pread64, file[0], 0, 10, 1 << 30), 0);
	CHECK_EQ(SAME(fstat, file[0], 0), -EFAULT);
	CHECK_EQ(SAME(fstatfs, socks[0][0], 0), -EFAULT);
	CHECK_EQ(SAME(newfstatat, dirfd_of[0], PTR("."), 0, 0), -EFAULT);
	CHECK_EQ(SAME(statx, dirfd_of[0], PTR("."), 0, 0, 0), -EFAULT);
	CHECK_EQ(SAME(getcwd, 0, 4096), -EFAULT);
	CHECK_EQ(SAME(readlinkat, dirfd_of[0], PTR("null"), 0, 10), -EFAULT);
	lseek(dirfd_of[0], 0, SEEK_SET);
	CHECK_EQ(SAME(getdents64, dirfd_of[0], 0, 1000), -EFAULT);
	TWIN(sendto, (udp[0][0], PTR(in), 10, 0, 0, 0),
	     (udp[1][0], PTR(in), 10, 0, 0, 0));
	TWIN(recvfrom, (udp[0][1], 0, 10, MSG_DONTWAIT, 0, 0),
	     (udp[1][1], 0, 10, MSG_DONTWAIT, 0, 0));
	TWIN(recvfrom, (udp[0][1], OUT(0), 10, MSG_DONTWAIT, 0, 0),
	     (udp[1][1], OUT(0), 10, MSG_DONTWAIT, 0, 0));
	null_address(0);
	null_address(16);
	TWIN(unlinkat, (dirfd_of[0], PTR("null"), 0),
	     (dirfd_of[1], PTR("null"), 0));
}

/* ---- the whole ------------------------------------------------------------- */

/* Everything the tests use lies at 8 or above, as in a shadow. */
static int high(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, VSYS_FD_FIRST);

	test_need(fd >= 0 && up >= 0, "a descriptor");
	close(fd);
	return up;
}

static void socket_pair(int type, int pair[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, type, 0);

	test_need(!bind(l, (void *)&a, n) && !getsockname(l, (void *)&a, &n),
		  "a socket");
	if (type == SOCK_STREAM)
		listen(l, 1);
	pair[0] = high(socket(AF_INET, type, 0));
	test_need(!connect(pair[0], (void *)&a, n), "connect");
	pair[1] = high(type == SOCK_STREAM ? accept(l, NULL, NULL) : dup(l));
	close(l);
}

static void set_up(void)
{
	char base[] = "/tmp/virtuos-marshal-XXXXXX";
	uint64_t seed = 77;
	size_t i;
	int way;

	oracle_make(&o, ORACLE_REGION);
	virtuos_copy_init();
	ring.nr_slots = 64;
	ring.head = test_guarded(4096);
	ring.slots = test_guarded(4096);
	out[0] = test_guarded(AREA);
	out[1] = test_guarded(AREA);
	in = test_guarded(AREA);
	for (i = 0; i < AREA; i++)
		in[i] = test_random(&seed);
	nowhere = (char *)test_guarded(4096) + 4096;
	strcpy(nowhere - 3, "n1");
	test_need(mkdtemp(base) != NULL, "mkdtemp");
	for (way = 0; way < 2; way++) {
		snprintf(dirs[way], sizeof(dirs[way]), "%s/%d", base, way);
		mkdir(dirs[way], 0700);
		dirfd_of[way] = high(open(dirs[way], O_RDONLY | O_DIRECTORY));
		file[way] = high(open(strcat(strcpy(nowhere - 1000, dirs[way]),
				      ".f"), O_RDWR | O_CREAT, 0600));
		socket_pair(SOCK_STREAM, socks[way]);
		socket_pair(SOCK_DGRAM, udp[way]);
	}
}

static void tear_down(void)
{
	char command[200];

	*strrchr(dirs[0], '/') = 0;
	snprintf(command, sizeof(command), "rm -rf '%s'", dirs[0]);
	if (system(command))
		fprintf(stderr, "could not remove %s\n", dirs[0]);
}

static void random_calls(unsigned long rounds)
{
	static void (*const kinds[])(void) = {
		file_read, file_read, file_write, file_write, file_size,
		file_look, file_look, file_fcntl, names_change, names_change,
		file_open, directories, attributes, socket_options, datagrams,
		datagram_simple, stream, bad_descriptors,
	};
	unsigned long k, used = 0;
	uint32_t nr;

	for (k = 0; k < rounds && test_failures < 20; k++) {
		areas_reset();
		name_bad = 0;
		kinds[below(sizeof(kinds) / sizeof(kinds[0]))]();
	}
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		used += calls_of[nr] > 0;
	printf("%lu calls compared, %lu of them succeeded, %lu kinds\n",
	       compared, succeeded, used);
	CHECK(rounds < 1000 || used >= 40);
	CHECK(succeeded > compared / 4);
}

static int meddling;

/* A hostile service does not wait until the call has been submitted. */
static void *meddle(void *arg)
{
	uint64_t state = *(uint64_t *)arg;
	uint32_t *words = (uint32_t *)o.region;

	while (__atomic_load_n(&meddling, __ATOMIC_RELAXED))
		__atomic_store_n(&words[test_below(&state, 4) ? 0 :
					test_below(&state, 2000)],
				 test_below(&state, 3) ? 3000 :
				 (uint32_t)test_random(&state),
				 __ATOMIC_RELAXED);
	return NULL;
}

/*
 * A hostile service: the region is filled with anything, all the time or after
 * marshal_in, and the result is anything.  Only the bytes that the call may
 * write are written (beyond them there is no memory: EFAULT), and what comes
 * back is possible.
 */
static void hostile_results(unsigned long rounds)
{
	static const uint32_t nrs[] = { VSYS_NR_read, VSYS_NR_recvfrom,
		VSYS_NR_getsockname, VSYS_NR_recvmsg, VSYS_NR_fstat,
		VSYS_NR_getsockopt, VSYS_NR_readlinkat, VSYS_NR_fgetxattr,
		VSYS_NR_getdents64, VSYS_NR_getcwd };
	struct virtuos_marshal m;
	struct iovec iov[3];
	struct msghdr msg;
	unsigned long k;
	uint32_t nr, len, i;
	long ret, lie;

	for (k = 0; k < rounds && test_failures < 20; k++) {
		/* Each buffer's 100 bytes end at an edge. */
		char *buf = out[0] + AREA - 100;
		uint64_t a[6] = { 8, PTR(buf), 100 };

		areas_reset();
		nr = nrs[below(10)];
		len = 100;
		if (nr == VSYS_NR_recvfrom) {
			a[3] = below(2) ? MSG_TRUNC : 0;
			a[4] = PTR(out[1] + AREA - 100);
			a[5] = PTR(&len);
		} else if (nr == VSYS_NR_getsockname) {
			a[2] = PTR(&len);
		} else if (nr == VSYS_NR_getsockopt) {
			a[1] = SOL_SOCKET;
			a[2] = SO_TYPE;
			a[3] = PTR(buf);
			a[4] = PTR(&len);
		} else if (nr == VSYS_NR_recvmsg) {
			for (i = 0; i < 3; i++)
				iov[i] = (struct iovec){ buf + i * 30, 30 };
			iov[2].iov_len = 40;
			msg = (struct msghdr){ .msg_iov = iov, .msg_iovlen = 3,
				.msg_name = out[1] + AREA - 28,
				.msg_namelen = 28,
				.msg_control = out[1] + AREA - 160,
				.msg_controllen = 100 };
			a[1] = PTR(&msg);
			a[2] = 0;
		} else if (nr == VSYS_NR_fstat) {
			a[1] = PTR(out[0] + AREA - 144);
		} else if (nr == VSYS_NR_readlinkat ||
			   nr == VSYS_NR_fgetxattr) {
			a[1] = PTR("name");
			a[2] = PTR(buf);
			a[3] = 100;
		} else if (nr == VSYS_NR_getcwd) {
			a[0] = PTR(buf);
			a[1] = 100;
		}
		m = (struct virtuos_marshal){ .base = o.region,
					      .size = o.check.size };
		CHECK_EQ(virtuos_marshal_in(&m, nr, a), 0);
		for (i = 0; i < 8192; i += 4)
			*(uint32_t *)(o.region + i) = below(3) ? below(200) :
						      test_random(&rnd);
		ret = below(2) ? (long)below(300) - 100 :
		      (long)test_random(&rnd) >> below(64);
		lie = ret;
		ret = virtuos_marshal_out(&m, nr, a, ret);
		CHECK(ret >= -4095);
		if (!CHECK(ret != -EFAULT || lie == -EFAULT))
			fprintf(stderr, "\t%s overran a buffer\n",
				vsys_calls[nr].name);
		if (nr == VSYS_NR_read || nr == VSYS_NR_getdents64 ||
		    nr == VSYS_NR_recvmsg || nr == VSYS_NR_getcwd)
			CHECK(ret <= 100);
		/* All before the buffers' beginnings is as it was. */
		for (i = 0; i < AREA - 256; i += 64)
			if ((uint8_t)out[0][i] != 0xa5 ||
			    (uint8_t)out[1][i] != 0xa5)
				break;
		CHECK(i >= AREA - 256);
	}
}

int main(void)
{
	pthread_t thread, other;
	uint64_t seed;

	rnd = test_seed();
	seed = test_random(&rnd) | 1;
	set_up();
	test_need(!pthread_create(&thread, NULL, server, NULL), "thread");
	huge_buffers();
	null_buffers();
	random_calls(test_scale(20000));
	hostile_results(test_scale(5000));
	meddling = 1;
	test_need(!pthread_create(&other, NULL, meddle, &seed), "thread");
	hostile_results(test_scale(20000));
	__atomic_store_n(&meddling, 0, __ATOMIC_RELAXED);
	pthread_join(other, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	tear_down();
	return test_exit();
}
