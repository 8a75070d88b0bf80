/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that a service domain writes to, and that outlive their grants. */
#ifndef FRONT_PAGES_H
#define FRONT_PAGES_H

#include "wing.h"
#include <xen/grant_table.h>

struct front_pages {
	struct rcu_head rcu;
	u32 nr;
	struct {
		struct page *page;
		grant_ref_t ref;
	} at[];
};

struct front_pages *front_pages_make(domid_t domid, u32 nr);
void front_pages_revoke(struct front_pages *pages);
void front_pages_free(struct front_pages *pages);

#endif /* FRONT_PAGES_H */
