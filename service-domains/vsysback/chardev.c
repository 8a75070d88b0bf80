// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vsysback: see include/virtuos/back.h. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <virtuos/back.h>

#include "accept.h"
#include "channel.h"
#include "chardev.h"
#include "creds.h"
#include "device.h"
#include "manage.h"
#include "quota.h"
#include "worker.h"

static int back_accept(struct file *file, struct vsys_back_accept *out)
{
	struct back_channel *ch;
	int err;

	if (file->private_data)
		return -EBUSY;
	err = wait_event_interruptible_exclusive(back_accept_wait,
						 (ch = back_channel_accept()));
	if (err)
		return err;
	if (cmpxchg(&file->private_data, NULL, ch)) {
		back_channel_dead(ch);
		return -EBUSY;
	}
	back_creds_limits(ch->process.files, ch->process.fsize);
	memset(out, 0, sizeof(*out));
	out->frontend = ch->dev->frontend;
	out->channel = ch->id;
	out->pid = ch->pid;
	out->uid = back_user_uid(ch->user);
	out->arena_base = ch->arena_base;
	out->arena_size = (u64)(ch->program.nr_slots + VSYS_SLOTS_KERNEL) *
			  VSYS_SLOT_ARENA_MAX;
	memcpy(out->comm, ch->comm, sizeof(out->comm));
	return 0;
}

static long back_ioctl_accept(struct file *file, void __user *argp)
{
	struct vsys_back_accept accept;
	int err = back_accept(file, &accept);

	if (!err && copy_to_user(argp, &accept, sizeof(accept)))
		err = -EFAULT;
	return err;
}

static long back_ioctl_manage(struct back_channel *ch, void __user *argp)
{
	struct vsys_back_manage *manage;
	s32 result;
	int err;

	if (get_user(result, (s32 __user *)argp))
		return -EFAULT;
	if (current != ch->shadow)
		return -EPERM;
	manage = kzalloc(sizeof(*manage), GFP_KERNEL);
	if (!manage)
		return -ENOMEM;
	err = back_manage(ch, result, manage);
	if (!err && copy_to_user(argp, manage, sizeof(*manage)))
		err = -EFAULT;
	kfree(manage);
	return err;
}

static long back_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct back_channel *ch = READ_ONCE(file->private_data);
	void __user *argp = (void __user *)arg;
	struct vsys_back_serve serve;

	if (cmd == VSYS_BACK_IOC_ACCEPT)
		return back_ioctl_accept(file, argp);
	if (!ch)
		return -ENOTCONN;
	/* A channel is its shadow's alone. */
	if (current->tgid != ch->shadow->tgid)
		return -EPERM;
	switch (cmd) {
	case VSYS_BACK_IOC_SERVE:
		if (copy_from_user(&serve, argp, sizeof(serve)))
			return -EFAULT;
		if (!access_ok((void __user *)serve.scratch,
			       VSYS_SCRATCH_SIZE))
			return -EFAULT;
		return back_worker_serve(ch, serve.scratch);
	case VSYS_BACK_IOC_MANAGE:
		return back_ioctl_manage(ch, argp);
	}
	return -ENOTTY;
}

static int back_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		back_channel_dead(file->private_data);
	return 0;
}

/* misc_open() leaves a pointer to the miscdevice there. */
static int back_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return 0;
}

static const struct file_operations back_fops = {
	.owner = THIS_MODULE,
	.open = back_open,
	.release = back_release,
	.unlocked_ioctl = back_ioctl,
};

static struct miscdevice back_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vsysback",
	.fops = &back_fops,
	.mode = 0600,
};

int back_chardev_register(void)
{
	return misc_register(&back_misc);
}

void back_chardev_unregister(void)
{
	misc_deregister(&back_misc);
}
