// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a ring: its head and slots, with their grants.
 */
#include "memory.h"
#include <linux/gfp.h>
#include <xen/page.h>

/* Grants a page; the reference, or -ENOSPC. */
int front_page_grant(domid_t domid, struct page *page)
{
	int ref = gnttab_grant_foreign_access(domid, xen_page_to_gfn(page), 0);

	if (ref < 0)
		pr_err_ratelimited("out of grant references for domain %u: raise max_grant_frames in the domain's xl config\n",
				   domid);
	return ref;
}

static int front_memory_grant(struct front_memory *memory, domid_t domid,
			      void *start, u32 nr)
{
	u32 i;
	int ref;

	for (i = 0; i < nr; i++) {
		ref = front_page_grant(domid,
				       virt_to_page(start + i * PAGE_SIZE));
		if (ref < 0)
			return ref;
		memory->refs[memory->nr_pages++] = ref;
	}
	return 0;
}

/*
 * Allocates and grants head and slots.  After a failure front_memory_free() is
 * to be called all the same.
 */
int front_memory_init(struct front_memory *memory, domid_t domid, u32 nr_slots,
		      u64 arena_base)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO;
	u32 slot_pages = nr_slots / VSYS_SLOTS_PER_PAGE;
	struct vsys_head *head;
	int err;

	head = alloc_pages_exact(PAGE_SIZE, gfp);
	if (!head)
		return -ENOMEM;
	memory->ring.head = head;
	head->magic = VSYS_HEAD_MAGIC;
	head->version = VSYS_VERSION;
	head->nr_slots = nr_slots;
	head->arena_base = arena_base;
	memory->ring.slots = alloc_pages_exact(slot_pages * PAGE_SIZE, gfp);
	if (!memory->ring.slots)
		return -ENOMEM;
	memory->ring.nr_slots = nr_slots;
	err = front_memory_grant(memory, domid, head, 1);
	if (!err)
		err = front_memory_grant(memory, domid, memory->ring.slots,
					 slot_pages);
	return err;
}

void front_memory_free(struct front_memory *memory)
{
	u32 slot_pages = memory->ring.nr_slots / VSYS_SLOTS_PER_PAGE;
	void *head = memory->ring.head, *slots = memory->ring.slots;
	u32 i;

	/* A page that B still maps is freed when B has let go of it. */
	for (i = 0; i < memory->nr_pages; i++)
		gnttab_end_foreign_access(memory->refs[i], i == 0 ?
			virt_to_page(head) :
			virt_to_page(slots + (i - 1) * PAGE_SIZE));
	/* What was never granted. */
	if (head && memory->nr_pages == 0)
		free_page((unsigned long)head);
	for (i = memory->nr_pages ? memory->nr_pages - 1 : 0;
	     slots && i < slot_pages; i++)
		free_page((unsigned long)slots + i * PAGE_SIZE);
	memset(memory, 0, sizeof(*memory));
}
