/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting: what calls cost here, told to the user domain that makes them
 * (docs/protocol.md, section 10).
 *
 * This is the door of the wing.  The forwarder includes no other header of this
 * folder, and keeps one pointer in a device, a channel and a worker each, without
 * knowing where it leads.  Built with VSYS_COUNTING=n (Kbuild) there is nothing
 * behind the door: the feature is not offered, and a request of counting is a
 * request that nobody knows.
 */
#ifndef VSYSBACK_COUNTING_H
#define VSYSBACK_COUNTING_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "../channel.h"
#include "../worker.h"

struct vsys_call;
struct vsysback_count;
struct vsysback_device;

#ifdef VSYS_COUNTING

/* A channel's, whether anything is counted there or not. */
struct vsysback_counting {
	/*
	 * Why its workers have to look before a call: one for the count, if there
	 * is one, and one for each gauge that a worker holds, for that may be of
	 * an old count, to be given back.  Written under the lock.
	 */
	unsigned int reasons;
	struct mutex lock;		/* all of it, and the count's gauges */
	struct vsysback_count *count;	/* NULL: none */
	u64 number;			/* another for each count; 0: none */
	bool ended;			/* there will be no other */
};

/* The feature bits that are offered. */
u32 vsysback_counting_features(void);
/* A request of the control channel.  -ENOSYS: it is none of counting's. */
s64 vsysback_counting_request(struct vsysback_device *dev,
			      const struct vsys_call *call, void *message);

int vsysback_counting_device_make(struct vsysback_device *dev);
void vsysback_counting_device_free(struct vsysback_device *dev);

int vsysback_counting_channel_make(struct vsysback_channel *ch);
/* Nothing is counted there any more, and none of its pages is mapped. */
void vsysback_counting_channel_end(struct vsysback_channel *ch);
void vsysback_counting_channel_free(struct vsysback_channel *ch);

/* gauge.c; for the functions below. */
bool vsysback_gauge_begin(struct vsysback_worker *w, u32 slot,
			  const struct vsys_call *call);
void vsysback_gauge_end(struct vsysback_gauge *g, s64 ret);
void vsysback_gauge_blocks(struct vsysback_gauge *g);
void vsysback_gauge_runs(struct vsysback_gauge *g);
void vsysback_gauge_drop(struct vsysback_worker *w);

/* The worker has a call.  False: it is not counted. */
static inline bool vsysback_counting_begin(struct vsysback_worker *w, u32 slot,
					   const struct vsys_call *call)
{
	return unlikely(READ_ONCE(w->channel->counting->reasons)) &&
	       vsysback_gauge_begin(w, slot, call);
}

/* The call that is counted has its result. */
static inline void vsysback_counting_end(struct vsysback_worker *w, s64 ret)
{
	vsysback_gauge_end(w->gauge, ret);
}

/* The scheduler says that the worker is about to block in its call. */
static inline void vsysback_counting_blocks(struct vsysback_worker *w)
{
	if (unlikely(w->gauge))
		vsysback_gauge_blocks(w->gauge);
}

/* It runs again. */
static inline void vsysback_counting_runs(struct vsysback_worker *w)
{
	if (unlikely(w->gauge))
		vsysback_gauge_runs(w->gauge);
}

/* It ends. */
static inline void vsysback_counting_drop(struct vsysback_worker *w)
{
	if (w->gauge)
		vsysback_gauge_drop(w);
}

#else /* VSYS_COUNTING */

static inline u32 vsysback_counting_features(void)
{
	return 0;
}

static inline s64 vsysback_counting_request(struct vsysback_device *dev,
					    const struct vsys_call *call,
					    void *message)
{
	return -ENOSYS;
}

static inline int vsysback_counting_device_make(struct vsysback_device *dev)
{
	return 0;
}

static inline void vsysback_counting_device_free(struct vsysback_device *dev)
{
}

static inline int vsysback_counting_channel_make(struct vsysback_channel *ch)
{
	return 0;
}

static inline void vsysback_counting_channel_end(struct vsysback_channel *ch)
{
}

static inline void vsysback_counting_channel_free(struct vsysback_channel *ch)
{
}

static inline bool vsysback_counting_begin(struct vsysback_worker *w, u32 slot,
					   const struct vsys_call *call)
{
	return false;
}

static inline void vsysback_counting_end(struct vsysback_worker *w, s64 ret)
{
}

static inline void vsysback_counting_blocks(struct vsysback_worker *w)
{
}

static inline void vsysback_counting_runs(struct vsysback_worker *w)
{
}

static inline void vsysback_counting_drop(struct vsysback_worker *w)
{
}

#endif /* VSYS_COUNTING */

#endif /* VSYSBACK_COUNTING_H */
