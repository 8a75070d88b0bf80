/* SPDX-License-Identifier: GPL-2.0-only */
/* Records: a channel's ring of samples and time lines. */
#ifndef FRONT_RECORDS_H
#define FRONT_RECORDS_H

#include "wing.h"
#include <linux/kref.h>
#include <xen/interface/xen.h>

struct front_session;
struct front_accounts;
struct front_pages;

struct front_records {
	struct kref kref;
	struct rcu_head rcu;
	struct front_accounts *accounts;
	struct front_pages *pages;	/* the indices', then those of records */
	u32 cons;			/* session->reading */
	u32 belled;			/* hard irq only; cons at the last useful bell */
	bool done;			/* release: B appends no more */
};

struct front_records *front_records_make(struct front_accounts *a,
					 domid_t domid);
void front_records_end(struct front_records *r);
bool front_records_bell(struct front_records *r);
bool front_records_any(struct front_session *s);
void front_records_reap(struct front_session *s);
void front_records_close(struct front_session *s);
ssize_t front_records_read(struct front_session *s, char __user *to,
			   size_t bytes);

#endif /* FRONT_RECORDS_H */
