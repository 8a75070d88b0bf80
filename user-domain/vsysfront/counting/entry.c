// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entry: whose an account is, and what it came to.
 *
 * It stays until its session's file is closed.  The account lies in the pages
 * that its service domain writes to, as long as it counts; then the entry keeps
 * the numbers itself, and no more of them than there are counters.
 */
#include "entry.h"
#include "accounts.h"
#include "member.h"
#include "session.h"
#include "tally.h"
#include "../device.h"
#include <linux/sched/task.h>
#include <linux/string.h>
#include <virtuos/calls.h>

static void front_entry_name(struct front_entry *e)
{
	struct task_struct *task;

	rcu_read_lock();
	task = e->tid ? pid_task(e->tid, PIDTYPE_PID) :
			pid_task(e->tgid, PIDTYPE_TGID);
	if (task)
		strscpy_pad(e->comm, task->comm, sizeof(e->comm));
	rcu_read_unlock();
}

void front_entry_free(struct front_entry *e)
{
	put_pid(e->tgid);
	put_pid(e->tid);
	kfree(e);
}

/*
 * a->entries_lock held.  All or nothing: what may fail comes before anybody can
 * see the entry, for its number cannot be given back.
 */
struct front_entry *front_entry_make(struct front_accounts *a, u32 index,
				     u32 flags, struct pid *tgid,
				     struct pid *tid)
{
	struct front_entry *e;
	u32 number;

	if (xa_reserve(&a->entries, index, GFP_KERNEL_ACCOUNT))
		return NULL;
	e = kzalloc(struct_size(e, final, 2 + 2 * a->session->nr),
		    GFP_KERNEL_ACCOUNT);
	if (!e)
		goto release;
	e->accounts = a;
	e->index = index;
	e->flags = flags;
	e->tgid = get_pid(tgid);
	e->tid = get_pid(tid);
	if (flags & VSYS_ENTRY_CALL)
		e->nr = index - FRONT_THREADS;
	front_entry_name(e);
	/* The lowest free number: they rise without gaps. */
	if (xa_alloc(&a->session->entries, &number, e, xa_limit_31b,
		     GFP_KERNEL_ACCOUNT))
		goto free;
	xa_store(&a->entries, index, e, GFP_KERNEL_ACCOUNT);
	return e;

free:
	front_entry_free(e);
release:
	xa_release(&a->entries, index);
	return NULL;
}

/* The service domain counts no more: these are the numbers. */
void front_entry_fold(struct front_entry *e, const struct vsys_account *account)
{
	u32 i, nr = e->accounts->session->nr;

	e->final[0] = READ_ONCE(account->calls);
	e->final[1] = READ_ONCE(account->enabled);
	for (i = 0; i < nr; i++) {
		e->final[2 + i] = READ_ONCE(account->value[i]);
		e->final[2 + nr + i] = READ_ONCE(account->running[i]);
	}
}

static void front_entry_final(const struct front_entry *e,
			      struct vsys_account *out)
{
	u32 nr = e->accounts->session->nr;

	out->calls = e->final[0];
	out->enabled = e->final[1];
	memcpy(out->value, &e->final[2], nr * sizeof(u64));
	memcpy(out->running, &e->final[2 + nr], nr * sizeof(u64));
}

void front_entry_show(struct front_entry *e, struct vsys_account_entry *out)
{
	struct front_accounts *a = e->accounts;
	const struct vsys_account *account;

	memset(out, 0, sizeof(*out));
	strscpy(out->service, a->tally->dev->service, sizeof(out->service));
	out->domain = a->tally->dev->domid;
	out->channel = a->number;
	out->tgid = pid_vnr(e->tgid);
	out->tid = pid_vnr(e->tid);
	out->nr = e->nr;
	front_entry_name(e);
	memcpy(out->comm, e->comm, sizeof(out->comm));
	/* Before the numbers: those of one that is closed are final. */
	out->flags = e->flags | front_accounts_flags(a);
	out->error = READ_ONCE(a->error);
	rcu_read_lock();
	account = front_accounts_at(a, e->index);
	if (account)
		memcpy(&out->account, account, sizeof(out->account));
	else
		front_entry_final(e, &out->account);
	rcu_read_unlock();
	out->offset = account ? front_accounts_offset(a, e->index) : ~0ull;
}

/* ---- Whose calls ------------------------------------------------------------------- */

/*
 * The current thread's account.  It is made at the thread's first call, and
 * found by the thread from then on, or it is not made: else the next call would
 * make another.
 */
u32 front_entry_mine(struct front_accounts *a)
{
	struct pid *tid = task_pid(current);
	struct front_entry *e = xa_load(&a->threads, pid_nr(tid));
	u32 index = VSYS_ACCOUNT_OTHER;

	/* The number may have been another's before. */
	if (e && e->tid == tid)
		return e->index;
	/* None is given back: no need to ask whose it is, at each call. */
	if (READ_ONCE(a->used) == FRONT_THREADS)
		return index;
	/* Another's process, which inherited a descriptor. */
	if (!front_member_of(a->session, task_tgid(current)))
		return index;
	mutex_lock(&a->entries_lock);
	if (a->used == FRONT_THREADS || !a->pages ||
	    xa_reserve(&a->threads, pid_nr(tid), GFP_KERNEL_ACCOUNT))
		goto out;
	e = front_entry_make(a, a->used, 0, task_tgid(current), tid);
	if (!e) {
		xa_release(&a->threads, pid_nr(tid));
		goto out;
	}
	xa_store(&a->threads, pid_nr(tid), e, GFP_KERNEL_ACCOUNT);
	WRITE_ONCE(a->used, a->used + 1);
	front_session_changed(a->session);
	index = e->index;
out:
	mutex_unlock(&a->entries_lock);
	return index;
}

/* entries_lock held: for the numbers that have been called by now. */
void front_entry_calls(struct front_accounts *a)
{
	const struct vsys_account *account;
	u32 nr, index = FRONT_THREADS;

	if (!(a->session->flags & VSYS_COUNT_BY_CALL))
		return;
	for (nr = 0; nr <= VSYS_NR_SYSCALLS; nr++, index++) {
		account = front_accounts_at(a, index);
		if (READ_ONCE(account->calls) && !xa_load(&a->entries, index))
			front_entry_make(a, index, VSYS_ENTRY_CALL, a->owner,
					 NULL);
	}
}
