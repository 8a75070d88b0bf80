// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: pages that a frontend granted, in a row in this kernel's addresses.
 *
 * Not by xenbus_map_ring_valloc(): when a reference is wrong or Xen has no room
 * for one more mapping, that ends the whole device, with all its clients.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <xen/grant_table.h>
#include <xen/page.h>
#include <asm/xen/hypercall.h>

#include "map.h"

/* Where the page table entry of one of the pages is, for Xen to write to. */
static u64 back_map_entry(const struct back_mapping *m, unsigned int i)
{
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)m->address + i * PAGE_SIZE,
				    &level);

	return arbitrary_virt_to_machine(pte).maddr;
}

/*
 * Addresses with their page tables, and entries that no processor has cached,
 * for it may not look at them: get_vm_area() is not for modules.
 */
static void *back_map_reserve(unsigned int nr)
{
	struct page *pages[BACK_MAP_PAGES];
	unsigned int i;

	for (i = 0; i < nr; i++)
		pages[i] = ZERO_PAGE(0);
	return vmap(pages, nr, VM_MAP, PAGE_NONE);
}

/* Xen has no room for one more, or the reference is wrong. */
static int back_map_error(s16 status)
{
	return status == GNTST_no_space || status == GNTST_no_device_space ?
		       -ENOSPC : -EPROTO;
}

/* ENOSPC, EPROTO, ENOMEM: nothing is mapped. */
int back_map(struct back_mapping *m, domid_t frontend, const grant_ref_t *refs,
	     unsigned int nr)
{
	struct gnttab_map_grant_ref ops[BACK_MAP_PAGES];
	unsigned int i;
	int err = 0;

	m->nr = nr;
	m->address = back_map_reserve(nr);
	if (!m->address)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		gnttab_set_map_op(&ops[i], back_map_entry(m, i),
				  GNTMAP_host_map | GNTMAP_contains_pte,
				  refs[i], frontend);
	gnttab_batch_map(ops, nr);
	for (i = 0; i < nr; i++) {
		m->handles[i] = ops[i].status == GNTST_okay ?
					ops[i].handle : INVALID_GRANT_HANDLE;
		if (ops[i].status != GNTST_okay && err != -ENOSPC)
			err = back_map_error(ops[i].status);
	}
	if (err)
		back_unmap(m);
	if (err == -ENOSPC)
		pr_err_ratelimited("vsysback: Xen maps no more pages of domain %u here: raise max_maptrack_frames in this domain's xl config\n",
				   frontend);
	return err;
}

void back_unmap(struct back_mapping *m)
{
	struct gnttab_unmap_grant_ref ops[BACK_MAP_PAGES];
	unsigned int i, nr = 0;
	bool leaked = false;

	for (i = 0; i < m->nr; i++)
		if (m->handles[i] != INVALID_GRANT_HANDLE)
			gnttab_set_unmap_op(&ops[nr++], back_map_entry(m, i),
					    GNTMAP_host_map |
						    GNTMAP_contains_pte,
					    m->handles[i]);
	if (nr && HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ops, nr))
		BUG();
	for (i = 0; i < nr; i++)
		leaked |= ops[i].status != GNTST_okay;
	/* Addresses that still lead to another domain's page stay taken. */
	if (!WARN_ON_ONCE(leaked))
		vunmap(m->address);
}
