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
#ifndef BACK_COUNTING_H
#define BACK_COUNTING_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "../channel.h"
#include "../worker.h"

struct vsys_call;
struct back_count;
struct back_device;

#ifdef VSYS_COUNTING

/* A channel's, whether anything is counted there or not. */
struct back_counting {
	u64 number;			/* another for each count; 0: none */
	struct mutex lock;		/* all of it, and the count's gauges */
	struct back_count *count;	/* NULL: none */
	bool ended;			/* there will be no other */
};

/* The feature bits that are offered. */
u32 back_counting_features(void);
/* A request of the control channel.  -ENOSYS: it is none of counting's. */
s64 back_counting_request(struct back_device *dev, const struct vsys_call *call,
			  void *message);

int back_counting_device_make(struct back_device *dev);
void back_counting_device_free(struct back_device *dev);

int back_counting_channel_make(struct back_channel *ch);
/* Nothing is counted there any more, and none of its pages is mapped. */
void back_counting_channel_end(struct back_channel *ch);
void back_counting_channel_free(struct back_channel *ch);

/* gauge.c; for the functions below. */
bool back_gauge_begin(struct back_worker *w, u32 region,
		      const struct vsys_call *call);
void back_gauge_end(struct back_gauge *g, s64 ret);
void back_gauge_blocks(struct back_gauge *g);
void back_gauge_runs(struct back_gauge *g);
void back_gauge_drop(struct back_worker *w);

/*
 * The worker has a call.  False: it is not counted.  One that holds a gauge, which
 * may be of an old count, looks even if nothing is counted any more.
 */
static inline bool back_counting_begin(struct back_worker *w, u32 region,
				       const struct vsys_call *call)
{
	return unlikely(READ_ONCE(w->channel->counting->number) || w->gauge) &&
	       back_gauge_begin(w, region, call);
}

/* The call that is counted has its result. */
static inline void back_counting_end(struct back_worker *w, s64 ret)
{
	back_gauge_end(w->gauge, ret);
}

/* The scheduler says that the worker is about to block in its call. */
static inline void back_counting_blocks(struct back_worker *w)
{
	if (unlikely(w->gauge))
		back_gauge_blocks(w->gauge);
}

/* It runs again. */
static inline void back_counting_runs(struct back_worker *w)
{
	if (unlikely(w->gauge))
		back_gauge_runs(w->gauge);
}

/* It ends. */
static inline void back_counting_drop(struct back_worker *w)
{
	if (w->gauge)
		back_gauge_drop(w);
}

#else /* VSYS_COUNTING */

static inline u32 back_counting_features(void)
{
	return 0;
}

static inline s64 back_counting_request(struct back_device *dev,
					const struct vsys_call *call,
					void *message)
{
	return -ENOSYS;
}

static inline int back_counting_device_make(struct back_device *dev)
{
	return 0;
}

static inline void back_counting_device_free(struct back_device *dev)
{
}

static inline int back_counting_channel_make(struct back_channel *ch)
{
	return 0;
}

static inline void back_counting_channel_end(struct back_channel *ch)
{
}

static inline void back_counting_channel_free(struct back_channel *ch)
{
}

static inline bool back_counting_begin(struct back_worker *w, u32 region,
				       const struct vsys_call *call)
{
	return false;
}

static inline void back_counting_end(struct back_worker *w, s64 ret)
{
}

static inline void back_counting_blocks(struct back_worker *w)
{
}

static inline void back_counting_runs(struct back_worker *w)
{
}

static inline void back_counting_drop(struct back_worker *w)
{
}

#endif /* VSYS_COUNTING */

#endif /* BACK_COUNTING_H */
