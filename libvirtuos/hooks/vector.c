// SPDX-License-Identifier: MIT
/*
 * readv, writev and their positioned forms.  They do not cross themselves: on
 * a socket they are recvmsg and sendmsg, which gather and scatter in the
 * arena; on anything else the data goes through a linear buffer.
 */
#include "hook.h"
#include "../iov.h"

#include <unistd.h>

/* One call. */
struct vector {
	uint32_t nr;	/* what is done with each piece: read, write, pread64… */
	int fd;
	const struct iovec *iov;
	int count;
	off_t offset;	/* of the positioned ones */
	struct virtuos_remote remote;
};

static bool positioned(const struct vector *v)
{
	return v->nr == VSYS_NR_pread64 || v->nr == VSYS_NR_pwrite64;
}

static bool writes(const struct vector *v)
{
	return v->nr == VSYS_NR_write || v->nr == VSYS_NR_pwrite64;
}

/* Sum of the lengths, or what Linux says to such an array. */
static long vector_total(const struct vector *v)
{
	long sum;

	if (v->count < 0 || v->count > IOV_MAX)
		return -EINVAL;
	sum = virtuos_iov_total(v->iov, v->count);
	return sum < (long)HOOK_RW_MAX ? sum : (long)HOOK_RW_MAX;
}

/* As much of the vector as the buffer holds, from byte done on. */
static long vector_piece(const struct vector *v, void *buffer, size_t done,
			 size_t n)
{
	long ret = 0;

	if (writes(v))
		ret = virtuos_iov_gather(v->iov, v->count, done, buffer, n);
	if (!ret)
		ret = hook_pieces(&v->remote, v->fd, v->nr, buffer, n,
				  v->offset + done);
	if (ret > 0 && !writes(v) &&
	    virtuos_iov_scatter(v->iov, v->count, done, buffer, ret))
		return -EFAULT;
	return ret;
}

static long vector_buffered(const struct vector *v, size_t n)
{
	void *buffer = hook_buffer_get();
	size_t done = 0, part;
	long ret;

	if (!buffer)
		return -ENOMEM;
	do {
		part = n - done < HOOK_BUFFER ? n - done : HOOK_BUFFER;
		ret = vector_piece(v, buffer, done, part);
		if (ret < 0)
			break;
		done += ret;
	} while (done < n && (size_t)ret == part &&
		 hook_goes_on(&v->remote, v->nr));
	hook_buffer_put(buffer);
	return done ? (long)done : ret;
}

/*
 * On a socket: -ENOTSOCK or -ENOSYS if it is none.  What is longer than one
 * message goes through the buffer all the same.
 */
static long vector_message(const struct vector *v, size_t n)
{
	const struct virtuos_remote *to = &v->remote;
	struct msghdr msg = {
		.msg_iov = (struct iovec *)v->iov,
		.msg_iovlen = v->count,
	};

	if (to->service != virtuos_routes.inet &&
	    to->service != virtuos_routes.inet6)
		return -ENOTSOCK;
	if (n > HOOK_PIECE_MSG)
		return -ENOTSOCK;
	if (writes(v))
		return hook_sigpipe(virtuos_call_on(
			to, VSYS_NR_sendmsg,
			VIRTUOS_ARGS(to->fd, PTR(&msg), MSG_NOSIGNAL)));
	return virtuos_call_on(to, VSYS_NR_recvmsg,
			       VIRTUOS_ARGS(to->fd, PTR(&msg), 0));
}

static long vector_transfer(const struct vector *v)
{
	long ret, n = vector_total(v);

	if (n < 0)
		return n;
	if (!positioned(v) && n) {
		ret = vector_message(v, n);
		if (ret != -ENOTSOCK && ret != -ENOSYS)
			return ret;
	}
	return vector_buffered(v, n);
}

/*
 * Flags: priority is a hint, and durability is asked for afterwards; the
 * others Linux, too, refuses where a file system does not know them.
 */
static long vector_flagged(const struct vector *v, int flags)
{
	long ret, err = 0;

	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC))
		return -EOPNOTSUPP;
	if (positioned(v) && v->offset < 0)
		return -EINVAL;
	ret = vector_transfer(v);
	if (ret <= 0 || !writes(v))
		return ret;
	if (flags & RWF_SYNC)
		err = REMOTE_CALL(&v->remote, v->fd, fsync, v->fd);
	else if (flags & RWF_DSYNC)
		err = REMOTE_CALL(&v->remote, v->fd, fdatasync, v->fd);
	return err ? err : ret;
}

/* What the hooks do with a remote descriptor. */
static ssize_t vector_forward(const struct vector *v, int flags)
{
	pthread_testcancel();
	return virtuos_return(vector_flagged(v, flags));
}

VIRTUOS_HOOK ssize_t readv(int fd, const struct iovec *iov, int count)
{
	struct vector v = { .nr = VSYS_NR_read, .fd = fd, .iov = iov,
			    .count = count };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, 0);
	return LOCAL(readv, (fd, iov, count), sys3(SYS_readv, fd, iov, count));
}

VIRTUOS_HOOK ssize_t writev(int fd, const struct iovec *iov, int count)
{
	struct vector v = { .nr = VSYS_NR_write, .fd = fd, .iov = iov,
			    .count = count };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, 0);
	return LOCAL(writev, (fd, iov, count),
		     sys3(SYS_writev, fd, iov, count));
}

VIRTUOS_HOOK ssize_t preadv(int fd, const struct iovec *iov, int count,
			    off_t offset)
{
	struct vector v = { .nr = VSYS_NR_pread64, .fd = fd, .iov = iov,
			    .count = count, .offset = offset };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, 0);
	return LOCAL(preadv, (fd, iov, count, offset),
		     sys5(SYS_preadv, fd, iov, count, offset, 0));
}
HOOK_ALIAS(preadv64, preadv);

VIRTUOS_HOOK ssize_t pwritev(int fd, const struct iovec *iov, int count,
			     off_t offset)
{
	struct vector v = { .nr = VSYS_NR_pwrite64, .fd = fd, .iov = iov,
			    .count = count, .offset = offset };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, 0);
	return LOCAL(pwritev, (fd, iov, count, offset),
		     sys5(SYS_pwritev, fd, iov, count, offset, 0));
}
HOOK_ALIAS(pwritev64, pwritev);

/* Here an offset of -1 is the descriptor's own position. */
VIRTUOS_HOOK ssize_t preadv2(int fd, const struct iovec *iov, int count,
			     off_t offset, int flags)
{
	uint32_t nr = offset == -1 ? VSYS_NR_read : VSYS_NR_pread64;
	struct vector v = { .nr = nr, .fd = fd, .iov = iov,
			    .count = count, .offset = offset };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, flags);
	return LOCAL(preadv2, (fd, iov, count, offset, flags),
		     sys6(SYS_preadv2, fd, PTR(iov), count, offset, 0, flags));
}
HOOK_ALIAS(preadv64v2, preadv2);

VIRTUOS_HOOK ssize_t pwritev2(int fd, const struct iovec *iov, int count,
			      off_t offset, int flags)
{
	uint32_t nr = offset == -1 ? VSYS_NR_write : VSYS_NR_pwrite64;
	struct vector v = { .nr = nr, .fd = fd, .iov = iov,
			    .count = count, .offset = offset };

	if (virtuos_fd_remote(fd, &v.remote))
		return vector_forward(&v, flags);
	return LOCAL(pwritev2, (fd, iov, count, offset, flags),
		     sys6(SYS_pwritev2, fd, PTR(iov), count, offset, 0,
			  flags));
}
HOOK_ALIAS(pwritev64v2, pwritev2);
