// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks: whose a record lock is.  Here it is a shadow's; a client is told which
 * process of its own domain that stands for, and nothing of other domains' (0,
 * as Linux says of a process in another namespace).
 */
#include <linux/fcntl.h>
#include <linux/uaccess.h>

#include "channel.h"
#include "device.h"
#include "lock.h"

static s32 back_lock_owner(struct back_device *dev, s32 pid)
{
	struct back_channel *ch;
	struct task_struct *shadow;
	unsigned long id;
	s32 owner = 0;

	xa_lock(&dev->channels);
	xa_for_each(&dev->channels, id, ch) {
		shadow = READ_ONCE(ch->shadow);
		if (shadow && shadow->tgid == pid)
			owner = ch->pid;
	}
	xa_unlock(&dev->channels);
	return owner;
}

/* After fcntl: what it says of an owner, for the client to read. */
void back_lock_answer(struct back_channel *ch, const struct vsys_call *call)
{
	struct flock __user *lock = (void __user *)call->args[2];
	s16 type;
	s32 pid;

	if (call->args[1] != F_GETLK && call->args[1] != F_OFD_GETLK)
		return;
	/* The client may write there meanwhile: its own harm. */
	if (get_user(type, &lock->l_type) || type == F_UNLCK ||
	    get_user(pid, &lock->l_pid) || pid <= 0)
		return;
	put_user(back_lock_owner(ch->dev, pid), &lock->l_pid);
}
