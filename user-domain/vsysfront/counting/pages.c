// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages: a service domain writes to them as long as they are granted, and they
 * stay readable afterwards.  So each has two references: the grant's, which
 * goes when the service domain has let go of the page, and ours.
 */
#include "pages.h"

static int front_pages_grant(struct front_pages *pages, domid_t domid)
{
	struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	int ref;

	if (!page)
		return -ENOMEM;
	ref = front_page_grant(domid, page);
	if (ref < 0) {
		put_page(page);
		return ref;
	}
	get_page(page);			/* ours; the first is the grant's */
	pages->at[pages->nr].page = page;
	pages->at[pages->nr++].ref = ref;
	return 0;
}

struct front_pages *front_pages_make(domid_t domid, u32 nr)
{
	struct front_pages *pages = kzalloc(struct_size(pages, at, nr),
					      GFP_KERNEL_ACCOUNT);
	int err = 0;

	if (!pages)
		return ERR_PTR(-ENOMEM);
	while (!err && pages->nr < nr)
		err = front_pages_grant(pages, domid);
	if (!err)
		return pages;
	front_pages_revoke(pages);
	front_pages_free(pages);
	return ERR_PTR(err);
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
	struct front_pages *pages = container_of(rcu, struct front_pages,
						   rcu);
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
