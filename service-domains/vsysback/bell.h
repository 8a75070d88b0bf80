/* SPDX-License-Identifier: GPL-2.0-only */
/* Bell: a doorbell rings here, or this end rings it. */
#ifndef BACK_BELL_H
#define BACK_BELL_H

#include <linux/atomic.h>
#include <linux/types.h>

struct back_channel;

/*
 * The end of a doorbell's interrupt is given by the thread that does the work,
 * when it has done all of it and goes to sleep: until then Xen's event code
 * keeps the doorbell quiet.
 */
struct back_bell {
	int irq;
	atomic_t owed;			/* an interrupt waits for its end */
	bool worked;			/* the thread's: since the last end */
	unsigned int empty;		/* the thread's: bells in a row for nothing */
};

void back_bell_rang(struct back_bell *bell);
void back_bell_end(struct back_bell *bell);
void back_channel_bell(struct back_channel *ch);
void back_channel_tell(struct back_channel *ch, u32 event);
void back_channel_answered(struct back_channel *ch, u32 region);

#endif /* BACK_BELL_H */
