// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptor: a call of the program's ring whose result is a descriptor.  It goes
 * by way of the kernel, which puts a placeholder into the program's own table.
 */
#include "descriptor.h"
#include "call.h"
#include "channel.h"
#include "counting/counting.h"
#include "creds.h"
#include "inode.h"
#include "placeholder.h"
#include "remote.h"
#include "ring.h"
#include "sandbox.h"
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <virtuos/calls.h>
#include <virtuos/front.h>

#define FRONT_FD_MAX	(1 << 20)

/* What the descriptor will be, from a private copy of the slot. */
static int front_descriptor_kind(const struct vsys_call *call, u32 flags,
			     struct front_kind *kind)
{
	u32 nr = array_index_nospec(call->nr, VSYS_NR_SYSCALLS), type;
	u32 result = call->nr == nr ? vsys_calls[nr].result :
				      VSYS_RESULT(DONE, 0);
	u64 asked = call->args[VSYS_RESULT_PARAM(result)];

	BUILD_BUG_ON(SOCK_NONBLOCK != O_NONBLOCK);
	switch (VSYS_RESULT_KIND(result)) {
	case VSYS_RESULT_FILE:
		kind->type = 0;			/* to be asked for */
		kind->flags = asked | O_LARGEFILE;
		kind->whole = false;
		return 0;
	case VSYS_RESULT_SOCKET:
		/* Beside the flags stands a new socket's type, or nothing. */
		type = asked & SOCK_TYPE_MASK;
		kind->type = S_IFSOCK;
		kind->flags = O_RDWR | ((asked | flags) & O_NONBLOCK);
		kind->whole = type && type != SOCK_STREAM;
		return 0;
	}
	return -EINVAL;
}

/*
 * Submits the slot and waits: the remote descriptor, or an error.  What the
 * service domain itself said stands in c->remote_fd as well.
 */
static s64 front_descriptor_submit(struct front_channel *ch,
			       struct vsys_front_call *c)
{
	struct vsys_slot *slot = front_channel_slot(ch, c->slot);
	s64 ret;
	int err;

	/* One sleeper a slot: an interrupt walks them all. */
	if (test_and_set_bit(c->slot, ch->waited))
		return -EBUSY;
	vsys_made_clear(&ch->kernel.memory.ring, c->slot);
	front_channel_submit(ch, c->slot);
	err = front_call_wait(ch, c->slot, FRONT_SIGNAL);
	clear_bit(c->slot, ch->waited);
	if (err)		/* dead, as good as dead, or not served */
		return READ_ONCE(ch->kernel.retired) ? -EACCES : FRONT_DEAD;
	ret = front_call_error(vsys_slot_finish(slot));
	if (ret == -EINTR && signal_pending(current) &&
	    !(c->flags & VSYS_WAIT_NORESTART))
		return -ERESTARTSYS;	/* the slot is as the program filled it */
	if (ret >= 0 && (ret < VSYS_FD_FIRST || ret >= FRONT_FD_MAX))
		ret = -EIO;
	c->remote_fd = ret;
	return ret;
}

/* What has it opened?  B has said so to this kernel alone; or it is asked. */
static int front_descriptor_type(struct front_channel *ch, u32 slot, s32 remote,
			     umode_t *type)
{
	*type = 0;
	if (ch->dev->features & VSYS_FEATURE_TYPE)
		*type = vsys_made_type(&ch->kernel.memory.ring, slot, remote);
	return front_inode_type_valid(*type) ?
		       0 : front_inode_type(ch, remote, type);
}

static struct file *front_descriptor_file(struct front_channel *ch,
				      struct vsys_front_call *c,
				      struct front_kind *kind)
{
	s64 remote = front_descriptor_submit(ch, c);
	int err = 0;

	if (remote < 0)
		return ERR_PTR(remote);
	err = front_remote_take(ch, remote);
	if (err)
		return ERR_PTR(err);
	if (!kind->type)
		err = front_descriptor_type(ch, c->slot, remote, &kind->type);
	if (err) {
		front_remote_close(ch, remote);
		if (err != FRONT_DEAD)
			c->remote_fd = err;	/* B's own, too */
		return ERR_PTR(err);
	}
	c->mode = kind->type;
	return front_placeholder_open(ch, remote, kind);
}

/* A slot that the program has filled, read once. */
static int front_descriptor_take(struct front_channel *ch, u32 index,
			     struct vsys_call *call)
{
	struct vsys_slot *slot = front_channel_slot(ch, index);
	int i;

	if (READ_ONCE(slot->state) != VSYS_SLOT_FREE)
		return -EINVAL;
	call->nr = vsys_nr_call(READ_ONCE(slot->nr));
	for (i = 0; i < 6; i++)
		call->args[i] = READ_ONCE(slot->args[i]);
	WRITE_ONCE(slot->nr, vsys_nr_pack(call->nr,
					  front_counting_account(ch, NULL)));
	return 0;
}

static int front_descriptor_prepare(struct front_channel *ch,
				struct vsys_front_call *c,
				struct front_kind *kind)
{
	struct vsys_call call;
	int err;

	if (c->slot >= ch->nr_slots ||
	    c->flags & ~(VSYS_WAIT_NORESTART | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (front_sandbox_binds_opening(ch->dev->class))
		return -EACCES;
	c->remote_fd = 0;
	c->mode = 0;
	err = front_creds_current(ch, c->slot);
	if (!err)
		err = front_descriptor_take(ch, c->slot, &call);
	return err ?: front_descriptor_kind(&call, c->flags, kind);
}

long front_descriptor_make(struct front_channel *ch, void __user *arg)
{
	struct vsys_front_call c;
	struct front_kind kind;
	struct file *file;
	long ret;
	int fd;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	ret = front_descriptor_prepare(ch, &c, &kind);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(c.flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = front_descriptor_file(ch, &c, &kind);
	ret = PTR_ERR_OR_ZERO(file);
	if (copy_to_user(arg, &c, sizeof(c))) {
		if (!ret)
			fput(file);
		ret = -EFAULT;
	}
	if (ret) {
		put_unused_fd(fd);
		return ret;
	}
	fd_install(fd, file);
	return fd;
}
