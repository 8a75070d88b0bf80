/* SPDX-License-Identifier: GPL-2.0-only */
/* Placeholder: the file that stands for a remote one. */
#ifndef FRONT_PLACEHOLDER_H
#define FRONT_PLACEHOLDER_H

#include "vsysfront.h"
#include "call.h"
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/spinlock.h>

struct front_channel;

/* A descriptor for the same open file in another process's shadow. */
struct front_attachment {
	struct list_head node;
	struct front_channel *ch;
	s32 fd;
};

struct front_placeholder {
	struct front_channel *origin;	/* used while there are uses */
	s32 fd;
	atomic_t uses;			/* the open file, and by the inode */
	bool whole;			/* a record-keeping socket: no splitting */
	umode_t type;			/* S_IFMT bits */
	unsigned int remote_flags;	/* status flags that the remote has */
	struct mutex lock;
	struct list_head attachments;	/* lock */

	wait_queue_head_t wait;
	atomic_t events;		/* notifications so far */
	spinlock_t poll_lock;
	bool asked;			/* poll_lock */
	int armed;			/* poll_lock; events when last asked */
	__poll_t mask;			/* poll_lock; what was answered then */
};

/* What a new descriptor is. */
struct front_kind {
	umode_t type;			/* S_IFMT bits; 0: to be asked for */
	unsigned int flags;		/* O_… of the call */
	bool whole;
};

int front_placeholder_init(void);
void front_placeholder_exit(void);
struct file *front_placeholder_open(struct front_channel *ch, s32 fd,
				    const struct front_kind *kind);
struct front_placeholder *front_placeholder_of(struct file *file);
s64 front_placeholder_error(const struct front_placeholder *p, u32 nr,
			    s64 ret);
s64 front_placeholder_call(struct front_placeholder *p,
			   enum front_patience patience, u32 nr, u64 a1,
			   u64 a2, u64 a3);
int front_placeholder_attach(struct front_placeholder *p,
			     struct front_channel *ch);
bool front_placeholder_use(struct front_placeholder *p);
void front_placeholder_unuse(struct front_placeholder *p);
int front_placeholder_flush(struct file *file, fl_owner_t id);
int front_placeholder_release(struct inode *inode, struct file *file);
void front_placeholder_flags(struct file *file);

#endif /* FRONT_PLACEHOLDER_H */
