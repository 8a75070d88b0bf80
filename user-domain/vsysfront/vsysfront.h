/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsysfront: the frontend of vsys, in a user domain.  Each noun has a file and a
 * header of its name; this one has what concerns them all.
 *
 * Who keeps whom alive:
 *
 *	placeholder --> channel --> device
 *	open file ----> channel
 *
 * Every arrow is a reference (kref).  A channel counts besides who still needs
 * its shadow ("uses": its open file, the placeholders that were opened
 * through it, the calls in progress); when the last of them is gone the shadow
 * is told to end, and memory, grants and doorbell are given back.
 *
 * Locks, outermost first; counting/wing.h has those of counting:
 *
 *	chardev_file.lock (mutex)	opening a channel, through one open file
 *	placeholder.lock (mutex)	attachments of a placeholder
 *	channel.grow (mutex)		growth of arena regions
 *	mmap_lock
 *	channel.creds_lock (mutex)	what is attested
 *	front_users_lock (mutex)	users of this domain
 *	front_devices_lock		list of devices
 *	device.lock			channels of a device
 *	front_owners_lock		channels by owner
 *	front_quota_lock		what users have
 *	placeholder.poll_lock		what a service domain said of readiness
 *	ring.lock (irq)			sleepers, slots in use
 *	channel.remotes (xa_lock, irq)	remote descriptors, their placeholders
 */
#ifndef VSYSFRONT_H
#define VSYSFRONT_H

/* Before any header of the kernel's. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <virtuos/vsys.h>

/* How long is waited where no signal may end the wait. */
#define FRONT_PATIENCE		(5 * HZ)

/*
 * Nobody answers, for the service domain is gone: the one word for that in here.
 * B cannot say it (front_call_error(), front_control_check()).  Programs hear
 * what is right for them: from /dev/vsys ENODEV (chardev.c), from a placeholder
 * what is said of the call (front_placeholder_error()), from poll that it is
 * ready.
 */
#define FRONT_DEAD		(-MAX_ERRNO)

#endif /* VSYSFRONT_H */
