/* SPDX-License-Identifier: GPL-2.0-only */
/* Accounts: what is counted of one channel for one session. */
#ifndef FRONT_ACCOUNTS_H
#define FRONT_ACCOUNTS_H

#include "wing.h"
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/xarray.h>

struct front_channel;
struct front_session;
struct front_tally;
struct front_pages;
struct front_records;

/* Accounts of threads in each channel; the others' calls go to one of them all. */
#define FRONT_THREADS		256u

/* Made when a session first counts a channel, and freed with that. */
struct front_counting {
	struct front_accounts __rcu *accounts;	/* NULL: nobody counts */
	bool counted;			/* atomic; it has some, or will have */
	u64 counted_by;			/* the session's lock; its number */
};

struct front_accounts {
	struct kref kref;
	struct rcu_head rcu;
	struct front_session *session;
	struct front_tally *tally;	/* of its service domain */
	u32 number;			/* in the session */
	/* As in struct vsys_local; release: pages and ring are there. */
	u32 counting;
	struct pid *owner;		/* the channel's process */

	struct mutex lock;		/* beginning and end */
	struct front_channel *ch;	/* lock; NULL: they are over */
	bool in_force;			/* lock; B counts */
	bool closing;			/* the channel is about to be closed */
	bool closed;			/* release: it is */
	bool lost;
	int error;			/* B refused */

	struct mutex entries_lock;	/* who adds some, or folds them */
	u32 used;			/* entries_lock; of threads */
	struct xarray threads;		/* by pid number: front_entry */
	struct xarray entries;		/* by account: front_entry */
	struct front_pages *pages;	/* entries_lock; release: folded */
	struct front_records __rcu *records;	/* lock; NULL: not wanted, or over */
};

struct front_counting *front_counting_of(struct front_channel *ch);

struct front_accounts *front_accounts_make(struct front_session *s,
					   struct front_channel *ch);
void front_accounts_put(struct front_accounts *a);
void front_accounts_forget(struct front_accounts *a);
void front_accounts_begin(struct front_accounts *a);
void front_accounts_end(struct front_accounts *a, unsigned long until);
void front_accounts_detach(struct front_accounts *a);
void front_accounts_finish(struct front_accounts *a);
void front_accounts_calls(struct front_accounts *a);
u32 front_accounts_flags(struct front_accounts *a);
const struct vsys_account *front_accounts_at(struct front_accounts *a,
					     u32 index);
u64 front_accounts_offset(const struct front_accounts *a, u32 index);
struct page *front_accounts_page(struct front_session *s, unsigned long pgoff);

#endif /* FRONT_ACCOUNTS_H */
