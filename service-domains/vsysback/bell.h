/* SPDX-License-Identifier: GPL-2.0-only */
/* Bell: a doorbell rings here, or this end rings it. */
#ifndef VSYSBACK_BELL_H
#define VSYSBACK_BELL_H

#include <linux/atomic.h>
#include <linux/types.h>

struct vsysback_channel;

/*
 * The end of a doorbell's interrupt is given by the thread that does the work,
 * when it has done all of it and goes to sleep: until then Xen's event code
 * keeps the doorbell quiet.
 */
struct vsysback_bell {
	int irq;
	atomic_t owed;			/* an interrupt waits for its end */
	bool worked;			/* the thread's: since the last end */
	unsigned int empty;		/* the thread's: bells in a row for nothing */
};

void vsysback_bell_rang(struct vsysback_bell *bell);
void vsysback_bell_end(struct vsysback_bell *bell);
void vsysback_channel_ring(struct vsysback_channel *ch);

#endif /* VSYSBACK_BELL_H */
