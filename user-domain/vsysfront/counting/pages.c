// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared pages: a service domain writes to them as long as they are granted, and
 * they stay readable afterwards.  So each has two references: the grant's, which
 * goes when the service domain has let go of the page, and ours.
 */
#include "../vsysfront.h"

static int front_shared_grant(struct front_shared *shared, domid_t domid)
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
	shared->at[shared->nr].page = page;
	shared->at[shared->nr++].ref = ref;
	return 0;
}

struct front_shared *front_shared_make(domid_t domid, u32 nr)
{
	struct front_shared *shared = kzalloc(struct_size(shared, at, nr),
					      GFP_KERNEL_ACCOUNT);
	int err = 0;

	if (!shared)
		return ERR_PTR(-ENOMEM);
	while (!err && shared->nr < nr)
		err = front_shared_grant(shared, domid);
	if (!err)
		return shared;
	front_shared_revoke(shared);
	front_shared_free(shared);
	return ERR_PTR(err);
}

/* Once.  The pages stay. */
void front_shared_revoke(struct front_shared *shared)
{
	u32 i;

	for (i = 0; i < shared->nr; i++)
		gnttab_end_foreign_access(shared->at[i].ref,
					  shared->at[i].page);
}

static void front_shared_free_rcu(struct rcu_head *rcu)
{
	struct front_shared *shared = container_of(rcu, struct front_shared,
						   rcu);
	u32 i;

	for (i = 0; i < shared->nr; i++)
		put_page(shared->at[i].page);
	kfree(shared);
}

/* Revoked before.  Who reads them under RCU goes on until it has. */
void front_shared_free(struct front_shared *shared)
{
	call_rcu(&shared->rcu, front_shared_free_rcu);
}
