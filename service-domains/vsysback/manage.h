/* SPDX-License-Identifier: GPL-2.0-only */
/* Manage: what the shadow's manager thread does. */
#ifndef BACK_MANAGE_H
#define BACK_MANAGE_H

#include <linux/list.h>
#include <linux/types.h>
#include <virtuos/back.h>

struct file;
struct back_channel;

/* What the shadow's manager thread does for a request of the control channel. */
struct back_job {
	struct list_head list;
	u32 control_slot;		/* to answer */
	enum { BACK_JOB_MAP, BACK_JOB_INSTALL } kind;
	/* MAP */
	u32 region;			/* that grows */
	u32 offset;			/* bytes */
	u32 nr_refs;
	/* INSTALL */
	struct file *file;
	u32 refs[];
};

int back_manage(struct back_channel *ch, s32 result,
		struct vsys_back_manage *out);
int back_manage_post(struct back_channel *ch, struct back_job *job);
void back_manage_flush(struct back_channel *ch);
struct file *back_manage_file(struct back_channel *ch, int fd);

#endif /* BACK_MANAGE_H */
