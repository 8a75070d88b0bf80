/* SPDX-License-Identifier: GPL-2.0-only */
/* Bell: the interrupt of a doorbell, from its ring to its end. */
#ifndef VSYSBACK_BELL_H
#define VSYSBACK_BELL_H

#include <linux/atomic.h>
#include <linux/types.h>

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

#endif /* VSYSBACK_BELL_H */
