// SPDX-License-Identifier: GPL-2.0-only
/*
 * File operations of placeholders: what the preload library does not see (calls
 * inside libc, raw system calls, programs without the library) goes through
 * here, call by call.
 */
#include "file.h"
#include "arena.h"
#include "call.h"
#include "channel.h"
#include "kernel.h"
#include "placeholder.h"
#include "poll.h"
#include <linux/dirent.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/splice.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <virtuos/calls.h>
#include <virtuos/commands.h>

/* Per-call flags that the remote call has no place for. */
#define FRONT_IOCB_FOREIGN \
	(IOCB_DSYNC | IOCB_SYNC | IOCB_APPEND | IOCB_NOWAIT | \
	 (__force int)RWF_NOAPPEND)

/* ---- read, write --------------------------------------------------------- */

struct front_transfer {
	struct front_placeholder *p;
	u32 nr;				/* of each remote call */
	struct front_call call;
	struct iov_iter *iter;
	bool write;
	bool positioned;		/* pread, pwrite */
	loff_t pos;
};

/* An error as Linux would say it, signal and all. */
static ssize_t front_file_error(const struct front_transfer *t, s64 ret)
{
	if (ret == -EPIPE && t->write)
		send_sig(SIGPIPE, current, 0);
	return front_placeholder_error(t->p, t->nr, ret);
}

/* One remote call; how many bytes it moved, or an error. */
static s64 front_file_write_step(struct front_transfer *t, size_t n)
{
	size_t got = front_arena_from_iter(t->call.region, 0, n, t->iter);
	s64 ret;

	if (got < n && !got)
		return -EFAULT;
	ret = front_call_make(&t->call, t->nr, t->p->fd,
			      front_call_address(&t->call, 0), got, t->pos, 0,
			      0);
	if (ret > (s64)got)
		ret = -EIO;		/* a lie */
	iov_iter_revert(t->iter, got - max_t(s64, ret, 0));
	return ret;
}

static s64 front_file_read_step(struct front_transfer *t, size_t n)
{
	size_t put;
	s64 ret;

	ret = front_call_make(&t->call, t->nr, t->p->fd,
			      front_call_address(&t->call, 0), n, t->pos, 0, 0);
	if (ret > (s64)n)
		return -EIO;		/* a lie */
	if (ret <= 0)
		return ret;
	put = front_arena_to_iter(t->call.region, 0, ret, t->iter);
	return put ?: -EFAULT;
}

/* Does a transfer go on after a full step?  As Linux's own would. */
static bool front_file_more(const struct front_transfer *t)
{
	if (!iov_iter_count(t->iter) || signal_pending(current))
		return false;
	if (t->write)
		return !t->p->whole;
	return S_ISREG(t->p->type) || S_ISBLK(t->p->type);
}

static ssize_t front_file_steps(struct front_transfer *t)
{
	ssize_t done = 0;
	size_t n;
	s64 ret;

	do {
		n = min_t(size_t, iov_iter_count(t->iter),
			  VSYS_SLOT_ARENA_INITIAL);
		ret = t->write ? front_file_write_step(t, n) :
				 front_file_read_step(t, n);
		if (ret <= 0)
			return done ?: ret;
		done += ret;
		t->pos += t->positioned ? ret : 0;
	} while ((size_t)ret == n && front_file_more(t));
	return done;
}

static ssize_t front_file_transfer(struct kiocb *iocb, struct iov_iter *iter,
				   bool write)
{
	struct file *file = iocb->ki_filp;
	struct front_transfer t = {
		.p = file->private_data,
		.iter = iter,
		.write = write,
		.positioned = !(file->f_mode & FMODE_STREAM) &&
			      iocb->ki_pos < FRONT_POS_REMOTE,
	};
	size_t count = iov_iter_count(iter);
	ssize_t ret;

	if (iocb->ki_flags & ~file->f_iocb_flags & FRONT_IOCB_FOREIGN)
		return -EOPNOTSUPP;
	if (write && t.p->whole && count > VSYS_SLOT_ARENA_INITIAL)
		return -EMSGSIZE;
	t.pos = t.positioned ? iocb->ki_pos : 0;
	if (write)
		t.nr = t.positioned ? VSYS_NR_pwrite64 : VSYS_NR_write;
	else
		t.nr = t.positioned ? VSYS_NR_pread64 : VSYS_NR_read;
	front_placeholder_flags(file);
	ret = front_call_begin(&t.call, t.p->origin,
			       min_t(size_t, max_t(size_t, count, 1),
				     VSYS_SLOT_ARENA_INITIAL), FRONT_SIGNAL);
	if (!ret) {
		ret = front_file_steps(&t);
		front_call_end(&t.call);
	}
	if (ret < 0)
		return front_file_error(&t, ret);
	if (t.positioned)
		iocb->ki_pos = t.pos;
	return ret;
}

/*
 * Since 6.5 Linux does not ask front_file_splice_read() about a file that is open
 * for O_DIRECT, but reads it into pages of its own.  Of those who read into pages
 * whoever has a pipe for sendfile(2) may be at that, and is refused as there.
 */
static bool front_file_sent(const struct kiocb *iocb, const struct iov_iter *to)
{
	return iocb->ki_flags & IOCB_DIRECT && iov_iter_is_bvec(to) &&
	       iocb->ki_pos >= FRONT_POS_REMOTE && current->splice_pipe;
}

static ssize_t front_file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (front_file_sent(iocb, to))
		return -EINVAL;
	return front_file_transfer(iocb, to, false);
}

static ssize_t front_file_write_iter(struct kiocb *iocb,
				     struct iov_iter *from)
{
	return front_file_transfer(iocb, from, true);
}

/*
 * sendfile(2) and copy_file_range(2) move data through a pipe of the kernel's
 * own and put back, by the position, what the target did not take.  The remote
 * position has moved on by then, so without an explicit offset they are
 * refused, which every user of them is prepared for.
 */
static ssize_t front_file_splice_read(struct file *in, loff_t *ppos,
				      struct pipe_inode_info *pipe, size_t len,
				      unsigned int flags)
{
	if (*ppos >= FRONT_POS_REMOTE && pipe == current->splice_pipe)
		return -EINVAL;
	return copy_splice_read(in, ppos, pipe, len, flags);
}

/* ---- Position, space, persistence ----------------------------------------- */

static loff_t front_file_llseek(struct file *file, loff_t offset, int whence)
{
	struct front_placeholder *p = file->private_data;

	return front_placeholder_call(p, FRONT_KILL, VSYS_NR_lseek, offset,
				      whence, 0);
}

/* The result of a call that returns nothing but success. */
static int front_file_status(s64 ret)
{
	return ret > 0 ? -EIO : ret;
}

static int front_file_fsync(struct file *file, loff_t start, loff_t end,
			    int datasync)
{
	struct front_placeholder *p = file->private_data;

	return front_file_status(front_placeholder_call(p, FRONT_KILL,
			datasync ? VSYS_NR_fdatasync : VSYS_NR_fsync,
			0, 0, 0));
}

static long front_file_fallocate(struct file *file, int mode, loff_t offset,
				 loff_t len)
{
	struct front_placeholder *p = file->private_data;

	return front_file_status(front_placeholder_call(p, FRONT_SIGNAL,
			VSYS_NR_fallocate, mode, offset, len));
}

/* ---- Locks ------------------------------------------------------------------ */

static int front_file_flock(struct file *file, int cmd, struct file_lock *fl)
{
	struct front_placeholder *p = file->private_data;
	int type = front_lock_core(fl)->flc_type;
	int operation = type == F_UNLCK ? LOCK_UN :
			type == F_RDLCK ? LOCK_SH : LOCK_EX;

	if (!IS_SETLKW(cmd))
		operation |= LOCK_NB;
	return front_file_status(front_placeholder_call(p, FRONT_SIGNAL,
			VSYS_NR_flock, operation, 0, 0));
}

static int front_file_lock_call(struct front_channel *ch, s32 fd, int cmd,
				struct flock *lock,
				enum front_patience patience)
{
	struct front_call call;
	s64 ret;

	ret = front_call_begin(&call, ch, sizeof(*lock), patience);
	if (ret)
		return ret;
	front_arena_write(call.region, 0, lock, sizeof(*lock));
	ret = front_call_make(&call, VSYS_NR_fcntl, fd, cmd,
			      front_call_address(&call, 0), 0, 0, 0);
	if (ret == 0)
		front_arena_read(call.region, 0, lock, sizeof(*lock));
	front_call_end(&call);
	return front_file_status(ret);
}

/*
 * Record locks belong to the process: they are taken by its own shadow where
 * it has one, else by the one that opened the file.
 */
static int front_file_lock_owner(struct front_placeholder *p, int cmd,
				 struct flock *lock)
{
	struct front_channel *mine = front_channel_mine(p->origin->dev);
	int ret;

	if (!mine)
		return front_file_lock_call(p->origin, p->fd, cmd, lock,
					    FRONT_SIGNAL);
	ret = front_placeholder_attach(p, mine);
	if (ret >= 0)
		ret = front_file_lock_call(mine, ret, cmd, lock, FRONT_SIGNAL);
	if (ret == 0 && (cmd == F_SETLK || cmd == F_SETLKW))
		WRITE_ONCE(mine->local->locks, 1);
	front_channel_unuse(mine);
	return ret;
}

/*
 * Closing any descriptor of a file drops all record locks that the process has
 * on it (POSIX).  The last close does so by closing the remote file as well.
 */
static int front_file_flush(struct file *file, fl_owner_t id)
{
	struct front_placeholder *p = file->private_data;
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	struct front_channel *mine;
	int fd;

	front_placeholder_flush(file, id);
	if (!S_ISREG(p->type) || file_count(file) == 1)
		return 0;
	mine = front_channel_mine(p->origin->dev);
	if (!mine)
		return 0;
	if (READ_ONCE(mine->local->locks)) {
		fd = front_placeholder_attach(p, mine);
		if (fd >= 0)
			front_file_lock_call(mine, fd, F_SETLK, &all,
					     FRONT_BOUND);
	}
	front_channel_unuse(mine);
	return 0;
}

static int front_file_lock(struct file *file, int cmd, struct file_lock *fl)
{
	struct front_placeholder *p = file->private_data;
	struct flock lock = {
		.l_type = front_lock_core(fl)->flc_type,
		.l_whence = SEEK_SET,
		.l_start = fl->fl_start,
		.l_len = fl->fl_end == OFFSET_MAX ? 0 :
			 fl->fl_end - fl->fl_start + 1,
	};
	int ret, remote = IS_GETLK(cmd) ? F_GETLK :
			  IS_SETLKW(cmd) ? F_SETLKW : F_SETLK;

	if (front_lock_core(fl)->flc_flags & FL_OFDLCK)
		remote += F_OFD_GETLK - F_GETLK;
	ret = front_placeholder_error(p, VSYS_NR_fcntl,
			front_file_lock_owner(p, remote, &lock));
	if (ret || !IS_GETLK(cmd))
		return ret;
	if (lock.l_type != F_RDLCK && lock.l_type != F_WRLCK &&
	    lock.l_type != F_UNLCK)
		return -EIO;
	front_lock_core(fl)->flc_type = lock.l_type;
	fl->fl_start = lock.l_start;
	fl->fl_end = lock.l_len ? lock.l_start + lock.l_len - 1 : OFFSET_MAX;
	/* Of this domain, as its first process numbers it; 0: of another. */
	front_lock_core(fl)->flc_pid = max_t(s32, lock.l_pid, -1);
	return 0;
}

/* ---- ioctl --------------------------------------------------------------------- */

#define FRONT_IOCTL_MAX	64

/* The data as the command takes it, and as it leaves it. */
static s64 front_file_ioctl_call(struct front_placeholder *p, unsigned int cmd,
				 void *data, int size)
{
	struct front_call call;
	s64 ret;

	ret = front_call_begin(&call, p->origin, size, FRONT_KILL);
	if (ret)
		return ret;
	front_arena_write(call.region, 0, data, size);
	ret = front_call_make(&call, VSYS_NR_ioctl, p->fd, cmd,
			      front_call_address(&call, 0), 0, 0, 0);
	if (ret >= 0)
		front_arena_read(call.region, 0, data, size);
	front_call_end(&call);
	return ret > INT_MAX ? -EIO : ret;
}

static long front_file_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	struct front_placeholder *p = file->private_data;
	int size = vsys_ioctl_size(cmd);
	u8 data[FRONT_IOCTL_MAX];
	s64 ret;

	if (size <= 0 || size > FRONT_IOCTL_MAX)
		return -ENOTTY;
	if (copy_from_user(data, (void __user *)arg, size))
		return -EFAULT;
	ret = front_file_ioctl_call(p, cmd, data, size);
	if (ret >= 0 && copy_to_user((void __user *)arg, data, size))
		return -EFAULT;
	return front_placeholder_error(p, VSYS_NR_ioctl, ret);
}

/* ---- Directories ------------------------------------------------------------------ */

#define FRONT_DIR_BYTES	32768

/* One entry, out of private memory; its length, or an error. */
static int front_dir_entry(struct dir_context *ctx, const u8 *data,
			   size_t left, bool *full)
{
	const size_t head = offsetof(struct linux_dirent64, d_name);
	const struct linux_dirent64 *d = (const void *)data;
	size_t len;

	if (left < head || d->d_reclen < head || d->d_reclen > left)
		return -EIO;
	len = strnlen(d->d_name, d->d_reclen - head);
	if (!len || len == d->d_reclen - head || len > NAME_MAX)
		return -EIO;
	*full = !dir_emit(ctx, d->d_name, len, d->d_ino, d->d_type);
	if (!*full)
		ctx->pos = d->d_off;
	return d->d_reclen;
}

/*
 * Emits entries; where is the remote position of the first that did not fit,
 * or -1 when all did.
 */
static int front_dir_emit(struct dir_context *ctx, const u8 *data,
			  size_t bytes, loff_t first, loff_t *rest)
{
	bool full = false;
	size_t at = 0;
	int len;

	*rest = -1;
	while (at < bytes) {
		len = front_dir_entry(ctx, data + at, bytes - at, &full);
		if (len < 0)
			return len;
		if (full) {
			*rest = at ? ctx->pos : first;
			return 0;
		}
		at += len;
	}
	return 0;
}

/* Reads some entries to private memory; how many bytes. */
static s64 front_dir_read(struct front_placeholder *p, u8 *data)
{
	struct front_call call;
	s64 ret;

	ret = front_call_begin(&call, p->origin, FRONT_DIR_BYTES, FRONT_KILL);
	if (ret)
		return ret;
	ret = front_call_make(&call, VSYS_NR_getdents64, p->fd,
			      front_call_address(&call, 0), FRONT_DIR_BYTES,
			      0, 0, 0);
	if (ret > FRONT_DIR_BYTES)
		ret = -EIO;
	if (ret > 0)
		front_arena_read(call.region, 0, data, ret);
	front_call_end(&call);
	return ret;
}

/*
 * The remote directory has the position; what the caller's buffer does not
 * take is put back by seeking.  ctx->pos only carries the offsets that the
 * caller's entries show.
 */
static int front_dir_iterate(struct file *file, struct dir_context *ctx)
{
	struct front_placeholder *p = file->private_data;
	loff_t first, rest;
	s64 ret;
	u8 *data;

	first = front_file_llseek(file, 0, SEEK_CUR);
	if (first < 0)
		return first;
	data = kvmalloc(FRONT_DIR_BYTES, GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	ctx->pos = first;
	ret = front_dir_read(p, data);
	if (ret > 0) {
		ret = front_dir_emit(ctx, data, ret, first, &rest);
		if (!ret && rest != -1)
			ret = min_t(loff_t, 0, front_file_llseek(file, rest,
								 SEEK_SET));
	}
	kvfree(data);
	return front_placeholder_error(p, VSYS_NR_getdents64, ret);
}

/* ---- The tables -------------------------------------------------------------------- */

static void front_file_fdinfo(struct seq_file *m, struct file *file)
{
	struct front_placeholder *p = file->private_data;

	seq_printf(m, "vsys-service:\t%s\nvsys-domain:\t%u\nvsys-fd:\t%d\nvsys-alive:\t%d\n",
		   p->origin->dev->service, p->origin->dev->domid, p->fd,
		   front_channel_alive(p->origin));
}

/* Regular files, directories, block devices. */
const struct file_operations front_file_ops = {
	.owner		= THIS_MODULE,
	.llseek		= front_file_llseek,
	.read_iter	= front_file_read_iter,
	.write_iter	= front_file_write_iter,
	.iterate_shared	= front_dir_iterate,
	.unlocked_ioctl	= front_file_ioctl,
	.flush		= front_file_flush,
	.release	= front_placeholder_release,
	.fsync		= front_file_fsync,
	.lock		= front_file_lock,
	.flock		= front_file_flock,
	.splice_read	= front_file_splice_read,
	.splice_write	= iter_file_splice_write,
	.fallocate	= front_file_fallocate,
	.show_fdinfo	= front_file_fdinfo,
};

/* Sockets, pipes, character devices: no position, but readiness. */
const struct file_operations front_stream_ops = {
	.owner		= THIS_MODULE,
	.read_iter	= front_file_read_iter,
	.write_iter	= front_file_write_iter,
	.poll		= front_poll,
	.unlocked_ioctl	= front_file_ioctl,
	.flush		= front_placeholder_flush,
	.release	= front_placeholder_release,
	.splice_read	= copy_splice_read,
	.splice_write	= iter_file_splice_write,
	.show_fdinfo	= front_file_fdinfo,
};

/* O_PATH. */
const struct file_operations front_path_ops = {
	.owner		= THIS_MODULE,
	.flush		= front_placeholder_flush,
	.release	= front_placeholder_release,
	.show_fdinfo	= front_file_fdinfo,
};
