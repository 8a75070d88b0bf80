/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a ring: its head and slots, granted. */
#ifndef FRONT_MEMORY_H
#define FRONT_MEMORY_H

#include "vsysfront.h"
#include <linux/mm_types.h>
#include <virtuos/ring.h>
#include <xen/grant_table.h>

struct front_memory {
	struct vsys_ring ring;
	u32 nr_pages;			/* granted */
	grant_ref_t refs[1 + VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
};

int front_page_grant(domid_t domid, struct page *page);
int front_memory_init(struct front_memory *memory, domid_t domid, u32 nr_slots,
		      u64 arena_base);
void front_memory_free(struct front_memory *memory);

#endif /* FRONT_MEMORY_H */
