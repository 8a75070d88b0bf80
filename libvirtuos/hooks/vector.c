// SPDX-License-Identifier: MIT
/*
 * readv, writev and their positioned forms.  They do not cross themselves: on
 * a socket they are recvmsg and sendmsg, which gather and scatter in the
 * arena; on anything else the data goes through a linear buffer.
 */
#include "hook.h"

#include <unistd.h>

#define NO_OFFSET ((off_t)-1)

/* Sum of the lengths, or what Linux says to such an array. */
static long total(const struct iovec *iov, int count)
{
	struct iovec one;
	size_t sum = 0;
	int i;

	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (virtuos_copy(&one, &iov[i], sizeof(one)))
			return -EFAULT;
		if ((ssize_t)one.iov_len < 0)
			return -EINVAL;
		sum += one.iov_len;
		if ((ssize_t)sum < 0)
			return -EINVAL;
	}
	return sum < HOOK_RW_MAX ? sum : HOOK_RW_MAX;
}

/* Copy n bytes, from byte skip of the vector on, to or from a buffer. */
static long move(const struct iovec *iov, int count, size_t skip,
		 uint8_t *linear, size_t n, bool gather)
{
	struct iovec one;
	size_t part;
	int i, err;

	for (i = 0; i < count && n; i++) {
		if (virtuos_copy(&one, &iov[i], sizeof(one)))
			return -EFAULT;
		if (one.iov_len <= skip) {
			skip -= one.iov_len;
			continue;
		}
		part = one.iov_len - skip < n ? one.iov_len - skip : n;
		if (gather)
			err = virtuos_copy(linear, one.iov_base + skip, part);
		else
			err = virtuos_copy(one.iov_base + skip, linear, part);
		if (err)
			return err;
		linear += part;
		n -= part;
		skip = 0;
	}
	return 0;
}

static long write_pieces(const struct virtuos_remote *remote, int fd,
			 const struct iovec *iov, int count, size_t n,
			 off_t offset, void *buffer)
{
	size_t done = 0, part;
	long ret;

	do {
		part = n - done < HOOK_BUFFER ? n - done : HOOK_BUFFER;
		ret = move(iov, count, done, buffer, part, true);
		if (!ret)
			ret = offset == NO_OFFSET ?
				      hook_write(remote, fd, buffer, part) :
				      hook_pwrite(remote, fd, buffer, part,
						  offset + done);
		if (ret < 0)
			return done ? (long)done : ret;
		done += ret;
	} while (done < n && (size_t)ret == part);
	return done;
}

static long read_pieces(const struct virtuos_remote *remote, int fd,
			const struct iovec *iov, int count, size_t n,
			off_t offset, void *buffer)
{
	size_t done = 0, part;
	long ret;

	do {
		part = n - done < HOOK_BUFFER ? n - done : HOOK_BUFFER;
		ret = offset == NO_OFFSET ?
			      hook_read(remote, fd, buffer, part) :
			      hook_pread(remote, fd, buffer, part,
					 offset + done);
		if (ret < 0)
			return done ? (long)done : ret;
		if (move(iov, count, done, buffer, ret, false))
			return done ? (long)done : -EFAULT;
		done += ret;
	} while (done < n && (size_t)ret == part &&
		 (offset != NO_OFFSET || hook_regular(remote, fd)));
	return done;
}

/* On a socket: -ENOTSOCK or -ENOSYS if it is none. */
static long message(const struct virtuos_remote *remote,
		    const struct iovec *iov, int count, size_t n, bool write)
{
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = count,
	};

	/* Longer than one piece: the loop above knows how. */
	if (remote->service != virtuos_routes.inet &&
	    remote->service != virtuos_routes.inet6)
		return -ENOTSOCK;
	if (n > HOOK_PIECE_MSG)
		return -ENOTSOCK;
	if (write)
		return hook_sigpipe(virtuos_call(
			remote->service, VSYS_NR_sendmsg,
			VIRTUOS_ARGS(remote->fd, PTR(&msg), MSG_NOSIGNAL)));
	return virtuos_call(remote->service, VSYS_NR_recvmsg,
			    VIRTUOS_ARGS(remote->fd, PTR(&msg), 0));
}

static long vector(const struct virtuos_remote *remote, int fd,
		   const struct iovec *iov, int count, off_t offset,
		   bool write)
{
	long ret, n = total(iov, count);
	void *buffer;

	if (n < 0)
		return n;
	if (offset == NO_OFFSET && n) {
		ret = message(remote, iov, count, n, write);
		if (ret != -ENOTSOCK && ret != -ENOSYS)
			return ret;
	}
	buffer = hook_buffer_get();
	if (!buffer)
		return -ENOMEM;
	if (write)
		ret = write_pieces(remote, fd, iov, count, n, offset, buffer);
	else
		ret = read_pieces(remote, fd, iov, count, n, offset, buffer);
	hook_buffer_put(buffer);
	return ret;
}

VIRTUOS_HOOK ssize_t readv(int fd, const struct iovec *iov, int count)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(readv, (fd, iov, count),
			     sys3(SYS_readv, fd, iov, count));
	pthread_testcancel();
	return virtuos_return(vector(&remote, fd, iov, count, NO_OFFSET,
				     false));
}

VIRTUOS_HOOK ssize_t writev(int fd, const struct iovec *iov, int count)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(writev, (fd, iov, count),
			     sys3(SYS_writev, fd, iov, count));
	pthread_testcancel();
	return virtuos_return(vector(&remote, fd, iov, count, NO_OFFSET, true));
}

VIRTUOS_HOOK ssize_t preadv(int fd, const struct iovec *iov, int count,
			    off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(preadv, (fd, iov, count, offset),
			     sys5(SYS_preadv, fd, iov, count, offset, 0));
	pthread_testcancel();
	if (offset < 0)
		return virtuos_return(-EINVAL);
	return virtuos_return(vector(&remote, fd, iov, count, offset, false));
}
HOOK_ALIAS(preadv64, preadv);

VIRTUOS_HOOK ssize_t pwritev(int fd, const struct iovec *iov, int count,
			     off_t offset)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pwritev, (fd, iov, count, offset),
			     sys5(SYS_pwritev, fd, iov, count, offset, 0));
	pthread_testcancel();
	if (offset < 0)
		return virtuos_return(-EINVAL);
	return virtuos_return(vector(&remote, fd, iov, count, offset, true));
}
HOOK_ALIAS(pwritev64, pwritev);

/*
 * Flags: priority is a hint, and durability is asked for afterwards; the
 * others Linux, too, refuses where a file system does not know them.
 */
static long vector2(const struct virtuos_remote *remote, int fd,
		    const struct iovec *iov, int count, off_t offset, int flags,
		    bool write)
{
	long ret, err = 0;

	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC))
		return -EOPNOTSUPP;
	if (offset < -1)
		return -EINVAL;
	ret = vector(remote, fd, iov, count, offset, write);
	if (ret <= 0 || !write)
		return ret;
	if (flags & RWF_SYNC)
		err = REMOTE_CALL(remote, fd, fsync, fd);
	else if (flags & RWF_DSYNC)
		err = REMOTE_CALL(remote, fd, fdatasync, fd);
	return err ? err : ret;
}

VIRTUOS_HOOK ssize_t preadv2(int fd, const struct iovec *iov, int count,
			     off_t offset, int flags)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(preadv2, (fd, iov, count, offset, flags),
			     sys6(SYS_preadv2, fd, PTR(iov), count, offset, 0,
				  flags));
	pthread_testcancel();
	return virtuos_return(vector2(&remote, fd, iov, count, offset, flags,
				      false));
}
HOOK_ALIAS(preadv64v2, preadv2);

VIRTUOS_HOOK ssize_t pwritev2(int fd, const struct iovec *iov, int count,
			      off_t offset, int flags)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(pwritev2, (fd, iov, count, offset, flags),
			     sys6(SYS_pwritev2, fd, PTR(iov), count, offset, 0,
				  flags));
	pthread_testcancel();
	return virtuos_return(vector2(&remote, fd, iov, count, offset, flags,
				      true));
}
HOOK_ALIAS(pwritev64v2, pwritev2);
