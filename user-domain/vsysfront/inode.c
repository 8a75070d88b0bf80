// SPDX-License-Identifier: GPL-2.0-only
/* Inode operations of placeholders: attributes. */
#include "inode.h"
#include "arena.h"
#include "call.h"
#include "channel.h"
#include "kernel.h"
#include "placeholder.h"
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/stat.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <asm/stat.h>
#include <virtuos/calls.h>

#define FRONT_BLKSIZE_MAX	(1 << 30)

/* Makes a call that fills a structure; it is copied once. */
static int front_inode_query(struct front_channel *ch, u32 nr, s32 fd,
			     void *to, size_t bytes)
{
	struct front_call call;
	s64 ret;

	ret = front_call_begin(&call, ch, bytes, FRONT_KILL);
	if (ret)
		return ret;
	ret = front_call_make(&call, nr, fd, front_call_address(&call, 0), 0,
			      0, 0, 0);
	if (ret == 0)
		front_arena_read(call.region, 0, to, bytes);
	front_call_end(&call);
	return ret > 0 ? -EIO : ret;
}

bool front_inode_type_valid(umode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISCHR(mode) ||
	       S_ISBLK(mode) || S_ISFIFO(mode) || S_ISLNK(mode) ||
	       S_ISSOCK(mode);
}

/* Of what type is a remote file?  S_IFMT bits. */
int front_inode_type(struct front_channel *ch, s32 fd, umode_t *type)
{
	struct stat st;
	int err = front_inode_query(ch, VSYS_NR_fstat, fd, &st, sizeof(st));

	if (!err && !front_inode_type_valid(st.st_mode))
		err = -EIO;
	if (!err)
		*type = st.st_mode & S_IFMT;
	return err;
}

/* Of a placeholder. */
static int front_inode_ask(const struct front_placeholder *p, u32 nr, void *to,
			   size_t bytes)
{
	return front_placeholder_error(p, nr,
			front_inode_query(p->origin, nr, p->fd, to, bytes));
}

static void front_inode_kstat(const struct stat *st, struct kstat *stat)
{
	stat->dev = new_decode_dev(st->st_dev);
	stat->ino = st->st_ino;
	stat->nlink = st->st_nlink;
	stat->mode = st->st_mode;
	stat->uid = make_kuid(&init_user_ns, st->st_uid);
	stat->gid = make_kgid(&init_user_ns, st->st_gid);
	stat->rdev = new_decode_dev(st->st_rdev);
	stat->size = st->st_size;
	stat->blksize = clamp_t(__kernel_long_t, st->st_blksize, 1,
				FRONT_BLKSIZE_MAX);
	stat->blocks = st->st_blocks;
	stat->atime = (struct timespec64){ st->st_atime, st->st_atime_nsec };
	stat->mtime = (struct timespec64){ st->st_mtime, st->st_mtime_nsec };
	stat->ctime = (struct timespec64){ st->st_ctime, st->st_ctime_nsec };
	stat->result_mask = STATX_BASIC_STATS;
}

/* The placeholder of an inode, used, unless its file has been closed. */
static struct front_placeholder *front_inode_use(struct inode *inode)
{
	struct front_placeholder *p = inode->i_private;

	return p && front_placeholder_use(p) ? p : NULL;
}

static int front_inode_getattr(struct mnt_idmap *idmap,
			       const struct path *path, struct kstat *stat,
			       u32 mask, unsigned int flags)
{
	struct front_placeholder *p;
	struct stat st;
	int err;

	p = front_inode_use(d_inode(path->dentry));
	if (!p)
		return -ESTALE;
	err = front_inode_ask(p, VSYS_NR_fstat, &st, sizeof(st));
	front_placeholder_unuse(p);
	if (err)
		return err;
	if (!front_inode_type_valid(st.st_mode))
		return -EIO;
	front_inode_kstat(&st, stat);
	return 0;
}

/* ---- Changing attributes --------------------------------------------------- */

static int front_inode_change(struct front_placeholder *p, u32 nr, u64 a1,
			      u64 a2)
{
	s64 ret = front_placeholder_call(p, FRONT_KILL, nr, a1, a2, 0);

	return ret > 0 ? -EIO : ret;
}

static void front_inode_time(struct timespec64 *to, unsigned int valid,
			     unsigned int bit, unsigned int set,
			     const struct timespec64 *from)
{
	if (!(valid & bit))
		to->tv_nsec = UTIME_OMIT;
	else if (!(valid & set))
		to->tv_nsec = UTIME_NOW;
	else
		*to = *from;
}

/* As two of struct timespec. */
static s64 front_inode_times_call(struct front_placeholder *p,
				  const struct timespec64 times[2])
{
	const size_t bytes = 2 * sizeof(*times);
	struct front_call call;
	s64 ret;

	static_assert(sizeof(*times) == 16);
	ret = front_call_begin(&call, p->origin, bytes, FRONT_KILL);
	if (ret)
		return ret;
	front_arena_write(call.region, 0, times, bytes);
	ret = front_call_make(&call, VSYS_NR_utimensat, p->fd, 0,
			      front_call_address(&call, 0), 0, 0, 0);
	front_call_end(&call);
	return ret > 0 ? -EIO : ret;
}

static int front_inode_times(struct front_placeholder *p,
			     const struct iattr *attr)
{
	struct timespec64 times[2] = { };

	front_inode_time(&times[0], attr->ia_valid, ATTR_ATIME,
			 ATTR_ATIME_SET, &attr->ia_atime);
	front_inode_time(&times[1], attr->ia_valid, ATTR_MTIME,
			 ATTR_MTIME_SET, &attr->ia_mtime);
	return front_placeholder_error(p, VSYS_NR_utimensat,
				       front_inode_times_call(p, times));
}

/*
 * The call is made with the rights of the process that opened the file.  Who
 * inherited the descriptor may have fewer: whether this one may is looked at
 * here, with the remote owner.  The inode is locked.
 */
static int front_inode_may(struct mnt_idmap *idmap, struct dentry *dentry,
			   struct front_placeholder *p, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct stat st;
	int err;

	err = front_inode_ask(p, VSYS_NR_fstat, &st, sizeof(st));
	if (err)
		return err;
	inode->i_uid = make_kuid(&init_user_ns, st.st_uid);
	inode->i_gid = make_kgid(&init_user_ns, st.st_gid);
	return setattr_prepare(idmap, dentry, attr);
}

static int front_inode_set(struct mnt_idmap *idmap, struct dentry *dentry,
			   struct front_placeholder *p, struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;
	int err;

	if (valid & ATTR_SIZE)
		return front_inode_change(p, VSYS_NR_ftruncate, attr->ia_size,
					  0);
	err = front_inode_may(idmap, dentry, p, attr);
	if (err)
		return err;
	if (valid & (ATTR_UID | ATTR_GID))
		err = front_inode_change(p, VSYS_NR_fchown,
			valid & ATTR_UID ?
				from_kuid(&init_user_ns, attr->ia_uid) : -1,
			valid & ATTR_GID ?
				from_kgid(&init_user_ns, attr->ia_gid) : -1);
	else if (valid & ATTR_MODE)	/* with an owner: set-id bits, theirs */
		err = front_inode_change(p, VSYS_NR_fchmod,
					 attr->ia_mode & 07777, 0);
	else if (valid & (ATTR_ATIME | ATTR_MTIME))
		err = front_inode_times(p, attr);
	return err;
}

static int front_inode_setattr(struct mnt_idmap *idmap,
			       struct dentry *dentry, struct iattr *attr)
{
	struct front_placeholder *p = front_inode_use(d_inode(dentry));
	int err;

	if (!p)
		return -ESTALE;
	err = front_inode_set(idmap, dentry, p, attr);
	front_placeholder_unuse(p);
	return err;
}

const struct inode_operations front_inode_ops = {
	.getattr	= front_inode_getattr,
	.setattr	= front_inode_setattr,
};

/* fstatfs(2). */
int front_inode_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct front_placeholder *p = front_inode_use(d_inode(dentry));
	struct statfs st;
	int err;

	static_assert(sizeof(st) == 120);
	if (!p)
		return -ESTALE;
	err = front_inode_ask(p, VSYS_NR_fstatfs, &st, sizeof(st));
	front_placeholder_unuse(p);
	if (err)
		return err;
	buf->f_type = st.f_type;
	buf->f_bsize = st.f_bsize;
	buf->f_blocks = st.f_blocks;
	buf->f_bfree = st.f_bfree;
	buf->f_bavail = st.f_bavail;
	buf->f_files = st.f_files;
	buf->f_ffree = st.f_ffree;
	buf->f_fsid.val[0] = st.f_fsid.val[0];
	buf->f_fsid.val[1] = st.f_fsid.val[1];
	buf->f_namelen = st.f_namelen;
	buf->f_frsize = st.f_frsize;
	buf->f_flags = st.f_flags;
	return 0;
}
