/* SPDX-License-Identifier: GPL-2.0-only */
/* Manage: what the shadow's manager thread does. */
#ifndef VSYSBACK_MANAGE_H
#define VSYSBACK_MANAGE_H

#include <linux/list.h>
#include <linux/types.h>
#include <virtuos/back.h>

struct file;
struct vsysback_channel;

/* What the shadow's manager thread does for a request of the control channel. */
struct vsysback_job {
	struct list_head list;
	u32 slot;			/* control slot to answer */
	enum { VSYSBACK_MAP, VSYSBACK_INSTALL } kind;
	/* MAP */
	u32 region;			/* slot whose region grows */
	u32 offset;			/* bytes */
	u32 nr_refs;
	/* INSTALL */
	struct file *file;
	u32 refs[];
};

int vsysback_manage(struct vsysback_channel *ch, s32 result,
		    struct vsys_back_manage *out);
int vsysback_manage_post(struct vsysback_channel *ch,
			 struct vsysback_job *job);
void vsysback_manage_flush(struct vsysback_channel *ch);
struct file *vsysback_manage_file(struct vsysback_channel *ch, int fd);

#endif /* VSYSBACK_MANAGE_H */
