/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsys-hostile-back: a service domain's end of a vsys device that breaks the
 * protocol on purpose, to see what the user domain makes of it.
 *
 * The device is bound to it by hand (tests/xen/kernels.py).  There are no
 * shadows: a thread answers requests and calls by itself, in the way that the
 * module's parameter "mode" names, and does what that mode does besides.
 *
 * "F" is the user domain's end, "B" this one.
 */
#ifndef HOSTILE_BACK_H
#define HOSTILE_BACK_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include <virtuos/calls.h>
#include <virtuos/control.h>
#include <virtuos/ring.h>

#define HOSTILE_CHANNELS	64u
/* Answers that wait for their time. */
#define HOSTILE_LATE		256u

/* ---- ring.c: pages of F's ---------------------------------------------- */

struct hostile_ring {
	struct vsys_ring ring;
	void *pages;			/* NULL: not mapped */
	u32 nr_used;			/* slots that F uses */
	u32 cursor;
	int irq;			/* of its doorbell */
	struct hostile_late *late;	/* the device's */
	struct hostile_channel *ch;	/* NULL: control */
	u32 region;			/* of its first slot */
};

int hostile_ring_map(struct xenbus_device *xdev, struct hostile_ring *ring,
		     u32 *refs, u32 nr_pages, u32 nr_slots);
void hostile_ring_unmap(struct xenbus_device *xdev, struct hostile_ring *ring);
void hostile_ring_tell(struct hostile_ring *ring, u32 slot);
void hostile_ring_answer(struct hostile_ring *ring, u32 slot, s64 ret);

/* ---- channel.c --------------------------------------------------------- */

struct hostile_channel {
	struct hostile_ring program, kernel;
	struct vsys_readiness *ready;	/* behind the kernel's slots, or NULL */
	u32 event_prod;
	u32 next_fd;
	int irq;			/* 0: not open */
};

struct hostile_late {
	u32 nr;
	struct {
		struct hostile_ring *ring;
		u32 slot;
		s64 ret;
		unsigned long due;	/* jiffies */
	} answers[HOSTILE_LATE];
};

struct hostile_back {
	struct xenbus_device *xdev;
	struct hostile_ring control;	/* behind its slots: messages */
	int irq;
	struct task_struct *thread;	/* NULL: not connected */
	struct rnd_state random;
	struct hostile_late late;
	struct hostile_channel channels[HOSTILE_CHANNELS];
};

s64 hostile_channel_open(struct hostile_back *b, const struct vsys_open *open);
void hostile_channel_close(struct hostile_back *b, u64 id);

/* ---- mode.c: how it answers, and what it does besides ------------------ */

struct hostile_mode {
	const char *name;
	/* In place of what an honest one would answer; not to OPEN. */
	s64 (*answer)(struct hostile_back *b, s64 honest);
	/* Now and then, for each channel that is open. */
	void (*step)(struct hostile_back *b, struct hostile_channel *ch);
	bool storm;			/* not now and then: always */
	u32 call_ms, request_ms;	/* late by so much; ~0: never */
};

const struct hostile_mode *hostile_mode_now(void);

/* ---- serve.c: the thread ----------------------------------------------- */

int hostile_serve(void *back);

#endif /* HOSTILE_BACK_H */
