// SPDX-License-Identifier: GPL-2.0-only
/*
 * Account: where a call's counts go, in pages of the user domain.  They are
 * written, never read: what stands there is the user domain's word.
 */
#include <virtuos/calls.h>
#include <virtuos/counters.h>

#include "account.h"
#include "count.h"

/* One for each number of the call table, and one for the protocol's own. */
#define BACK_CALL_ACCOUNTS	(VSYS_NR_SYSCALLS + 1)

/* How many pages the accounts take.  nr_threads has been checked. */
u32 back_account_pages(const struct vsys_count *request)
{
	u32 nr = request->nr_threads;

	if (request->flags & VSYS_COUNT_BY_CALL)
		nr += BACK_CALL_ACCOUNTS;
	BUILD_BUG_ON(sizeof(struct vsys_account) != BACK_ENTRY_BYTES);
	return DIV_ROUND_UP(nr, VSYS_ACCOUNTS_PER_PAGE);
}

/* Atomic: workers that run calls of the same thread, or number, all add here. */
static void back_account_one(struct vsys_account *account, u32 nr,
			     const struct back_reading *reading)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		atomic64_add(reading->value[i],
			     (atomic64_t *)&account->value[i]);
		atomic64_add(reading->running[i],
			     (atomic64_t *)&account->running[i]);
	}
	atomic64_add(reading->enabled, (atomic64_t *)&account->enabled);
	atomic64_inc((atomic64_t *)&account->calls);
}

/* account: a thread's, below nr_threads.  nr: of the call, whatever it is. */
void back_account_add(struct back_count *count, u32 account, u32 nr,
		      const struct back_reading *reading)
{
	back_account_one(back_entry(&count->accounts, account), count->nr,
			 reading);
	if (!(count->flags & VSYS_COUNT_BY_CALL))
		return;
	account = count->nr_threads + min(nr, VSYS_NR_SYSCALLS);
	back_account_one(back_entry(&count->accounts, account), count->nr,
			 reading);
}
