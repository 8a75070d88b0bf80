// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages: a service domain writes to them as long as they are granted, and they
 * stay readable afterwards.  So each has two references: the grant's, which
 * goes when the service domain has let go of the page, and ours.
 */
#include "pages.h"
#include "../memory.h"

struct front_pages *front_pages_make(domid_t domid, u32 nr)
{
	struct front_pages *pages = kzalloc(struct_size(pages, at, nr),
					    GFP_KERNEL_ACCOUNT);
	struct page *page;
	int ref;

	if (!pages)
		return ERR_PTR(-ENOMEM);
	for (; pages->nr < nr; pages->nr++) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		ref = page ? front_page_grant(domid, page) : -ENOMEM;
		if (ref < 0)
			goto undo;
		get_page(page);		/* ours; the first is the grant's */
		pages->at[pages->nr].page = page;
		pages->at[pages->nr].ref = ref;
	}
	return pages;

undo:
	if (page)
		put_page(page);
	front_pages_revoke(pages);
	front_pages_free(pages);
	return ERR_PTR(ref);
}

/* Once.  The pages stay. */
void front_pages_revoke(struct front_pages *pages)
{
	u32 i;

	for (i = 0; i < pages->nr; i++)
		gnttab_end_foreign_access(pages->at[i].ref,
					  pages->at[i].page);
}

static void front_pages_free_rcu(struct rcu_head *rcu)
{
	struct front_pages *pages = container_of(rcu, struct front_pages, rcu);
	u32 i;

	for (i = 0; i < pages->nr; i++)
		put_page(pages->at[i].page);
	kfree(pages);
}

/* Revoked before.  Who reads them under RCU goes on until it has. */
void front_pages_free(struct front_pages *pages)
{
	call_rcu(&pages->rcu, front_pages_free_rcu);
}
