// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vsys: what programs are offered.  include/virtuos/front.h describes it. */
#include "chardev.h"
#include "arena.h"
#include "channel.h"
#include "counting/counting.h"
#include "creds.h"
#include "descriptor.h"
#include "kernel.h"
#include "placeholder.h"
#include "ring.h"
#include "sandbox.h"
#include "wait.h"
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <virtuos/front.h>

/* One open file of /dev/vsys. */
struct front_chardev_file {
	struct mutex lock;		/* opening */
	struct front_channel *ch;	/* NULL before OPEN; release */
	atomic_t ended;			/* its use of the channel is given up */
};

/* What a program hears. */
static long front_chardev_error(long ret)
{
	return ret == FRONT_DEAD ? -ENODEV : ret;
}

/* The channel of the calling process's file, with a use. */
static struct front_channel *front_chardev_channel(struct front_chardev_file *f)
{
	/* Acquire: what OPEN did before it stored ch. */
	struct front_channel *ch = smp_load_acquire(&f->ch);
	int err;

	if (!ch)
		return ERR_PTR(-EINVAL);	/* not opened */
	if (ch->mm != current->mm)
		return ERR_PTR(-EPERM);		/* inherited */
	if (!front_channel_use(ch))
		return ERR_PTR(FRONT_DEAD);
	err = !front_channel_alive(ch) ? FRONT_DEAD :
	      front_channel_sandboxed(ch) ? -EACCES : 0;
	if (!err)
		return ch;
	front_channel_unuse(ch);
	return ERR_PTR(err);
}

static long front_ioctl_open(struct front_chardev_file *f, void __user *arg)
{
	struct vsys_front_open open;
	struct front_channel *ch;
	long err = 0;

	if (copy_from_user(&open, arg, sizeof(open)))
		return -EFAULT;
	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	if (f->ch) {
		err = -EBUSY;
		goto out;
	}
	ch = front_channel_open(&open);
	if (IS_ERR(ch)) {
		err = PTR_ERR(ch);
		goto out;
	}
	front_channel_get(ch);
	smp_store_release(&f->ch, ch);	/* ready before it is seen */
	if (copy_to_user(arg, &open, sizeof(open)))
		err = -EFAULT;
out:
	mutex_unlock(&f->lock);
	return err;
}

static long front_ioctl_wait(struct front_channel *ch, void __user *arg)
{
	struct vsys_front_wait wait;
	int err;

	if (copy_from_user(&wait, arg, sizeof(wait)))
		return -EFAULT;
	if (wait.slot >= ch->nr_slots || wait.flags & ~VSYS_WAIT_NORESTART)
		return -EINVAL;
	/* One sleeper a slot: an interrupt walks them all. */
	if (test_and_set_bit(wait.slot, ch->waited))
		return -EBUSY;
	/* The program has spun already. */
	err = front_wait_asleep(&ch->kernel, front_channel_slot(ch, wait.slot),
				TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	clear_bit(wait.slot, ch->waited);
	if (err == FRONT_DEAD && READ_ONCE(ch->kernel.retired))
		return -EACCES;
	if (err == -ERESTARTSYS && wait.flags & VSYS_WAIT_NORESTART)
		return -EINTR;
	return err;
}

/* ---- Memory, credentials, descriptors --------------------------------------------- */

static long front_ioctl_arena(struct front_channel *ch, void __user *arg)
{
	struct vsys_front_arena a;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (a.slot >= ch->nr_slots || a.bytes > VSYS_SLOT_ARENA_MAX)
		return -EINVAL;
	err = front_arena_grow(ch, a.slot, a.bytes);
	if (err)
		return err;
	a.bytes = front_arena_pages(ch, a.slot) * PAGE_SIZE;
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

static long front_ioctl_creds(struct front_channel *ch, void __user *arg)
{
	struct vsys_front_creds creds;

	if (copy_from_user(&creds, arg, sizeof(creds)))
		return -EFAULT;
	return front_creds_attest(ch, creds.slot, creds.flags);
}

static long front_ioctl_fd(void __user *arg)
{
	struct front_placeholder *p;
	struct vsys_front_fd info;
	struct file *file;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	file = fget_raw(info.fd);	/* O_PATH, too */
	if (!file)
		return -EBADF;
	memset(info.service, 0, sizeof(info.service));
	info.remote_fd = -1;
	info.dead = 0;
	info.mode = 0;
	p = front_placeholder_of(file);
	if (p) {
		strscpy(info.service, p->origin->dev->service,
			sizeof(info.service));
		info.dead = !front_channel_alive(p->origin);
		info.mode = p->type;
	}
	fput(file);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long front_ioctl_attach(struct front_channel *ch, void __user *arg)
{
	struct front_placeholder *p;
	struct vsys_front_fd info;
	struct file *file;
	int ret = -EINVAL;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	file = fget_raw(info.fd);	/* O_PATH, too */
	if (!file)
		return -EBADF;
	p = front_placeholder_of(file);
	if (p)
		ret = front_placeholder_attach(p, ch);
	fput(file);
	if (ret < 0)
		return ret;
	info.remote_fd = ret;
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long front_ioctl_account(struct front_channel *ch, void __user *arg)
{
	struct vsys_front_account a;

	a.account = front_counting_account(ch, &a.counting);
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

static long front_ioctl_channel(struct front_channel *ch, unsigned int cmd,
				void __user *p)
{
	switch (cmd) {
	case VSYS_IOC_DOORBELL:
		front_ring_bell(&ch->kernel);
		return 0;
	case VSYS_IOC_WAIT:
		return front_ioctl_wait(ch, p);
	case VSYS_IOC_CALL:
		return front_descriptor_make(ch, p);
	case VSYS_IOC_ARENA:
		return front_ioctl_arena(ch, p);
	case VSYS_IOC_CREDS:
		return front_ioctl_creds(ch, p);
	case VSYS_IOC_ATTACH:
		return front_ioctl_attach(ch, p);
	case VSYS_IOC_ACCOUNT:
		return front_ioctl_account(ch, p);
	}
	return -ENOTTY;
}

static long front_ioctl(struct front_chardev_file *f, unsigned int cmd,
			void __user *p)
{
	struct front_channel *ch;
	long ret;

	if (cmd == VSYS_IOC_OPEN)
		return front_ioctl_open(f, p);
	if (cmd == VSYS_IOC_FD)
		return front_ioctl_fd(p);
	ch = front_chardev_channel(f);
	if (IS_ERR(ch))
		return PTR_ERR(ch);
	ret = front_ioctl_channel(ch, cmd, p);
	front_channel_unuse(ch);
	return ret;
}

static long front_chardev_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	return front_chardev_error(front_ioctl(file->private_data, cmd,
					       (void __user *)arg));
}

/* ---- Mapping ------------------------------------------------------------------------ */

static const struct vm_operations_struct front_arena_vm_ops = {
	.fault	= front_arena_fault,
};

static int front_chardev_map_pages(struct vm_area_struct *vma, void *first,
				   void *rest, u32 nr)
{
	unsigned long at = vma->vm_start;
	int err;
	u32 i;

	if (vma_pages(vma) != nr)
		return -EINVAL;
	err = vm_insert_page(vma, at, virt_to_page(first));
	for (i = 1; !err && i < nr; i++)
		err = vm_insert_page(vma, at + i * PAGE_SIZE,
			virt_to_page(rest + (i - 1) * PAGE_SIZE));
	return err;
}

static int front_chardev_map_arena(struct front_channel *ch,
				   struct vm_area_struct *vma, u64 offset)
{
	u64 size = (u64)ch->nr_slots * VSYS_SLOT_ARENA_MAX;
	u64 bytes = vma->vm_end - vma->vm_start;

	offset -= VSYS_MAP_ARENA;
	if (offset > size || bytes > size - offset ||
	    vma->vm_start != ch->arena_base + offset)
		return -EINVAL;
	vma->vm_private_data = ch;	/* the file keeps it */
	vma->vm_ops = &front_arena_vm_ops;
	return 0;
}

static int front_chardev_map(struct front_channel *ch,
			     struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;

	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	/* VM_IO: no madvise makes a child share it after all. */
	vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP |
			  VM_MIXEDMAP | VM_IO);
	vm_flags_clear(vma, VM_MAYEXEC);
	if (offset == VSYS_MAP_RING)
		return front_chardev_map_pages(vma, ch->program.ring.head,
				ch->program.ring.slots,
				1 + ch->nr_slots / VSYS_SLOTS_PER_PAGE);
	if (offset == VSYS_MAP_LOCAL)
		return front_chardev_map_pages(vma, ch->local, NULL, 1);
	if (offset >= VSYS_MAP_ARENA)
		return front_chardev_map_arena(ch, vma, offset);
	return -EINVAL;
}

static int front_chardev_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct front_channel *ch = front_chardev_channel(file->private_data);
	int err;

	if (IS_ERR(ch))
		return front_chardev_error(PTR_ERR(ch));
	err = front_chardev_map(ch, vma);
	front_channel_unuse(ch);
	return err;
}

/* ---- Opening and closing --------------------------------------------------------------- */

static int front_chardev_open(struct inode *inode, struct file *file)
{
	struct front_chardev_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);

	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	file->private_data = f;
	return 0;
}

static void front_chardev_end(struct front_chardev_file *f)
{
	if (f->ch && !atomic_xchg(&f->ended, 1))
		front_channel_unuse(f->ch);
}

/*
 * The owner's end ends the channel even if a child of its still holds the file
 * (it is close-on-exec, but fork copies it): the child can do nothing with it.
 */
static int front_chardev_flush(struct file *file, fl_owner_t id)
{
	struct front_chardev_file *f = file->private_data;
	struct front_channel *ch = READ_ONCE(f->ch);

	if (ch && current->flags & PF_EXITING && current->tgid == ch->tgid)
		front_chardev_end(f);
	return 0;
}

static int front_chardev_release(struct inode *inode, struct file *file)
{
	struct front_chardev_file *f = file->private_data;

	front_chardev_end(f);
	if (f->ch)
		front_channel_put(f->ch);
	mutex_destroy(&f->lock);
	kfree(f);
	return 0;
}

static const struct file_operations front_chardev_ops = {
	.owner		= THIS_MODULE,
	.open		= front_chardev_open,
	.unlocked_ioctl	= front_chardev_ioctl,
	.mmap		= front_chardev_mmap,
	.flush		= front_chardev_flush,
	.release	= front_chardev_release,
};

static struct miscdevice front_chardev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vsys",
	.fops	= &front_chardev_ops,
	.mode	= 0666,
};

int front_chardev_register(void)
{
	return misc_register(&front_chardev);
}

void front_chardev_unregister(void)
{
	misc_deregister(&front_chardev);
}
