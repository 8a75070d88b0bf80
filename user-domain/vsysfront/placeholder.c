// SPDX-License-Identifier: GPL-2.0-only
/*
 * Placeholder: the file in a program's own table that stands for a file or
 * socket in a service domain.
 *
 * It lives on a small file system of its own that nobody can mount.  The file
 * holds the remote descriptor open; the structure belongs to the inode, which
 * a look through /proc/PID/fd can keep for longer.
 */
#include "placeholder.h"
#include "call.h"
#include "channel.h"
#include "control.h"
#include "file.h"
#include "inode.h"
#include "remote.h"
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <virtuos/calls.h>
#include <virtuos/death.h>

#define FRONT_FS_MAGIC	0x56535953	/* "VSYS" */

/* Status flags that fcntl(F_SETFL) can change. */
#define FRONT_STATUS_FLAGS	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

static struct vfsmount *front_mount;

/* ---- The file system ------------------------------------------------------ */

static void front_fs_evict_inode(struct inode *inode)
{
	struct front_placeholder *p = inode->i_private;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (!p)
		return;			/* the root */
	front_channel_put(p->origin);
	mutex_destroy(&p->lock);
	kfree(p);
	module_put(THIS_MODULE);
}

static const struct super_operations front_fs_ops = {
	.evict_inode	= front_fs_evict_inode,
	.drop_inode	= generic_delete_inode,
	.statfs		= front_inode_statfs,
};

/* What /proc/PID/fd shows. */
static char *front_fs_dname(struct dentry *dentry, char *buffer, int buflen)
{
	struct front_placeholder *p = d_inode(dentry)->i_private;
	char name[sizeof("vsys::[-2147483648]") + VSYS_SERVICE_NAME_MAX];
	int len = snprintf(name, sizeof(name), "vsys:%s:[%d]",
			   p->origin->dev->service, p->fd) + 1;

	if (len > buflen)
		return ERR_PTR(-ENAMETOOLONG);
	return memcpy(buffer + buflen - len, name, len);
}

static const struct dentry_operations front_fs_dops = {
	.d_dname	= front_fs_dname,
};

static int front_fs_init_context(struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = init_pseudo(fc, FRONT_FS_MAGIC);

	if (!ctx)
		return -ENOMEM;
	ctx->ops = &front_fs_ops;
	ctx->dops = &front_fs_dops;
	return 0;
}

/* No owner: the module's own mount must not pin it; its inodes do. */
static struct file_system_type front_fs_type = {
	.name		= "vsys",
	.init_fs_context = front_fs_init_context,
	.kill_sb	= kill_anon_super,
};

int front_placeholder_init(void)
{
	front_mount = kern_mount(&front_fs_type);
	return PTR_ERR_OR_ZERO(front_mount);
}

void front_placeholder_exit(void)
{
	kern_unmount(front_mount);
}

/* ---- Making one -------------------------------------------------------------- */

static struct inode *front_placeholder_inode(struct front_placeholder *p)
{
	struct inode *inode = new_inode(front_mount->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	/*
	 * Not S_IFSOCK and the like: other parts of the kernel would take the
	 * inode for a socket's of its own.  stat(2) asks the remote file.
	 */
	inode->i_mode = 0600;
	if (S_ISREG(p->type) || S_ISDIR(p->type))
		inode->i_mode |= p->type;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	inode->i_flags |= S_PRIVATE | S_NOATIME | S_NOCMTIME;
	inode->i_op = &front_inode_ops;
	i_size_write(inode, FRONT_SIZE);
	inode->i_private = p;
	__module_get(THIS_MODULE);
	front_channel_get(p->origin);
	return inode;
}

static struct front_placeholder *
front_placeholder_alloc(struct front_channel *ch, s32 fd,
			const struct front_kind *kind)
{
	struct front_placeholder *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	p->origin = ch;
	p->fd = fd;
	p->type = kind->type;
	p->whole = kind->whole;
	atomic_set(&p->uses, 1);
	p->remote_flags = kind->flags;
	mutex_init(&p->lock);
	INIT_LIST_HEAD(&p->attachments);
	init_waitqueue_head(&p->wait);
	spin_lock_init(&p->poll_lock);
	return p;
}

static bool front_placeholder_stream(const struct front_placeholder *p)
{
	return S_ISSOCK(p->type) || S_ISFIFO(p->type) || S_ISCHR(p->type);
}

static struct file *front_placeholder_file(struct front_placeholder *p,
					   struct inode *inode,
					   unsigned int flags)
{
	const struct file_operations *ops = &front_file_ops;
	unsigned int open_flags = flags & (O_ACCMODE | O_APPEND | O_NONBLOCK |
					   O_DIRECT | O_NOATIME | O_SYNC |
					   O_DIRECTORY | O_NOFOLLOW |
					   __O_TMPFILE | O_LARGEFILE);
	struct file *file;

	if (flags & O_PATH) {
		ops = &front_path_ops;
		open_flags = O_ACCMODE;		/* neither read nor write */
	} else if (front_placeholder_stream(p)) {
		ops = &front_stream_ops;
	}
	__module_get(ops->owner);		/* __fput() gives it back */
	file = alloc_file_pseudo(inode, front_mount, "vsys", open_flags, ops);
	if (IS_ERR(file)) {
		module_put(ops->owner);
		return file;
	}
	file->private_data = p;
	if (flags & O_PATH) {
		file->f_flags = O_PATH | (flags & O_DIRECTORY);
	} else if (front_placeholder_stream(p)) {
		file->f_mode |= FMODE_STREAM;
	} else {
		file->f_mode |= FMODE_PREAD | FMODE_PWRITE | FMODE_CAN_ODIRECT;
		file->f_pos = FRONT_POS_REMOTE;
	}
	return file;
}

/*
 * Makes the placeholder of a remote descriptor that was taken (remote.h), and
 * hands the descriptor over to it: on failure it has been closed.
 */
struct file *front_placeholder_open(struct front_channel *ch, s32 fd,
				    const struct front_kind *kind)
{
	struct front_placeholder *p;
	struct inode *inode = NULL;
	struct file *file = ERR_PTR(-ENOMEM);

	p = front_placeholder_alloc(ch, fd, kind);
	if (!p)
		goto close;
	inode = front_placeholder_inode(p);
	if (!inode) {
		kfree(p);
		goto close;
	}
	if (WARN_ON_ONCE(!front_channel_use(ch)))  /* the caller is one, too */
		goto close;
	file = front_placeholder_file(p, inode, kind->flags);
	if (!IS_ERR(file)) {
		front_remote_enter(ch, fd, p);
		return file;
	}
	front_channel_unuse(ch);
close:
	if (inode)
		iput(inode);			/* and with it p */
	front_remote_close(ch, fd);
	return file;
}

/* The placeholder behind a file, or NULL. */
struct front_placeholder *front_placeholder_of(struct file *file)
{
	if (file->f_op != &front_file_ops && file->f_op != &front_stream_ops &&
	    file->f_op != &front_path_ops)
		return NULL;
	return file->private_data;
}

/* ---- What a program hears of a dead one ------------------------------------------- */

s64 front_placeholder_error(const struct front_placeholder *p, u32 nr, s64 ret)
{
	return ret == FRONT_DEAD ? vsys_death_errno(nr, S_ISSOCK(p->type)) :
				   ret;
}

/* A call without memory on the remote descriptor. */
s64 front_placeholder_call(struct front_placeholder *p,
			   enum front_patience patience, u32 nr, u64 a1,
			   u64 a2, u64 a3)
{
	s64 ret = front_call_simple(p->origin, patience, nr, p->fd, a1, a2, a3);

	return front_placeholder_error(p, nr, ret);
}

/* ---- Attachments ---------------------------------------------------------------- */

static void front_attachment_free(struct front_attachment *a)
{
	list_del(&a->node);
	front_channel_put(a->ch);
	kfree(a);
}

/* p->lock held: the descriptor on a channel; drops those on closed channels. */
static s32 front_attachment_find(struct front_placeholder *p,
				 struct front_channel *ch)
{
	struct front_attachment *a, *next;
	s32 fd = -ENOENT;

	list_for_each_entry_safe(a, next, &p->attachments, node) {
		if (a->ch == ch)
			fd = a->fd;
		else if (!atomic_read(&a->ch->uses))
			front_attachment_free(a);
	}
	return fd;
}

/* p->lock held: asks B for a descriptor in the other shadow. */
static s32 front_attachment_make(struct front_placeholder *p,
				 struct front_channel *ch)
{
	u64 args[4] = { p->origin->id, p->fd, ch->id };
	struct front_attachment *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	s64 fd;

	if (!a)
		return -ENOMEM;
	fd = front_control_request(ch->dev, VSYS_CONTROL_SHARE, args, NULL, 0,
				   FRONT_PATIENCE);
	if (fd >= 0)
		fd = fd < VSYS_FD_FIRST || fd > INT_MAX ?
			     -EPROTO : front_remote_take(ch, fd) ?: fd;
	if (fd < 0) {
		kfree(a);
		return fd;
	}
	front_channel_get(ch);
	a->ch = ch;
	a->fd = fd;
	list_add(&a->node, &p->attachments);
	return fd;
}

/*
 * The remote descriptor by which another channel of the same device knows the
 * open file.  The caller holds the file and uses the channel.
 */
int front_placeholder_attach(struct front_placeholder *p,
			     struct front_channel *ch)
{
	s32 fd;

	if (p->origin == ch)
		return p->fd;
	if (p->origin->dev != ch->dev || !front_channel_alive(p->origin))
		return -EIO;	/* its own domain is gone, not the channel's */
	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	fd = front_attachment_find(p, ch);
	if (fd == -ENOENT)
		fd = front_attachment_make(p, ch);
	mutex_unlock(&p->lock);
	return fd;
}

/* ---- Ending ------------------------------------------------------------------------ */

/* Every close of a descriptor, by whomever. */
int front_placeholder_flush(struct file *file, fl_owner_t id)
{
	struct front_placeholder *p = file->private_data;

	front_channel_note_close(p->origin->dev->service);
	return 0;
}

/*
 * Closes the remote descriptors.  Channels that have been closed meanwhile took
 * theirs with them.
 */
static void front_placeholder_end(struct front_placeholder *p)
{
	struct front_attachment *a, *next;

	list_for_each_entry_safe(a, next, &p->attachments, node) {
		front_remote_close(a->ch, a->fd);
		front_attachment_free(a);
	}
	front_remote_close(p->origin, p->fd);
	front_channel_unuse(p->origin);
}

/*
 * For what comes by the inode, which outlives the open file.  False: that has
 * been closed, and the remote descriptor with it.
 */
bool front_placeholder_use(struct front_placeholder *p)
{
	return atomic_inc_not_zero(&p->uses);
}

void front_placeholder_unuse(struct front_placeholder *p)
{
	if (atomic_dec_and_test(&p->uses))
		front_placeholder_end(p);
}

/*
 * The last close waits for the remote one, so that what the program does next
 * (bind the same address, say) finds it closed; unless somebody is in the middle
 * of something that came by the inode.
 */
int front_placeholder_release(struct inode *inode, struct file *file)
{
	front_placeholder_unuse(file->private_data);
	return 0;
}

/* Brings the remote status flags in line with what F_SETFL did here. */
void front_placeholder_flags(struct file *file)
{
	struct front_placeholder *p = file->private_data;
	unsigned int flags = READ_ONCE(file->f_flags) & FRONT_STATUS_FLAGS;

	if (flags == (READ_ONCE(p->remote_flags) & FRONT_STATUS_FLAGS))
		return;
	if (!front_placeholder_call(p, FRONT_KILL, VSYS_NR_fcntl, F_SETFL,
				    flags, 0))
		WRITE_ONCE(p->remote_flags, flags);
}
