// SPDX-License-Identifier: MIT
/*
 * sendfile and copy_file_range: between descriptors of one service the call
 * crosses as a whole; data that changes its domain goes through a buffer.
 */
#include "hook.h"

#include <sys/sendfile.h>
#include <unistd.h>

/*
 * Data that changes its domain goes in pieces of this size.  A socket that
 * does not block takes what it has room for, and the rest of the piece was read
 * in vain.
 */
#define TRANSFER_PIECE ((size_t)128 << 10)

/* One end of a transfer. */
struct end {
	int fd;
	bool remote;
	struct virtuos_remote to;
};

static struct end end_of(int fd)
{
	struct end end = { .fd = fd };

	end.remote = virtuos_fd_remote(fd, &end.to);
	return end;
}

static long end_seek(const struct end *end, off_t offset, int whence)
{
	if (!end->remote)
		return sys3(SYS_lseek, end->fd, offset, whence);
	return REMOTE_CALL(&end->to, end->fd, lseek, end->fd, offset, whence);
}

static long end_pread(const struct end *end, void *buf, size_t n, off_t offset)
{
	if (!end->remote)
		return sys4(SYS_pread64, end->fd, buf, n, offset);
	return hook_pieces(&end->to, end->fd, VSYS_NR_pread64, buf, n,
			   offset);
}

static long end_write(const struct end *end, const void *buf, size_t n)
{
	if (!end->remote)
		return sys3(SYS_write, end->fd, buf, n);
	return hook_pieces(&end->to, end->fd, VSYS_NR_write, buf, n, 0);
}

/*
 * Copy until the count is reached, the file ends, or the output takes no more.
 * What was read and not taken is read again by the program's next call, for
 * the position advances by what was written only.
 */
static long transfer_copy(const struct end *out, const struct end *in,
			  off_t offset, size_t count, void *buffer)
{
	size_t done = 0, part;
	long have, ret;

	while (done < count) {
		part = count - done;
		if (part > TRANSFER_PIECE)
			part = TRANSFER_PIECE;
		have = end_pread(in, buffer, part, offset + done);
		if (have <= 0)
			return done ? (long)done : have;
		ret = end_write(out, buffer, have);
		if (ret < 0)
			return done ? (long)done : ret;
		done += ret;
		if (ret < have || (size_t)have < part)
			break;
	}
	return done;
}

/* sendfile between domains. */
static long transfer_carry(const struct end *out, const struct end *in,
			   off_t *offset, size_t count)
{
	off_t start;
	void *buffer;
	long ret;

	if (count > HOOK_RW_MAX)
		count = HOOK_RW_MAX;
	if (offset) {
		if (virtuos_copy(&start, offset, sizeof(start)))
			return -EFAULT;
	} else {
		start = end_seek(in, 0, SEEK_CUR);
	}
	if (start < 0)
		return start == -EBADF && !offset ? -EBADF : -EINVAL;
	buffer = hook_buffer_get();
	if (!buffer)
		return -ENOMEM;
	ret = transfer_copy(out, in, start, count, buffer);
	hook_buffer_put(buffer);
	/* Linux's words for what cannot be an input. */
	if (ret == -ESPIPE || ret == -EISDIR)
		return offset && ret == -ESPIPE ? -ESPIPE : -EINVAL;
	if (ret <= 0)
		return ret;
	start += ret;
	if (offset)
		return virtuos_copy(offset, &start, sizeof(start)) ? -EFAULT :
								     ret;
	end_seek(in, start, SEEK_SET);
	return ret;
}

static long transfer_sendfile(int out_fd, int in_fd, off_t *offset,
			      size_t count)
{
	struct end out = end_of(out_fd), in = end_of(in_fd);
	long ret;

	if (!out.remote && !in.remote)
		return sys4(SYS_sendfile, out_fd, in_fd, offset, count);
	if (!out.remote || !in.remote || out.to.service != in.to.service)
		return transfer_carry(&out, &in, offset, count);
	ret = virtuos_call_on(&out.to, VSYS_NR_sendfile,
			      VIRTUOS_ARGS(out.to.fd, in.to.fd, PTR(offset),
					   count));
	if (hook_local(out.to.service, ret))
		return sys4(SYS_sendfile, out_fd, in_fd, offset, count);
	/* The service has no files: its sockets are no input. */
	if (ret == -ENOSYS)
		return -EINVAL;
	return hook_sigpipe(ret);
}

VIRTUOS_HOOK ssize_t sendfile(int out_fd, int in_fd, off_t *offset,
			      size_t count)
{
	return virtuos_return(transfer_sendfile(out_fd, in_fd, offset, count));
}
HOOK_ALIAS(sendfile64, sendfile);

/* EXDEV is Linux's word for "not between these two": programs copy then. */
VIRTUOS_HOOK ssize_t copy_file_range(int in_fd, off_t *in_offset, int out_fd,
				     off_t *out_offset, size_t count,
				     unsigned int flags)
{
	struct end in = end_of(in_fd), out = end_of(out_fd);
	long ret;

	if (!in.remote && !out.remote)
		return LOCAL(copy_file_range,
			     (in_fd, in_offset, out_fd, out_offset, count,
			      flags),
			     sys6(SYS_copy_file_range, in_fd, PTR(in_offset),
				  out_fd, PTR(out_offset), count, flags));
	if (!in.remote || !out.remote || in.to.service != out.to.service)
		return virtuos_return(-EXDEV);
	pthread_testcancel();
	ret = virtuos_call(in.to.service, VSYS_NR_copy_file_range,
			   VIRTUOS_ARGS(in.to.fd, PTR(in_offset), out.to.fd,
					PTR(out_offset), count, flags));
	if (hook_local(in.to.service, ret))
		ret = sys6(SYS_copy_file_range, in_fd, PTR(in_offset), out_fd,
			   PTR(out_offset), count, flags);
	return virtuos_return(ret == -ENOSYS ? -EINVAL : ret);
}
