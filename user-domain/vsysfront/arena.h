/* SPDX-License-Identifier: GPL-2.0-only */
/* Arena: the memory behind each slot's region of addresses. */
#ifndef FRONT_ARENA_H
#define FRONT_ARENA_H

#include "vsysfront.h"
#include <linux/mm.h>
#include <virtuos/channel.h>
#include <xen/grant_table.h>

struct front_channel;
struct iov_iter;

struct front_region {
	u32 nr;				/* granted and known to B; release */
	u32 asked;			/* granted; B has not answered yet, or 0 */
	struct page *pages[VSYS_SLOT_ARENA_MAX / PAGE_SIZE];
	grant_ref_t refs[VSYS_SLOT_ARENA_MAX / PAGE_SIZE];
};

int front_arena_grow(struct front_channel *ch, u32 region, u32 bytes);
u32 front_arena_pages(struct front_channel *ch, u32 region);
vm_fault_t front_arena_fault(struct vm_fault *vmf);
void front_arena_free(struct front_channel *ch);
size_t front_arena_to_iter(struct front_region *region, u32 offset,
			   size_t bytes, struct iov_iter *to);
size_t front_arena_from_iter(struct front_region *region, u32 offset,
			     size_t bytes, struct iov_iter *from);
void front_arena_read(struct front_region *region, u32 offset, void *to,
		      size_t bytes);
void front_arena_write(struct front_region *region, u32 offset,
		       const void *from, size_t bytes);

#endif /* FRONT_ARENA_H */
