// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vsys-counters: for profilers.  include/virtuos/front-counters.h has it. */
#include "accounts.h"
#include "counting.h"
#include "entry.h"
#include "records.h"
#include "session.h"
#include "tally.h"
#include "../control.h"
#include "../device.h"
#include "../kernel.h"
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

static long front_counters_start(struct front_session *s, void __user *arg)
{
	struct vsys_counters_start start;

	if (copy_from_user(&start, arg, sizeof(start)))
		return -EFAULT;
	return front_session_start(s, &start);
}

static long front_counters_add(struct front_session *s, void __user *arg)
{
	u32 tgid;

	if (copy_from_user(&tgid, arg, sizeof(tgid)))
		return -EFAULT;
	if (!tgid || tgid > PID_MAX_LIMIT)
		return -ESRCH;
	return front_session_add(s, tgid);
}

/* The entries that there are, from the first one wanted that is not there yet. */
static int front_counters_fill(struct front_session *s,
			       struct vsys_counters_accounts *want,
			       struct vsys_account_entry *out)
{
	struct front_entry *e;
	unsigned long i;

	xa_for_each_start(&s->entries, i, e,
			  (unsigned long)want->first + want->count) {
		if (want->count == want->room)
			break;
		front_entry_show(e, out);
		if (copy_to_user(u64_to_user_ptr(want->entries) +
				 want->count * sizeof(*out), out, sizeof(*out)))
			return -EFAULT;
		want->count++;
	}
	return 0;
}

static long front_counters_accounts(struct front_session *s, void __user *arg)
{
	struct vsys_account_entry *out;
	struct vsys_counters_accounts want;
	struct front_accounts *a;
	unsigned long i;
	long err;

	if (copy_from_user(&want, arg, sizeof(want)))
		return -EFAULT;
	out = kmalloc(sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	want.count = 0;
	err = front_counters_fill(s, &want, out);
	/* At the end alone: who reads them a few at a time does not pay each time. */
	if (!err && want.count < want.room) {
		xa_for_each(&s->channels, i, a)
			front_accounts_calls(a);
		err = front_counters_fill(s, &want, out);
	}
	kfree(out);
	if (!err && copy_to_user(arg, &want, sizeof(want)))
		err = -EFAULT;
	return err;
}

static long front_counters_totals(struct front_session *s, void __user *arg)
{
	struct vsys_counters_totals *totals = memdup_user(arg, sizeof(*totals));
	long err;

	if (IS_ERR(totals))
		return PTR_ERR(totals);
	totals->service[VSYS_SERVICE_NAME_MAX - 1] = 0;
	err = front_tally_read(s, totals);
	if (!err && copy_to_user(arg, totals, sizeof(*totals)))
		err = -EFAULT;
	kfree(totals);
	return err;
}

static long front_counters_symbol(void __user *arg)
{
	struct vsys_counters_symbol s;
	struct front_device *dev;
	s64 ret = -EOPNOTSUPP;
	u8 *c;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	s.service[VSYS_SERVICE_NAME_MAX - 1] = 0;
	if (!*s.service)
		return -ENOENT;
	dev = front_device_find(s.service, 0);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (dev->features & VSYS_FEATURE_COUNTERS)
		ret = front_control_exchange(dev, VSYS_CONTROL_SYMBOL,
					     &s.symbol, sizeof(s.symbol),
					     FRONT_PATIENCE);
	front_device_put(dev);
	if (ret)
		return ret == FRONT_DEAD ? -ENODEV : ret > 0 ? -EPROTO : ret;
	/* It will be shown on a terminal. */
	s.symbol.name[VSYS_SYMBOL_MAX - 1] = 0;
	for (c = s.symbol.name; *c; c++)
		if (!isascii(*c) || !isprint(*c))
			*c = '?';
	return copy_to_user(arg, &s, sizeof(s)) ? -EFAULT : 0;
}

static long front_counters_ioctl(struct file *file, unsigned int cmd,
				 unsigned long arg)
{
	struct front_session *s = file->private_data;
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case VSYS_COUNTERS_START:
		return front_counters_start(s, p);
	case VSYS_COUNTERS_ADD:
		return front_counters_add(s, p);
	case VSYS_COUNTERS_ACCOUNTS:
		return front_counters_accounts(s, p);
	case VSYS_COUNTERS_TOTALS:
		return front_counters_totals(s, p);
	case VSYS_COUNTERS_SYMBOL:
		return front_counters_symbol(p);
	case VSYS_COUNTERS_STOP:
		front_session_stop(s);
		return 0;
	}
	return -ENOTTY;
}

/* ---- Records ------------------------------------------------------------------- */

static ssize_t front_counters_read(struct file *file, char __user *to,
				   size_t bytes, loff_t *pos)
{
	struct front_session *s = file->private_data;
	bool stopped;
	ssize_t done;

	if (bytes < sizeof(struct vsys_session_record))
		return -EINVAL;
	for (;;) {
		/* Before the look: what came before the end is seen by it. */
		stopped = READ_ONCE(s->stopped);
		done = front_records_read(s, to, bytes);
		if (done || stopped)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		/* Without end, if B moves its index and never to where it makes sense. */
		if (signal_pending(current))
			return -ERESTARTSYS;
		cond_resched();
		if (wait_event_interruptible(s->wait, READ_ONCE(s->stopped) ||
						      front_records_any(s)))
			return -ERESTARTSYS;
	}
}

static __poll_t front_counters_poll(struct file *file, poll_table *table)
{
	struct front_session *s = file->private_data;

	poll_wait(file, &s->wait, table);
	return READ_ONCE(s->stopped) || front_records_any(s) ?
		       EPOLLIN | EPOLLRDNORM : 0;
}

/* ---- Mapping: accounts, to be read without a system call ---------------------------- */

static int front_counters_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct front_session *s = file->private_data;
	struct page *page;
	unsigned long i;
	int err = 0;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_MIXEDMAP);
	vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
	for (i = 0; !err && i < vma_pages(vma); i++) {
		page = front_accounts_page(s, vma->vm_pgoff + i);
		err = page ? vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE,
					    page) : -ENXIO;
		if (page)
			put_page(page);	/* the mapping has its own */
	}
	return err;
}

/* ---- Opening and closing ---------------------------------------------------------------- */

static int front_counters_open(struct inode *inode, struct file *file)
{
	struct front_session *s;

	if (!perfmon_capable())
		return -EPERM;
	s = front_session_open();
	if (!s)
		return -ENOMEM;
	file->private_data = s;
	return nonseekable_open(inode, file);
}

static int front_counters_release(struct inode *inode, struct file *file)
{
	front_session_close(file->private_data);
	return 0;
}

static const struct file_operations front_counters_ops = {
	.owner		= THIS_MODULE,
	.open		= front_counters_open,
	.read		= front_counters_read,
	.poll		= front_counters_poll,
	.unlocked_ioctl	= front_counters_ioctl,
	.mmap		= front_counters_mmap,
	.release	= front_counters_release,
};

static struct miscdevice front_counters = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vsys-counters",
	.fops	= &front_counters_ops,
	.mode	= 0666,
};

int front_counting_init(void)
{
	return misc_register(&front_counters);
}

void front_counting_exit(void)
{
	misc_deregister(&front_counters);
	/* Accounts that the last channels let go may be on their way to be freed. */
	rcu_barrier();
}
